//! A snapshot as bytes: a line with the checksum of the rest, a line of JSON that anyone can read, the engine's own bytes.
//!
//! ```text
//! mingjing-snapshot 1 9f86d081…            SHA-256 of everything after this line
//! {"log_id":"…","partition":3,"next_offset":1200,"facts_offset":310,…}
//! <engine>
//! ```

use std::fmt;

use bytes::Bytes;
use mingjing_domain::Timestamp;
use mingjing_engine::ENGINE_VERSION;
use mingjing_log::{LogId, Offset, Partition};
use mingjing_wire::facts::FactPosition;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::definitions::Active;

/// What every snapshot begins with, whatever the number of its format.
const KIND: &str = "mingjing-snapshot ";
/// Ours.
const FORMAT: &str = "1 ";

/// No beginning of a snapshot is longer: the line with the checksum and the header.
pub(crate) const HEAD_BYTES_MAX: u64 = 16 * 1024;

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
    #[error("{0} wrote it, and this program cannot read it")]
    Other(Writer),
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

/// Who wrote a snapshot that is whole, as far as can be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Writer {
    /// A program whose snapshots have another format.
    Format(u32),
    /// A program whose header says something else; the version of its engine, if that much can be read.
    Engine(String),
}

impl fmt::Display for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Writer::Format(number) => write!(f, "a program with snapshots of format {number}"),
            Writer::Engine(version) => write!(f, "a program with engine {version}"),
        }
    }
}

/// The bytes of a snapshot.
pub(crate) fn encode(header: &Header, engine: &[u8]) -> Bytes {
    let header = serde_json::to_vec(header).expect("text and numbers only");
    let mut hash = Sha256::new();
    for part in [&header[..], b"\n", engine] {
        hash.update(part);
    }
    let mut bytes =
        Vec::with_capacity(KIND.len() + FORMAT.len() + 66 + header.len() + engine.len());
    bytes.extend_from_slice(KIND.as_bytes());
    bytes.extend_from_slice(FORMAT.as_bytes());
    bytes.extend_from_slice(hex(&hash.finalize()).as_bytes());
    for part in [b"\n", &header[..], b"\n", engine] {
        bytes.extend_from_slice(part);
    }
    bytes.into()
}

/// Reads a snapshot and holds it against its checksum.
pub(crate) fn decode(bytes: &Bytes) -> Result<Snapshot, Broken> {
    let (first, rest) = line(bytes).ok_or(Broken::Foreign)?;
    let wanted = checksum(first)?;
    if hex(&Sha256::digest(rest)).as_bytes() != wanted {
        return Err(Broken::Checksum);
    }
    let (header, engine) = line(rest).ok_or(Broken::Foreign)?;
    Ok(Snapshot {
        header: read_header(header)?,
        engine: bytes.slice_ref(engine),
    })
}

/// Whether the beginning of a snapshot says that this very engine wrote it. What is damaged is nobody's.
pub(crate) fn of_this_engine(head: &[u8]) -> bool {
    let header = line(head).and_then(|(first, rest)| {
        checksum(first).ok()?;
        Some(line(rest)?.0)
    });
    header
        .and_then(|header| read_header(header).ok())
        .is_some_and(|header| header.engine_version == ENGINE_VERSION)
}

/// The checksum in the first line.
fn checksum(first: &[u8]) -> Result<&[u8], Broken> {
    let rest = first.strip_prefix(KIND.as_bytes());
    let rest = rest.ok_or(Broken::Foreign)?;
    if let Some(checksum) = rest.strip_prefix(FORMAT.as_bytes()) {
        return Ok(checksum);
    }
    let number = rest.split(|b| *b == b' ').next().unwrap_or_default();
    let number = std::str::from_utf8(number)
        .ok()
        .and_then(|n| n.parse().ok());
    Err(number.map_or(Broken::Foreign, |n| Broken::Other(Writer::Format(n))))
}

/// A header that holds against the checksum and that we do not understand is another program's.
fn read_header(header: &[u8]) -> Result<Header, Broken> {
    serde_json::from_slice(header).map_err(|_| {
        let value: serde_json::Value = serde_json::from_slice(header).unwrap_or_default();
        let version = value["engine_version"].as_str().unwrap_or("unknown");
        Broken::Other(Writer::Engine(version.to_owned()))
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

    #[test]
    fn what_another_program_wrote_is_told_from_what_is_damaged() {
        let other = |bytes: Bytes| match decode(&bytes) {
            Err(Broken::Other(writer)) => Some(writer),
            _ => None,
        };
        let later = Bytes::from_static(b"mingjing-snapshot 2 blake3:77\n...");
        assert_eq!(other(later), Some(Writer::Format(2)));
        let bytes = encode(&header(), b"engine");
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let (_, rest) = text.split_once('\n').unwrap();
        // Another layout of the header, with a checksum that holds.
        let rest = rest
            .replace("\"cases\"", "\"case_count\"")
            .replace("\"engine_version\":\"1\"", "\"engine_version\":\"another\"");
        let sum = hex(&Sha256::digest(rest.as_bytes()));
        let whole = Bytes::from(format!("mingjing-snapshot 1 {sum}\n{rest}"));
        assert_eq!(other(whole.clone()), Some(Writer::Engine("another".into())));
        assert!(matches!(
            decode(&whole.slice(..whole.len() - 1)),
            Err(Broken::Checksum)
        ));
    }

    #[test]
    fn the_beginning_says_whose_engine_wrote_it() {
        let ours = Header {
            engine_version: ENGINE_VERSION.to_owned(),
            ..header()
        };
        let another = Header {
            engine_version: "another".to_owned(),
            ..header()
        };
        assert!(of_this_engine(&encode(&ours, b"x")));
        assert!(!of_this_engine(&encode(&another, b"x")));
        assert!(!of_this_engine(b"mingjing-snapshot 2 x\n{}\n"));
    }
}
