//! What an undisturbed run would have said: the log from its first record, through one engine, without supervision. Facts are held
//! against it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use mingjing_domain::Timestamp;
use mingjing_domain::definitions::{DefinitionFile, DefinitionSet};
use mingjing_domain::fact::{CaseRecord, Fact};
use mingjing_engine::{Engine, Input, Rules};
use mingjing_log::{Log, Partition, StoredRecord, Topic};
use mingjing_wire::LogRecord;
use mingjing_wire::facts::FactRecord;

use crate::world::World;

/// Compiled definitions by hash.
pub fn rules(files: &[DefinitionFile]) -> BTreeMap<String, Arc<Rules>> {
    let sets = files
        .iter()
        .map(|file| DefinitionSet::read(vec![file.clone()]).0);
    sets.map(|set| {
        (
            set.hash(),
            Arc::new(Rules::compile(&set).expect("right definitions")),
        )
    })
    .collect()
}

/// Panics unless the facts of every partition are what an undisturbed run over its log would have published: each
/// once, in the same order, with the same causes.
pub async fn verify(world: &World, rules: &BTreeMap<String, Arc<Rules>>, context: &str) {
    for partition in (0..world.log.partitions()).map(Partition) {
        let log = world.records(Topic::Events, partition).await;
        let published = world.facts(partition).await;
        in_order(&published, context);
        let (wanted, cases) = undisturbed(&log, rules);
        same_alerts(&published, &wanted, context);
        same_refusals(&published, &wanted, context);
        same_cases(&published, cases, context);
    }
}

fn undisturbed(
    log: &[StoredRecord],
    rules: &BTreeMap<String, Arc<Rules>>,
) -> (Vec<(u64, Fact)>, Vec<CaseRecord>) {
    let none = Rules::compile(&DefinitionSet::default())
        .map_err(|p| p.len())
        .expect("no definitions");
    let mut engine = Engine::new(Arc::new(none));
    let (mut facts, mut hash_in_force) = (Vec::new(), String::new());
    for record in log {
        let mut new = Vec::new();
        let received_at = Timestamp::from_millis(engine.clock().millis().max(0));
        match LogRecord::parse(&record.value, received_at) {
            Ok(LogRecord::Event(event)) => engine.handle(Input::Event(&event), &mut new),
            Ok(LogRecord::SourceDeclared(source)) => {
                engine.handle(Input::Declared(&source), &mut new)
            }
            Ok(LogRecord::CompleteUntil { source, until }) => {
                engine.handle(
                    Input::CompleteUntil {
                        source: &source,
                        until,
                    },
                    &mut new,
                );
            }
            Ok(LogRecord::SourceTotals { .. }) => {}
            Ok(LogRecord::Tick { at, .. }) => engine.handle(Input::Tick(at), &mut new),
            Ok(LogRecord::Command(command)) => engine.handle(Input::Command(&command), &mut new),
            Ok(LogRecord::DefinitionsActivated { hash, .. }) => {
                if hash != hash_in_force {
                    engine.handle(Input::Activated(rules[&hash].clone()), &mut new);
                    hash_in_force = hash;
                }
            }
            Err(refusal) => new.push(Fact::Refused {
                at: engine.clock(),
                reason: refusal.reason.code().into(),
                detail: refusal.message_zh(),
                source: refusal.source.map(Into::into),
                case_no: None,
                event_id: refusal.event_id.map(Into::into),
            }),
        }
        facts.extend(new.into_iter().map(|fact| (record.offset.0, fact)));
    }
    let mut states = Vec::new();
    engine.flush_cases(&mut states);
    let cases = states.into_iter().filter_map(|fact| match fact {
        Fact::Case { case, .. } => Some(*case),
        _ => None,
    });
    (facts, cases.collect())
}

/// Positions only rise, and the last fact ends a batch.
fn in_order(published: &[FactRecord], context: &str) {
    for pair in published.windows(2) {
        assert!(
            pair[0].position < pair[1].position,
            "{context}: {:?} then {:?}",
            pair[0].position,
            pair[1].position
        );
    }
    assert!(
        published.last().is_none_or(|last| last.ends_batch),
        "{context}: the last batch is torn"
    );
}

fn same_alerts(published: &[FactRecord], wanted: &[(u64, Fact)], context: &str) {
    let said: Vec<(u64, &Fact)> = published
        .iter()
        .filter(|record| matches!(record.facts, Fact::Alert { .. }))
        .map(|record| (record.position.offset, &record.facts))
        .collect();
    let wanted: Vec<(u64, &Fact)> = wanted
        .iter()
        .filter(|(_, fact)| matches!(fact, Fact::Alert { .. }))
        .map(|(offset, fact)| (*offset, fact))
        .collect();
    for (said, wanted) in said.iter().zip(&wanted) {
        assert_eq!(said, wanted, "{context}");
    }
    assert_eq!(said.len(), wanted.len(), "{context}: alert facts");
    let mut seen = BTreeSet::new();
    for (_, fact) in said {
        let Fact::Alert {
            alert, revision, ..
        } = fact
        else {
            continue;
        };
        assert!(
            seen.insert((&alert.alert_id, revision)),
            "{context}: {} #{revision} was said twice",
            alert.alert_id
        );
    }
}

fn same_refusals(published: &[FactRecord], wanted: &[(u64, Fact)], context: &str) {
    let place = |offset: u64, fact: &Fact| match fact {
        Fact::Refused { reason, .. } => Some((offset, reason.clone())),
        _ => None,
    };
    let said: Vec<_> = published
        .iter()
        .filter_map(|r| place(r.position.offset, &r.facts))
        .collect();
    let wanted: Vec<_> = wanted
        .iter()
        .filter_map(|(offset, fact)| place(*offset, fact))
        .collect();
    assert_eq!(said, wanted, "{context}: refusals");
}

/// The last published state of each case is its state.
fn same_cases(published: &[FactRecord], wanted: Vec<CaseRecord>, context: &str) {
    let mut last: BTreeMap<(String, String), CaseRecord> = BTreeMap::new();
    for record in published {
        if let Fact::Case { case, .. } = &record.facts {
            last.insert((case.source.clone(), case.case_no.clone()), *case.clone());
        }
    }
    let wanted: BTreeMap<_, _> = wanted
        .into_iter()
        .map(|c| ((c.source.clone(), c.case_no.clone()), c))
        .collect();
    assert_eq!(last, wanted, "{context}: cases");
}
