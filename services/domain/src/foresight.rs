//! 预判: how likely an open case is to miss its limit, told from how like cases went.
//!
//! Pure. What is counted is a plain fraction with one correction: a like case that is still open is followed for as long as it has been
//! open and no longer (Kaplan and Meier 1958, the product-limit estimate). The question is that of a handler who looks at the case on their
//! desk: *of like cases that had stayed in this step for as long as this one has, how many were not done when this one falls due?*
//!
//! Rules it keeps:
//!
//! - **Like** means the same item, step and office; where those are too few ([`LIKE_MIN`]), the same item and step, then the same item,
//!   counted from the beginning of the limit. Where even those are too few nothing is said ([`Unsaid::TooFew`]).
//! - A number never comes without how many cases it stands on and by which likeness.
//! - It is a reason to look at a case, and nothing else: it alleges nothing, no rule reads it, no score counts it, no bulletin prints it,
//!   and cases are never likened by who handles them.
//!
//! # How time is counted
//!
//! In working days by date ([`Span`]), whatever the limit is counted in. Cases get done on days when people work: counted in hours, a stay
//! over the seven days of 国庆 would look as if nobody had cared for it, and a night as long as a day's work; and many systems report dates
//! without hours. The due instant is put on the same scale, so limits in calendar days are held against it without being counted anew. Limits
//! in hours or minutes end within the day on which this scale has one step, so of those nothing is said ([`Unsaid::Short`]).
//!
//! Cases whose clock was stopped (特别程序、补正) are left out on both sides: how much of a stay stood still is not in their record, and
//! their due instant moved with it.

mod estimate;

use std::collections::BTreeMap;

use crate::Timestamp;
use crate::calendar::WorkCalendar;
use crate::fact::CaseRecord;
use crate::measures::MeasureUnit;

pub use estimate::{Estimate, Stay, estimate};

/// The least number of like cases of which it is known whether they were done by then. Of twenty, one more or less is five points, and half
/// the width of a 95 % interval around one half is 22 points; fewer say nothing that a handler could act on.
pub const LIKE_MIN: usize = 20;

/// How far back like cases were begun, in days: a year, so that every season is in it once. On the three real logs that the tests hold it
/// against, what two years foretold lay further from what happened in each: offices change their ways.
pub const HISTORY_DAYS: i64 = 365;

/// How long something took: working days by date, and whether it ended on a day of rest after the last of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(u32);

impl Span {
    /// From one instant to another: the day it begins on does not count. Nothing where the second lies before the first.
    pub fn between(calendar: &WorkCalendar, from: Timestamp, to: Timestamp) -> Self {
        let zone = calendar.zone();
        let (first, last) = (zone.day_of(from), zone.day_of(to));
        if last <= first {
            return Span(0);
        }
        let days = calendar.count(first, last).max(0);
        let resting = !calendar.kind(last).is_working();
        // Wider than any case: days are held inside the years 0 to 9999.
        Span(u32::try_from(days * 2 + i64::from(resting)).unwrap_or(u32::MAX))
    }

    /// So many working days.
    pub const fn of_working_days(days: u32) -> Self {
        Span(days.saturating_mul(2))
    }

    /// How many working days it has.
    pub const fn working_days(self) -> u32 {
        self.0 / 2
    }
}

/// A case of which the history tells: done, or still open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PastCase {
    /// 承办机构; empty: none is known.
    pub org: String,
    /// When the limit of the whole case began.
    pub started_at: Timestamp,
    /// When that limit came to an end: what it asks for was done, the duty fell away, or the case ended; none: it runs.
    pub ended_at: Option<Timestamp>,
    /// Its stays in steps.
    pub visits: Vec<PastVisit>,
}

/// One stay of it in a step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PastVisit {
    /// 环节.
    pub step: String,
    /// From 1.
    pub visit: u16,
    /// 科室; empty: the flowchart names none.
    pub office: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// How the cases of one item went, as known at one instant, in spans.
#[derive(Clone, Debug, Default)]
pub struct History {
    whole: Vec<Stay>,
    steps: BTreeMap<Place, Vec<Placed>>,
    offices: BTreeMap<(String, String), u32>,
    as_of: Timestamp,
}

/// A step, first entered or entered again: whoever gets a case back knows it already. Third stays and later ones are too few to be a kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    step: String,
    again: bool,
}

/// A stay with the number of its body's office.
#[derive(Clone, Copy, Debug)]
struct Placed {
    office: u32,
    stay: Stay,
}

impl History {
    /// Of the cases of one item, as known at `as_of`. What happened later is not known then, whoever hands it in.
    pub fn of(
        cases: impl IntoIterator<Item = PastCase>,
        calendar: &WorkCalendar,
        as_of: Timestamp,
    ) -> Self {
        let mut history = History {
            as_of,
            ..History::default()
        };
        for case in cases.into_iter().filter(|case| case.started_at <= as_of) {
            history.take(case, calendar);
        }
        history
    }

    fn take(&mut self, case: PastCase, calendar: &WorkCalendar) {
        let as_of = self.as_of;
        let known = |at: Option<Timestamp>| at.filter(|at| *at <= as_of);
        let ended_at = known(case.ended_at);
        let until = ended_at.unwrap_or(as_of);
        let whole = Span::between(calendar, case.started_at, until);
        self.whole.push(Stay {
            stayed: whole,
            whole,
            ended: ended_at.is_some(),
        });
        for visit in case.visits {
            // What begins after the limit has ended, like delivery, has nothing of it left.
            if visit.visit > 2 || visit.started_at >= until {
                continue;
            }
            let left_at = known(visit.ended_at).unwrap_or(until).min(until);
            let stay = Stay {
                stayed: Span::between(calendar, visit.started_at, left_at),
                whole: Span::between(calendar, visit.started_at, until),
                ended: ended_at.is_some(),
            };
            let next = u32::try_from(self.offices.len()).unwrap_or(u32::MAX);
            let office = self.offices.entry((case.org.clone(), visit.office));
            let office = *office.or_insert(next);
            let place = Place {
                step: visit.step,
                again: visit.visit > 1,
            };
            let stays = self.steps.entry(place).or_default();
            stays.push(Placed { office, stay });
        }
    }

    /// As of when it is.
    pub const fn as_of(&self) -> Timestamp {
        self.as_of
    }

    /// How many cases it has.
    pub const fn cases(&self) -> usize {
        self.whole.len()
    }

    /// What like cases say of an open one at `now`; at least `least` of them must be known to the end, or nothing is said.
    ///
    /// # Errors
    /// [`Unsaid`].
    pub fn foresee(
        &self,
        open: &Open<'_>,
        now: Timestamp,
        calendar: &WorkCalendar,
        least: usize,
    ) -> Result<Foreseen, Unsaid> {
        if now > open.due_at {
            return Err(Unsaid::Past);
        }
        let since = |from: Timestamp| {
            (
                Span::between(calendar, from, now),
                Span::between(calendar, from, open.due_at),
            )
        };
        let found = |likeness, stays: &mut dyn Iterator<Item = Stay>, from| {
            let (elapsed, due) = since(from);
            let estimate = estimate(stays, elapsed, due, least)?;
            Some(Foreseen {
                estimate,
                likeness,
                elapsed,
                due,
            })
        };
        if let Some(at) = &open.stay
            && let Some(stays) = self.steps.get(&at.place)
        {
            let office = self
                .offices
                .get(&(open.org.to_owned(), at.office.to_owned()));
            if let Some(office) = office.filter(|_| !at.office.is_empty()) {
                let own = stays.iter().filter(|one| one.office == *office);
                let mut own = own.map(|one| one.stay);
                if let Some(told) = found(Likeness::Office, &mut own, at.entered_at) {
                    return Ok(told);
                }
            }
            let mut all = stays.iter().map(|one| one.stay);
            if let Some(told) = found(Likeness::Step, &mut all, at.entered_at) {
                return Ok(told);
            }
        }
        let mut all = self.whole.iter().copied();
        found(Likeness::Item, &mut all, open.started_at).ok_or(Unsaid::TooFew)
    }
}

/// An open case as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open<'a> {
    org: &'a str,
    started_at: Timestamp,
    due_at: Timestamp,
    due: Due,
    stay: Option<Entered<'a>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entered<'a> {
    place: Place,
    office: &'a str,
    entered_at: Timestamp,
}

/// Whose limit it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// 承诺期限.
    Promised,
    /// 法定期限.
    Statutory,
}

impl Due {
    /// The code used in answers.
    pub const fn code(self) -> &'static str {
        match self {
            Due::Promised => "promised",
            Due::Statutory => "statutory",
        }
    }
}

impl<'a> Open<'a> {
    /// A case as it stands at `now`, by the limit that ends next.
    ///
    /// # Errors
    /// [`Unsaid`], where nothing can be said of it.
    pub fn of(case: &'a CaseRecord, now: Timestamp) -> Result<Self, Unsaid> {
        let measures = &case.measures;
        let limit = measures.limit.as_ref().ok_or(Unsaid::NoLimit)?;
        let over = [limit.done_at, limit.fell_at, measures.ended_at];
        if over.iter().any(Option::is_some) {
            return Err(Unsaid::Over);
        }
        if limit.unit == MeasureUnit::Minutes {
            return Err(Unsaid::Short);
        }
        let dues = [
            (limit.promised_due_at, Due::Promised),
            (limit.statutory_due_at, Due::Statutory),
        ];
        let mut dues: Vec<(Timestamp, Due)> = dues
            .into_iter()
            .filter_map(|(at, due)| Some((at?, due)))
            .collect();
        if dues.is_empty() {
            return Err(Unsaid::Stopped);
        }
        dues.retain(|(at, _)| *at >= now);
        let Some((due_at, due)) = dues.into_iter().min_by_key(|(at, _)| *at) else {
            return Err(Unsaid::Past);
        };
        if measures.suspensions > 0 || measures.suspended_ms > 0 {
            return Err(Unsaid::WasStopped);
        }
        // Of stays beside each other the one that was entered last.
        let stay = case.visits.iter().rfind(|visit| visit.ended_at.is_none());
        let stay = stay.map(|visit| Entered {
            place: Place {
                step: visit.step.clone(),
                again: visit.visit > 1,
            },
            office: visit.office.as_deref().unwrap_or_default(),
            entered_at: visit.started_at,
        });
        Ok(Open {
            org: case.org_code.as_deref().unwrap_or_default(),
            started_at: limit.started_at,
            due_at,
            due,
            // A stay that is told to begin later than now has not begun.
            stay: stay.filter(|stay| stay.entered_at <= now),
        })
    }

    /// When it falls due.
    pub const fn due_at(&self) -> Timestamp {
        self.due_at
    }

    /// By whose limit.
    pub const fn due(&self) -> Due {
        self.due
    }

    /// When it entered the step that it is in; none: it is between steps.
    pub fn entered_at(&self) -> Option<Timestamp> {
        self.stay.as_ref().map(|stay| stay.entered_at)
    }
}

/// How like the cases are that a number stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Likeness {
    /// 同事项、同环节、同科室.
    Office,
    /// 同事项、同环节.
    Step,
    /// 同事项, from the beginning of the limit.
    Item,
}

impl Likeness {
    /// All of them, the nearest first.
    pub const ALL: [Likeness; 3] = [Likeness::Office, Likeness::Step, Likeness::Item];

    /// The code used in answers.
    pub const fn code(self) -> &'static str {
        match self {
            Likeness::Office => "office",
            Likeness::Step => "step",
            Likeness::Item => "item",
        }
    }
}

/// What like cases say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Foreseen {
    /// How likely, and on how many cases it stands.
    pub estimate: Estimate,
    /// How like they are.
    pub likeness: Likeness,
    /// How long the case has been in the step; by [`Likeness::Item`] since the limit began.
    pub elapsed: Span,
    /// From there to when it falls due.
    pub due: Span,
}

/// Why nothing is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unsaid {
    /// It has no limit, or the limit has not begun.
    NoLimit,
    /// What the limit asks for is done, or the case is over.
    Over,
    /// Its clock stands still.
    Stopped,
    /// Its clock stood still for a while: it is not like those whose did not.
    WasStopped,
    /// It is past its limits already: there is nothing to foresee.
    Past,
    /// Its limit is of hours or minutes.
    Short,
    /// 样本不足: fewer like cases than would say anything.
    TooFew,
}

impl Unsaid {
    /// All of them.
    pub const ALL: [Unsaid; 7] = [
        Unsaid::NoLimit,
        Unsaid::Over,
        Unsaid::Stopped,
        Unsaid::WasStopped,
        Unsaid::Past,
        Unsaid::Short,
        Unsaid::TooFew,
    ];

    /// The code used in answers.
    pub const fn code(self) -> &'static str {
        match self {
            Unsaid::NoLimit => "no_limit",
            Unsaid::Over => "over",
            Unsaid::Stopped => "stopped",
            Unsaid::WasStopped => "was_stopped",
            Unsaid::Past => "past",
            Unsaid::Short => "short",
            Unsaid::TooFew => "too_few",
        }
    }
}

#[cfg(test)]
mod tests;
