//! Packed bytes: gzip (RFC 1952) of what is too large to be kept as it is. What was kept before anything was packed is told from it by its first bytes: no JSON begins as
//! gzip does.

use std::borrow::Cow;
use std::io::{self, Read as _, Write as _};

use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;

/// How gzip begins.
const MAGIC: &[u8] = &[0x1f, 0x8b];

/// Why packed bytes cannot be unpacked.
#[derive(Debug, thiserror::Error)]
pub enum BadPacked {
    /// They are damaged.
    #[error("the packed bytes are damaged")]
    Damaged(#[source] io::Error),
    /// More comes out than may.
    #[error("more than {most} bytes are packed there")]
    TooLarge {
        /// So many may come out.
        most: usize,
    },
}

/// Packs bytes. The same bytes are packed the same by the same program; no clock is read.
pub fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    // A vector takes everything.
    let written = packer.write_all(bytes).and_then(|()| packer.finish());
    written.expect("a vector can be written to")
}

/// Unpacks what was packed; what was not is as it is.
///
/// # Errors
/// [`BadPacked`].
pub fn unpack(bytes: &[u8], most: usize) -> Result<Cow<'_, [u8]>, BadPacked> {
    if !bytes.starts_with(MAGIC) {
        return match bytes.len() <= most {
            true => Ok(Cow::Borrowed(bytes)),
            false => Err(BadPacked::TooLarge { most }),
        };
    }
    let mut unpacked = Vec::new();
    let room = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    GzDecoder::new(bytes)
        .take(room)
        .read_to_end(&mut unpacked)
        .map_err(BadPacked::Damaged)?;
    match unpacked.len() <= most {
        true => Ok(Cow::Owned(unpacked)),
        false => Err(BadPacked::TooLarge { most }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_was_packed_comes_out_again(bytes in proptest::collection::vec(any::<u8>(), 0..4_000)) {
            let packed = pack(&bytes);
            prop_assert_eq!(&*unpack(&packed, 4_000).unwrap(), &bytes[..]);
        }
    }

    #[test]
    fn what_was_never_packed_is_as_it_is() {
        let json = br#"{"kind":"bulletin"}"#;
        assert!(matches!(unpack(json, 100).unwrap(), Cow::Borrowed(found) if found == json));
        assert!(matches!(unpack(b"", 100).unwrap(), Cow::Borrowed(b"")));
        assert!(matches!(
            unpack(json, 3),
            Err(BadPacked::TooLarge { most: 3 })
        ));
    }

    #[test]
    fn what_is_damaged_or_swells_is_refused() {
        let packed = pack(&[b'0'; 100_000]);
        assert!(packed.len() < 1_000);
        assert!(matches!(
            unpack(&packed, 99_999),
            Err(BadPacked::TooLarge { most: 99_999 })
        ));
        assert_eq!(unpack(&packed, 100_000).unwrap().len(), 100_000);
        for cut in [3, packed.len() / 2, packed.len() - 1] {
            assert!(matches!(
                unpack(&packed[..cut], 100_000),
                Err(BadPacked::Damaged(_))
            ));
        }
        let mut wrong = packed.clone();
        let last = wrong.len() - 6;
        wrong[last] ^= 1;
        assert!(matches!(
            unpack(&wrong, 100_000),
            Err(BadPacked::Damaged(_))
        ));
    }
}
