//! What an inspection is asked of a window: thresholds, nights, and what definitions and sources say. Pure.

use chrono::{Days, NaiveDate};
use chrono_tz::Asia::Shanghai;
use mingjing_domain::Timestamp;
use mingjing_domain::catalogue::{self, Measure, Rule};
use mingjing_domain::command::Window;
use mingjing_domain::definitions::{
    DefinitionSet, Flowchart, LimitKind, PointKind, PowerItem, PowerStatus, PowerType,
};
use mingjing_domain::source::{Announcement, SourceClock};
use mingjing_domain::time::MINUTE_MS;
use mingjing_store::{Asked, Supervised};

use crate::list::Plan;
use crate::pass::Known;
use crate::settings::{in_force, least};
use crate::window::first_day;

/// What is asked about a window that is over.
pub(crate) fn asked(plan: &Plan, window: &Window, rule: &Rule, known: &Known<'_>) -> Asked {
    let day = first_day(window);
    let last_day = window.until.plus_millis(-1).local_date(Shanghai);
    let threshold = match plan.parameter {
        Some(name) => least(known.set, rule, last_day, name),
        None => plan.least,
    };
    let items = || known.set.items.iter().map(|d| &d.value);
    let codes = |of: &dyn Fn(&PowerItem) -> bool| -> Vec<String> {
        items()
            .filter(|i| of(i))
            .map(|i| i.code.text.clone())
            .collect()
    };
    let off = |wanted: bool| {
        codes(&|item| in_force(known.set, rule, last_day, Some(item), None).off == Some(wanted))
    };
    let everywhere = in_force(known.set, rule, last_day, None, None);
    let parameter = |name: &str, wanted: Measure| {
        let is_wanted = catalogue::measure(rule.id, name) == Some(wanted);
        is_wanted.then(|| everywhere.number(rule, name)).flatten()
    };
    let nights = nights(rule, last_day, known);
    // A night belongs to the day on which it began.
    let longest = nights.iter().map(|(.., until)| *until).max().unwrap_or(0);
    Asked {
        label: window.label.clone(),
        from: window.from,
        until: window.until.plus_millis(longest * MINUTE_MS),
        known: known.at,
        threshold,
        exempt: known
            .sources
            .iter()
            .filter(|s| s.clock == SourceClock::Declared)
            .map(|s| s.id.clone())
            .collect(),
        supervised_from: known
            .sources
            .iter()
            .filter_map(|s| Some((s.id.clone(), s.supervised_from?)))
            .collect(),
        late_before: Timestamp::start_of(known.calendar.add_working_days(day, -1), Shanghai),
        within_s: parameter("within", Measure::Minutes).map_or(600, |minutes| minutes as i64 * 60),
        announced_entry: known
            .sources
            .iter()
            .flat_map(|s| {
                let stretches = s.announced(Announcement::BackEntry);
                stretches.map(|(from, until)| (s.id.clone(), from, until))
            })
            .collect(),
        rest_day: !known.calendar.is_working(day),
        nights,
        off_items: off(true),
        ended_items: codes(&|item| item.effective_to.is_some_and(|end| end < last_day)),
        inspection_items: codes(&|item| item.power_type == PowerType::Inspection),
        // Of a rule that is about few items a setting says which.
        limited_items: off(false),
        span_days: parameter("over", Measure::Days)
            .or_else(|| parameter("within", Measure::Days))
            .map_or(30, |days| days as i64),
        documents: everywhere
            .parameters
            .get("documents")
            .map_or(Vec::new(), |text| {
                catalogue::words(text)
                    .into_iter()
                    .map(str::to_owned)
                    .collect()
            }),
        statutory_flowcharts: statutory_flowcharts(known.set),
        least_base: parameter("base", Measure::Count).map_or(1, |n| n as i64),
        bodies: known
            .set
            .bodies
            .iter()
            .map(|d| d.value.code.text.clone())
            .collect(),
        supervised: supervised(rule, last_day, known),
        mapped: known
            .sources
            .iter()
            .filter(|s| !s.mapping.is_empty())
            .map(|s| (s.id.clone(), s.mapping.clone()))
            .collect(),
        penalty_items: codes(&|item| item.power_type == PowerType::Penalty),
        delay_hours: known
            .sources
            .iter()
            .map(|s| (s.id.clone(), s.delay_allowance_hours))
            .collect(),
    }
}

/// By body when the night begins and ends where it is, in minutes of the day, and of the empty code everywhere else; of rules that know
/// no night none.
fn nights(rule: &Rule, day: NaiveDate, known: &Known<'_>) -> Vec<(String, i64, i64)> {
    if catalogue::measure(rule.id, "night_from").is_none() {
        return Vec::new();
    }
    let night = |org: &str, region: Option<&str>| {
        let set = in_force(known.set, rule, day, None, region);
        let minutes = |name| Some(set.number(rule, name)? as i64);
        Some((
            org.to_owned(),
            minutes("night_from")?,
            minutes("night_until")?,
        ))
    };
    let bodies = known.set.bodies.iter().map(|d| &d.value);
    let of_bodies =
        bodies.filter_map(|body| night(body.code.text.as_str(), Some(body.region.as_str())));
    night("", None).into_iter().chain(of_bodies).collect()
}

/// The items that were cancelled by a day and are to be supervised afterwards, by what their settings say.
fn supervised(rule: &Rule, day: NaiveDate, known: &Known<'_>) -> Vec<Supervised> {
    let items = || known.set.items.iter().map(|d| &d.value);
    let ended = items().filter(|item| item.status == PowerStatus::Cancelled);
    let one = |item: &PowerItem| {
        let end = item.effective_to.filter(|end| *end < day)?;
        let set = in_force(known.set, rule, day, Some(item), None);
        let by = catalogue::words(set.parameters.get("items")?);
        let by: Vec<String> = by
            .into_iter()
            .filter(|code| items().any(|i| *i.code == **code))
            .map(str::to_owned)
            .collect();
        (!by.is_empty()).then(|| Supervised {
            item: item.code.text.clone(),
            org: item.executing_body.text.clone(),
            ended_at: Timestamp::start_of(end + Days::new(1), Shanghai),
            by,
        })
    };
    ended.filter_map(one).collect()
}

/// The flowcharts whose limit of the whole case, as cases show it, is statutory.
fn statutory_flowcharts(set: &DefinitionSet) -> Vec<String> {
    let is_statutory = |flowchart: &Flowchart| {
        let watched = flowchart.control_points.iter();
        let watched = watched.filter_map(|point| match &point.check {
            PointKind::Overdue { limit, .. } => Some(limit),
            _ => None,
        });
        let limits = &flowchart.limits;
        let mut limits = watched.filter_map(|name| limits.iter().find(|l| l.id == *name));
        let whole = limits.find(|limit| limit.kind == LimitKind::Case);
        whole.is_some_and(|limit| limit.statutory.is_some())
    };
    let all = set.flowcharts.iter().map(|document| &document.value);
    all.filter(|flowchart| is_statutory(flowchart))
        .map(|flowchart| format!("{}@{}", flowchart.id, flowchart.version))
        .collect()
}
