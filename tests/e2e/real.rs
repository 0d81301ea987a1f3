//! Real logs that are imported: the same alerts as `replay` gives of the file, wherever they are judged.

use std::io::Write;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio::task::JoinHandle;

use crate::alerts::{Alerts, ensure_equal};
use crate::platform::{self, Log, Platform, place};

/// How long an import may take: longer than all that goes wrong meanwhile.
const PATIENCE: Duration = Duration::from_secs(400);

/// By the folder of each log the file that holds it.
const LOGS: [(&str, &str); 3] = [
    ("citizen-messages-cn", "messages.csv"),
    ("permit-receipt", "log.xes.gz"),
    ("permits-bpic15-1", "log.xes.gz"),
];

/// The largest; it takes minutes.
const FINES: (&str, &str) = ("road-traffic-fines", "log.xes.gz");

/// A real log, and what replay alleges of it.
pub struct RealLog {
    name: &'static str,
    file: &'static str,
    expected: Alerts,
}

impl RealLog {
    /// Those that are there; what is not is said.
    pub async fn there() -> Result<Vec<RealLog>> {
        Self::of(LOGS).await
    }

    /// The same with the largest.
    pub async fn all() -> Result<Vec<RealLog>> {
        Self::of(LOGS.into_iter().chain([FINES])).await
    }

    async fn of(logs: impl IntoIterator<Item = (&'static str, &'static str)>) -> Result<Vec<Self>> {
        let mut found = Vec::new();
        for (name, file) in logs {
            let path = place::data().join(name).join(file);
            if !path.is_file() {
                // Past the test harness, which swallows what a passing test prints.
                writeln!(
                    std::io::stderr(),
                    "SKIPPED import of {name}: no {} (see MINGJING_REAL_LOGS)",
                    path.display()
                )?;
                continue;
            }
            let expected = with_log(name, file, async |log| platform::replay(log).await).await?;
            ensure!(!expected.is_empty(), "{name} raises nothing");
            found.push(RealLog {
                name,
                file,
                expected,
            });
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
            with_log(self.name, self.file, import).await?;
            Ok(self)
        }))
    }

    /// The platform alleges what replay does.
    pub async fn ensure_equal(&self, api: &Platform, what: &str) -> Result<()> {
        let found = api.alerts(self.name).await?;
        ensure_equal(&format!("{} {what}", self.name), &self.expected, &found)
    }
}

async fn with_log<T>(
    name: &str,
    file: &str,
    work: impl AsyncFnOnce(Log<'_>) -> Result<T>,
) -> Result<T> {
    let here = place::here().join(name);
    let (definitions, mapping) = (here.join("definitions"), here.join("mapping.yaml"));
    let file = place::data().join(name).join(file);
    work(Log {
        file: &file,
        definitions: &definitions,
        mapping: Some(&mapping),
    })
    .await
}
