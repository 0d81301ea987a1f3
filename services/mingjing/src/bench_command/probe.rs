//! When an alert that must come is seen, on the live stream and in ClickHouse.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use serde::Serialize;

use super::measured::percentile;

/// Between two looks into ClickHouse; what is seen by a look counts when its answer is there.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Cases that one look asks for.
const LOOK_CASES: usize = 300;

/// How long things took, in milliseconds.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Latency {
    pub count: usize,
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub max_ms: f64,
}

impl Latency {
    pub fn of(mut ms: Vec<f64>) -> Self {
        ms.sort_by(f64::total_cmp);
        Latency {
            count: ms.len(),
            p50_ms: percentile(&ms, 0.5),
            p99_ms: percentile(&ms, 0.99),
            max_ms: percentile(&ms, 1.0),
        }
    }

    pub fn told(&self) -> String {
        format!(
            "p50 {:.0} ms, p99 {:.0} ms, most {:.0} ms ({} measured)",
            self.p50_ms, self.p99_ms, self.max_ms, self.count
        )
    }
}

/// The cases that must raise an alert, and when their request was begun.
#[derive(Default)]
pub struct Awaited(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    since: HashMap<String, Instant>,
    ms: Vec<f64>,
}

impl Awaited {
    fn with<T>(&self, f: impl FnOnce(&mut Inner) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn expect(&self, case_no: &str, since: Instant) {
        self.with(|inner| inner.since.insert(case_no.to_owned(), since));
    }

    /// It is seen. Seeing it again changes nothing.
    fn see(&self, case_no: &str) {
        self.with(|inner| {
            if let Some(since) = inner.since.remove(case_no) {
                inner.ms.push(since.elapsed().as_secs_f64() * 1e3);
            }
        });
    }

    /// How many are not seen yet.
    pub fn waiting(&self) -> usize {
        self.with(|inner| inner.since.len())
    }

    /// What was measured since the last call; what is not seen yet is given up. Answers how many that are.
    pub fn take(&self) -> (Latency, usize) {
        let Inner { since, ms } = self.with(std::mem::take);
        (Latency::of(ms), since.len())
    }

    fn some(&self) -> Vec<String> {
        self.with(|inner| inner.since.keys().take(LOOK_CASES).cloned().collect())
    }
}

/// Follows the live stream as a browser does.
pub async fn follow_live(url: &str, awaited: &Awaited) -> anyhow::Result<()> {
    let answer = reqwest::get(format!("{url}/api/v1/alerts/stream")).await?;
    let mut answer = answer.error_for_status()?;
    let mut text = Vec::new();
    while let Some(piece) = answer.chunk().await? {
        text.extend_from_slice(&piece);
        while let Some(end) = text.iter().position(|b| *b == b'\n') {
            let line: Vec<u8> = text.drain(..=end).collect();
            let Some(data) = line.strip_prefix(b"data: ") else {
                continue;
            };
            let told: serde_json::Value = serde_json::from_slice(data)?;
            if let Some(case_no) = told["alert"]["case_no"].as_str() {
                awaited.see(case_no);
            }
        }
    }
    anyhow::bail!("the live stream ended")
}

/// A ClickHouse that is asked directly.
pub struct ClickHouse {
    pub url: String,
    pub database: String,
    client: reqwest::Client,
}

impl ClickHouse {
    /// At a URL, with a database that may not be there yet.
    pub fn new(url: String, database: String) -> Self {
        Self {
            url,
            database,
            client: reqwest::Client::new(),
        }
    }

    /// Asks within its database.
    pub async fn ask(&self, sql: &str) -> anyhow::Result<String> {
        self.send(sql, &[("database", self.database.as_str())])
            .await
    }

    /// Asks outside of any database of ours, which may not be there.
    pub async fn ask_server(&self, sql: &str) -> anyhow::Result<String> {
        self.send(sql, &[]).await
    }

    async fn send(&self, sql: &str, parameters: &[(&str, &str)]) -> anyhow::Result<String> {
        let request = self
            .client
            .post(&self.url)
            .query(parameters)
            .body(sql.to_owned());
        let answer = request.send().await.context("ask ClickHouse")?;
        let status = answer.status();
        let text = answer.text().await?;
        ensure!(status.is_success(), "{sql}: {status}: {text}");
        Ok(text)
    }

    pub async fn count(&self, table: &str) -> anyhow::Result<u64> {
        let text = self.ask(&format!("SELECT count() FROM {table}")).await?;
        text.trim().parse().with_context(|| text.clone())
    }

    /// Looks for the alerts of the awaited cases, for ever.
    pub async fn follow(&self, awaited: &Awaited) -> anyhow::Result<()> {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let cases = awaited.some();
            if cases.is_empty() {
                continue;
            }
            // Digits only, so that nothing has to be escaped.
            let list = cases.join("','");
            let sql = format!("SELECT DISTINCT case_no FROM alerts WHERE case_no IN ('{list}')");
            for case_no in self.ask(&sql).await?.lines() {
                awaited.see(case_no);
            }
        }
    }
}
