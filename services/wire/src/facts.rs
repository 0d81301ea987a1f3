//! The records of `mj.facts`: one conclusion each, and where it was concluded.
//!
//! A partition's records are in the order of their positions. The last record of what was concluded together says so
//! ([`FactRecord::ends_batch`]): where the last record of a partition does not, its writer died half-way.

use mingjing_domain::fact::Fact;
use serde::{Deserialize, Serialize};

/// One record of `mj.facts`: one fact, and where it was concluded. Its key is the case's ([`key_of`]).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FactRecord {
    /// Where it was concluded.
    pub position: FactPosition,
    /// What was concluded.
    pub facts: Fact,
    /// Whether this is the last record of a batch of the log: everything that follows from the log up to the end of that
    /// batch has then been published.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ends_batch: bool,
}

/// A place in the order of conclusions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FactPosition {
    /// The offset in `mj.log` of the record that was being judged.
    pub offset: u64,
    /// The running number among the facts of that offset, from 0.
    pub n: u32,
}

impl FactRecord {
    /// Reads one record.
    ///
    /// # Errors
    /// When it is not one.
    pub fn parse(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }

    /// The record's bytes. The same record gives the same bytes.
    pub fn encode(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("facts have only text keys")
    }
}

/// The key of a case's records: source, a zero byte, case number.
pub fn case_key(source: &str, case_no: &str) -> Vec<u8> {
    [source.as_bytes(), case_no.as_bytes()].join(&0)
}

/// The key of a fact's record: its case's; of what belongs to no case its source, or nothing.
pub fn key_of(fact: &Fact) -> Vec<u8> {
    match fact {
        Fact::Alert { alert, .. } => case_key(&alert.source, &alert.case_no),
        Fact::Case { case, .. } => case_key(&case.source, &case.case_no),
        Fact::Refused {
            source, case_no, ..
        } => match (source, case_no) {
            (Some(source), Some(case_no)) => case_key(source, case_no),
            (source, _) => source.clone().unwrap_or_default().into_bytes(),
        },
        Fact::Source { source, .. } => source.clone().into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use mingjing_domain::Timestamp;

    use super::*;

    #[test]
    fn a_record_reads_back_and_only_the_last_of_a_batch_says_so() {
        let mut record = FactRecord {
            position: FactPosition { offset: 7, n: 2 },
            facts: Fact::Refused {
                at: Timestamp::from_millis(0),
                reason: "malformed_json".into(),
                detail: "不是合法的 JSON".into(),
                source: Some("zjj".into()),
                case_no: None,
                event_id: None,
            },
            ends_batch: false,
        };
        let bytes = record.encode();
        assert_eq!(FactRecord::parse(&bytes).unwrap(), record);
        assert!(!String::from_utf8(bytes).unwrap().contains("ends_batch"));
        record.ends_batch = true;
        assert_eq!(FactRecord::parse(&record.encode()).unwrap(), record);
        assert_eq!(key_of(&record.facts), b"zjj");
        assert_eq!(case_key("zjj", "1"), b"zjj\x001");
    }
}
