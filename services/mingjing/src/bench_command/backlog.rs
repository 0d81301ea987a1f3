//! A backlog: the made-up city's events as they lie in the log, spread over its partitions, with ticks between them.

use anyhow::Context as _;
use futures::future::try_join_all;
use mingjing_domain::Timestamp;
use mingjing_domain::definitions::DefinitionSet;
use mingjing_domain::ids::Slot;
use mingjing_domain::source::{Source, SourceClock};
use mingjing_log::{
    Log, MAX_APPEND_BYTES, MAX_APPEND_RECORDS, Offset, Partition, Record, Table, Topic,
};
use mingjing_wire::facts::case_key;
use mingjing_wire::{LogRecord, encode_event, parse_event};

use super::corpus;

/// The first owner's epoch: its fence lies at the beginning of the facts.
const EPOCH: u64 = 1;
/// At least so long between two ticks of the backlog, in the city's time.
const TICK_EVERY_MS: i64 = 60_000;

/// What will be in the log.
pub struct Backlog {
    /// By partition.
    pub records: Vec<Vec<Record>>,
    /// Events among them, over all partitions.
    pub events: u64,
    /// Keys and values of all records.
    pub bytes: u64,
}

impl Backlog {
    /// The events of a city of so many cases, as intake would have written them. Before them each partition has the source's
    /// declaration and names the definitions.
    pub fn of(cases: u32, partitions: u16) -> anyhow::Result<Self> {
        let (set, _) = DefinitionSet::read(vec![corpus::definitions()]);
        let mut source = Source::new(corpus::SOURCE, SourceClock::Live);
        source.delay_allowance_hours = 0;
        let first = [
            LogRecord::SourceDeclared(source),
            LogRecord::DefinitionsActivated {
                hash: set.hash(),
                version: set.version(),
            },
        ];
        let first = first.map(|record| control(&record));
        let mut records = vec![first.to_vec(); usize::from(partitions)];
        let mut next_tick = vec![Timestamp::MIN; usize::from(partitions)];
        let mut events = 0;
        for line in corpus::city(cases).split(|b| *b == b'\n') {
            if line.is_empty() {
                continue;
            }
            let event = parse_event(line, Timestamp::MIN)
                .map_err(|r| anyhow::anyhow!("{}", r.message_en()))?;
            let slot = Slot::of(&event.source, &event.case_no);
            let partition = usize::from(slot.partition(partitions).0);
            if event.received_at >= next_tick[partition] {
                next_tick[partition] = event.received_at.plus_millis(TICK_EVERY_MS);
                let tick = LogRecord::Tick {
                    at: event.received_at,
                    epoch: EPOCH,
                };
                records[partition].push(control(&tick));
            }
            records[partition].push(Record {
                key: case_key(&event.source, &event.case_no).into(),
                value: encode_event(&event).into(),
            });
            events += 1;
        }
        let bytes = records.iter().flatten().map(|r| r.size() as u64).sum();
        Ok(Self {
            records,
            events,
            bytes,
        })
    }

    /// Appends it, all partitions at once.
    pub async fn write(&self, log: &dyn Log) -> anyhow::Result<()> {
        let parts = self.records.iter().zip(0..).map(|(records, partition)| {
            append_all(log, Topic::Events, Partition(partition), records)
        });
        try_join_all(parts).await.map(drop)
    }

    /// Puts the definitions into the table, for which whoever judges it waits.
    pub async fn release(table: &dyn Table, log: &dyn Log) -> anyhow::Result<()> {
        let files = vec![corpus::definitions()];
        let published = mingjing_supervise::publish_definitions(
            table,
            log,
            files,
            mingjing_supervise::Upon::Whatever,
        )
        .await;
        published.map(drop).context("publishing the definitions")
    }
}

fn control(record: &LogRecord<'_>) -> Record {
    Record {
        key: Vec::new().into(),
        value: record.encode().into(),
    }
}

/// Appends any number of records, in calls as large as the log takes.
pub async fn append_all(
    log: &dyn Log,
    topic: Topic,
    partition: Partition,
    records: &[Record],
) -> anyhow::Result<()> {
    let mut call: Vec<Record> = Vec::new();
    let mut bytes = 0;
    for record in records {
        let full = call.len() >= MAX_APPEND_RECORDS || bytes + record.size() > MAX_APPEND_BYTES;
        if full {
            log.append(topic, partition, std::mem::take(&mut call))
                .await?;
            bytes = 0;
        }
        bytes += record.size();
        call.push(record.clone());
    }
    log.append(topic, partition, call).await?;
    Ok(())
}

/// Reads a topic from its beginning to its end as it is now, all partitions at once, and does nothing with it. Answers records and bytes.
pub async fn read_all(log: &dyn Log, topic: Topic) -> anyhow::Result<(u64, u64)> {
    let limits = mingjing_supervise::Config::default();
    let parts = (0..log.partitions()).map(Partition).map(|partition| {
        let (records_max, bytes_max) = (limits.batch_records, limits.batch_bytes);
        async move {
            let end = log.bounds(topic, partition).await?.end;
            let (mut next, mut bytes) = (Offset::ZERO, 0);
            while next < end {
                let batch = log
                    .read(topic, partition, next, records_max, bytes_max, None)
                    .await?;
                let last = batch.records.last().context("the log ends too early")?;
                next = last.offset.next();
                let sizes = batch.records.iter().map(|r| r.key.len() + r.value.len());
                bytes += sizes.sum::<usize>() as u64;
            }
            anyhow::Ok((next.0, bytes))
        }
    });
    let parts = try_join_all(parts).await?;
    let (records, bytes) = parts
        .into_iter()
        .fold((0, 0), |sum, part| (sum.0 + part.0, sum.1 + part.1));
    Ok((records, bytes))
}

/// Gives up what a log in somebody's cluster holds; its topics stay, empty.
pub async fn empty(log: &dyn Log) -> anyhow::Result<()> {
    for topic in Topic::ALL {
        for partition in (0..log.partitions()).map(Partition) {
            let end = log.bounds(topic, partition).await?.end;
            log.trim(topic, partition, end).await?;
        }
    }
    Ok(())
}
