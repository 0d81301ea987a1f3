//! Findings about persons, bodies, plans and money, as far as they go by verdicts on single events: A3, A4, A5, A7, A8, A11.

mod bodies;
mod officers;

use mingjing_domain::Timestamp;
use mingjing_domain::alert::Level;
use mingjing_domain::deadline::{self, Ledger};
use mingjing_domain::definitions::{Anchor, PointKind};
use mingjing_domain::limit::{Budget, Unit};

use super::findings::Finding;
use super::history::Case;
use super::suspensions::special_finding;
use super::{Moment, SlowEvaluator, Watch};

/// What is to be said of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Fine,
    /// Alleged at once.
    Fault,
    /// The department is asked first.
    Query,
    /// For a person to look at, whatever the point's level.
    Mild,
    /// The department is asked first, then a person looks at it.
    Doubt,
}

/// For so long what the register or the record may have wrong is only asked.
const QUERY_GRACE: Budget = Budget::new(2, Unit::WorkingDays);

impl SlowEvaluator<'_> {
    /// Findings about persons, plans and money.
    pub(super) fn of_authority(
        &self,
        case: &Case<'_>,
        watch: &Watch<'_>,
        moment: Moment<'_>,
    ) -> Vec<Finding> {
        let every = [Anchor {
            kind: None,
            step: None,
            line: 0,
        }];
        let check = &watch.point.check;
        let (on, each): (&[Anchor], bool) = match check {
            PointKind::TooFewOfficers { on, each, .. }
            | PointKind::Certificate { on, each }
            | PointKind::NotAssigned { on, each } => (on, *each),
            PointKind::UnplannedInspection { on } => (on, false),
            PointKind::ApproverRank { .. } | PointKind::DiscretionChanged => (&every, true),
            PointKind::DiscretionAmount { on, .. }
            | PointKind::DiscretionTier { on }
            | PointKind::Fee { on }
            | PointKind::Collector { on } => (on, true),
            _ => return Vec::new(),
        };
        let verdict = |index: usize| match check {
            PointKind::TooFewOfficers {
                at_least,
                qualified,
                ..
            } => {
                let wanted = (*at_least, *qualified);
                let papers_asked = self.papers_are_asked(case, index, moment.source);
                self.too_few_officers(case, index, wanted, papers_asked)
            }
            PointKind::Certificate { .. } => self.certificate(case, index),
            PointKind::ApproverRank { kinds } => self.approver_rank(case, index, kinds),
            PointKind::NotAssigned { .. } => self.not_assigned(case, index),
            PointKind::UnplannedInspection { .. } => self.unplanned_inspection(case, index),
            _ => self.of_money(case, index, check),
        };
        let mut found = Vec::new();
        for index in case.all(on) {
            let mut finding = match each {
                true if matches!(check, PointKind::ApproverRank { .. }) => {
                    special_finding(case, index)
                }
                true => Finding::of_event(case, index),
                false => Finding::of_case(index),
            };
            match verdict(index) {
                Verdict::Fine => continue,
                Verdict::Fault => {}
                Verdict::Mild => finding.level = Some(Level::Review),
                Verdict::Query | Verdict::Doubt => {
                    if verdict(index) == Verdict::Doubt {
                        finding.level = Some(Level::Review);
                    }
                    let at = case.events[index].occurred_at;
                    finding.grace_ends = Some(query_ends(watch, at));
                }
            }
            found.push(finding);
        }
        found
    }
}

/// The last second in which a query asked at an instant may be answered.
pub(super) fn query_ends(watch: &Watch<'_>, at: Timestamp) -> Timestamp {
    deadline::deadline(watch.calendar, at, QUERY_GRACE, &Ledger::default()).due_at
}
