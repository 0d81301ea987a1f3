//! One backtest at a time in this process: its seat, and how it is carried out to its end.

use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use mingjing_domain::Timestamp;
use tokio::sync::Notify;

use super::found::{BacktestAsked, BacktestFound, BacktestProgress, Backtester};
use super::record::{Beat, End, Record, Run};
use crate::ApiError;
use crate::life::{Lives, TEXTS, encoded, failpoint};

/// How often a run says that it is still there, and looks whether it is still wanted.
const BEAT: Duration = Duration::from_secs(3);
/// A run that takes longer is ended.
const LONGEST: Duration = Duration::from_secs(30 * 60);

/// Backtests of this process.
pub struct Backtests {
    backtester: Arc<dyn Backtester>,
    /// The machine's clock: by it is heard whether a run is still there.
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    running: Arc<Mutex<Option<Running>>>,
}

/// What runs here.
struct Running {
    draft: String,
    /// Its number, once it has one.
    run: usize,
    progress: BacktestProgress,
    stop: Arc<Notify>,
}

impl Backtests {
    /// Those that are judged by this.
    pub fn new(
        backtester: Arc<dyn Backtester>,
        clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    ) -> Self {
        Self {
            backtester,
            clock,
            running: Arc::default(),
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// The one seat of this process, where it is free.
    ///
    /// # Errors
    /// The draft whose run has it.
    pub(super) fn seat(&self, draft: &str) -> Result<Seat, String> {
        let mut running = locked(&self.running);
        if let Some(other) = &*running {
            return Err(other.draft.clone());
        }
        let stop = Arc::new(Notify::new());
        *running = Some(Running {
            draft: draft.to_owned(),
            run: 0,
            progress: BacktestProgress::default(),
            stop: stop.clone(),
        });
        Ok(Seat {
            running: self.running.clone(),
            draft: draft.to_owned(),
            run: 0,
            stop,
        })
    }

    /// How far a run has come that runs here.
    pub(super) fn here(&self, draft: &str, run: usize) -> Option<BacktestProgress> {
        let running = locked(&self.running);
        let of = running.as_ref();
        of.filter(|of| of.draft == draft && of.run == run)
            .map(|of| of.progress)
    }

    /// Ends a run that runs here; one that runs elsewhere finds the record that ends it.
    pub(super) fn stop(&self, draft: &str, run: usize) {
        let running = locked(&self.running);
        let of = running.as_ref();
        if let Some(of) = of.filter(|of| of.draft == draft && of.run == run) {
            of.stop.notify_one();
        }
    }
}

fn locked(running: &Mutex<Option<Running>>) -> MutexGuard<'_, Option<Running>> {
    running.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whoever has it runs a backtest here; dropped, it is free again.
pub(super) struct Seat {
    running: Arc<Mutex<Option<Running>>>,
    draft: String,
    run: usize,
    stop: Arc<Notify>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        *locked(&self.running) = None;
    }
}

impl Seat {
    /// With the number that its run got.
    pub(super) fn numbered(mut self, run: usize) -> Self {
        self.run = run;
        if let Some(of) = locked(&self.running).as_mut() {
            of.run = run;
        }
        self
    }

    fn tell(&self, progress: BacktestProgress) {
        if let Some(of) = locked(&self.running).as_mut() {
            of.progress = progress;
        }
    }

    fn progress(&self) -> BacktestProgress {
        let running = locked(&self.running);
        running.as_ref().map(|of| of.progress).unwrap_or_default()
    }

    /// Judges, keeps what is found, and records how it ended; unless somebody ended it meanwhile, which is recorded.
    pub(super) async fn carry_out(
        self,
        lives: Arc<Lives>,
        here: Arc<Backtests>,
        now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
        asked: BacktestAsked,
    ) {
        failpoint::pass("backtest");
        let lives = &*lives;
        let began = Instant::now();
        let told = |progress| self.tell(progress);
        let judging = here.backtester.judge(asked, &told);
        let mut judging = pin!(tokio::time::timeout(LONGEST, judging));
        let mut beats = tokio::time::interval(BEAT);
        let judged = loop {
            tokio::select! {
                judged = &mut judging => break Some(judged),
                () = self.stop.notified() => break None,
                _ = beats.tick() => match self.beat(lives, here.now()).await {
                    Ok(true) => {}
                    Ok(false) => break None,
                    Err(error) => tracing::warn!(error = error.to_string(), "a backtest could not say that it is there"),
                },
            }
        };
        // Nobody asks for the beat of what has ended.
        let beat = beat_key(&self.draft, self.run);
        if let Err(error) = lives.table.put(TEXTS, beat, None).await {
            tracing::warn!(%error, "a backtest's beat stays behind");
        }
        let Some(judged) = judged else {
            return;
        };
        let end = match judged {
            Ok(Ok(found)) => self.kept(lives, found, began).await,
            Ok(Err(error)) => {
                tracing::warn!(
                    draft = self.draft,
                    error = chain(&error),
                    "a backtest failed"
                );
                Ok(End::Failed {
                    problem: error.told_zh(),
                })
            }
            Err(_) => Ok(End::Failed {
                problem: format!(
                    "{} 分钟内没有判断完；请缩短期间，或者只选一个区划",
                    LONGEST.as_secs() / 60
                ),
            }),
        };
        let recorded = match end {
            Ok(end) => lives
                .end_backtest(&self.draft, self.run, now(), &end)
                .await
                .map(drop),
            Err(error) => Err(error),
        };
        if let Err(error) = recorded {
            // Nothing is heard of it from now on: it counts as cut off.
            tracing::warn!(
                draft = self.draft,
                error = chain(&error),
                "a backtest's end cannot be kept"
            );
        }
    }

    /// Says that it is still there; answers whether it is still wanted.
    async fn beat(&self, lives: &Lives, at: Timestamp) -> Result<bool, ApiError> {
        let runs = lives.backtests(&self.draft).await?;
        let of = runs.get(self.run.wrapping_sub(1));
        if of.is_none_or(|run| run.ended.is_some()) {
            return Ok(false);
        }
        let beat = Beat {
            at,
            progress: self.progress(),
        };
        let key = beat_key(&self.draft, self.run);
        let value = Bytes::from(encoded(&beat));
        lives.table.put(TEXTS, key, Some(value)).await?;
        Ok(true)
    }

    async fn kept(
        &self,
        lives: &Lives,
        found: BacktestFound,
        began: Instant,
    ) -> Result<End, ApiError> {
        let mut found = found.bounded();
        found.took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let end = End::Done {
            cases: found.cases,
            total: found.total,
        };
        let value = Bytes::from(encoded(&found));
        let key = found_key(&self.draft, self.run);
        lives.table.put(TEXTS, key, Some(value)).await?;
        Ok(end)
    }
}

impl Lives {
    /// The runs of a draft, oldest first.
    pub(super) async fn backtests(&self, draft: &str) -> Result<Vec<Run>, ApiError> {
        let records = self.records::<Record>(&journal(draft)).await?;
        Ok(Run::all(&records))
    }

    /// Ends a run, unless it has ended; answers the runs.
    pub(super) async fn end_backtest(
        &self,
        draft: &str,
        run: usize,
        at: Timestamp,
        end: &End,
    ) -> Result<Vec<Run>, ApiError> {
        let records = self
            .add(&journal(draft), |records: &[Record]| {
                let runs = Run::all(records);
                let of = runs.get(run.wrapping_sub(1));
                let open = of.is_some_and(|run| run.ended.is_none());
                Ok(open.then(|| Record::Ended {
                    run,
                    at,
                    end: end.clone(),
                }))
            })
            .await?;
        Ok(Run::all(&records))
    }

    /// What was heard of a run last.
    pub(super) async fn heard(&self, draft: &str, run: usize) -> Result<Option<Beat>, ApiError> {
        let value = self.table.get(TEXTS, &beat_key(draft, run)).await?;
        Ok(value.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    /// What a run found.
    pub(super) async fn found(
        &self,
        draft: &str,
        run: usize,
    ) -> Result<Option<BacktestFound>, ApiError> {
        let Some(value) = self.table.get(TEXTS, &found_key(draft, run)).await? else {
            return Ok(None);
        };
        let found = serde_json::from_slice(&value);
        found
            .map(Some)
            .map_err(|error| ApiError::Failed(Box::new(error)))
    }
}

/// A draft's runs.
pub(super) fn journal(draft: &str) -> String {
    format!("backtest/{draft}")
}

fn found_key(draft: &str, run: usize) -> Bytes {
    format!("backtest/{draft}/{run}").into()
}

fn beat_key(draft: &str, run: usize) -> Bytes {
    format!("backtest/{draft}/{run}/beat").into()
}

/// An error with what is underneath.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        source = inner.source();
    }
    text
}
