//! An explanation is no second opinion: read again from one case's own part of the log, it comes to the alerts that were
//! published, at any position and clock, and its verdicts are these alerts.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use chrono_tz::Asia::Shanghai;
use mingjing_domain::Timestamp;
use mingjing_domain::alert::Status;
use mingjing_domain::definitions::DefinitionSet;
use mingjing_engine::explain::{
    Asked, CaseLog, Entry, Explanation, InForce, Known, Said, View, explain, text_zh,
};
use mingjing_engine::{Engine, Rules};
use mingjing_testkit::script::{EngineRun, Input, Judge, Line, Row, compiled, difference, parse};
use proptest::prelude::*;
use proptest::sample::Index;

use super::duel::variant;
use super::history::{Step, history};
use super::hold_with;

/// What a partition reads, with the number of the definitions in force.
struct Read {
    clock: Timestamp,
    what: What,
}

enum What {
    Input(Input),
    Activated(u8),
}

/// Before anything of a random history happens.
const BEGIN: &str = "2026-01-01T00:00:00+08:00";

/// The sets of definitions, compiled once: that takes longer than most histories.
static RULES: LazyLock<Vec<Arc<Rules>>> =
    LazyLock::new(|| (0..7).map(|n| compiled(&variant(n))).collect());

/// A whole history as one partition reads it: definitions first, then a tick.
struct Partition {
    rules: Vec<Arc<Rules>>,
    read: Vec<Read>,
}

impl Partition {
    fn of(steps: &[Step]) -> Self {
        let begin = Timestamp::parse(BEGIN).expect("an instant");
        let mut partition = Partition {
            rules: RULES.clone(),
            read: Vec::new(),
        };
        let mut clock = begin;
        partition.push(&mut clock, What::Input(Input::Tick(begin)));
        partition.push(&mut clock, What::Activated(0));
        for step in steps {
            match step {
                Step::Lines(lines) => {
                    let (_, parsed) = parse(lines).expect("a written history");
                    for (_, line) in parsed {
                        if let Line::Input(input) = line {
                            partition.push(&mut clock, What::Input(input));
                        }
                    }
                }
                Step::Activate(number) => partition.push(&mut clock, What::Activated(*number)),
                Step::Restart => {}
            }
        }
        partition
    }

    fn push(&mut self, clock: &mut Timestamp, what: What) {
        if let What::Input(Input::Tick(at)) = &what {
            *clock = (*clock).max(*at);
        }
        self.read.push(Read {
            clock: *clock,
            what,
        });
    }

    /// The engine after so many records, with the alerts of all cases. Its owner ticks whenever something is due, as owners do.
    fn run(&self, until: usize) -> EngineRun {
        let mut run = EngineRun {
            engine: Engine::new(self.rules[0].clone()),
            facts: Vec::new(),
        };
        // Activations are told by their compiled rules, so nothing is read from this set.
        let set = DefinitionSet::default();
        for read in &self.read[..until] {
            match &read.what {
                What::Input(input) => {
                    if let Input::Tick(at) = input {
                        tick_at_every_due(&mut run, *at);
                    }
                    run.read(input, &set);
                }
                What::Activated(number) => {
                    let rules = self.rules[usize::from(*number)].clone();
                    let told = mingjing_engine::Input::Activated(rules);
                    run.engine.handle(told, &mut run.facts);
                }
            }
        }
        run
    }

    /// The cases that events are about.
    fn cases(&self, until: usize) -> Vec<(String, String)> {
        let mut cases: Vec<(String, String)> = self.read[..until]
            .iter()
            .filter_map(|read| match &read.what {
                What::Input(Input::Event(e)) => Some((e.source.to_string(), e.case_no.to_string())),
                _ => None,
            })
            .collect();
        cases.sort();
        cases.dedup();
        cases
    }

    /// What bears on one case: all of it, whatever is asked later. Ticks are not kept.
    fn log<'a>(&'a self, source: &'a str, case_no: &'a str) -> CaseLog<'a> {
        let of_case = |input: &Input| match input {
            Input::Event(e) if *e.source == *source && *e.case_no == *case_no => {
                Some(Said::Event(e.clone()))
            }
            Input::CompleteUntil(of, until) if of == source => Some(Said::CompleteUntil(*until)),
            Input::Declared(of) if of.id == source => Some(Said::Declared(of.clone())),
            _ => None,
        };
        let entries = self.read.iter().enumerate().filter_map(|(offset, read)| {
            let said = match &read.what {
                What::Input(input) => of_case(input)?,
                What::Activated(number) => Said::Activated(InForce {
                    hash: format!("{number:064}"),
                    rules: self.rules[usize::from(*number)].clone(),
                    recorded: true,
                }),
            };
            Some(Entry {
                offset: offset as u64,
                clock_at: Some(read.clock),
                said,
            })
        });
        CaseLog::new(source, case_no, entries.collect())
    }
}

fn tick_at_every_due(run: &mut EngineRun, until: Timestamp) {
    let due = |engine: &Engine| {
        let due = engine.next_due();
        due.filter(|due| *due < until && *due > engine.clock())
    };
    while let Some(at) = due(&run.engine) {
        let tick = mingjing_engine::Input::Tick(at);
        run.engine.handle(tick, &mut run.facts);
    }
}

#[test]
fn what_is_explained_is_what_was_published_then() {
    hold_with(
        "explained",
        history(1..60),
        proptest::collection::vec(any::<Index>(), 1..4),
        |steps, drawn| {
            let partition = Partition::of(steps);
            for index in drawn {
                let until = index.index(partition.read.len()) + 1;
                holds_after(&partition, until)?;
            }
            holds_after(&partition, partition.read.len())
        },
    );
}

fn holds_after(partition: &Partition, until: usize) -> Result<(), String> {
    let run = partition.run(until);
    let clock = run.engine.clock();
    for (source, case_no) in partition.cases(until) {
        let log = partition.log(&source, &case_no);
        let asked = Asked {
            at: clock,
            known: Known::Position(until as u64 - 1),
        };
        let told = explain(&log, &asked)
            .ok_or_else(|| format!("nothing is told of {source}/{case_no}"))?;
        // What people decided is no conclusion from the case's own log either.
        let automatic = run
            .engine
            .alerts()
            .map(|alert| Row::from(&alert.automatic()));
        let mut published: Vec<Row> = automatic
            .filter(|row| row.source == source && row.case_no == case_no)
            // What an inspection found is no conclusion from the case's own log.
            .filter(|row| !row.control_point.starts_with("inspection/"))
            // And what is owed upon an order, or was raised by hand, follows from what people did.
            .filter(|row| !row.control_point.starts_with("disposition/"))
            .collect();
        published.sort();
        let mut explained: Vec<Row> = told.alerts.iter().map(Row::from).collect();
        explained.sort();
        if let Some(text) = difference(&published, &explained, Shanghai) {
            return Err(format!(
                "after {until} records, what is missing or besides in the explanation of {source}/{case_no}:\n{text}"
            ));
        }
        verdicts_are_the_alerts(&told)?;
    }
    Ok(())
}

/// Every alert has its verdict, what is alleged says the same as its alert, and everything has words.
fn verdicts_are_the_alerts(told: &Explanation) -> Result<(), String> {
    let mut of_alert = BTreeMap::new();
    for point in &told.points {
        if point.verdicts.is_empty() {
            return Err(format!("{} says nothing", point.control_point));
        }
        for verdict in &point.verdicts {
            if verdict.text.is_empty() {
                return Err(format!("{} has no words: {verdict:?}", point.control_point));
            }
            if let Some(id) = &verdict.alert_id {
                of_alert.insert(id.clone(), verdict.clone());
            }
        }
    }
    let judged = told.notes.iter().all(|note| !note.contains("申报时钟"));
    for alert in &told.alerts {
        let Some(verdict) = of_alert.remove(&alert.alert_id) else {
            return Err(format!("no verdict is about {alert:?}"));
        };
        let taken_back = matches!(alert.status, Status::Withdrawn | Status::Cancelled)
            || (alert.status == Status::Review && alert.withdrawn_reason.is_some());
        let alleged = verdict.outcome == "alleged";
        if taken_back || !judged {
            continue;
        }
        let now = (
            Some(alert.level),
            alert.due_at,
            alert.breached_at,
            alert.completed_at,
        );
        let said = (
            verdict.level,
            verdict.due_at,
            verdict.breached_at,
            verdict.completed_at,
        );
        // A point that describes the present only says of what is over that it was.
        let over = alert.ended_reason.as_deref() == Some("情形已消除");
        if !over && (!alleged || now != said) {
            return Err(format!("the alert {alert:?}\nand the verdict {verdict:?}"));
        }
    }
    match of_alert.is_empty() && !text_zh(told, Shanghai).is_empty() {
        true => Ok(()),
        false => Err(format!("verdicts about no alert: {of_alert:?}")),
    }
}

/// A story in which what is known changes what is told.
const STORY: &str = "\
source a live allowance 6h
case 1
item XK-1
2026-03-02 09:00 accepted by zhang id e1
tick 2026-03-02 09:00
";

#[test]
fn asked_of_an_earlier_instant_only_what_had_happened_counts() {
    let lines = format!(
        "{STORY}tick 2026-06-01 00:00\n\
         2026-03-03 10:00 decided by li id e2 received 2026-06-01 09:00\n\
         tick 2026-06-02 00:00\n"
    );
    let partition = Partition::of(&[Step::Lines(lines)]);
    let log = partition.log("a", "1");
    let at = |text: &str| Timestamp::parse(text).expect("an instant");
    let ask = |at, known| explain(&log, &Asked { at, known }).expect("it is known");

    // What was known in May: no decision, and so it was alleged.
    let may = at("2026-05-01T00:00:00+08:00");
    let then = ask(may, Known::Until(may));
    assert_eq!(then.view, View::Course);
    let known = |told: &Explanation| -> Vec<bool> { told.events.iter().map(|e| e.known).collect() };
    assert_eq!(known(&then), [true, false]);
    let alleged = |told: &Explanation| told.alerts.iter().any(|a| a.control_point == "decision");
    assert!(alleged(&then), "{:?}", then.alerts);

    // How it really stood in May, by what is known now: it had been decided on the second day.
    let back = ask(may, Known::Everything);
    assert_eq!(
        (back.view, known(&back)),
        (View::Hindsight, vec![true, true])
    );
    assert!(!alleged(&back), "{:?}", back.alerts);

    // How it stood on the first day: nothing had happened but the acceptance.
    let day = at("2026-03-02T12:00:00+08:00");
    let first = ask(day, Known::Everything);
    let counts: Vec<bool> = first.events.iter().map(|e| e.counts).collect();
    assert_eq!(counts, [true, false]);
    assert!(!alleged(&first), "{:?}", first.alerts);
}
