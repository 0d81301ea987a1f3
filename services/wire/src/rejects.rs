//! The records of `mj.rejects`: one refused item each.
//!
//! A record reads as the domain's [`Fact::Refused`](mingjing_domain::fact::Fact::Refused), which is how the archive
//! takes it, with more beside for the technician of the department that sent the item.

use mingjing_domain::Timestamp;
use serde::{Deserialize, Serialize};

/// So many bytes of a refused item are kept.
pub const EXCERPT_BYTES_MAX: usize = 4096;

/// One refused item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename = "refused")]
pub struct RejectRecord {
    /// Derived from what it is about.
    pub id: String,
    /// When it was refused.
    pub at: Timestamp,
    /// The code of a [`ReasonCode`](crate::ReasonCode).
    pub reason: String,
    /// What was wrong and what to do, for people.
    pub detail: String,
    /// The source whose key sent it, or whose topic it lies in; what the item itself claimed stands in `detail`.
    pub source: Option<String>,
    /// The case, where it could be read.
    pub case_no: Option<String>,
    /// The event id, where it could be read.
    pub event_id: Option<String>,
    /// The field, as a path like `data.amounts.paid`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Where the record lies that held it, if it came through a topic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The beginning of what was sent, at most [`EXCERPT_BYTES_MAX`] bytes, identity and mobile numbers
    /// masked. Never of anything that may be secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<String>,
}

impl RejectRecord {
    /// Reads one record.
    ///
    /// # Errors
    /// When it is not one.
    pub fn parse(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }

    /// The record's bytes. The same record gives the same bytes.
    pub fn encode(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a record is text and instants")
    }
}

#[cfg(test)]
mod tests {
    use mingjing_domain::fact::Fact;

    use super::*;

    #[test]
    fn a_reject_reads_back_and_reads_as_a_refusal_to_the_archive() {
        let record = RejectRecord {
            id: "1".into(),
            at: Timestamp::from_millis(0),
            reason: "malformed_json".into(),
            detail: "不是合法的 JSON".into(),
            source: Some("zjj".into()),
            case_no: None,
            event_id: Some("e".into()),
            field: Some("data".into()),
            place: Some("in.zjj partition 0 offset 7, item 0".into()),
            excerpt: Some("{".into()),
        };
        let bytes = record.encode();
        assert_eq!(RejectRecord::parse(&bytes).unwrap(), record);
        let fact: Fact = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(
            fact,
            Fact::Refused {
                at: record.at,
                reason: record.reason,
                detail: record.detail,
                source: record.source,
                case_no: record.case_no,
                event_id: record.event_id,
            }
        );
    }
}
