//! The log held against its published heads by a process that has it open, as somebody at the console asked; one at a time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures::future::BoxFuture;
use mingjing_api::{LogVerifier, VerifierStanding};
use mingjing_archive::verify::{Asked, Parts, Report, verify};
use mingjing_domain::Timestamp;
use mingjing_log::Table;
use mingjing_store::Store;
use mingjing_wire::chain::{TABLE, Verification};

use crate::log_port::OpenLog;

type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Verifies in this process.
pub struct InProcess {
    log: OpenLog,
    store: Store,
    now: Now,
    standing: Arc<Mutex<Option<VerifierStanding>>>,
}

impl InProcess {
    pub fn new(log: OpenLog, store: Store, now: Now) -> Self {
        Self {
            log,
            store,
            now,
            standing: Arc::default(),
        }
    }
}

fn locked(standing: &Mutex<Option<VerifierStanding>>) -> MutexGuard<'_, Option<VerifierStanding>> {
    standing.lock().unwrap_or_else(PoisonError::into_inner)
}

impl LogVerifier for InProcess {
    fn begin(&self, by: String) -> BoxFuture<'_, bool> {
        let begun_at = (self.now)();
        {
            let mut standing = locked(&self.standing);
            if standing.as_ref().is_some_and(|of| of.failed.is_none()) {
                return Box::pin(async { false });
            }
            *standing = Some(VerifierStanding {
                by: by.clone(),
                begun_at,
                read: 0,
                total: 0,
                failed: None,
            });
        }
        let (standing, now) = (self.standing.clone(), self.now.clone());
        let (log, table) = (self.log.log.clone(), self.log.table.clone());
        let store = self.store.clone();
        tokio::spawn(async move {
            let parts = Parts {
                log: log.clone(),
                table: table.clone(),
                store: Some(store),
            };
            let mut tell = |read, total| {
                if let Some(of) = locked(&standing).as_mut() {
                    (of.read, of.total) = (read, total);
                }
            };
            let done = verify(&parts, &Asked::default(), &mut tell).await;
            let kept = match done {
                Ok(report) => {
                    tell_differences(&report);
                    let verification = of_report(&report, log.id().to_string(), now(), by);
                    keep(&*table, &verification)
                        .await
                        .map_err(anyhow::Error::new)
                }
                Err(error) => Err(anyhow::Error::new(error)),
            };
            let mut standing = locked(&standing);
            match kept {
                Ok(()) => *standing = None,
                Err(error) => {
                    let why = format!("{error:#}");
                    tracing::warn!(error = why, "the log could not be verified");
                    if let Some(of) = standing.as_mut() {
                        of.failed = Some(why);
                    }
                }
            }
        });
        Box::pin(async { true })
    }

    fn standing(&self) -> Option<VerifierStanding> {
        locked(&self.standing).clone()
    }
}

fn tell_differences(report: &Report) {
    for difference in &report.differences {
        tracing::error!(%difference, "the log is not what was published of it");
    }
}

/// What is kept of a verification.
pub fn of_report(report: &Report, log_id: String, at: Timestamp, by: String) -> Verification {
    let mut differences: Vec<String> = report.differences.iter().map(ToString::to_string).collect();
    if report.more > 0 {
        differences.push(format!("另有 {} 处不符", report.more));
    }
    Verification {
        log_id,
        at,
        by,
        days: report.days.iter().copied().collect(),
        records: report.records,
        differences,
    }
}

/// Keeps it for good, among those of the same instant.
pub async fn keep(table: &dyn Table, verification: &Verification) -> mingjing_log::Result<()> {
    let value = Bytes::from(serde_json::to_vec(verification).expect("text and numbers only"));
    for n in 0..u32::MAX {
        let key = Bytes::from(verification.key(n));
        if table.create(TABLE, key, value.clone()).await? {
            break;
        }
    }
    Ok(())
}
