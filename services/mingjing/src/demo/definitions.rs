//! The demo's definitions, compiled in, and the amendment of its calendar.

use chrono::{Datelike, NaiveDate};
use mingjing_domain::Timestamp;
use mingjing_domain::calendar::{
    CalendarDefinition, CalendarVersion, DayKind, OffBlock, WorkCalendar, YearPlan,
};
use mingjing_domain::definitions::{DefinitionFile, DefinitionSet};

use super::DEMO_WATERMARK;
use super::days;

macro_rules! files {
    ($($name:literal)*) => {
        /// `deploy/demo/definitions`, by name.
        const FILES: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../../../deploy/demo/definitions/", $name))),)*];
    };
}

files! {
    "bodies/510500-luzhou.yaml"
    "bodies/510502-jiangyang.yaml"
    "bodies/510503-naxi.yaml"
    "bodies/510504-longmatan.yaml"
    "bodies/510521-luxian.yaml"
    "bodies/510522-hejiang.yaml"
    "bodies/510524-xuyong.yaml"
    "bodies/510525-gulin.yaml"
    "calendar.yaml"
    "coercion/items.yaml"
    "coercion/seizure.yaml"
    "coercion/substitute-performance.yaml"
    "confirmation/fees.yaml"
    "confirmation/items.yaml"
    "confirmation/real-estate.yaml"
    "confirmation/work-injury.yaml"
    "general-points.yaml"
    "inspection/items.yaml"
    "inspection/liquor-inspection.yaml"
    "inspection/plans.yaml"
    "inspection/site-inspection.yaml"
    "inspections.yaml"
    "levy/fees.yaml"
    "levy/items.yaml"
    "levy/road-fee.yaml"
    "licence/construction-permit.yaml"
    "licence/food-licence.yaml"
    "licence/general-licence.yaml"
    "licence/items.yaml"
    "other/completion-filing.yaml"
    "other/items.yaml"
    "payment/items.yaml"
    "payment/living-allowance.yaml"
    "payment/welfare-allowance.yaml"
    "penalty/discretion.yaml"
    "penalty/food-penalty.yaml"
    "penalty/general-penalty.yaml"
    "penalty/items.yaml"
    "penalty/summary-penalty.yaml"
    "reward/commendation.yaml"
    "reward/items.yaml"
    "reward/report-reward.yaml"
    "ruling/items.yaml"
    "ruling/land-dispute.yaml"
    "ruling/procurement-complaint.yaml"
    "scores/model-a.yaml"
    "scores/model-b.yaml"
    "scores/model-c.yaml"
    "scores/model-d.yaml"
    "sources.yaml"
}

/// The set's own folder: the platform tells one set of definitions from another by it.
const FOLDER: &str = "luzhou-demo";

/// The file that the amendment replaces.
const CALENDAR_FILE: &str = "luzhou-demo/calendar.yaml";

/// How many working days before the amendment the day lies that it declares off.
const WORKING_DAYS_BEFORE: i64 = 5;

/// The definitions that the demo begins with.
pub fn files() -> Vec<DefinitionFile> {
    let file = |(name, text): &(&str, &str)| DefinitionFile {
        name: format!("{FOLDER}/{name}"),
        text: (*text).into(),
    };
    FILES.iter().map(file).collect()
}

/// The demo's calendar, `luzhou-demo`, as it begins.
pub fn calendar() -> CalendarDefinition {
    let file = files().into_iter().find(|file| file.name == CALENDAR_FILE);
    let (set, _) = DefinitionSet::read(file.into_iter().collect());
    let found = set.calendars.into_iter().next();
    found
        .expect("the calendar that is compiled in is read by a test")
        .value
}

/// 临时调休: a notice that declares a day off after nobody worked on it, so that cards which counted it are withdrawn.
#[derive(Clone, Debug)]
pub struct Amendment {
    /// When it is published.
    pub at: Timestamp,
    /// The day off.
    pub day_off: NaiveDate,
    /// The calendar with it.
    pub calendar: CalendarDefinition,
}

impl Amendment {
    /// The amendment published on the last working day up to `latest`, at ten in the morning.
    ///
    /// # Panics
    /// Never: the calendar compiled in compiles.
    pub fn until(latest: NaiveDate) -> Self {
        let before = compiled(&calendar());
        let published = if before.is_working(latest) {
            latest
        } else {
            before.add_working_days(latest, -1)
        };
        let at = days::at(published, 10 * 60);
        let mut day_off = before.add_working_days(published, -WORKING_DAYS_BEFORE);
        // A weekend day that is worked cannot be declared off in the same plan.
        while before.day(day_off) != DayKind::Working {
            day_off = before.add_working_days(day_off, -1);
        }
        Self {
            at,
            day_off,
            calendar: amended(calendar(), at, day_off),
        }
    }

    /// The definitions with the amended calendar.
    ///
    /// # Panics
    /// Never: the calendar is among those compiled in.
    pub fn files(&self) -> Vec<DefinitionFile> {
        let over = self.over(&files());
        over.expect("the calendar is compiled in, as a test holds")
    }

    /// The demo's own of the definitions in force, with the amendment laid over their calendar: what somebody published since the demo
    /// began stays as it is. None where the calendar is no longer among the demo's own: it is somebody else's to amend then.
    pub fn over(&self, in_force: &[DefinitionFile]) -> Option<Vec<DefinitionFile>> {
        let own = in_force.iter().filter(|file| {
            let folder = file.name.split_once('/');
            folder.is_some_and(|(folder, _)| folder == FOLDER)
        });
        let mut files: Vec<DefinitionFile> = own.cloned().collect();
        let file = files.iter_mut().find(|file| file.name == CALENDAR_FILE)?;
        let (set, _) = DefinitionSet::read(vec![file.clone()]);
        let calendar = set.calendars.into_iter().next()?.value;
        file.text = written(&amended(calendar, self.at, self.day_off));
        Some(files)
    }
}

/// The calendar's latest version, ready for counting.
pub fn compiled(calendar: &CalendarDefinition) -> WorkCalendar {
    WorkCalendar::compile(calendar, None).expect("held by a test for every day of a year")
}

/// The calendar with the day off; one that has the amendment already stays as it is.
fn amended(
    mut calendar: CalendarDefinition,
    at: Timestamp,
    day_off: NaiveDate,
) -> CalendarDefinition {
    let year = day_off.year();
    let version = format!("{year}.demo");
    if calendar.versions.iter().any(|v| v.version == version) {
        return calendar;
    }
    let in_force = calendar
        .versions
        .iter()
        .rev()
        .find_map(|v| v.years.get(&year));
    let mut plan: YearPlan = in_force.cloned().unwrap_or_default();
    plan.off.push(OffBlock {
        from: day_off,
        to: day_off,
        name: "演示：临时调休".into(),
    });
    let last = calendar
        .versions
        .last()
        .map_or(Timestamp::MIN, |v| v.published_at);
    calendar.versions.push(CalendarVersion {
        version,
        // Versions stand in order of publication, also where the demo plays before the last notice.
        published_at: at.max(last.plus_millis(1000)),
        basis: format!(
            "关于{}临时调休的通知（{DEMO_WATERMARK}）",
            day_off.format("%-m月%-d日")
        ),
        years: [(year, plan)].into(),
        local: YearPlan::default(),
    });
    calendar
}

fn written(calendar: &CalendarDefinition) -> String {
    let text =
        serde_saphyr::to_string(calendar).expect("a calendar is text, numbers, lists and maps");
    format!("# {DEMO_WATERMARK}\nkind: calendar\n{text}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use mingjing_domain::calendar::china;
    use mingjing_domain::definitions::{Document, PointKind, PowerLevel, PowerType};
    use mingjing_engine::Rules;

    use super::*;
    use crate::definitions_command::read_folder;

    #[test]
    fn every_file_of_the_folder_is_compiled_in() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/demo/definitions");
        let mut there = read_folder(folder.as_ref()).unwrap();
        for file in &mut there {
            file.name = format!("{FOLDER}/{}", file.name);
        }
        assert_eq!(files(), there);
    }

    #[test]
    fn the_shipped_definitions_compile_and_give_no_finding() {
        let (set, problems) = DefinitionSet::read(files());
        assert_eq!(problems, []);
        Rules::compile(&set).unwrap_or_else(|problems| panic!("{problems:?}"));
        assert_eq!(set.findings(), []);
    }

    #[test]
    fn the_power_list_has_every_category_and_says_what_an_item_needs() {
        let (set, _) = DefinitionSet::read(files());
        let items = || set.items.iter().map(|item| &item.value);
        let categories: BTreeSet<PowerType> = items().map(|item| item.power_type).collect();
        assert_eq!(categories.len(), 10, "{categories:?}");
        let names: BTreeSet<&str> = items().map(|item| item.name.as_str()).collect();
        assert!(names.len() >= 24, "{names:?}");
        let levels = |level| items().filter(|item| item.level == level).count();
        assert!(levels(PowerLevel::City) >= 10 && levels(PowerLevel::County) >= 10);
        for item in items() {
            assert!(!item.materials.is_empty(), "{}: no material", item.code);
            assert!(!item.legal_basis.is_empty(), "{}: no basis", item.code);
        }
    }

    #[test]
    fn every_flowchart_is_used_watches_its_limits_and_names_its_risks() {
        let (set, _) = DefinitionSet::read(files());
        for Document { value: chart, .. } in &set.flowcharts {
            let used = set.items.iter().any(|i| i.value.flowchart == chart.id);
            assert!(used, "{}: no item runs by it", chart.id);
            let risks = chart.steps.iter().flat_map(|step| &step.risk_points);
            assert!(risks.count() > 0, "{}: no risk point", chart.id);
            let watched: BTreeSet<&str> = chart
                .control_points
                .iter()
                .filter_map(|point| match &point.check {
                    PointKind::Overdue { limit, .. } | PointKind::TooEarly { limit } => {
                        Some(limit.text.as_str())
                    }
                    _ => None,
                })
                .collect();
            for limit in &chart.limits {
                let id = limit.id.text.as_str();
                assert!(watched.contains(id), "{}: nothing watches {id}", chart.id);
            }
        }
    }

    #[test]
    fn the_demos_calendar_is_chinas_under_another_id() {
        let china = CalendarDefinition {
            id: "luzhou-demo".into(),
            name: "演示·泸州工作日历".into(),
            ..china().clone()
        };
        assert_eq!(calendar(), china);
    }

    #[test]
    fn the_amended_definitions_compile_and_differ_by_one_day_off_whatever_the_date() {
        let mut latest = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
        for _ in 0..400 {
            let amendment = Amendment::until(latest);
            let (before, after) = (compiled(&calendar()), compiled(&amendment.calendar));
            assert!(before.is_working(amendment.day_off) && !after.is_working(amendment.day_off));
            let published = days::day(amendment.at);
            assert!(published <= latest && amendment.day_off < published);
            let from = days::plus(amendment.day_off, -60);
            assert_eq!(
                before.working_days_between(from, latest),
                after.working_days_between(from, latest) + 1,
                "{latest}"
            );
            latest = days::plus(latest, 1);
        }
        let amendment = Amendment::until(latest);
        let (set, problems) = DefinitionSet::read(amendment.files());
        assert_eq!(problems, []);
        assert_eq!(set.calendars[0].value, amendment.calendar);
        // Laid over once more it changes nothing.
        assert_eq!(amendment.over(&amendment.files()), Some(amendment.files()));
        let rules = Rules::compile(&set).unwrap_or_else(|problems| panic!("{problems:?}"));
        assert!(rules.calendar_versions().contains("luzhou-demo 2027.demo"));
    }
}
