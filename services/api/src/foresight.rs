//! 预判 `/api/v1/foresight`: open cases by how likely they are to miss their next limit, and the same beside a case that is shown.
//!
//! The number is the domain's (`domain::foresight`), and so is when nothing is said. How the cases of an item went is read once in a while
//! and kept; every answer says as of when. It stands on the cases of everybody who handles the item, whoever asks, so that two who look at
//! one case see one number: it is a share of at least twenty cases and shows none of them. Which open cases are told hangs on who asks.

mod asked;
mod kept;
mod show;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::extract::{RawQuery, State as Here};
use axum::routing::get;
use axum::{Json, Router};
use mingjing_domain::Timestamp;
use mingjing_domain::calendar::WorkCalendar;
use mingjing_domain::fact::CaseRecord;
use mingjing_domain::foresight::{Due, Foreseen, HISTORY_DAYS, History, LIKE_MIN, Open, Unsaid};
use serde_json::{Value, json};

use crate::people::gate::Caller;
use crate::{ApiError, State};
use asked::Asked;

pub use kept::Foresight;
pub(crate) use show::beside;

/// The routes.
pub(crate) fn routes() -> Router<State> {
    Router::new().route("/api/v1/foresight", get(list))
}

/// A case with what like cases say of it.
pub(crate) struct Told {
    /// The case.
    pub case: CaseRecord,
    /// What is said, or why nothing is.
    pub said: Result<Foreseen, Unsaid>,
    /// The limit that ends next; none: nothing is ahead, or nothing is said of its kind.
    pub next: Option<(Timestamp, Due)>,
    /// When it entered the step that it is in; none: it is between steps.
    pub entered_at: Option<Timestamp>,
    /// As of when the history is that it stands on.
    pub as_of: Option<Timestamp>,
}

/// `GET /api/v1/foresight`: open cases, those first that are most likely to miss the limit that ends next; or one case.
async fn list(
    Here(state): Here<State>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let Asked {
        mut filter,
        from,
        limit,
    } = Asked::of(query.as_deref())?;
    filter.sight = caller.sight();
    let now = (state.now)();
    let one = filter.case_no.is_some();
    let (cases, more) = if one {
        (state.store.cases(&filter, None, limit).await?.cases, false)
    } else {
        let open = state.store.falling_due(&filter, now).await?;
        (open.cases, open.more)
    };
    let mut told = tell(&state, cases, now).await?;
    told.sort_by(order);
    let said = told.iter().filter(|one| one.said.is_ok()).count();
    let as_of = told.iter().filter_map(|one| one.as_of).min();
    let page = told.iter().skip(from).take(limit as usize);
    let rows: Vec<Value> = page.map(|one| show::row(one, state.zone)).collect();
    let next = from + rows.len();
    Ok(Json(json!({
        "cases": rows,
        "next": (next < told.len()).then(|| next.to_string()),
        "total": told.len(),
        "said": said,
        "more": more,
        "now_at": now.to_rfc3339(state.zone),
        "as_of_at": as_of.map(|at| at.to_rfc3339(state.zone)),
        "least": least(&state),
        "history_days": HISTORY_DAYS,
    })))
}

/// The most likely first; of those alike, and of those of which nothing is said, what falls due first.
fn order(a: &Told, b: &Told) -> std::cmp::Ordering {
    let likelihood = |told: &Told| match &told.said {
        Ok(foreseen) => foreseen.estimate.likelihood,
        Err(_) => -1.0,
    };
    let due = |told: &Told| told.next.map_or(Timestamp::MAX, |(at, _)| at);
    likelihood(b)
        .total_cmp(&likelihood(a))
        .then_with(|| due(a).cmp(&due(b)))
        .then_with(|| a.case.source.cmp(&b.case.source))
        .then_with(|| a.case.case_no.cmp(&b.case.case_no))
}

/// The least number of like cases: the domain's, or the site's 最小基数 where that is greater.
fn least(state: &State) -> usize {
    LIKE_MIN.max(state.min_base as usize)
}

/// What like cases say of each of these at `now`, in their order.
///
/// # Errors
/// The store's, and those of the definitions.
pub(crate) async fn tell(
    state: &State,
    cases: Vec<CaseRecord>,
    now: Timestamp,
) -> Result<Vec<Told>, ApiError> {
    let items: BTreeSet<&str> = cases
        .iter()
        .filter(|case| Open::of(case, now).is_ok())
        .filter_map(|case| case.item_code.as_deref())
        .collect();
    let calendar = state.lives.calendar().await?;
    let histories = state
        .foresight
        .of(&state.store, &calendar, &items, now)
        .await?;
    let least = least(state);
    // Thousands of cases held against thousands each take longer than others who ask should wait.
    let told = tokio::task::spawn_blocking(move || {
        let told = cases
            .into_iter()
            .map(|case| of_case(case, &histories, &calendar, now, least));
        told.collect()
    });
    told.await
        .map_err(|error| ApiError::Failed(Box::new(error)))
}

fn of_case(
    case: CaseRecord,
    histories: &BTreeMap<String, Arc<History>>,
    calendar: &WorkCalendar,
    now: Timestamp,
    least: usize,
) -> Told {
    let history = case.item_code.as_ref().and_then(|item| histories.get(item));
    let (said, next, entered_at) = match Open::of(&case, now) {
        Err(unsaid) => (Err(unsaid), None, None),
        Ok(open) => {
            let said = history.ok_or(Unsaid::TooFew);
            let said = said.and_then(|history| history.foresee(&open, now, calendar, least));
            (said, Some((open.due_at(), open.due())), open.entered_at())
        }
    };
    Told {
        as_of: history.map(|history| history.as_of()),
        case,
        said,
        next,
        entered_at,
    }
}

#[cfg(test)]
mod tests {
    use mingjing_domain::foresight::{Estimate, Likeness, Span};

    use super::*;

    fn told(case_no: &str, likelihood: Option<f64>, due: i64) -> Told {
        let foreseen = |likelihood| Foreseen {
            estimate: Estimate {
                likelihood,
                base: 20,
                undecided: 0,
            },
            likeness: Likeness::Office,
            elapsed: Span::of_working_days(1),
            due: Span::of_working_days(2),
        };
        let case = json!({
            "source": "s", "case_no": case_no, "item_code": null, "org_code": null, "region_code": null, "flowchart": null,
            "opened_at": null, "accepted_at": null, "closed_at": null, "due_at": null, "events": 1, "step": null, "visits": [],
        });
        Told {
            case: serde_json::from_value(case).unwrap(),
            said: likelihood.map(foreseen).ok_or(Unsaid::TooFew),
            next: Some((Timestamp::from_millis(due), Due::Promised)),
            entered_at: None,
            as_of: None,
        }
    }

    #[test]
    fn the_most_likely_comes_first_and_of_whom_nothing_is_said_last() {
        let mut all = [
            told("unsaid later", None, 9),
            told("unsaid sooner", None, 1),
            told("never", Some(0.0), 1),
            told("half later", Some(0.5), 5),
            told("half sooner", Some(0.5), 4),
            told("surely", Some(1.0), 9),
        ];
        all.sort_by(order);
        let numbers = all.each_ref().map(|one| &*one.case.case_no);
        assert_eq!(
            numbers,
            [
                "surely",
                "half sooner",
                "half later",
                "never",
                "unsaid sooner",
                "unsaid later"
            ]
        );
    }
}
