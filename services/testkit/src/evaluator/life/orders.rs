//! Unanswered orders, the slow way: after every input, of every alert that something was ordered about, where the alert about the order
//! should stand.

use mingjing_domain::Timestamp;
use mingjing_domain::alert::{Level, Status};
use mingjing_domain::deadline::{Deadline, Ledger, deadline, last_reminder};
use mingjing_domain::disposition::{ORDER_POINT, order_step};
use mingjing_domain::limit::Budget;

use super::super::dispositions::LastOrder;
use super::super::terms::Terms;
use super::{AlertKey, AlertStand, BEFORE_EVERY_TICK, Goes, SlowEngine};

impl SlowEngine {
    /// An alert about an order may be ordered about itself: until nothing changes.
    pub(super) fn judge_orders(&mut self) {
        loop {
            let was = self.alerts.clone();
            let ordered: Vec<AlertKey> = self.deeds.keys().cloned().collect();
            for about in ordered {
                self.judge_order(&about);
            }
            if was == self.alerts {
                return;
            }
        }
    }

    fn judge_order(&mut self, about: &AlertKey) {
        let deeds = &self.deeds[about];
        let Some(mut order) = deeds.last_order() else {
            return;
        };
        let shown = deeds.shown(&self.alerts[about], self.out_at.get(about).copied());
        let gone = matches!(shown.status, Status::Withdrawn | Status::Cancelled);
        let key = AlertKey {
            control_point: ORDER_POINT.to_owned(),
            step: order_step(&about.control_point, kind(about), &about.step, about.visit),
            visit: order.nth,
            ..about.clone()
        };
        let own = self.deeds.get(&key);
        order.own_appeal = own.and_then(|deeds| deeds.last_appeal());
        let old = self.alerts.get(&key).cloned();
        let item = self.items.get(about).cloned();
        let of = (item.as_deref(), &order);
        let wanted = self.wanted_of(of, gone, old.as_ref());
        let before = self.alerts.clone();
        match (wanted, old) {
            (Some(wanted), old) => {
                if old.as_ref() != Some(&wanted) {
                    self.names_item(&key, item);
                }
                self.alerts.insert(key, wanted);
            }
            (None, Some(old)) => {
                let status = Status::Withdrawn;
                self.alerts.insert(key, AlertStand { status, ..old });
            }
            (None, None) => return,
        }
        let now = match self.clock {
            BEFORE_EVERY_TICK => order.last_at,
            clock => clock,
        };
        self.note_what_went_out(&before, now, Goes::OutAgain);
    }

    /// Where the alert about an order should stand, given the item that it is about; nothing where there should be none.
    fn wanted_of(
        &self,
        (item, order): (Option<&str>, &LastOrder),
        gone: bool,
        old: Option<&AlertStand>,
    ) -> Option<AlertStand> {
        let terms = Terms::of(&self.definitions, &order.to, item, order.given_at);
        if terms.off || gone {
            return None;
        }
        let over = |at: Timestamp| at.floor_second() > order.due_at;
        let card = |at: Timestamp| AlertStand {
            level: self.level_at(order, &terms, at),
            status: Status::Issued,
            due_at: Some(order.due_at),
            breached_at: Some(order.due_at.plus_millis(1000)),
            completed_at: None,
            doubted: false,
        };
        let ended = |stand: AlertStand| AlertStand {
            status: Status::Ended,
            completed_at: order.answered_at,
            ..stand
        };
        if let Some(at) = order.answered_at {
            let reminder = old
                .filter(|old| old.breached_at.is_none() && old.status != Status::Withdrawn)
                .cloned();
            return match over(at) {
                true => Some(ended(card(at))),
                false => reminder.map(ended),
            };
        }
        if order.appealed_at.is_some_and(|at| !over(at)) {
            return None;
        }
        if over(self.clock) {
            return Some(card(self.clock));
        }
        let ahead = terms.rungs.iter().filter_map(|(due, _)| {
            let before = due.strip_suffix(" before")?;
            Some(before.parse().expect("a time before"))
        });
        let is_reminded = terms.remind.into_iter().chain(ahead).any(|before| {
            let remind_at = self.remind_at(order, before);
            remind_at > order.given_at && self.clock >= remind_at
        });
        is_reminded.then(|| AlertStand {
            level: Level::Notice,
            breached_at: None,
            ..card(self.clock)
        })
    }

    /// What is late: as grave as T15 is, or red by its own term, or as the gravest rung says that has been reached.
    fn level_at(&self, order: &LastOrder, terms: &Terms, at: Timestamp) -> Level {
        let has_passed = |after| self.has_passed(order, after, at);
        let mut level = terms.level;
        if terms.red_after.is_some_and(has_passed) {
            level = Level::Red;
        }
        for (due, graver) in &terms.rungs {
            let reached = match due.as_str() {
                "late" => match order.own_appeal {
                    Some((made, decided)) if made.floor_second() <= order.due_at => {
                        decided.is_some_and(|decided| at >= decided)
                    }
                    _ => true,
                },
                // There a rung says no level.
                before if before.ends_with(" before") => false,
                after => has_passed(after.parse().expect("a time after")),
            };
            level = level.max(graver.filter(|_| reached).unwrap_or(level));
        }
        level
    }

    /// Whether so much has gone by since the order was late, as far as the appeals let it: of the card that was ordered about, made when
    /// the order was late already, and of the alert about the order.
    fn has_passed(&self, order: &LastOrder, after: Budget, at: Timestamp) -> bool {
        let calendar = self.definitions.calendar_of_body(&order.to);
        let graver = |from| deadline(calendar, from, after, &Ledger::default()).due_at;
        let was_late = |(made, _): &(Timestamp, _)| made.floor_second() > order.due_at;
        let of_card = order.last_appeal.filter(was_late);
        let mut appeals: Vec<_> = of_card.into_iter().chain(order.own_appeal).collect();
        appeals.sort_unstable();
        let mut passes = graver(order.due_at);
        for (made, decided) in appeals {
            match decided {
                _ if made.floor_second() > passes => {}
                None => return false,
                Some(decided) => passes = passes.max(graver(decided.max(order.due_at))),
            }
        }
        at.floor_second() > passes
    }

    fn remind_at(&self, order: &LastOrder, before: Budget) -> Timestamp {
        let calendar = self.definitions.calendar_of_body(&order.to);
        let due = Deadline {
            due_at: order.due_at,
            due_date: order.due_at.local_date(calendar.tz()),
            provisional: false,
        };
        last_reminder(calendar, &due, before)
    }
}

/// The kind of an alert's subject, as scripts have it.
fn kind(about: &AlertKey) -> &'static str {
    match (about.source.is_empty(), about.case_no.is_empty()) {
        (true, _) => "org",
        (false, true) => "source",
        (false, false) => "case",
    }
}
