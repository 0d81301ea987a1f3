//! A work calendar as it is written down: versions, each with its notice, and what each notice changes.
//!
//! Owns the shape of the file and its checks. Counting days is [`super::WorkCalendar`]'s.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate, Weekday};
use chrono_tz::Tz;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// The years a plan may be for: a typing error like 20206 would otherwise become a table of millions of days.
const PLAN_YEARS: std::ops::RangeInclusive<i32> = 1900..=2999;

/// A work calendar with all its versions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarDefinition {
    /// Its id, like `cn`.
    pub id: String,
    /// Its name, for people.
    pub name: String,
    /// IANA time zone in which its days begin and end, like `Asia/Shanghai`.
    pub time_zone: String,
    /// The days of the week without work; Saturday and Sunday where nothing is said.
    #[serde(default = "saturday_and_sunday")]
    pub weekend: Vec<DayName>,
    /// 沿用: the id of the calendar that this one adds to: a region's own holidays over the national ones, or the next year's notice
    /// over the built-in calendar (then both have the same id). Its versions count too, in order of publication.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extends: Option<String>,
    /// 适用区划: items of these regions are counted in this calendar wherever their flowchart names one that it extends; of several the
    /// one with the longest code.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<String>,
    /// The calendars that it was laid over, from the farthest to the closest.
    #[serde(skip)]
    pub bases: Vec<String>,
    /// True for a calendar that knows weekends only and is never provisional, for logs from elsewhere whose
    /// holidays do not matter. It has to be said, so that a forgotten list of years is not taken for one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub plain: bool,
    /// What was known from when on, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<CalendarVersion>,
}

/// The calendar as one notice left it: the years it names anew, every other year as before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarVersion {
    /// Its name, like `2020.2`.
    pub version: String,
    /// When the notice was published.
    #[schemars(with = "String")]
    pub published_at: Timestamp,
    /// The notice.
    pub basis: String,
    /// The years it sets, whole: a year named here replaces what earlier versions said of it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub years: BTreeMap<i32, YearPlan>,
    /// 地方另行安排: single days laid over the plans of their years, whatever notice sets those: a minority's festival, work put off
    /// after a disaster. Days worked may be any days.
    #[serde(default, skip_serializing_if = "YearPlan::is_empty")]
    pub local: YearPlan,
}

/// What the notice for one year says. Its days may lie in the last month before and the first after that year.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct YearPlan {
    /// Days off, weekend days inside a block included.
    #[serde(default)]
    pub off: Vec<OffBlock>,
    /// 调休上班: weekend days that are worked.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub work: Vec<NaiveDate>,
    /// 法定节假日: of the days off those that are holidays by law itself and go by the moon or the sun (全国年节及纪念日放假办法: New Year's
    /// Eve to the third day of the year, 清明, 端午, 中秋), as far as somebody listed them; the notices do not tell them apart.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub statutory: Vec<NaiveDate>,
}

impl YearPlan {
    fn is_empty(&self) -> bool {
        self.off.is_empty() && self.work.is_empty() && self.statutory.is_empty()
    }
}

/// A run of days off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OffBlock {
    /// Its first day.
    #[schemars(with = "String")]
    pub from: NaiveDate,
    /// Its last day, included.
    #[schemars(with = "String")]
    pub to: NaiveDate,
    /// The holiday's name.
    pub name: String,
}

/// A day of the week.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum DayName {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl DayName {
    /// Of the day of the week in chrono's words.
    pub const fn of(day: Weekday) -> Self {
        match day {
            Weekday::Mon => DayName::Monday,
            Weekday::Tue => DayName::Tuesday,
            Weekday::Wed => DayName::Wednesday,
            Weekday::Thu => DayName::Thursday,
            Weekday::Fri => DayName::Friday,
            Weekday::Sat => DayName::Saturday,
            Weekday::Sun => DayName::Sunday,
        }
    }
}

fn saturday_and_sunday() -> Vec<DayName> {
    vec![DayName::Saturday, DayName::Sunday]
}

/// Something in a calendar definition that cannot be meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{path}: {problem}")]
pub struct CalendarProblem {
    /// Where, like `versions[2020.2].years[2020].work`.
    pub path: String,
    /// What is wrong and what to do.
    pub problem: String,
}

/// The built-in work calendar of China, 2011–2026, from the State Council's yearly notices.
pub fn china() -> &'static CalendarDefinition {
    static CHINA: LazyLock<CalendarDefinition> = LazyLock::new(|| {
        serde_saphyr::from_str(include_str!("cn.yaml"))
            .expect("the built-in calendar is read by a test")
    });
    &CHINA
}

/// The built-in calendar with this id; the only one is `cn`.
pub fn built_in(id: &str) -> Option<&'static CalendarDefinition> {
    (id == china().id).then(china)
}

impl CalendarDefinition {
    /// A calendar that knows Saturdays and Sundays and nothing else.
    pub fn plain(id: &str, time_zone: &str) -> Self {
        Self {
            id: id.into(),
            name: id.into(),
            time_zone: time_zone.into(),
            weekend: saturday_and_sunday(),
            extends: None,
            regions: Vec::new(),
            bases: Vec::new(),
            plain: true,
            versions: Vec::new(),
        }
    }

    /// The time zone.
    pub fn tz(&self) -> Result<Tz, CalendarProblem> {
        self.time_zone.parse().map_err(|_| CalendarProblem {
            path: "time_zone".into(),
            problem: format!(
                "no time zone {:?}; write an IANA name like Asia/Shanghai",
                self.time_zone
            ),
        })
    }

    /// This calendar with the versions of the one it extends, in order of publication; what the base says first stands first.
    pub fn over(&self, base: &CalendarDefinition) -> CalendarDefinition {
        let mut versions = base.versions.clone();
        versions.extend(self.versions.iter().cloned());
        versions.sort_by_key(|version| version.published_at);
        let mut bases = base.bases.clone();
        bases.extend((base.id != self.id).then(|| base.id.clone()));
        CalendarDefinition {
            extends: None,
            bases,
            versions,
            ..self.clone()
        }
    }

    /// Everything in this definition that cannot be meant; empty where it can be compiled.
    pub fn problems(&self) -> Vec<CalendarProblem> {
        let mut found = Problems::default();
        if self.id.trim().is_empty() {
            found.add("id", "empty; give the calendar an id like cn".into());
        }
        if let Err(problem) = self.tz() {
            found.0.insert(problem);
        }
        if self.weekend.iter().collect::<BTreeSet<_>>().len() == 7 {
            found.add(
                "weekend",
                "every day of the week; name the days without work".into(),
            );
        }
        match (self.plain, self.versions.is_empty()) {
            (true, false) => found.add(
                "plain",
                "a plain calendar has no versions; drop one of the two".into(),
            ),
            (false, true) => found.add(
                "versions",
                "none; list the notices, say plain: true, or extends: cn".into(),
            ),
            _ => {}
        }
        self.check_order(&mut found);
        for (index, version) in self.versions.iter().enumerate() {
            self.check_version(index, version, &mut found);
        }
        found.0.into_iter().collect()
    }

    /// The plans in force when the first `count` versions are out.
    pub(super) fn plans(&self, count: usize) -> BTreeMap<i32, &YearPlan> {
        let mut plans = BTreeMap::new();
        for version in &self.versions[..count] {
            plans.extend(version.years.iter().map(|(year, plan)| (*year, plan)));
        }
        plans
    }

    /// The local arrangements in force when the first `count` versions are out, oldest first.
    pub(super) fn locals(&self, count: usize) -> impl Iterator<Item = &YearPlan> {
        self.versions[..count].iter().map(|version| &version.local)
    }

    fn check_order(&self, found: &mut Problems) {
        let mut names = BTreeSet::new();
        for version in &self.versions {
            if version.version.trim().is_empty() {
                found.add("versions", "a version without a name".into());
            } else if !names.insert(&version.version) {
                found.add(
                    "versions",
                    format!("two versions named {}", version.version),
                );
            }
        }
        for pair in self.versions.windows(2) {
            if pair[1].published_at <= pair[0].published_at {
                found.add(
                    &format!("versions[{}].published_at", pair[1].version),
                    format!(
                        "not after that of {}; put versions in order of publication",
                        pair[0].version
                    ),
                );
            }
        }
    }

    fn check_version(&self, index: usize, version: &CalendarVersion, found: &mut Problems) {
        if version.years.is_empty() && version.local.is_empty() {
            found.add(
                &format!("versions[{}].years", version.version),
                "no year; name those it sets, or the local days".into(),
            );
        }
        check_local(&version.version, &version.local, found);
        let plans = self.plans(index + 1);
        for (year, plan) in &version.years {
            let path = format!("versions[{}].years[{year}]", version.version);
            if !PLAN_YEARS.contains(year) {
                found.add(&path, "not a year between 1900 and 2999".into());
                continue;
            }
            self.check_plan(&path, *year, plan, found);
            let neighbours = [year - 1, year + 1];
            for (other, its) in neighbours.iter().filter_map(|y| plans.get_key_value(y)) {
                if let Some(day) = clash(plan, its).or_else(|| clash(its, plan)) {
                    found.add(&path, format!("{day} is a day off in one of the plans {year} and {other}, worked in the other"));
                }
            }
        }
    }

    fn check_plan(&self, path: &str, year: i32, plan: &YearPlan, found: &mut Problems) {
        let near = |day: NaiveDate| {
            day.year() == year
                || (day.year() == year - 1 && day.month() == 12)
                || (day.year() == year + 1 && day.month() == 1)
        };
        let far = |day| format!("{day} is not in {year}, the month before or the month after");
        let mut off = BTreeMap::new();
        for block in &plan.off {
            let path = format!("{path}.off[{}]", block.name);
            if let Some(day) = [block.from, block.to].into_iter().find(|day| !near(*day)) {
                found.add(&path, far(day));
            } else if block.to < block.from {
                found.add(
                    &path,
                    format!("to {} is before from {}", block.to, block.from),
                );
            } else {
                for day in block.from.iter_days().take_while(|day| *day <= block.to) {
                    if let Some(name) = off.insert(day, &block.name) {
                        found.add(&path, format!("{day} is in the block {name} already"));
                    }
                }
            }
        }
        check_statutory(path, plan, found);
        let mut work = BTreeSet::new();
        for day in &plan.work {
            let path = format!("{path}.work");
            if !near(*day) {
                found.add(&path, far(*day));
            } else if !work.insert(day) {
                found.add(&path, format!("{day} stands there twice"));
            } else if !self.weekend.contains(&DayName::of(day.weekday())) {
                found.add(
                    &path,
                    format!("{day} is no weekend day; only those are listed as worked"),
                );
            } else if let Some(name) = off.get(day) {
                found.add(&path, format!("{day} is a day off in the block {name} too"));
            }
        }
    }
}

/// Local days: in order, told once, and not both off and worked.
fn check_local(version: &str, local: &YearPlan, found: &mut Problems) {
    let path = format!("versions[{version}].local");
    for block in &local.off {
        if block.to < block.from {
            let problem = format!("to {} is before from {}", block.to, block.from);
            found.add(&format!("{path}.off[{}]", block.name), problem);
        }
        if !PLAN_YEARS.contains(&block.from.year()) || !PLAN_YEARS.contains(&block.to.year()) {
            let problem = "not in the years 1900 to 2999".into();
            found.add(&format!("{path}.off[{}]", block.name), problem);
        }
    }
    for day in &local.work {
        if !PLAN_YEARS.contains(&day.year()) {
            found.add(
                &format!("{path}.work"),
                format!("{day} is not in the years 1900 to 2999"),
            );
        }
    }
    check_statutory(&path, local, found);
    if let Some(day) = clash(local, local) {
        found.add(&path, format!("{day} is a day off and worked too"));
    }
}

/// Statutory holidays are days off.
fn check_statutory(path: &str, plan: &YearPlan, found: &mut Problems) {
    for day in &plan.statutory {
        let mut off = plan.off.iter();
        if !off.any(|block| (block.from..=block.to).contains(day)) {
            let problem = format!("{day} is in no block of days off");
            found.add(&format!("{path}.statutory"), problem);
        }
    }
}

/// The first day that `a` has off and `b` works.
fn clash(a: &YearPlan, b: &YearPlan) -> Option<NaiveDate> {
    let off = |day: &&NaiveDate| {
        a.off
            .iter()
            .any(|block| (block.from..=block.to).contains(*day))
    };
    b.work.iter().find(off).copied()
}

#[derive(Default)]
struct Problems(BTreeSet<CalendarProblem>);

impl Problems {
    fn add(&mut self, path: &str, problem: String) {
        self.0.insert(CalendarProblem {
            path: path.into(),
            problem,
        });
    }
}
