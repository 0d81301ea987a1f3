//! Orders 督办 that wait for an answer: when they are to be looked at again, and the alerts about those that were not answered in time (T15).
//!
//! These alerts stand beside the cases, like those of inspections: what they say follows from what people did about another alert and from
//! the partition's clock, whatever the clock of the case's source.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use mingjing_domain::Timestamp;
use mingjing_domain::alert::{AlertRecord, Status};
use mingjing_domain::command::Subject;
use mingjing_domain::disposition::ORDER_POINT;
use mingjing_domain::fact::{Cause, Fact};

use super::{CaseIx, Engine};
use crate::dispose::Owed;
use crate::life::Published;
use crate::rules::Rules;

/// An alert about which something was ordered.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ordered {
    source: String,
    key: String,
    alert_id: String,
}

impl Ordered {
    pub(super) fn of(subject: &Subject, alert_id: &str) -> Self {
        Self {
            source: subject.source.clone(),
            key: subject.key.clone(),
            alert_id: alert_id.into(),
        }
    }

    /// An alert as published, where something was ordered about it.
    fn about(said: &AlertRecord) -> Option<Self> {
        said.disposition.as_ref()?.order.as_ref()?;
        Some(Self {
            source: said.source.clone(),
            key: said.case_no.clone(),
            alert_id: said.alert_id.clone(),
        })
    }
}

/// When which is to be looked at again, both ways.
#[derive(Default)]
pub(crate) struct OrderTimers {
    by_instant: BTreeSet<(Timestamp, Ordered)>,
    by_alert: BTreeMap<Ordered, Timestamp>,
}

impl OrderTimers {
    pub(super) fn first(&self) -> Option<Timestamp> {
        self.by_instant.first().map(|(at, _)| *at)
    }

    fn set(&mut self, about: &Ordered, next: Option<Timestamp>) {
        let before = match next {
            Some(next) => self.by_alert.insert(about.clone(), next),
            None => self.by_alert.remove(about),
        };
        if before == next {
            return;
        }
        if let Some(before) = before {
            self.by_instant.remove(&(before, about.clone()));
        }
        if let Some(next) = next {
            self.by_instant.insert((next, about.clone()));
        }
    }

    /// Takes out what is due up to an instant, in order.
    fn take_up_to(&mut self, until: Timestamp) -> Vec<Ordered> {
        let mut due = Vec::new();
        let first = |timers: &Self| timers.by_instant.first().cloned();
        while let Some((_, about)) = first(self).filter(|(at, _)| *at <= until) {
            self.set(&about, None);
            due.push(about);
        }
        due
    }
}

impl Engine {
    /// Brings what is alleged about the order about an alert to what follows from it now.
    pub(super) fn follow_order(&mut self, about: Ordered, cause: &Cause, facts: &mut Vec<Fact>) {
        let mut next = Some(about);
        while let Some(about) = next {
            // Who does not answer may be ordered about that, too.
            next = self.judge_order(&about, cause, facts);
        }
    }

    /// The same of all alerts of a case that changed.
    pub(super) fn follow_orders_of(&mut self, ix: CaseIx, cause: &Cause, facts: &mut Vec<Fact>) {
        let alerts = self.cases[ix].alerts.iter();
        let ordered: Vec<Ordered> = alerts.filter_map(|p| Ordered::about(p.said())).collect();
        for about in ordered {
            self.follow_order(about, cause, facts);
        }
    }

    /// The same of all orders there are.
    pub(super) fn follow_all_orders(&mut self, cause: &Cause, facts: &mut Vec<Fact>) {
        for about in self.all_ordered() {
            self.follow_order(about, cause, facts);
        }
    }

    /// Looks at the orders that fall due up to an instant.
    pub(super) fn orders_due(&mut self, until: Timestamp, facts: &mut Vec<Fact>) {
        for about in self.order_timers.take_up_to(until) {
            self.follow_order(about, &Cause::Clock, facts);
        }
    }

    /// Sets the timers of all orders without judging, after a restore.
    pub(crate) fn rearm_orders(&mut self) {
        let rules = Arc::clone(&self.rules);
        for about in self.all_ordered() {
            let said = self.published(&about.source, &about.key, &about.alert_id);
            let owed = said.and_then(|p| self.owed_about(p.said(), &rules));
            let next = owed.and_then(|owed| owed.next);
            self.order_timers.set(&about, next);
        }
    }

    /// Takes a published alert about an order for what it is.
    pub(super) fn fold_order(&mut self, alert: &AlertRecord, revision: u32) {
        let alleged = order_is_alleged(alert);
        match self.owed.get_mut(&alert.alert_id) {
            Some(known) if known.revision < revision => known.retake(alert, revision, alleged),
            Some(_) => {}
            None => {
                let published = Published::of_published(alert, revision, alleged);
                self.owed.insert(alert.alert_id.clone(), published);
            }
        }
    }

    /// Answers with the alert about the order where that changed.
    fn judge_order(
        &mut self,
        about: &Ordered,
        cause: &Cause,
        facts: &mut Vec<Fact>,
    ) -> Option<Ordered> {
        let rules = Arc::clone(&self.rules);
        let said = self.published(&about.source, &about.key, &about.alert_id);
        let owed = self.owed_about(said?.said(), &rules)?;
        let (id, now) = (owed.alert_id(), owed.now(self.clock));
        let old = self.owed.get(&id).map(|published| &*published.record);
        let (change, next) = (owed.change(old, now), owed.next);
        self.order_timers.set(about, next);
        let change = change?;
        let published = self.owed.entry(id.clone());
        let published = published.or_insert_with(|| Published::untold(&change.0));
        published.say(change, cause, now, facts);
        Some(Ordered {
            alert_id: id,
            ..about.clone()
        })
    }

    /// What is owed about an alert as published, by now.
    fn owed_about<'a>(&self, about: &'a AlertRecord, rules: &'a Rules) -> Option<Owed<'a>> {
        let own = self.owed.get(&Owed::alert_id_about(about)?);
        Owed::of(about, own.map(Published::said), self.clock, rules)
    }

    /// The alert that was ordered about, of an alert about its last order.
    pub(super) fn ordered_about(&self, of_order: &Ordered) -> Option<Ordered> {
        self.owed.get(&of_order.alert_id)?;
        // Seldom asked: when somebody has done something about an alert about an order.
        let of_subject =
            |alert: &&AlertRecord| alert.source == of_order.source && alert.case_no == of_order.key;
        let mut all = self.alerts().filter(of_subject);
        let about = all.find(|a| Owed::alert_id_about(a).as_ref() == Some(&of_order.alert_id))?;
        Ordered::about(about)
    }

    fn all_ordered(&self) -> BTreeSet<Ordered> {
        self.alerts().filter_map(Ordered::about).collect()
    }
}

/// Whether an alert is about an unanswered order, by its control point.
pub(super) fn is_about_order(record: &AlertRecord) -> bool {
    record.control_point == ORDER_POINT
}

/// Whether one, as published, was alleged when it was published.
pub(crate) fn order_is_alleged(record: &AlertRecord) -> bool {
    record.automatic_status() != Status::Withdrawn
}
