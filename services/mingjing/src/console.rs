//! A running platform's console API, as the commands ask it.

use std::time::Duration;

use anyhow::{Context as _, bail};
use bytes::Bytes;
use futures::StreamExt as _;
use futures::stream::BoxStream;
use reqwest::{Client, Method, RequestBuilder, Response, Url};
use serde_json::Value;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long a stream may go on, as long as something comes.
const STREAM: Duration = Duration::from_secs(24 * 3600);

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
            client: Client::builder()
                .timeout(PATIENCE)
                .read_timeout(PATIENCE)
                .build()?,
            base,
        })
    }

    /// What it answers at a path, whose parts are escaped here; its own words where it refuses.
    pub async fn get(&self, path: &[&str], query: &[(&str, &str)]) -> anyhow::Result<Value> {
        let text = self.text(path, query).await?;
        serde_json::from_str(&text).context("the platform's answer is no JSON")
    }

    /// What it answers to a change, `POST` or `PUT`.
    pub async fn send(&self, method: &str, path: &[&str], body: &Value) -> anyhow::Result<Value> {
        let method = Method::from_bytes(method.as_bytes())?;
        let request = self.client.request(method, self.url(path)?).json(body);
        // Not another site's page: see `api.accounts`.
        let request = request.header("x-requested-with", "mingjing");
        let text = self.answer(request).await?;
        serde_json::from_str(&text).context("the platform's answer is no JSON")
    }

    /// The same as it is.
    pub async fn text(&self, path: &[&str], query: &[(&str, &str)]) -> anyhow::Result<String> {
        let mut url = self.url(path)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        self.answer(self.client.get(url)).await
    }

    /// What it answers at a path, as it comes.
    pub async fn stream(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> anyhow::Result<BoxStream<'static, reqwest::Result<Bytes>>> {
        let mut url = self.url(path)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let answer = self.answered(self.client.get(url).timeout(STREAM)).await?;
        Ok(answer.bytes_stream().boxed())
    }

    fn url(&self, path: &[&str]) -> anyhow::Result<Url> {
        let mut url = self.base.clone();
        match url.path_segments_mut() {
            Ok(mut segments) => {
                segments.pop_if_empty().extend(path);
            }
            Err(()) => bail!("{} can have no path", self.base),
        }
        Ok(url)
    }

    async fn answer(&self, request: RequestBuilder) -> anyhow::Result<String> {
        let answer = self.answered(request).await?;
        answer.text().await.context("the answer broke off")
    }

    /// An answer that is none of refusal; its own words where it refuses.
    async fn answered(&self, request: RequestBuilder) -> anyhow::Result<Response> {
        let answer = as_somebody(request).send().await;
        let answer =
            answer.with_context(|| format!("the platform does not answer at {}", self.base))?;
        let status = answer.status();
        if status.is_success() {
            return Ok(answer);
        }
        let text = answer.text().await.context("the answer broke off")?;
        let refused = serde_json::from_str::<Value>(&text).unwrap_or_default();
        let said = refused["message_zh"].as_str().unwrap_or(&text);
        let problems: Vec<String> = refused["problems"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|p| {
                let text = |field: &str| p[field].as_str().unwrap_or_default().to_owned();
                format!("\n  {}:{}: {}", text("file"), p["line"], text("message"))
            })
            .collect();
        bail!("{} {said}{}", status.as_u16(), problems.concat())
    }
}

/// With whatever the environment has to show: a token of somebody who signed in (`MINGJING_TOKEN`), else the administrator's key
/// (`MINGJING_ADMIN_KEY`).
fn as_somebody(request: RequestBuilder) -> RequestBuilder {
    let named = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
    match named("MINGJING_TOKEN").or_else(|| named("MINGJING_ADMIN_KEY")) {
        Some(bearer) => request.bearer_auth(bearer),
        None => request,
    }
}
