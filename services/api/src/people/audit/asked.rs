//! `/api/v1/audit` for auditors: a day by pages, and days as a file.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{RawQuery, State as Here};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use chrono::{Days, NaiveDate};
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::super::People;
use super::Entry;
use crate::alerts::table::{BYTE_ORDER_MARK, csv_line, wall_time};
use crate::{ApiError, State, query, view};

/// Entries of one answer.
const PAGE_MAX: usize = 1_000;
/// Days of one file.
const FILE_DAYS_MAX: i64 = 31;

const HEADS: [&str; 7] = [
    "时间",
    "账号",
    "人员编号",
    "来自地址",
    "方法",
    "内容",
    "答复",
];

/// What somebody did, by how it was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    /// It was done.
    Changes,
    /// It was shown.
    Views,
    /// It was refused, or failed.
    Refused,
}

/// Which entries are asked for; what is not said asks for all.
#[derive(Clone, Debug, Default)]
struct Wanted {
    account: Option<String>,
    person: Option<String>,
    /// A part of path and query.
    path: Option<String>,
    what: Option<What>,
}

/// The parameters by which entries are chosen.
const CHOOSING: [&str; 4] = ["account", "person", "path", "what"];

impl Wanted {
    fn of(asked: &BTreeMap<String, String>) -> Result<Self, ApiError> {
        let what = match asked.get("what").map(String::as_str) {
            None => None,
            Some("changes") => Some(What::Changes),
            Some("views") => Some(What::Views),
            Some("refused") => Some(What::Refused),
            Some(_) => {
                return Err(ApiError::bad("what", "可用的是 changes、views、refused"));
            }
        };
        Ok(Self {
            account: asked.get("account").cloned(),
            person: asked.get("person").cloned(),
            path: asked.get("path").cloned(),
            what,
        })
    }

    fn means(&self, entry: &Entry) -> bool {
        let is = |wanted: &Option<String>, found: &str| {
            wanted.as_deref().is_none_or(|wanted| wanted == found)
        };
        let path = self.path.as_deref();
        let refused = entry.status >= 400;
        let read = matches!(entry.method.as_str(), "GET" | "HEAD");
        let what = match self.what {
            None => true,
            Some(What::Refused) => refused,
            Some(What::Changes) => !refused && !read,
            Some(What::Views) => !refused && read,
        };
        is(&self.account, &entry.account)
            && is(&self.person, &entry.person)
            && path.is_none_or(|part| entry.path.contains(part))
            && what
    }
}

/// `GET /api/v1/audit?day=&account=&person=&path=&what=&newest=&after=&limit=`: the entries of a day (today where none is named), a thousand
/// at a time at most, and whether the day's chains are whole.
pub(crate) async fn list(
    Here(state): Here<State>,
    RawQuery(asked): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let known = [&CHOOSING[..], &["day", "newest", "after", "limit"][..]].concat();
    let asked = query::pairs(asked.as_deref(), &known)?;
    let people = &*state.people;
    let day = match asked.get("day") {
        Some(text) => date("day", text)?,
        None => people.day(people.now()),
    };
    let after = number(&asked, "after", "应为上一页的 next")?.unwrap_or(0);
    let limit = number(&asked, "limit", "应为 1 到 1000")?.unwrap_or(PAGE_MAX);
    if !(1..=PAGE_MAX).contains(&limit) {
        return Err(ApiError::bad("limit", "应为 1 到 1000"));
    }
    let newest = match asked.get("newest") {
        Some(text) => query::flag("newest", text)?,
        None => false,
    };
    let wanted = Wanted::of(&asked)?;
    let mut told = people.audit.of_day(day).await?;
    told.entries.retain(|entry| wanted.means(entry));
    if newest {
        told.entries.reverse();
    }
    let all = told.entries.len();
    let page: Vec<&Entry> = told.entries.iter().skip(after).take(limit).collect();
    let end = after + page.len();
    let answer = json!({
        "day": day,
        "entries": page,
        "total": all,
        "next": (end < all).then_some(end),
        "journals": told.journals,
        "blocks": told.blocks,
        "broken": told.broken,
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
    if to < from || (to - from).num_days() >= FILE_DAYS_MAX {
        let problem = format!("不早于 from，且一次最多 {FILE_DAYS_MAX} 天");
        return Err(ApiError::bad("to", problem));
    }
    let wanted = Wanted::of(&asked)?;
    let zone = state.zone;
    // What cannot be read at all is answered as that, and not as an empty file.
    let first = lines(&state.people, from, &wanted, zone).await?;
    let heads = format!("{BYTE_ORDER_MARK}{}", csv_line(HEADS));
    let begun = (state.people.clone(), from, Some(heads + &first));
    let body = futures::stream::try_unfold(begun, move |(people, day, now)| {
        let wanted = wanted.clone();
        async move {
            let Some(text) = now else {
                return Ok(None);
            };
            let next = match day.checked_add_days(Days::new(1)) {
                // An export that breaks off must not look whole: the connection is cut.
                Some(next) if next <= to => {
                    let read = lines(&people, next, &wanted, zone).await;
                    let text = read.map_err(|error| {
                        tracing::error!(?error, "an export of the audit trail broke off");
                        std::io::Error::other("the audit trail cannot be read")
                    })?;
                    (people, next, Some(text))
                }
                _ => (people, day, None),
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
    people: &Arc<People>,
    day: NaiveDate,
    wanted: &Wanted,
    zone: Tz,
) -> Result<String, ApiError> {
    let told = people.audit.of_day(day).await?;
    let entries = told.entries.iter().filter(|entry| wanted.means(entry));
    Ok(entries.map(|entry| line(entry, zone)).collect())
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
) -> Result<Option<usize>, ApiError> {
    let read = asked.get(name).map(|text| text.parse::<usize>());
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
    fn entries_are_chosen_by_who_by_what_and_by_how_it_was_answered() {
        let shown = entry("GET", "/api/v1/cases/zjj/B-1", 200);
        let done = entry("POST", "/api/v1/alerts/a-1/confirm", 200);
        let refused = entry("GET", "/api/v1/accounts", 403);
        let means = |pairs: &[(&str, &str)]| {
            let pairs = pairs
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
            let asked: BTreeMap<String, String> = pairs.collect();
            let wanted = Wanted::of(&asked).unwrap();
            [&shown, &done, &refused].map(|entry| wanted.means(entry))
        };
        assert_eq!(means(&[]), [true, true, true]);
        assert_eq!(means(&[("what", "views")]), [true, false, false]);
        assert_eq!(means(&[("what", "changes")]), [false, true, false]);
        assert_eq!(means(&[("what", "refused")]), [false, false, true]);
        assert_eq!(means(&[("path", "/zjj/")]), [true, false, false]);
        assert_eq!(means(&[("account", "wang")]), [false, false, false]);
        let both = [("person", "fz-07"), ("what", "changes")];
        assert_eq!(means(&both), [false, true, false]);
        let asked = BTreeMap::from([("what".to_owned(), "all".to_owned())]);
        assert!(Wanted::of(&asked).is_err());
    }

    #[test]
    fn a_line_of_the_file_holds_no_formula_of_who_was_audited() {
        let line = line(&entry("GET", "=1+1", 404), Tz::Asia__Shanghai);
        assert!(line.contains(",GET,\"'=1+1\",404\r\n"), "{line}");
    }
}
