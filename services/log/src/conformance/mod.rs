//! The suite that every adapter passes: what the ports promise, tried on the real thing.
//!
//! An adapter's tests implement [`Factory`] and call [`conformance_suite!`](crate::conformance_suite), which makes one
//! test of each check, so that none can be forgotten. The checks know nothing of the adapter: they open, write, read and
//! reopen through the ports. What only a kill can show (durability without a clean close) each adapter tests itself.

pub mod around;
pub mod log;
pub mod table;
pub mod traffic;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use crate::{Log, Offset, Partition, Record, StoredRecord, Table, Topic};

/// The longest any step of a check may take before it counts as stuck. Nothing is expected to take nearly that long.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// An open log with its tables.
pub struct Ports {
    /// The log.
    pub log: Arc<dyn Log>,
    /// Its tables.
    pub table: Arc<dyn Table>,
}

/// Makes logs of the adapter under test. Every check uses a log of its own and destroys it.
#[async_trait]
pub trait Factory: Send + Sync {
    /// Opens the log of this name with this number of partitions, and creates it if it does not exist.
    async fn open(&self, name: &str, partitions: u16) -> Ports;

    /// Closes the log and removes it, so that the name is free again.
    async fn destroy(&self, name: &str, ports: Ports);

    /// Closes the log and opens it again, as a restart of the process would.
    async fn reopen(&self, name: &str, partitions: u16, ports: Ports) -> Ports {
        drop(ports);
        self.open(name, partitions).await
    }
}

/// Makes a test of every check of the suite for one adapter.
///
/// `conformance_suite!(factory())` stands alone in a test file or module; the expression makes the [`Factory`]. The
/// crate needs tokio with `macros` and `rt-multi-thread`.
#[macro_export]
macro_rules! conformance_suite {
    ($factory:expr) => {
        $crate::conformance_suite!(@ $factory, log:
            offsets_count_from_zero_and_calls_lie_next_to_each_other
            records_come_back_as_they_were_written
            topics_and_partitions_keep_apart
            a_read_may_begin_inside_a_call
            empty_keys_and_values_are_kept
            an_empty_append_writes_nothing_and_answers_the_end
            a_record_of_a_mebibyte_is_kept
            a_read_keeps_to_its_limits_but_gives_one_record_at_least
            records_and_bounds_survive_a_reopen
            the_log_id_is_kept_and_a_new_log_has_another
            a_read_at_the_end_without_wait_answers_at_once
            a_waiting_read_ends_empty_when_its_time_is_over
            reading_beyond_the_end_is_an_error
            reading_what_was_trimmed_is_an_error
            a_log_trimmed_to_nothing_remembers_its_end
            trimming_never_goes_back_nor_beyond_the_end
            an_unknown_partition_is_refused
            a_call_over_the_limits_is_refused_whole);
        $crate::conformance_suite!(@ $factory, traffic:
            a_waiting_read_wakes_on_an_append
            one_append_wakes_every_reader
            concurrent_appenders_each_keep_their_records_together
            calls_of_one_caller_keep_their_order
            a_call_is_seen_whole_or_not_at_all
            many_partitions_are_written_and_read_at_once
            a_reader_that_follows_sees_every_record_once
            a_log_is_read_while_it_is_trimmed);
        $crate::conformance_suite!(@ $factory, table:
            a_value_is_put_replaced_and_removed
            a_scan_is_in_the_order_of_keys_and_of_one_table
            entries_survive_a_reopen
            an_empty_value_is_not_a_missing_one
            a_watcher_sees_later_changes_in_order
            a_watcher_sees_its_own_table_only
            watching_then_scanning_misses_nothing
            a_watcher_that_lags_is_told_and_can_scan_again
            concurrent_writers_of_a_key_leave_what_the_watcher_saw_last
            of_many_creators_one_wins
            a_name_or_entry_out_of_bounds_is_refused);
    };
    (@ $factory:expr, $module:ident: $($check:ident)+) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $check() {
            let factory = $factory;
            let check = $crate::conformance::$module::$check(&factory);
            $crate::conformance::in_time(stringify!($check), check).await;
        })+
    };
}

/// Fails, naming the step, when it takes longer than [`PATIENCE`].
pub async fn in_time<T>(step: &str, work: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, work).await {
        Ok(result) => result,
        Err(_) => panic!("{step}: not done within {PATIENCE:?}"),
    }
}

const EVENTS: Topic = Topic::Events;
const P0: Partition = Partition(0);

fn record(key: &str, value: impl Into<Bytes>) -> Record {
    Record {
        key: Bytes::copy_from_slice(key.as_bytes()),
        value: value.into(),
    }
}

/// Records whose value says which call they are of and their place in it.
fn call(name: &str, records: usize) -> Vec<Record> {
    (0..records)
        .map(|i| record(name, format!("{name} {i}/{records}")))
        .collect()
}

async fn append(log: &dyn Log, partition: Partition, records: Vec<Record>) -> Offset {
    log.append(EVENTS, partition, records)
        .await
        .expect("the log takes the records")
}

/// Everything in a partition from an offset to the end, in small reads.
async fn read_on(
    log: &dyn Log,
    topic: Topic,
    partition: Partition,
    from: Offset,
) -> Vec<StoredRecord> {
    let mut all: Vec<StoredRecord> = Vec::new();
    loop {
        let next = all.last().map_or(from, |r| r.offset.next());
        let batch = log
            .read(topic, partition, next, 100, 1 << 20, None)
            .await
            .expect("it reads");
        if batch.records.is_empty() {
            assert_eq!(batch.end, next, "an empty answer means the end");
            return all;
        }
        for (record, offset) in batch.records.iter().zip(next.0..) {
            assert_eq!(record.offset, Offset(offset), "no gap, no repetition");
        }
        all.extend(batch.records);
    }
}

async fn read_all(log: &dyn Log, partition: Partition) -> Vec<StoredRecord> {
    let bounds = log
        .bounds(EVENTS, partition)
        .await
        .expect("there are bounds");
    read_on(log, EVENTS, partition, bounds.start).await
}

fn contents(records: &[StoredRecord]) -> Vec<Record> {
    records
        .iter()
        .map(|r| Record {
            key: r.key.clone(),
            value: r.value.clone(),
        })
        .collect()
}
