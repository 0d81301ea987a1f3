//! Writing to the log: by partition, in order, within the limits of one call.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures::future::try_join_all;
use mingjing_log::{Log, MAX_APPEND_BYTES, MAX_APPEND_RECORDS, Partition, Record, Result, Topic};

/// Appends the records, those of a partition in their order. Answers when all are durable.
///
/// # Errors
/// As [`Log::append`]; some of the records may then be there.
pub(crate) async fn records(
    log: &dyn Log,
    topic: Topic,
    records: Vec<(Partition, Record)>,
) -> Result<()> {
    let mut by_partition: BTreeMap<Partition, Vec<Record>> = BTreeMap::new();
    for (partition, record) in records {
        by_partition.entry(partition).or_default().push(record);
    }
    let appends = by_partition
        .into_iter()
        .map(|(partition, records)| async move {
            for call in calls(records) {
                log.append(topic, partition, call).await?;
            }
            Ok(())
        });
    try_join_all(appends).await.map(|_| ())
}

/// Appends one event record to every partition. Answers when all have it.
///
/// # Errors
/// As [`Log::append`]; some of the partitions may then have it.
pub(crate) async fn everywhere(log: &dyn Log, key: Bytes, value: Bytes) -> Result<()> {
    let record = Record { key, value };
    let partitions = (0..log.partitions()).map(Partition);
    records(
        log,
        Topic::Events,
        partitions.map(|p| (p, record.clone())).collect(),
    )
    .await
}

/// The records cut into calls that the log takes.
fn calls(records: Vec<Record>) -> Vec<Vec<Record>> {
    let mut calls: Vec<Vec<Record>> = Vec::new();
    let mut bytes = 0;
    for record in records {
        bytes += record.size();
        match calls.last_mut() {
            Some(call) if call.len() < MAX_APPEND_RECORDS && bytes <= MAX_APPEND_BYTES => {
                call.push(record);
            }
            _ => {
                bytes = record.size();
                calls.push(vec![record]);
            }
        }
    }
    calls
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_keep_order_and_limits() {
        let record = |size: usize| Record {
            key: Bytes::new(),
            value: vec![0; size].into(),
        };
        let sizes = |records| -> Vec<usize> { calls(records).iter().map(Vec::len).collect() };
        assert_eq!(sizes(Vec::new()), [0; 0]);
        assert_eq!(
            sizes(vec![record(1); MAX_APPEND_RECORDS + 1]),
            [MAX_APPEND_RECORDS, 1]
        );
        let half = MAX_APPEND_BYTES / 2;
        assert_eq!(sizes(vec![record(half), record(half), record(1)]), [2, 1]);
        assert_eq!(
            sizes(vec![record(half), record(half + 1), record(half)]),
            [1, 1, 1]
        );
    }
}
