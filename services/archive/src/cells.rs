//! 统计单元: keeps the sums that statistics are read from close behind the archive, and once a day holds them against what comes out of nothing.
//!
//! Nobody waits for a pass: whoever asks adds what changed since the last one or, where that is too much, asks rows, so a pass that fails, is
//! slow or is cut off costs those who ask some time and changes no answer. One process is enough, and it is the one that archives the first partition; while two believe to have it,
//! they do the work twice and no harm (see `mingjing_store::metrics`). Passes take a twentieth of the time at
//! most, but for those from nothing.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use chrono_tz::Tz;
use mingjing_domain::Timestamp;
use mingjing_store::Store;
use mingjing_store::metrics::CellsMade;
use prometheus::{Gauge, IntCounterVec, IntGauge, Opts, Registry};
use tokio::sync::watch;

use crate::{Error, Metrics, PlatformClock, stopped};

/// After a pass so many times as long is waited as it took.
const PAUSES: u32 = 19;
/// And no longer than this, unless it failed.
const PAUSE_MAX: Duration = Duration::from_secs(120);
/// Cells are made from nothing once a day, from this time of it on: two o'clock.
const CHECKED_AFTER_MS: i64 = 2 * 3_600_000;

/// Makes cells.
pub struct Keeper {
    pub store: Store,
    /// Whose days they are.
    pub zone: Tz,
    pub clock: PlatformClock,
    pub metrics: Arc<Metrics>,
    /// The least time between two passes.
    pub every: Duration,
}

impl Keeper {
    /// Makes cells until stopped, which cuts a pass off. What fails is told and tried again.
    pub async fn run(self, mut stop: watch::Receiver<bool>) -> Result<(), Error> {
        let mut checked: Option<NaiveDate> = None;
        let mut pause = self.every;
        loop {
            tokio::select! {
                biased;
                () = stopped(&mut stop) => return Ok(()),
                () = tokio::time::sleep(pause) => {}
            }
            let began = Instant::now();
            let looked = tokio::select! {
                biased;
                () = stopped(&mut stop) => return Ok(()),
                looked = self.look(&mut checked) => looked,
            };
            pause = self.every.max(began.elapsed() * PAUSES);
            let cells = &self.metrics.cells;
            match looked {
                Ok(()) => {
                    // One from nothing takes minutes, and so much changes in twenty times as long that rows would be asked.
                    pause = pause.min(self.every.max(PAUSE_MAX));
                    cells.failing.set(0);
                }
                Err(error) => {
                    cells.failing.inc();
                    tracing::warn!(
                        error = chain(&error),
                        again_in_s = pause.as_secs(),
                        "cells of cases could not be made"
                    );
                }
            }
        }
    }

    async fn look(&self, checked: &mut Option<NaiveDate>) -> Result<(), mingjing_store::Error> {
        let now = (self.clock)();
        let today = now.local_date(self.zone);
        let began = Instant::now();
        let made = self.store.make_cells(self.zone, now).await;
        if let Ok(Some(made)) = &made {
            self.metrics.cells.passed(*made, began.elapsed(), now);
            if *made == CellsMade::FromNothing {
                *checked = Some(today);
            }
        }
        // Whatever fails keeps nothing else from being done: what came of a pass that failed goes, too, and cells that cannot be carried on are
        // made from nothing once a day all the same.
        let forgotten = match made {
            Ok(None) => Ok(()),
            _ => self.store.forget_cells(self.zone, now).await,
        };
        let due = Timestamp::start_of(today, self.zone).plus_millis(CHECKED_AFTER_MS);
        let found = match now >= due && *checked != Some(today) {
            true => self.check(now).await,
            false => Ok(()),
        };
        if found.is_ok() && now >= due {
            *checked = Some(today);
        }
        made.and(forgotten).and(found)
    }

    async fn check(&self, now: Timestamp) -> Result<(), mingjing_store::Error> {
        let began = Instant::now();
        let found = self.store.check_cells(self.zone, now).await?;
        let cells = &self.metrics.cells;
        cells.passed(CellsMade::FromNothing, began.elapsed(), now);
        let Some(differing) = found.differing else {
            return Ok(());
        };
        cells
            .differing
            .set(i64::try_from(differing).unwrap_or(i64::MAX));
        match differing {
            0 => tracing::info!(
                ms = began.elapsed().as_millis() as u64,
                "cells of cases are what comes out of nothing"
            ),
            _ => tracing::error!(
                differing,
                "cells of cases differed from what comes out of nothing, and were replaced by it: statistics may have been wrong until now"
            ),
        }
        Ok(())
    }
}

/// What operators see of it. All but the passes are there from the start.
pub struct CellMetrics {
    passes: IntCounterVec,
    took: Gauge,
    made_at: Gauge,
    failing: IntGauge,
    differing: IntGauge,
}

impl CellMetrics {
    /// Metrics in this registry.
    ///
    /// # Errors
    /// When the registry has metrics of these names already.
    pub fn new(registry: &Registry) -> prometheus::Result<Self> {
        let metrics = Self {
            passes: IntCounterVec::new(
                Opts::new(
                    "mingjing_archive_cell_passes_total",
                    "Passes that made cells of statistics, by what they did.",
                ),
                &["kind"],
            )?,
            took: Gauge::new(
                "mingjing_archive_cell_pass_seconds",
                "How long the last pass took that made cells of statistics.",
            )?,
            made_at: Gauge::new(
                "mingjing_archive_cells_made_timestamp_seconds",
                "When cells of statistics were last made, by the platform's clock, since the epoch; 0 if never by this process.",
            )?,
            failing: IntGauge::new(
                "mingjing_archive_cells_failing",
                "How many times in a row cells of statistics could not be made; 0: the last time they were, or nothing had changed.",
            )?,
            differing: IntGauge::new(
                "mingjing_archive_cells_differing",
                "Cells of statistics that differed when they were last made from nothing; 0: none, or they were not yet.",
            )?,
        };
        registry.register(Box::new(metrics.passes.clone()))?;
        registry.register(Box::new(metrics.took.clone()))?;
        registry.register(Box::new(metrics.made_at.clone()))?;
        registry.register(Box::new(metrics.failing.clone()))?;
        registry.register(Box::new(metrics.differing.clone()))?;
        Ok(metrics)
    }

    fn passed(&self, made: CellsMade, took: Duration, now: Timestamp) {
        self.passes.with_label_values(&[made.code()]).inc();
        self.took.set(took.as_secs_f64());
        self.made_at.set(now.millis() as f64 / 1000.0);
        tracing::debug!(
            kind = made.code(),
            ms = took.as_millis() as u64,
            "cells of cases were made"
        );
    }
}

/// An error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text += &format!(": {inner}");
        cause = inner.source();
    }
    text
}
