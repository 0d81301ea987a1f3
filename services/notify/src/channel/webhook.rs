//! A program of the site's: JSON over HTTP, signed as the Standard Webhooks specification 1.0.0 says
//! (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>), so that receivers verify it with
//! whatever library they have: `webhook-id`, `webhook-timestamp`, and in `webhook-signature` `v1,` and the base64 of HMAC-SHA256
//! over id, timestamp and body with dots between.

use std::time::{SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono_tz::Asia::Shanghai;
use reqwest::Client;
use reqwest::header::CONTENT_TYPE;
use ring::hmac;
use serde_json::json;

use super::{Failure, Sender, http};
use crate::config::Secret;
use crate::plan::Delivery;

pub(super) struct Webhook {
    client: Client,
    url: Secret,
    key: hmac::Key,
}

impl Webhook {
    pub(super) fn new(client: Client, url: Secret, key: &[u8]) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, key);
        Self { client, url, key }
    }
}

#[async_trait]
impl Sender for Webhook {
    async fn send(&self, delivery: &Delivery) -> Result<(), Failure> {
        let body = body(delivery);
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let seconds = since.unwrap_or_default().as_secs();
        let request = self
            .client
            .post(self.url.reveal())
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", &delivery.id)
            .header("webhook-timestamp", seconds)
            .header(
                "webhook-signature",
                signature(&self.key, &delivery.id, seconds, &body),
            )
            .body(body);
        http::answer(request).await.map(|_| ())
    }
}

/// The same message has the same body, however often it is tried.
fn body(delivery: &Delivery) -> Vec<u8> {
    let message = &delivery.message;
    let said = json!({
        "type": message.kind,
        "timestamp": delivery.made_at.to_rfc3339(Shanghai),
        "data": {
            "route": delivery.route,
            "title": message.title,
            "lines": message.lines,
            "link": message.link,
            "said": message.data,
        },
    });
    said.to_string().into_bytes()
}

fn signature(key: &hmac::Key, id: &str, seconds: u64, body: &[u8]) -> String {
    let mut signed = hmac::Context::with_key(key);
    signed.update(format!("{id}.{seconds}.").as_bytes());
    signed.update(body);
    format!("v1,{}", STANDARD.encode(signed.sign()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's own libraries.
    #[test]
    fn a_signature_is_that_of_the_specification() {
        let key = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
        let body = br#"{"test": 2432232314}"#;
        let found = signature(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);
        assert_eq!(found, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
