//! Records as they come, and those among them that could not be read.
//!
//! The client checks each batch's checksum. Of one that does not hold it reports an error, without saying where, and means to go on with the
//! next batch (librdkafka 2.12 does not get that far, and stands still there). The records of a topic follow each other without a gap otherwise, but for the marks of transactions.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use bytes::Bytes;
use rdkafka::message::BorrowedMessage;
use rdkafka::types::RDKafkaErrorCode;
use rdkafka::{Message, Timestamp};

use super::{Begun, Delivered, Spot};
use crate::kafka::native;

/// A record that does not follow the one before it, so long after a damaged batch at most, follows that batch. Long: the client may have
/// the record in its queue while the receiver is busy.
const AFTER_DAMAGE: Duration = Duration::from_secs(300);

/// Where each partition goes on.
#[derive(Default)]
pub(super) struct Gaps {
    /// The offset after the last record that came, or where reading began.
    next: BTreeMap<Spot, i64>,
    /// When a batch was last found damaged.
    damaged: Option<Instant>,
}

impl Gaps {
    /// These begin anew, and no others are read.
    pub fn begin(&mut self, begun: &[Begun]) {
        self.next = begun.iter().map(|b| (b.spot.clone(), b.at)).collect();
    }

    /// Nothing is read.
    pub fn forget(&mut self) {
        self.next.clear();
    }

    /// A batch is damaged.
    pub fn damaged(&mut self, now: Instant) {
        self.damaged = Some(now);
    }

    /// Takes a record in, with how many right before it could not be read.
    pub fn take_in(&mut self, message: &BorrowedMessage<'_>) -> (Spot, Delivered) {
        let (spot, mut record) = delivered(message);
        record.lost = self.before(&spot, record.offset, Instant::now());
        (spot, record)
    }

    fn before(&mut self, spot: &Spot, offset: i64, now: Instant) -> u64 {
        let next = self.next.insert(spot.clone(), offset + 1);
        let damaged = self
            .damaged
            .is_some_and(|at| now.saturating_duration_since(at) < AFTER_DAMAGE);
        let missing = next.filter(|_| damaged).map(|next| offset - next);
        missing.and_then(|n| u64::try_from(n).ok()).unwrap_or(0)
    }
}

/// Whether the client has a batch that it cannot read: damaged, of an unknown format, or larger than it may unpack.
pub(super) fn unreadable(code: RDKafkaErrorCode) -> bool {
    use RDKafkaErrorCode as Code;
    matches!(
        code,
        Code::BadMessage
            | Code::BadCompression
            | Code::NotImplemented
            | Code::InvalidMessage
            | Code::InvalidMessageSize
            | Code::MessageSizeTooLarge
            | Code::UnsupportedCompressionType
    )
}

fn delivered(message: &BorrowedMessage<'_>) -> (Spot, Delivered) {
    let spot = Spot {
        topic: message.topic().into(),
        partition: message.partition(),
    };
    let record = Delivered {
        offset: message.offset(),
        lost: 0,
        appended_at: match message.timestamp() {
            Timestamp::LogAppendTime(at) => Some(at),
            Timestamp::CreateTime(_) | Timestamp::NotAvailable => None,
        },
        headers: native::headers(message),
        value: message.payload().map(Bytes::copy_from_slice),
    };
    (spot, record)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_behind_a_damaged_batch_is_lost_and_another_is_not() {
        let (begun, mut gaps) = (Instant::now(), Gaps::default());
        let spot = Spot {
            topic: "in.zjj".into(),
            partition: 0,
        };
        gaps.begin(&[Begun {
            spot: spot.clone(),
            topic_id: 1,
            partitions: 1,
            at: 3,
            end: 3,
            note: String::new(),
            loss: None,
        }]);
        let mut at = |seconds, offset| {
            let now = begun + Duration::from_secs(seconds);
            gaps.before(&spot, offset, now)
        };
        // The mark of a transaction is no loss.
        assert_eq!([at(0, 3), at(0, 4), at(0, 6)], [0, 0, 0]);
        gaps.damaged(begun);
        let mut at = |seconds, offset| {
            let now = begun + Duration::from_secs(seconds);
            gaps.before(&spot, offset, now)
        };
        assert_eq!([at(1, 7), at(1, 12), at(1, 13)], [0, 4, 0]);
        assert_eq!(at(600, 20), 0);
    }
}
