//! Who may ask what: one row an endpoint, and an act where an endpoint has several. What has no row is refused to everyone; a test of the
//! house holds the rows against the routes. Each area has a file of its own.

mod alerts;
mod cases;
mod definitions;
mod entry;
mod figures;
mod upkeep;
mod who;

use super::account::Role;

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

/// Whether the administrator's key opens it too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// It does: what machines and operators ask.
    Opens,
    /// It does not: a person has to do it.
    PersonOnly,
}

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

/// The rows of each area.
const AREAS: [&[Row]; 6] = [
    entry::ROWS,
    upkeep::ROWS,
    alerts::ROWS,
    cases::ROWS,
    figures::ROWS,
    definitions::ROWS,
];

/// Every endpoint of the console's API.
pub(super) fn rows() -> impl Iterator<Item = &'static Row> + Clone {
    AREAS.into_iter().flatten()
}

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
    "/api/v1/statistics/deciders",
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
    let mut rows = rows().filter(of_path);
    let exact = rows.clone().find(|row| row.act == last);
    exact.or_else(|| rows.find(|row| row.act.is_empty()))
}

#[cfg(test)]
mod tests;
