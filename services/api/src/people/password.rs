//! Passwords: hashed with Argon2id, away from the threads that answer, a few at a time.
//!
//! What is asked of a password is its length, that it is not the account's name, and that it is none of the commonest. It is
//! changed when somebody else set it, or may know it; by its age alone only where a site says so (`PeopleConfig::password_days`).

use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};

use super::secret::{hex, random, same};

/// Memory of one hash in KiB, passes over it, lanes: OWASP's first choice for Argon2id (Password Storage Cheat Sheet: 19 MiB, 2, 1).
const COST: Cost = Cost {
    memory_kib: 19_456,
    passes: 2,
    lanes: 1,
};
/// Bytes of a hash.
const HASH_BYTES: usize = 32;
/// Bytes of a salt.
const SALT_BYTES: usize = 16;
/// A password has so many characters at least: one that nobody can guess offline has to be a phrase.
pub(super) const CHARS_MIN: usize = 12;
/// … and so many at most, so that nobody makes us hash a book.
pub(super) const CHARS_MAX: usize = 256;

/// A password must not hold the account's name, if that has so many characters; two letters are in many words.
const NAME_MIN: usize = 4;

/// Beginnings of what is tried first everywhere.
const COMMON: [&str; 10] = [
    "password", "passw0rd", "p@ssw0rd", "qwerty", "1qaz", "admin", "123456", "abc123", "111111",
    "mingjing",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// What the table keeps of a password. Prints nothing of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Hashed {
    algorithm: String,
    #[serde(flatten)]
    cost: Cost,
    salt: String,
    hash: String,
}

impl std::fmt::Debug for Hashed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hashed(***)")
    }
}

/// Why a password was not hashed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    /// No random numbers.
    #[error("the machine has no random numbers")]
    Random(#[source] getrandom::Error),
    /// Out of memory, or a record that asks for what cannot be.
    #[error("hashing a password: {0}")]
    Hash(argon2::Error),
}

impl Hashed {
    /// Of a password. Takes some 20 ms and 19 MiB: not for a thread that answers.
    pub(super) fn of(password: &str) -> Result<Self, Error> {
        let salt = random::<SALT_BYTES>().map_err(Error::Random)?;
        let hash = hash(COST, &salt, password).map_err(Error::Hash)?;
        Ok(Self {
            algorithm: "argon2id".into(),
            cost: COST,
            salt,
            hash,
        })
    }

    /// Whether this is the password. As long whatever the answer.
    pub(super) fn matches(&self, password: &str) -> Result<bool, Error> {
        let hash = hash(self.cost, &self.salt, password).map_err(Error::Hash)?;
        Ok(same(hash.as_bytes(), self.hash.as_bytes()) && self.algorithm == "argon2id")
    }
}

fn hash(cost: Cost, salt: &str, password: &str) -> Result<String, argon2::Error> {
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(HASH_BYTES))?;
    let mut hash = [0; HASH_BYTES];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into(
        password.as_bytes(),
        salt.as_bytes(),
        &mut hash,
    )?;
    Ok(hex(&hash))
}

/// What is wrong with a new password for this account; in words for whoever chose it.
pub(super) fn problem(password: &str, account: &str) -> Option<String> {
    let chars = password.chars().count();
    if !(CHARS_MIN..=CHARS_MAX).contains(&chars) {
        return Some(format!(
            "口令应有 {CHARS_MIN} 到 {CHARS_MAX} 个字符；可用一句话，不要求大小写和符号"
        ));
    }
    let lower = password.to_lowercase();
    if account.len() >= NAME_MIN && lower.contains(account) {
        return Some("口令不得含有账号名".into());
    }
    let mut letters: Vec<char> = lower.chars().collect();
    letters.sort_unstable();
    letters.dedup();
    if letters.len() < 5 || COMMON.iter().any(|common| lower.starts_with(common)) {
        return Some("口令过于常见或者重复，容易被猜中，请另选一个".into());
    }
    None
}

/// A password that somebody is given and changes at once: 96 random bits.
pub(super) fn temporary() -> Result<String, Error> {
    let digits = random::<12>().map_err(Error::Random)?;
    let groups: Vec<&str> = (0..digits.len())
        .step_by(6)
        .map(|at| &digits[at..at + 6])
        .collect();
    Ok(groups.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_knows_its_password_and_does_not_hold_it() {
        let hashed = Hashed::of("酒城清风明月夜读书声声").unwrap();
        assert!(hashed.matches("酒城清风明月夜读书声声").unwrap());
        assert!(!hashed.matches("酒城清风明月夜读书声").unwrap());
        let kept = serde_json::to_string(&hashed).unwrap();
        assert!(!kept.contains("酒城"), "{kept}");
        let read: Hashed = serde_json::from_str(&kept).unwrap();
        assert_eq!(read, hashed);
        assert_ne!(Hashed::of("酒城清风明月夜读书声声").unwrap(), hashed);
        assert_eq!(format!("{hashed:?}"), "Hashed(***)");
    }

    #[test]
    fn short_common_and_telling_passwords_are_refused() {
        for bad in [
            "",
            "short",
            "password1234567",
            "aaaaaaaaaaaaaaaa",
            "li.wei and others",
            "12345678901234",
        ] {
            assert!(problem(bad, "li.wei").is_some(), "{bad}");
        }
        assert_eq!(problem("correct horse battery", "li.wei"), None);
        assert_eq!(problem("酒城清风明月夜读书声声入耳", "li.wei"), None);
        let given = temporary().unwrap();
        assert_eq!(problem(&given, "li.wei"), None);
        assert_eq!(given.len(), 27);
    }
}
