//! Channels at work: one attempt each. What failed and may pass is told from what will not.

mod chat;
mod http;
mod mail;
mod sms;
mod webhook;

use async_trait::async_trait;

use crate::config::{Channel, How};
use crate::plan::Delivery;

/// Why an attempt failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// A code.
    pub(crate) reason: &'static str,
    /// What was answered, for people: a status or a code, never an address and never a body.
    pub(crate) detail: String,
    /// Whether it may go better later.
    pub(crate) passes: bool,
}

impl Failure {
    /// It may go better later.
    pub(crate) fn passing(reason: &'static str, detail: impl Into<String>) -> Self {
        Self {
            reason,
            detail: detail.into(),
            passes: true,
        }
    }

    /// It will not.
    pub(crate) fn lasting(reason: &'static str, detail: impl Into<String>) -> Self {
        Self {
            passes: false,
            ..Self::passing(reason, detail)
        }
    }

    /// Whether nobody was there at all, so that other messages fare no better.
    pub(crate) fn of_channel(&self) -> bool {
        matches!(self.reason, CONNECT | TIMEOUT)
    }
}

/// Nobody listens there.
pub(crate) const CONNECT: &str = "connect";
/// No answer in time.
pub(crate) const TIMEOUT: &str = "timeout";

/// What sends one message.
#[async_trait]
pub(crate) trait Sender: Send + Sync {
    /// One attempt; ends within the channel's time.
    async fn send(&self, delivery: &Delivery) -> Result<(), Failure>;
}

/// Why a channel cannot be used.
pub(crate) type Unusable = Box<dyn std::error::Error + Send + Sync>;

/// The sender of a channel.
pub(crate) fn sender(channel: &Channel) -> Result<Box<dyn Sender>, Unusable> {
    if let Some(post) = mail::Post::new(&channel.how, channel.timeout) {
        return Ok(Box::new(post?));
    }
    let client = http::client(channel.timeout)?;
    Ok(match channel.how.clone() {
        How::Webhook { url, key } => Box::new(webhook::Webhook::new(client, url, &key)),
        How::Sms {
            url,
            headers,
            body,
            form,
            chars_max,
            taken,
        } => Box::new(sms::Gateway {
            client,
            url,
            headers,
            body,
            form,
            chars_max,
            taken,
        }),
        How::Chat {
            service,
            url,
            secret,
        } => Box::new(chat::Robot::new(client, service, url, secret)),
        How::Mail { .. } => return Err("a mail channel without a mail server".into()),
    })
}
