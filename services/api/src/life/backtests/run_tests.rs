//! Runs on a real table, by a judge that does what it is told.

use std::sync::Arc;

use async_trait::async_trait;
use mingjing_domain::Timestamp;
use mingjing_domain::definitions::{DefinitionFile, DefinitionSet};
use mingjing_domain::life::{Actor, Days};
use mingjing_log::embedded::EmbeddedLog;
use tokio::sync::Notify;

use super::found::{
    BacktestAsked, BacktestError, BacktestFound, BacktestProgress, BacktestTally, Backtester,
};
use super::record::{Begun, End, Record, Run};
use super::run::{Backtests, journal};
use crate::Definitions;
use crate::life::{ActivateError, Activated, Activator, Lives};

const DRAFT: &str = "0a1b2c3d4e5f";
const FIRST: usize = 1;

/// Nothing is put in force here.
struct Nobody;

#[async_trait]
impl Activator for Nobody {
    async fn activate(
        &self,
        _: Vec<DefinitionFile>,
        _: Option<&str>,
    ) -> Result<Activated, ActivateError> {
        Err(ActivateError::Moved)
    }
}

/// Tells how far it is, waits, and answers.
struct Judge {
    go_on: Arc<Notify>,
    finds: fn() -> Result<BacktestFound, BacktestError>,
}

#[async_trait]
impl Backtester for Judge {
    async fn judge(
        &self,
        _: BacktestAsked,
        told: &(dyn Fn(BacktestProgress) + Send + Sync),
    ) -> Result<BacktestFound, BacktestError> {
        told(BacktestProgress {
            cases: 1,
            events: 2,
            of_events: 3,
        });
        self.go_on.notified().await;
        (self.finds)()
    }
}

struct Site {
    lives: Arc<Lives>,
    backtests: Arc<Backtests>,
    go_on: Arc<Notify>,
    _folder: tempfile::TempDir,
}

impl Site {
    async fn new(finds: fn() -> Result<BacktestFound, BacktestError>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let table = Arc::new(EmbeddedLog::open(folder.path(), 1).await.unwrap());
        let definitions = Arc::new(Definitions::new(table.clone()));
        let days = Days {
            review: 5,
            approval: 5,
        };
        let go_on = Arc::new(Notify::new());
        let judge = Judge {
            go_on: go_on.clone(),
            finds,
        };
        let clock = Arc::new(|| Timestamp::from_millis(50_000));
        Self {
            lives: Arc::new(Lives::new(table, definitions, Arc::new(Nobody), days)),
            backtests: Arc::new(Backtests::new(Arc::new(judge), clock)),
            go_on,
            _folder: folder,
        }
    }

    /// Begins the first run.
    async fn begin(&self) -> tokio::task::JoinHandle<()> {
        let seat = self.backtests.seat(DRAFT).ok().unwrap();
        let begun = Record::Begun(Begun::of_text("text"));
        let journal = journal(DRAFT);
        let next = |_: &[Record]| Ok(Some(begun.clone()));
        let added = self.lives.add(&journal, next).await;
        assert_eq!(added.unwrap().len(), FIRST);
        let (in_force, _) = DefinitionSet::read(Vec::new());
        let asked = BacktestAsked {
            from: Timestamp::from_millis(0),
            to: Timestamp::from_millis(1_000),
            region_prefix: None,
            with_draft: in_force.clone(),
            in_force,
        };
        let now = Arc::new(|| Timestamp::from_millis(2_000));
        let (lives, here) = (self.lives.clone(), self.backtests.clone());
        let run = tokio::spawn(seat.numbered(FIRST).carry_out(lives, here, now, asked));
        while self
            .backtests
            .here(DRAFT, FIRST)
            .is_none_or(|of| of.events == 0)
        {
            tokio::task::yield_now().await;
        }
        run
    }

    async fn ended(&self) -> Run {
        let mut runs = self.lives.backtests(DRAFT).await.unwrap();
        assert_eq!(runs.len(), FIRST);
        // The seat is free again, and nothing is heard of what has ended.
        assert!(self.backtests.seat("another").is_ok());
        assert_eq!(self.backtests.here(DRAFT, FIRST), None);
        assert_eq!(self.lives.heard(DRAFT, FIRST).await.unwrap(), None);
        runs.remove(0)
    }
}

#[tokio::test]
async fn one_runs_at_a_time_and_what_it_found_is_kept() {
    let finds = || {
        Ok(BacktestFound {
            cases: 7,
            total: BacktestTally {
                raised: 3,
                ..BacktestTally::default()
            },
            ..BacktestFound::default()
        })
    };
    let site = Site::new(finds).await;
    let run = site.begin().await;
    assert_eq!(
        site.backtests.seat("another").err().as_deref(),
        Some(DRAFT),
        "whose run it is"
    );
    let progress = site.backtests.here(DRAFT, FIRST).unwrap();
    assert_eq!((progress.events, progress.of_events), (2, 3));
    site.go_on.notify_one();
    run.await.unwrap();
    let (at, end) = site.ended().await.ended.unwrap();
    assert_eq!(at, Timestamp::from_millis(2_000));
    let found = site.lives.found(DRAFT, FIRST).await.unwrap().unwrap();
    let (cases, total) = (found.cases, found.total);
    assert_eq!((cases, total.raised), (7, 3));
    assert_eq!(end, End::Done { cases, total });
}

#[tokio::test]
async fn who_cancels_it_ends_it_and_nothing_is_found() {
    let site = Site::new(|| Ok(BacktestFound::default())).await;
    let run = site.begin().await;
    let end = End::Cancelled {
        who: Actor {
            person: "fz-08".into(),
            ..Actor::default()
        },
        why: "起点选错".into(),
    };
    let at = Timestamp::from_millis(1_500);
    let lives = &site.lives;
    lives.end_backtest(DRAFT, FIRST, at, &end).await.unwrap();
    site.backtests.stop(DRAFT, FIRST);
    run.await.unwrap();
    assert_eq!(site.ended().await.ended, Some((at, end)));
    assert_eq!(site.lives.found(DRAFT, FIRST).await.unwrap(), None);
}

#[tokio::test]
async fn why_it_failed_is_told_with_what_to_do() {
    let too_large = || {
        Err(BacktestError::TooLarge {
            events: 31,
            most: 30,
        })
    };
    let site = Site::new(too_large).await;
    let run = site.begin().await;
    site.go_on.notify_one();
    run.await.unwrap();
    match site.ended().await.ended {
        Some((_, End::Failed { problem })) => {
            assert!(
                problem.contains("31 条") && problem.contains("请缩短期间"),
                "{problem}"
            );
        }
        other => panic!("{other:?}"),
    }
}
