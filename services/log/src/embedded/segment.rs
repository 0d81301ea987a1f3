//! How records lie in the store: a row is a segment of consecutive records of one partition.
//!
//! Its key is the partition and the offset of its *last* record, both big-endian, so that one seek from an offset finds
//! the segment that holds it. Its value is the number of records and then each record's two lengths, key and
//! value, little-endian. Many records to a row, because a row costs the store far more than a record's bytes.

use bytes::Bytes;
use mingjing_domain::ids::Partition;

use crate::{Offset, Record, StoredRecord};

/// A segment is closed before it grows beyond this, unless a single record is larger.
pub(super) const SEGMENT_BYTES: usize = 64 * 1024;

const COUNT_BYTES: usize = 4;
const LENGTHS_BYTES: usize = 8;

/// Encoded records of one call, small enough to be packed into segments.
#[derive(Debug)]
pub(super) struct Chunk {
    records: u32,
    body: Vec<u8>,
}

/// Encodes a call's records into chunks of at most a segment each (or one record).
pub(super) fn encode(records: &[Record]) -> Vec<Chunk> {
    let mut chunks: Vec<Chunk> = Vec::new();
    for record in records {
        let size = LENGTHS_BYTES + record.size();
        match chunks.last_mut() {
            Some(last) if last.body.len() + size <= SEGMENT_BYTES => last.push(record),
            _ => {
                let mut chunk = Chunk {
                    records: 0,
                    body: Vec::with_capacity(size),
                };
                chunk.push(record);
                chunks.push(chunk);
            }
        }
    }
    chunks
}

impl Chunk {
    fn push(&mut self, record: &Record) {
        self.records += 1;
        for part in [&record.key, &record.value] {
            self.body.extend_from_slice(&length(part).to_le_bytes());
        }
        self.body.extend_from_slice(&record.key);
        self.body.extend_from_slice(&record.value);
    }
}

fn length(part: &Bytes) -> u32 {
    u32::try_from(part.len()).expect("an append is at most MAX_APPEND_BYTES long")
}

/// Packs chunks of consecutive calls on one partition into rows.
pub(super) struct Packer {
    partition: Partition,
    next: Offset,
    records: u32,
    value: Vec<u8>,
}

/// A row ready for the store.
pub(super) type Row = ([u8; 10], Vec<u8>);

impl Packer {
    /// Packs the records from `next` on.
    pub(super) fn new(partition: Partition, next: Offset) -> Self {
        Packer {
            partition,
            next,
            records: 0,
            value: vec![0; COUNT_BYTES],
        }
    }

    /// The offset of the record that comes next.
    pub(super) fn next(&self) -> Offset {
        self.next
    }

    /// Takes a chunk; answers the row that is full if there is no more room in it.
    pub(super) fn push(&mut self, chunk: &Chunk) -> Option<Row> {
        let full = self.value.len() + chunk.body.len() > COUNT_BYTES + SEGMENT_BYTES;
        let row = if full { self.finish() } else { None };
        self.records += chunk.records;
        self.next = self.next.plus(u64::from(chunk.records));
        self.value.extend_from_slice(&chunk.body);
        row
    }

    /// The row of what was pushed since the last one.
    pub(super) fn finish(&mut self) -> Option<Row> {
        if self.records == 0 {
            return None;
        }
        let mut value = std::mem::replace(&mut self.value, vec![0; COUNT_BYTES]);
        value[..COUNT_BYTES].copy_from_slice(&self.records.to_le_bytes());
        self.records = 0;
        Some((row_key(self.partition, Offset(self.next.0 - 1)), value))
    }
}

/// The key of the row whose last record is at this offset.
pub(super) fn row_key(partition: Partition, last: Offset) -> [u8; 10] {
    let mut key = [0; 10];
    key[..2].copy_from_slice(&partition.0.to_be_bytes());
    key[2..].copy_from_slice(&last.0.to_be_bytes());
    key
}

/// The offset of the last record of a row.
pub(super) fn last_offset(row_key: &[u8]) -> Option<Offset> {
    let offset = row_key.get(2..)?.try_into().ok()?;
    Some(Offset(u64::from_be_bytes(offset)))
}

/// A segment read back, record by record.
pub(super) struct Segment {
    next: Offset,
    left: u32,
    body: Bytes,
}

impl Segment {
    /// Begins to read a row. None if the row is malformed.
    pub(super) fn open(row_key: &[u8], value: &[u8]) -> Option<Segment> {
        let last = last_offset(row_key)?;
        let (count, body) = value.split_at_checked(COUNT_BYTES)?;
        let left = u32::from_le_bytes(count.try_into().ok()?);
        let first = (last.0 + 1)
            .checked_sub(u64::from(left))
            .filter(|_| left > 0)?;
        Some(Segment {
            next: Offset(first),
            left,
            body: Bytes::copy_from_slice(body),
        })
    }

    /// The offset of the record that [`take`](Segment::take) gives next.
    pub(super) fn next(&self) -> Offset {
        self.next
    }

    /// Whether every record was taken and nothing is left over.
    pub(super) fn is_done(&self) -> bool {
        self.left == 0
    }

    /// The next record. None if the segment is malformed; not to be called when it is done.
    pub(super) fn take(&mut self) -> Option<StoredRecord> {
        let (lengths, rest) = self.body.split_at_checked(LENGTHS_BYTES)?;
        let key = u32::from_le_bytes(lengths[..4].try_into().ok()?) as usize;
        let value = u32::from_le_bytes(lengths[4..].try_into().ok()?) as usize;
        if key + value > rest.len() {
            return None;
        }
        let mut record = self
            .body
            .split_to(LENGTHS_BYTES + key + value)
            .split_off(LENGTHS_BYTES);
        let offset = self.next;
        self.next = offset.next();
        self.left = self.left.checked_sub(1)?;
        Some(StoredRecord {
            offset,
            key: record.split_to(key),
            value: record,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(key: usize, value: usize) -> Record {
        Record {
            key: vec![1; key].into(),
            value: vec![2; value].into(),
        }
    }

    fn read_back(rows: &[Row]) -> Vec<StoredRecord> {
        let mut records = Vec::new();
        for (key, value) in rows {
            let mut segment = Segment::open(key, value).expect("a row");
            while !segment.is_done() {
                records.push(segment.take().expect("a record"));
            }
            assert_eq!(last_offset(key), records.last().map(|r| r.offset));
        }
        records
    }

    #[test]
    fn rows_of_several_calls_hold_all_records_in_order_and_keep_to_their_size() {
        let calls = [
            vec![record(3, 10), record(0, 0)],
            vec![record(5, SEGMENT_BYTES * 2), record(1, 1)],
            vec![record(2, 40_000), record(2, 40_000)],
            vec![record(7, 7)],
        ];
        let mut packer = Packer::new(Partition(9), Offset(5));
        let mut rows = Vec::new();
        for chunk in calls.iter().flat_map(|call| encode(call)) {
            rows.extend(packer.push(&chunk));
        }
        rows.extend(packer.finish());
        assert!(packer.finish().is_none());

        let records = read_back(&rows);
        let expected: Vec<_> = calls.concat();
        assert_eq!(packer.next(), Offset(5 + expected.len() as u64));
        assert_eq!(records.len(), expected.len());
        for ((read, written), offset) in records.iter().zip(&expected).zip(5..) {
            assert_eq!(
                (read.offset, &read.key, &read.value),
                (Offset(offset), &written.key, &written.value)
            );
        }
        let large = rows
            .iter()
            .filter(|(_, value)| value.len() > SEGMENT_BYTES + COUNT_BYTES)
            .count();
        assert_eq!(large, 1, "only the record that is larger than a segment");
        assert!(rows.len() < expected.len());
    }

    #[test]
    fn a_malformed_row_is_noticed_not_read() {
        let key = row_key(Partition(0), Offset(0));
        let mut packer = Packer::new(Partition(0), Offset::ZERO);
        assert!(packer.push(&encode(&[record(2, 3)])[0]).is_none());
        let (_, whole) = packer.finish().expect("a row");
        assert!(Segment::open(&key[..7], &whole).is_none(), "short key");
        assert!(Segment::open(&key, &whole[..3]).is_none(), "short count");
        assert!(Segment::open(&key, &[0, 0, 0, 0]).is_none(), "no records");
        assert!(
            Segment::open(&key, &[2, 0, 0, 0]).is_none(),
            "more records than offsets"
        );
        for cut in 4..whole.len() {
            let mut segment = Segment::open(&key, &whole[..cut]).expect("its head is whole");
            assert!(segment.take().is_none(), "cut at {cut}");
        }
    }
}
