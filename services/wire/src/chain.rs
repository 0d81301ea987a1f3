//! 校验链: the hash chain over a partition's records, and its heads as they are published every day.
//!
//! ```text
//! h(0) = SHA-256("mingjing chain 1" ‖ log ‖ topic ‖ partition ‖ first offset)
//! h(i) = SHA-256(h(i-1) ‖ the record's bytes as they lie in the log)
//! ```
//!
//! Both topics that a conclusion rests on are chained, each partition by itself. Of `mj.facts` those facts are links that count
//! ([`crate::facts::Fences`]): what a superseded owner wrote later is none, nor are fences, nor a fact whose position (offset, n) was
//! reached before. Of `mj.log` every record is a link, ticks and activations as well, since facts follow from all of them. The bytes are taken as they
//! lie there and not written anew: no change of them is too small, and a fact costs one pass over them.
//!
//! What was changed, left out or exchanged before a head was published gives another hash at that head's place. What is appended later
//! gives none: a chain protects what was, not who may write next.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use mingjing_domain::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::facts::{FactPosition, Fences, Read};

/// The table of published heads, of what they come to by day, and of verifications.
pub const TABLE: &str = "log_heads";

/// Begins every chain.
const NAME: &[u8] = b"mingjing chain 1";

/// Begins what a day's digest is made of.
const DAY_NAME: &str = "mingjing day 1";

/// SHA-256; prints and serializes as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Hash(pub [u8; 32]);

impl std::fmt::Display for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::fmt::Debug for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl From<Hash> for String {
    fn from(hash: Hash) -> String {
        hash.to_string()
    }
}

/// A text that is no hash.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a hash: 64 hexadecimal digits are expected")]
pub struct InvalidHash(String);

impl std::str::FromStr for Hash {
    type Err = InvalidHash;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digit = |of: u8| char::from(of).to_digit(16);
        let pairs = text.as_bytes().chunks_exact(2);
        let bytes: Option<Vec<u8>> = pairs
            .map(|pair| Some((digit(pair[0])? * 16 + digit(pair[1])?) as u8))
            .collect();
        let bytes = bytes.filter(|_| text.len() == 64);
        let bytes = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        bytes.map(Hash).ok_or_else(|| InvalidHash(text.to_owned()))
    }
}

impl TryFrom<String> for Hash {
    type Error = InvalidHash;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// The chain of one partition of one topic, as far as it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    /// The first offset that it covers.
    pub since: u64,
    /// How many records are links.
    pub records: u64,
    /// The position of the last fact; none in `mj.log`, and before the first.
    pub last: Option<FactPosition>,
    /// The hash of the last link; before the first the one that it begins with.
    pub hash: Hash,
}

/// What a record of `mj.facts` is to its chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// A link.
    Added,
    /// No fact that counts: a fence, a superseded owner's, nothing that can be read.
    Passed,
    /// A fact that counts at a position that was reached before: no owner writes one.
    Repeated(FactPosition),
}

impl Chain {
    /// The chain of a partition from an offset on.
    pub fn begin(log_id: &str, topic: &str, partition: u16, since: u64) -> Self {
        let mut digest = Sha256::new();
        for part in [NAME, log_id.as_bytes(), topic.as_bytes()] {
            digest.update(part);
            digest.update([0]);
        }
        digest.update(partition.to_be_bytes());
        digest.update(since.to_be_bytes());
        Self {
            since,
            records: 0,
            last: None,
            hash: Hash(digest.finalize().into()),
        }
    }

    /// Adds a record of `mj.log`.
    pub fn record(&mut self, bytes: &[u8]) {
        let mut digest = Sha256::new();
        digest.update(self.hash.0);
        digest.update(bytes);
        self.hash = Hash(digest.finalize().into());
        self.records += 1;
    }

    /// Adds a record of `mj.facts` that was read so.
    pub fn fact(&mut self, read: Option<&Read>, bytes: &[u8]) -> Link {
        let Some(Read::Fact(fact)) = read else {
            return Link::Passed;
        };
        if self.last.is_some_and(|last| fact.position <= last) {
            return Link::Repeated(fact.position);
        }
        self.last = Some(fact.position);
        self.record(bytes);
        Link::Added
    }
}

/// A chain at a place in its topic, so that reading can go on from there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Every record before it is read.
    pub next_offset: u64,
    /// The epoch of the owner whose facts count there; 0 in `mj.log`.
    pub epoch: u64,
    /// The chain.
    #[serde(flatten)]
    pub chain: Chain,
}

impl Place {
    /// Which facts count from there on.
    pub const fn fences(&self) -> Fences {
        Fences::from_epoch(self.epoch)
    }
}

/// 校验头: where the chains of one partition stood at the end of a day. Created once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The incarnation of the log.
    pub log_id: String,
    /// The day that was over, where people work.
    pub day: NaiveDate,
    /// The partition.
    pub partition: u16,
    /// When it was made, by the platform's clock: soon after midnight, or when the platform ran again.
    pub at: Timestamp,
    /// Of `mj.log`.
    pub events: Place,
    /// Of `mj.facts`.
    pub facts: Place,
}

impl Head {
    /// Its key in [`TABLE`].
    pub fn key(log_id: &str, day: NaiveDate, partition: u16) -> String {
        format!("head/{log_id}/{day}/{partition:05}")
    }
}

/// 日摘要: what all heads of a day come to. Created once, when all are there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayDigest {
    /// The incarnation of the log.
    pub log_id: String,
    /// The day.
    pub day: NaiveDate,
    /// How many partitions.
    pub partitions: u16,
    /// Links of `mj.log`, of all partitions.
    pub events: u64,
    /// Links of `mj.facts`, of all partitions.
    pub facts: u64,
    /// What is given out: see [`day_digest`].
    pub digest: Hash,
    /// When it was made, by the platform's clock.
    pub at: Timestamp,
}

impl DayDigest {
    /// Its key in [`TABLE`].
    pub fn key(log_id: &str, day: NaiveDate) -> String {
        format!("day/{log_id}/{day}")
    }

    /// Of the heads of a day; none while some are missing.
    pub fn of(heads: &[Head], partitions: u16, at: Timestamp) -> Option<Self> {
        let first = heads.first()?;
        let by_partition: BTreeMap<u16, &Head> =
            heads.iter().map(|head| (head.partition, head)).collect();
        let all = (0..partitions).all(|partition| by_partition.contains_key(&partition));
        let of_one_day = heads
            .iter()
            .all(|head| (&head.log_id, head.day) == (&first.log_id, first.day));
        (all && of_one_day).then(|| Self {
            log_id: first.log_id.clone(),
            day: first.day,
            partitions,
            events: heads.iter().map(|head| head.events.chain.records).sum(),
            facts: heads.iter().map(|head| head.facts.chain.records).sum(),
            digest: day_digest(heads),
            at,
        })
    }
}

/// SHA-256 of a text that anybody can write who has the heads: one line with the log and the day, and one for each partition.
pub fn day_digest(heads: &[Head]) -> Hash {
    let mut sorted: Vec<&Head> = heads.iter().collect();
    sorted.sort_by_key(|head| head.partition);
    let mut text = String::new();
    if let Some(first) = sorted.first() {
        text += &format!("{DAY_NAME} {} {}\n", first.log_id, first.day);
    }
    for head in sorted {
        let of = |place: &Place| format!("{} {}", place.next_offset, place.chain.hash);
        let (events, facts) = (of(&head.events), of(&head.facts));
        text += &format!("{} {events} {facts}\n", head.partition);
    }
    Hash(Sha256::digest(text.as_bytes()).into())
}

/// 校验记录: that somebody held the log against its heads, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// The incarnation of the log.
    pub log_id: String,
    /// When.
    pub at: Timestamp,
    /// Who, as they said.
    pub by: String,
    /// The days whose heads were compared.
    pub days: Vec<NaiveDate>,
    /// How many records were read.
    pub records: u64,
    /// What differed, in words; empty where nothing did.
    pub differences: Vec<String>,
}

impl Verification {
    /// Its key in [`TABLE`]; `n` tells those of one instant apart.
    pub fn key(&self, n: u32) -> String {
        format!("verified/{}/{:020}/{n}", self.log_id, self.at.millis())
    }
}

#[cfg(test)]
mod tests {
    use mingjing_domain::fact::Fact;

    use super::*;
    use crate::facts::{FactRecord, encode_fence};

    const AT: Timestamp = Timestamp::from_millis(0);

    fn fact(offset: u64, n: u32, epoch: u64, detail: &str) -> Vec<u8> {
        let facts = Fact::Refused {
            at: AT,
            reason: "malformed_json".into(),
            detail: detail.into(),
            source: None,
            case_no: None,
            event_id: None,
        };
        FactRecord {
            position: FactPosition { offset, n },
            facts,
            epoch,
            ends_batch: false,
        }
        .encode()
    }

    /// The chain of these records of `mj.facts`, and what each was.
    fn chained(records: &[Vec<u8>]) -> (Chain, Vec<Link>) {
        let mut chain = Chain::begin("log", "mj.facts", 3, 0);
        let mut fences = Fences::default();
        let mut links = Vec::new();
        for (offset, bytes) in records.iter().enumerate() {
            let read = fences.read(offset as u64, bytes).ok();
            links.push(chain.fact(read.as_ref(), bytes));
        }
        (chain, links)
    }

    #[test]
    fn facts_that_count_are_links_and_nothing_else_is() {
        let fence = encode_fence(AT);
        let repeated = FactPosition { offset: 1, n: 1 };
        // record, what it is to the chain
        let table = [
            (fence.clone(), Link::Passed),
            (fact(1, 0, 1, "a"), Link::Added),
            (fact(1, 1, 1, "b"), Link::Added),
            (fact(1, 1, 1, "b"), Link::Repeated(repeated)),
            (fact(1, 1, 1, "other words"), Link::Repeated(repeated)),
            (fence, Link::Passed),
            (fact(2, 0, 1, "of an owner that lost it"), Link::Passed),
            ("毒".into(), Link::Passed),
            (fact(2, 0, 6, "c"), Link::Added),
        ];
        let records: Vec<Vec<u8>> = table.iter().map(|(bytes, _)| bytes.clone()).collect();
        let (chain, links) = chained(&records);
        let wanted: Vec<Link> = table.iter().map(|(_, link)| *link).collect();
        assert_eq!(links, wanted);
        assert_eq!(chain.records, 3);
        assert_eq!(chain.last, Some(FactPosition { offset: 2, n: 0 }));
        let mut plain = Chain::begin("log", "mj.facts", 3, 0);
        for at in [1, 2, 8] {
            plain.record(&records[at]);
        }
        assert_eq!(plain.hash, chain.hash);
    }

    #[test]
    fn whatever_is_done_to_a_record_gives_another_hash() {
        let records: Vec<Vec<u8>> = (0..5).map(|n| fact(n, 0, 0, "x")).collect();
        let (intact, _) = chained(&records);
        assert_eq!(chained(&records.clone()).0, intact);
        let changed = |change: fn(&mut Vec<Vec<u8>>)| {
            let mut other = records.clone();
            change(&mut other);
            chained(&other).0.hash
        };
        for (what, hash) in [
            ("one byte", changed(|all| all[2] = fact(2, 0, 0, "y"))),
            ("one removed", changed(|all| drop(all.remove(2)))),
            ("the last removed", changed(|all| drop(all.pop()))),
            ("two exchanged", changed(|all| all.swap(1, 2))),
            (
                "one inserted",
                changed(|all| all.insert(3, fact(2, 1, 0, "z"))),
            ),
            ("made unreadable", changed(|all| all[2] = b"{".to_vec())),
            ("a space more", changed(|all| all[2].push(b' '))),
        ] {
            assert_ne!(hash, intact.hash, "{what}");
        }
    }

    #[test]
    fn each_partition_topic_log_and_beginning_has_a_chain_of_its_own() {
        let begun = Chain::begin("log", "mj.facts", 3, 0);
        for other in [
            Chain::begin("other", "mj.facts", 3, 0),
            Chain::begin("log", "mj.log", 3, 0),
            Chain::begin("log", "mj.facts", 4, 0),
            Chain::begin("log", "mj.facts", 3, 7),
        ] {
            assert_ne!(other.hash, begun.hash);
        }
        assert_eq!(begun.hash.to_string().parse(), Ok(begun.hash));
        assert!("zz".repeat(32).parse::<Hash>().is_err() && "ab".parse::<Hash>().is_err());
    }

    fn head(partition: u16) -> Head {
        let place = |topic| Place {
            next_offset: 9,
            epoch: 0,
            chain: Chain::begin("log", topic, partition, 0),
        };
        Head {
            log_id: "log".into(),
            day: NaiveDate::from_ymd_opt(2026, 11, 28).unwrap(),
            partition,
            at: AT,
            events: place("mj.log"),
            facts: place("mj.facts"),
        }
    }

    #[test]
    fn a_day_has_a_digest_when_all_heads_are_there_in_whatever_order() {
        assert_eq!(DayDigest::of(&[head(0)], 2, AT), None);
        let one = DayDigest::of(&[head(0), head(1)], 2, AT).unwrap();
        assert_eq!(DayDigest::of(&[head(1), head(0)], 2, AT), Some(one.clone()));
        let mut other = head(1);
        other.facts.chain.record(b"x");
        let other = DayDigest::of(&[head(0), other], 2, AT).unwrap();
        assert_ne!(other.digest, one.digest);
        assert_eq!(other.facts, one.facts + 1);
    }

    #[test]
    fn a_head_reads_back() {
        let mut head = head(7);
        head.facts.chain.last = Some(FactPosition { offset: 4, n: 2 });
        let text = serde_json::to_string(&head).unwrap();
        assert_eq!(serde_json::from_str::<Head>(&text).unwrap(), head);
        assert!(text.contains("\"next_offset\":9"), "{text}");
    }
}
