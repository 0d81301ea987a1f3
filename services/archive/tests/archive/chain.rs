//! The hash chain, its heads, and what verifying finds: real logs, a real ClickHouse.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use chrono::NaiveDate;
use mingjing_archive::verify::{Asked, Difference, Parts, Report, Until, verify};
use mingjing_archive::{Heads, PlatformClock};
use mingjing_domain::Timestamp;
use mingjing_log::embedded::EmbeddedLog;
use mingjing_log::{
    Batch, Bounds, Log, LogId, Offset, Partition, Record, Result, StoredRecord, Table, Topic,
};
use mingjing_store::{RowFault, Store};
use mingjing_wire::chain::{DayDigest, Hash, Head, TABLE};

use crate::engine;
use crate::scenario::*;

const ZONE: chrono_tz::Tz = chrono_tz::Asia::Shanghai;
/// Facts of this partition are tampered with.
const THERE: Partition = Partition(1);

/// The platform's clock, moved by hand.
#[derive(Clone)]
struct Hand(Arc<AtomicI64>);

impl Hand {
    fn new(at: &str) -> Self {
        Self(Arc::new(AtomicI64::new(
            Timestamp::parse(at).unwrap().millis(),
        )))
    }

    fn set(&self, at: &str) {
        let at = Timestamp::parse(at).unwrap().millis();
        self.0.store(at, Ordering::SeqCst);
    }

    fn clock(&self) -> PlatformClock {
        let at = self.0.clone();
        Arc::new(move || Timestamp::from_millis(at.load(Ordering::SeqCst)))
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn running(log: &Arc<EmbeddedLog>, store: &Store, hand: &Hand) -> Running {
    let heads = Heads {
        table: log.clone(),
        zone: ZONE,
    };
    start_with(log.clone(), store, config(), hand.clock(), Some(heads))
}

/// The digest of a day, as soon as it is published.
async fn until_published(log: &EmbeddedLog, day: NaiveDate) -> DayDigest {
    let key = DayDigest::key(&log.id().to_string(), day);
    loop {
        if let Some(value) = log.get(TABLE, key.as_bytes()).await.unwrap() {
            return serde_json::from_slice(&value).unwrap();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Two days of a platform: the cases of each, and the digest of each.
async fn two_days(log: &Arc<EmbeddedLog>, store: &Store) -> [DayDigest; 2] {
    let hand = Hand::new("2026-11-26T20:00:00+08:00");
    fill(log, 0..30).await;
    let archive = running(log, store, &hand);
    archive.until_level(log, store).await;
    hand.set("2026-11-27T00:00:07+08:00");
    let first = until_published(log, day("2026-11-26")).await;
    fill(log, 30..CASES).await;
    archive.until_level(log, store).await;
    hand.set("2026-11-28T00:00:07+08:00");
    let second = until_published(log, day("2026-11-27")).await;
    let before = DayDigest::key(&log.id().to_string(), day("2026-11-25"));
    let before = log.get(TABLE, before.as_bytes()).await.unwrap();
    assert!(before.is_none(), "the chain had not begun then");
    // Something that no head tells of yet.
    fill(log, CASES..CASES + 40).await;
    archive.until_level(log, store).await;
    archive.stop().await;
    [first, second]
}

/// The head of the partition that is tampered with.
async fn head_of(log: &EmbeddedLog, of: &str) -> Head {
    let key = Head::key(&log.id().to_string(), day(of), THERE.0);
    let value = log.get(TABLE, key.as_bytes()).await.unwrap().unwrap();
    serde_json::from_slice(&value).unwrap()
}

async fn verified(log: Arc<dyn Log>, table: Arc<dyn Table>, store: Option<&Store>) -> Report {
    let parts = Parts {
        log,
        table,
        store: store.cloned(),
    };
    verify(&parts, &Asked::default(), &mut |_, _| {})
        .await
        .unwrap()
}

/// A log as somebody left it who could write where it lies: facts of one partition are others than they were.
struct Altered {
    inner: Arc<EmbeddedLog>,
    facts: Vec<StoredRecord>,
}

impl Altered {
    async fn new(
        inner: &Arc<EmbeddedLog>,
        change: impl FnOnce(&mut Vec<StoredRecord>),
    ) -> Arc<Self> {
        let read = inner.read(Topic::Facts, THERE, Offset::ZERO, 10_000, 8 << 20, None);
        let mut facts = read.await.unwrap().records;
        change(&mut facts);
        for (offset, record) in facts.iter_mut().enumerate() {
            record.offset = Offset(offset as u64);
        }
        Arc::new(Self {
            inner: inner.clone(),
            facts,
        })
    }
}

#[async_trait]
impl Log for Altered {
    fn id(&self) -> LogId {
        self.inner.id()
    }

    fn partitions(&self) -> u16 {
        self.inner.partitions()
    }

    async fn append(&self, _: Topic, _: Partition, _: Vec<Record>) -> Result<Offset> {
        unreachable!("verifying writes nothing")
    }

    async fn read(
        &self,
        topic: Topic,
        partition: Partition,
        from: Offset,
        max_records: usize,
        max_bytes: usize,
        wait: Option<Duration>,
    ) -> Result<Batch> {
        if (topic, partition) != (Topic::Facts, THERE) {
            let read = self
                .inner
                .read(topic, partition, from, max_records, max_bytes, wait);
            return read.await;
        }
        let records = self.facts.iter().skip(from.0 as usize).take(max_records);
        Ok(Batch {
            records: records.cloned().collect(),
            end: Offset(self.facts.len() as u64),
        })
    }

    async fn bounds(&self, topic: Topic, partition: Partition) -> Result<Bounds> {
        match (topic, partition) {
            (Topic::Facts, THERE) => Ok(Bounds {
                start: Offset::ZERO,
                end: Offset(self.facts.len() as u64),
            }),
            _ => self.inner.bounds(topic, partition).await,
        }
    }

    async fn trim(&self, _: Topic, _: Partition, _: Offset) -> Result<()> {
        unreachable!("verifying gives nothing up")
    }
}

#[tokio::test]
async fn an_untouched_log_is_what_was_published_and_clickhouse_what_the_log_says() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path()).await;
    let store = Store::connect(&engine::config());
    let [first, second] = two_days(&log, &store).await;
    assert_ne!(first.digest, second.digest);
    assert!(first.facts > 0 && second.facts > first.facts && second.events > first.events);

    let report = verified(log.clone(), log.clone(), Some(&store)).await;
    assert!(report.is_intact(), "{:#?}", report.differences);
    // Two days, both topics, and the archive's own place behind them.
    assert_eq!(report.heads, u64::from(PARTITIONS) * 2 * 3);
    let days: Vec<NaiveDate> = report.days.iter().copied().collect();
    assert_eq!(days, [day("2026-11-26"), day("2026-11-27")]);
    assert!(report.compared && report.records > second.facts + second.events);
    let told = report.lines_zh(PARTITIONS).join("\n");
    assert!(
        told.contains("2026-11-26 至 2026-11-27，2 日") && told.contains("结论：相符"),
        "{told}"
    );

    // Digests that were kept outside, one of them another.
    let asked = Asked {
        from: Some(day("2026-11-27")),
        digests: [(first.day, first.digest), (second.day, Hash([7; 32]))].into(),
    };
    let parts = Parts {
        log: log.clone(),
        table: log.clone(),
        store: None,
    };
    let report = verify(&parts, &asked, &mut |_, _| {}).await.unwrap();
    let [Difference::Digest { day: of, found, .. }] = report.differences.as_slice() else {
        panic!("{:#?}", report.differences)
    };
    assert_eq!((*of, *found), (second.day, Some(second.digest)));
    assert!(!report.days.contains(&first.day), "it began at that head");
}

#[tokio::test]
async fn whatever_was_done_to_a_fact_is_found_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path()).await;
    let store = Store::connect(&engine::config());
    two_days(&log, &store).await;
    let first = head_of(&log, "2026-11-26").await.facts.next_offset;
    let second = head_of(&log, "2026-11-27").await.facts.next_offset;
    let later = first as usize + 3;
    assert!((later as u64) + 2 < second, "{first} {second}");
    type Change = Box<dyn Fn(&mut Vec<StoredRecord>)>;
    let changes: [(&str, Change); 3] = [
        (
            "one byte",
            Box::new(move |all| {
                let mut bytes = all[later].value.to_vec();
                // A digit within a fact: it still reads.
                let place = bytes.iter().rposition(u8::is_ascii_digit).unwrap();
                bytes[place] = if bytes[place] == b'1' { b'2' } else { b'1' };
                all[later].value = bytes.into();
            }),
        ),
        ("one removed", Box::new(move |all| drop(all.remove(later)))),
        (
            "two exchanged",
            Box::new(move |all| all.swap(later, later + 1)),
        ),
    ];
    for (what, change) in changes {
        let altered = Altered::new(&log, change).await;
        let report = verified(altered, log.clone(), None).await;
        let chains: Vec<&Difference> = report
            .differences
            .iter()
            .filter(|difference| matches!(difference, Difference::Chain { .. }))
            .collect();
        let Some(Difference::Chain {
            topic,
            partition,
            after,
            until,
            from,
            to,
        }) = chains.first()
        else {
            panic!("{what}: {:#?}", report.differences)
        };
        assert_eq!((*topic, *partition), (Topic::Facts, THERE.0), "{what}");
        assert_eq!(
            *after,
            Some(Until::Head {
                day: day("2026-11-26")
            }),
            "{what}"
        );
        assert_eq!(
            *until,
            Until::Head {
                day: day("2026-11-27")
            },
            "{what}"
        );
        assert_eq!((*from, *to), (first, second), "{what}");
        let told = report.lines_zh(PARTITIONS).join("\n");
        let place = "2026-11-26 的校验头（位置";
        assert!(
            told.contains("mj.facts 分区 1") && told.contains(place),
            "{told}"
        );
    }
    // The end is gone.
    let altered = Altered::new(&log, |all| all.truncate(later)).await;
    let report = verified(altered, log.clone(), None).await;
    assert!(
        report.differences.iter().any(|difference| matches!(
            difference,
            Difference::Lost { end, to, .. } if (*end, *to) == (later as u64, second)
        )),
        "{:#?}",
        report.differences
    );
}

#[tokio::test]
async fn what_clickhouse_holds_otherwise_is_found_row_by_row() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path()).await;
    let database = engine::config();
    let store = Store::connect(&database);
    two_days(&log, &store).await;
    let client = clickhouse::Client::default()
        .with_url(&database.url)
        .with_database(&database.database);
    let now = "SETTINGS mutations_sync = 1";
    for sql in [
        format!(
            "ALTER TABLE alert_history DELETE WHERE case_no = '{}' AND revision = 2 {now}",
            case_no(3)
        ),
        format!(
            "ALTER TABLE alert_history UPDATE level = 'red' WHERE case_no = '{}' AND revision = 1 {now}",
            case_no(6)
        ),
        format!(
            "ALTER TABLE events DELETE WHERE case_no = '{}' AND kind = 'closed' {now}",
            case_no(4)
        ),
    ] {
        client.query_raw(&sql).execute().await.unwrap();
    }
    let report = verified(log.clone(), log.clone(), Some(&store)).await;
    let mut found: Vec<(&str, RowFault)> = report
        .differences
        .iter()
        .map(|difference| match difference {
            Difference::Row { row, .. } => (row.table, row.what),
            other => panic!("{other}"),
        })
        .collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            ("alert_history", RowFault::Missing),
            ("alert_history", RowFault::Other),
            ("events", RowFault::Missing),
        ]
    );
}

#[tokio::test]
async fn a_log_that_was_cut_is_verified_from_the_first_head_inside_and_an_altered_head_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path()).await;
    let store = Store::connect(&engine::config());
    two_days(&log, &store).await;
    for topic in [Topic::Events, Topic::Facts] {
        for partition in (0..PARTITIONS).map(Partition) {
            log.trim(topic, partition, Offset(1)).await.unwrap();
        }
    }
    let report = verified(log.clone(), log.clone(), Some(&store)).await;
    assert!(report.is_intact(), "{:#?}", report.differences);
    assert_eq!(
        report.cut.iter().copied().collect::<Vec<_>>(),
        [day("2026-11-26")]
    );
    let told = report.lines_zh(PARTITIONS).join("\n");
    assert!(
        told.contains("按保留期清理：从 2026-11-26 的校验头起"),
        "{told}"
    );

    // Entries are created once; whoever can write where the table lies can do otherwise.
    let mut head = head_of(&log, "2026-11-27").await;
    let key = Head::key(&head.log_id, head.day, head.partition);
    head.facts.chain.hash = Hash([1; 32]);
    let value = serde_json::to_vec(&head).unwrap();
    log.put(TABLE, key.into(), Some(value.into()))
        .await
        .unwrap();
    let report = verified(log.clone(), log.clone(), None).await;
    let heads = Difference::Heads {
        day: day("2026-11-27"),
    };
    assert!(
        report.differences.contains(&heads),
        "{:#?}",
        report.differences
    );
}

#[tokio::test]
async fn a_platform_that_ran_without_a_chain_begins_it_where_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path()).await;
    let database = engine::config();
    let store = Store::connect(&database);
    let hand = Hand::new("2026-11-26T20:00:00+08:00");
    fill(&log, 0..20).await;
    let archive = running(&log, &store, &hand);
    archive.until_level(&log, &store).await;
    archive.stop().await;
    let client = clickhouse::Client::default()
        .with_url(&database.url)
        .with_database(&database.database);
    let sql = "ALTER TABLE watermarks UPDATE chain_hash = '' WHERE 1 SETTINGS mutations_sync = 1";
    client.query_raw(sql).execute().await.unwrap();
    let stood = log.bounds(Topic::Facts, THERE).await.unwrap().end;

    fill(&log, 20..40).await;
    let archive = running(&log, &store, &hand);
    archive.until_level(&log, &store).await;
    hand.set("2026-11-27T08:30:00+08:00");
    until_published(&log, day("2026-11-26")).await;
    archive.stop().await;
    let watermarks = store.watermarks().await.unwrap();
    let mark = watermarks
        .iter()
        .find(|w| w.topic == Topic::Facts.name() && w.partition == THERE.0);
    let chain = mark.unwrap().chain.clone().unwrap();
    assert_eq!(chain.since, stood.0);
    let report = verified(log.clone(), log.clone(), Some(&store)).await;
    assert!(report.is_intact(), "{:#?}", report.differences);
    assert_eq!(report.days.len(), 1);
}
