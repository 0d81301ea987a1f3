//! Texts of the configuration: durations with their unit, and what is not printed.

use std::time::Duration;

use super::{Lookup, SecretRef};

/// A text that is not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for whoever has to send it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// Milliseconds of a text like `500ms`, `10s`, `10min`, `2h` or `3d`.
pub(super) fn duration(text: &str) -> Result<i64, String> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let unit_ms = match text[digits..].trim() {
        "ms" => Some(1),
        "s" => Some(1_000),
        "min" => Some(60_000),
        "h" => Some(3_600_000),
        "d" => Some(86_400_000),
        _ => None,
    };
    let count: Option<i64> = text[..digits].parse().ok();
    let ms = count.zip(unit_ms).and_then(|(n, ms)| n.checked_mul(ms));
    ms.filter(|ms| *ms > 0)
        .ok_or_else(|| format!("{text:?} is no time with its unit, like 10s, 10min, 24h or 3d"))
}

/// The same as a duration.
pub(super) fn span(text: &str) -> Result<Duration, String> {
    duration(text).map(|ms| Duration::from_millis(ms.unsigned_abs()))
}

/// What a reference names; a text that is none is refused, so that no secret stands in the file.
pub(super) fn secret(text: &str, lookup: Lookup<'_>) -> Result<Secret, String> {
    let reference = match text.split_once(':') {
        Some(("env", name)) => SecretRef::Environment(name.to_owned()),
        Some(("file", path)) => SecretRef::File(path.to_owned()),
        _ => return Err("say where the secret stands: env:NAME or file:PATH".into()),
    };
    let found = lookup(&reference)?;
    match found.trim() {
        "" => Err("it is empty".into()),
        found => Ok(Secret::new(found)),
    }
}

/// An address to post to, as it is or where it stands: with some services the address itself is the secret.
pub(super) fn address(text: &str, lookup: Lookup<'_>) -> Result<Secret, String> {
    let found = match text.starts_with("env:") || text.starts_with("file:") {
        true => secret(text, lookup)?,
        false => Secret::new(text),
    };
    match reqwest::Url::parse(found.reveal()) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(found),
        _ => Err("it is no address that begins with http:// or https://".into()),
    }
}
