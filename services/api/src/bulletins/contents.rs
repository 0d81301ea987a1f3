//! What bulletins are made of and hold, kept under its SHA-256: figures, texts, scores, and what is frozen.
//!
//! | table | key | value |
//! |---|---|---|
//! | `bulletin_contents` | SHA-256 of the content | the content, packed; `parts:`, a SHA-256 `p`, `:`, how many; or, as it was kept before, the JSON itself |
//! | `bulletin_contents` | `p`, `/`, four digits | a part of a packed content whose SHA-256 is `p` |
//!
//! A value of a table has a limit, which the figures of a large city pass. Parts lie there before what names them does; they are named by the packed content, so that two
//! programs that pack the same otherwise never mix theirs.

use axum::body::Bytes;
use mingjing_log::{MAX_TABLE_VALUE_BYTES, Table};
use mingjing_wire::evidence::sha256_hex;
use mingjing_wire::packed::{pack, unpack};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{encoded, failed, refused};
use crate::{ApiError, State};

const CONTENTS: &str = "bulletin_contents";
/// A part is no larger, with room for what a log writes around it.
const PART_BYTES: usize = MAX_TABLE_VALUE_BYTES / 2;
/// No content has more parts: 32 MiB packed.
const PARTS_MAX: usize = 64;
/// No content is larger.
const UNPACKED_MAX: usize = 256 * 1024 * 1024;
/// How a value begins that names parts. Neither JSON nor packed bytes do.
const PARTS: &str = "parts:";

/// Keeps something under its SHA-256.
pub(super) async fn kept(state: &State, value: &impl Serialize) -> Result<String, ApiError> {
    let table = state.definitions.shared_table();
    keep(&*table, encoded(value)?).await
}

/// What is kept under a SHA-256, which it is held against.
pub(super) async fn content(state: &State, sha256: &str) -> Result<Bytes, ApiError> {
    let table = state.definitions.shared_table();
    found(&*table, sha256).await
}

/// The same as what it was.
pub(super) async fn opened<T: DeserializeOwned>(
    state: &State,
    sha256: &str,
) -> Result<T, ApiError> {
    let found = content(state, sha256).await?;
    serde_json::from_slice(&found).map_err(failed)
}

async fn keep(table: &dyn Table, content: Bytes) -> Result<String, ApiError> {
    if content.len() > UNPACKED_MAX {
        return Err(too_large());
    }
    let packing = tokio::task::spawn_blocking(move || {
        let packed = pack(&content);
        (
            sha256_hex(&content),
            sha256_hex(&packed),
            Bytes::from(packed),
        )
    });
    let (sha256, of_packed, packed) = packing.await.map_err(failed)?;
    if packed.len() <= PART_BYTES {
        table
            .create(CONTENTS, sha256.clone().into(), packed)
            .await?;
        return Ok(sha256);
    }
    let parts = packed.len().div_ceil(PART_BYTES);
    if parts > PARTS_MAX {
        return Err(too_large());
    }
    for n in 0..parts {
        let end = packed.len().min((n + 1) * PART_BYTES);
        let part = packed.slice(n * PART_BYTES..end);
        table
            .create(CONTENTS, part_key(&of_packed, n).into(), part)
            .await?;
    }
    let names = format!("{PARTS}{of_packed}:{parts}");
    table
        .create(CONTENTS, sha256.clone().into(), names.into())
        .await?;
    Ok(sha256)
}

async fn found(table: &dyn Table, sha256: &str) -> Result<Bytes, ApiError> {
    let first = value(table, sha256).await?;
    let packed = match parts_of(&first) {
        None => first,
        Some((of_packed, parts)) => {
            let mut packed = Vec::new();
            for n in 0..parts {
                packed.extend_from_slice(&value(table, &part_key(of_packed, n)).await?);
            }
            packed.into()
        }
    };
    let unpacking = tokio::task::spawn_blocking(move || {
        let content = unpack(&packed, UNPACKED_MAX)?.into_owned();
        Ok::<_, mingjing_wire::packed::BadPacked>((sha256_hex(&content), content))
    });
    let (is, content) = unpacking.await.map_err(failed)?.map_err(failed)?;
    match is == sha256 {
        true => Ok(content.into()),
        false => Err(failed(format!("a bulletin's content is not {sha256}"))),
    }
}

async fn value(table: &dyn Table, key: &str) -> Result<Bytes, ApiError> {
    let found = table.get(CONTENTS, key.as_bytes()).await?;
    found.ok_or_else(|| failed(format!("a bulletin's content {key} is gone")))
}

fn part_key(of_packed: &str, n: usize) -> String {
    format!("{of_packed}/{n:04}")
}

/// The parts that a value names; none: it is the content itself.
fn parts_of(value: &Bytes) -> Option<(&str, usize)> {
    let names = value.strip_prefix(PARTS.as_bytes())?;
    let (of_packed, parts) = std::str::from_utf8(names).ok()?.split_once(':')?;
    let parts: usize = parts.parse().ok()?;
    (parts <= PARTS_MAX).then_some((of_packed, parts))
}

fn too_large() -> ApiError {
    refused(
        "too_large",
        format!(
            "通报的数据过大：压缩后超过 {} MiB，平台不能完整留存",
            PARTS_MAX * PART_BYTES / 1024 / 1024
        ),
        "请缩小区划（分县区编制），或者缩短期间",
    )
}

#[cfg(test)]
mod tests {
    use mingjing_log::embedded::EmbeddedLog;

    use super::*;

    /// Bytes that nothing packs: a generator with a fixed beginning.
    fn noise(length: usize) -> Vec<u8> {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[3]
        };
        (0..length).map(|_| next()).collect()
    }

    #[tokio::test]
    async fn what_is_kept_comes_out_as_it_was_however_large_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let log = EmbeddedLog::open(folder.path(), 1).await.unwrap();
        let json = format!("{{\"rows\":[{}1]}}", "1,".repeat(2_000_000));
        let large = noise(3 * PART_BYTES + 17);
        for content in [b"{}".to_vec(), json.into_bytes(), large] {
            let content = Bytes::from(content);
            let sha256 = keep(&log, content.clone()).await.unwrap();
            assert_eq!(sha256, sha256_hex(&content));
            assert_eq!(found(&log, &sha256).await.unwrap(), content);
            // Kept again it is the same.
            assert_eq!(keep(&log, content).await.unwrap(), sha256);
        }
        let entries = log.scan(CONTENTS).await.unwrap();
        // Two whole ones; the last is four parts and what names them.
        assert_eq!(entries.len(), 7);
        let fits = |value: &Bytes| value.len() <= PART_BYTES;
        assert!(entries.iter().all(|(_, value)| fits(value)));
    }

    #[tokio::test]
    async fn what_was_kept_before_anything_was_packed_is_read_and_what_is_not_itself_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let log = EmbeddedLog::open(folder.path(), 1).await.unwrap();
        let old = Bytes::from_static(br#"{"kind":"bulletin"}"#);
        let sha256 = sha256_hex(&old);
        let put = log.create(CONTENTS, sha256.clone().into(), old.clone());
        assert!(put.await.unwrap());
        assert_eq!(found(&log, &sha256).await.unwrap(), old);
        let other = sha256_hex(b"other");
        let put = log.create(CONTENTS, other.clone().into(), old);
        assert!(put.await.unwrap());
        assert!(found(&log, &other).await.is_err());
        assert!(found(&log, "nothing").await.is_err());
    }

    #[tokio::test]
    async fn what_cannot_be_kept_whole_is_refused_in_words() {
        let folder = tempfile::tempdir().unwrap();
        let log = EmbeddedLog::open(folder.path(), 1).await.unwrap();
        let refused = keep(&log, noise(PARTS_MAX * PART_BYTES + 1).into()).await;
        let Err(ApiError::Refused(why)) = &refused else {
            panic!("{refused:?}")
        };
        assert!(why[0].message.contains("32 MiB"), "{why:?}");
        assert!(log.scan(CONTENTS).await.unwrap().is_empty());
    }
}
