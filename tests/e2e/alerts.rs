//! Alert sets as far as they are compared: nine fields, in which order soever.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use anyhow::{Context, Result, ensure};
use mingjing_domain::Timestamp;
use serde_json::Value;

/// What an alert is about: subject, control point, step, visit.
const ABOUT: [&str; 6] = [
    "subject_kind",
    "source",
    "case_no",
    "control_point",
    "step",
    "visit",
];
const STATE: [&str; 2] = ["level", "status"];
const INSTANTS: [&str; 3] = ["due_at", "breached_at", "completed_at"];
/// So many of each kind of difference are shown.
const SHOWN: usize = 20;

/// By what it is about, what is said of it.
pub type Alerts = BTreeMap<String, String>;

/// Reads exported records, one a line; none may be there twice, by its id or by what it is about.
pub fn read(text: &str) -> Result<Alerts> {
    let (mut alerts, mut ids) = (Alerts::new(), BTreeSet::new());
    for line in text.lines() {
        let record: Value =
            serde_json::from_str(line).with_context(|| format!("an alert record: {line}"))?;
        let field = |name: &str| {
            record
                .get(name)
                .with_context(|| format!("{name} is absent: {line}"))
        };
        let id = field("alert_id")?
            .as_str()
            .context("alert_id is text")?
            .to_owned();
        ensure!(ids.insert(id), "an alert_id is there twice: {line}");
        let about = ABOUT
            .iter()
            .map(|name| Ok(format!("{}", field(name)?)))
            .collect::<Result<Vec<_>>>()?;
        let mut state = String::new();
        for name in STATE {
            write!(state, "{name}={} ", field(name)?)?;
        }
        for name in INSTANTS {
            // The same instant may be printed in another zone.
            let at = field(name)?.as_str().map(Timestamp::parse).transpose();
            let at = at.with_context(|| format!("{name} is no instant: {line}"))?;
            write!(
                state,
                "{name}={} ",
                at.map_or("-".to_owned(), |at| at.millis().to_string())
            )?;
        }
        let twice = alerts.insert(about.join(" "), state);
        ensure!(twice.is_none(), "two alerts are about the same: {line}");
    }
    Ok(alerts)
}

/// Every difference, for people; errs where there is one.
pub fn ensure_equal(what: &str, expected: &Alerts, found: &Alerts) -> Result<()> {
    let only = |here: &Alerts, there: &Alerts| -> Vec<String> {
        let differing = here
            .iter()
            .filter(|(about, state)| there.get(*about) != Some(*state));
        differing
            .map(|(about, state)| format!("{about} {state}"))
            .collect()
    };
    let (lost, added) = (only(expected, found), only(found, expected));
    let shown = |all: &[String]| all[..all.len().min(SHOWN)].join("\n  ");
    ensure!(
        lost.is_empty() && added.is_empty(),
        "{what}: {} lost or changed:\n  {}\n{} added or changed:\n  {}",
        lost.len(),
        shown(&lost),
        added.len(),
        shown(&added)
    );
    Ok(())
}
