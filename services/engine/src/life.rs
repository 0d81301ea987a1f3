//! The life of alerts: the difference between what should be alleged and what has been.

use mingjing_domain::Timestamp;
use mingjing_domain::alert::{AlertRecord, Status};
use mingjing_domain::deadline;
use mingjing_domain::fact::{Cause, Change, Fact};

use crate::allege::{Allegation, Ending, State};
use crate::dispose::Handled;
use crate::record::{self, Surroundings};

/// An alert as last published.
#[derive(Clone, Debug)]
pub(crate) struct Published {
    /// As the platform alone has it.
    pub(crate) record: Box<AlertRecord>,
    pub(crate) revision: u32,
    /// Whether it was alleged when last judged; what changed since is decided only on a change.
    pub(crate) alleged: bool,
    /// What people did about it; none where nobody did anything.
    pub(crate) handled: Option<Box<Handled>>,
}

/// Why a case is judged now, and whether what turns out not to be so may go by itself.
#[derive(Clone, Debug)]
pub(crate) struct Occasion {
    pub(crate) cause: Cause,
    /// False for an entry later than the source's delay allowance: a person decides.
    pub(crate) withdraws: bool,
    /// Control points of limits whose own deadline it puts off, later than that could be put right: their cards are a person's, too.
    pub(crate) put_off: Vec<String>,
    /// When it is concluded.
    pub(crate) now: Timestamp,
    /// 存量: judged, not issued.
    pub(crate) never_issue: bool,
}

impl Occasion {
    /// Whether an alert that turns out not to be so may go by itself. A reminder is no card.
    fn may_withdraw(&self, record: &AlertRecord) -> bool {
        let is_put_off = self.put_off.contains(&record.control_point);
        self.withdraws && !(is_put_off && record.breached_at.is_some())
    }
}

/// Brings what was published to what is alleged, and writes each step as a fact.
pub(crate) fn reconcile(
    published: &mut Vec<Published>,
    allegations: &[Allegation],
    occasion: &Occasion,
    around: &Surroundings<'_>,
    facts: &mut Vec<Fact>,
) {
    let mut seen = vec![false; published.len()];
    for allegation in allegations {
        let known = published
            .iter()
            .position(|p| is_about(&p.record, allegation, around));
        let target = target(allegation, occasion, around);
        match known {
            Some(place) => {
                seen[place] = true;
                revise(
                    &mut published[place],
                    allegation,
                    target,
                    occasion,
                    around,
                    facts,
                );
            }
            None => {
                if let Some(target) = target {
                    raise(published, allegation, target, occasion, around, facts);
                }
            }
        }
    }
    for (place, seen) in seen.iter().enumerate() {
        if !seen {
            take_back(&mut published[place], occasion, facts);
        }
    }
}

/// The status that an allegation asks for; none for what is over and was never raised.
fn target(
    allegation: &Allegation,
    occasion: &Occasion,
    around: &Surroundings<'_>,
) -> Option<Status> {
    let point = &around.context.plan.points[usize::from(allegation.point)];
    match allegation.state {
        State::Over { .. } => None,
        _ if occasion.never_issue || !allegation.settled => Some(Status::Pending),
        State::Ended { .. } => Some(Status::Ended),
        State::Stands if point.confirm => Some(Status::Review),
        State::Stands => Some(Status::Issued),
    }
}

fn is_about(record: &AlertRecord, allegation: &Allegation, around: &Surroundings<'_>) -> bool {
    let context = around.context;
    record.visit == allegation.visit
        && record.control_point == context.plan.points[usize::from(allegation.point)].id
        && record.step == context.codes.text(allegation.step.into())
}

fn raise(
    published: &mut Vec<Published>,
    allegation: &Allegation,
    target: Status,
    occasion: &Occasion,
    around: &Surroundings<'_>,
    facts: &mut Vec<Fact>,
) {
    let mut record = record::build(allegation, occasion.now, around);
    enter(&mut record, allegation, target, occasion, around);
    let change = match target {
        Status::Issued => Change::Issued,
        Status::Ended => Change::Ended,
        Status::Review => Change::SentToReview,
        _ => Change::Raised,
    };
    let mut alert = Published {
        record: Box::new(record),
        revision: 0,
        alleged: true,
        handled: None,
    };
    publish(&mut alert, change, occasion, facts);
    published.push(alert);
}

/// Sets a record's status and the dates that go with it.
fn enter(
    record: &mut AlertRecord,
    allegation: &Allegation,
    target: Status,
    occasion: &Occasion,
    around: &Surroundings<'_>,
) {
    record.status = target;
    record.withdrawn_at = None;
    record.withdrawn_reason = None;
    (record.ended_at, record.ended_reason) = (None, None);
    if target == Status::Issued && record.issued_at.is_none() {
        record.issued_at = Some(occasion.now);
        record.answer_due_at = answer_due(allegation, occasion.now, around);
    }
    if target == Status::Ended {
        let (at, why) = match allegation.state {
            State::Ended { at, why } => (at, why),
            State::Over { at } => (at, Ending::NoLongerOpen),
            State::Stands => return,
        };
        record.ended_at = Some(at);
        record.ended_reason = Some(record::ending_zh(why).into());
    }
}

/// A reminder asks for no answer; a card does.
fn answer_due(
    allegation: &Allegation,
    issued_at: Timestamp,
    around: &Surroundings<'_>,
) -> Option<Timestamp> {
    use mingjing_domain::alert::Level;
    if allegation.level < Level::Yellow {
        return None;
    }
    let plan = around.context.plan;
    let within = plan.points[usize::from(allegation.point)].answer_within;
    let ledger = deadline::Ledger::default();
    Some(deadline::deadline(&plan.calendar, issued_at, within, &ledger).due_at)
}

fn revise(
    alert: &mut Published,
    allegation: &Allegation,
    target: Option<Status>,
    occasion: &Occasion,
    around: &Surroundings<'_>,
    facts: &mut Vec<Fact>,
) {
    let old = &alert.record;
    let Some(target) = target else {
        // What a late entry put into doubt is for a person, and being over does not decide it.
        alert.alleged = !is_late_entry_review(old);
        if !alert.alleged {
            return;
        }
        return end_quietly(alert, allegation, occasion, around, facts);
    };
    let was_issued = matches!(old.status, Status::Issued | Status::Ended);
    // Once out, an alert does not go back to waiting.
    let target = match (old.status, target) {
        (Status::Issued | Status::Ended, Status::Pending) => Status::Issued,
        (Status::Issued, Status::Review) => Status::Issued,
        (Status::Review, Status::Issued | Status::Pending) if !is_late_entry_review(old) => {
            Status::Review
        }
        (_, target) => target,
    };
    let milder = old.breached_at.is_some()
        && (allegation.breached_at.is_none() || allegation.level < old.level);
    if milder && is_late_entry_review(old) {
        // A person has to decide what a late entry made milder; nothing else settles it.
        alert.alleged = false;
        return;
    }
    if was_issued && milder && !occasion.may_withdraw(old) {
        alert.alleged = false;
        return to_review(alert, occasion, facts);
    }
    alert.alleged = true;
    let ended_at = match allegation.state {
        State::Ended { at, .. } if target == Status::Ended => Some(at),
        _ => None,
    };
    // What is so after all is in doubt no more, also where it waits for a person all the same.
    let same = old.status == target
        && !is_late_entry_review(old)
        && old.level == allegation.level
        && old.due_at == allegation.due_at
        && old.breached_at == allegation.breached_at
        && old.completed_at == allegation.completed_at
        && (target != Status::Ended || old.ended_at == ended_at);
    if same {
        return;
    }
    let change = change_of(old, target, allegation);
    let again = matches!(old.status, Status::Withdrawn | Status::Cancelled);
    let mut record = record::build(allegation, occasion.now, around);
    if !again {
        record.raised_at = old.raised_at;
        record.issued_at = old.issued_at;
        record.answer_due_at = old.answer_due_at;
    }
    if record.issued_at.is_some() && allegation.level > old.level {
        // A graver card starts its own term for an answer.
        record.answer_due_at = answer_due(allegation, occasion.now, around);
    }
    enter(&mut record, allegation, target, occasion, around);
    *alert.record = record;
    publish(alert, change, occasion, facts);
}

fn is_late_entry_review(record: &AlertRecord) -> bool {
    record.status == Status::Review && record.withdrawn_reason.is_some()
}

fn change_of(old: &AlertRecord, target: Status, allegation: &Allegation) -> Change {
    match (old.status, target) {
        (_, Status::Ended) if old.status != Status::Ended => Change::Ended,
        (Status::Withdrawn | Status::Cancelled, Status::Pending) => Change::Raised,
        (Status::Ended | Status::Review, Status::Issued | Status::Pending) => Change::Reopened,
        (from, Status::Issued) if from != Status::Issued => Change::Issued,
        (from, Status::Review) if from != Status::Review => Change::SentToReview,
        _ if allegation.level > old.level => Change::Escalated,
        _ => Change::Revised,
    }
}

/// A point that describes the present only: what was out has ended, what waited is cancelled.
fn end_quietly(
    alert: &mut Published,
    allegation: &Allegation,
    occasion: &Occasion,
    around: &Surroundings<'_>,
    facts: &mut Vec<Fact>,
) {
    match alert.record.status {
        Status::Issued | Status::Review => {
            let completed_at = alert.record.completed_at;
            enter(
                &mut alert.record,
                allegation,
                Status::Ended,
                occasion,
                around,
            );
            alert.record.completed_at = completed_at;
            publish(alert, Change::Ended, occasion, facts);
        }
        Status::Pending => cancel(alert, occasion, facts),
        Status::Ended | Status::Withdrawn | Status::Cancelled => {}
    }
}

/// What is not alleged any more.
fn take_back(alert: &mut Published, occasion: &Occasion, facts: &mut Vec<Fact>) {
    if !std::mem::replace(&mut alert.alleged, false) {
        return;
    }
    match alert.record.status {
        Status::Pending => cancel(alert, occasion, facts),
        Status::Issued | Status::Ended | Status::Review if occasion.may_withdraw(&alert.record) => {
            alert.record.status = Status::Withdrawn;
            alert.record.withdrawn_at = Some(occasion.now);
            alert.record.withdrawn_reason = Some(record::withdrawal_zh(&occasion.cause));
            publish(alert, Change::Withdrawn, occasion, facts);
        }
        Status::Issued | Status::Ended | Status::Review => to_review(alert, occasion, facts),
        Status::Withdrawn | Status::Cancelled => {}
    }
}

fn cancel(alert: &mut Published, occasion: &Occasion, facts: &mut Vec<Fact>) {
    alert.record.status = Status::Cancelled;
    alert.record.withdrawn_at = Some(occasion.now);
    alert.record.withdrawn_reason = Some(record::withdrawal_zh(&occasion.cause));
    publish(alert, Change::Cancelled, occasion, facts);
}

/// In time only by an entry later than the source's delay allowance: a person decides (domain study 11.1).
fn to_review(alert: &mut Published, occasion: &Occasion, facts: &mut Vec<Fact>) {
    alert.record.status = Status::Review;
    alert.record.withdrawn_reason = Some(record::late_entry_zh(&occasion.cause));
    publish(alert, Change::SentToReview, occasion, facts);
}

fn publish(alert: &mut Published, change: Change, occasion: &Occasion, facts: &mut Vec<Fact>) {
    alert.tell(change, &occasion.cause, occasion.now, facts);
}

impl Published {
    /// An alert that stands beside the cases and was not told yet.
    pub(crate) fn untold(record: &AlertRecord) -> Self {
        Published {
            record: Box::new(record.clone()),
            revision: 0,
            alleged: false,
            handled: None,
        }
    }

    /// Says something else of an alert that stands beside the cases, and tells it.
    pub(crate) fn say(
        &mut self,
        (record, change): (AlertRecord, Change),
        cause: &Cause,
        at: Timestamp,
        facts: &mut Vec<Fact>,
    ) {
        self.alleged = record.status != Status::Withdrawn;
        *self.record = record;
        self.tell(change, cause, at, facts);
    }

    fn tell(&mut self, change: Change, cause: &Cause, at: Timestamp, facts: &mut Vec<Fact>) {
        self.revision += 1;
        facts.push(Fact::Alert {
            change: self.follow(change),
            cause: cause.clone(),
            at,
            revision: self.revision,
            alert: Box::new(self.said().clone()),
        });
    }
}
