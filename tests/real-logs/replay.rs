//! Runs `mingjing replay` as an operator would and reads the alerts it wrote.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::alerts::{self, Alert};
use crate::place;

/// The final alerts of a log judged by the definitions and the mapping in `here`.
pub fn alerts(log: &Path, here: &Path) -> Result<Vec<Alert>> {
    let scratch = tempfile::tempdir().context("make a folder for the alerts")?;
    let out = scratch.path().join("alerts.ndjson");
    let output = Command::new(place::program()?)
        .arg("replay")
        .arg(log)
        .arg("--definitions")
        .arg(here.join("definitions"))
        .arg("--mapping")
        .arg(here.join("mapping.yaml"))
        .arg("--alerts")
        .arg(&out)
        .output()
        .context("start mingjing replay")?;
    ensure!(
        output.status.success(),
        "mingjing replay {} failed ({}):\n{}{}",
        log.display(),
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    alerts::read(&out)
}
