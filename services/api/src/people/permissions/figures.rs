//! What is counted, scored and told in bulletins.

use super::Key::{Opens, PersonOnly};
use super::Reach::{Narrowed, Same};
use super::who::{QUALITY, SCORES, SCORES_DECIDED, STATISTICS, SUPERVISION};
use super::{Row, act, row};
use crate::people::account::Role;
use crate::people::account::Role::{
    Auditor, DepartmentSupervisor, GovernmentServices, Leadership, Legal, Supervision,
};

const BULLETIN_ACT: &str = "/api/v1/bulletins/{id}/{act}";
const MARK_ACT: &str = "/api/v1/score-marks/{id}/{act}";

/// An act upon a bulletin.
const fn of_bulletin(code: &'static str, roles: &'static [Role]) -> Row {
    act("post", BULLETIN_ACT, code, roles, Narrowed, PersonOnly)
}

/// Who reads bulletins; departments what is published, or what they are heard about.
const BULLETINS: &[Role] = &[
    Supervision,
    Legal,
    GovernmentServices,
    Leadership,
    Auditor,
    DepartmentSupervisor,
];
/// Who reviews them.
const BULLETINS_REVIEWED: &[Role] = &[Supervision, Legal];
/// Who sends them back.
const BULLETINS_RETURNED: &[Role] = &[Supervision, Legal, Leadership];
/// Who signs them.
const BULLETINS_SIGNED: &[Role] = &[Leadership];
/// Who says something as a body that is named.
const BULLETINS_STATED: &[Role] = &[DepartmentSupervisor];

/// Who reads who decided what: it is about persons.
const DECIDERS: &[Role] = &[Supervision, Auditor];

pub(super) const ROWS: &[Row] = &[
    row("get", "/api/v1/scores", SCORES, Narrowed, Opens),
    row("get", "/api/v1/scores/models", SCORES, Same, Opens),
    row("get", "/api/v1/scores/{body}", SCORES, Narrowed, Opens),
    row(
        "get",
        "/api/v1/scores/{body}/history",
        SCORES,
        Narrowed,
        Opens,
    ),
    row(
        "post",
        "/api/v1/scores/{body}/marks",
        SUPERVISION,
        Narrowed,
        PersonOnly,
    ),
    act(
        "post",
        MARK_ACT,
        "appeal",
        &[DepartmentSupervisor],
        Narrowed,
        PersonOnly,
    ),
    act(
        "post",
        MARK_ACT,
        "decide",
        SCORES_DECIDED,
        Narrowed,
        PersonOnly,
    ),
    act("post", MARK_ACT, "void", SUPERVISION, Narrowed, PersonOnly),
    row("get", "/api/v1/bulletins", BULLETINS, Narrowed, Opens),
    // By the calendar it is drafted by a machine.
    row("post", "/api/v1/bulletins", SUPERVISION, Narrowed, Opens),
    row("get", "/api/v1/bulletins/{id}", BULLETINS, Narrowed, Opens),
    // Its files.
    row("get", BULLETIN_ACT, BULLETINS, Narrowed, Opens),
    of_bulletin("edit", SUPERVISION),
    of_bulletin("review", BULLETINS_REVIEWED),
    of_bulletin("ask", SUPERVISION),
    of_bulletin("state", BULLETINS_STATED),
    of_bulletin("return", BULLETINS_RETURNED),
    of_bulletin("sign", BULLETINS_SIGNED),
    of_bulletin("number", SUPERVISION),
    of_bulletin("publish", SUPERVISION),
    of_bulletin("discard", SUPERVISION),
    row("get", "/api/v1/statistics", STATISTICS, Narrowed, Opens),
    row("get", "/api/v1/statistics/metrics", STATISTICS, Same, Opens),
    row(
        "get",
        "/api/v1/statistics/rows",
        STATISTICS,
        Narrowed,
        Opens,
    ),
    row(
        "get",
        "/api/v1/statistics/process",
        STATISTICS,
        Narrowed,
        Opens,
    ),
    row("get", "/api/v1/rules/quality", QUALITY, Narrowed, Opens),
    row(
        "get",
        "/api/v1/statistics/deciders",
        DECIDERS,
        Narrowed,
        Opens,
    ),
];
