//! Which occasions an alert has had, and on which decision each rests: a paper is of alert, kind and that decision.

use mingjing_domain::Timestamp;
use mingjing_domain::alert::{AlertRecord, Status};
use mingjing_domain::disposition::{Order, Verdict};

use crate::site::Occasion;

/// The occasions an alert has had, but for recommendations, which stand in the ledger; each with what it rests on.
pub fn happened(alert: &AlertRecord, now: Timestamp) -> Vec<(Occasion, String)> {
    let all = Occasion::ALL.into_iter();
    all.filter_map(|occasion| Some((occasion, basis(alert, occasion, now)?)))
        .collect()
}

/// What an occasion of an alert rests on, in a form that tells it from every other; none where there is no such occasion.
pub fn basis(alert: &AlertRecord, occasion: Occasion, now: Timestamp) -> Option<String> {
    let done = alert.disposition.as_deref();
    let out = matches!(alert.status, Status::Issued | Status::Ended);
    match occasion {
        Occasion::Issued => {
            let issued_at = alert.issued_at.filter(|_| out)?;
            // A card that grew graver is told anew.
            Some(format!("{}@{}", alert.level.code(), issued_at.millis()))
        }
        Occasion::Ordered => Some(done?.order.as_ref()?.by.command.clone()),
        Occasion::Confirmed => {
            let done = done?;
            let decision = done.decision.as_ref()?;
            let stands = decision.verdict == Verdict::Confirmed && done.recheck_reason.is_none();
            (stands && !decision.on_appeal).then(|| decision.by.command.clone())
        }
        Occasion::Unmended => unmended(done?.order.as_ref()?, now),
        Occasion::Recommended => None,
        Occasion::AppealDecided => {
            let outcome = done?.appeal.as_ref()?.outcome.as_ref()?;
            Some(outcome.by.command.clone())
        }
        Occasion::Withdrawn => {
            alert.issued_at?;
            let at = alert
                .withdrawn_at
                .filter(|_| alert.status == Status::Withdrawn)?;
            let decided = done.and_then(|done| done.decision.as_ref());
            let command = decided.map_or("", |decision| decision.by.command.as_str());
            Some(format!("{command}@{}", at.millis()))
        }
    }
}

/// An open order of which what was put right was not enough, else one without an answer after its day.
fn unmended(order: &Order, now: Timestamp) -> Option<String> {
    if order.closed.is_some() {
        return None;
    }
    if order.found_enough() == Some(false) {
        let check = order.rectifications.last()?.checked.as_ref()?;
        return Some(check.by.command.clone());
    }
    let late = order.due_at.is_some_and(|due| due < now);
    (late && order.answers.is_empty()).then(|| format!("{}@late", order.by.command))
}
