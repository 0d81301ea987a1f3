//! Real logs that are imported: the same alerts as `replay` gives of the file, wherever they are judged.

use std::io::Write;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio::task::JoinHandle;

use crate::alerts::{Alerts, ensure_equal};
use crate::platform::{self, Log, Platform, place};

/// How long an import may take: longer than all that goes wrong meanwhile.
const PATIENCE: Duration = Duration::from_secs(400);

/// A real log, and what replay alleges of it.
pub struct RealLog {
    name: &'static str,
    expected: Alerts,
}

impl RealLog {
    /// Those that are there; what is not is said.
    pub async fn there() -> Result<Vec<RealLog>> {
        let mut found = Vec::new();
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
            let expected = with_log(name, async |log| platform::replay(log).await).await?;
            ensure!(!expected.is_empty(), "{name} raises nothing");
            found.push(RealLog { name, expected });
        }
        Ok(found)
    }

    /// `mingjing import`, to the end.
    pub async fn import(self, intake: &Platform, api: &Platform) -> Result<RealLog> {
        self.import_beside(intake, api)?.await?
    }

    /// The same beside whatever else goes on; answers the log when all of it is judged and archived.
    pub fn import_beside(
        self,
        intake: &Platform,
        api: &Platform,
    ) -> Result<JoinHandle<Result<RealLog>>> {
        let intake = intake.url().context("it is up")?.to_owned();
        let api = api.url().context("it is up")?.to_owned();
        Ok(tokio::spawn(async move {
            let import =
                async |log: Log<'_>| platform::import_to(log, &intake, &api, PATIENCE).await;
            with_log(self.name, import).await?;
            Ok(self)
        }))
    }

    /// The platform alleges what replay does.
    pub async fn ensure_equal(&self, api: &Platform, what: &str) -> Result<()> {
        let found = api.alerts(self.name).await?;
        ensure_equal(&format!("{} {what}", self.name), &self.expected, &found)
    }
}

async fn with_log<T>(name: &str, work: impl AsyncFnOnce(Log<'_>) -> Result<T>) -> Result<T> {
    let here = place::here().join(name);
    let (definitions, mapping) = (here.join("definitions"), here.join("mapping.yaml"));
    let file = place::data().join(name).join("log.xes.gz");
    work(Log {
        file: &file,
        definitions: &definitions,
        mapping: Some(&mapping),
    })
    .await
}
