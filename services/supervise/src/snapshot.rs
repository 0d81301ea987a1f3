//! A snapshot as bytes: a line with the checksum of the rest, a line of JSON that anyone can read, the engine's own bytes.
//!
//! ```text
//! mingjing-snapshot 1 9f86d081…            SHA-256 of everything after this line
//! {"log_id":"…","partition":3,"next_offset":1200,"facts_offset":310,…}
//! <engine>
//! ```

use bytes::Bytes;
use mingjing_domain::Timestamp;
use mingjing_log::{LogId, Offset, Partition};
use mingjing_wire::facts::FactPosition;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::definitions::Active;

const MAGIC: &str = "mingjing-snapshot 1 ";

/// What a snapshot says about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Header {
    /// The log it belongs to.
    pub(crate) log_id: LogId,
    pub(crate) partition: Partition,
    /// The first record of the log that is not in it.
    pub(crate) next_offset: Offset,
    /// The end of the facts topic: everything before was concluded from what is in it.
    pub(crate) facts_offset: Offset,
    /// The position of the last fact.
    pub(crate) last_fact: Option<FactPosition>,
    /// The epoch of the owner that wrote it. Nobody else wrote facts between its fence and `facts_offset`.
    pub(crate) owner: u64,
    /// The greatest epoch of a tick.
    pub(crate) epoch: u64,
    /// The partition's clock; none before the first tick.
    pub(crate) clock: Option<Timestamp>,
    /// The definitions in force.
    pub(crate) definitions: Option<Active>,
    /// The engine that judged.
    pub(crate) engine_version: String,
    /// How many cases it holds.
    pub(crate) cases: usize,
}

/// A snapshot that was read and whose checksum holds.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    pub(crate) header: Header,
    /// The engine's bytes.
    pub(crate) engine: Bytes,
}

/// Why bytes are no snapshot.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Broken {
    #[error("it does not begin like a snapshot")]
    Foreign,
    #[error("its checksum does not hold: it was cut short or changed")]
    Checksum,
    #[error("its header cannot be read")]
    Header(#[source] serde_json::Error),
    #[error(
        "it is of partition {partition} up to offset {next_offset}, and not what its name says"
    )]
    Misplaced {
        partition: Partition,
        next_offset: Offset,
    },
    #[error("the engine cannot read it")]
    Engine(#[source] mingjing_engine::SnapshotError),
}

/// The bytes of a snapshot.
pub(crate) fn encode(header: &Header, engine: &[u8]) -> Bytes {
    let header = serde_json::to_vec(header).expect("text and numbers only");
    let mut hash = Sha256::new();
    for part in [&header[..], b"\n", engine] {
        hash.update(part);
    }
    let mut bytes = Vec::with_capacity(MAGIC.len() + 66 + header.len() + engine.len());
    bytes.extend_from_slice(MAGIC.as_bytes());
    bytes.extend_from_slice(hex(&hash.finalize()).as_bytes());
    for part in [b"\n", &header[..], b"\n", engine] {
        bytes.extend_from_slice(part);
    }
    bytes.into()
}

/// Reads a snapshot and holds it against its checksum.
pub(crate) fn decode(bytes: &Bytes) -> Result<Snapshot, Broken> {
    let (first, rest) = line(bytes).ok_or(Broken::Foreign)?;
    let wanted = first
        .strip_prefix(MAGIC.as_bytes())
        .ok_or(Broken::Foreign)?;
    if hex(&Sha256::digest(rest)).as_bytes() != wanted {
        return Err(Broken::Checksum);
    }
    let (header, engine) = line(rest).ok_or(Broken::Foreign)?;
    let header = serde_json::from_slice(header).map_err(Broken::Header)?;
    Ok(Snapshot {
        header,
        engine: bytes.slice_ref(engine),
    })
}

fn line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|b| *b == b'\n')?;
    Some((&bytes[..end], &bytes[end + 1..]))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> Header {
        Header {
            log_id: LogId(7),
            partition: Partition(3),
            next_offset: Offset(1200),
            facts_offset: Offset(310),
            last_fact: Some(FactPosition { offset: 1199, n: 4 }),
            owner: 3,
            epoch: 2,
            clock: Some(Timestamp::from_millis(1_790_000_000_000)),
            definitions: None,
            engine_version: "1".into(),
            cases: 12,
        }
    }

    #[test]
    fn a_snapshot_reads_back_and_any_changed_or_missing_byte_is_noticed() {
        let bytes = encode(&header(), b"engine\nbytes");
        let read = decode(&bytes).unwrap();
        assert_eq!(
            (read.header, &read.engine[..]),
            (header(), &b"engine\nbytes"[..])
        );
        for place in 0..bytes.len() {
            let mut changed = bytes.to_vec();
            changed[place] ^= 0x20;
            assert!(decode(&changed.into()).is_err(), "byte {place}");
            assert!(decode(&bytes.slice(..place)).is_err(), "cut at {place}");
        }
    }
}
