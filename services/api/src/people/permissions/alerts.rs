//! Alerts, what is done about them and the papers of it, one by one and by their one cause.

use super::Key::{Opens, PersonOnly};
use super::Reach::Narrowed;
use super::who::{CASES, DEPARTMENT, INCIDENT_STATED, PAPERS, SUPERVISION};
use super::{Row, act, row};
use crate::people::account::Role;
use crate::people::account::Role::DepartmentSupervisor;

pub(super) const ALERT_ACT: &str = "/api/v1/alerts/{alert_id}/{act}";
const INCIDENT_ACT: &str = "/api/v1/incidents/{id}/{act}";
pub(super) const INCIDENT_ALL: &str = "/api/v1/incidents/{id}/members/{act}";

/// An act about an incident.
const fn of_incident(code: &'static str, roles: &'static [Role]) -> Row {
    act("post", INCIDENT_ACT, code, roles, Narrowed, PersonOnly)
}

/// An act upon all alerts of one.
const fn upon_all(code: &'static str, roles: &'static [Role]) -> Row {
    act("post", INCIDENT_ALL, code, roles, Narrowed, PersonOnly)
}

pub(super) const ROWS: &[Row] = &[
    row("get", "/api/v1/alerts", CASES, Narrowed, Opens),
    row("post", "/api/v1/alerts", SUPERVISION, Narrowed, PersonOnly),
    row("get", "/api/v1/alerts/export", CASES, Narrowed, Opens),
    row("get", "/api/v1/alerts/stream", CASES, Narrowed, Opens),
    row("get", "/api/v1/alerts/{alert_id}", CASES, Narrowed, Opens),
    row(
        "get",
        "/api/v1/alerts/{alert_id}/evidence",
        CASES,
        Narrowed,
        Opens,
    ),
    row(
        "get",
        "/api/v1/alerts/{alert_id}/papers",
        CASES,
        Narrowed,
        Opens,
    ),
    row(
        "post",
        "/api/v1/alerts/{alert_id}/papers",
        SUPERVISION,
        Narrowed,
        PersonOnly,
    ),
    row("get", "/api/v1/papers", PAPERS, Narrowed, Opens),
    row("get", "/api/v1/papers/{file}", PAPERS, Narrowed, Opens),
    act("post", ALERT_ACT, "hold", SUPERVISION, Narrowed, PersonOnly),
    act(
        "post",
        ALERT_ACT,
        "issue",
        SUPERVISION,
        Narrowed,
        PersonOnly,
    ),
    act(
        "post",
        ALERT_ACT,
        "confirm",
        SUPERVISION,
        Narrowed,
        PersonOnly,
    ),
    act(
        "post",
        ALERT_ACT,
        "dismiss",
        SUPERVISION,
        Narrowed,
        PersonOnly,
    ),
    act(
        "post",
        ALERT_ACT,
        "uphold",
        SUPERVISION,
        Narrowed,
        PersonOnly,
    ),
    act(
        "post",
        ALERT_ACT,
        "withdraw",
        SUPERVISION,
        Narrowed,
        PersonOnly,
    ),
    act(
        "post",
        ALERT_ACT,
        "pass_up",
        SUPERVISION,
        Narrowed,
        PersonOnly,
    ),
    act(
        "post",
        ALERT_ACT,
        "order",
        SUPERVISION,
        Narrowed,
        PersonOnly,
    ),
    act(
        "post",
        ALERT_ACT,
        "extend",
        SUPERVISION,
        Narrowed,
        PersonOnly,
    ),
    act(
        "post",
        ALERT_ACT,
        "close",
        SUPERVISION,
        Narrowed,
        PersonOnly,
    ),
    act(
        "post",
        ALERT_ACT,
        "refuse_extension",
        SUPERVISION,
        Narrowed,
        PersonOnly,
    ),
    act(
        "post",
        ALERT_ACT,
        "accept_rectification",
        SUPERVISION,
        Narrowed,
        PersonOnly,
    ),
    act(
        "post",
        ALERT_ACT,
        "reject_rectification",
        SUPERVISION,
        Narrowed,
        PersonOnly,
    ),
    act(
        "post", ALERT_ACT, "appeal", DEPARTMENT, Narrowed, PersonOnly,
    ),
    act(
        "post", ALERT_ACT, "answer", DEPARTMENT, Narrowed, PersonOnly,
    ),
    act(
        "post",
        ALERT_ACT,
        "pass_on",
        &[DepartmentSupervisor],
        Narrowed,
        PersonOnly,
    ),
    act(
        "post", ALERT_ACT, "report", DEPARTMENT, Narrowed, PersonOnly,
    ),
    act(
        "post", ALERT_ACT, "rectify", DEPARTMENT, Narrowed, PersonOnly,
    ),
    act(
        "post",
        ALERT_ACT,
        "ask_extension",
        DEPARTMENT,
        Narrowed,
        PersonOnly,
    ),
    row(
        "get",
        "/api/v1/commands/{command_id}",
        CASES,
        Narrowed,
        Opens,
    ),
    row("get", "/api/v1/incidents", CASES, Narrowed, Opens),
    row(
        "post",
        "/api/v1/incidents",
        SUPERVISION,
        Narrowed,
        PersonOnly,
    ),
    row(
        "get",
        "/api/v1/incidents/proposals",
        SUPERVISION,
        Narrowed,
        Opens,
    ),
    row("get", "/api/v1/incidents/counts", CASES, Narrowed, Opens),
    row("get", "/api/v1/incidents/marks", CASES, Narrowed, Opens),
    row("get", "/api/v1/incidents/{id}", CASES, Narrowed, Opens),
    row(
        "get",
        "/api/v1/incidents/{id}/members",
        CASES,
        Narrowed,
        Opens,
    ),
    row(
        "get",
        "/api/v1/incidents/{id}/offered",
        SUPERVISION,
        Narrowed,
        Opens,
    ),
    of_incident("add", SUPERVISION),
    of_incident("remove", SUPERVISION),
    of_incident("span", SUPERVISION),
    of_incident("halt", SUPERVISION),
    of_incident("close", SUPERVISION),
    of_incident("state", INCIDENT_STATED),
    upon_all("hold", SUPERVISION),
    upon_all("issue", SUPERVISION),
    upon_all("confirm", SUPERVISION),
    upon_all("dismiss", SUPERVISION),
    upon_all("order", SUPERVISION),
    upon_all("close", SUPERVISION),
    upon_all("answer", DEPARTMENT),
];
