//! 校验头: once a day each partition's chains are published as an entry that is created once, and when all partitions have theirs, the day's
//! digest. Both are told in the log of this process at info, which the operator keeps elsewhere.
//!
//! A head is made when its day is over by the platform's clock and its zone, or, where the platform was off then, when it runs again: it says
//! where the chains stood when it was made, and when that was. A day on which the platform never ran has none; nor has the day before the chain
//! began. Looked after by a reconciler: it reads what there is and creates what is missing.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use chrono::{Days, NaiveDate};
use chrono_tz::Tz;
use mingjing_domain::Timestamp;
use mingjing_log::{Log, LogId, Partition, Table};
use mingjing_wire::chain::{DayDigest, Head, TABLE};
use tokio::sync::watch;

use crate::marks::Marks;
use crate::{Config, Error, Metrics, PlatformClock, stopped};

/// So many days back it is seen to that they have their digests: a process may die between the last head and the digest.
const DAYS_BACK: u64 = 7;

/// Where heads are published, and whose days they are.
#[derive(Clone)]
pub struct Heads {
    /// Holds [`mod@mingjing_wire::chain`]'s table.
    pub table: Arc<dyn Table>,
    /// Where people work.
    pub zone: Tz,
}

/// What the publisher works with.
pub struct Publisher {
    pub heads: Heads,
    pub log: Arc<dyn Log>,
    pub partitions: Vec<Partition>,
    pub marks: Marks,
    pub metrics: Arc<Metrics>,
    pub clock: PlatformClock,
    pub config: Config,
}

/// What was seen to be there already.
#[derive(Default)]
struct Done {
    heads: BTreeSet<(NaiveDate, Partition)>,
    digests: BTreeSet<NaiveDate>,
}

impl Publisher {
    /// Publishes until stopped.
    pub async fn run(self, mut stop: watch::Receiver<bool>) -> Result<(), Error> {
        let mut done = Done::default();
        // Until a head is there, the chain's own age tells how long none was.
        for &partition in &self.partitions {
            if let Some(standing) = self.marks.standing(partition) {
                self.metrics.head_published(partition, standing.begun_at);
            }
        }
        loop {
            // A table that does not answer is tried again; nothing else waits for it.
            if let Err(error) = self.look(&mut done).await {
                self.metrics
                    .failed("publishing the heads of the log", &error);
            }
            tokio::select! {
                biased;
                () = stopped(&mut stop) => return Ok(()),
                () = tokio::time::sleep(self.config.heads_every) => {}
            }
        }
    }

    async fn look(&self, done: &mut Done) -> mingjing_log::Result<()> {
        let now = (self.clock)();
        let Some(over) = now.local_date(self.heads.zone).pred_opt() else {
            return Ok(());
        };
        let earliest = over.checked_sub_days(Days::new(DAYS_BACK)).unwrap_or(over);
        done.heads.retain(|(day, _)| *day >= earliest);
        done.digests.retain(|day| *day >= earliest);
        for &partition in &self.partitions {
            if !done.heads.contains(&(over, partition))
                && self.publish(over, partition, now).await?
            {
                done.heads.insert((over, partition));
            }
        }
        let days = earliest.iter_days().take_while(|day| *day <= over);
        for day in days {
            if !done.digests.contains(&day) && self.digest(day, now).await? {
                done.digests.insert(day);
            }
        }
        Ok(())
    }

    /// Creates a partition's head of a day where there is none; answers whether there is one now.
    async fn publish(
        &self,
        day: NaiveDate,
        partition: Partition,
        now: Timestamp,
    ) -> mingjing_log::Result<bool> {
        let id = self.log.id();
        if let Some(head) = head(&*self.heads.table, id, day, partition).await? {
            self.metrics.head_published(partition, head.at);
            return Ok(true);
        }
        let Some(standing) = self.marks.standing(partition) else {
            return Ok(false);
        };
        if standing.begun_at.local_date(self.heads.zone) > day {
            return Ok(false);
        }
        let head = Head {
            log_id: id.to_string(),
            day,
            partition: partition.0,
            at: now,
            events: standing.events,
            facts: standing.facts,
        };
        let key = Head::key(&head.log_id, day, partition.0);
        if self.create(key, &head).await? {
            let (events, facts) = (&head.events, &head.facts);
            tracing::info!(
                %day, partition = partition.0,
                log_offset = events.next_offset, log_hash = %events.chain.hash,
                facts_offset = facts.next_offset, facts_hash = %facts.chain.hash,
                "the head of the log's hash chain"
            );
        }
        self.metrics.head_published(partition, now);
        Ok(true)
    }

    /// Creates a day's digest where all its heads are there; answers whether there is one now.
    async fn digest(&self, day: NaiveDate, now: Timestamp) -> mingjing_log::Result<bool> {
        let (table, id) = (&*self.heads.table, self.log.id());
        let key = DayDigest::key(&id.to_string(), day);
        if table.get(TABLE, key.as_bytes()).await?.is_some() {
            return Ok(true);
        }
        let partitions = self.log.partitions();
        let mut heads = Vec::new();
        for partition in (0..partitions).map(Partition) {
            match head(table, id, day, partition).await? {
                Some(head) => heads.push(head),
                None => return Ok(false),
            }
        }
        let Some(digest) = DayDigest::of(&heads, partitions, now) else {
            return Ok(false);
        };
        if self.create(key, &digest).await? {
            tracing::info!(
                %day, digest = %digest.digest, partitions, events = digest.events, facts = digest.facts,
                "the day's digest of the log: keep it outside"
            );
        }
        Ok(true)
    }

    async fn create(
        &self,
        key: String,
        entry: &impl serde::Serialize,
    ) -> mingjing_log::Result<bool> {
        let value = serde_json::to_vec(entry).expect("text, numbers and dates only");
        let table = &self.heads.table;
        table
            .create(TABLE, Bytes::from(key), Bytes::from(value))
            .await
    }
}

/// The published head of a partition and a day.
async fn head(
    table: &dyn Table,
    id: LogId,
    day: NaiveDate,
    partition: Partition,
) -> mingjing_log::Result<Option<Head>> {
    let key = Head::key(&id.to_string(), day, partition.0);
    let value = table.get(TABLE, key.as_bytes()).await?;
    value.map(|value| decoded(&key, &value)).transpose()
}

/// An entry of the table.
pub(crate) fn decoded<T: serde::de::DeserializeOwned>(
    key: &str,
    value: &[u8],
) -> mingjing_log::Result<T> {
    serde_json::from_slice(value).map_err(|error| mingjing_log::Error::Damaged {
        attempted: format!("reading {key} of table {TABLE}"),
        found: error.to_string(),
    })
}
