//! The engine and the slow evaluator side by side.

use std::collections::BTreeMap;

use chrono_tz::Asia::Shanghai;
use mingjing_domain::alert::AlertRecord;
use mingjing_domain::definitions::{DefinitionFile, DefinitionSet};
use mingjing_domain::fact::{Cause, Fact};
use mingjing_engine::Engine;
use mingjing_testkit::script::{
    EngineRun, Input, Judge, Line, SlowRun, compiled, definitions, difference, parse,
};

use super::history::{Step, with_voices};
use super::hold;

macro_rules! ensure {
    ($holds:expr, $($why:tt)*) => {
        if !$holds {
            return Err(format!($($why)*));
        }
    };
}

/// The definitions of random histories, as first published.
pub const BASE: &str = include_str!("definitions.yaml");

/// Another work calendar: the Spring Festival is taken back and a storm closes three days.
const AMENDED: &str = "\
kind: calendar
id: cn
name: 修订的工作日历
time_zone: Asia/Shanghai
versions:
  - version: '2026.1'
    published_at: 2025-11-04T00:00:00+08:00
    basis: 原通知
    years: {2026: {off: [{from: 2026-02-15, to: 2026-02-23, name: 春节}]}}
  - version: '2026.2'
    published_at: 2026-02-09T00:00:00+08:00
    basis: 停工通知
    years: {2026: {off: [{from: 2026-02-10, to: 2026-02-12, name: 停工}], work: [2026-02-14]}}
";

/// What places set for themselves: everywhere, by category, region and item, from two days on; what is closer contradicts what
/// is farther.
const SETTINGS: &str = "\
kind: rule_settings
id: everywhere
version: '1'
effective_from: 2015-01-01
set:
  - {rule: T1, at: 70%, level: review}
  - {rule: T2, off: true}
  - {rule: Q1, over: 2h}
  - {rule: A6, level: red}
  - {rule: CEL, level: notice}
  - {control_point: review, level: notice, confirm: true}
  - {rule: C1, with: {accept: 9h}}
  - {rule: P9, with: {more_than: 2}}
  - {rule: A4, with: {at_least: 1}}
  - {rule: F1, with: {within: 30h}}
  - {control_point: citizen, with: {fee: 3}}
  - {control_point: not-passed, with: {with_result: 'passed,rejected'}}
  - {rule: T15, over: 2wd, with: {remind: 20h, red_after: 1wd, escalate: '1wd before: department_supervisor; late: supervision'}}
---
kind: rule_settings
id: everywhere
version: '2'
effective_from: 2026-02-11
set:
  - {rule: T1, at: 1cd before}
  - {rule: T5, off: true}
  - {rule: Q1, with: {over: 30h}, confirm: true}
  - {rule: C1, with: {accept: 1cd}, level: red}
  - {rule: A1, with: {grace: 20h}}
  - {control_point: big, with: {when: 'event.paid > 800'}}
  - {control_point: left-out, with: {steps: survey}}
  - {control_point: objection-over, with: {}, level: red}
  - {control_point: wrong-body, off: true}
  - {rule: T15, level: red, with: {over: 30h, remind: none, appeal: 1wd}}
---
kind: rule_settings
id: of-orders
version: '1'
effective_from: 2026-02-10
where: {region: '510500'}
set:
  - {rule: T15, level: notice, with: {red_after: 20h, escalate: '26h before: department_supervisor; 3h yellow: supervision; 1cd red: leadership'}}
---
kind: rule_settings
id: licences
version: '1'
effective_from: 2015-01-01
where: {power_type: licence, region: '510000'}
set:
  - {rule: T2, off: false, level: red}
  - {rule: T8, at: 2h before, level: yellow}
  - {rule: T10, level: yellow, with: {remind: 20h, review_after: 30h}}
  - {rule: Q8, with: {count: 1, share: 60%, last: 5%}}
  - {rule: T15, with: {over: 1wd, appeal: 2cd, remind: 3h}}
---
kind: rule_settings
id: one-item
version: '1'
effective_from: 2026-02-12
where: {item: XK-1}
set:
  - {rule: T3, level: notice}
  - {rule: T4, confirm: true}
  - {control_point: whole, off: true}
  - {control_point: decision, at: 10%, level: yellow}
  - {rule: T15, level: yellow, with: {over: 1cd, red_after: none, escalate: 'late red: leadership'}}
---
kind: rule_settings
id: one-item-here
version: '1'
effective_from: 2026-02-10
where: {item: CF-1, power_type: penalty, region: '510500'}
set:
  - {rule: T15, with: {appeal: 30h, remind: 1wd, escalate: none}}
---
kind: rule_settings
id: elsewhere
version: '1'
effective_from: 2015-01-01
where: {region: '510600'}
set:
  - {rule: Q5, off: true}
  - {rule: T15, off: true}
";

/// Sources that the definitions declare, with codes of their own, and days off of the city.
const SOURCES: &str = "\
kind: source
id: a
delay_allowance_hours: 3
supervised_from: 2026-02-10T00:00:00+08:00
mapping:
  items: {ZS-1: CF-1}
  steps: {unknown: review, consult: survey}
  results: {denied: granted}
  orgs: {gaj: zjj}
  specials: {autopsy: appraisal}
  regions: {'510503': '510502'}
lacks:
  events: [delivered, notice, published]
  fields: [special.notice_no, special.planned_end, 'decided:actor.id', 'note:region_code', attachments, 'hearing:co_actors', 'extend:special.approver', 'filed:actor.number', discretion_tier, 'paid:fee', 'step_start:inspection.plan']
---
kind: source
id: c
clock: declared
region: '510502'
mapping: {items: {CF-1: XK-1, XK-1: CF-1}}
---
kind: calendar
id: luzhou
name: 泸州市工作日历
time_zone: Asia/Shanghai
extends: cn
regions: ['510500']
versions:
  - version: 泸州.1
    published_at: 2026-01-20T00:00:00+08:00
    basis: 地方节日
    local: {off: [{from: 2026-02-11, to: 2026-02-12, name: 地方节日}], work: [2026-02-14]}
---
kind: calendar
id: jiangyang
name: 江阳区工作日历
time_zone: Asia/Shanghai
extends: luzhou
regions: ['510502']
versions:
  - version: 江阳.1
    published_at: 2026-01-21T00:00:00+08:00
    basis: 地方节日
    local: {off: [{from: 2026-02-13, to: 2026-02-13, name: 区庆}]}
";

/// The definition sets that come into force, by number.
pub fn variant(number: u8) -> DefinitionSet {
    let text = match number {
        1 => format!("{BASE}---\n{AMENDED}"),
        2 => BASE
            .replace("confirm: true, ", "")
            .replace("promised: 3wd, statutory: 5wd", "promised: 2wd, statutory: 4wd")
            .replace("  - {id: delivery, name: 送达超时, rule: T8, check: {overdue: {limit: delivery}}}\n", "")
            .replace("{id: late-entry, ", "{id: late-entry, confirm: true, "),
        3 => format!("{BASE}# the same, published again\n"),
        4 => BASE.replace("calendar: cn\n", "").replace("effective_from: 2026-02-13", "effective_from: 2026-02-10"),
        5 => format!("{BASE}---\n{SETTINGS}"),
        6 => format!("{BASE}---\n{SETTINGS}---\n{SOURCES}"),
        _ => BASE.to_owned(),
    };
    definitions(vec![DefinitionFile {
        name: "random.yaml".into(),
        text,
    }])
}

/// Both judges on one history.
struct Duel {
    engine: EngineRun,
    slow: SlowRun,
    sets: Vec<DefinitionSet>,
    in_force: u8,
    checked_facts: usize,
    folded: BTreeMap<String, (u32, AlertRecord)>,
}

impl Duel {
    fn new() -> Self {
        let sets: Vec<DefinitionSet> = (0..7).map(variant).collect();
        Self {
            engine: EngineRun::new(&sets[0]),
            slow: SlowRun::new(&sets[0]),
            sets,
            in_force: 0,
            checked_facts: 0,
            folded: BTreeMap::new(),
        }
    }

    fn run(&mut self, steps: &[Step]) -> Result<(), String> {
        for step in steps {
            match step {
                Step::Lines(lines) => {
                    self.read(lines)?;
                }
                Step::Activate(number) => {
                    self.in_force = *number;
                    let file = DefinitionFile {
                        name: String::new(),
                        text: String::new(),
                    };
                    self.both(&Input::Activate(file))?;
                }
                Step::Restart => {
                    self.restart()?;
                }
            }
        }
        Ok(())
    }

    fn read(&mut self, lines: &str) -> Result<(), String> {
        let (_, parsed) = parse(lines).map_err(|bad| format!("{bad} in\n{lines}"))?;
        for (_, line) in parsed {
            let Line::Input(input) = line else { continue };
            self.both(&input)?;
        }
        Ok(())
    }

    fn both(&mut self, input: &Input) -> Result<(), String> {
        let set = &self.sets[usize::from(self.in_force)];
        self.engine.read(input, set);
        self.slow.read(input, set);
        self.agree("after this")
    }

    /// The engine goes on from its snapshot: nothing changes. Then another version of it takes over and judges
    /// everything again: nothing changes but what a slow partition also sees anew.
    fn restart(&mut self) -> Result<(), String> {
        let set = &self.sets[usize::from(self.in_force)];
        let before: Vec<AlertRecord> = self.engine.engine.alerts().cloned().collect();
        let bytes = self.engine.engine.snapshot();
        self.engine.engine = Engine::restore(compiled(set), &bytes).expect("its own snapshot");
        let after: Vec<AlertRecord> = self.engine.engine.alerts().cloned().collect();
        for (was, is) in before.iter().zip(&after) {
            ensure!(
                was == is,
                "an alert changed by a restart: it was\n{was:?}\nand is\n{is:?}"
            );
        }
        ensure!(
            before.len() == after.len(),
            "{} alerts, {} after a restart",
            before.len(),
            after.len()
        );
        ensure!(
            bytes == self.engine.engine.snapshot(),
            "a snapshot of a snapshot differs"
        );
        let cause = Cause::EngineChange {
            version: "another".into(),
        };
        self.engine.engine.rejudge(&cause, &mut self.engine.facts);
        self.slow.read(
            &Input::Activate(DefinitionFile {
                name: String::new(),
                text: String::new(),
            }),
            set,
        );
        self.agree("after another version of the engine took over")
    }

    fn agree(&mut self, when: &str) -> Result<(), String> {
        ensure!(
            self.slow.answer() == self.engine.answer(),
            "{when} the slow evaluator answers {:?} to the last command, the engine {:?}",
            self.slow.answer(),
            self.engine.answer()
        );
        if let Some(text) = difference(&self.slow.rows(), &self.engine.rows(), Shanghai) {
            return Err(format!(
                "engine and slow evaluator disagree {when}; what is missing or besides is so in the engine:\n{text}"
            ));
        }
        self.facts_add_up()
    }

    /// Facts folded are the engine's own view; revisions run from 1 without a gap; none says nothing new; no alert is
    /// there twice.
    fn facts_add_up(&mut self) -> Result<(), String> {
        for fact in &self.engine.facts[self.checked_facts..] {
            let Fact::Alert {
                revision, alert, ..
            } = fact
            else {
                continue;
            };
            let (last, same) = match self.folded.get(&alert.alert_id) {
                Some((revision, record)) => (*revision, record == &**alert),
                None => (0, false),
            };
            ensure!(
                *revision == last + 1,
                "revision {revision} after {last}: {alert:?}"
            );
            ensure!(!same, "a fact that changes nothing: {alert:?}");
            self.folded
                .insert(alert.alert_id.clone(), (*revision, (**alert).clone()));
        }
        self.checked_facts = self.engine.facts.len();
        let mut known = 0;
        for alert in self.engine.engine.alerts() {
            known += 1;
            let folded = self.folded.get(&alert.alert_id).map(|(_, record)| record);
            ensure!(
                folded == Some(alert),
                "the facts say {folded:?}\nthe engine {alert:?}"
            );
        }
        ensure!(
            known == self.folded.len(),
            "{known} alerts, {} in the facts",
            self.folded.len()
        );
        Ok(())
    }
}

#[test]
fn engine_and_slow_evaluator_agree_after_every_input() {
    hold("duel", with_voices(1..70), |steps| Duel::new().run(steps));
}
