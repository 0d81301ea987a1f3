//! 节点: how far each body has come, from the reported list to the responsibility list (the notice of 2015 gave each its date), with what
//! was to be done by when.
//!
//! What the definitions show is counted from them. What they cannot show, somebody records; a record that they contradict is told as
//! contradicted, and is not done.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Act, Actor, Kind, Life, State};
use crate::Timestamp;
use crate::definitions::{DefinitionSet, PowerItem};

/// One step on a body's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Milestone {
    /// 上报清单.
    Reported,
    /// 审核.
    Reviewed,
    /// 公布.
    Published,
    /// 编制流程图.
    Flowchart,
    /// 设置监察点.
    ControlPoints,
    /// 接入平台.
    OnPlatform,
    /// 责任清单.
    ResponsibilityList,
}

impl Milestone {
    /// Every one, in the order of the way.
    pub const ALL: [Milestone; 7] = [
        Milestone::Reported,
        Milestone::Reviewed,
        Milestone::Published,
        Milestone::Flowchart,
        Milestone::ControlPoints,
        Milestone::OnPlatform,
        Milestone::ResponsibilityList,
    ];

    /// The word in requests.
    pub const fn code(self) -> &'static str {
        match self {
            Milestone::Reported => "reported",
            Milestone::Reviewed => "reviewed",
            Milestone::Published => "published",
            Milestone::Flowchart => "flowchart",
            Milestone::ControlPoints => "control_points",
            Milestone::OnPlatform => "on_platform",
            Milestone::ResponsibilityList => "responsibility_list",
        }
    }

    /// The field's term.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Milestone::Reported => "上报清单",
            Milestone::Reviewed => "审核清单",
            Milestone::Published => "公布清单",
            Milestone::Flowchart => "编制流程图",
            Milestone::ControlPoints => "设置监察点",
            Milestone::OnPlatform => "接入平台",
            Milestone::ResponsibilityList => "公布责任清单",
        }
    }
}

/// What somebody says of a body's milestone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum MilestoneAct {
    /// To be done by then.
    Planned {
        /// The last day.
        due: NaiveDate,
    },
    /// Done.
    Done {
        /// Since when.
        on: NaiveDate,
    },
    /// Not done after all.
    Undone,
}

/// One record of a body's milestones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MilestoneRecord {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: Actor,
    /// Why.
    pub why: String,
    /// The client's own key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Which.
    pub milestone: Milestone,
    /// What.
    pub act: MilestoneAct,
}

/// How a body stands at a milestone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MilestoneStanding {
    /// The body.
    pub body: String,
    /// Which.
    pub milestone: Milestone,
    /// To be done by then, where somebody said so.
    pub due: Option<NaiveDate>,
    /// Whether it is done: by what the definitions show, or by a record that they do not contradict.
    pub done: bool,
    /// Since when, by the record.
    pub done_on: Option<NaiveDate>,
    /// How many of the body's items have it, of how many, where that can be counted.
    pub counted: Option<(usize, usize)>,
    /// Recorded as done, and the definitions say otherwise.
    pub contradicted: bool,
    /// Not done, and the last day is over.
    pub overdue: bool,
}

/// Every milestone of a body that its records, or the list in force, know.
pub fn milestones(
    body: &str,
    records: &[MilestoneRecord],
    set: &DefinitionSet,
    lives: &[Life],
    sources: usize,
    today: NaiveDate,
) -> Vec<MilestoneStanding> {
    let items: Vec<&PowerItem> = set
        .items
        .iter()
        .map(|document| &document.value)
        .filter(|item| item.executing_body.text == body)
        .filter(|item| item.effective_to.is_none_or(|to| to >= today))
        .collect();
    Milestone::ALL
        .into_iter()
        .map(|milestone| {
            let of = || records.iter().filter(move |r| r.milestone == milestone);
            let due = of().rev().find_map(|record| match record.act {
                MilestoneAct::Planned { due } => Some(due),
                _ => None,
            });
            let said = of().rev().find_map(|record| match record.act {
                MilestoneAct::Done { on } => Some(Some(on)),
                MilestoneAct::Undone => Some(None),
                MilestoneAct::Planned { .. } => None,
            });
            let done_on = said.flatten();
            let counted = counted(milestone, &items, set);
            let shown = match counted {
                Some((have, all)) => all > 0 && have == all,
                None => shown(milestone, body, &items, lives, sources),
            };
            let contradicted = done_on.is_some() && counted.is_some() && !shown;
            let done = shown || (done_on.is_some() && !contradicted);
            MilestoneStanding {
                body: body.to_owned(),
                milestone,
                due,
                done,
                done_on,
                counted,
                contradicted,
                overdue: !done && due.is_some_and(|due| today > due),
            }
        })
        .collect()
}

/// How many items have it, where an item can have it.
fn counted(
    milestone: Milestone,
    items: &[&PowerItem],
    set: &DefinitionSet,
) -> Option<(usize, usize)> {
    let charts = |item: &PowerItem| {
        let id = item.flowchart.text.clone();
        let charts = set.flowcharts.iter().map(|document| &document.value);
        charts.filter(move |chart| chart.id.text == id)
    };
    let have = |has: &dyn Fn(&PowerItem) -> bool| items.iter().filter(|item| has(item)).count();
    let count = match milestone {
        Milestone::Flowchart => have(&|item| charts(item).any(|chart| !chart.steps.is_empty())),
        Milestone::ControlPoints => {
            have(&|item| charts(item).any(|chart| !chart.control_points.is_empty()))
        }
        Milestone::ResponsibilityList => have(&|item| !item.responsibilities.is_empty()),
        _ => return None,
    };
    Some((count, items.len()))
}

fn shown(
    milestone: Milestone,
    body: &str,
    items: &[&PowerItem],
    lives: &[Life],
    sources: usize,
) -> bool {
    let own = || {
        lives.iter().filter(|life| {
            // A draft's own documents do not name the body; who drafted it does.
            life.kind == Kind::Item && life.authors.iter().any(|author| author.body == body)
        })
    };
    match milestone {
        Milestone::Published => !items.is_empty(),
        Milestone::Reviewed => {
            !items.is_empty()
                || own().any(|life| {
                    matches!(
                        life.state,
                        State::Approved | State::Publishing { .. } | State::Published { .. }
                    )
                })
        }
        Milestone::Reported => {
            let submitted = |life: &Life| {
                let acts = life.records.iter().map(|record| &record.act);
                acts.into_iter()
                    .any(|act| matches!(act, Act::Submitted { .. }))
            };
            !items.is_empty() || own().any(submitted)
        }
        Milestone::OnPlatform => sources > 0,
        Milestone::Flowchart | Milestone::ControlPoints | Milestone::ResponsibilityList => false,
    }
}
