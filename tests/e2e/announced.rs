//! A bulletin that is published is announced to whoever subscribes, once, through a kill between the message and the mark that it was announced.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use serde_json::{Value, json};

use crate::platform::{PATIENCE, Platform};

/// A key as a webhook wants it; the configuration reads it from `E2E_NOTIFY_KEY`.
pub const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const BULLETINS: &str = "/api/v1/bulletins";

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_between_the_message_and_its_mark_announces_the_same_once_more() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let subscriber = Subscriber::start().await?;
    let config = subscriber.config(folder.path())?;
    let environment = [
        ("MINGJING__NOTIFY__CONFIG", config.as_str()),
        ("E2E_NOTIFY_KEY", KEY),
        ("MINGJING_NOTIFY_FAIL_AT", "announced:1"),
    ];
    let mut platform = Platform::start(folder.path(), &environment)?;
    platform.until_ready(true).await?;
    platform
        .until_metric("mingjing_notify_working", |n| n == 1)
        .await?;
    published(&platform).await?;
    platform.ended().await?;
    let said = platform.errors();
    ensure!(said.contains("aborting at announced"), "{said}");

    let platform = Platform::start(folder.path(), &environment[..2])?;
    platform.until_ready(true).await?;
    subscriber.until("泸府办函〔2026〕31号").await?;
    platform
        .until_metric("mingjing_notify_delivered_total", |n| n > 0)
        .await?;
    platform.stop().await?;
    // And another life finds nothing left to say.
    let platform = Platform::start(folder.path(), &environment[..2])?;
    platform
        .until_metric("mingjing_notify_working", |n| n == 1)
        .await?;
    platform.stop().await?;
    let ids: BTreeSet<String> = subscriber.taken().into_iter().map(|(id, _)| id).collect();
    ensure!(ids.len() == 1, "{ids:?}");
    Ok(())
}

/// From draft to publication, each act by another person; where accounts are off they are taken at their word.
async fn published(platform: &Platform) -> Result<()> {
    let draft = json!({ "kind": "bulletin", "period": "2026-03", "region": "510500" });
    let drafted = post(platform, BULLETINS, "s-1", &draft).await?;
    let id = drafted["id"].as_str().context("an id")?;
    for (act, person, more) in [
        ("review", "f-1", json!({})),
        ("sign", "l-1", json!({})),
        ("number", "s-1", json!({ "number": "泸府办函〔2026〕31号" })),
    ] {
        post(platform, &format!("{BULLETINS}/{id}/{act}"), person, &more).await?;
    }
    // Whoever notifies may be gone before this is answered.
    let path = format!("{BULLETINS}/{id}/publish");
    let _ = post(platform, &path, "s-1", &json!({})).await;
    Ok(())
}

async fn post(platform: &Platform, path: &str, person: &str, body: &Value) -> Result<Value> {
    let mut body = body.clone();
    body["who"] = json!({ "person": person });
    body["why"] = json!("试验");
    body["key"] = json!(format!("k-{person}-{}", path.len()));
    let url = platform.url().context("it listens")?;
    let request = reqwest::Client::new().post(format!("{url}{path}"));
    let request = request.header("x-requested-with", "mingjing").json(&body);
    let answer = request.send().await?;
    let status = answer.status().as_u16();
    let told: Value = answer.json().await?;
    ensure!(status == 200, "{path} {status} {told:#}");
    Ok(told)
}

/// A program that subscribes to bulletins.
pub struct Subscriber {
    address: SocketAddr,
    taken: Taken,
}

/// Messages with their ids.
type Taken = Arc<Mutex<Vec<(String, Value)>>>;

impl Subscriber {
    pub async fn start() -> Result<Self> {
        let taken = Taken::default();
        let router = axum::Router::new()
            .route("/hook", axum::routing::post(take))
            .with_state(taken.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { address, taken })
    }

    /// Where the configuration lies that tells it of bulletins, and of their numbers alone.
    pub fn config(&self, folder: &Path) -> Result<String> {
        let file = folder.join("notify.toml");
        let text = format!(
            "[[channel]]\nid = \"oa\"\nkind = \"webhook\"\nurl = \"http://{}/hook\"\nsecret = \"env:E2E_NOTIFY_KEY\"\n\
             [[route]]\nid = \"bulletins\"\nchannel = \"oa\"\nregions = [\"510500\"]\nchanges = []\n\
             bulletins = [\"bulletin\", \"correction\"]\nshow = [\"number\"]\n",
            self.address
        );
        std::fs::write(&file, text)?;
        Ok(file.to_str().context("a path in UTF-8")?.to_owned())
    }

    fn taken(&self) -> Vec<(String, Value)> {
        let taken = self.taken.lock();
        taken.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until it is told of a number, and of no more than its route shows.
    pub async fn until(&self, number: &str) -> Result<()> {
        let began = Instant::now();
        loop {
            let taken = self.taken();
            let found = taken
                .iter()
                .find(|(_, told)| told["data"]["said"]["number"] == number);
            if let Some((_, told)) = found {
                ensure!(
                    told["type"] == "bulletin.published" && told["data"]["said"]["title"].is_null(),
                    "{told:#}"
                );
                return Ok(());
            }
            ensure!(began.elapsed() < PATIENCE, "{taken:#?}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

async fn take(State(taken): State<Taken>, headers: HeaderMap, Json(told): Json<Value>) {
    let id = headers.get("webhook-id").and_then(|id| id.to_str().ok());
    let id = id.unwrap_or_default().to_owned();
    let mut taken = taken.lock().unwrap_or_else(PoisonError::into_inner);
    taken.push((id, told));
}
