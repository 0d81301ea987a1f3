//! 期限设置 of what people do about alerts (T15): how long an answer and an appeal may take, when an order is reminded of, when it is graver,
//! before whom it is then brought.
//!
//! Rule settings that name T15 say so. In force are those of the day of the order or the appeal, and of the region of the body that has to
//! act; in the calendar of that region is counted. So it is with the terms of complaints and ratings (C1, C2), as far as they are told to
//! those who work them; what is late is judged by the limits that the definitions name.

use std::sync::Arc;

use chrono::NaiveDate;
use mingjing_domain::Timestamp;
use mingjing_domain::alert::Level;
use mingjing_domain::calendar::WorkCalendar;
use mingjing_domain::catalogue;
use mingjing_domain::deadline::{Ledger, deadline};
use mingjing_domain::definitions::{Place, RuleSettings, Setting, regions};
use mingjing_domain::disposition::{
    APPEAL_DECIDED_WITHIN, APPEAL_WITHIN, Escalation, ORDER_ANSWERED_WITHIN, ORDER_GRAVER_AFTER,
    ORDER_REMINDED_BEFORE,
};
use mingjing_domain::limit::Budget;

use super::Rules;

/// 督办未按期反馈.
pub(crate) const ORDER_RULE: &str = "T15";

/// 投诉超时, 差评未整改: rules whose parameters are the terms of what people say.
pub(crate) const VOICE_RULES: [&str; 2] = ["C1", "C2"];

/// How long something may take, and where that is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// So long.
    pub within: Budget,
    /// The last second in time.
    pub due_at: Timestamp,
    /// It depends on a day of a year whose holidays are not known.
    pub provisional: bool,
    /// The settings that say so, `id@version`; of the rule's own default, the source that the catalogue names.
    pub source: String,
}

/// What is in force of T15.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Terms {
    /// An order that names no day is answered within so long.
    pub(crate) answer: Budget,
    /// An appeal is made within so long.
    pub(crate) appeal: Budget,
    /// And decided within so long.
    pub(crate) decide: Budget,
    /// An order is reminded of so long before its answer is due.
    pub(crate) remind: Option<Budget>,
    /// It is a red card so long after.
    pub(crate) red_after: Option<Budget>,
    /// Before whom it is brought when; by default before nobody.
    pub(crate) escalation: Escalation,
    /// How grave an unanswered order is at first.
    pub(crate) level: Level,
    /// Not judged here.
    pub(crate) off: bool,
    /// The settings that decided something, `id@version`.
    pub(crate) by: Vec<String>,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            answer: ORDER_ANSWERED_WITHIN,
            appeal: APPEAL_WITHIN,
            decide: APPEAL_DECIDED_WITHIN,
            remind: Some(ORDER_REMINDED_BEFORE),
            red_after: Some(ORDER_GRAVER_AFTER),
            escalation: Escalation::default(),
            level: Level::Yellow,
            off: false,
            by: Vec::new(),
        }
    }
}

impl Terms {
    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "over" => self.answer = term(value)?,
            "appeal" => self.appeal = term(value)?,
            "decide" => self.decide = term(value)?,
            "remind" => self.remind = term_or_none(value)?,
            "red_after" => self.red_after = term_or_none(value)?,
            "escalate" => self.escalation = value.parse()?,
            other => return Err(format!("no parameter of it: {other:?}")),
        }
        Ok(())
    }

    /// A setting that cannot be was refused when the definitions were compiled.
    fn apply(&mut self, setting: &Setting) {
        self.level = setting.level.unwrap_or(self.level);
        self.off = setting.off.unwrap_or(self.off);
        for (name, value) in setting.set_parameters() {
            let _ = self.set(name, value);
        }
    }
}

fn term(value: &str) -> Result<Budget, String> {
    match value.parse::<Budget>() {
        Ok(budget) if budget.count > 0 => Ok(budget),
        Ok(_) => Err(format!("no time at all: {value:?}")),
        Err(bad) => Err(bad.to_string()),
    }
}

fn term_or_none(value: &str) -> Result<Option<Budget>, String> {
    match value {
        "none" => Ok(None),
        value => term(value).map(Some),
    }
}

/// What a setting says of T15 that T15 does not have; none of its parameters is any control point's, which would find fault with it.
pub(crate) fn strange(setting: &Setting) -> Option<String> {
    if setting.at.is_some() {
        return Some(format!(
            "rule {ORDER_RULE:?} is reminded of by `with: {{remind: 1wd}}`, not by `at`"
        ));
    }
    if setting.confirm.is_some() {
        return Some(format!(
            "an alert of rule {ORDER_RULE:?} is not confirmed before it goes out"
        ));
    }
    if setting.level == Some(Level::Review) {
        return Some(format!(
            "an alert of rule {ORDER_RULE:?} is a notice, yellow or red"
        ));
    }
    let mut terms = Terms::default();
    setting.set_parameters().find_map(|(name, value)| {
        let bad = terms.set(name, value).err()?;
        Some(format!("parameter {name:?} of rule {ORDER_RULE:?}: {bad}"))
    })
}

impl Rules {
    /// The terms in force at an instant for a body that has to act upon an alert about an item.
    pub(crate) fn terms(&self, body: &str, item: Option<&str>, at: Timestamp) -> Terms {
        let mut terms = Terms::default();
        let Some(calendar) = self.calendar_of_body(body) else {
            return terms;
        };
        let in_force = self.settings_for(body, item, at.local_date(calendar.tz()));
        for settings in in_force {
            let named = |s: &&Setting| s.rule.as_deref() == Some(ORDER_RULE);
            for setting in settings.set.iter().filter(named) {
                terms.apply(setting);
                terms.by.push(settings.label());
            }
        }
        terms.by.sort();
        terms.by.dedup();
        terms
    }

    /// Until when a body may appeal what went out to it, or was confirmed, at an instant, by the terms in force now; none where no calendar is.
    pub fn appeal_until(
        &self,
        body: &str,
        item: Option<&str>,
        from: Timestamp,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let calendar = self.calendar_of_body(body)?;
        let within = self.terms(body, item, now).appeal;
        Some(deadline(calendar, from, within, &Ledger::default()).due_at)
    }

    /// The term that a parameter of C1 or C2 sets a body from an instant on, and what is due by it; none where no calendar is in force, or where
    /// the rule has no such parameter.
    pub fn term(
        &self,
        rule: &str,
        parameter: &str,
        (body, item): (&str, Option<&str>),
        from: Timestamp,
    ) -> Option<Term> {
        let calendar = self.calendar_of_body(body)?;
        let listed = catalogue::rule(rule)?.parameters;
        let listed = listed.iter().find(|listed| listed.name == parameter)?;
        let mut within: Budget = listed.default.parse().ok()?;
        let mut source = listed.source.to_owned();
        for settings in self.settings_for(body, item, from.local_date(calendar.tz())) {
            let named = settings
                .set
                .iter()
                .filter(|s| s.rule.as_deref() == Some(rule));
            let values = named.flat_map(Setting::set_parameters);
            for (_, value) in values.filter(|(name, _)| *name == parameter) {
                // A setting that cannot be was refused when the definitions were compiled.
                if let Ok(set) = value.parse() {
                    within = set;
                    source = settings.label();
                }
            }
        }
        let none = Ledger {
            suspensions: &[],
            extensions: &[],
        };
        let due = deadline(calendar, from, within, &none);
        Some(Term {
            within,
            due_at: due.due_at,
            provisional: due.provisional,
            source,
        })
    }

    /// The settings in force on a day for a body, from the farthest to the closest.
    fn settings_for(&self, body: &str, item: Option<&str>, day: NaiveDate) -> Vec<&RuleSettings> {
        let begun = || {
            self.term_settings
                .iter()
                .filter(|s| s.effective_from <= day)
        };
        let is_latest = |settings: &&RuleSettings| {
            let mut versions = begun().filter(|other| other.id == settings.id);
            versions.all(|other| other.effective_from <= settings.effective_from)
        };
        let applies = |settings: &&RuleSettings| self.fits(&settings.place, body, item);
        let mut in_force: Vec<&RuleSettings> = begun().filter(is_latest).filter(applies).collect();
        in_force.sort_by(|a, b| a.closeness().cmp(&b.closeness()));
        in_force
    }

    /// The calendar that counts for a body: its region's, else the country's.
    pub(crate) fn calendar_of_body(&self, body: &str) -> Option<&Arc<WorkCalendar>> {
        let region = self.body(body).map(|body| &body.region);
        let regional = region.and_then(|region| self.regional_calendars.get(region));
        regional.or_else(|| self.calendars.get("cn"))
    }

    fn fits(&self, place: &Place, body: &str, item: Option<&str>) -> bool {
        let region = self.body(body).map(|body| body.region.as_str());
        let item = item.and_then(|code| self.item(code));
        let within = |area: &String| region.is_some_and(|region| regions::covers(area, region));
        place.region.as_ref().is_none_or(within)
            && place
                .power_type
                .is_none_or(|t| item.is_some_and(|item| item.power_type == t))
            && place
                .item
                .as_ref()
                .is_none_or(|code| item.is_some_and(|item| item.code == *code))
    }
}

#[cfg(test)]
mod tests {
    use mingjing_domain::definitions::{DefinitionFile, DefinitionSet};
    use mingjing_domain::limit::Unit;

    use super::*;

    const TEXT: &str = "\
kind: body
code: zjj
name: 住建局
region: '510500'
---
kind: body
code: hj
name: 合江县局
region: '510522'
---
kind: rule_settings
id: city
version: '1'
effective_from: 2026-01-01
where: {region: '510500'}
set:
  - {rule: T15, over: 3wd, with: {remind: none, appeal: 10cd}}
---
kind: rule_settings
id: county
version: '1'
effective_from: 2026-03-01
where: {region: '510522'}
set:
  - {rule: T15, over: 24h, level: red, with: {red_after: 2wd}}
";

    fn rules(text: &str) -> Result<Rules, String> {
        let (set, problems) = DefinitionSet::read(vec![DefinitionFile {
            name: "x.yaml".into(),
            text: text.into(),
        }]);
        assert!(problems.is_empty(), "{problems:?}");
        Rules::compile(&set).map_err(|problems| problems[0].to_string())
    }

    #[test]
    fn the_closest_settings_of_the_day_and_of_the_answering_body_count() {
        let rules = rules(TEXT).unwrap();
        let at = |day: &str| Timestamp::parse(&format!("{day}T10:00:00+08:00")).unwrap();
        let answer = |body, day| rules.terms(body, None, at(day)).answer;
        assert_eq!(answer("zjj", "2025-12-31"), ORDER_ANSWERED_WITHIN);
        assert_eq!(
            answer("zjj", "2026-01-01"),
            Budget::new(3, Unit::WorkingDays)
        );
        assert_eq!(
            answer("hj", "2026-02-28"),
            Budget::new(3, Unit::WorkingDays)
        );
        assert_eq!(answer("nobody", "2026-02-28"), ORDER_ANSWERED_WITHIN);
        let county = rules.terms("hj", None, at("2026-03-01"));
        assert_eq!(
            (county.answer, county.level, county.remind),
            (Budget::new(24, Unit::Hours), Level::Red, None)
        );
        assert_eq!(county.by, ["city@1", "county@1"]);
    }

    #[test]
    fn an_appeal_has_the_term_of_the_body_that_makes_it() {
        let rules = rules(TEXT).unwrap();
        let at = |text: &str| Timestamp::parse(&format!("{text}+08:00")).unwrap();
        let from = at("2026-03-02T10:00:00");
        let until = |body| {
            let until = rules.appeal_until(body, None, from, from).unwrap();
            until.local_date(chrono_tz::Asia::Shanghai).to_string()
        };
        assert_eq!(
            until("zjj"),
            "2026-03-12",
            "ten calendar days, as the city sets"
        );
        assert_eq!(until("nobody"), "2026-03-09", "five working days");
    }

    #[test]
    fn the_defaults_are_what_the_catalogue_says() {
        let rule = mingjing_domain::catalogue::rule(ORDER_RULE).unwrap();
        let other = Budget::new(7, Unit::Months);
        let mut terms = Terms {
            answer: other,
            appeal: other,
            decide: other,
            remind: None,
            red_after: None,
            level: rule.level,
            ..Terms::default()
        };
        for parameter in rule.parameters {
            terms.set(parameter.name, parameter.default).unwrap();
        }
        assert_eq!(terms, Terms::default());
    }

    #[test]
    fn a_complaint_is_due_by_the_settings_of_its_body_and_else_by_the_catalogue() {
        let voices = "\
---
kind: rule_settings
id: voices
version: '1'
effective_from: 2026-01-01
where: {region: '510522'}
set:
  - {rule: C1, with: {answer: 7wd}}
";
        let rules = rules(&format!("{TEXT}{voices}")).unwrap();
        let from = Timestamp::parse("2026-07-01T09:00:00+08:00").unwrap();
        let term = |body, parameter| {
            let term = rules.term("C1", parameter, (body, None), from).unwrap();
            let due = term.due_at.local_date(chrono_tz::Asia::Shanghai);
            (term.within.to_string(), due.to_string(), term.source)
        };
        let told = |within: &str, due: &str, source: &str| {
            (within.to_owned(), due.to_owned(), source.to_owned())
        };
        assert_eq!(term("zjj", "answer"), told("10wd", "2026-07-15", "S10"));
        assert_eq!(term("hj", "answer"), told("7wd", "2026-07-10", "voices@1"));
        assert_eq!(term("hj", "accept"), told("5wd", "2026-07-08", "S14"));
        assert_eq!(rules.term("C1", "rectify", ("hj", None), from), None);
    }

    #[test]
    fn a_setting_that_cannot_be_is_a_problem_of_the_definitions() {
        for (good, bad) in [
            ("over: 3wd", "over: 3"),
            ("over: 3wd", "over: 0wd"),
            ("over: 3wd", "over: none"),
            ("remind: none", "remind: soon"),
            ("appeal: 10cd", "apeal: 10cd"),
            ("over: 24h, level: red", "over: 24h, level: review"),
            ("over: 24h, level: red", "at: 1wd before"),
            ("over: 24h, level: red", "confirm: true"),
        ] {
            let refused = rules(&TEXT.replace(good, bad));
            assert!(refused.is_err(), "{bad}");
        }
        assert!(rules(TEXT).is_ok());
    }
}
