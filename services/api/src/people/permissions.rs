//! Who may ask what: one row an endpoint, and an act where an endpoint has several. What has no row is refused to everyone; a test of the
//! house holds the rows against the routes.

mod who;

use super::account::Role;
use super::account::Role::{
    Auditor, DepartmentSupervisor, Establishment, GovernmentServices, Leadership, Legal,
    Supervision,
};
use who::{
    ACCOUNT_READERS, ACCOUNTS, ANYBODY, CASES, DEPARTMENT, DRAFTS, INCIDENT_STATED, LEDGER,
    LEDGER_ENTERED, LEDGER_WORKED, LOG, MILESTONES, NOBODY, PAPERS, QUALITY, REGISTER, REVIEWERS,
    SAMPLES, SCORES, SCORES_DECIDED, SOURCES, STATISTICS, SUPERVISION, UPKEEP, VOICES,
    VOICES_ANSWERED, VOICES_TAKEN,
};

/// How far an endpoint looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Whoever asks, signed in or not: nothing secret and nothing personal.
    Public,
    /// It answers everyone the same: nothing of it belongs to a region or a body.
    Same,
    /// It answers what lies in the region, and is the body's, of whoever asks.
    Narrowed,
    /// It speaks of everything: for accounts only that see everything.
    Whole,
}

use Reach::{Narrowed, Public, Same, Whole};

/// Whether the administrator's key opens it too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// It does: what machines and operators ask.
    Opens,
    /// It does not: a person has to do it.
    PersonOnly,
}

use Key::{Opens, PersonOnly};

/// Who may ask one thing.
#[derive(Debug)]
pub(super) struct Row {
    pub method: &'static str,
    /// As the router has it.
    pub path: &'static str,
    /// The act, where the path ends with one; empty: whatever stands there.
    pub act: &'static str,
    pub roles: &'static [Role],
    pub reach: Reach,
    pub key: Key,
}

const fn row(
    method: &'static str,
    path: &'static str,
    roles: &'static [Role],
    reach: Reach,
    key: Key,
) -> Row {
    act(method, path, "", roles, reach, key)
}

const fn act(
    method: &'static str,
    path: &'static str,
    act: &'static str,
    roles: &'static [Role],
    reach: Reach,
    key: Key,
) -> Row {
    Row {
        method,
        path,
        act,
        roles,
        reach,
        key,
    }
}

/// An act upon a bulletin.
const fn of_bulletin(code: &'static str, roles: &'static [Role]) -> Row {
    act("post", BULLETIN_ACT, code, roles, Narrowed, PersonOnly)
}

/// An act about an incident.
const fn of_incident(code: &'static str, roles: &'static [Role]) -> Row {
    act("post", INCIDENT_ACT, code, roles, Narrowed, PersonOnly)
}

/// An act upon all alerts of one.
const fn upon_all(code: &'static str, roles: &'static [Role]) -> Row {
    act("post", INCIDENT_ALL, code, roles, Narrowed, PersonOnly)
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

const BULLETIN_ACT: &str = "/api/v1/bulletins/{id}/{act}";
const INCIDENT_ACT: &str = "/api/v1/incidents/{id}/{act}";
const INCIDENT_ALL: &str = "/api/v1/incidents/{id}/members/{act}";
const ALERT_ACT: &str = "/api/v1/alerts/{alert_id}/{act}";
const DRAFT_ACT: &str = "/api/v1/drafts/{id}/{act}";
const BACKTESTS: &str = "/api/v1/drafts/{id}/backtests";
const BACKTEST_CANCEL: &str = "/api/v1/drafts/{id}/backtests/cancel";
const MARK_ACT: &str = "/api/v1/score-marks/{id}/{act}";
const SAMPLE_ACT: &str = "/api/v1/samples/{id}/{act}";
const VOICE_ACT: &str = "/api/v1/complaints/{source}/{case_no}/{event_id}/{act}";

/// Every endpoint of the console's API.
pub(super) const ROWS: &[Row] = &[
    row("get", "/healthz", NOBODY, Public, Opens),
    row("get", "/readyz", NOBODY, Public, Opens),
    row("get", "/metrics", NOBODY, Public, Opens),
    row("get", "/api/v1/openapi.json", NOBODY, Public, Opens),
    row("get", "/api/v1/evidence-key", NOBODY, Public, Opens),
    row("get", "/api/public/v1/about", NOBODY, Public, Opens),
    row("get", "/api/public/v1/items", NOBODY, Public, Opens),
    row("get", "/api/public/v1/items/{code}", NOBODY, Public, Opens),
    row("post", "/api/public/v1/progress", NOBODY, Public, Opens),
    row("post", "/api/public/v1/complaints", NOBODY, Public, Opens),
    row(
        "post",
        "/api/public/v1/complaints/status",
        NOBODY,
        Public,
        Opens,
    ),
    // Signing in asks for no session, and who is not signed in is told so.
    row("get", "/api/v1/session", NOBODY, Public, PersonOnly),
    row("post", "/api/v1/session", NOBODY, Public, PersonOnly),
    row("get", "/api/v1/session/ways", NOBODY, Public, PersonOnly),
    row("get", "/api/v1/session/oidc", NOBODY, Public, PersonOnly),
    row(
        "get",
        "/api/v1/session/oidc/callback",
        NOBODY,
        Public,
        PersonOnly,
    ),
    row("delete", "/api/v1/session", ANYBODY, Same, PersonOnly),
    row(
        "post",
        "/api/v1/session/password",
        ANYBODY,
        Same,
        PersonOnly,
    ),
    row("get", "/api/v1/audit", &[Auditor], Whole, PersonOnly),
    row("get", "/api/v1/audit/export", &[Auditor], Whole, PersonOnly),
    row("get", "/api/v1/accounts", ACCOUNT_READERS, Whole, Opens),
    row("post", "/api/v1/accounts", ACCOUNTS, Whole, Opens),
    row(
        "get",
        "/api/v1/accounts/{account}",
        ACCOUNT_READERS,
        Whole,
        Opens,
    ),
    row(
        "post",
        "/api/v1/accounts/{account}/{act}",
        ACCOUNTS,
        Whole,
        Opens,
    ),
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
    row("get", "/api/v1/papers", PAPERS, Narrowed, Opens),
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
    row("get", "/api/v1/cases", CASES, Narrowed, Opens),
    row(
        "get",
        "/api/v1/cases/{source}/{case_no}",
        CASES,
        Narrowed,
        Opens,
    ),
    row(
        "get",
        "/api/v1/cases/{source}/{case_no}/explain",
        CASES,
        Narrowed,
        Opens,
    ),
    row(
        "get",
        "/api/v1/cases/{source}/{case_no}/query-code",
        DEPARTMENT,
        Narrowed,
        Opens,
    ),
    row("get", "/api/v1/counts", CASES, Narrowed, Opens),
    row("get", "/api/v1/complaints", CASES, Narrowed, Opens),
    row("post", "/api/v1/complaints", VOICES, Narrowed, Opens),
    row(
        "get",
        "/api/v1/complaints/{source}/{case_no}/{event_id}",
        CASES,
        Narrowed,
        Opens,
    ),
    act(
        "post",
        VOICE_ACT,
        "accept",
        VOICES_TAKEN,
        Narrowed,
        PersonOnly,
    ),
    act(
        "post",
        VOICE_ACT,
        "refuse",
        VOICES_TAKEN,
        Narrowed,
        PersonOnly,
    ),
    act("post", VOICE_ACT, "transfer", VOICES, Narrowed, PersonOnly),
    act(
        "post",
        VOICE_ACT,
        "answer",
        VOICES_ANSWERED,
        Narrowed,
        PersonOnly,
    ),
    act(
        "post",
        VOICE_ACT,
        "call_back",
        VOICES_TAKEN,
        Narrowed,
        PersonOnly,
    ),
    act(
        "post", VOICE_ACT, "rectify", DEPARTMENT, Narrowed, PersonOnly,
    ),
    act("post", VOICE_ACT, "review", VOICES, Narrowed, PersonOnly),
    act("post", VOICE_ACT, "withdraw", VOICES, Narrowed, PersonOnly),
    row("get", "/api/v1/events/export", SUPERVISION, Narrowed, Opens),
    row("get", "/api/v1/samples", SAMPLES, Narrowed, Opens),
    row("post", "/api/v1/samples", SUPERVISION, Narrowed, PersonOnly),
    row("get", "/api/v1/samples/{id}", SAMPLES, Narrowed, Opens),
    row(
        "get",
        "/api/v1/samples/{id}/redraw",
        SAMPLES,
        Narrowed,
        Opens,
    ),
    act(
        "post",
        SAMPLE_ACT,
        "find",
        SUPERVISION,
        Narrowed,
        PersonOnly,
    ),
    act(
        "post",
        SAMPLE_ACT,
        "close",
        SUPERVISION,
        Narrowed,
        PersonOnly,
    ),
    row("get", "/api/v1/ledger", LEDGER, Narrowed, PersonOnly),
    row(
        "post",
        "/api/v1/ledger",
        LEDGER_ENTERED,
        Narrowed,
        PersonOnly,
    ),
    row("get", "/api/v1/ledger/{id}", LEDGER, Narrowed, PersonOnly),
    row(
        "post",
        "/api/v1/ledger/{id}/{act}",
        LEDGER_WORKED,
        Narrowed,
        PersonOnly,
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
    row("get", "/api/v1/foresight", CASES, Narrowed, Opens),
    row("get", "/api/v1/sources", SOURCES, Narrowed, Opens),
    row("get", "/api/v1/sources/{source}", SOURCES, Narrowed, Opens),
    row("get", "/api/v1/sources/{source}/keys", UPKEEP, Whole, Opens),
    row(
        "post",
        "/api/v1/sources/{source}/keys",
        UPKEEP,
        Whole,
        Opens,
    ),
    row(
        "post",
        "/api/v1/sources/{source}/keys/{key}/retire",
        UPKEEP,
        Whole,
        Opens,
    ),
    row("get", "/api/v1/notifications", UPKEEP, Whole, Opens),
    row("get", "/api/v1/dead-letters", UPKEEP, Whole, Opens),
    row("post", "/api/v1/dead-letters/replay", UPKEEP, Whole, Opens),
    row("post", "/api/v1/dead-letters/forget", UPKEEP, Whole, Opens),
    row("get", "/api/v1/rules/quality", QUALITY, Narrowed, Opens),
    row("get", "/api/v1/log/heads", LOG, Whole, Opens),
    row("post", "/api/v1/log/verify", LOG, Whole, Opens),
    row("get", "/api/v1/platform", ANYBODY, Same, Opens),
    row("get", "/api/v1/drafts", DRAFTS, Same, Opens),
    row("get", "/api/v1/drafts/{id}", DRAFTS, Same, Opens),
    row("get", "/api/v1/drafts/{id}/text", DRAFTS, Same, Opens),
    row("get", "/api/v1/drafts/{id}/shadow", REVIEWERS, Whole, Opens),
    row("get", "/api/v1/drafts/{id}/bpmn", DRAFTS, Same, Opens),
    row("get", "/api/v1/drafts/{id}/check", DRAFTS, Same, Opens),
    row("get", BACKTESTS, REVIEWERS, Whole, Opens),
    row("post", BACKTESTS, REVIEWERS, Whole, PersonOnly),
    row("post", BACKTEST_CANCEL, REVIEWERS, Whole, PersonOnly),
    row(
        "post",
        "/api/v1/drafts/{id}/bpmn",
        REVIEWERS,
        Whole,
        PersonOnly,
    ),
    row("post", "/api/v1/drafts", REVIEWERS, Whole, PersonOnly),
    row(
        "post",
        "/api/v1/drafts/{id}/shadow",
        REVIEWERS,
        Whole,
        PersonOnly,
    ),
    act(
        "post",
        DRAFT_ACT,
        "approve",
        &[Leadership],
        Whole,
        PersonOnly,
    ),
    act("post", DRAFT_ACT, "revise", REVIEWERS, Whole, PersonOnly),
    act("post", DRAFT_ACT, "submit", REVIEWERS, Whole, PersonOnly),
    act("post", DRAFT_ACT, "review", REVIEWERS, Whole, PersonOnly),
    act("post", DRAFT_ACT, "publish", REVIEWERS, Whole, PersonOnly),
    act("post", DRAFT_ACT, "notice", REVIEWERS, Whole, PersonOnly),
    act("post", DRAFT_ACT, "retire", REVIEWERS, Whole, PersonOnly),
    act("post", DRAFT_ACT, "withdraw", REVIEWERS, Whole, PersonOnly),
    act(
        "post",
        DRAFT_ACT,
        "end_shadow",
        REVIEWERS,
        Whole,
        PersonOnly,
    ),
    row("get", "/api/v1/definitions", ANYBODY, Same, Opens),
    row("get", "/api/v1/definitions/unused", DRAFTS, Whole, Opens),
    row("get", "/api/v1/definitions/shadows", DRAFTS, Whole, Opens),
    row(
        "get",
        "/api/v1/definitions/{kind}/{id}",
        ANYBODY,
        Same,
        Opens,
    ),
    row(
        "get",
        "/api/v1/definitions/{kind}/{id}/diff",
        ANYBODY,
        Same,
        Opens,
    ),
    row(
        "get",
        "/api/v1/definitions/{kind}/{id}/bpmn",
        ANYBODY,
        Same,
        Opens,
    ),
    row(
        "get",
        "/api/v1/definitions/{kind}/{id}/text",
        ANYBODY,
        Same,
        Opens,
    ),
    row("get", "/api/v1/items", ANYBODY, Same, Opens),
    row("get", "/api/v1/items/{code}", ANYBODY, Same, Opens),
    row("get", "/api/v1/rules", ANYBODY, Same, Opens),
    row("get", "/api/v1/calendars", ANYBODY, Same, Opens),
    row("get", "/api/v1/calendars/{id}", ANYBODY, Same, Opens),
    row("get", "/api/v1/publications", ANYBODY, Same, Opens),
    row("get", "/api/v1/installations", DRAFTS, Same, Opens),
    row("get", "/api/v1/responsibilities", ANYBODY, Same, Opens),
    row("get", "/api/v1/register", REGISTER, Whole, Opens),
    row("get", "/api/v1/register/{body}", REGISTER, Whole, Opens),
    row(
        "put",
        "/api/v1/register/{body}",
        &[Establishment],
        Whole,
        PersonOnly,
    ),
    row(
        "post",
        "/api/v1/register/{body}/change",
        &[Establishment],
        Whole,
        PersonOnly,
    ),
    row(
        "get",
        "/api/v1/register/{body}/history",
        REGISTER,
        Whole,
        Opens,
    ),
    row("get", "/api/v1/milestones", DRAFTS, Same, Opens),
    row(
        "post",
        "/api/v1/milestones/{body}",
        MILESTONES,
        Whole,
        PersonOnly,
    ),
];

/// What shows persons: officers by number, and what they did. Each view of it is an entry of the audit trail, as each change is. Definitions
/// of bodies and drafts of them are not here: whether they show officers hangs on who asks, and their answers say so (`gate::Officers`).
const PERSONAL: &[&str] = &[
    "/api/v1/accounts",
    "/api/v1/accounts/{account}",
    "/api/v1/audit",
    "/api/v1/audit/export",
    "/api/v1/dead-letters",
    "/api/v1/alerts",
    "/api/v1/alerts/export",
    "/api/v1/alerts/stream",
    "/api/v1/alerts/{alert_id}",
    "/api/v1/alerts/{alert_id}/evidence",
    "/api/v1/alerts/{alert_id}/papers",
    "/api/v1/papers",
    "/api/v1/papers/{file}",
    "/api/v1/cases/{source}/{case_no}",
    "/api/v1/cases/{source}/{case_no}/explain",
    "/api/v1/cases/{source}/{case_no}/query-code",
    "/api/v1/complaints",
    "/api/v1/complaints/{source}/{case_no}/{event_id}",
    "/api/v1/events/export",
    "/api/v1/incidents",
    "/api/v1/incidents/{id}",
    "/api/v1/incidents/{id}/members",
    "/api/v1/incidents/{id}/offered",
    "/api/v1/incidents/proposals",
    "/api/v1/ledger",
    "/api/v1/ledger/{id}",
    "/api/v1/register",
    "/api/v1/register/{body}",
    "/api/v1/register/{body}/history",
    "/api/v1/samples/{id}",
    "/api/v1/scores/{body}",
];

/// Whether a request of this row is an entry of the audit trail.
pub(super) fn audited(row: &Row) -> bool {
    row.method != "get" || PERSONAL.contains(&row.path)
}

/// What other parts of the platform serve, to sources by their keys and to the administrator by his, whatever accounts there are.
#[cfg(test)]
const BY_KEY: &[(&str, &str)] = &[
    by_key("post", "/v1/events"),
    by_key("get", "/v1/sources"),
    by_key("post", "/v1/sources"),
    by_key("get", "/v1/sources/{id}/keys"),
    by_key("post", "/v1/sources/{id}/keys"),
    by_key("delete", "/v1/sources/{id}/keys/{key}"),
    by_key("post", "/v1/definitions"),
    by_key("post", "/v1/query-codes"),
    by_key("get", "/api/v1/inspections"),
    by_key("post", "/api/v1/inspections/{rule}"),
    by_key("post", "/api/v1/treasury-totals"),
];

#[cfg(test)]
const fn by_key(method: &'static str, path: &'static str) -> (&'static str, &'static str) {
    (method, path)
}

/// The row of a request; `last` is the last part of its address as it was sent. A row with an act goes before one without. An act that
/// was written in another way than plainly would be another one to whoever carries it out.
pub(super) fn find(method: &str, path: &str, last: &str) -> Option<&'static Row> {
    if path.ends_with("{act}") && last.contains('%') {
        return None;
    }
    let of_path = |row: &&Row| row.method.eq_ignore_ascii_case(method) && row.path == path;
    let mut rows = ROWS.iter().filter(of_path);
    let exact = rows.clone().find(|row| row.act == last);
    exact.or_else(|| rows.find(|row| row.act.is_empty()))
}

#[cfg(test)]
mod tests;
