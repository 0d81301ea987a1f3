//! How long an answer and an appeal may take, a second time: of every question the setting that counts most.

use mingjing_domain::Timestamp;
use mingjing_domain::alert::Level;
use mingjing_domain::calendar::WorkCalendar;
use mingjing_domain::definitions::{Body, RuleSettings, Setting};
use mingjing_domain::limit::Budget;

use super::Definitions;
use super::settings::significant;

/// What is in force of T15 on a day for a body that has to act upon an alert.
#[derive(Clone, Debug)]
pub(super) struct Terms {
    pub answer: Budget,
    pub appeal: Budget,
    pub remind: Option<Budget>,
    pub red_after: Option<Budget>,
    /// 逐级升级: when each rung is reached, as written, and how grave it is then at least.
    pub rungs: Vec<(String, Option<Level>)>,
    pub level: Level,
    pub off: bool,
}

impl Terms {
    /// The item is the one that the alert names.
    pub fn of(definitions: &Definitions, body: &str, item: Option<&str>, at: Timestamp) -> Self {
        let item = item.and_then(|code| definitions.item(code));
        let region = definitions.body_with(body).map(|body| body.region.as_str());
        let day = at.local_date(definitions.calendar_of_body(body).tz());
        let settings = definitions.set().rule_settings.iter().map(|d| &d.value);
        let mut in_force: Vec<&RuleSettings> = Vec::new();
        for candidate in settings.filter(|s| s.effective_from <= day) {
            match in_force.iter_mut().find(|known| known.id == candidate.id) {
                Some(known) if known.effective_from < candidate.effective_from => {
                    *known = candidate
                }
                Some(_) => {}
                None => in_force.push(candidate),
            }
        }
        in_force.retain(|settings| {
            let place = &settings.place;
            let area = place.region.as_deref().map(significant);
            let here = area.is_none_or(|area| region.is_some_and(|r| r.starts_with(area)));
            let category = place.power_type;
            here && category.is_none_or(|t| item.is_some_and(|item| item.power_type == t))
                && place
                    .item
                    .as_ref()
                    .is_none_or(|code| item.is_some_and(|item| *item.code == **code))
        });
        // What names no item first, then the wider area, then what names no category, then the earlier day, then the id: what comes
        // last counts.
        in_force.sort_by_key(|settings| {
            let area = settings.place.region.as_deref().map(significant);
            let width = area.map_or(0, str::len);
            let place = &settings.place;
            (
                place.item.is_some(),
                width,
                place.power_type.is_some(),
                settings.effective_from,
                settings.id.text.clone(),
            )
        });
        let all: Vec<&Setting> = in_force
            .iter()
            .flat_map(|settings| &settings.set)
            .filter(|setting| setting.rule.as_ref().is_some_and(|rule| &**rule == "T15"))
            .collect();
        let value = |name: &str| {
            let said = |setting: &&Setting| {
                let over = setting.over.as_ref().filter(|_| name == "over");
                let named = setting.parameters.get(name).or(over);
                named.map(|value| value.0.clone())
            };
            all.iter().rev().find_map(said)
        };
        let term = |name: &str, usual: &str| {
            let text = value(name).unwrap_or_else(|| usual.to_owned());
            text.parse::<Budget>().ok()
        };
        let sure = |name, usual| term(name, usual).unwrap_or_else(|| panic!("{name} is no time"));
        Self {
            answer: sure("over", "5wd"),
            appeal: sure("appeal", "5wd"),
            remind: term("remind", "1wd"),
            red_after: term("red_after", "5wd"),
            rungs: value("escalate").map_or_else(Vec::new, |text| rungs(&text)),
            level: all
                .iter()
                .rev()
                .find_map(|s| s.level)
                .unwrap_or(Level::Yellow),
            off: all.iter().rev().find_map(|s| s.off).unwrap_or(false),
        }
    }
}

/// Of a ladder what bears on levels: each rung is all before its colon, whose last word may be a level.
fn rungs(text: &str) -> Vec<(String, Option<Level>)> {
    let whens = text
        .split(';')
        .filter_map(|rung| Some(rung.split_once(':')?.0.trim()));
    let graded = |when: &str| {
        for level in [Level::Notice, Level::Yellow, Level::Red] {
            if let Some(due) = when.strip_suffix(level.code()) {
                return (due.trim().to_owned(), Some(level));
            }
        }
        (when.to_owned(), None)
    };
    whens.map(graded).collect()
}

impl Definitions {
    pub(super) fn body_with(&self, code: &str) -> Option<&Body> {
        let mut bodies = self.set().bodies.iter().map(|d| &d.value);
        bodies.find(|body| *body.code == *code)
    }

    /// The calendar that counts where a body is.
    pub(super) fn calendar_of_body(&self, code: &str) -> &WorkCalendar {
        let region = self.body_with(code).map(|body| body.region.as_str());
        self.calendar_in(region, "cn")
    }
}
