//! A running platform's console API, as the commands ask it.

use std::time::Duration;

use anyhow::{Context as _, bail};
use reqwest::{Client, Url};
use serde_json::Value;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// The API of a running platform.
pub struct Console {
    client: Client,
    base: Url,
}

impl Console {
    /// The one at this address; does not connect yet.
    pub fn new(url: &str) -> anyhow::Result<Self> {
        let base = Url::parse(url).with_context(|| format!("--api: {url} is no address"))?;
        Ok(Self {
            client: Client::builder().timeout(PATIENCE).build()?,
            base,
        })
    }

    /// What it answers at a path, whose parts are escaped here; its own words where it refuses.
    pub async fn get(&self, path: &[&str], query: &[(&str, &str)]) -> anyhow::Result<Value> {
        let text = self.text(path, query).await?;
        serde_json::from_str(&text).context("the platform's answer is no JSON")
    }

    /// The same as it is.
    pub async fn text(&self, path: &[&str], query: &[(&str, &str)]) -> anyhow::Result<String> {
        let mut url = self.base.clone();
        match url.path_segments_mut() {
            Ok(mut segments) => {
                segments.pop_if_empty().extend(path);
            }
            Err(()) => bail!("{} can have no path", self.base),
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let answer = self.client.get(url.clone()).send().await;
        let answer =
            answer.with_context(|| format!("the platform does not answer at {}", self.base))?;
        let status = answer.status();
        let text = answer.text().await.context("the answer broke off")?;
        if status.is_success() {
            return Ok(text);
        }
        let said = serde_json::from_str::<Value>(&text).ok();
        let said = said.as_ref().and_then(|v| v["message_zh"].as_str());
        bail!("{} {}", status.as_u16(), said.unwrap_or(&text))
    }
}
