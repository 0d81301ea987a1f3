//! Judging a batch of past cases by the draft, and telling what differs.

use std::collections::BTreeMap;
use std::sync::Arc;

use mingjing_domain::Timestamp;
use mingjing_domain::alert::{AlertRecord, Status};
use mingjing_domain::fact::Cause;
use mingjing_domain::source::Source;
use mingjing_engine::{Engine, Input, Rules};
use mingjing_store::PastAlert;
use serde::Serialize;

use super::span::CaseOfPast;

/// By what is judged.
pub struct Judges {
    pub draft: Arc<Rules>,
    /// Other definitions to compare with; none: with what was published.
    pub against: Option<Arc<Rules>>,
    pub sources: Vec<Source>,
    pub judged_at: Timestamp,
    pub examples: usize,
}

/// Which alert: source, case, control point, step, visit.
type Key = (String, String, String, String, u16);

/// What is said of one thing, as far as it is compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stands {
    pub level: String,
    pub status: String,
    pub due_at: Option<Timestamp>,
    pub breached_at: Option<Timestamp>,
    pub completed_at: Option<Timestamp>,
    #[serde(skip)]
    org: String,
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
    Raised,
    Withdrawn,
    Changed,
}

/// A case that shows a difference.
#[derive(Clone, Debug, Serialize)]
pub struct Example {
    pub difference: Difference,
    pub source: String,
    pub case_no: String,
    pub step: String,
    pub visit: u16,
    /// As it stands.
    pub was: Option<Stands>,
    /// By the draft.
    pub would: Option<Stands>,
}

/// How many alerts of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    pub raised: u64,
    pub withdrawn: u64,
    pub changed: u64,
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

    fn add(&mut self, other: Tally) {
        self.raised += other.raised;
        self.withdrawn += other.withdrawn;
        self.changed += other.changed;
        self.same += other.same;
    }
}

/// What is said of one control point.
#[derive(Clone, Debug, Default, Serialize)]
pub struct OfPoint {
    /// As published, where the draft has it.
    pub name: String,
    pub tally: Tally,
    pub examples: Vec<Example>,
}

/// What a thread found.
#[derive(Debug, Default)]
pub struct Verdicts {
    pub by_point: BTreeMap<String, OfPoint>,
    pub by_org: BTreeMap<String, Tally>,
    /// Conditions that the draft could not judge for want of a value.
    pub unjudged: u64,
}

impl Verdicts {
    /// Adds what another thread found.
    pub fn add(&mut self, other: Verdicts, examples: usize) {
        self.unjudged += other.unjudged;
        for (point, of) in other.by_point {
            let slot = self.by_point.entry(point).or_default();
            slot.tally.add(of.tally);
            if slot.name.is_empty() {
                slot.name = of.name;
            }
            for example in of.examples {
                keep(&mut slot.examples, example, examples);
            }
        }
        for (org, tally) in other.by_org {
            self.by_org.entry(org).or_default().add(tally);
        }
    }
}

/// Keeps the first few of each kind by case, so that threads do not show.
fn keep(examples: &mut Vec<Example>, new: Example, most: usize) {
    let difference = new.difference;
    examples.push(new);
    examples.sort_by(|a, b| {
        let key = |e: &Example| {
            (
                e.difference,
                e.source.clone(),
                e.case_no.clone(),
                e.step.clone(),
                e.visit,
            )
        };
        key(a).cmp(&key(b))
    });
    if examples
        .iter()
        .filter(|e| e.difference == difference)
        .count()
        > most
        && let Some(last) = examples.iter().rposition(|e| e.difference == difference)
    {
        examples.remove(last);
    }
}

impl Judges {
    /// Judges a batch and adds what differs.
    pub fn judge(&self, batch: &[CaseOfPast], verdicts: &mut Verdicts) -> anyhow::Result<()> {
        let mut names = BTreeMap::new();
        let (would, unjudged) = self.stand(batch, &self.draft, Some(&mut names))?;
        verdicts.unjudged += unjudged;
        let was = match &self.against {
            Some(rules) => self.stand(batch, rules, None)?.0,
            None => published(batch),
        };
        for (point, name) in names {
            verdicts.by_point.entry(point).or_default().name = name;
        }
        for (key, stands) in &was {
            self.compare(key, Some(stands), would.get(key), verdicts);
        }
        for (key, stands) in &would {
            if !was.contains_key(key) {
                self.compare(key, None, Some(stands), verdicts);
            }
        }
        Ok(())
    }

    fn compare(
        &self,
        key: &Key,
        was: Option<&Stands>,
        would: Option<&Stands>,
        verdicts: &mut Verdicts,
    ) {
        let difference = match (was, would) {
            (Some(was), Some(would)) => (was.says() != would.says()).then_some(Difference::Changed),
            (Some(_), None) => Some(Difference::Withdrawn),
            (None, _) => Some(Difference::Raised),
        };
        let (source, case_no, point, step, visit) = key;
        let org = would.or(was).map_or("", |s| s.org.as_str());
        verdicts
            .by_org
            .entry(org.to_owned())
            .or_default()
            .count(difference);
        let of_point = verdicts.by_point.entry(point.clone()).or_default();
        of_point.tally.count(difference);
        if let Some(difference) = difference {
            let example = Example {
                difference,
                source: source.clone(),
                case_no: case_no.clone(),
                step: step.clone(),
                visit: *visit,
                was: was.cloned(),
                would: would.cloned(),
            };
            keep(&mut of_point.examples, example, self.examples);
        }
    }

    /// What stands of a batch by these definitions, judged once; and how many conditions could not be judged.
    fn stand(
        &self,
        batch: &[CaseOfPast],
        rules: &Arc<Rules>,
        mut names: Option<&mut BTreeMap<String, String>>,
    ) -> anyhow::Result<(BTreeMap<Key, Stands>, u64)> {
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
        let mut stand = BTreeMap::new();
        for alert in engine.alerts() {
            if let Some(names) = &mut names {
                let name = alert.message.split('：').next().unwrap_or_default();
                names
                    .entry(alert.control_point.clone())
                    .or_insert_with(|| name.to_owned());
            }
            stand.insert(key_of(alert), stands(alert));
        }
        Ok((stand, engine.unjudged_conditions()))
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
    }
}
