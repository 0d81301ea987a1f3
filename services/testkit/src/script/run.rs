//! Running a script: through the engine, and through the slow evaluator.

use std::rc::Rc;
use std::sync::Arc;

use mingjing_domain::alert::AlertRecord;
use mingjing_domain::definitions::{DefinitionFile, DefinitionSet};
use mingjing_domain::fact::Fact;
use mingjing_engine::{Engine, Rules};

use super::parse::{Input, Line, parse};
use super::show::{Row, difference};
use crate::evaluator::Definitions;
use crate::evaluator::life::SlowEngine;

/// Something that reads inputs and knows alerts.
pub trait Judge {
    /// Its name, for failures.
    fn name(&self) -> &'static str;
    /// Reads one input; `set` are the definitions in force with it.
    fn read(&mut self, input: &Input, set: &DefinitionSet);
    /// Every alert it knows, in any state, sorted.
    fn rows(&self) -> Vec<Row>;
    /// What the last command of a person came to: `applied`, or the code of why it was refused.
    fn answer(&self) -> Option<&'static str>;
    /// The alerts in full, where it writes any.
    fn records(&self) -> Vec<AlertRecord> {
        Vec::new()
    }
}

/// The engine, with the facts it has written.
pub struct EngineRun {
    /// The engine.
    pub engine: Engine,
    /// Its alert facts so far, in order.
    pub facts: Vec<Fact>,
}

impl EngineRun {
    /// An engine under these definitions. Panics with all problems where they do not compile.
    pub fn new(set: &DefinitionSet) -> Self {
        Self {
            engine: Engine::new(compiled(set)),
            facts: Vec::new(),
        }
    }
}

/// The rules of a set. Panics with all problems where it does not compile.
pub fn compiled(set: &DefinitionSet) -> Arc<Rules> {
    Arc::new(Rules::compile(set).unwrap_or_else(|problems| {
        let list: Vec<String> = problems.iter().map(ToString::to_string).collect();
        panic!("the definitions do not compile:\n{}", list.join("\n"))
    }))
}

impl EngineRun {
    /// Reads one input without judging; see [`Engine::note`].
    pub fn note(&mut self, input: &Input, set: &DefinitionSet) {
        self.engine.note(as_told(input, set));
    }
}

/// An input as the engine is told it.
fn as_told<'a>(input: &'a Input, set: &DefinitionSet) -> mingjing_engine::Input<'a> {
    use mingjing_engine::Input as Told;
    match input {
        Input::Event(event) => Told::Event(event),
        Input::Tick(at) => Told::Tick(*at),
        Input::CompleteUntil(source, until) => Told::CompleteUntil {
            source,
            until: *until,
        },
        Input::Declared(source) => Told::Declared(source),
        Input::Command(command) => Told::Command(command),
        Input::Activate(_) => Told::Activated(compiled(set)),
    }
}

impl Judge for EngineRun {
    fn name(&self) -> &'static str {
        "engine"
    }

    fn read(&mut self, input: &Input, set: &DefinitionSet) {
        self.engine.handle(as_told(input, set), &mut self.facts);
    }

    fn rows(&self) -> Vec<Row> {
        let mut rows: Vec<Row> = self.engine.alerts().map(Row::from).collect();
        rows.sort();
        rows
    }

    fn answer(&self) -> Option<&'static str> {
        self.facts.iter().rev().find_map(|fact| match fact {
            Fact::Decision { refused, .. } => {
                Some(refused.as_ref().map_or("applied", |r| r.reason.code()))
            }
            _ => None,
        })
    }

    fn records(&self) -> Vec<AlertRecord> {
        self.engine.alerts().cloned().collect()
    }
}

/// The slow evaluator with the life of its alerts.
pub struct SlowRun(pub SlowEngine);

impl SlowRun {
    /// A slow partition under these definitions. Panics where they cannot be read.
    pub fn new(set: &DefinitionSet) -> Self {
        Self(SlowEngine::new(ready(set)))
    }
}

fn ready(set: &DefinitionSet) -> Rc<Definitions> {
    Rc::new(Definitions::of(set.clone()).unwrap_or_else(|problem| panic!("{problem}")))
}

impl Judge for SlowRun {
    fn name(&self) -> &'static str {
        "slow evaluator"
    }

    fn read(&mut self, input: &Input, set: &DefinitionSet) {
        match input {
            Input::Event(event) => self.0.event(event),
            Input::Tick(at) => self.0.tick(*at),
            Input::CompleteUntil(source, until) => self.0.complete_until(source, *until),
            Input::Declared(source) => self.0.declared(source),
            Input::Command(command) => self.0.command(command),
            Input::Activate(_) => self.0.activated(ready(set)),
        }
    }

    fn rows(&self) -> Vec<Row> {
        let mut rows: Vec<Row> = self.0.alerts().into_iter().map(Row::from).collect();
        rows.sort();
        rows
    }

    fn answer(&self) -> Option<&'static str> {
        self.0.answer()
    }
}

/// Reads a set from files. Panics with all problems.
pub fn definitions(files: Vec<DefinitionFile>) -> DefinitionSet {
    let (set, problems) = DefinitionSet::read(files);
    let list: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert!(
        list.is_empty(),
        "the definitions cannot be read:\n{}",
        list.join("\n")
    );
    set
}

/// Runs a script through the engine and through the slow evaluator, and panics with a readable difference where either
/// knows other alerts than the script expects. Answers with the alerts that the engine knows in the end.
pub fn check(definitions_yaml: &str, script: &str) -> Vec<AlertRecord> {
    run(definitions_yaml, script, |set| {
        vec![Box::new(EngineRun::new(set)), Box::new(SlowRun::new(set))]
    })
}

/// Runs a script through judges, side by side. Panics at the first expectation that does not hold, and where there is none.
/// Answers with the alerts that they know in the end, as far as they write any.
pub fn run(
    definitions_yaml: &str,
    script: &str,
    judges: impl Fn(&DefinitionSet) -> Vec<Box<dyn Judge>>,
) -> Vec<AlertRecord> {
    let (zone, lines) = parse(script).unwrap_or_else(|bad| panic!("{bad}\n{script}"));
    let mut files = vec![DefinitionFile {
        name: "definitions.yaml".into(),
        text: definitions_yaml.to_owned(),
    }];
    let mut set = definitions(files.clone());
    let mut judges = judges(&set);
    let mut expectations = 0;
    for (number, line) in lines {
        match line {
            Line::Input(input) => {
                if let Input::Activate(file) = &input {
                    files.retain(|f| f.name != file.name);
                    files.push(file.clone());
                    set = definitions(files.clone());
                }
                for judge in &mut judges {
                    judge.read(&input, &set);
                }
            }
            Line::Answered(wanted) => {
                expectations += 1;
                for judge in &judges {
                    assert_eq!(
                        judge.answer(),
                        Some(&*wanted),
                        "the {} answers otherwise than the script at line {number}",
                        judge.name()
                    );
                }
            }
            Line::Inspect(..) => panic!("line {number}: nothing is archived here to be inspected"),
            Line::Told(told) => {
                expectations += 1;
                let records: Vec<AlertRecord> =
                    judges.iter().flat_map(|judge| judge.records()).collect();
                if let Some(why) = told.fails(&records) {
                    panic!("an alert tells otherwise than the script at line {number}: {why}");
                }
            }
            Line::Expect(wanted) => {
                expectations += 1;
                let disagreement = |judge: &dyn Judge| {
                    let text = difference(&wanted, &judge.rows(), zone)?;
                    Some(format!(
                        "the {} disagrees with the script at line {number}:\n{text}",
                        judge.name()
                    ))
                };
                let found: Vec<String> = judges
                    .iter()
                    .filter_map(|judge| disagreement(judge.as_ref()))
                    .collect();
                assert!(found.is_empty(), "{}", found.join(""));
            }
        }
    }
    assert!(
        expectations > 0,
        "a script that expects nothing cannot fail: write `expect nothing` where that is meant"
    );
    judges.iter().flat_map(|judge| judge.records()).collect()
}
