//! Timers become limits, and where parallel branches join, what must have been done.

use std::collections::BTreeMap;

use mingjing_domain::limit::Budget;

use crate::bpmn::duration;
use crate::bpmn::names::Codes;
use crate::bpmn::note::{Coverage, Note};
use crate::bpmn::process::{Gateway, Kind};
use crate::datum::Datum;

use super::Drawn;

/// Limits and control points that a drawing itself asks for.
#[derive(Default)]
pub(super) struct Timed {
    pub(super) limits: Vec<Datum>,
    pub(super) points: Vec<Datum>,
    ids: Codes,
}

impl Drawn<'_> {
    pub(super) fn timed(&self, notes: &mut Vec<Note>) -> Timed {
        let mut timed = Timed::default();
        let mut joins = 0;
        for (at, node) in self.process.nodes.iter().enumerate() {
            match node.kind {
                Kind::Boundary { host, .. } if node.timer.is_some() => {
                    self.at_the_edge(at, host, &mut timed, notes);
                }
                Kind::Event if node.timer.is_some() => self.on_the_way(at, &mut timed, notes),
                Kind::Gateway(Gateway::Parallel) => {
                    joins += 1;
                    self.join(at, joins, &mut timed, notes);
                }
                _ => {}
            }
        }
        timed
    }

    /// The budget of a timer, or why there is none.
    fn budget(&self, node: usize, notes: &mut Vec<Note>) -> Option<Budget> {
        let timer = self.process.nodes[node].timer.as_ref()?;
        let budget = (timer.kind == "timeDuration")
            .then(|| duration::budget(&timer.text))
            .flatten();
        if budget.is_none() {
            let shown: String = timer.text.chars().take(60).collect();
            let (en, zh) = match timer.kind.as_str() {
                "" => (
                    "the timer says no time; write a duration like P5D, or a limit in the definition".to_owned(),
                    "定时器没有写明时间；请写明时长（如 P5D），或在定义中设时限".to_owned(),
                ),
                "timeDuration" => (
                    format!("the duration {shown:?} is no limit in one unit; write one like P5D or PT24H, or a limit in the definition"),
                    format!("时长 {shown:?} 不能用一个单位表示；请写成 P5D、PT24H 之类，或在定义中设时限"),
                ),
                _ => (
                    format!("a date or cycle ({shown:?}) is no limit of a case; not judged"),
                    format!("日期或周期（{shown:?}）不是办件的时限，不评判"),
                ),
            };
            notes.push(self.note(node, Coverage::NotEnforced, &en, &zh));
        }
        budget
    }

    /// The id of what a timer asks for, which stays when others are drawn.
    fn timer_id(&self, node: usize, timed: &mut Timed) -> String {
        let event = &self.process.nodes[node];
        let code = match event.kind {
            Kind::Boundary { host, .. } if self.codes.contains_key(&host) => {
                timed.ids.code("", Some(&self.codes[&host]), "timer")
            }
            _ => timed.ids.code(&event.id, event.name.as_deref(), "n"),
        };
        format!("timer-{code}")
    }

    /// A timer at the edge of an activity or sub-process: how long it may take.
    fn at_the_edge(&self, at: usize, host: usize, timed: &mut Timed, notes: &mut Vec<Note>) {
        let Some(budget) = self.budget(at, notes) else {
            return;
        };
        let what = self.process.nodes[host].name.clone().unwrap_or_default();
        let mut limit = Datum::Map(Vec::new());
        let id = match self.codes.get(&host) {
            Some(code) => {
                let id = self.timer_id(at, timed);
                limit.set("id", Datum::text(&id));
                limit.set(
                    "name",
                    Datum::text(format!("{}环节时限", self.name_of(host))),
                );
                limit.set("kind", Datum::text("step"));
                limit.set("step", Datum::text(code));
                id
            }
            None => {
                let id = self.timer_id(at, timed);
                let begins = self.graph.reach(host);
                let ends = self.graph.before_by(host);
                if begins.is_empty() || ends.steps.is_empty() {
                    return;
                }
                limit.set("id", Datum::text(&id));
                limit.set("name", Datum::text(format!("{what}时限")));
                limit.set("kind", Datum::text("stage"));
                let anchor = |kind: &str, step: &usize| format!("{kind}:{}", self.codes[step]);
                limit.set(
                    "from",
                    Datum::texts(begins.iter().map(|s| anchor("step_start", s))),
                );
                limit.set(
                    "to",
                    Datum::texts(ends.steps.keys().map(|s| anchor("step_end", s))),
                );
                notes.push(self.note(
                    at,
                    Coverage::Partly,
                    "counted from the first start of its first step to the first end of a last one; repetitions are not",
                    "自首个环节第一次开始起、至任一末尾环节第一次办结止计算；重复办理不再计",
                ));
                id
            }
        };
        limit.set("promised", Datum::text(budget.to_string()));
        timed.limits.push(limit);
        timed.points.push(point(
            format!("{id}-late"),
            format!("{}超时", self.name_of(host)),
            Datum::Map(vec![("overdue".into(), limit_of(&id))]),
        ));
    }

    /// A timer between activities: how long must be waited.
    fn on_the_way(&self, at: usize, timed: &mut Timed, notes: &mut Vec<Note>) {
        let Some(budget) = self.budget(at, notes) else {
            return;
        };
        let mut before: BTreeMap<usize, bool> = BTreeMap::new();
        let mut begins = false;
        for flow in self.process.flows.iter().filter(|f| f.to == at) {
            let by = self.graph.before_by(flow.from);
            begins |= by.begins;
            before.extend(by.steps);
        }
        let after = self.graph.only_through(at);
        let broken_off = before.values().any(|broken| *broken);
        let Some(after) = after.filter(|_| !begins && !broken_off && !before.is_empty()) else {
            notes.push(self.note(
                at,
                Coverage::NotEnforced,
                "what follows can be reached without it too, or nothing leads to it: that the time was waited is not judged",
                "其后的环节也可不经此定时器到达（或此前没有环节）：是否等满不评判",
            ));
            return;
        };
        let id = self.timer_id(at, timed);
        let anchors = |kind: &str, steps: &mut dyn Iterator<Item = &usize>| {
            Datum::texts(steps.map(|s| format!("{kind}:{}", self.codes[s])))
        };
        let mut limit = Datum::Map(Vec::new());
        limit.set("id", Datum::text(&id));
        limit.set(
            "name",
            Datum::text(format!("{}：等满{}", self.name_of(at), budget.text_zh())),
        );
        limit.set("kind", Datum::text("stage"));
        limit.set("from", anchors("step_end", &mut before.keys()));
        let to = after.iter().flat_map(|s| {
            ["step_start", "step_end"].map(|kind| format!("{kind}:{}", self.codes[s]))
        });
        limit.set("to", Datum::texts(to));
        limit.set("at_least", Datum::text(budget.to_string()));
        limit.set("judged", Datum::text("when_done"));
        timed.limits.push(limit);
        timed.points.push(point(
            format!("{id}-early"),
            format!("未等满{}即办理", budget.text_zh()),
            Datum::Map(vec![("too_early".into(), limit_of(&id))]),
        ));
    }

    /// A parallel gateway that waits: what follows needs every branch.
    fn join(&self, at: usize, number: usize, timed: &mut Timed, notes: &mut Vec<Note>) {
        let ways: Vec<usize> = self
            .process
            .flows
            .iter()
            .filter(|f| f.to == at)
            .map(|f| f.from)
            .collect();
        if ways.len() < 2 {
            return;
        }
        let Some(after) = self.graph.only_through(at) else {
            let (en, zh) = if self.graph.reach(at).is_empty() {
                (
                    "nothing follows it: that every branch was done when the case closes is not judged; mark steps as required in the definition",
                    "其后没有环节：办结时各分支是否办完不评判；请在定义中将有关环节设为必经",
                )
            } else {
                (
                    "what follows can be reached without it too: that every branch was waited for is not judged",
                    "其后的环节也可不经此网关到达：是否等齐各分支不评判",
                )
            };
            notes.push(self.note(at, Coverage::NotEnforced, en, zh));
            return;
        };
        let mut event = Vec::new();
        for step in &after {
            event.push(format!("step_start:{}", self.codes[step]));
            event.push(format!("step_end:{}", self.codes[step]));
        }
        let follows: Vec<String> = after.iter().map(|s| self.name_of(*s)).collect();
        for (branch, way) in ways.iter().enumerate() {
            let before = self.graph.before_by(*way);
            if before.begins || before.steps.is_empty() {
                continue;
            }
            let anchors = before.steps.iter().map(|(step, broken_off)| {
                let kind = if *broken_off { "step" } else { "step_end" };
                format!("{kind}:{}", self.codes[step])
            });
            let names: Vec<String> = before.steps.keys().map(|s| self.name_of(*s)).collect();
            let check = Datum::Map(vec![
                ("event".into(), Datum::texts(event.clone())),
                ("before".into(), Datum::texts(anchors)),
            ]);
            timed.points.push(point(
                format!("join-{number}-{}", branch + 1),
                format!("未办「{}」即办「{}」", names.join("、"), follows.join("、")),
                Datum::Map(vec![("requires_before".into(), check)]),
            ));
        }
    }

    fn name_of(&self, node: usize) -> String {
        let drawn = self.process.nodes[node].name.clone();
        drawn
            .or_else(|| self.codes.get(&node).cloned())
            .unwrap_or_default()
    }
}

fn limit_of(id: &str) -> Datum {
    Datum::Map(vec![("limit".into(), Datum::text(id))])
}

fn point(id: String, name: String, check: Datum) -> Datum {
    Datum::Map(vec![
        ("id".into(), Datum::Text(id)),
        ("name".into(), Datum::Text(name)),
        ("check".into(), check),
    ])
}
