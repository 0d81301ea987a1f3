//! What is asked of whoever judges the past, and what they find, as it is kept.

use async_trait::async_trait;
use chrono_tz::Tz;
use mingjing_domain::Timestamp;
use mingjing_domain::definitions::{DefinitionSet, Problem};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Control points and items told of a run, those with most differences first; all are counted in its total.
const ROWS_MAX: usize = 500;
/// Example cases of a run. With the rows they stay well within what a table's value may hold.
const EXAMPLES_MAX: usize = 300;

/// Judges the past by a draft and by what is in force. The binary's matter, which knows what judges.
#[async_trait]
pub trait Backtester: Send + Sync {
    /// Judges, and tells on the way how far it has come. Dropped, it ends.
    ///
    /// # Errors
    /// [`BacktestError`].
    async fn judge(
        &self,
        asked: BacktestAsked,
        told: &(dyn Fn(BacktestProgress) + Send + Sync),
    ) -> Result<BacktestFound, BacktestError>;
}

/// What is judged.
pub struct BacktestAsked {
    /// Cases that began at this instant or later …
    pub from: Timestamp,
    /// … and before this one, judged as of it.
    pub to: Timestamp,
    /// Only those of regions whose code begins so; none: all.
    pub region_prefix: Option<String>,
    /// What is in force.
    pub in_force: DefinitionSet,
    /// The same with the draft in it, as if it were since `from`.
    pub with_draft: DefinitionSet,
}

/// How far it has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BacktestProgress {
    /// Cases handed out to be judged.
    pub cases: u64,
    /// Their events.
    pub events: u64,
    /// Of so many, at most; 0: not yet counted.
    pub of_events: u64,
}

/// Why nothing was found.
#[derive(Debug, thiserror::Error)]
pub enum BacktestError {
    /// More than may be judged in one go.
    #[error("the window holds {events} events, at most {most} are judged")]
    TooLarge {
        /// As many as there are, at most.
        events: u64,
        /// The setting.
        most: u64,
    },
    /// The definitions cannot be used.
    #[error("the definitions have {} problems", .0.len())]
    Definitions(Vec<Problem>),
    /// It failed.
    #[error("judging failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl BacktestError {
    /// What people read who look at the draft: what is wrong and what to do.
    pub(super) fn told_zh(&self) -> String {
        match self {
            BacktestError::TooLarge { events, most } => format!(
                "所选办件的事件有 {events} 条，超过一次回测的上限 {most} 条（shadow.events_max）；请缩短期间、只选一个区划，或者由运维人员调高上限"
            ),
            BacktestError::Definitions(problems) => {
                let first = problems.first();
                format!(
                    "草案与在用的定义合在一起有 {} 处问题，第一处：{}",
                    problems.len(),
                    first.map(ToString::to_string).unwrap_or_default()
                )
            }
            BacktestError::Failed(_) => {
                "历史数据未能读完或者判断中出错，没有得出结果；请稍后重新回测，再次失败时请告知运维人员".into()
            }
        }
    }
}

/// How many alerts of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BacktestTally {
    /// By the draft alone.
    pub raised: u64,
    /// By what is in force alone.
    pub withdrawn: u64,
    /// By both, with another level or other instants.
    pub changed: u64,
    /// Those of them with another level.
    pub level_changed: u64,
    /// By both alike.
    pub same: u64,
}

impl BacktestTally {
    fn differing(&self) -> u64 {
        self.raised + self.withdrawn + self.changed
    }
}

/// Alerts that would stand at another level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BacktestLevelChange {
    /// The code of the level as it is.
    pub was: String,
    /// And by the draft.
    pub would: String,
    /// How many.
    pub alerts: u64,
}

/// What is said of one control point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BacktestPoint {
    /// 监察点.
    pub control_point: String,
    /// Its name, where the draft has it.
    pub name: String,
    /// The kind of its rule, like `T3`.
    pub rule: String,
    /// Its alerts.
    pub tally: BacktestTally,
}

/// What is said of one power item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BacktestItem {
    /// 事项编码; empty: none is known.
    pub item_code: String,
    /// Its alerts.
    pub tally: BacktestTally,
}

/// A case that shows a difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BacktestExample {
    /// `raised`, `withdrawn` or `changed`.
    pub difference: String,
    /// 监察点.
    pub control_point: String,
    /// The source.
    pub source: String,
    /// The case.
    pub case_no: String,
    /// Empty: the whole case.
    pub step: String,
    /// From 1.
    pub visit: u16,
    /// As it stands.
    pub was: Option<BacktestStands>,
    /// By the draft.
    pub would: Option<BacktestStands>,
}

/// What is said of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BacktestStands {
    /// The code of its level.
    pub level: String,
    /// The last second in time.
    pub due_at: Option<Timestamp>,
    /// When the late thing was done.
    pub completed_at: Option<Timestamp>,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BacktestFound {
    /// Cases judged.
    pub cases: u64,
    /// Their events.
    pub events: u64,
    /// Cases in which something happened in the span, and which had begun before it.
    pub cases_left_out: u64,
    /// Conditions that the draft could not judge for want of a value.
    pub unjudged_conditions: u64,
    /// The version of the definitions with the draft in them.
    pub definitions_version: String,
    /// What judged.
    pub engine_version: String,
    /// Every alert.
    pub total: BacktestTally,
    /// What becomes of levels.
    pub level_changes: Vec<BacktestLevelChange>,
    /// By control point, those with most differences first.
    pub by_control_point: Vec<BacktestPoint>,
    /// Control points that are not told.
    pub control_points_left_out: u64,
    /// By power item, those with most differences first.
    pub by_item: Vec<BacktestItem>,
    /// Items that are not told.
    pub items_left_out: u64,
    /// Some cases of each kind of difference at each control point.
    pub examples: Vec<BacktestExample>,
    /// Differing alerts that are no example.
    pub examples_left_out: u64,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

impl BacktestFound {
    /// As much of it as is kept: what has most differences first, and how much is left out.
    pub(super) fn bounded(mut self) -> Self {
        self.by_control_point
            .sort_by_key(|of| std::cmp::Reverse(of.tally.differing()));
        self.by_item
            .sort_by_key(|of| std::cmp::Reverse(of.tally.differing()));
        let place = |example: &BacktestExample| {
            let mut points = self.by_control_point.iter();
            points.position(|of| of.control_point == example.control_point)
        };
        self.examples.sort_by_cached_key(place);
        self.control_points_left_out = cut(&mut self.by_control_point, ROWS_MAX);
        self.items_left_out = cut(&mut self.by_item, ROWS_MAX);
        self.examples.truncate(EXAMPLES_MAX);
        let shown = self.examples.len() as u64;
        self.examples_left_out = self.total.differing().saturating_sub(shown);
        self
    }

    /// As answers show it.
    pub(super) fn shown(&self, zone: Tz) -> Value {
        let mut shown = json!(self);
        let examples = self.examples.iter().map(|example| {
            let mut told = json!(example);
            told["was"] = stands(example.was.as_ref(), zone);
            told["would"] = stands(example.would.as_ref(), zone);
            told
        });
        shown["examples"] = examples.collect();
        shown
    }
}

fn cut<T>(rows: &mut Vec<T>, most: usize) -> u64 {
    let left_out = rows.len().saturating_sub(most);
    rows.truncate(most);
    left_out as u64
}

fn stands(of: Option<&BacktestStands>, zone: Tz) -> Value {
    let at = |at: Option<Timestamp>| at.map(|at| at.to_rfc3339(zone));
    of.map_or(Value::Null, |of| {
        json!({ "level": of.level, "due_at": at(of.due_at), "completed_at": at(of.completed_at) })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(nth: usize, raised: u64) -> BacktestPoint {
        BacktestPoint {
            control_point: format!("p{nth}"),
            name: String::new(),
            rule: "T3".into(),
            tally: BacktestTally {
                raised,
                ..BacktestTally::default()
            },
        }
    }

    fn example(nth: usize) -> BacktestExample {
        BacktestExample {
            difference: "raised".into(),
            control_point: format!("p{nth}"),
            source: "s".into(),
            case_no: "c".into(),
            step: String::new(),
            visit: 1,
            was: None,
            would: Some(BacktestStands {
                level: "red".into(),
                due_at: Some(Timestamp::from_millis(0)),
                completed_at: None,
            }),
        }
    }

    #[test]
    fn what_has_most_differences_is_kept_and_the_rest_is_counted() {
        let of = 2 * ROWS_MAX;
        let found = BacktestFound {
            total: BacktestTally {
                raised: 10_000,
                ..BacktestTally::default()
            },
            by_control_point: (0..of).map(|nth| point(nth, nth as u64)).collect(),
            examples: (0..of).map(example).collect(),
            ..BacktestFound::default()
        }
        .bounded();
        assert_eq!(found.by_control_point.len(), ROWS_MAX);
        assert_eq!(found.control_points_left_out, ROWS_MAX as u64);
        assert_eq!(
            found.by_control_point[0].control_point,
            format!("p{}", of - 1)
        );
        assert_eq!(found.examples.len(), EXAMPLES_MAX);
        assert_eq!(found.examples[0], example(of - 1));
        assert_eq!(found.examples_left_out, 10_000 - EXAMPLES_MAX as u64);
        assert_eq!(found.items_left_out, 0);
    }

    #[test]
    fn what_is_kept_is_read_back_and_shown_with_the_offset_of_where_people_work() {
        let found = BacktestFound {
            examples: vec![example(1)],
            ..BacktestFound::default()
        };
        let kept = serde_json::to_vec(&found).unwrap();
        assert_eq!(
            serde_json::from_slice::<BacktestFound>(&kept).unwrap(),
            found
        );
        let shown = found.shown(chrono_tz::Asia::Shanghai);
        assert_eq!(
            shown["examples"][0]["would"]["due_at"],
            "1970-01-01T08:00:00+08:00"
        );
        assert!(shown["examples"][0]["was"].is_null());
    }
}
