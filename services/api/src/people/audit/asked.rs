//! `/api/v1/audit` for auditors: days by pages, and as a file.

use std::collections::BTreeMap;

use axum::Json;
use axum::body::Body;
use axum::extract::{RawQuery, State as Here};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use chrono::{Days, NaiveDate};
use chrono_tz::Tz;
use mingjing_store::{AuditFilter, AuditKind, Store};
use serde_json::{Value, json};

use super::Entry;
use super::chain::entry_of;
use crate::alerts::table::{BYTE_ORDER_MARK, csv_line, wall_time};
use crate::{ApiError, State, query, view};

/// Entries of one answer.
const PAGE_MAX: u64 = 1_000;
/// Days of one question.
const DAYS_MAX: i64 = 31;

const HEADS: [&str; 7] = [
    "时间",
    "账号",
    "人员编号",
    "来自地址",
    "方法",
    "内容",
    "答复",
];

/// The parameters by which entries are chosen.
const CHOOSING: [&str; 4] = ["account", "person", "path", "what"];

/// Which entries of some days are asked for.
fn filter(
    asked: &BTreeMap<String, String>,
    from: NaiveDate,
    until: NaiveDate,
) -> Result<AuditFilter, ApiError> {
    let kind = match asked.get("what").map(String::as_str) {
        None => None,
        Some("changes") => Some(AuditKind::Changes),
        Some("views") => Some(AuditKind::Views),
        Some("refused") => Some(AuditKind::Refused),
        Some(_) => {
            return Err(ApiError::bad("what", "可用的是 changes、views、refused"));
        }
    };
    Ok(AuditFilter {
        from: from.to_string(),
        until: until.to_string(),
        account: asked.get("account").cloned(),
        person: asked.get("person").cloned(),
        path: asked.get("path").cloned(),
        kind,
    })
}

/// Refuses what is no span, or too long a one.
fn span(from: NaiveDate, until: NaiveDate, name: &str) -> Result<(), ApiError> {
    if until < from || (until - from).num_days() >= DAYS_MAX {
        let problem = format!("不早于起始日期，且一次最多 {DAYS_MAX} 天");
        return Err(ApiError::bad(name, problem));
    }
    Ok(())
}

/// `GET /api/v1/audit?day=&until=&account=&person=&path=&what=&newest=&after=&limit=`: the entries of a day (today where none is named), or
/// until another one, a thousand at a time at most, and whether the chains of these days are whole (`broken`), as walked since `verified_at`.
pub(crate) async fn list(
    Here(state): Here<State>,
    RawQuery(asked): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let known = [
        &CHOOSING[..],
        &["day", "until", "newest", "after", "limit"][..],
    ]
    .concat();
    let asked = query::pairs(asked.as_deref(), &known)?;
    let people = &*state.people;
    let day = match asked.get("day") {
        Some(text) => date("day", text)?,
        None => people.day(people.now()),
    };
    let until = match asked.get("until") {
        Some(text) => date("until", text)?,
        None => day,
    };
    span(day, until, "until")?;
    let after = number(&asked, "after", "应为上一页的 next")?.unwrap_or(0);
    let after = after.min(u32::MAX.into());
    let limit = number(&asked, "limit", "应为 1 到 1000")?.unwrap_or(PAGE_MAX);
    if !(1..=PAGE_MAX).contains(&limit) {
        return Err(ApiError::bad("limit", "应为 1 到 1000"));
    }
    let newest = match asked.get("newest") {
        Some(text) => query::flag("newest", text)?,
        None => false,
    };
    let filter = filter(&asked, day, until)?;
    people.audit.carrier.settle().await?;
    let all = state.store.audit_count(&filter).await?;
    let page = state.store.audit_entries(&filter, newest, after, limit);
    let page: Vec<Entry> = page.await?.into_iter().map(entry_of).collect();
    let end = after.saturating_add(page.len() as u64);
    let (chains, verified_at) = people.audit.chains(day, until).await?;
    let answer = json!({
        "day": day,
        "until": until,
        "entries": page,
        "total": all,
        "next": (end < all && !page.is_empty()).then_some(end),
        "journals": chains.journals,
        "blocks": chains.blocks,
        "broken": chains.broken,
        "verified_at": verified_at,
    });
    Ok(Json(view::json_in(&answer, state.zone)))
}

/// `GET /api/v1/audit/export?from=&to=&account=&person=&path=&what=`: the entries of some days as CSV, the first day's first.
pub(crate) async fn export(
    Here(state): Here<State>,
    RawQuery(asked): RawQuery,
) -> Result<Response, ApiError> {
    let known = [&CHOOSING[..], &["from", "to"][..]].concat();
    let asked = query::pairs(asked.as_deref(), &known)?;
    let needed = |name: &str| match asked.get(name) {
        Some(text) => date(name, text),
        None => Err(ApiError::bad(name, "请写明日期，如 2026-11-28")),
    };
    let (from, to) = (needed("from")?, needed("to")?);
    span(from, to, "to")?;
    let wanted = filter(&asked, from, to)?;
    let zone = state.zone;
    state.people.audit.carrier.settle().await?;
    // What cannot be read at all is answered as that, and not as an empty file.
    let first = lines(&state.store, from, &wanted, zone).await?;
    let heads = format!("{BYTE_ORDER_MARK}{}", csv_line(HEADS));
    let begun = (state.store.clone(), from, Some(heads + &first));
    let body = futures::stream::try_unfold(begun, move |(store, day, now)| {
        let wanted = wanted.clone();
        async move {
            let Some(text) = now else {
                return Ok(None);
            };
            let next = match day.checked_add_days(Days::new(1)) {
                // An export that breaks off must not look whole: the connection is cut.
                Some(next) if next <= to => {
                    let read = lines(&store, next, &wanted, zone).await;
                    let text = read.map_err(|error| {
                        tracing::error!(?error, "an export of the audit trail broke off");
                        std::io::Error::other("the audit trail cannot be read")
                    })?;
                    (store, next, Some(text))
                }
                _ => (store, day, None),
            };
            Ok::<_, std::io::Error>(Some((Bytes::from(text), next)))
        }
    });
    let file = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"mingjing-audit-{from}-{to}.csv\""),
        ),
    ];
    Ok((file, Body::from_stream(body)).into_response())
}

/// A day's lines of the file.
async fn lines(
    store: &Store,
    day: NaiveDate,
    wanted: &AuditFilter,
    zone: Tz,
) -> Result<String, ApiError> {
    let of_day = AuditFilter {
        from: day.to_string(),
        until: day.to_string(),
        ..wanted.clone()
    };
    let found = store
        .audit_entries(&of_day, false, 0, u32::MAX.into())
        .await?;
    let entries = found.into_iter().map(entry_of);
    Ok(entries.map(|entry| line(&entry, zone)).collect())
}

fn line(entry: &Entry, zone: Tz) -> String {
    let (at, status) = (wall_time(entry.at, zone), entry.status.to_string());
    csv_line([
        at.as_str(),
        &entry.account,
        &entry.person,
        &entry.from,
        &entry.method,
        &entry.path,
        &status,
    ])
}

fn date(name: &str, text: &str) -> Result<NaiveDate, ApiError> {
    let read = text.parse::<NaiveDate>();
    read.map_err(|_| ApiError::bad(name, "应为日期，如 2026-11-28"))
}

fn number(
    asked: &BTreeMap<String, String>,
    name: &str,
    problem: &str,
) -> Result<Option<u64>, ApiError> {
    let read = asked.get(name).map(|text| text.parse::<u64>());
    read.transpose()
        .map_err(|_| ApiError::bad(name, problem.to_owned()))
}

#[cfg(test)]
mod tests {
    use mingjing_domain::Timestamp;

    use super::*;

    fn entry(method: &str, path: &str, status: u16) -> Entry {
        Entry {
            at: Timestamp::from_millis(1_795_000_000_000),
            account: "li".into(),
            person: "fz-07".into(),
            from: "10.0.0.7".into(),
            method: method.into(),
            path: path.into(),
            status,
        }
    }

    #[test]
    fn what_is_asked_for_is_said_in_words_that_are_known() {
        let day = NaiveDate::default();
        let of = |pairs: &[(&str, &str)]| {
            let pairs = pairs
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
            filter(&pairs.collect(), day, day)
        };
        let all = of(&[]).unwrap();
        assert_eq!((all.kind, all.from.as_str()), (None, "1970-01-01"));
        let some = of(&[("person", "fz-07"), ("what", "views")]).unwrap();
        assert_eq!(some.person.as_deref(), Some("fz-07"));
        assert_eq!(some.kind, Some(AuditKind::Views));
        assert!(of(&[("what", "all")]).is_err());
        let later = |days| day.checked_add_days(Days::new(days)).unwrap();
        assert!(span(day, later(30), "until").is_ok());
        assert!(span(day, later(31), "until").is_err() && span(later(1), day, "until").is_err());
    }

    #[test]
    fn a_line_of_the_file_holds_no_formula_of_who_was_audited() {
        let line = line(&entry("GET", "=1+1", 404), Tz::Asia__Shanghai);
        assert!(line.contains(",GET,\"'=1+1\",404\r\n"), "{line}");
    }
}
