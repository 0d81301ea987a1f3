//! How cases of each kind run: nearly always as the flowchart says and in time, and sometimes with one typical fault.
//!
//! Waits are chosen so that a faultless case is clean on any calendar: also when a nine-day holiday lies within it, and
//! also by the calendar before its amendment, which counts one working day more.

mod allowance;
mod injury;
mod penalty;
mod permit;
mod seizure;

use mingjing_domain::Timestamp;

use super::city::Kind;
use super::story::Story;

/// What is wrong with a case, or noteworthy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Done on the last day: a reminder, and nothing else.
    LastDay,
    /// Past what the body promised.
    OverPromise,
    /// Past what the law allows.
    OverLaw,
    /// A special procedure that outlasts its planned end.
    SuspendedTooLong,
    /// Accepted and decided by one hand.
    OneHand,
    /// Decided by a body of another district.
    WrongBody,
    /// A fee for a licence that has none.
    Fee,
    /// Published two days late.
    PublishedLate,
    /// Published on the last day: late by a calendar that counts a day on which nobody worked.
    PublishedOnLastDay,
    /// A penalty without legal review.
    NoLegalReview,
    /// A penalty without notice.
    NoNotice,
    /// A penalty before the time to answer the notice was over.
    DefenceCut,
    /// A fine above the lawful range.
    FineOutOfRange,
    /// A power that is not on the list.
    OffList,
    /// A seizure that nobody approved.
    NoApproval,
    /// Acceptance recorded before application.
    TimeReversed,
    /// A decision without its result.
    NoResult,
    /// An allowance above the standard.
    AboveStandard,
    /// A publicity period cut short.
    PublicityCut,
    /// A record with another party.
    OtherParty,
    /// Handled on paper, and typed in all at once at this instant.
    EnteredAt(Timestamp),
}

/// Tells a case from its beginning to its end.
pub fn tell(story: &mut Story<'_>, fault: Option<Fault>) {
    match story.kind {
        Kind::Permit => permit::tell(story, fault),
        Kind::Penalty if fault == Some(Fault::OffList) => penalty::tell_off_list(story),
        Kind::Penalty => penalty::tell(story, fault),
        Kind::Seizure => seizure::tell(story, fault),
        Kind::Injury => injury::tell(story, fault),
        Kind::Allowance => allowance::tell(story, fault),
    }
    if let Some(Fault::EnteredAt(instant)) = fault {
        story.enter_late(instant);
    }
}
