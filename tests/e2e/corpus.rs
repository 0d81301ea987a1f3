//! A made-up log, its definitions and the dice that both the log and the kills are thrown with.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use mingjing_domain::Timestamp;
use serde_json::{Value, json};

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
pub fn events() -> Vec<String> {
    let mut dice = Dice::new(7);
    let mut events: Vec<(i64, Value)> = (0..CASES).flat_map(|case| life(case, &mut dice)).collect();
    events.sort_by_key(|(at, _)| *at);
    events
        .into_iter()
        .map(|(_, event)| event.to_string())
        .collect()
}

/// Writes the log into a file.
pub fn write(file: &Path) -> Result<()> {
    std::fs::write(file, events().join("\n") + "\n")
        .with_context(|| format!("write {}", file.display()))
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
