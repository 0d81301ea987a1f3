//! What is said of a case, as JSON. No officer is in it.

use chrono_tz::Tz;
use serde_json::{Value, json};

use super::Told;

/// A row of the list.
pub(super) fn row(told: &Told, zone: Tz) -> Value {
    let case = &told.case;
    json!({
        "source": case.source,
        "case_no": case.case_no,
        "item_code": case.item_code,
        "org_code": case.org_code,
        "region_code": case.region_code,
        "flowchart": case.flowchart,
        "step": case.step,
        "opened_at": case.opened_at.map(|at| at.to_rfc3339(zone)),
        "foresight": beside(told, zone),
    })
}

/// What stands beside a case: the number with what it stands on, or why there is none.
pub(crate) fn beside(told: &Told, zone: Tz) -> Value {
    let said = told.said.as_ref().ok();
    let next = told.next;
    json!({
        // To a tenth of a hundredth: more would look surer than it is.
        "likelihood": said.map(|said| (said.estimate.likelihood * 1000.0).round() / 1000.0),
        "base": said.map(|said| said.estimate.base),
        "undecided": said.map(|said| said.estimate.undecided),
        "likeness": said.map(|said| said.likeness.code()),
        "elapsed_days": said.map(|said| said.elapsed.working_days()),
        "left_days": said.map(|said| said.due.working_days().saturating_sub(said.elapsed.working_days())),
        "due": next.map(|(_, due)| due.code()),
        "due_at": next.map(|(at, _)| at.to_rfc3339(zone)),
        "entered_at": told.entered_at.map(|at| at.to_rfc3339(zone)),
        "as_of_at": told.as_of.map(|at| at.to_rfc3339(zone)),
        "unsaid": told.said.as_ref().err().map(|unsaid| unsaid.code()),
    })
}
