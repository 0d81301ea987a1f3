//! Orders 督办: given, passed on within the department, put off, answered, closed.

use mingjing_domain::Timestamp;
use mingjing_domain::deadline;
use mingjing_domain::disposition::{
    Answer, Disposition, ExtensionAsked, ExtensionOutcome, ORDER_POINT, Order, PassedOn, Refused,
    RefusedBecause, Signature,
};

use super::{Case, Decided};
use crate::dispose::refused;

impl Case<'_> {
    pub(super) fn order(self, to: &str, due_at: Option<Timestamp>) -> Decided {
        self.is_out()?;
        if self.open_order().is_some() {
            return Err(refused(RefusedBecause::OrderOpen, "该预警已有未办结的督办"));
        }
        if due_at.is_some_and(|due| due <= self.by.at) {
            return Err(refused(RefusedBecause::NotLater, "反馈时间应晚于督办时间"));
        }
        let terms = self.terms(to, self.by.at);
        let due_at = due_at.or_else(|| self.due(self.by.at, terms.answer, to));
        let nth = self.before.order.as_ref();
        let nth = nth.map_or(1, |order| order.nth.saturating_add(1));
        let mut decided = self.before;
        decided.order = Some(Order {
            by: self.by,
            nth,
            to: to.into(),
            due_at,
            extended: Vec::new(),
            extensions_asked: Vec::new(),
            passed_on: Vec::new(),
            answers: Vec::new(),
            closed: None,
        });
        Ok(decided)
    }

    pub(super) fn answer(self, evidence: &[String]) -> Decided {
        match self.open_order() {
            None if self.said.control_point == ORDER_POINT => {
                let message = format!("请在原预警（{}）上反馈该督办", self.said.step);
                return Err(refused(RefusedBecause::NoOrder, message));
            }
            None if !self.is_card() => {
                self.needs_order()?;
            }
            None => {}
            Some(order) => self.may_answer(order)?,
        }
        let answer = Answer {
            by: self.by,
            evidence: evidence.to_vec(),
        };
        let mut decided = self.before;
        match open_order(&mut decided) {
            Some(order) => order.answers.push(answer),
            None => decided.answers.push(answer),
        }
        Ok(decided)
    }

    /// Whoever it was passed on to passes on that, whoever it was not the order itself. The same person given it again has it anew.
    pub(super) fn pass_on(self, to: &str, due_at: Option<Timestamp>) -> Decided {
        let (order, person) = (self.needs_order()?, &self.by.person);
        let above = order.passed_on_to(person);
        let under = above.map(|leg| leg.nth);
        if to == person || order.came_through(under, to) {
            let message = format!("{to} 是转办人或者已经手，不能再转办给其本人");
            return Err(refused(RefusedBecause::InCircle, message));
        }
        if due_at.is_some_and(|due| due <= self.by.at) {
            return Err(refused(RefusedBecause::NotLater, "回报时间应晚于转办时间"));
        }
        let until = above.and_then(|leg| leg.due_at).or(order.due_at);
        if until.is_some_and(|until| due_at.is_some_and(|due| due > until)) {
            let message = "转办的期限晚于上一级的期限";
            return Err(refused(RefusedBecause::AfterParent, message));
        }
        let nth = order
            .passed_on
            .last()
            .map_or(1, |leg| leg.nth.saturating_add(1));
        let mut decided = self.before;
        if let Some(order) = open_order(&mut decided) {
            let again = order.passed_on.iter_mut();
            for leg in again.filter(|leg| leg.to == to && leg.is_open()) {
                leg.replaced = true;
            }
            order.passed_on.push(PassedOn {
                by: self.by,
                nth,
                under,
                to: to.into(),
                due_at: due_at.or(until),
                reports: Vec::new(),
                replaced: false,
            });
        }
        Ok(decided)
    }

    pub(super) fn report(self, evidence: &[String]) -> Decided {
        let (order, person) = (self.needs_order()?, &self.by.person);
        let Some(nth) = order.passed_on_to(person).map(|leg| leg.nth) else {
            let message = format!("该督办没有转办给 {person}");
            return Err(refused(RefusedBecause::NotAddressed, message));
        };
        let report = Answer {
            by: self.by,
            evidence: evidence.to_vec(),
        };
        let mut decided = self.before;
        let legs = open_order(&mut decided).map(|order| order.passed_on.iter_mut());
        if let Some(leg) = legs.and_then(|mut legs| legs.find(|leg| leg.nth == nth)) {
            leg.reports.push(report);
        }
        Ok(decided)
    }

    pub(super) fn ask_extension(self, until: Timestamp) -> Decided {
        let order = self.needs_order()?;
        self.may_answer(order)?;
        self.is_in_time(order)?;
        if order.extension_waiting().is_some() {
            return Err(refused(
                RefusedBecause::ExtensionAsked,
                "该督办已有待答复的延期申请",
            ));
        }
        is_later(order, until)?;
        let mut decided = self.before;
        if let Some(order) = open_order(&mut decided) {
            order.extensions_asked.push(ExtensionAsked {
                by: self.by,
                until,
                outcome: None,
            });
        }
        Ok(decided)
    }

    /// Who asked in time does not lose by how long the office takes: what was asked for is granted after the day, too.
    pub(super) fn extend(self, until: Timestamp) -> Decided {
        let order = self.needs_order()?;
        match order.extension_waiting() {
            Some(asked) => self.did_not_ask(asked)?,
            None => self.is_in_time(order)?,
        }
        is_later(order, until)?;
        let by = self.by;
        let mut decided = self.before;
        if let Some(order) = open_order(&mut decided) {
            order.due_at = Some(until);
            order.extended.push(by.clone());
            conclude(order, Some(until), by);
        }
        Ok(decided)
    }

    pub(super) fn refuse_extension(self) -> Decided {
        let order = self.needs_order()?;
        let Some(asked) = order.extension_waiting() else {
            return Err(refused(
                RefusedBecause::NoExtensionAsked,
                "该督办没有待答复的延期申请",
            ));
        };
        self.did_not_ask(asked)?;
        let mut decided = self.before;
        if let Some(order) = open_order(&mut decided) {
            conclude(order, None, self.by);
        }
        Ok(decided)
    }

    pub(super) fn close(self) -> Decided {
        let order = self.needs_order()?;
        if order.answers.is_empty() {
            return Err(refused(RefusedBecause::NotAnswered, "督办尚未反馈"));
        }
        let mut decided = self.before;
        if let Some(order) = open_order(&mut decided) {
            order.closed = Some(self.by);
        }
        Ok(decided)
    }

    /// An order has its term anew once an appeal that was made within it is turned down (domain study 11.10).
    pub(super) fn put_off(&self) -> Option<Timestamp> {
        let order = self.open_order().filter(|o| o.answers.is_empty())?;
        let (due_at, appeal) = (order.due_at?, self.before.appeal.as_ref()?);
        if deadline::is_late(appeal.by.at, due_at) {
            return None;
        }
        let within = self.terms(&order.to, order.by.at).answer;
        let anew = self.due(self.by.at, within, &order.to)?;
        (anew > due_at).then_some(anew)
    }

    fn open_order(&self) -> Option<&Order> {
        self.before.order.as_ref().filter(|o| o.closed.is_none())
    }

    fn needs_order(&self) -> Result<&Order, Refused> {
        self.open_order()
            .ok_or_else(|| refused(RefusedBecause::NoOrder, "该预警没有未办结的督办"))
    }

    /// Once it was passed on, the order itself is answered by who passed it on.
    fn may_answer(&self, order: &Order) -> Result<(), Refused> {
        match order.is_answered_by(&self.by.person) {
            true => Ok(()),
            false => Err(refused(
                RefusedBecause::NotAddressed,
                "该督办已经转办，由转办人向督办单位反馈",
            )),
        }
    }

    /// Put off afterwards, an order would never have been unanswered.
    fn is_in_time(&self, order: &Order) -> Result<(), Refused> {
        match order.due_at {
            Some(due_at) if deadline::is_late(self.by.at, due_at) => Err(refused(
                RefusedBecause::TooLate,
                "反馈期限已过，不能再延期；确有客观原因的，在督办未按期反馈的预警上认定",
            )),
            _ => Ok(()),
        }
    }

    fn did_not_ask(&self, asked: &ExtensionAsked) -> Result<(), Refused> {
        match asked.by.person == self.by.person {
            false => Ok(()),
            true => Err(refused(
                RefusedBecause::OwnDecision,
                format!("{} 是延期申请人，不能答复该申请", self.by.person),
            )),
        }
    }
}

fn open_order(disposition: &mut Disposition) -> Option<&mut Order> {
    disposition.order.as_mut().filter(|o| o.closed.is_none())
}

fn is_later(order: &Order, until: Timestamp) -> Result<(), Refused> {
    match order.due_at {
        Some(old) if until <= old => Err(refused(
            RefusedBecause::NotLater,
            "新的反馈时间不晚于原定时间",
        )),
        _ => Ok(()),
    }
}

/// Answers the request for more time that waits, where one does.
fn conclude(order: &mut Order, until: Option<Timestamp>, by: Signature) {
    let last = order.extensions_asked.last_mut();
    if let Some(asked) = last.filter(|asked| asked.outcome.is_none()) {
        asked.outcome = Some(ExtensionOutcome { by, until });
    }
}
