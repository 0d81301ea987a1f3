//! Work calendars: which days people work, by which notice, and how many such days lie between two dates.
//!
//! A [`CalendarDefinition`] is data with versions; a [`WorkCalendar`] is one of its versions made ready for
//! counting. Counting allocates nothing and takes the same time over ten days and ten years: inside the years
//! the calendar covers by table, outside by plain weekends, which makes the answer provisional
//! ([`WorkCalendar::knows`]). Which limits count working days is not decided here; see [`crate::deadline`].

mod definition;
mod zone;

use chrono::NaiveDate;
use chrono_tz::Tz;

pub use definition::{
    CalendarDefinition, CalendarProblem, CalendarVersion, DayName, OffBlock, YearPlan, built_in,
    china,
};
pub(crate) use zone::{Zone, held};

use crate::time::Timestamp;

/// A date as the number of days since 1970-01-01; wide enough that sums cannot overflow.
pub(crate) type Day = i64;

/// 0000-01-02. RFC 3339 has the years 0000 to 9999, less one day at either end so that no time zone's offset
/// leaves them; dates beyond are held at the end.
pub(crate) const FIRST_DAY: Day = -719_527;
/// 9999-12-30.
pub(crate) const LAST_DAY: Day = 2_932_895;

/// The number of a date, held inside `FIRST_DAY..=LAST_DAY`.
pub(crate) fn day_of(date: NaiveDate) -> Day {
    Day::from(date.to_epoch_days()).clamp(FIRST_DAY, LAST_DAY)
}

/// The date of a number, held inside `FIRST_DAY..=LAST_DAY`.
pub(crate) fn date_of(day: Day) -> NaiveDate {
    NaiveDate::from_epoch_days(day.clamp(FIRST_DAY, LAST_DAY) as i32)
        .expect("the years 0 to 9999 are inside chrono's range")
}

/// What kind of day a date is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DayKind {
    /// 工作日: an ordinary working day.
    Working,
    /// 调休上班: a weekend day that is worked.
    MakeUp,
    /// 休息日: a weekend day.
    Rest,
    /// 节假日: a day off by the notice, weekend days inside its block included.
    Holiday,
}

impl DayKind {
    /// Worked, moved or not.
    pub const fn is_working(self) -> bool {
        matches!(self, DayKind::Working | DayKind::MakeUp)
    }
}

/// One calendar at one version, ready for counting.
#[derive(Clone, Debug)]
pub struct WorkCalendar {
    id: String,
    version: String,
    zone: Zone,
    week: Week,
    /// The day of `kinds[0]`; the day before it counts as the zeroth working day.
    first: Day,
    kinds: Vec<DayKind>,
    /// Working days among `kinds[..=i]`.
    ranks: Vec<u32>,
    /// The working days among `kinds`, ascending.
    working: Vec<i32>,
    /// Runs of covered years, first and last day.
    known: Vec<(Day, Day)>,
    blocks: Vec<(Day, Day, String)>,
    statutory: Vec<Day>,
}

impl WorkCalendar {
    /// Makes `version` of `definition` ready for counting, or its latest version. Errs with every problem of the
    /// definition, or where it has no such version.
    pub fn compile(
        definition: &CalendarDefinition,
        version: Option<&str>,
    ) -> Result<Self, Vec<CalendarProblem>> {
        let versions = &definition.versions;
        let count = match version {
            None => versions.len(),
            Some(name) => match versions.iter().position(|v| v.version == name) {
                Some(index) => index + 1,
                None => return Err(vec![no_such_version(definition, name)]),
            },
        };
        Self::build(definition, count)
    }

    /// Makes the version ready that was the latest published at `known_at`. Before the first one no year is
    /// covered and the version is named `none`.
    pub fn compile_as_known_at(
        definition: &CalendarDefinition,
        known_at: Timestamp,
    ) -> Result<Self, Vec<CalendarProblem>> {
        let count = definition
            .versions
            .iter()
            .take_while(|v| v.published_at <= known_at)
            .count();
        Self::build(definition, count)
    }

    fn build(definition: &CalendarDefinition, count: usize) -> Result<Self, Vec<CalendarProblem>> {
        let problems = definition.problems();
        if !problems.is_empty() {
            return Err(problems);
        }
        let tz = definition.tz().map_err(|problem| vec![problem])?;
        let plans = definition.plans(count);
        let mut calendar = Self {
            id: definition.id.clone(),
            version: match (definition.plain, count) {
                (true, _) => "plain".into(),
                (false, 0) => "none".into(),
                (false, _) => definition.versions[count - 1].version.clone(),
            },
            zone: Zone::new(tz),
            week: Week::without_work_on(&definition.weekend),
            first: 0,
            kinds: Vec::new(),
            ranks: Vec::new(),
            working: Vec::new(),
            known: if definition.plain {
                vec![(FIRST_DAY, LAST_DAY)]
            } else {
                known_runs(plans.keys().copied())
            },
            blocks: Vec::new(),
            statutory: Vec::new(),
        };
        let locals: Vec<&YearPlan> = definition.locals(count).collect();
        calendar.fill(plans.into_values(), &locals);
        Ok(calendar)
    }

    fn fill<'p>(&mut self, plans: impl Iterator<Item = &'p YearPlan>, locals: &[&YearPlan]) {
        let block = |b: &OffBlock| (day_of(b.from), day_of(b.to), b.name.clone());
        let mut work = Vec::new();
        for plan in plans {
            work.extend(plan.work.iter().map(|date| day_of(*date)));
            self.blocks.extend(plan.off.iter().map(block));
            let statutory = plan.statutory.iter();
            self.statutory.extend(statutory.map(|date| day_of(*date)));
        }
        let national = self.blocks.clone();
        for local in locals {
            self.blocks.extend(local.off.iter().map(block));
            let statutory = local.statutory.iter();
            self.statutory.extend(statutory.map(|date| day_of(*date)));
        }
        self.blocks.sort();
        let local_work = locals
            .iter()
            .flat_map(|l| l.work.iter().map(|d| day_of(*d)));
        let starts = self
            .known
            .iter()
            .map(|run| run.0)
            .chain(self.blocks.iter().map(|b| b.0));
        let ends = self
            .known
            .iter()
            .map(|run| run.1)
            .chain(self.blocks.iter().map(|b| b.1));
        let worked: Vec<Day> = work.iter().copied().chain(local_work).collect();
        let first = starts.chain(worked.iter().copied()).min();
        let last = ends.chain(worked.iter().copied()).max();
        let (Some(first), Some(last)) = (first, last) else {
            return;
        };
        if self.blocks.is_empty() && worked.is_empty() {
            return; // weekends alone need no table
        }
        self.first = first;
        self.kinds = (first..=last).map(|day| self.week.kind(day)).collect();
        for (from, to, _) in &national {
            self.kinds[(from - first) as usize..=(to - first) as usize].fill(DayKind::Holiday);
        }
        for day in work {
            self.kinds[(day - first) as usize] = DayKind::MakeUp;
        }
        for local in locals {
            for (from, to, _) in local.off.iter().map(block) {
                self.kinds[(from - first) as usize..=(to - first) as usize].fill(DayKind::Holiday);
            }
            for day in local.work.iter().map(|date| day_of(*date)) {
                self.kinds[(day - first) as usize] = match self.week.kind(day) {
                    DayKind::Working => DayKind::Working,
                    _ => DayKind::MakeUp,
                };
            }
        }
        for (day, kind) in (first..).zip(&self.kinds) {
            if kind.is_working() {
                self.working.push(day as i32);
            }
            self.ranks.push(self.working.len() as u32);
        }
    }

    /// The calendar's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The version's name: `plain` for a plain calendar, `none` where nothing was published yet.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The time zone in which days begin and end.
    pub fn tz(&self) -> Tz {
        self.zone.tz()
    }

    /// When its days begin.
    pub(crate) fn zone(&self) -> &Zone {
        &self.zone
    }

    /// What kind of day `date` is; outside the covered years by its day of the week alone.
    pub fn day(&self, date: NaiveDate) -> DayKind {
        self.kind(day_of(date))
    }

    /// Whether `date` is worked, moved or not.
    pub fn is_working(&self, date: NaiveDate) -> bool {
        self.day(date).is_working()
    }

    /// The name of the holiday that `date` is off for.
    pub fn holiday_name(&self, date: NaiveDate) -> Option<&str> {
        let day = day_of(date);
        if self.kind(day) != DayKind::Holiday {
            return None;
        }
        let begun = self.blocks.partition_point(|block| block.0 <= day);
        let block = self.blocks[..begun]
            .iter()
            .rev()
            .find(|block| day <= block.1)?;
        Some(&block.2)
    }

    /// 法定节假日: whether a plan lists `date` as a holiday by law itself, and no rest day that was joined to one.
    pub fn is_statutory(&self, date: NaiveDate) -> bool {
        self.statutory.contains(&day_of(date))
    }

    /// Whether the notice for `year` is in this version.
    pub fn covers(&self, year: i32) -> bool {
        match (
            NaiveDate::from_ymd_opt(year, 1, 1),
            NaiveDate::from_ymd_opt(year, 12, 31),
        ) {
            (Some(from), Some(to)) => self.knows(from, to),
            _ => false,
        }
    }

    /// The last day of the covered run of years that `date` lies in; none where its year is not covered. Beyond it counting is provisional.
    pub fn known_until(&self, date: NaiveDate) -> Option<NaiveDate> {
        let day = day_of(date);
        let run = self.known.iter().find(|run| run.0 <= day && day <= run.1)?;
        Some(date_of(run.1))
    }

    /// Whether every day from `from` to `to` lies in a covered year. Where not, counting over them is provisional.
    pub fn knows(&self, from: NaiveDate, to: NaiveDate) -> bool {
        self.knows_days(day_of(from), day_of(to))
    }

    /// The `n`-th working day after `date` (before it where `n` is negative); `date` itself where `n` is 0.
    pub fn add_working_days(&self, date: NaiveDate, n: i64) -> NaiveDate {
        date_of(self.step(day_of(date), n))
    }

    /// How many working days lie after `a` up to and with `b`; negative where `b` is before `a`.
    pub fn working_days_between(&self, a: NaiveDate, b: NaiveDate) -> i64 {
        self.count(day_of(a), day_of(b))
    }

    pub(crate) fn kind(&self, day: Day) -> DayKind {
        match usize::try_from(day - self.first)
            .ok()
            .and_then(|i| self.kinds.get(i))
        {
            Some(kind) => *kind,
            None => self.week.kind(day),
        }
    }

    pub(crate) fn knows_days(&self, from: Day, to: Day) -> bool {
        from > to || self.known.iter().any(|run| run.0 <= from && to <= run.1)
    }

    pub(crate) fn step(&self, day: Day, n: i64) -> Day {
        let all = LAST_DAY - FIRST_DAY;
        let reached = match n.clamp(-all, all) {
            0 => day,
            n @ 1.. => self.select(self.rank(day) + n),
            n => self.select(self.rank(day - 1) + n + 1),
        };
        reached.clamp(FIRST_DAY, LAST_DAY)
    }

    /// Working days in `(a, b]`.
    pub(crate) fn count(&self, a: Day, b: Day) -> i64 {
        self.rank(b) - self.rank(a)
    }

    /// Working days after `first - 1` up to and with `day`; negative before.
    fn rank(&self, day: Day) -> i64 {
        let end = self.first + self.kinds.len() as Day;
        if day < self.first {
            -self.week.count(day, self.first - 1)
        } else if day < end {
            i64::from(self.ranks[(day - self.first) as usize])
        } else {
            self.working.len() as i64 + self.week.count(end - 1, day)
        }
    }

    /// The working day whose rank is `rank`.
    fn select(&self, rank: i64) -> Day {
        let listed = self.working.len() as i64;
        if rank < 1 {
            self.week.nth_before(self.first, 1 - rank)
        } else if rank <= listed {
            Day::from(self.working[(rank - 1) as usize])
        } else {
            self.week
                .nth_after(self.first + self.kinds.len() as Day - 1, rank - listed)
        }
    }
}

/// The first and last days of runs of consecutive years, given in order.
fn known_runs(years: impl Iterator<Item = i32>) -> Vec<(Day, Day)> {
    let mut runs: Vec<(Day, Day)> = Vec::new();
    for year in years {
        let new_year = |year| {
            NaiveDate::from_ymd_opt(year, 1, 1).expect("plan years are checked to be 1900 to 2999")
        };
        let (from, to) = (day_of(new_year(year)), day_of(new_year(year + 1)) - 1);
        match runs.last_mut() {
            Some(run) if run.1 + 1 == from => run.1 = to,
            _ => runs.push((from, to)),
        }
    }
    runs
}

fn no_such_version(definition: &CalendarDefinition, name: &str) -> CalendarProblem {
    let known: Vec<&str> = definition
        .versions
        .iter()
        .map(|v| v.version.as_str())
        .collect();
    CalendarProblem {
        path: "versions".into(),
        problem: format!(
            "calendar {} has no version {name:?}; it has: {}",
            definition.id,
            known.join(", ")
        ),
    }
}

/// A week without holidays.
#[derive(Clone, Copy, Debug)]
struct Week {
    /// From Monday.
    rest: [bool; 7],
    /// How many days of it are worked; at least one.
    worked: i64,
}

impl Week {
    fn without_work_on(weekend: &[DayName]) -> Self {
        let mut rest = [false; 7];
        for name in weekend {
            rest[*name as usize] = true;
        }
        Self {
            rest,
            worked: rest.iter().filter(|r| !**r).count() as i64,
        }
    }

    fn kind(&self, day: Day) -> DayKind {
        // 1970-01-01, day 0, was a Thursday.
        match self.rest[(day + 3).rem_euclid(7) as usize] {
            true => DayKind::Rest,
            false => DayKind::Working,
        }
    }

    fn is_working(&self, day: Day) -> bool {
        self.kind(day).is_working()
    }

    /// Working days in `(a, b]`, `a <= b`.
    fn count(&self, a: Day, b: Day) -> i64 {
        let days = b - a;
        let odd = (1..=days % 7).filter(|i| self.is_working(a + i)).count();
        days / 7 * self.worked + odd as i64
    }

    /// The `n`-th working day after `day`, `n >= 1`.
    fn nth_after(&self, day: Day, n: i64) -> Day {
        let weeks = (n - 1) / self.worked;
        let from = day + weeks * 7;
        (from + 1..)
            .filter(|d| self.is_working(*d))
            .nth(((n - 1) % self.worked) as usize)
            .expect("a week has at least one working day")
    }

    /// The `n`-th working day before `day`, `n >= 1`.
    fn nth_before(&self, day: Day, n: i64) -> Day {
        let weeks = (n - 1) / self.worked;
        let from = day - weeks * 7;
        (1..)
            .map(|back| from - back)
            .filter(|d| self.is_working(*d))
            .nth(((n - 1) % self.worked) as usize)
            .expect("a week has at least one working day")
    }
}
