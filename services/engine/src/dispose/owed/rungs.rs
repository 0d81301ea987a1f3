//! When what is how grave, and before whom it is then brought: the instants of an order, from its terms.

use mingjing_domain::Timestamp;
use mingjing_domain::alert::{AlertRecord, Evidence, Level};
use mingjing_domain::calendar::WorkCalendar;
use mingjing_domain::deadline::{self, Deadline, Ledger};
use mingjing_domain::definitions::regions;
use mingjing_domain::disposition::{
    Appeal, BroughtBefore, EscalationRung, Instance, Order, Rung, RungDue,
};
use mingjing_domain::limit::Budget;

use crate::rules::Terms;

/// When what is how grave.
pub(super) struct Rungs {
    pub(super) remind_at: Option<Timestamp>,
    pub(super) late_at: Timestamp,
    pub(super) red_at: Option<Timestamp>,
    /// Of each rung of the site's ladder, in its order; none where it is not reached as things stand.
    brought_at: Vec<Option<Timestamp>>,
}

impl Rungs {
    /// `about`: the appeal against the alert that was ordered about; `own`: the one against the alert about the order itself.
    pub(super) fn of(
        order: &Order,
        (about, own): (Option<&Appeal>, Option<&Appeal>),
        due_at: Timestamp,
        terms: &Terms,
        calendar: &WorkCalendar,
    ) -> Self {
        let due = Deadline {
            due_at,
            due_date: due_at.local_date(calendar.tz()),
            provisional: false,
        };
        // An order of one day is not reminded of in the moment it is given.
        let before = |before: Budget| {
            Some(deadline::last_reminder(calendar, &due, before)).filter(|at| *at > order.by.at)
        };
        let after = |from, after| {
            let due = deadline::deadline(calendar, from, after, &Ledger::default());
            deadline::first_late_instant(due.due_at)
        };
        // Nobody need answer for a card while it is appealed. Made when the order was late already, an appeal against the card that was
        // ordered about stops what makes it graver; one against the alert about the order whatever is still to come. Each that is
        // decided moves what was to come behind it, where the next one may stop it again.
        let about = about.filter(|a| deadline::is_late(a.by.at, due_at));
        let mut appeals: Vec<&Appeal> = about.into_iter().chain(own).collect();
        appeals.sort_by_key(|a| a.by.at);
        let held = |plain: Timestamp, anew: &dyn Fn(Timestamp) -> Timestamp| {
            appeals.iter().try_fold(plain, |at, appeal| {
                if appeal.by.at >= at {
                    return Some(at);
                }
                let decided = appeal.outcome.as_ref()?;
                Some(at.max(anew(decided.by.at)))
            })
        };
        let graver_at = |term: Budget| {
            held(after(due_at, term), &|decided| {
                after(decided.max(due_at), term)
            })
        };
        let late_at = deadline::first_late_instant(due_at);
        let brought_at = |rung: &Rung| match rung.due {
            RungDue::Before(term) => before(term).and_then(|at| held(at, &|decided| decided)),
            RungDue::Late => held(late_at, &|decided| decided),
            RungDue::After(term) => graver_at(term),
        };
        let rungs = &terms.escalation.0;
        let ahead = rungs.iter().filter_map(|rung| match rung.due {
            RungDue::Before(term) => Some(term),
            RungDue::Late | RungDue::After(_) => None,
        });
        Self {
            // Whom it is brought before while there is time finds a reminder there.
            remind_at: terms
                .remind
                .into_iter()
                .chain(ahead)
                .filter_map(before)
                .min(),
            late_at,
            red_at: terms
                .red_after
                .filter(|_| terms.level < Level::Red)
                .and_then(graver_at),
            brought_at: rungs.iter().map(brought_at).collect(),
        }
    }

    /// How grave it is when it is late.
    pub(super) fn level(&self, terms: &Terms, at: Timestamp) -> Level {
        let own = match self.red_at.is_some_and(|red_at| at >= red_at) {
            true => Level::Red,
            false => terms.level,
        };
        let raised = self.reached(terms, at).filter_map(|rung| rung.level).max();
        raised.map_or(own, |raised| own.max(raised))
    }

    /// The rungs that are reached at an instant.
    pub(super) fn reached<'t>(
        &self,
        terms: &'t Terms,
        at: Timestamp,
    ) -> impl Iterator<Item = &'t Rung> {
        let rungs = terms.escalation.0.iter().zip(&self.brought_at);
        rungs
            .filter(move |(_, brought_at)| brought_at.is_some_and(|brought_at| at >= brought_at))
            .map(|(rung, _)| rung)
    }

    pub(super) fn next(&self, clock: Timestamp) -> Option<Timestamp> {
        let all = [self.remind_at, Some(self.late_at), self.red_at];
        let all = all.iter().chain(&self.brought_at).flatten();
        all.copied().filter(|at| *at > clock).min()
    }

    /// The site's ladder as an alert tells it: as it stands at an instant, and of a body of a region. `waits`: what is not reached may still be.
    pub(super) fn told(
        &self,
        terms: &Terms,
        region: Option<&str>,
        at: Timestamp,
        waits: bool,
    ) -> Option<Evidence> {
        let rungs = terms.escalation.0.iter().zip(&self.brought_at);
        let rungs: Vec<EscalationRung> = rungs
            .map(|(rung, brought_at)| {
                let reached = brought_at.is_some_and(|brought_at| at >= brought_at);
                EscalationRung {
                    due: rung.due.to_string(),
                    at: brought_at.filter(|_| reached || waits),
                    reached,
                    level: rung.level,
                    before: rung.before.iter().map(|i| brought(*i, region)).collect(),
                }
            })
            .collect();
        (!rungs.is_empty()).then_some(Evidence::Escalation { rungs })
    }
}

/// A township has no supervision office: it is its county's that an order of it is brought before.
fn brought(instance: Instance, region: Option<&str>) -> BroughtBefore {
    let region = match instance {
        Instance::SupervisionAbove => region.and_then(regions::above),
        Instance::DepartmentSupervisor | Instance::Supervision | Instance::Leadership => {
            region.map(regions::county).map(str::to_owned)
        }
    };
    BroughtBefore { instance, region }
}

/// How many rungs an alert has climbed.
pub(super) fn climbed(alert: &AlertRecord) -> usize {
    alert.ladder().iter().filter(|rung| rung.reached).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_of_a_township_is_brought_before_its_county_and_of_what_no_city_governs_before_the_province()
     {
        let region = |instance, region| brought(instance, Some(region)).region;
        for (of, own, above) in [
            ("510502", "510502", "510500"),
            ("510502001", "510502", "510500"),
            ("429004", "429004", "420000"),
            ("500229", "500229", "500000"),
        ] {
            assert_eq!(region(Instance::Supervision, of).as_deref(), Some(own));
            assert_eq!(region(Instance::Leadership, of).as_deref(), Some(own));
            let told = region(Instance::SupervisionAbove, of);
            assert_eq!(told.as_deref(), Some(above));
        }
    }
}
