//! Keys of sources: made here, shown once, kept as a salted hash.
//!
//! A key reads `mjk_<id>_<secret>`. The id finds the record; the secret has 256 random bits, so that one round of SHA-256
//! with the key's own salt is enough: there is nothing to guess.

use std::fmt;

use mingjing_domain::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

const PREFIX: &str = "mjk_";
const ID_BYTES: usize = 8;
const SECRET_BYTES: usize = 32;
const SALT_BYTES: usize = 16;

/// What the table keeps of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeyRecord {
    /// The one source it speaks for.
    pub source: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    salt: String,
    hash: String,
}

impl KeyRecord {
    /// Whether it has not ended by then.
    pub fn works_at(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|ends| now < ends)
    }

    /// Whether this is the key's secret. Takes as long whatever the answer.
    pub fn matches(&self, secret: &str) -> bool {
        same(hash(&self.salt, secret).as_bytes(), self.hash.as_bytes())
    }
}

/// A key that was just made. Its text is nowhere else.
pub(crate) struct NewKey {
    /// Finds the record.
    pub id: String,
    /// What the department is given.
    pub text: String,
    /// What the table keeps.
    pub record: KeyRecord,
}

impl fmt::Debug for NewKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NewKey({})", self.id)
    }
}

impl NewKey {
    /// A key for `source`, which ends by itself where that is said.
    ///
    /// # Errors
    /// When the machine has no random numbers to give.
    pub fn make(
        source: &str,
        now: Timestamp,
        expires_at: Option<Timestamp>,
    ) -> Result<Self, getrandom::Error> {
        let id = random::<ID_BYTES>()?;
        let secret = random::<SECRET_BYTES>()?;
        let salt = random::<SALT_BYTES>()?;
        let hash = hash(&salt, &secret);
        let text = format!("{PREFIX}{id}_{secret}");
        let record = KeyRecord {
            source: source.to_owned(),
            created_at: now,
            expires_at,
            salt,
            hash,
        };
        Ok(Self { id, text, record })
    }
}

/// Id and secret of a key's text; none if it is no key.
pub(crate) fn split(text: &str) -> Option<(&str, &str)> {
    let (id, secret) = text.strip_prefix(PREFIX)?.split_once('_')?;
    let hexadecimal = |part: &str| part.bytes().all(|b| b.is_ascii_hexdigit());
    let shaped = id.len() == 2 * ID_BYTES && secret.len() == 2 * SECRET_BYTES;
    (shaped && hexadecimal(id) && hexadecimal(secret)).then_some((id, secret))
}

/// Compares without stopping at the first difference.
fn same(a: &[u8], b: &[u8]) -> bool {
    let differing = a.iter().zip(b).fold(0, |seen, (a, b)| seen | (a ^ b));
    a.len() == b.len() && std::hint::black_box(differing) == 0
}

fn hash(salt: &str, secret: &str) -> String {
    let mut hash = Sha256::new();
    hash.update((salt.len() as u64).to_le_bytes());
    hash.update(salt);
    hash.update(secret);
    hex(&hash.finalize())
}

/// Random bytes in hexadecimal digits.
pub(crate) fn random<const N: usize>() -> Result<String, getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(hex(&bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_opens_its_own_record_only_and_the_record_does_not_hold_it() {
        let now = Timestamp::from_millis(0);
        let (a, b) = (
            NewKey::make("zjj", now, None).unwrap(),
            NewKey::make("zjj", now, None).unwrap(),
        );
        let (id, secret) = split(&a.text).unwrap();
        assert_eq!(id, a.id);
        assert!(a.record.matches(secret));
        assert!(!b.record.matches(secret));
        assert!(!a.record.matches(&secret[1..]));
        assert!(!serde_json::to_string(&a.record).unwrap().contains(secret));
        assert_ne!(a.record.salt, b.record.salt);
    }

    #[test]
    fn a_key_ends_at_its_instant_and_one_of_before_there_were_ends_goes_on() {
        let at = Timestamp::from_millis;
        let key = NewKey::make("zjj", at(0), Some(at(10))).unwrap().record;
        let works: Vec<bool> = [9, 10, 11].map(|ms| key.works_at(at(ms))).to_vec();
        assert_eq!(works, [true, false, false]);
        let mut former = serde_json::to_value(&key).unwrap();
        former.as_object_mut().unwrap().remove("expires_at");
        let former: KeyRecord = serde_json::from_value(former).unwrap();
        assert!(former.works_at(at(i64::MAX / 2)));
    }

    #[test]
    fn what_is_shaped_otherwise_is_no_key() {
        let key = NewKey::make("zjj", Timestamp::from_millis(0), None)
            .unwrap()
            .text;
        let longer = format!("{key}0");
        let foreign = key.replace("mjk_", "mjx_");
        for text in [
            "",
            "mjk_",
            "mjk__",
            &key[1..],
            &longer,
            &foreign,
            "mjk_\u{1F600}_x",
        ] {
            assert_eq!(split(text), None, "{text}");
        }
    }
}
