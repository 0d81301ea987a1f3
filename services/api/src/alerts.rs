//! `/api/v1/alerts`: a page, one with its account, history and what was done about it, all as NDJSON, CSV or a workbook; and the counts.

mod done;
pub(crate) mod table;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State as Here};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use mingjing_domain::Timestamp;
use mingjing_domain::alert::{AlertRecord, Level, Status};
use mingjing_domain::disposition::{DispositionState, Instance};
use mingjing_store::{AlertCursor, AlertFilter, AlertSort, AlertStream, Brought, OrderState};
use mingjing_wire::alerts::write_alert;
use mingjing_wire::xlsx;
use serde_json::{Value, json};

use crate::people::gate::Caller;
use crate::query::{flag, instant, region};
use crate::{ApiError, State, incidents, view};

/// Alerts on a page where nothing is said.
const LIMIT_DEFAULT: u32 = 50;

/// Instances before which orders were brought that one request names at most.
const BROUGHT_MAX: usize = 16;

/// Alerts that one workbook holds at most; the format holds more, spreadsheet programs on office machines hardly do.
const WORKBOOK_ALERTS_MAX: u32 = 200_000;

/// What stands under a table that does not hold every alert.
const TOP_OF_CASE_NOTE: &str = "每个办件只列最重的一条预警，其余未列；导出全部预警请先选“显示全部”";

/// What a request asks for.
#[derive(Debug, Default, PartialEq)]
struct Asked {
    filter: AlertFilter,
    cursor: Option<AlertCursor>,
    limit: Option<u32>,
    /// Whether it asks how many there are in all.
    total: bool,
    /// Whether it asks for orders whose term is over: by the clock, which is not the query's.
    overdue: bool,
    /// In which incident they lie: its id, `any` open one, or `none`.
    incident: Option<String>,
    format: Format,
}

/// As what alerts are exported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Format {
    /// One JSON object a line: everything.
    #[default]
    Ndjson,
    /// A table for people.
    Csv,
    /// The same as a workbook.
    Xlsx,
}

impl Asked {
    /// As far as `caller` sees, at this instant.
    fn by(mut self, caller: &Caller, now: Timestamp) -> Self {
        self.filter.sight = caller.sight();
        if self.overdue {
            self.filter.order = Some(OrderState::Overdue(now));
        }
        self
    }

    /// The same with the alerts of the incident that is asked for.
    async fn resolved(mut self, state: &State, caller: &Caller) -> Result<Self, ApiError> {
        self = self.by(caller, (state.now)());
        if let Some(wanted) = &self.incident {
            self.filter.among = Some(incidents::among(state, &caller.sight(), wanted).await?);
        }
        Ok(self)
    }
}

/// `GET /api/v1/alerts`
pub(crate) async fn list(
    Here(state): Here<State>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let asked = asked(query.as_deref().unwrap_or_default())?;
    let asked = asked.resolved(&state, &caller).await?;
    let limit = asked.limit.unwrap_or(LIMIT_DEFAULT);
    let page = state
        .store
        .alerts(&asked.filter, asked.cursor.as_ref(), limit)
        .await?;
    let shown = match asked.filter.brought.is_empty() {
        true => view::brief,
        false => view::brief_with_ladder,
    };
    let mut alerts: Vec<Value> = page.alerts.iter().map(|a| shown(a, state.zone)).collect();
    // Of each where only the gravest of each case is listed, else of none.
    for (alert, others) in alerts.iter_mut().zip(&page.others) {
        alert["others"] = json!(others);
    }
    let mut answer = json!({ "alerts": alerts, "next": page.next.map(|n| n.to_string()) });
    if asked.total {
        answer["total"] = json!(state.store.alerts_counted(&asked.filter).await?);
    }
    if asked.total && asked.filter.top_of_case {
        answer["rows"] = json!(state.store.alert_rows_counted(&asked.filter).await?);
    }
    Ok(Json(answer))
}

/// `GET /api/v1/alerts/{alert_id}`
pub(crate) async fn one(
    Here(state): Here<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let found = state.store.alert(&id).await?;
    let found = found.filter(|found| caller.sight().sees_alert(&found.alert));
    let found = found.ok_or_else(|| ApiError::NotFound {
        what: format!("预警 {id}"),
    })?;
    Ok(Json(json!({
        "alert": view::json_in(&found.alert, state.zone),
        "account": view::account(&found.alert),
        "history": view::json_in(&found.history, state.zone),
        "acts": done::acts(&state, &found.alert).await?,
    })))
}

/// `GET /api/v1/alerts/export`: every alert asked for, whatever its status. Answered only once ClickHouse has begun to, so that one who
/// asks while it is away is told so and not cut off.
pub(crate) async fn export(
    Here(state): Here<State>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let asked = asked(query.as_deref().unwrap_or_default())?;
    let asked = asked.resolved(&state, &caller).await?;
    if asked.format == Format::Xlsx {
        return workbook(&state, &asked.filter).await;
    }
    let zone = state.zone;
    if asked.format == Format::Csv {
        let mut alerts = state.store.alerts_export_in_brief(&asked.filter)?;
        let first = alerts.next().await?;
        let names = state.names.current();
        let heads = table::csv_line(table::COLUMNS.map(|(head, _)| head));
        let heads = format!("{}{heads}", table::BYTE_ORDER_MARK);
        let line = move |alert: &AlertRecord| {
            let cells = table::row(alert, &names, zone);
            table::csv_line(cells.iter().map(String::as_str))
        };
        let note = match asked.filter.top_of_case {
            true => format!("\r\n{}", table::csv_line([TOP_OF_CASE_NOTE])),
            false => String::new(),
        };
        let file = [
            (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
            (
                header::CONTENT_DISPOSITION,
                file_name(&state, &asked.filter, "csv"),
            ),
        ];
        return Ok((file, lines(heads, first, alerts, line, note)).into_response());
    }
    let mut alerts = state.store.alerts_export(&asked.filter)?;
    let first = alerts.next().await?;
    let line = move |alert: &AlertRecord| write_alert(alert, zone) + "\n";
    let kind = [(header::CONTENT_TYPE, "application/x-ndjson; charset=utf-8")];
    let all = lines(String::new(), first, alerts, line, String::new());
    Ok((kind, all).into_response())
}

/// A body of lines, one an alert, after `heads` and before `note`.
fn lines(
    heads: String,
    first: Option<AlertRecord>,
    alerts: AlertStream,
    line: impl Fn(&AlertRecord) -> String + Clone + Send + 'static,
    note: String,
) -> Body {
    let begun = (heads, first, alerts, note);
    let lines = futures::stream::try_unfold(begun, move |(heads, now, mut alerts, note)| {
        let line = line.clone();
        async move {
            let Some(alert) = now else {
                // Under the last row, or heads without one, and then nothing more.
                let rest = heads + &note;
                let over = (String::new(), None, alerts, String::new());
                return Ok((!rest.is_empty()).then(|| (Bytes::from(rest), over)));
            };
            let text = Bytes::from(heads + &line(&alert));
            // An export that breaks off must not look whole: the connection is cut.
            let next = alerts.next().await.map_err(|error| {
                tracing::error!(%error, "an export broke off");
                std::io::Error::other(error)
            })?;
            Ok::<_, std::io::Error>(Some((text, (String::new(), next, alerts, note))))
        }
    });
    Body::from_stream(lines)
}

/// Every alert asked for as a workbook. It is answered when it is whole, and memory holds it packed.
async fn workbook(state: &State, filter: &AlertFilter) -> Result<Response, ApiError> {
    let failed = |error: std::io::Error| ApiError::Failed(Box::new(error));
    let names = state.names.current();
    let mut alerts = state.store.alerts_export_in_brief(filter)?;
    let mut sheet = xlsx::Table::new(&table::COLUMNS).map_err(failed)?;
    while let Some(alert) = alerts.next().await? {
        if sheet.rows() > WORKBOOK_ALERTS_MAX {
            return Err(ApiError::bad(
                "format",
                format!("超过 {WORKBOOK_ALERTS_MAX} 条，一个工作簿装不下；请缩小范围，或者用 csv"),
            ));
        }
        let cells = table::row(&alert, &names, state.zone);
        sheet
            .row(cells.iter().map(String::as_str))
            .map_err(failed)?;
    }
    let file = [
        (
            header::CONTENT_TYPE,
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet".to_owned(),
        ),
        (
            header::CONTENT_DISPOSITION,
            file_name(state, filter, "xlsx"),
        ),
    ];
    let title = match filter.top_of_case {
        true => "预警（每件最重一条）",
        false => "预警",
    };
    Ok((file, sheet.finish(title).map_err(failed)?).into_response())
}

/// What a browser calls the file: by the day, and by whether it holds all alerts or of each case its gravest.
fn file_name(state: &State, filter: &AlertFilter, ending: &str) -> String {
    let day = (state.now)().local_date(state.zone).format("%Y%m%d");
    let which = if filter.top_of_case {
        "-gravest-of-case"
    } else {
        ""
    };
    format!("attachment; filename=\"alerts-{day}{which}.{ending}\"")
}

/// `GET /api/v1/counts`
pub(crate) async fn counts(
    Here(state): Here<State>,
    caller: Caller,
) -> Result<Json<Value>, ApiError> {
    let counts = state
        .store
        .counts_in(&caller.sight(), (state.now)())
        .await?;
    Ok(Json(counts_json(&counts)))
}

/// Counts as JSON, for the endpoint and the live stream.
pub fn counts_json(counts: &mingjing_store::Counts) -> Value {
    json!({
        "cases": counts.cases,
        "cases_open": counts.cases_open,
        "alerts": counts.alerts.iter().map(|c| json!({
            "level": c.level.code(), "status": c.status.code(), "alerts": c.alerts,
        })).collect::<Vec<_>>(),
        "by_org": counts.by_org.iter().map(|c| json!({
            "org_code": c.org_code, "level": c.level.code(), "alerts": c.alerts,
        })).collect::<Vec<_>>(),
        "by_region": counts.by_region.iter().map(|c| json!({
            "region_code": c.region_code, "level": c.level.code(), "alerts": c.alerts,
        })).collect::<Vec<_>>(),
        "received_hour": counts.received_hour,
        "closed_hour": counts.closed_hour,
    })
}

/// Reads the query. A parameter nobody knows is refused: a misspelt filter would answer with everything.
fn asked(query: &str) -> Result<Asked, ApiError> {
    let pairs: Vec<(String, String)> =
        serde_urlencoded::from_str(query).map_err(|e| ApiError::bad("query", e.to_string()))?;
    let mut asked = Asked::default();
    for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
        let filter = &mut asked.filter;
        match name.as_str() {
            "status" => filter.status = many(&name, &value, status)?,
            "level" => filter.level = many(&name, &value, level)?,
            "control_point" => filter.control_point = Some(value),
            "rule" => filter.rule = Some(value),
            "source" => filter.source = Some(value),
            "org_code" => filter.org_code = Some(value),
            "region" => filter.region_prefix = Some(region(&name, &value)?),
            "item_code" => filter.item_code = Some(value),
            "case_no" => filter.case_no = Some(value),
            "raised_from" => filter.raised_from = Some(instant(&name, &value)?),
            "raised_before" => filter.raised_before = Some(instant(&name, &value)?),
            "open" => filter.open_only = flag(&name, &value)?,
            "disposition" => filter.disposition = many(&name, &value, disposition)?,
            "to_review" => filter.to_review = flag(&name, &value)?,
            "order_state" => match value.as_str() {
                "unanswered" => filter.order = Some(OrderState::Unanswered),
                "answered" => filter.order = Some(OrderState::Answered),
                "overdue" => asked.overdue = true,
                "extension_asked" => filter.order = Some(OrderState::ExtensionAsked),
                "to_check" => filter.order = Some(OrderState::ToCheck),
                _ => {
                    let known = "write unanswered, overdue, extension_asked, answered or to_check";
                    return Err(ApiError::bad(&name, known));
                }
            },
            "brought_before" => filter.brought = brought(&name, &value)?,
            "incident" => asked.incident = Some(incident(&name, value)?),
            "sort" => {
                let sort = AlertSort::from_code(&value);
                let known = || AlertSort::ALL.map(AlertSort::code).join(", ");
                filter.sort =
                    sort.ok_or_else(|| ApiError::bad(&name, format!("write {}", known())))?;
            }
            "top_of_case" => filter.top_of_case = flag(&name, &value)?,
            "total" => asked.total = flag(&name, &value)?,
            "format" => {
                asked.format = match value.as_str() {
                    "ndjson" => Format::Ndjson,
                    "csv" => Format::Csv,
                    "xlsx" => Format::Xlsx,
                    _ => return Err(ApiError::bad(&name, "write ndjson, csv or xlsx")),
                };
            }
            "cursor" => {
                let cursor = value.parse().map_err(|e: mingjing_store::InvalidCursor| {
                    ApiError::bad("cursor", e.to_string())
                })?;
                asked.cursor = Some(cursor);
            }
            "limit" => {
                let limit = value.parse().ok().filter(|n| (1..=1000).contains(n));
                asked.limit = Some(
                    limit.ok_or_else(|| ApiError::bad("limit", "a whole number from 1 to 1000"))?,
                );
            }
            other => {
                return Err(ApiError::bad(
                    other,
                    "unknown parameter; known are status, level, control_point, rule, source, org_code, \
                     region, item_code, case_no, raised_from, raised_before, open, to_review, disposition, order_state, brought_before, incident, top_of_case, sort, total, format, cursor, limit",
                ));
            }
        }
    }
    let sorted = asked.filter.sort;
    if asked.cursor.as_ref().is_some_and(|c| c.sort != sorted) {
        return Err(ApiError::bad(
            "cursor",
            "it is of a page in another order: give the sort that it came with",
        ));
    }
    Ok(asked)
}

fn many<T>(name: &str, value: &str, one: fn(&str) -> Option<T>) -> Result<Vec<T>, ApiError> {
    let read = |code: &str| {
        one(code).ok_or_else(|| ApiError::bad(name, format!("unknown {name} {code:?}")))
    };
    value.split(',').map(read).collect()
}

/// Before whom orders were brought, by commas: `supervision@510500`.
fn brought(name: &str, value: &str) -> Result<Vec<Brought>, ApiError> {
    let one = |text: &str| {
        let (code, of) = match text.split_once('@') {
            Some((code, of)) => (code, Some(of)),
            None => (text, None),
        };
        let instance = Instance::ALL.into_iter().find(|one| one.code() == code)?;
        let named = |of: &str| {
            let known = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
            of.chars().all(known) && (1..=64).contains(&of.chars().count())
        };
        of.is_none_or(named).then(|| Brought {
            instance,
            of: of.map(str::to_owned),
        })
    };
    let read = |text: &str| {
        one(text).ok_or_else(|| {
            let known = Instance::ALL.map(Instance::code).join("、");
            let why = format!(
                "不知道报告对象 {text:?}；请写 {known} 之一，可加 @ 与区划代码（department_supervisor 加机构代码），如 supervision@510500"
            );
            ApiError::bad(name, why)
        })
    };
    let all: Vec<&str> = value.split(',').collect();
    match all.len() {
        ..=BROUGHT_MAX => all.into_iter().map(read).collect(),
        more => Err(ApiError::bad(
            name,
            format!("写了 {more} 个报告对象，最多 {BROUGHT_MAX} 个"),
        )),
    }
}

fn incident(name: &str, value: String) -> Result<String, ApiError> {
    let id = (1..=64).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_hexdigit());
    match id || value == "any" || value == "none" {
        true => Ok(value),
        false => Err(ApiError::bad(name, "an incident's id, any or none")),
    }
}

fn status(code: &str) -> Option<Status> {
    use Status::{Cancelled, Ended, Issued, Pending, Review, Withdrawn};
    [Pending, Issued, Ended, Withdrawn, Cancelled, Review]
        .into_iter()
        .find(|s| s.code() == code)
}

fn disposition(code: &str) -> Option<DispositionState> {
    let mut all = DispositionState::ALL.into_iter();
    all.find(|state| state.code() == code)
}

fn level(code: &str) -> Option<Level> {
    use Level::{Notice, Red, Review, Yellow};
    [Review, Notice, Yellow, Red]
        .into_iter()
        .find(|l| l.code() == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_read_and_misspelt_ones_refused() {
        let read = asked("status=issued,pending&level=red&open=true&limit=5&region=5105").unwrap();
        assert_eq!(read.filter.status, [Status::Issued, Status::Pending]);
        assert_eq!(read.filter.level, [Level::Red]);
        assert!(read.filter.open_only && !read.filter.top_of_case);
        assert!(asked("top_of_case=true").unwrap().filter.top_of_case);
        assert_eq!(
            (read.limit, read.filter.region_prefix.as_deref()),
            (Some(5), Some("5105"))
        );
        for wrong in [
            "levle=red",
            "level=pink",
            "limit=0",
            "cursor=x",
            "raised_from=today",
            "open=yes",
            "top_of_case=highest",
            "to_review=maybe",
            "disposition=forgiven",
            "sort=oldest",
            "order_state=late",
            "brought_before=mayor",
            "brought_before=supervision@",
            "brought_before=supervision,",
            "brought_before=supervision@51' OR 1",
            "format=pdf",
            "total=maybe",
            "incident=some",
            "incident=../0a",
            "cursor=owed.5.00",
            "sort=gravest&cursor=5.00",
        ] {
            assert!(
                matches!(asked(wrong), Err(ApiError::BadRequest { .. })),
                "{wrong}"
            );
        }
    }

    #[test]
    fn a_page_of_an_order_goes_on_in_it() {
        let read = asked("sort=owed&cursor=owed.5.00&total=true&order_state=overdue").unwrap();
        assert_eq!(read.filter.sort, AlertSort::Owed);
        assert!(read.total && read.cursor.is_some() && read.filter.order.is_none());
        let now = Timestamp::from_millis(7);
        let read = read.by(&Caller::Anybody, now);
        assert_eq!(read.filter.order, Some(OrderState::Overdue(now)));
        assert_eq!(asked("format=xlsx").unwrap().format, Format::Xlsx);
    }

    #[test]
    fn before_whom_orders_were_brought_is_read_with_and_without_where() {
        let read = asked("brought_before=supervision@510500,leadership,department_supervisor@zjj");
        let told: Vec<String> = read
            .unwrap()
            .filter
            .brought
            .iter()
            .map(Brought::to_string)
            .collect();
        assert_eq!(
            told,
            [
                "supervision@510500",
                "leadership",
                "department_supervisor@zjj"
            ]
        );
        let many = vec!["leadership"; BROUGHT_MAX + 1].join(",");
        assert!(asked(&format!("brought_before={many}")).is_err());
    }

    #[test]
    fn an_unencoded_plus_still_is_an_offset() {
        let read = asked("raised_from=2026-11-23T09:30:00+08:00").unwrap();
        assert_eq!(
            read.filter.raised_from,
            Timestamp::parse("2026-11-23T09:30:00+08:00").ok()
        );
    }
}
