//! Real logs held against verdicts that independent programs gave: every alert that is due, none besides, none twice.
//!
//! Nothing of the logs lies in the repository. They are looked for in the folder that the environment variable
//! `MINGJING_REAL_LOGS` names (default `../shared/data` beside the repository); where it is not there, the test says
//! that it was skipped. What must be alleged is put together anew at every run: the verdict files say of
//! which cases, the log itself says at which instants. The program under test is the release binary.
//!
//! The same logs are counted by the dictionary of statistics (`statistics`), and foresight is tried on them (`foresight`).

mod alerts;
mod compare;
#[path = "../../services/store/tests/store/engine.rs"]
mod engine;
mod fines;
mod foresight;
mod log;
mod messages;
mod permits;
mod place;
mod receipt;
mod replay;
mod statistics;
mod summary;

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use mingjing_domain::definitions::{DefinitionFile, DefinitionSet};

use alerts::Alert;

/// One real log and what is known of it.
struct RealLog {
    /// Its folder, both under the data and here.
    name: &'static str,
    /// The log's file in its folder of the data.
    file: &'static str,
    /// Every control point its definitions have.
    control_points: &'static [&'static str],
    /// What must be alleged, from the folder with the log and its verdicts.
    expected: fn(&Path) -> Result<Vec<Alert>>,
}

const LOGS: [RealLog; 4] = [fines::LOG, permits::LOG, receipt::LOG, messages::LOG];

#[test]
fn road_traffic_fines_raise_exactly_their_verdicts() -> Result<()> {
    hold_against_verdicts(&fines::LOG)
}

#[test]
fn building_permits_raise_exactly_their_verdicts() -> Result<()> {
    hold_against_verdicts(&permits::LOG)
}

#[test]
fn permit_receipts_raise_exactly_their_verdicts() -> Result<()> {
    hold_against_verdicts(&receipt::LOG)
}

#[test]
fn citizens_messages_raise_exactly_their_verdicts() -> Result<()> {
    hold_against_verdicts(&messages::LOG)
}

#[test]
fn definitions_have_the_listed_control_points_and_no_others() -> Result<()> {
    for log in &LOGS {
        let (set, problems) = DefinitionSet::read(definition_files(log)?);
        ensure!(problems.is_empty(), "{}: {problems:?}", log.name);
        let points = set
            .flowcharts
            .iter()
            .flat_map(|f| &f.value.control_points)
            .map(|p| &*p.id);
        let general = set
            .general_points
            .iter()
            .flat_map(|g| &g.value.control_points)
            .map(|p| &*p.id);
        assert_eq!(
            points.chain(general).collect::<BTreeSet<_>>(),
            log.control_points.iter().copied().collect(),
            "{}",
            log.name
        );
    }
    Ok(())
}

fn hold_against_verdicts(log: &RealLog) -> Result<()> {
    let Some(data) = data_of(log)? else {
        return Ok(());
    };
    let here = place::here().join(log.name);
    let found = replay::alerts(&data.join(log.file), &here)?;
    let expected = (log.expected)(&data)
        .with_context(|| format!("put together what {} must raise", log.name))?;
    let findings = compare::findings(log.control_points, &expected, &found);
    ensure!(findings.is_empty(), "{}:\n{findings}", log.name);
    summary::hold(&here.join("expected-summary.txt"), &found)
}

/// The folder of a log; none where it is not there, which is said.
fn data_of(log: &RealLog) -> Result<Option<PathBuf>> {
    let data = place::data().join(log.name);
    if data.is_dir() {
        return Ok(Some(data));
    }
    // Past the test harness, which swallows what a passing test prints.
    let mut out = std::io::stderr();
    writeln!(
        out,
        "SKIPPED real log {}: no folder {} (see MINGJING_REAL_LOGS)",
        log.name,
        data.display()
    )?;
    Ok(None)
}

fn definition_files(log: &RealLog) -> Result<Vec<DefinitionFile>> {
    let folder = place::here().join(log.name).join("definitions");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(&folder).with_context(|| format!("list {}", folder.display()))? {
        let path = entry?.path();
        let name = path
            .file_name()
            .context("a listed file has a name")?
            .to_string_lossy()
            .into_owned();
        files.push(DefinitionFile {
            name,
            text: std::fs::read_to_string(&path)?,
        });
    }
    Ok(files)
}
