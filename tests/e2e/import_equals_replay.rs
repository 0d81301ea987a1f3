//! What the running platform alleges of an imported log is what replay alleges of the file.

use anyhow::{Result, ensure};

use crate::alerts::ensure_equal;
use crate::corpus;
use crate::platform::{self, Log, Platform};
use crate::real::RealLog;

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
async fn real_logs_in_one_platform_each_raise_what_replay_raises_of_them() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let platform = Platform::up(folder.path())?;
    for log in RealLog::there().await? {
        let log = log.import(&platform, &platform).await?;
        log.ensure_equal(&platform, "in one platform").await?;
    }
    platform.stop().await
}
