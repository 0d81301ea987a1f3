//! 查询码: what stands on an acceptance slip, by which an applicant asks how a case stands (domain study 11.11).
//!
//! A code is not kept anywhere: it is derived from source and case number by HMAC-SHA-256 under a key of the site, so that who
//! prints the slip and who answers the question need share nothing but that key, and a guess is turned down without asking whether
//! there is such a case. Written like `1K7Q9-M2X4T`: the version of the key, then 45 bits in Crockford's base 32, which has no
//! I, L, O and U to be misread. Keys are changed by adding one of a greater version; codes of an earlier one are good for as long as
//! its key is kept.
//!
//! 45 bits are enough because whoever asks is locked out after a few wrong answers, not because nobody could try them all.

use std::collections::BTreeMap;
use std::fmt;

use ring::hmac;

/// What is signed begins with this, so that a code means this and nothing else.
const DOMAIN: &[u8] = b"mingjing-query-code/1";
/// Crockford's base 32.
const SYMBOLS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Symbols after the version.
const LENGTH: usize = 9;
/// A key is at least so long: 32 characters hold 128 bits where they are hexadecimal digits.
const KEY_CHARS_MIN: usize = 32;
/// The versions that one symbol writes.
const VERSIONS: std::ops::RangeInclusive<u8> = 1..=9;

/// The keys of a site by version, 1 to 9. Prints stars.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct QueryKeys(BTreeMap<u8, String>);

/// Keys that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadQueryKeys {
    /// Its version is none.
    #[error("the version {0:?} of a key is none: 1 to 9")]
    Version(String),
    /// It can be guessed.
    #[error("the key of version {0} is shorter than {KEY_CHARS_MIN} characters")]
    Short(u8),
}

impl QueryKeys {
    /// From pairs of version and key.
    ///
    /// # Errors
    /// [`BadQueryKeys`].
    pub fn new<'a>(
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, BadQueryKeys> {
        let mut keys = BTreeMap::new();
        for (version, key) in pairs {
            let read = version.parse().ok().filter(|n| VERSIONS.contains(n));
            let number = read.ok_or_else(|| BadQueryKeys::Version(version.to_owned()))?;
            if key.chars().count() < KEY_CHARS_MIN {
                return Err(BadQueryKeys::Short(number));
            }
            keys.insert(number, key.to_owned());
        }
        Ok(Self(keys))
    }

    /// Whether there is none: then there are no codes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The code of a case, by the newest key; none where there is no key.
    pub fn code(&self, source: &str, case_no: &str) -> Option<String> {
        let (version, key) = self.0.last_key_value()?;
        let symbols = derived(key, source, case_no);
        let text: String = symbols.iter().map(|b| char::from(*b)).collect();
        Some(format!("{version}{}-{}", &text[..4], &text[4..]))
    }

    /// The source whose case of this number has the code that somebody typed. Every source is tried, whatever the others gave, and none is
    /// compared faster than another.
    pub fn source_of<'a>(
        &self,
        sources: impl IntoIterator<Item = &'a str>,
        case_no: &str,
        typed: &str,
    ) -> Option<&'a str> {
        let (version, symbols) = read(typed)?;
        let key = self.0.get(&version)?;
        let mut found = None;
        for source in sources {
            if same(&derived(key, source, case_no), &symbols) {
                found = Some(source);
            }
        }
        found
    }
}

impl fmt::Debug for QueryKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let versions = self.0.keys().map(|version| (version, "***"));
        f.debug_map().entries(versions).finish()
    }
}

fn derived(key: &str, source: &str, case_no: &str) -> [u8; LENGTH] {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
    let mut signing = hmac::Context::with_key(&key);
    signing.update(DOMAIN);
    // With its length before it, no source runs into a case number.
    signing.update(&(source.len() as u64).to_le_bytes());
    signing.update(source.as_bytes());
    signing.update(case_no.as_bytes());
    let tag = signing.sign();
    let bits = tag.as_ref().iter().take(8);
    let mut bits = bits.fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
    let mut symbols = [0; LENGTH];
    for symbol in &mut symbols {
        *symbol = SYMBOLS[(bits >> 59) as usize];
        bits <<= 5;
    }
    symbols
}

/// What somebody typed, as it may be typed: small letters, full-width ones, with blanks or without the dash, O for 0 and I or L for 1.
fn read(typed: &str) -> Option<(u8, [u8; LENGTH])> {
    let mut symbols = Vec::with_capacity(LENGTH + 1);
    for c in typed.chars() {
        let narrow = match c {
            '！'..='～' => char::from_u32(c as u32 - '！' as u32 + '!' as u32)?,
            other => other,
        };
        let symbol = match narrow.to_ascii_uppercase() {
            '-' | '—' | ' ' | '\u{3000}' => continue,
            'O' => b'0',
            'I' | 'L' => b'1',
            other => u8::try_from(other).ok()?,
        };
        if !SYMBOLS.contains(&symbol) || symbols.len() > LENGTH {
            return None;
        }
        symbols.push(symbol);
    }
    let (version, rest) = symbols.split_first()?;
    let version = version.checked_sub(b'0').filter(|n| VERSIONS.contains(n))?;
    Some((version, rest.try_into().ok()?))
}

/// Compares without stopping at the first difference.
fn same(a: &[u8; LENGTH], b: &[u8; LENGTH]) -> bool {
    let differing = a.iter().zip(b).fold(0, |seen, (a, b)| seen | (a ^ b));
    std::hint::black_box(differing) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "0123456789abcdef0123456789abcdef";
    const NEW: &str = "fedcba9876543210fedcba9876543210";

    fn keys(pairs: &[(&'static str, &'static str)]) -> QueryKeys {
        QueryKeys::new(pairs.iter().copied()).unwrap()
    }

    #[test]
    fn a_code_opens_its_own_case_and_no_other_however_it_is_typed() {
        let keys = keys(&[("1", OLD)]);
        let code = keys.code("permits", "SG-2026-1").unwrap();
        assert_eq!(code.len(), 11);
        assert!(
            code.starts_with('1') && code.as_bytes()[5] == b'-',
            "{code}"
        );
        let sources = ["food", "permits"];
        let wide: String = code
            .chars()
            .map(|c| char::from_u32(c as u32 - '!' as u32 + '！' as u32).unwrap())
            .collect();
        for typed in [
            code.clone(),
            code.to_lowercase(),
            code.replace('-', ""),
            format!(" {} ", code.replace('-', " ")),
            code.replace('0', "o").replace('1', "l"),
            wide,
        ] {
            let found = keys.source_of(sources, "SG-2026-1", &typed);
            assert_eq!(found, Some("permits"), "{typed}");
        }
        assert_eq!(keys.source_of(sources, "SG-2026-2", &code), None);
        assert_eq!(keys.source_of(["food"], "SG-2026-1", &code), None);
        assert_ne!(keys.code("permitsS", "G-2026-1"), Some(code));
    }

    #[test]
    fn what_is_no_code_opens_nothing() {
        let keys = keys(&[("1", OLD)]);
        let code = keys.code("a", "1").unwrap();
        for typed in [
            "",
            "1",
            "查询码",
            "11111-11111-11111",
            &code[..10],
            &format!("{code}0"),
            &code.replacen('1', "2", 1),
            &code.replacen('1', "0", 1),
        ] {
            assert_eq!(keys.source_of(["a"], "1", typed), None, "{typed}");
        }
        assert_eq!(QueryKeys::default().code("a", "1"), None);
        assert_eq!(QueryKeys::default().source_of(["a"], "1", &code), None);
    }

    #[test]
    fn a_new_key_gives_new_codes_and_the_old_ones_are_good_while_its_key_is_kept() {
        let before = keys(&[("1", OLD)]).code("a", "1").unwrap();
        let both = keys(&[("1", OLD), ("2", NEW)]);
        let after = both.code("a", "1").unwrap();
        assert!(after.starts_with('2'));
        for code in [&before, &after] {
            assert_eq!(both.source_of(["a"], "1", code), Some("a"));
        }
        assert_eq!(keys(&[("2", NEW)]).source_of(["a"], "1", &before), None);
    }

    #[test]
    fn a_code_is_what_it_was_when_it_was_printed() {
        // Printed slips live longer than programs; computed once by another program from what the module says.
        let code = keys(&[("1", OLD)]).code("permits", "SG-2026-1");
        assert_eq!(code.as_deref(), Some("1EKYY-3332M"));
    }

    #[test]
    fn keys_that_can_be_guessed_are_refused_and_none_is_printed() {
        assert_eq!(
            QueryKeys::new([("1", "short")]),
            Err(BadQueryKeys::Short(1))
        );
        for version in ["0", "10", "new", ""] {
            let refused = QueryKeys::new([(version, OLD)]);
            assert_eq!(refused, Err(BadQueryKeys::Version(version.into())));
        }
        let shown = format!("{:?}", keys(&[("1", OLD)]));
        assert!(shown.contains("***") && !shown.contains(OLD), "{shown}");
    }
}
