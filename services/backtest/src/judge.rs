//! Judging a batch of past cases by the draft, and telling what differs.

use std::collections::BTreeMap;
use std::sync::Arc;

use mingjing_domain::Timestamp;
use mingjing_domain::alert::{AlertRecord, Status};
use mingjing_domain::catalogue::is_reminder_title;
use mingjing_domain::fact::Cause;
use mingjing_domain::source::Source;
use mingjing_engine::{Engine, Input, Rules};
use mingjing_store::PastAlert;
use serde::Serialize;

use crate::Error;
use crate::span::CaseOfPast;

/// By what is judged.
pub struct Judges {
    /// What is tried.
    pub draft: Arc<Rules>,
    /// Other definitions to compare with; none: with what was published.
    pub against: Option<Arc<Rules>>,
    /// What sources declared.
    pub sources: Vec<Source>,
    /// Judged as of this instant.
    pub judged_at: Timestamp,
    /// Examples of each kind of difference at each control point.
    pub examples: usize,
    /// Whether examples carry the whole alerts, with what they stand on.
    pub records: bool,
}

/// Which alert: source, case, control point, step, visit.
type Key = (String, String, String, String, u16);

/// The entry of a key, which is only copied where there is none.
fn at<'m, T: Default>(map: &'m mut BTreeMap<String, T>, key: &str) -> &'m mut T {
    if !map.contains_key(key) {
        map.insert(key.to_owned(), T::default());
    }
    map.get_mut(key).expect("it was just put there")
}

/// What is said of one thing, as far as it is compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stands {
    /// The code of its level.
    pub level: String,
    /// The code of its status.
    pub status: String,
    /// The last second in time.
    pub due_at: Option<Timestamp>,
    /// When it became true.
    pub breached_at: Option<Timestamp>,
    /// When the late thing was done.
    pub completed_at: Option<Timestamp>,
    #[serde(skip)]
    org: String,
    #[serde(skip)]
    item: String,
    #[serde(skip)]
    rule: String,
}

impl Stands {
    /// How far it has got in its life is no difference between definitions.
    fn says(&self) -> (&str, [Option<Timestamp>; 3]) {
        (
            &self.level,
            [self.due_at, self.breached_at, self.completed_at],
        )
    }
}

/// What differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Difference {
    /// By the draft alone.
    Raised,
    /// By the other side alone.
    Withdrawn,
    /// By both, with another level or other instants.
    Changed,
}

impl Difference {
    /// The code, as it is serialized.
    pub const fn code(self) -> &'static str {
        match self {
            Difference::Raised => "raised",
            Difference::Withdrawn => "withdrawn",
            Difference::Changed => "changed",
        }
    }
}

/// A case that shows a difference.
#[derive(Clone, Debug, Serialize)]
pub struct Example {
    /// What differs.
    pub difference: Difference,
    /// The source.
    pub source: String,
    /// The case.
    pub case_no: String,
    /// Empty: the whole case.
    pub step: String,
    /// From 1.
    pub visit: u16,
    /// As it stands.
    pub was: Option<Stands>,
    /// By the draft.
    pub would: Option<Stands>,
    /// The body that answers; empty: none is known.
    #[serde(skip)]
    pub org: String,
    /// The whole alert as it stands, where that was asked for and is not only known as published.
    #[serde(skip)]
    pub was_record: Option<Box<AlertRecord>>,
    /// The whole alert by the draft, where that was asked for.
    #[serde(skip)]
    pub would_record: Option<Box<AlertRecord>>,
}

/// How many alerts of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// By the draft alone.
    pub raised: u64,
    /// By the other side alone.
    pub withdrawn: u64,
    /// By both, otherwise.
    pub changed: u64,
    /// By both alike.
    pub same: u64,
}

impl Tally {
    fn count(&mut self, difference: Option<Difference>) {
        let slot = match difference {
            Some(Difference::Raised) => &mut self.raised,
            Some(Difference::Withdrawn) => &mut self.withdrawn,
            Some(Difference::Changed) => &mut self.changed,
            None => &mut self.same,
        };
        *slot += 1;
    }

    pub(crate) fn add(&mut self, other: Tally) {
        self.raised += other.raised;
        self.withdrawn += other.withdrawn;
        self.changed += other.changed;
        self.same += other.same;
    }
}

/// The first examples of each kind by case, so that neither threads nor batches show.
#[derive(Debug, Default)]
pub(crate) struct Kept(BTreeMap<Difference, OfKind>);

/// By source, case, step, visit.
type OfKind = BTreeMap<(String, String, String, u16), Example>;

impl Kept {
    /// Whether one at this place would stay. Asked before it is made: of a million differences a few are kept.
    fn takes(&self, difference: Difference, key: &Key, most: usize) -> bool {
        let of_kind = self.0.get(&difference);
        let full = of_kind.filter(|kept| kept.len() >= most);
        let last = full.and_then(OfKind::last_key_value);
        let (source, case_no, _, step, visit) = key;
        match last {
            Some((last, _)) => {
                (source, case_no, step, visit) < (&last.0, &last.1, &last.2, &last.3)
            }
            None => full.is_none(),
        }
    }

    fn add(&mut self, example: Example, most: usize) {
        let of_kind = self.0.entry(example.difference).or_default();
        let case = (example.source.clone(), example.case_no.clone());
        let place = (case.0, case.1, example.step.clone(), example.visit);
        of_kind.insert(place, example);
        if of_kind.len() > most {
            of_kind.pop_last();
        }
    }

    pub(crate) fn into_examples(self) -> impl Iterator<Item = Example> {
        self.0.into_values().flat_map(OfKind::into_values)
    }
}

/// Of alerts that both sides have, how many stand at another level: by what it is, and by what it would be.
pub(crate) type Moves = BTreeMap<(String, String), u64>;

/// What was found at one control point.
#[derive(Debug, Default)]
pub(crate) struct AtPoint {
    /// Its name, where the draft has it.
    pub(crate) name: String,
    /// The kind of its rule.
    pub(crate) rule: String,
    /// By body.
    pub(crate) by_org: BTreeMap<String, Tally>,
    pub(crate) moves: Moves,
    pub(crate) examples: Kept,
}

/// What was found of one power item.
#[derive(Debug, Default)]
pub(crate) struct AtItem {
    pub(crate) tally: Tally,
    /// Of alerts that both sides have, how many stand at another level.
    pub(crate) level_changed: u64,
}

/// What a thread found.
#[derive(Debug, Default)]
pub(crate) struct Verdicts {
    pub(crate) by_point: BTreeMap<String, AtPoint>,
    pub(crate) by_item: BTreeMap<String, AtItem>,
    /// Conditions that the draft could not judge for want of a value.
    pub(crate) unjudged: u64,
}

impl Verdicts {
    /// Adds what another thread found.
    pub(crate) fn add(&mut self, other: Verdicts, examples: usize) {
        self.unjudged += other.unjudged;
        for (point, of) in other.by_point {
            let slot = self.by_point.entry(point).or_default();
            for (org, tally) in of.by_org {
                slot.by_org.entry(org).or_default().add(tally);
            }
            if slot.name.is_empty() {
                slot.name = of.name;
            }
            if slot.rule.is_empty() {
                slot.rule = of.rule;
            }
            for (levels, alerts) in of.moves {
                *slot.moves.entry(levels).or_default() += alerts;
            }
            for example in of.examples.into_examples() {
                slot.examples.add(example, examples);
            }
        }
        for (item, of) in other.by_item {
            let slot = self.by_item.entry(item).or_default();
            slot.tally.add(of.tally);
            slot.level_changed += of.level_changed;
        }
    }
}

/// What stands of a batch by some definitions.
struct Standing {
    alerts: BTreeMap<Key, Stands>,
    /// None: it is only known as published.
    engine: Option<Engine>,
}

impl Judges {
    /// Judges a batch and adds what differs.
    pub(crate) fn judge(&self, batch: &[CaseOfPast], verdicts: &mut Verdicts) -> Result<(), Error> {
        let would = self.stand(batch, &self.draft)?;
        let was = match &self.against {
            Some(rules) => self.stand(batch, rules)?,
            None => Standing {
                alerts: published(batch),
                engine: None,
            },
        };
        if let Some(engine) = &would.engine {
            verdicts.unjudged += engine.unjudged_conditions();
            for alert in engine.alerts() {
                let point = at(&mut verdicts.by_point, &alert.control_point);
                // A message begins with the point's name, but for reminders.
                if point.name.is_empty() || is_reminder_title(&point.name) {
                    let name = alert.message.split('：').next().unwrap_or_default();
                    point.name = name.to_owned();
                }
            }
        }
        let records = Records::of(self.records, &was, &would);
        for (key, stands) in &was.alerts {
            self.compare(key, Some(stands), would.alerts.get(key), &records, verdicts);
        }
        for (key, stands) in &would.alerts {
            if !was.alerts.contains_key(key) {
                self.compare(key, None, Some(stands), &records, verdicts);
            }
        }
        Ok(())
    }

    fn compare(
        &self,
        key: &Key,
        was: Option<&Stands>,
        would: Option<&Stands>,
        records: &Records<'_>,
        verdicts: &mut Verdicts,
    ) {
        let difference = match (was, would) {
            (Some(was), Some(would)) => (was.says() != would.says()).then_some(Difference::Changed),
            (Some(_), None) => Some(Difference::Withdrawn),
            (None, _) => Some(Difference::Raised),
        };
        let (source, case_no, point, step, visit) = key;
        let of = |field: fn(&Stands) -> &str| would.or(was).map_or("", field);
        let org = of(|stands| &stands.org);
        let at_point = at(&mut verdicts.by_point, point);
        at(&mut at_point.by_org, org).count(difference);
        if at_point.rule.is_empty() {
            at_point.rule = of(|stands| &stands.rule).to_owned();
        }
        let at_item = at(&mut verdicts.by_item, of(|stands| &stands.item));
        at_item.tally.count(difference);
        if let (Some(was), Some(would)) = (was, would)
            && was.level != would.level
        {
            let levels = (was.level.clone(), would.level.clone());
            *at_point.moves.entry(levels).or_default() += 1;
            at_item.level_changed += 1;
        }
        if let Some(difference) = difference
            && at_point.examples.takes(difference, key, self.examples)
        {
            let example = Example {
                difference,
                source: source.clone(),
                case_no: case_no.clone(),
                step: step.clone(),
                visit: *visit,
                was: was.cloned(),
                would: would.cloned(),
                org: org.to_owned(),
                was_record: records.was(key),
                would_record: records.would(key),
            };
            at_point.examples.add(example, self.examples);
        }
    }

    /// What stands of a batch by these definitions, judged once.
    fn stand(&self, batch: &[CaseOfPast], rules: &Arc<Rules>) -> Result<Standing, Error> {
        let mut engine = Engine::new(rules.clone());
        for source in &self.sources {
            engine.note(Input::Declared(source));
        }
        for past in batch.iter().flat_map(|case| &case.events) {
            engine.take_without_judging(&past.event()?);
        }
        let mut sources: Vec<&str> = batch
            .iter()
            .filter_map(|case| case.events.first())
            .map(|event| event.source.as_str())
            .collect();
        sources.dedup();
        for source in sources {
            // Of the past all is known that will be.
            let until = self.judged_at;
            engine.note(Input::CompleteUntil { source, until });
        }
        engine.note(Input::Tick(self.judged_at));
        let cause = Cause::DefinitionsChange {
            version: rules.definitions_version().into(),
        };
        engine.rejudge(&cause, &mut Vec::new());
        let alerts = engine.alerts().map(|a| (key_of(a), stands(a))).collect();
        Ok(Standing {
            alerts,
            engine: Some(engine),
        })
    }
}

/// Whole alerts by what they are about, of both sides; empty where nobody asks for them.
#[derive(Default)]
struct Records<'e> {
    was: BTreeMap<Key, &'e AlertRecord>,
    would: BTreeMap<Key, &'e AlertRecord>,
}

impl<'e> Records<'e> {
    fn of(wanted: bool, was: &'e Standing, would: &'e Standing) -> Self {
        let by_key = |standing: &'e Standing| {
            let alerts = standing.engine.iter().flat_map(Engine::alerts);
            alerts.map(|alert| (key_of(alert), alert)).collect()
        };
        match wanted {
            true => Self {
                was: by_key(was),
                would: by_key(would),
            },
            false => Self::default(),
        }
    }

    fn was(&self, key: &Key) -> Option<Box<AlertRecord>> {
        self.was.get(key).map(|alert| Box::new((*alert).clone()))
    }

    fn would(&self, key: &Key) -> Option<Box<AlertRecord>> {
        self.would.get(key).map(|alert| Box::new((*alert).clone()))
    }
}

fn key_of(alert: &AlertRecord) -> Key {
    (
        alert.source.clone(),
        alert.case_no.clone(),
        alert.control_point.clone(),
        alert.step.clone(),
        alert.visit,
    )
}

fn stands(alert: &AlertRecord) -> Stands {
    Stands {
        level: alert.level.code().into(),
        status: alert.status.code().into(),
        due_at: alert.due_at,
        breached_at: alert.breached_at,
        completed_at: alert.completed_at,
        org: alert.responsible_org.clone().unwrap_or_default(),
        item: alert.item_code.clone().unwrap_or_default(),
        rule: alert.rule.clone(),
    }
}

/// What was published and has not been taken back.
fn published(batch: &[CaseOfPast]) -> BTreeMap<Key, Stands> {
    let taken_back = [Status::Withdrawn.code(), Status::Cancelled.code()];
    let alerts = batch.iter().flat_map(|case| &case.published);
    alerts
        .filter(|alert| !taken_back.contains(&alert.status.as_str()))
        .map(|alert| (past_key(alert), past_stands(alert)))
        .collect()
}

fn past_key(alert: &PastAlert) -> Key {
    (
        alert.source.clone(),
        alert.case_no.clone(),
        alert.control_point.clone(),
        alert.step.clone(),
        alert.visit,
    )
}

fn past_stands(alert: &PastAlert) -> Stands {
    let [due_at, breached_at, completed_at] = alert.instants();
    Stands {
        level: alert.level.clone(),
        status: alert.status.clone(),
        due_at,
        breached_at,
        completed_at,
        org: alert.responsible_org.clone().unwrap_or_default(),
        item: alert.item_code.clone().unwrap_or_default(),
        rule: alert.rule.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(difference: Difference, case: &str) -> Example {
        Example {
            difference,
            source: "s".into(),
            case_no: case.into(),
            step: String::new(),
            visit: 1,
            was: None,
            would: None,
            org: String::new(),
            was_record: None,
            would_record: None,
        }
    }

    #[test]
    fn the_first_cases_of_each_kind_are_kept_in_whatever_order_they_come() {
        let mut kept = Kept::default();
        for case in ["3", "1", "4", "2"] {
            for difference in [Difference::Changed, Difference::Raised] {
                let key = ("s".into(), case.to_owned(), "p".into(), String::new(), 1);
                let takes = kept.takes(difference, &key, 2);
                kept.add(example(difference, case), 2);
                let stays = kept.0[&difference].keys().any(|place| place.1 == case);
                assert_eq!(takes, stays, "{case}");
            }
        }
        let found: Vec<_> = kept
            .into_examples()
            .map(|e| (e.difference.code(), e.case_no))
            .collect();
        let wanted = [
            ("raised", "1"),
            ("raised", "2"),
            ("changed", "1"),
            ("changed", "2"),
        ];
        assert_eq!(found, wanted.map(|(kind, case)| (kind, case.to_owned())));
    }
}
