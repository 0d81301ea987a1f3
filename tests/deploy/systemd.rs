//! deploy/systemd: systemd takes the units, for every role.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use mingjing_tests::expressions::read;
use mingjing_tests::program::program;

#[test]
fn systemd_takes_the_unit_for_every_role() -> Result<()> {
    if Command::new("systemd-analyze")
        .arg("--version")
        .output()
        .is_err()
    {
        println!("skipped: there is no systemd-analyze here");
        return Ok(());
    }
    let unit = read("deploy/systemd/mingjing@.service")?;
    let installed = "/usr/local/bin/mingjing";
    ensure!(unit.contains(&format!("ExecStart={installed} %i --config ")));
    // It lies elsewhere here.
    let built = program()?.canonicalize()?;
    let program = built.to_str().context("a path in UTF-8")?;
    let folder = tempfile::tempdir()?;
    std::fs::write(
        folder.path().join("mingjing@.service"),
        unit.replace(installed, program),
    )?;
    for role in [
        "intake",
        "supervise",
        "archive",
        "inspect",
        "api",
        "notify",
        "up",
    ] {
        let said = verify(&folder.path().join(format!("mingjing@{role}.service")))?;
        ensure!(said.is_empty(), "mingjing@{role}: {said}");
    }
    std::fs::write(
        folder.path().join("mingjing@.service"),
        unit.replace(installed, program)
            .replace("Restart=", "Restrat="),
    )?;
    let said = verify(&folder.path().join("mingjing@intake.service"))?;
    ensure!(said.contains("Restrat"), "systemd takes nonsense: {said}");
    Ok(())
}

/// What systemd has against a unit.
fn verify(unit: &Path) -> Result<String> {
    let done = Command::new("systemd-analyze")
        .args(["verify", "--man=no", "--recursive-errors=no"])
        .arg(unit)
        .output()?;
    Ok(String::from_utf8_lossy(&done.stderr).into_owned())
}
