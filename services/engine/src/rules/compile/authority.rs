//! Control points that ask the register, a plan, a standard.

use mingjing_domain::definitions::{ControlPoint, PointKind, Rank};

use super::{Builder, Home, Looks};
use crate::fold::APPROVED;
use crate::rules::plan::{AuthorityCheck, Check};

impl Builder<'_> {
    pub(super) fn authority(
        &mut self,
        point: &ControlPoint,
        home: &Home<'_>,
    ) -> Option<(Check, Looks)> {
        let (check, looks) = match &point.check {
            PointKind::TooFewOfficers {
                on,
                at_least,
                qualified,
                each,
            } => {
                let check = AuthorityCheck::TooFewOfficers {
                    at_least: *at_least,
                    qualified: *qualified,
                    each: *each,
                };
                (check, Looks::At(self.mark(on)))
            }
            PointKind::Certificate { on, each } => (
                AuthorityCheck::Certificate { each: *each },
                Looks::At(self.mark(on)),
            ),
            PointKind::ApproverRank { kinds } => {
                let watched = match kinds.as_slice() {
                    [] => u64::MAX,
                    kinds => self.special_bits(kinds, None, home),
                };
                let specials = self.plan.specials.iter().enumerate();
                let ranks: Vec<Option<Rank>> = specials
                    .map(|(place, special)| {
                        special.approver_rank.filter(|_| watched >> place & 1 == 1)
                    })
                    .collect();
                if ranks.iter().all(Option::is_none) {
                    let message = "no special procedure that it watches has an `approver_rank` of: \
                                   officer, office_head, authority_head, government_head";
                    self.refuse(home, point, message);
                }
                (
                    AuthorityCheck::ApproverRank { ranks },
                    Looks::Kinds(&APPROVED),
                )
            }
            PointKind::NotAssigned { on, each } => (
                AuthorityCheck::NotAssigned { each: *each },
                Looks::At(self.mark(on)),
            ),
            PointKind::UnplannedInspection { on } => (
                AuthorityCheck::UnplannedInspection,
                Looks::At(self.mark(on)),
            ),
            PointKind::DiscretionAmount { on, amount } => {
                let amount = amount.clone();
                (
                    AuthorityCheck::DiscretionAmount { amount },
                    Looks::At(self.mark(on)),
                )
            }
            PointKind::DiscretionTier { on } => {
                (AuthorityCheck::DiscretionTier, Looks::At(self.mark(on)))
            }
            PointKind::DiscretionChanged => (AuthorityCheck::DiscretionChanged, Looks::Always),
            PointKind::Fee { on } => (AuthorityCheck::Fee, Looks::At(self.mark(on))),
            PointKind::Collector { on } => (AuthorityCheck::Collector, Looks::At(self.mark(on))),
            _ => return None,
        };
        Some((Check::Authority(check), looks))
    }
}
