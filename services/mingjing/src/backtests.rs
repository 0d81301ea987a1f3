//! Backtests that somebody at the console asked for, judged by this process.

use std::sync::Arc;

use async_trait::async_trait;
use mingjing_api::{
    BacktestAsked, BacktestError, BacktestExample, BacktestFound, BacktestItem,
    BacktestLevelChange, BacktestPoint, BacktestProgress, BacktestStands, BacktestTally,
    Backtester, Backtests,
};
use mingjing_backtest::{
    Comparison, Counts, Error, Example, Report, Span, Stands, Tally, Window, compare,
};
use mingjing_engine::ENGINE_VERSION;
use mingjing_store::Store;
use mingjing_supervise::Clock as _;

use crate::settings::Settings;

/// Examples of each kind of difference at each control point.
const EXAMPLES: usize = 5;

/// Those of this process. Whether a run is still there is heard by the machine's clock, also where the platform's is a demo's.
pub fn of(settings: &Settings, store: &Store) -> Backtests {
    let archived = Archived {
        store: store.clone(),
        events_max: settings.shadow_events_max,
        threads: settings.shadow_threads as usize,
    };
    let clock = Arc::new(|| mingjing_supervise::System.now());
    Backtests::new(Arc::new(archived), clock)
}

/// Judges what is archived, as much at once as a shadow may.
struct Archived {
    store: Store,
    events_max: u64,
    threads: usize,
}

#[async_trait]
impl Backtester for Archived {
    async fn judge(
        &self,
        asked: BacktestAsked,
        told: &(dyn Fn(BacktestProgress) + Send + Sync),
    ) -> Result<BacktestFound, BacktestError> {
        let comparison = Comparison {
            window: Window {
                span: Span {
                    from: asked.from,
                    to: asked.to,
                },
                horizon: None,
                region_prefix: asked.region_prefix,
            },
            in_force: Arc::new(asked.in_force),
            with_draft: Arc::new(asked.with_draft),
            events_max: self.events_max,
            examples: EXAMPLES,
            records: false,
            threads: self.threads,
        };
        let told = |of_events, counts: Counts| {
            told(BacktestProgress {
                cases: counts.cases,
                events: counts.events,
                of_events,
            });
        };
        let report = compare(&self.store, &comparison, &told).await;
        report.map(found).map_err(|error| match error {
            Error::TooLarge { events, most } => BacktestError::TooLarge { events, most },
            Error::Definitions(problems) => BacktestError::Definitions(problems),
            other => BacktestError::Failed(Box::new(other)),
        })
    }
}

fn found(report: Report) -> BacktestFound {
    let level_changed = report.level_changes.iter().map(|of| of.alerts).sum();
    let level_changes = report.level_changes.into_iter().map(|of| {
        let (was, would, alerts) = (of.was, of.would, of.alerts);
        BacktestLevelChange { was, would, alerts }
    });
    let (mut points, mut examples) = (Vec::new(), Vec::new());
    for (control_point, of) in report.by_control_point {
        let of_point = of.examples.into_iter();
        examples.extend(of_point.map(|one| example(&control_point, one)));
        points.push(BacktestPoint {
            control_point,
            name: of.name,
            rule: of.rule,
            tally: tally(of.tally, of.level_changed),
        });
    }
    let items = report.by_item.into_iter().map(|(item_code, of)| {
        let tally = tally(of.tally, of.level_changed);
        BacktestItem { item_code, tally }
    });
    BacktestFound {
        cases: report.cases,
        events: report.events,
        cases_left_out: report.cases_left_out,
        unjudged_conditions: report.unjudged_conditions,
        definitions_version: report.draft,
        engine_version: ENGINE_VERSION.into(),
        total: tally(report.total, level_changed),
        level_changes: level_changes.collect(),
        by_control_point: points,
        by_item: items.collect(),
        examples,
        ..BacktestFound::default()
    }
}

fn tally(of: Tally, level_changed: u64) -> BacktestTally {
    BacktestTally {
        raised: of.raised,
        withdrawn: of.withdrawn,
        changed: of.changed,
        level_changed,
        same: of.same,
    }
}

fn example(control_point: &str, of: Example) -> BacktestExample {
    BacktestExample {
        difference: of.difference.code().into(),
        control_point: control_point.to_owned(),
        source: of.source,
        case_no: of.case_no,
        step: of.step,
        visit: of.visit,
        was: of.was.map(stands),
        would: of.would.map(stands),
    }
}

fn stands(of: Stands) -> BacktestStands {
    BacktestStands {
        level: of.level,
        due_at: of.due_at,
        completed_at: of.completed_at,
    }
}
