//! Channels: how messages leave.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::text::{Secret, address, secret, span};
use super::{AudienceFile, Lookup};

/// The shortest key that signs, in bytes: what the Standard Webhooks specification asks for.
const KEY_BYTES_MIN: usize = 24;
/// What its keys begin with when they are written down.
const KEY_PREFIX: &str = "whsec_";

/// One way by which messages leave.
#[derive(Clone, Debug)]
pub struct Channel {
    /// Its name.
    pub id: String,
    /// How long one attempt may take.
    pub timeout: Duration,
    /// For how long a message is tried before it is laid aside as a dead letter, in milliseconds.
    pub give_up_after_ms: i64,
    /// How.
    pub how: How,
}

/// What is spoken there.
#[derive(Clone, Debug)]
pub enum How {
    /// A program of the site's: JSON over HTTP, signed.
    Webhook {
        /// Where.
        url: Secret,
        /// What it is signed with.
        key: Vec<u8>,
    },
}

impl How {
    /// Whether messages go to addresses that a route names.
    pub fn addressed(&self) -> bool {
        match self {
            How::Webhook { .. } => false,
        }
    }

    pub(super) fn addresses_of<'a>(&self, _audience: &'a AudienceFile) -> &'a [String] {
        match self {
            How::Webhook { .. } => &[],
        }
    }
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum ChannelFile {
    Webhook {
        id: String,
        url: String,
        secret: String,
        timeout: Option<String>,
        give_up_after: Option<String>,
    },
}

impl ChannelFile {
    pub(super) fn checked(self, lookup: Lookup<'_>, problems: &mut Vec<String>) -> Option<Channel> {
        match self {
            ChannelFile::Webhook {
                id,
                url,
                secret,
                timeout,
                give_up_after,
            } => {
                let mut told = Told::of(&id, problems);
                let url = told.of_field("url", address(&url, lookup));
                let key = told.of_field("secret", signing_key(&secret, lookup));
                let (timeout, give_up_after_ms) = told.times(timeout, give_up_after);
                Some(Channel {
                    id,
                    timeout: timeout?,
                    give_up_after_ms: give_up_after_ms?,
                    how: How::Webhook {
                        url: url?,
                        key: key?,
                    },
                })
            }
        }
    }
}

/// Problems of one channel.
struct Told<'a> {
    place: String,
    problems: &'a mut Vec<String>,
}

impl<'a> Told<'a> {
    fn of(id: &str, problems: &'a mut Vec<String>) -> Self {
        Self {
            place: format!("channel {id}"),
            problems,
        }
    }

    fn of_field<T>(&mut self, field: &str, read: Result<T, String>) -> Option<T> {
        read.map_err(|problem| {
            let place = &self.place;
            self.problems.push(format!("{place}: {field}: {problem}"));
        })
        .ok()
    }

    fn times(
        &mut self,
        timeout: Option<String>,
        give_up_after: Option<String>,
    ) -> (Option<Duration>, Option<i64>) {
        let timeout = span(timeout.as_deref().unwrap_or("10s"));
        let give_up = span(give_up_after.as_deref().unwrap_or("24h"));
        let timeout = self.of_field("timeout", timeout);
        let give_up = self.of_field("give_up_after", give_up);
        let give_up_ms = give_up.map(|span| i64::try_from(span.as_millis()).unwrap_or(i64::MAX));
        (timeout, give_up_ms)
    }
}

/// A key as Standard Webhooks writes it: `whsec_` and base64.
fn signing_key(text: &str, lookup: Lookup<'_>) -> Result<Vec<u8>, String> {
    let found = secret(text, lookup)?;
    let written = found.reveal();
    let encoded = written.strip_prefix(KEY_PREFIX).unwrap_or(written);
    match STANDARD.decode(encoded) {
        Ok(key) if key.len() >= KEY_BYTES_MIN => Ok(key),
        _ => Err(format!(
            "a key is {KEY_PREFIX} and at least {KEY_BYTES_MIN} bytes in base64, as `openssl rand -base64 32` makes them"
        )),
    }
}
