//! The city's life as a function of (seed, beginning, day): which cases begin on a day and every record that their
//! sources will send about them.
//!
//! Pure: no clock, no IO. Day by day, so that the city lives on for as long as the demo runs.

use std::collections::BTreeMap;
use std::ops::Range;

use chrono::NaiveDate;
use mingjing_domain::Timestamp;
use mingjing_domain::definitions::DefinitionFile;
use mingjing_domain::time::{DAY_MS, HOUR_MS};

use super::cases::{self, Fault};
use super::city::{Kind, SILENT_SOURCE};
use super::clock::PAST_DAYS;
use super::days::{self, Days};
use super::definitions::{self, Amendment, compiled};
use super::dice::Dice;
use super::story::{Dispatch, Story};

/// Every so many working days one case has a fault: the rest of the city's cases are clean.
const TURN_EVERY: i64 = 2;

/// On the turn with this place, one case of that kind has that fault. A past as the demo hurries through shows the first 14 or so,
/// whatever the day of the first start; the rest come as the city lives on.
const TURN: [(Kind, Fault); 64] = [
    (Kind::Permit, Fault::OverLaw),
    (Kind::Penalty, Fault::OneOfficer),
    (Kind::RoadFee, Fault::OffStandard),
    (Kind::Penalty, Fault::TierNotFiled),
    (Kind::Permit, Fault::OtherPost),
    (Kind::Liquor, Fault::Unplanned),
    (Kind::Penalty, Fault::FineOutOfRange),
    (Kind::CityPenalty, Fault::TierChanged),
    (Kind::Permit, Fault::BadRating),
    (Kind::CityPenalty, Fault::CertificateExpired),
    (Kind::Penalty, Fault::NoLegalReview),
    (Kind::CityPenalty, Fault::SentAgain),
    (Kind::Allowance, Fault::OverPromise),
    (Kind::Substitute, Fault::ReminderCut),
    (Kind::Penalty, Fault::NoNotice),
    (Kind::Land, Fault::NotServed),
    (Kind::Permit, Fault::WrongBody),
    (Kind::FoodLicence, Fault::RankTooLow),
    (Kind::Permit, Fault::SuspendedTooLong),
    (Kind::Injury, Fault::OverPromise),
    (Kind::CityPenalty, Fault::NoHearing),
    (Kind::FoodLicence, Fault::NotSurveyed),
    (Kind::Reward, Fault::AboveStandard),
    (Kind::Permit, Fault::OneHand),
    (Kind::Allowance, Fault::AboveStandard),
    (Kind::RealEstate, Fault::OverPromise),
    (Kind::Filing, Fault::Refused),
    (Kind::Permit, Fault::OverPromise),
    (Kind::Litter, Fault::BeyondSummary),
    (Kind::Licence, Fault::OneOfficer),
    (Kind::Licence, Fault::OverPromise),
    (Kind::Seizure, Fault::SuspendedTooLong),
    (Kind::Penalty, Fault::OffList),
    (Kind::Permit, Fault::Fee),
    (Kind::Inspection, Fault::OverPromise),
    (Kind::Injury, Fault::TimeReversed),
    (Kind::Welfare, Fault::Unexamined),
    (Kind::Allowance, Fault::PublicityCut),
    (Kind::Permit, Fault::LastDay),
    (Kind::Procurement, Fault::ServedLate),
    (Kind::Penalty, Fault::OneHand),
    (Kind::RoadFee, Fault::ReliefUnapproved),
    (Kind::Seizure, Fault::NoApproval),
    (Kind::Land, Fault::AcceptedLate),
    (Kind::Allowance, Fault::OtherParty),
    (Kind::Permit, Fault::PublishedLate),
    (Kind::Litter, Fault::CashLate),
    (Kind::Injury, Fault::NoResult),
    (Kind::Penalty, Fault::DefenceCut),
    (Kind::RealEstate, Fault::OneHand),
    (Kind::Liquor, Fault::NotFollowedUp),
    (Kind::Licence, Fault::NotTold),
    (Kind::Reward, Fault::PaidOtherwise),
    (Kind::Substitute, Fault::NotUrged),
    (Kind::FoodLicence, Fault::OverPromise),
    (Kind::Welfare, Fault::AboveStandard),
    (Kind::CityPenalty, Fault::PaidOtherwise),
    (Kind::RoadFee, Fault::OneHand),
    (Kind::Filing, Fault::OverPromise),
    (Kind::Inspection, Fault::Unplanned),
    (Kind::Reward, Fault::OverPromise),
    (Kind::Litter, Fault::CashTaken),
    (Kind::Commendation, Fault::PublicityCut),
    (Kind::Inspection, Fault::OneOfficer),
];

/// Where the town lies that types its cases in afterwards.
const LATE_REGION: &str = "510525";

/// The demo's city.
#[derive(Debug)]
pub struct Plan {
    seed: u64,
    /// The day on which the first cases begin.
    first: NaiveDate,
    days: Days,
    amendment: Amendment,
    silence: Range<Timestamp>,
    /// Cases that the demo must show, beside the day's own.
    scripted: BTreeMap<NaiveDate, Vec<(Kind, Fault)>>,
}

impl Plan {
    /// The city whose life begins at `origin`.
    pub fn new(seed: u64, origin: Timestamp) -> Self {
        let end = origin.plus_millis(PAST_DAYS * DAY_MS);
        let amendment = Amendment::until(days::day(origin.plus_millis(31 * DAY_MS)));
        let mut plan = Self {
            seed,
            first: days::plus(days::day(origin), 1),
            days: Days(compiled(&amendment.calendar)),
            amendment,
            silence: end.plus_millis(-36 * HOUR_MS)..end.plus_millis(6 * HOUR_MS),
            scripted: BTreeMap::new(),
        };
        plan.script(days::day(end));
        plan
    }

    /// The calendar's amendment.
    pub fn amendment(&self) -> &Amendment {
        &self.amendment
    }

    /// The definitions before and after the amendment.
    pub fn definitions(&self, amended: bool) -> Vec<DefinitionFile> {
        if amended {
            self.amendment.files()
        } else {
            definitions::files()
        }
    }

    /// Whether `source` says nothing at `at`.
    pub fn is_silent(&self, source: &str, at: Timestamp) -> bool {
        source == SILENT_SOURCE && self.silence.contains(&at)
    }

    /// Everything that will be sent about the cases that begin on `date`, in no order between cases. Nothing before the
    /// city's first day.
    pub fn day(&self, date: NaiveDate) -> Vec<Dispatch> {
        if date < self.first {
            return Vec::new();
        }
        let mut sent = Vec::new();
        for (kind, number, fault) in self.cases_of(date) {
            let mut story = self.story(date, (kind, number), fault);
            cases::tell(&mut story, fault);
            sent.extend(story.told());
        }
        for dispatch in &mut sent {
            if self.is_silent(&dispatch.event.source, dispatch.at) {
                dispatch.send_at(self.silence.end);
            }
        }
        sent
    }

    fn story(&self, date: NaiveDate, case: (Kind, usize), fault: Option<Fault>) -> Story<'_> {
        let region = matches!(fault, Some(Fault::EnteredAt(_))).then_some(LATE_REGION);
        Story::new(&self.days, self.seed, case, date, region)
    }

    /// The numbers of the cases that begin on `date` and have a fault.
    #[cfg(test)]
    pub fn faulty(&self, date: NaiveDate) -> Vec<String> {
        let faulty = |(kind, number, fault): (Kind, usize, Option<Fault>)| {
            let story = self.story(date, (kind, number), fault);
            fault.map(|_| story.case_no().to_owned())
        };
        self.cases_of(date).into_iter().filter_map(faulty).collect()
    }

    /// The cases that begin on `date`: kind, number of the day, fault.
    fn cases_of(&self, date: NaiveDate) -> Vec<(Kind, usize, Option<Fault>)> {
        let mut dice = Dice::of(self.seed, &["day", &date.to_string()]);
        let mut cases = Vec::new();
        for kind in Kind::ALL {
            let of_kind = match (self.days.works(date), kind) {
                (true, _) => dice.roll(kind.a_day()),
                // Coercion cannot always wait for a working day.
                (false, Kind::Seizure) => dice.roll(0..=1),
                (false, _) => 0,
            };
            let turn = self.turn(date).filter(|(of, _)| *of == kind);
            let of_kind = of_kind.max(i64::from(turn.is_some()));
            let chosen = turn.map(|(_, fault)| (dice.roll(1..=of_kind), fault));
            cases.extend((1..=of_kind).map(|nth| {
                (
                    kind,
                    chosen.filter(|(at, _)| *at == nth).map(|(_, fault)| fault),
                )
            }));
        }
        cases.extend(
            self.scripted
                .get(&date)
                .into_iter()
                .flatten()
                .map(|(kind, fault)| (*kind, Some(*fault))),
        );
        let mut numbers: BTreeMap<Kind, usize> = BTreeMap::new();
        let number = |(kind, fault)| {
            let count = numbers.entry(kind).or_default();
            *count += 1;
            (kind, *count, fault)
        };
        cases.into_iter().map(number).collect()
    }

    fn turn(&self, date: NaiveDate) -> Option<(Kind, Fault)> {
        let passed = self
            .days
            .0
            .working_days_between(days::plus(self.first, -1), date)
            - 1;
        if !self.days.works(date) {
            return None;
        }
        if passed.rem_euclid(TURN_EVERY) != 0 {
            return None;
        }
        let turn = passed.div_euclid(TURN_EVERY);
        Some(TURN[turn.rem_euclid(TURN.len() as i64) as usize])
    }

    fn script(&mut self, end: NaiveDate) {
        // Out of term a week before the demo is looked at, and not a week later.
        self.also(self.first, Kind::Seizure, Fault::OverLaw);
        // Counted by a day on which nobody worked, the seventh day after the decision is the eighth.
        let decided = self.days.after(self.amendment.day_off, -6);
        for date in [decided, self.days.after(decided, 1)] {
            let accepted = self.days.after(date, -1);
            self.also(accepted, Kind::Permit, Fault::PublishedOnLastDay);
        }
        self.script_reminders(end);
        self.script_late_town();
    }

    /// Cases whose reminders stand at `end`, be it a holiday: they fall due on the first working day after it.
    fn script_reminders(&mut self, end: NaiveDate) {
        let due = self.days.after(end, 1);
        let permit = self.days.after(due, -6);
        self.also(permit, Kind::Permit, Fault::LastDay);
        self.also(permit, Kind::Permit, Fault::OverPromise);
        self.also(self.days.after(due, -20), Kind::Allowance, Fault::LastDay);
        for days_left in [1, 2] {
            self.also(
                days::plus(end, days_left - 30),
                Kind::Seizure,
                Fault::LastDay,
            );
        }
    }

    /// 演示丙镇 works on paper for a week and types everything in on one afternoon.
    fn script_late_town(&mut self) {
        let typed = self.days.after(days::day(self.amendment.at), -2);
        let at = days::at(typed, 15 * 60 + 20);
        for before in [6, 6, 5, 5] {
            let date = self.days.after(typed, -before);
            self.also(date, Kind::Allowance, Fault::EnteredAt(at));
        }
    }

    fn also(&mut self, date: NaiveDate, kind: Kind, fault: Fault) {
        if date >= self.first {
            self.scripted.entry(date).or_default().push((kind, fault));
        }
    }
}
