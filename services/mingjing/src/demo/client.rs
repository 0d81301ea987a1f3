//! How the demo's departments speak to the platform: over HTTP, like any department. What the platform cannot take now is sent
//! again, unchanged, until it is taken; what it refuses is told in the log and not sent again.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context as _, bail};
use mingjing_domain::definitions::DefinitionFile;
use mingjing_domain::source::Source;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

/// The first wait before something is sent again; it doubles up to [`WAIT_MAX`].
const WAIT_MIN: Duration = Duration::from_millis(100);
const WAIT_MAX: Duration = Duration::from_secs(5);
/// How long an answer may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);

/// A platform to speak to.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    base_url: String,
    admin_key: Option<String>,
}

/// What became of a request for events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Items refused, with why, up to a few.
    pub refused: Vec<String>,
    /// The key opened nothing: none was taken.
    pub key_refused: bool,
}

#[derive(Deserialize)]
struct Registered {
    key: Option<String>,
}

#[derive(Deserialize)]
struct Rotated {
    key: String,
}

#[derive(Deserialize)]
struct Items {
    #[serde(default)]
    items: Vec<BTreeMap<String, serde_json::Value>>,
}

struct Answer {
    status: StatusCode,
    body: String,
}

impl Client {
    /// A client for the platform at `base_url`, like `http://127.0.0.1:8080`.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn new(base_url: &str, admin_key: Option<String>) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder()
            .timeout(ANSWER_WITHIN)
            .no_proxy()
            .build();
        let http = http.context("make the demo's HTTP client")?;
        Ok(Self {
            http,
            base_url: base_url.trim_end_matches('/').to_owned(),
            admin_key,
        })
    }

    /// Registers a source that no definitions declare; its key where it is new.
    ///
    /// # Errors
    /// When the platform refuses it.
    pub async fn declare(&self, source: &Source) -> anyhow::Result<Option<String>> {
        let make = || self.administrator(Method::POST, "/v1/sources").json(source);
        let answer: Registered = self.taken("declare a source", make).await?;
        Ok(answer.key)
    }

    /// A fresh key for a source that is registered, or declared by the definitions.
    ///
    /// # Errors
    /// When the platform refuses it.
    pub async fn fresh_key(&self, source: &str) -> anyhow::Result<String> {
        let path = format!("/v1/sources/{source}/keys");
        let make = || self.administrator(Method::POST, &path);
        let answer: Rotated = self.taken("make a source's key", make).await?;
        Ok(answer.key)
    }

    /// Publishes definitions.
    ///
    /// # Errors
    /// When the platform refuses them.
    pub async fn publish(&self, files: &[DefinitionFile]) -> anyhow::Result<()> {
        let body = json!({ "files": files, "who": { "person": "demo" }, "why": "演示数据" });
        let make = || {
            self.administrator(Method::POST, "/v1/definitions")
                .json(&body)
        };
        let _: serde_json::Value = self.taken("publish definitions", make).await?;
        Ok(())
    }

    /// Sends events, one CloudEvent a line, and waits until they are taken or refused.
    ///
    /// # Errors
    /// When the platform's answer cannot be read.
    pub async fn send(&self, key: &str, lines: &[u8]) -> anyhow::Result<Sent> {
        let answer = self
            .answered("send events", || {
                self.request(Method::POST, "/v1/events")
                    .bearer_auth(key)
                    .header(CONTENT_TYPE, "application/x-ndjson")
                    .body(lines.to_vec())
            })
            .await;
        if answer.status == StatusCode::UNAUTHORIZED {
            return Ok(Sent {
                key_refused: true,
                ..Sent::default()
            });
        }
        let Items { items } = serde_json::from_str(&answer.body).with_context(|| {
            format!(
                "read the answer {} {}",
                answer.status,
                shortened(&answer.body)
            )
        })?;
        if items.is_empty() && !answer.status.is_success() {
            bail!(
                "the platform takes no events: {} {}",
                answer.status,
                shortened(&answer.body)
            );
        }
        let refused = items
            .iter()
            .filter(|item| item.get("status").is_some_and(|s| s == "refused"));
        let refused = refused
            .map(|item| shortened(&json!(item).to_string()))
            .collect();
        Ok(Sent {
            refused,
            key_refused: false,
        })
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, format!("{}{path}", self.base_url))
    }

    fn administrator(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.request(method, path);
        match &self.admin_key {
            Some(key) => request.bearer_auth(key),
            None => request,
        }
    }

    /// The answer to a request that must be taken.
    async fn taken<T: DeserializeOwned>(
        &self,
        attempted: &str,
        make: impl Fn() -> RequestBuilder,
    ) -> anyhow::Result<T> {
        let answer = self.answered(attempted, make).await;
        if !answer.status.is_success() {
            bail!("{attempted}: {} {}", answer.status, shortened(&answer.body));
        }
        serde_json::from_str(&answer.body)
            .with_context(|| format!("{attempted}: read the answer {}", shortened(&answer.body)))
    }

    /// The first answer that is not "later".
    async fn answered(&self, attempted: &str, make: impl Fn() -> RequestBuilder) -> Answer {
        let mut wait = WAIT_MIN;
        loop {
            let asked = match once(make()).await {
                Ok((answer, _)) if !is_later(answer.status) => return answer,
                Ok((answer, asked)) => {
                    tracing::debug!(attempted, status = %answer.status, "demo: sent again later");
                    asked
                }
                Err(error) => {
                    tracing::debug!(attempted, error = %error.without_url(), "demo: sent again later");
                    None
                }
            };
            tokio::time::sleep(asked.unwrap_or(wait).clamp(WAIT_MIN, WAIT_MAX)).await;
            wait = (wait * 2).min(WAIT_MAX);
        }
    }
}

/// One answer, and how long the platform asks to wait.
async fn once(request: RequestBuilder) -> reqwest::Result<(Answer, Option<Duration>)> {
    let response = request.send().await?;
    let status = response.status();
    let asked = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok());
    let asked = asked
        .and_then(|text| text.parse().ok())
        .map(Duration::from_secs);
    Ok((
        Answer {
            status,
            body: response.text().await?,
        },
        asked,
    ))
}

fn is_later(status: StatusCode) -> bool {
    status.is_server_error()
        || matches!(
            status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT
        )
}

fn shortened(text: &str) -> String {
    text.chars().take(400).collect()
}
