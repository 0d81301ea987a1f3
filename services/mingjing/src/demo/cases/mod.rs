//! How cases of each kind run: nearly always as the flowchart says and in time, and sometimes with one typical fault.
//!
//! Waits are chosen so that a faultless case is clean on any calendar: also when a nine-day holiday lies within it, and
//! also by the calendar before its amendment, which counts one working day more.

mod allowance;
mod city_penalty;
mod commendation;
mod filing;
mod food_licence;
mod injury;
mod inspection;
mod land;
mod licence;
mod liquor;
mod litter;
mod penalty;
mod permit;
mod procurement;
mod real_estate;
mod reward;
mod road_fee;
mod seizure;
mod substitute;
mod welfare;

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
    /// Investigated, inspected or looked at on site by one person.
    OneOfficer,
    /// Investigated with an officer whose certificate has run out.
    CertificateExpired,
    /// Reviewed by somebody whose post is another.
    OtherPost,
    /// More time granted by somebody of too low a rank.
    RankTooLow,
    /// A fine above what may be taken on the spot, taken on the spot.
    CashTaken,
    /// A tier of discretion that nobody filed.
    TierNotFiled,
    /// Another tier than the notice told of, and no reason.
    TierChanged,
    /// The decision sent again after the closing, with another fine.
    SentAgain,
    /// A bad rating that nobody called back about.
    BadRating,
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
    /// Accepted later than the law allows.
    AcceptedLate,
    /// The other side was never sent the application.
    NotServed,
    /// The other side was sent the application too late.
    ServedLate,
    /// A fee other than the standard gives.
    OffStandard,
    /// A fee reduced though nobody approved it.
    ReliefUnapproved,
    /// Paid, or paid out, other than decided.
    PaidOtherwise,
    /// An inspection without plan or cause.
    Unplanned,
    /// A fault found, ordered to be put right, and not looked at again in time.
    NotFollowedUp,
    /// A filing that was refused as if it were a permit.
    Refused,
    /// A licence granted without the check on site that it needed.
    NotSurveyed,
    /// Others whose interests are at stake were not told.
    NotTold,
    /// A hearing that was asked for and not held.
    NoHearing,
    /// A fine on the spot above what the summary procedure allows.
    BeyondSummary,
    /// Cash taken on the spot and handed in late.
    CashLate,
    /// Substitute performance without reminder.
    NotUrged,
    /// Substitute performance within three days of the last reminder.
    ReminderCut,
    /// An allowance granted without examination.
    Unexamined,
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
        Kind::FoodLicence => food_licence::tell(story, fault),
        Kind::Licence => licence::tell(story, fault),
        Kind::CityPenalty => city_penalty::tell(story, fault),
        Kind::Litter => litter::tell(story, fault),
        Kind::Substitute => substitute::tell(story, fault),
        Kind::RoadFee => road_fee::tell(story, fault),
        Kind::Welfare => welfare::tell(story, fault),
        Kind::Liquor => liquor::tell(story, fault),
        Kind::Inspection => inspection::tell(story, fault),
        Kind::RealEstate => real_estate::tell(story, fault),
        Kind::Reward => reward::tell(story, fault),
        Kind::Land => land::tell(story, fault),
        Kind::Procurement => procurement::tell(story, fault),
        Kind::Filing => filing::tell(story, fault),
        Kind::Commendation => commendation::tell(story, fault),
    }
    if let Some(Fault::EnteredAt(instant)) = fault {
        story.enter_late(instant);
    }
}
