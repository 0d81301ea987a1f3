//! What the running platform alleges of an imported log is what replay alleges of the file.

use std::io::Write;

use anyhow::{Result, ensure};

use crate::alerts::ensure_equal;
use crate::corpus;
use crate::platform::{self, Log, Platform, place};

#[tokio::test(flavor = "multi_thread")]
async fn an_imported_log_raises_in_the_platform_what_replay_raises_of_the_file() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("log.ndjson");
    corpus::write(&file)?;
    let definitions = corpus::definitions();
    let log = Log {
        file: &file,
        definitions: &definitions,
        mapping: None,
    };
    let expected = platform::replay(log).await?;
    for point in corpus::CONTROL_POINTS {
        ensure!(
            expected.keys().any(|about| about.contains(point)),
            "the log breaks no {point}"
        );
    }
    let platform = Platform::up(folder.path())?;
    platform::import(log, &platform).await?;
    ensure_equal(
        "imported",
        &expected,
        &platform.alerts(corpus::SOURCE).await?,
    )?;
    platform::import(log, &platform).await?;
    ensure_equal(
        "imported twice",
        &expected,
        &platform.alerts(corpus::SOURCE).await?,
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn two_real_logs_in_one_platform_each_raise_what_replay_raises_of_them() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut platform = None;
    for name in ["permit-receipt", "permits-bpic15-1"] {
        let file = place::data().join(name).join("log.xes.gz");
        if !file.is_file() {
            // Past the test harness, which swallows what a passing test prints.
            writeln!(
                std::io::stderr(),
                "SKIPPED import of {name}: no {} (see MINGJING_REAL_LOGS)",
                file.display()
            )?;
            continue;
        }
        if platform.is_none() {
            platform = Some(Platform::up(folder.path())?);
        }
        let Some(platform) = &platform else { continue };
        let here = place::here().join(name);
        let (definitions, mapping) = (here.join("definitions"), here.join("mapping.yaml"));
        let log = Log {
            file: &file,
            definitions: &definitions,
            mapping: Some(&mapping),
        };
        let expected = platform::replay(log).await?;
        ensure!(!expected.is_empty(), "{name} raises nothing");
        platform::import(log, platform).await?;
        ensure_equal(name, &expected, &platform.alerts(name).await?)?;
    }
    Ok(())
}
