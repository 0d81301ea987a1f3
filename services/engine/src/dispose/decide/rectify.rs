//! Rectification 整改: what a department puts right upon an order, proves, and has checked by whoever gave the order.

use mingjing_domain::disposition::{Check, Order, Rectification, Refused, RefusedBecause};

use super::orders::open_order;
use super::{Case, Decided};
use crate::dispose::refused;

impl Case<'_> {
    /// What is to be put right follows from what was found out: it comes after the answer.
    pub(super) fn rectify(self, evidence: &[String]) -> Decided {
        let order = self.needs_order()?;
        self.may_answer(order)?;
        if order.answers.is_empty() {
            let message = "督办尚未反馈，请先反馈查明的情况，再报送整改结果";
            return Err(refused(RefusedBecause::NotAnswered, message));
        }
        if order.to_check().is_some() {
            let message = "整改结果已经报送，尚待验收";
            return Err(refused(RefusedBecause::NotChecked, message));
        }
        if order.found_enough() == Some(true) {
            let message = "整改已经验收通过";
            return Err(refused(RefusedBecause::AlreadyRectified, message));
        }
        if evidence.is_empty() {
            let message = "整改结果没有附证明材料";
            return Err(refused(RefusedBecause::NoEvidence, message));
        }
        let mut decided = self.before;
        if let Some(order) = open_order(&mut decided) {
            order.rectifications.push(Rectification {
                by: self.by,
                evidence: evidence.to_vec(),
                checked: None,
            });
        }
        Ok(decided)
    }

    pub(super) fn check_rectification(self, accepted: bool) -> Decided {
        let Some(to_check) = self.needs_order()?.to_check() else {
            let message = "该督办没有待验收的整改";
            return Err(refused(RefusedBecause::NothingToCheck, message));
        };
        if to_check.by.person == self.by.person {
            let message = format!("{} 报送了该整改结果，不能自行验收", self.by.person);
            return Err(refused(RefusedBecause::OwnDecision, message));
        }
        let by = self.by;
        let mut decided = self.before;
        let last = open_order(&mut decided).and_then(|order| order.rectifications.last_mut());
        if let Some(last) = last {
            last.checked = Some(Check { by, accepted });
        }
        Ok(decided)
    }
}

/// Whether nothing of it is left to be put right or to be checked.
pub(super) fn is_put_right(order: &Order) -> Result<(), Refused> {
    if order.to_check().is_some() {
        let message = "整改结果尚待验收";
        return Err(refused(RefusedBecause::NotChecked, message));
    }
    match order.found_enough() {
        Some(true) => Ok(()),
        None if !order.must_rectify => Ok(()),
        Some(false) => Err(refused(
            RefusedBecause::NotRectified,
            "整改已被退回，尚未重新报送",
        )),
        None => Err(refused(
            RefusedBecause::NotRectified,
            "该督办须整改，尚未报送整改结果",
        )),
    }
}
