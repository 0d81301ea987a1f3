//! A made-up log, its definitions and the dice that both the log and the kills are thrown with.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use mingjing_domain::Timestamp;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::alerts::{Alerts, ensure_equal};
use crate::platform::{self, Log, PATIENCE, Platform};
use crate::rows;
use crate::sender::{Sender, Sent};

/// The source that the log speaks for.
pub const SOURCE: &str = "e2e";
/// Cases in the log; about seven events each.
const CASES: u64 = 300;
/// 2025-03-03 09:00 at Shanghai, a Monday.
const BEGIN_MS: i64 = 1_740_963_600_000;
const HOUR_MS: i64 = 3_600_000;

/// The control points of the definitions; the log breaks every one.
pub const CONTROL_POINTS: [&str; 6] = [
    "decision-late",
    "review-late",
    "notice-short",
    "unreviewed",
    "unsurveyed",
    "one-hand",
];

/// The folder of definitions.
pub fn definitions() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("e2e/definitions")
}

/// The seed of this run: `MINGJING_TEST_SEED`, or one that nobody knows yet. Printed, so that the run can be repeated.
pub fn seed() -> Result<u64> {
    let seed = match std::env::var("MINGJING_TEST_SEED") {
        Ok(text) => text.parse().context("MINGJING_TEST_SEED is a number")?,
        Err(_) => {
            u64::from(std::process::id()) << 20
                | u64::from(std::time::UNIX_EPOCH.elapsed()?.subsec_micros())
        }
    };
    println!("MINGJING_TEST_SEED={seed} repeats this");
    Ok(seed)
}

/// What a platform alleges of the log that nothing happened to while it was fed; made once for all tests.
pub async fn undisturbed() -> Result<&'static Alerts> {
    static FOUND: OnceCell<Alerts> = OnceCell::const_new();
    let find = async || {
        let folder = tempfile::tempdir()?;
        let platform = Platform::up(folder.path())?;
        let mut sender = Sender::register(&platform).await?;
        let url = platform.url().context("it is up")?;
        let all = sender.requests();
        let sent = sender.feed(url, all, &mut Dice::new(0)).await?;
        ensure!(sent == Sent::Answered, "it died undisturbed");
        let found = finish(&platform, &platform).await?;
        platform.stop().await?;
        rows::ensure_each_once("undisturbed", folder.path()).await?;
        let replayed = with_log(async |log| platform::replay(log).await).await?;
        ensure_equal("fed and not replayed", &replayed, &found)?;
        Ok::<_, anyhow::Error>(found)
    };
    FOUND.get_or_try_init(find).await
}

/// Sends all of the log once more and the end of it, and waits until it is judged and archived.
pub async fn finish(intake: &Platform, api: &Platform) -> Result<Alerts> {
    let (to, from) = (
        intake.url().context("it is up")?,
        api.url().context("it is up")?,
    );
    with_log(async |log| platform::import_to(log, to, from, PATIENCE * 2).await)
        .await
        .with_context(|| format!("intake says:\n{}", intake.errors()))?;
    events_are_there(api).await?;
    api.alerts(SOURCE).await
}

/// Waits until the events are archived. They are written beside what is alleged of them, so after an outage either may
/// be later. A partition is archived in its order: the cases that were spoken of last tell for all, and among so many are
/// some of each partition.
pub async fn events_are_there(platform: &Platform) -> Result<()> {
    let events = events();
    let case_of = |event: &Value| event["subject"].as_str().unwrap_or_default().to_owned();
    let mut sent: BTreeMap<String, u64> = BTreeMap::new();
    for event in events.iter().rev() {
        if sent.len() == 32 {
            break;
        }
        sent.insert(case_of(event), 0);
    }
    for event in &events {
        if let Some(count) = sent.get_mut(&case_of(event)) {
            *count += 1;
        }
    }
    let began = Instant::now();
    for (case, count) in sent {
        let path = format!("/api/v1/cases/{SOURCE}/{case}");
        loop {
            // Not found, as long as there is none.
            let (_, text) = platform.answer(&path).await?;
            let found: Value = serde_json::from_str(&text)?;
            if found["events"] == count {
                break;
            }
            ensure!(
                began.elapsed() < PATIENCE,
                "{case} has {} of {count} events",
                found["events"]
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    Ok(())
}

/// Works with the log as a file.
async fn with_log<T>(work: impl AsyncFnOnce(Log<'_>) -> Result<T>) -> Result<T> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("log.ndjson");
    write(&file)?;
    let definitions = definitions();
    work(Log {
        file: &file,
        definitions: &definitions,
        mapping: None,
    })
    .await
}

/// Numbers that follow from a seed (splitmix64).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// True once in so many throws.
    pub fn one_in(&mut self, throws: u64) -> bool {
        self.below(throws) == 0
    }
}

/// The log as CloudEvents, in the order of their time.
pub fn events() -> Vec<Value> {
    let mut dice = Dice::new(7);
    let mut events: Vec<(i64, Value)> = (0..CASES).flat_map(|case| life(case, &mut dice)).collect();
    events.sort_by_key(|(at, _)| *at);
    events.into_iter().map(|(_, event)| event).collect()
}

/// Writes the log into a file.
pub fn write(file: &Path) -> Result<()> {
    let lines: String = events().iter().map(|event| format!("{event}\n")).collect();
    std::fs::write(file, lines).with_context(|| format!("write {}", file.display()))
}

/// One case, now and then irregular or cut short.
fn life(case: u64, dice: &mut Dice) -> Vec<(i64, Value)> {
    let mut at = BEGIN_MS + dice.below(60 * 24) as i64 * HOUR_MS;
    let mut events = Vec::new();
    let area = if dice.one_in(4) { 30_000 } else { 500 };
    let surveyed = dice.one_in(2);
    let hours_to_decide = if dice.one_in(6) { 1000 } else { 60 };
    let (reviewer, checker) = (format!("p{}", dice.below(9)), format!("p{}", dice.below(9)));
    let mut add = |dice: &mut Dice, kind: &str, hours: u64, data: Value| {
        at += dice.below(hours * 60_000) as i64 * 60 + 1;
        let id = format!("{case}-{}", events.len());
        events.push((at, event(&id, &format!("c-{case}"), kind, at, data)));
    };
    add(
        dice,
        "accepted",
        4,
        json!({"attributes": {"area": area, "surveyed": surveyed}}),
    );
    if !dice.one_in(12) {
        add(dice, "step_start", 8, json!({"step_code": "review"}));
        // 1 case in 15 is left lying in review.
        if dice.one_in(15) {
            return events;
        }
        add(
            dice,
            "step_end",
            120,
            json!({"step_code": "review", "actor": {"id": reviewer}}),
        );
        add(dice, "step_start", 4, json!({"step_code": "check"}));
        add(
            dice,
            "step_end",
            30,
            json!({"step_code": "check", "actor": {"id": checker}}),
        );
    }
    if dice.one_in(15) {
        return events;
    }
    add(
        dice,
        "decided",
        hours_to_decide,
        json!({"result_code": "granted"}),
    );
    add(dice, "published", 24, json!({}));
    add(dice, "delivered", 240, json!({}));
    events
}

/// One CloudEvent of [`SOURCE`].
pub fn event(id: &str, case_no: &str, kind: &str, at_ms: i64, mut data: Value) -> Value {
    data["item_code"] = json!("e2e-licence");
    data["org_code"] = json!("e2e-body");
    json!({
        "specversion": "1.0", "type": format!("cn.mingjing.case.{kind}.v1"), "source": SOURCE, "id": id,
        "subject": case_no, "time": Timestamp::from_millis(at_ms).to_string(), "data": data,
    })
}
