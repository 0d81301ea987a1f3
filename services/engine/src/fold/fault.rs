//! What checks on authority and money find.

use super::NONE;

/// Writes the list of faults once, as the type and as [`Fault::ALL`].
macro_rules! faults {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// What a check on authority or money found, as a finding's detail: what is wrong and, for people, which one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub(crate) enum Fault {
            $($(#[$doc])* $name,)*
        }

        impl Fault {
            /// By number.
            const ALL: &[Fault] = &[$(Fault::$name,)*];
        }
    };
}

faults! {
    /// Not enough officers were named.
    TooFew,
    /// Not in the register of a body that has one. A query to the department first.
    UnknownOfficer,
    /// In the register, but not in post on that day.
    NotInPost,
    NoCertificate,
    Expired,
    OtherField,
    /// The number named is none of the officer's in the register. A query first.
    OtherNumber,
    /// Of enough officers named, too few are qualified.
    TooFewQualified,
    /// The same, where only some are unknown. A query first.
    MaybeTooFew,
    /// No approver and no rank was named. A query first.
    NoApprover,
    RankTooLow,
    OtherPost,
    NoPlan,
    /// A plan number that nobody published. A query first.
    UnknownPlan,
    PlanOtherItem,
    PlanOtherBody,
    PlanOtherRegion,
    PlanOtherTime,
    OtherBody,
    BeyondItsSteps,
    OutsideItsArea,
    AboveTier,
    BelowTier,
    /// Below the tier, after collective discussion: for review.
    Mitigated,
    TierNotFiled,
    TierNotInForce,
    /// Money was decided and no tier named. A query first.
    NoTier,
    TierChanged,
    NoFees,
    FeeNotListed,
    /// Money was charged and no fee named. A query first.
    NoFeeCode,
    AboveStandard,
    BelowStandard,
    ReliefWithoutGround,
    ReliefOtherGround,
    CollectorIsDecider,
    FineTooLargeForTheSpot,
    OtherCollectionGround,
    /// No body has this code, and the source has codes of its own: it may be one that nobody mapped. A query first.
    UnmappedBody,
    /// The decider of a fine entered its payment, and nobody said who took it. A query first, then for review: who enters a
    /// payment did not therefore take it.
    NoCollector,
    /// Each payment is within the standard, all together are not.
    AboveInAll,
    /// Officers are owed and nobody is named. A query first.
    NobodyNamed,
    /// The approver's rank is a word that is no rank. A query first.
    UnknownRank,
}

impl Fault {
    /// A question to the department before it is a fault: the register, or the record, may be what is wrong.
    pub(crate) fn is_query(self) -> bool {
        matches!(
            self,
            Fault::UnknownOfficer
                | Fault::OtherNumber
                | Fault::MaybeTooFew
                | Fault::NoApprover
                | Fault::UnknownPlan
                | Fault::NoTier
                | Fault::NoFeeCode
                | Fault::UnmappedBody
                | Fault::NoCollector
                | Fault::NobodyNamed
                | Fault::UnknownRank
        )
    }

    /// As a finding's detail; `who` counts the event's officers from 0.
    pub(crate) fn detail(self, who: usize) -> u16 {
        self as u16 | (who.min(255) as u16) << 8
    }

    /// The fault and the officer of a detail.
    pub(crate) fn of_detail(detail: u16) -> (Fault, usize) {
        let place = usize::from(detail & 0xff);
        let fault = Self::ALL.get(place).copied();
        (fault.unwrap_or(Fault::TooFew), usize::from(detail >> 8))
    }
}

/// What looking at an event came to.
pub(crate) enum Outcome {
    Fine,
    /// What it takes to judge is not known.
    Unjudged,
    /// A fault; the earlier event it rests on, or [`NONE`].
    Found(u32, u16),
}

impl Outcome {
    pub(super) fn fault(fault: Fault) -> Self {
        Outcome::Found(NONE, fault.detail(0))
    }
}
