//! Runs of a draft's backtests, as their journal says.
//!
//! A run that has begun and not ended runs, or was cut off with its process; nobody writes that down. Who runs it says from time to time that
//! it is still there, and where nothing was heard for [`QUIET_MS`] it is not.

use mingjing_domain::Timestamp;
use mingjing_domain::life::Actor;
use serde::{Deserialize, Serialize};

use super::found::{BacktestProgress, BacktestTally};

/// A run that nothing was heard of for so long has ended with its process, in milliseconds of the machine's clock.
pub(super) const QUIET_MS: i64 = 15_000;

/// One record. Written once, and never changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub(super) enum Record {
    /// A run began; it is the n-th.
    Begun(Begun),
    /// A run ended. Of two that say so the first counts.
    Ended {
        /// Which, from 1.
        run: usize,
        /// When.
        at: Timestamp,
        #[serde(flatten)]
        end: End,
    },
}

/// What was asked, by whom and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Begun {
    pub at: Timestamp,
    pub who: Actor,
    pub why: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// SHA-256 of the draft's text then.
    pub text: String,
    /// Cases that began at this instant or later …
    pub from: Timestamp,
    /// … and before this one.
    pub to: Timestamp,
    /// The region as it was asked for; none: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The hash of what was in force then.
    pub compared_with: String,
    /// By the machine's clock, which a demo's is not.
    pub heard_at: Timestamp,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "snake_case")]
pub(super) enum End {
    /// What it found lies in the table of texts.
    Done { cases: u64, total: BacktestTally },
    /// Why not, for people.
    Failed { problem: String },
    /// Somebody did not want to wait.
    Cancelled { who: Actor, why: String },
}

/// That a run is still there, and how far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Beat {
    /// By the machine's clock.
    pub at: Timestamp,
    #[serde(flatten)]
    pub progress: BacktestProgress,
}

/// One run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    /// From 1.
    pub number: usize,
    pub begun: Begun,
    pub ended: Option<(Timestamp, End)>,
}

impl Run {
    /// The runs of a journal, oldest first.
    pub fn all(records: &[Record]) -> Vec<Self> {
        let mut runs: Vec<Run> = Vec::new();
        for record in records {
            match record {
                Record::Begun(begun) => runs.push(Run {
                    number: runs.len() + 1,
                    begun: begun.clone(),
                    ended: None,
                }),
                Record::Ended { run, at, end } => {
                    let of = run.checked_sub(1).and_then(|place| runs.get_mut(place));
                    if let Some(of) = of.filter(|of| of.ended.is_none()) {
                        of.ended = Some((*at, end.clone()));
                    }
                }
            }
        }
        runs
    }

    /// The one that tells most about a text: the last that was done of it, else the last that was done.
    pub fn telling<'r>(runs: &'r [Run], text: &str) -> Option<&'r Run> {
        let done = |run: &&Run| matches!(run.ended, Some((_, End::Done { .. })));
        let of_text = |run: &&Run| run.begun.text == text;
        let mut newest = runs.iter().rev().filter(done);
        newest.clone().find(of_text).or_else(|| newest.next())
    }

    /// Whether it runs, where this was heard of it last.
    pub fn runs(&self, heard: Option<Beat>, now: Timestamp) -> bool {
        let heard_at = heard.map_or(self.begun.heard_at, |beat| beat.at);
        self.ended.is_none() && now.millis() - heard_at.millis() < QUIET_MS
    }
}

#[cfg(test)]
impl Begun {
    /// A test's.
    pub fn of_text(text: &str) -> Self {
        Begun {
            at: Timestamp::from_millis(1_000),
            who: Actor {
                person: "fz-07".into(),
                ..Actor::default()
            },
            why: "审核".into(),
            key: None,
            text: text.into(),
            from: Timestamp::from_millis(0),
            to: Timestamp::from_millis(1_000),
            region: None,
            compared_with: "hash".into(),
            heard_at: Timestamp::from_millis(50_000),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begun(text: &str) -> Record {
        Record::Begun(Begun::of_text(text))
    }

    fn ended(run: usize, end: End) -> Record {
        let at = Timestamp::from_millis(2_000);
        Record::Ended { run, at, end }
    }

    fn done(raised: u64) -> End {
        let total = BacktestTally {
            raised,
            ..BacktestTally::default()
        };
        End::Done { cases: 1, total }
    }

    #[test]
    fn records_are_read_back_as_they_were_written() {
        let failed = End::Failed {
            problem: "多".into(),
        };
        for record in [
            begun("a"),
            ended(1, done(3)),
            ended(1, failed),
            ended(
                2,
                End::Cancelled {
                    who: Actor::default(),
                    why: "等不及".into(),
                },
            ),
        ] {
            let text = serde_json::to_string(&record).unwrap();
            assert_eq!(
                serde_json::from_str::<Record>(&text).unwrap(),
                record,
                "{text}"
            );
        }
    }

    #[test]
    fn of_two_ends_the_first_counts_and_one_of_no_run_none() {
        let records = [
            begun("a"),
            ended(1, done(1)),
            ended(1, done(2)),
            ended(0, done(3)),
            ended(9, done(4)),
            begun("b"),
        ];
        let runs = Run::all(&records);
        assert_eq!(
            runs.iter().map(|run| run.number).collect::<Vec<_>>(),
            [1, 2]
        );
        assert_eq!(
            runs[0].ended,
            Some((Timestamp::from_millis(2_000), done(1)))
        );
        assert_eq!(runs[1].ended, None);
    }

    #[test]
    fn what_was_done_of_the_present_text_tells_more_than_what_was_done_later_of_another() {
        let failed = End::Failed {
            problem: String::new(),
        };
        let records = [
            begun("a"),
            ended(1, done(1)),
            begun("b"),
            ended(2, done(2)),
            begun("c"),
            ended(3, failed),
        ];
        let runs = Run::all(&records);
        let telling = |text: &str| Run::telling(&runs, text).map(|run| run.number);
        assert_eq!(telling("a"), Some(1));
        assert_eq!(telling("b"), Some(2));
        assert_eq!(telling("c"), Some(2), "nothing was done of it");
        assert_eq!(Run::telling(&runs[2..], "c"), None);
    }

    #[test]
    fn a_run_that_nothing_was_heard_of_has_ended_with_its_process() {
        let of = |records: &[Record]| Run::all(records).remove(0);
        let run = of(&[begun("a")]);
        let at = Timestamp::from_millis;
        assert!(run.runs(None, at(50_000 + QUIET_MS - 1)));
        assert!(!run.runs(None, at(50_000 + QUIET_MS)));
        let beat = Beat {
            at: at(60_000),
            progress: BacktestProgress::default(),
        };
        assert!(run.runs(Some(beat), at(60_000 + QUIET_MS - 1)));
        assert!(!run.runs(Some(beat), at(60_000 + QUIET_MS)));
        assert!(!of(&[begun("a"), ended(1, done(0))]).runs(Some(beat), at(60_000)));
    }
}
