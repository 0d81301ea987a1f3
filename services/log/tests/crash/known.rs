//! What is known to be written, held against what the log holds.

use std::collections::BTreeMap;
use std::path::Path;

use mingjing_log::embedded::EmbeddedLog;
use mingjing_log::{Log, Offset, Partition, Table, Topic};

use crate::call::{CallId, parse};
use crate::{OPTIONS, PARTITIONS, TABLE};

/// What the children said so far.
#[derive(Default)]
pub struct Known {
    log_id: Option<String>,
    /// The acknowledged calls and where they were put.
    pub calls: BTreeMap<CallId, (Partition, Offset)>,
    /// The acknowledged changes of the table, in their order.
    pub puts: Vec<(String, Option<String>)>,
    trims: BTreeMap<Partition, Offset>,
    ends: BTreeMap<Partition, Offset>,
    /// Calls found in the log that no child knew to be written.
    pub unacknowledged: usize,
    /// How many trims were acknowledged.
    pub trims_acknowledged: usize,
}

impl Known {
    /// Takes what the child of this run printed.
    pub fn add(&mut self, run: u64, printed: &[String]) {
        for line in printed {
            let words: Vec<_> = line.split(' ').collect();
            let number = |i: usize| -> u64 { words[i].parse().expect("a number") };
            match words[0] {
                "opened" => {
                    let first = self.log_id.get_or_insert_with(|| words[1].to_owned());
                    assert_eq!(first, words[1], "the log id changed");
                }
                "appended" => {
                    let id = CallId {
                        run,
                        task: number(3),
                        number: number(4),
                    };
                    self.calls
                        .insert(id, (Partition(number(1) as u16), Offset(number(2))));
                }
                "put" => {
                    let value = (words[2] != "-").then(|| words[2].to_owned());
                    self.puts.push((words[1].to_owned(), value));
                }
                "trimmed" => {
                    let start = self.trims.entry(Partition(number(1) as u16)).or_default();
                    *start = (*start).max(Offset(number(2)));
                    self.trims_acknowledged += 1;
                }
                _ => {} // the test harness's own lines
            }
        }
    }

    /// Opens the log as the kill left it and holds it against what is known.
    pub async fn verify(&mut self, dir: &Path, seed: u64, run: u64) {
        let context = format!("seed {seed}, kill {run}");
        let log = EmbeddedLog::open_with(dir, PARTITIONS, OPTIONS).await;
        let log = log.unwrap_or_else(|error| panic!("{context}: {error:?}"));
        let id = log.id().to_string();
        assert_eq!(*self.log_id.get_or_insert(id.clone()), id, "{context}");
        let mut found = BTreeMap::new();
        for partition in (0..PARTITIONS).map(Partition) {
            self.verify_partition(&log, partition, &mut found, &context)
                .await;
        }
        for (id, (partition, first)) in &self.calls {
            let start = self.trims.get(partition).copied().unwrap_or_default();
            let there = found.get(id).copied();
            assert!(
                there == Some((*partition, *first)) || (there.is_none() && *first < start),
                "{context}: {id:?}, acknowledged at {partition}/{first}, is at {there:?}"
            );
        }
        self.unacknowledged = found
            .keys()
            .filter(|id| !self.calls.contains_key(id))
            .count();
        self.verify_table(&log, &context).await;
    }

    async fn verify_partition(
        &mut self,
        log: &EmbeddedLog,
        partition: Partition,
        found: &mut BTreeMap<CallId, (Partition, Offset)>,
        context: &str,
    ) {
        let context = format!("{context}, partition {partition}");
        let bounds = log.bounds(Topic::Events, partition).await.expect("bounds");
        let known_end = self.ends.insert(partition, bounds.end).unwrap_or_default();
        assert!(
            bounds.end >= known_end,
            "{context}: the end went back from {known_end}"
        );
        let trimmed = self.trims.entry(partition).or_default();
        assert!(
            bounds.start >= *trimmed,
            "{context}: the start is {}",
            bounds.start
        );
        *trimmed = bounds.start; // a trim that was not acknowledged may have been done

        let (mut next, mut open) = (bounds.start, None);
        while next < bounds.end {
            let batch = log
                .read(Topic::Events, partition, next, 500, 1 << 20, None)
                .await;
            let batch = batch.unwrap_or_else(|error| panic!("{context}: {error}"));
            for record in batch.records {
                assert_eq!(record.offset, next, "{context}");
                let (id, place, count) = parse(&record.value);
                let first = Offset(next.0 - place);
                assert!(
                    open.is_none() || open == Some((id, place)),
                    "{context}: a torn call at {next}"
                );
                assert!(
                    place == 0 || open.is_some() || first < bounds.start,
                    "{context}: no head at {next}"
                );
                open = (place + 1 < count).then_some((id, place + 1));
                found.insert(id, (partition, first));
                next = next.next();
            }
        }
        assert_eq!(open, None, "{context}: the last call is torn");
    }

    /// Every entry has its last acknowledged value, or the one put that was under way when the kill came.
    async fn verify_table(&mut self, log: &EmbeddedLog, context: &str) {
        let scanned: BTreeMap<_, _> = log
            .scan(TABLE)
            .await
            .expect("it scans")
            .into_iter()
            .map(|(k, v)| {
                (
                    String::from_utf8_lossy(&k).into_owned(),
                    String::from_utf8_lossy(&v).into_owned(),
                )
            })
            .collect();
        let mut expected = BTreeMap::new();
        for (key, value) in &self.puts {
            match value {
                Some(value) => drop(expected.insert(key.clone(), value.clone())),
                None => drop(expected.remove(key)),
            }
        }
        let keys = scanned.keys().chain(expected.keys());
        let mut differing: Vec<_> = keys
            .filter(|k| scanned.get(*k) != expected.get(*k))
            .cloned()
            .collect();
        differing.dedup();
        differing.sort();
        differing.dedup();
        assert!(
            differing.len() <= 1,
            "{context}: {differing:?} differ, one put was under way"
        );
        for key in differing {
            self.puts.push((key.clone(), scanned.get(&key).cloned()));
        }
    }
}
