//! Random texts, digests, and comparing them.

use sha2::{Digest, Sha256};

/// Random bytes in hexadecimal digits.
///
/// # Errors
/// When the machine has no random numbers to give.
pub(super) fn random<const N: usize>() -> Result<String, getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(hex(&bytes))
}

/// The SHA-256 of a text with 256 random bits: there is nothing to guess, so one round is enough.
pub(super) fn digest(text: &str) -> String {
    hex(&Sha256::digest(text))
}

/// Compares without stopping at the first difference.
pub(super) fn same(a: &[u8], b: &[u8]) -> bool {
    let differing = a.iter().zip(b).fold(0, |seen, (a, b)| seen | (a ^ b));
    a.len() == b.len() && std::hint::black_box(differing) == 0
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
