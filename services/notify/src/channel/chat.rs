//! Robots of group chats: a text over HTTP, as each service wants it. What was read:
//!
//! - 企业微信: 群机器人配置说明, developer.work.weixin.qq.com/document/path/91770: `msgtype` text, at most 2,048 bytes; `errcode` 0.
//! - 钉钉: 自定义机器人接入 and 机器人消息类型, open.dingtalk.com/document/development/robot-message-type: the same shape; where it is signed
//!   (加签), `timestamp` in milliseconds and `sign`, the base64 of HMAC-SHA256 with the secret over timestamp, a line feed and the secret, are put to the
//!   address; at most 20 messages a minute.
//! - 飞书: 自定义机器人使用指南, open.feishu.cn/document/ukTMukTMukTM/ucTM5YjL3ETO24yNxkjN: `msg_type` and `content`; signed by
//!   `timestamp` in seconds and `sign`, the base64 of HMAC-SHA256 with timestamp, a line feed and the secret as the *key* over nothing; `code` 0.
//!
//! These pages were read as others quote them: each has to be held against the service before it is relied on. A service that answers with
//! any other code is tried again: none promises which code means that it is busy. They know no id by which a double could be discarded;
//! the message's number at its end is for people.

use std::time::{SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Client, Url};
use ring::hmac;
use serde_json::{Value, json};

use super::{Failure, Sender, http};
use crate::config::{Chat, Secret};
use crate::plan::Delivery;
use crate::words::cut_bytes;

/// What the strictest of them takes, in bytes.
const TEXT_BYTES_MAX: usize = 2048;

pub(super) struct Robot {
    client: Client,
    service: Chat,
    url: Secret,
    secret: Option<Secret>,
}

impl Robot {
    pub(super) fn new(client: Client, service: Chat, url: Secret, secret: Option<Secret>) -> Self {
        Self {
            client,
            service,
            url,
            secret,
        }
    }
}

#[async_trait]
impl Sender for Robot {
    async fn send(&self, delivery: &Delivery) -> Result<(), Failure> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let now_ms = since.unwrap_or_default().as_millis();
        let text = text(delivery);
        let secret = self.secret.as_ref().map(Secret::reveal);
        let said = said(self.service, &text, secret, now_ms);
        let url = address(self.service, self.url.reveal(), secret, now_ms)
            .ok_or_else(|| Failure::lasting("bad_address", "the channel's address is none"))?;
        let answer = http::answer(self.client.post(url).json(&said)).await?;
        let answer: Value = answer.json().await.map_err(http::failure)?;
        judged(self.service, &answer)
    }
}

fn text(delivery: &Delivery) -> String {
    let number: String = delivery.id.chars().take(8).collect();
    let end = format!("\n消息 {number}");
    let text = delivery.message.text();
    let room = TEXT_BYTES_MAX - end.len();
    format!("{}{end}", cut_bytes(&text, room))
}

fn said(service: Chat, text: &str, secret: Option<&str>, now_ms: u128) -> Value {
    match service {
        Chat::Wecom | Chat::Dingtalk => json!({ "msgtype": "text", "text": { "content": text } }),
        Chat::Feishu => {
            let mut said = json!({ "msg_type": "text", "content": { "text": text } });
            if let Some(secret) = secret {
                let seconds = (now_ms / 1000).to_string();
                let key = format!("{seconds}\n{secret}");
                said["timestamp"] = json!(seconds);
                said["sign"] = json!(signed(key.as_bytes(), b""));
            }
            said
        }
    }
}

fn address(service: Chat, url: &str, secret: Option<&str>, now_ms: u128) -> Option<Url> {
    let mut url = Url::parse(url).ok()?;
    if let (Chat::Dingtalk, Some(secret)) = (service, secret) {
        let said = format!("{now_ms}\n{secret}");
        url.query_pairs_mut()
            .append_pair("timestamp", &now_ms.to_string())
            .append_pair("sign", &signed(secret.as_bytes(), said.as_bytes()));
    }
    Some(url)
}

fn signed(key: &[u8], said: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    STANDARD.encode(hmac::sign(&key, said))
}

fn judged(service: Chat, answer: &Value) -> Result<(), Failure> {
    let field = match service {
        Chat::Wecom | Chat::Dingtalk => "errcode",
        Chat::Feishu => "code",
    };
    match answer[field].as_i64() {
        Some(0) => Ok(()),
        Some(code) => Err(Failure::passing("refused", format!("{field} {code}"))),
        None => Err(Failure::passing(
            "refused",
            format!("no {field} in the answer"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: u128 = 1_700_000_000_000;

    #[test]
    fn each_service_is_spoken_to_in_its_own_shape() {
        let text = json!({ "msgtype": "text", "text": { "content": "甲" } });
        assert_eq!(said(Chat::Wecom, "甲", None, AT), text);
        assert_eq!(said(Chat::Dingtalk, "甲", Some("SECtest"), AT), text);
        let plain = json!({ "msg_type": "text", "content": { "text": "甲" } });
        assert_eq!(said(Chat::Feishu, "甲", None, AT), plain);
    }

    /// The signatures were made by the services' own examples in Python.
    #[test]
    fn signatures_are_those_of_the_services() {
        let url = "https://oapi.dingtalk.com/robot/send?access_token=x";
        let signed = address(Chat::Dingtalk, url, Some("SECtest"), AT).unwrap();
        let wanted = "https://oapi.dingtalk.com/robot/send?access_token=x&timestamp=1700000000000&sign=aZLLrriXgn05YbwaGR7knYsLeJADjr9NwLaNNKpxh4g%3D";
        assert_eq!(signed.as_str(), wanted);
        let said = said(Chat::Feishu, "甲", Some("hush"), AT);
        assert_eq!(said["timestamp"], "1700000000");
        assert_eq!(said["sign"], "hr9XYhIKnr9hsmPfMb6rGd7Y0SONRmoNUPqB7k9RizM=");
        assert_eq!(
            address(Chat::Feishu, url, Some("hush"), AT)
                .unwrap()
                .as_str(),
            url
        );
    }

    #[test]
    fn any_answer_but_zero_is_tried_again() {
        assert!(judged(Chat::Wecom, &json!({ "errcode": 0, "errmsg": "ok" })).is_ok());
        assert!(judged(Chat::Feishu, &json!({ "code": 0 })).is_ok());
        for (service, answer) in [
            (Chat::Wecom, json!({ "errcode": 45009 })),
            (Chat::Dingtalk, json!({ "errcode": 310_000 })),
            (Chat::Feishu, json!({ "errcode": 0 })),
        ] {
            assert!(judged(service, &answer).unwrap_err().passes, "{answer}");
        }
    }
}
