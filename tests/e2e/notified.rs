//! Whoever is to be told of alerts is told: signed, again where the receiver failed, by hand where it refused, and through kills at the
//! worst places without a loss. The receiver is a real server of its own.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mingjing_domain::Timestamp;
use mingjing_wire::cloudevents::encode_complete_until;
use ring::hmac;
use serde_json::{Value, json};

use crate::disposed::LADDER;
use crate::platform::{PATIENCE, Platform, place};

const SET: &str = include_str!("definitions/licence.yaml");
const LIVE: &str = "office";
const PAPER: &str = "paper";
const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

#[tokio::test(flavor = "multi_thread")]
async fn a_card_is_told_signed_again_after_a_failure_and_by_hand_after_a_refusal() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let receiver = Receiver::start().await?;
    receiver.answers_with(500);
    let site = Site::start(folder.path(), &receiver, &[]).await?;
    let (live, paper) = (&site.live, &site.paper);

    // What lies in an import notifies nobody, whatever is found in it.
    site.case(PAPER, paper, "old-1").await?;
    site.platform
        .until_metric(
            "mingjing_notify_passed_over_total{reason=\"declared_source\"}",
            |n| n > 0,
        )
        .await?;

    site.case(LIVE, live, "new-1").await?;
    receiver.until(|taken| taken.answered == 500).await?;
    receiver.answers_with(200);
    let taken = receiver.until(|taken| taken.answered == 200).await?;
    let all = receiver.taken();
    ensure!(
        all.iter().all(|t| t.id == taken.id && t.body == taken.body),
        "an attempt is the same message as the one before: {all:?}"
    );
    taken.check_signature()?;
    let told: Value = serde_json::from_slice(&taken.body)?;
    let said = &told["data"]["said"];
    ensure!(
        told["type"] == "alert.issued"
            && said["level"] == "red"
            && said["case_no"] == "new-1"
            && said["item_name"] == "试验许可",
        "{told:#}"
    );
    let text = told.to_string();
    ensure!(
        !text.contains("wang") && said["message"].is_null() && said["evidence"].is_null(),
        "no person and no free text, since the route shows none: {text}"
    );

    // An order about it is refused by the receiver, for good; and taken when it is sent again by hand.
    receiver.answers_with(400);
    let alert = said["alert_id"].as_str().context("an alert's id")?;
    let order = ["dispose", alert, "order", "--to", "e2e-body"];
    let by = ["--who", "li@sfj/执法监督科", "--why", "说明原因"];
    site.command(&[&order[..], &by[..]].concat())?;
    let refused = receiver.until(|taken| taken.answered == 400).await?;
    let told: Value = serde_json::from_slice(&refused.body)?;
    ensure!(
        told["type"] == "alert.ordered" && !told.to_string().contains("说明原因"),
        "{told:#}"
    );
    site.platform
        .until_metric("mingjing_notify_dead_total", |n| n == 1)
        .await?;
    let dead = site.command(&["notifications", "dead"])?;
    ensure!(
        dead.contains(&refused.id) && dead.contains("http_4xx") && dead.contains("HTTP 400"),
        "{dead}"
    );
    receiver.answers_with(200);
    let told = site.command(&["notifications", "replay", "--channel", "oa"])?;
    ensure!(told.contains("1 条"), "{told}");
    let again = receiver
        .until(|taken| taken.answered == 200 && taken.id == refused.id)
        .await?;
    again.check_signature()?;
    ensure!(site.command(&["notifications", "dead"])?.is_empty());
    an_unanswered_order_reaches_who_is_next(&site, &receiver).await?;
    site.platform.until_ready(true).await?;
    site.platform.stop().await
}

/// 逐级升级: an order goes to the body that owes the answer; unanswered, it is brought before the supervision of the place, which is told
/// of it by its own route, and before nobody above. Rungs after that are minutes apart at least: what happens on them is told of by
/// the tests of what is planned (`services/notify/src/plan/tests.rs`).
async fn an_unanswered_order_reaches_who_is_next(
    site: &Site<'_>,
    receiver: &Receiver,
) -> Result<()> {
    site.case(LIVE, &site.live, "new-2").await?;
    let card = receiver.until(|taken| taken.tells("new-2")).await?;
    let told: Value = serde_json::from_slice(&card.body)?;
    let alert = told["data"]["said"]["alert_id"].as_str();
    let alert = alert.context("an alert's id")?;
    let due_at = (chrono::Utc::now() + chrono::TimeDelta::seconds(2)).to_rfc3339();
    let order = ["dispose", alert, "order", "--to", "e2e-body", "--due-at"];
    let by = ["--who", "li@sfj/执法监督科", "--why", "说明原因"];
    site.command(&[&order[..], &[due_at.as_str()], &by[..]].concat())?;
    let brought = receiver
        .until(|taken| taken.tells("brought_before"))
        .await?;
    brought.check_signature()?;
    let told: Value = serde_json::from_slice(&brought.body)?;
    let said = &told["data"]["said"];
    ensure!(
        told["type"] == "alert.issued"
            && said["rule_code"] == "T15"
            && said["brought_before"] == "本级监察机关"
            && said["case_no"] == "new-2"
            && said["alert_id"] != alert
            && !told.to_string().contains("说明原因"),
        "{told:#}"
    );
    // The answer is told to whoever heard of the order, and is the last of it: whom it was not brought before heard nothing.
    let answer = ["dispose", alert, "answer"];
    let by = ["--who", "zhang@e2e-body", "--why", "已补办"];
    site.command(&[&answer[..], &by[..]].concat())?;
    let of_order = |taken: &Taken| taken.tells("brought_before");
    let ended = receiver
        .until(|taken| of_order(taken) && taken.id != brought.id)
        .await?;
    let told: Value = serde_json::from_slice(&ended.body)?;
    ensure!(told["type"] == "alert.ended", "{told:#}");
    let all: BTreeSet<String> = receiver
        .taken()
        .iter()
        .filter(|taken| of_order(taken))
        .map(|taken| taken.id.clone())
        .collect();
    ensure!(all.len() == 2, "{all:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_between_messages_and_position_or_delivery_and_its_record_loses_nothing()
-> Result<()> {
    let folder = tempfile::tempdir()?;
    let receiver = Receiver::start().await?;

    // Written down, and the position not moved: the facts are read again, and lead to the same message.
    let outbox = ("MINGJING_NOTIFY_FAIL_AT", "outbox:1");
    let mut site = Site::start(folder.path(), &receiver, &[outbox]).await?;
    // It may die before it has answered; what it took is in the log.
    let _ = site.case(LIVE, &site.live, "case-1").await;
    site.platform.ended().await?;
    let said = site.platform.errors();
    ensure!(said.contains("aborting at outbox"), "{said}");

    // Taken by the receiver, and not yet known to be.
    let delivered = ("MINGJING_NOTIFY_FAIL_AT", "delivered:1");
    site.again(&receiver, &[delivered])?;
    let first = receiver.until(|taken| taken.tells("case-1")).await?;
    site.platform.ended().await?;
    let said = site.platform.errors();
    ensure!(said.contains("aborting at delivered"), "{said}");
    let before = receiver.taken().len();

    site.again(&receiver, &[])?;
    site.platform
        .until_metric("mingjing_notify_delivered_total", |n| n > 0)
        .await?;
    let doubled = receiver.taken();
    ensure!(
        doubled.len() > before && doubled.iter().all(|taken| taken.id == first.id),
        "told once more, under the id it had: {doubled:?}"
    );

    // And so through an end in order: three cases, three ids.
    site.case(LIVE, &site.live, "case-2").await?;
    receiver.until(|taken| taken.tells("case-2")).await?;
    site.stop().await?;
    site.again(&receiver, &[])?;
    site.case(LIVE, &site.live, "case-3").await?;
    receiver.until(|taken| taken.tells("case-3")).await?;
    let ids: BTreeSet<String> = receiver.taken().into_iter().map(|t| t.id).collect();
    ensure!(ids.len() == 3, "{:?}", receiver.taken());
    site.platform.stop().await
}

/// A platform with a route to the receiver, a live source and a declared one.
struct Site<'a> {
    data: &'a Path,
    platform: Platform,
    live: String,
    paper: String,
}

impl<'a> Site<'a> {
    async fn start(data: &'a Path, receiver: &Receiver, more: &[(&str, &str)]) -> Result<Self> {
        let platform = up(data, receiver, more)?;
        ensure!(platform.url().is_some(), "{}", platform.errors());
        platform
            .until_metric("mingjing_notify_working", |n| n == 1)
            .await?;
        let definitions = tempfile::tempdir()?;
        let set = format!("{SET}{LADDER}");
        std::fs::write(definitions.path().join("licence.yaml"), set)?;
        let paper = platform.register(PAPER, definitions.path()).await?;
        let url = platform.url().context("it is up")?;
        let request = reqwest::Client::new().post(format!("{url}/v1/sources"));
        let answer = request.json(&json!({"id": LIVE, "clock": "live"}));
        let answer: Value = answer.send().await?.json().await?;
        let live = answer["key"].as_str();
        let live = live.with_context(|| format!("a key: {answer}"))?.to_owned();
        Ok(Self {
            data,
            platform,
            live,
            paper,
        })
    }

    /// Another life of the same platform.
    fn again(&mut self, receiver: &Receiver, more: &[(&str, &str)]) -> Result<()> {
        self.platform = up(self.data, receiver, more)?;
        Ok(())
    }

    /// Ends it in order; another life may follow.
    async fn stop(&mut self) -> Result<()> {
        self.platform.signal("TERM")?;
        let status = self.platform.ended().await?;
        ensure!(status.success(), "{status}\n{}", self.platform.errors());
        Ok(())
    }

    /// A case that was decided without a review, and its source's word that nothing is to come.
    async fn case(&self, source: &str, key: &str, case: &str) -> Result<()> {
        let now = i64::try_from(std::time::UNIX_EPOCH.elapsed()?.as_millis())?;
        let ago = |seconds: i64| Timestamp::from_millis(now - seconds * 1000);
        let event = |kind: &str, at: Timestamp| {
            json!({
                "specversion": "1.0", "type": format!("cn.mingjing.case.{kind}.v1"), "source": source,
                "id": format!("{case}-{kind}"), "subject": case,
                "time": at.to_rfc3339(chrono_tz::Asia::Shanghai),
                "data": { "item_code": "e2e-licence", "org_code": "e2e-body", "region_code": "510500",
                          "actor": { "id": "wang" } },
            })
        };
        let complete = encode_complete_until(source, ago(1));
        let events = [
            event("accepted", ago(120)),
            event("decided", ago(60)),
            serde_json::from_slice(&complete)?,
        ];
        let url = self.platform.url().context("it is up")?;
        let sent = reqwest::Client::new()
            .post(format!("{url}/v1/events"))
            .bearer_auth(key)
            .header("content-type", "application/cloudevents-batch+json")
            .json(&events)
            .send()
            .await?;
        ensure!(sent.status().is_success(), "{}", sent.text().await?);
        Ok(())
    }

    fn command(&self, arguments: &[&str]) -> Result<String> {
        let url = self.platform.url().context("it is up")?;
        let ran = Command::new(place::program()?)
            .args(arguments)
            .args(["--api", url])
            .stdin(Stdio::null())
            .output()?;
        ensure!(
            ran.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&ran.stderr)
        );
        Ok(String::from_utf8(ran.stdout)?)
    }
}

fn up(data: &Path, receiver: &Receiver, more: &[(&str, &str)]) -> Result<Platform> {
    let file = data.join("notify.toml");
    let text = format!(
        r#"
[[channel]]
id = "oa"
kind = "webhook"
url = "http://{}/hook"
secret = "env:E2E_NOTIFY_KEY"
[[route]]
id = "cards"
channel = "oa"
levels = ["red"]
changes = ["issued", "ordered"]
[[route]]
id = "supervision"
channel = "oa"
before = ["supervision"]
regions = ["510500"]
changes = ["issued", "escalated", "ended"]
[[route]]
id = "above"
channel = "oa"
before = ["supervision_above", "leadership"]
changes = ["issued", "escalated", "ended"]
"#,
        receiver.address
    );
    std::fs::write(&file, text)?;
    let file = file.to_str().context("a path in UTF-8")?;
    let mut environment = vec![("MINGJING__NOTIFY__CONFIG", file), ("E2E_NOTIFY_KEY", KEY)];
    environment.extend(more);
    // One that is to die may do so before it listens.
    Platform::start(data, &environment)
}

/// One request, and what was answered.
#[derive(Clone, Debug)]
struct Taken {
    id: String,
    seconds: String,
    signature: String,
    body: Bytes,
    answered: u16,
}

impl Taken {
    /// As a receiver does it that knows the key and the specification.
    fn check_signature(&self) -> Result<()> {
        let bytes = KEY.strip_prefix("whsec_").context("a key")?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, &STANDARD.decode(bytes)?);
        let signed = [
            self.id.as_bytes(),
            &b"."[..],
            self.seconds.as_bytes(),
            &b"."[..],
            &self.body[..],
        ];
        let found = self.signature.strip_prefix("v1,").context("version 1")?;
        let valid = hmac::verify(&key, &signed.concat(), &STANDARD.decode(found)?);
        ensure!(valid.is_ok(), "the signature is not valid: {self:?}");
        let now = std::time::UNIX_EPOCH.elapsed()?.as_secs();
        let at: u64 = self.seconds.parse()?;
        ensure!(now.abs_diff(at) < 300, "{at} is not {now}");
        Ok(())
    }

    fn tells(&self, case: &str) -> bool {
        String::from_utf8_lossy(&self.body).contains(case)
    }
}

/// A program that is told.
struct Receiver {
    address: std::net::SocketAddr,
    desk: Arc<ReceiversDesk>,
}

struct ReceiversDesk {
    answer: AtomicU16,
    taken: Mutex<Vec<Taken>>,
}

impl Receiver {
    async fn start() -> Result<Self> {
        let desk = Arc::new(ReceiversDesk {
            answer: AtomicU16::new(200),
            taken: Mutex::default(),
        });
        let router = axum::Router::new()
            .route("/hook", axum::routing::post(take))
            .with_state(desk.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { address, desk })
    }

    fn answers_with(&self, status: u16) {
        self.desk.answer.store(status, Ordering::SeqCst);
    }

    fn taken(&self) -> Vec<Taken> {
        let taken = self.desk.taken.lock();
        taken.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The first such request, as soon as it has come.
    async fn until(&self, wanted: impl Fn(&Taken) -> bool) -> Result<Taken> {
        let began = Instant::now();
        loop {
            let taken = self.taken();
            if let Some(found) = taken.iter().find(|taken| wanted(taken)) {
                return Ok(found.clone());
            }
            ensure!(began.elapsed() < PATIENCE, "nothing such came: {taken:?}");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }
}

async fn take(
    State(desk): State<Arc<ReceiversDesk>>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let header = |name: &str| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let answered = desk.answer.load(Ordering::SeqCst);
    let taken = Taken {
        id: header("webhook-id"),
        seconds: header("webhook-timestamp"),
        signature: header("webhook-signature"),
        body,
        answered,
    };
    let mut all = desk.taken.lock().unwrap_or_else(PoisonError::into_inner);
    all.push(taken);
    StatusCode::from_u16(answered).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
