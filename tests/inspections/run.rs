//! Running a script with inspections.

use std::collections::BTreeMap;

use mingjing_domain::alert::AlertRecord;
use mingjing_domain::calendar::{WorkCalendar, built_in};
use mingjing_domain::catalogue;
use mingjing_domain::command::inspection_point;
use mingjing_domain::definitions::{DefinitionFile, DefinitionSet};
use mingjing_domain::fact::Fact;
use mingjing_domain::source::Source;
use mingjing_inspect::{Every, Known, PLANS, Said, window_of};
use mingjing_store::Store;
use mingjing_testkit::script::{
    EngineRun, Input, Judge, Line, SlowRun, definitions, difference, parse,
};

use tokio::sync::OnceCell;

use crate::archive::Archive;
use crate::engine;
use crate::file::Script;

/// What a script left.
pub struct Seen {
    /// The alerts that inspections raised.
    pub alerts: Vec<AlertRecord>,
    /// How many inspections ran.
    pub inspections: usize,
    /// How many alert facts followed from them.
    pub changes: usize,
}

/// Runs a script. Errs with the first thing that does not hold.
pub async fn script(script: &Script) -> Result<Seen, String> {
    let text = expanded(&script.text)?;
    let (reports, text) = without_reports(&text);
    let (zone, lines) = parse(&text).map_err(|bad| format!("{bad}\n{text}"))?;
    let mut run = Run::new(&script.definitions).await?;
    let mut reports = reports.into_iter().peekable();
    let mut expectations = 0;
    for (number, line) in lines {
        while let Some((_, words)) = reports.next_if(|(at, _)| *at < number) {
            let words: Vec<&str> = words.split_whitespace().collect();
            run.report(&words).await?;
        }
        match line {
            Line::Input(input) => run.read(&input),
            Line::Inspect(rule, label) => run
                .inspect(&rule, &label)
                .await
                .map_err(|why| format!("line {number}: {why}"))?,
            Line::Answered(wanted) => {
                expectations += 1;
                for judge in [&run.engine as &dyn Judge, &run.slow] {
                    if judge.answer() != Some(&*wanted) {
                        let answer = judge.answer().unwrap_or("nothing");
                        return Err(format!(
                            "the {} answers {answer} at line {number} of the expanded script",
                            judge.name()
                        ));
                    }
                }
            }
            Line::Told(told) => {
                expectations += 1;
                if let Some(why) = told.fails(&run.engine.records()) {
                    return Err(format!("line {number} of the expanded script: {why}"));
                }
            }
            Line::Expect(wanted) => {
                expectations += 1;
                for judge in [&run.engine as &dyn Judge, &run.slow] {
                    if let Some(text) = difference(&wanted, &judge.rows(), zone) {
                        return Err(format!(
                            "the {} disagrees at line {number} of the expanded script:\n{text}",
                            judge.name()
                        ));
                    }
                }
            }
        }
    }
    if expectations == 0 {
        return Err("a script that expects nothing cannot fail".into());
    }
    let of_inspections = |alert: &&AlertRecord| alert.control_point.starts_with("inspection/");
    Ok(Seen {
        alerts: run
            .engine
            .engine
            .alerts()
            .filter(of_inspections)
            .cloned()
            .collect(),
        inspections: run.inspections,
        changes: run.changes,
    })
}

struct Run {
    set: DefinitionSet,
    calendar: WorkCalendar,
    store: Store,
    archive: Archive,
    engine: EngineRun,
    slow: SlowRun,
    sources: BTreeMap<String, Source>,
    archived: usize,
    inspections: usize,
    changes: usize,
}

impl Run {
    async fn new(yaml: &str) -> Result<Self, String> {
        let set = definitions(vec![DefinitionFile {
            name: "definitions.yaml".into(),
            text: yaml.to_owned(),
        }]);
        let store = emptied().await?;
        let calendar = built_in("cn").ok_or("no calendar")?;
        Ok(Self {
            calendar: WorkCalendar::compile(calendar, None).map_err(|e| format!("{e:?}"))?,
            engine: EngineRun::new(&set),
            slow: SlowRun::new(&set),
            set,
            store,
            archive: Archive::default(),
            sources: BTreeMap::new(),
            archived: 0,
            inspections: 0,
            changes: 0,
        })
    }

    fn read(&mut self, input: &Input) {
        let clock = self.engine.engine.clock();
        match input {
            Input::Event(event) => self.archive.event(event, clock),
            Input::Declared(source) => {
                self.sources.insert(source.id.clone(), (**source).clone());
                self.archive.declared(source, clock);
            }
            _ => {}
        }
        self.engine.read(input, &self.set);
        self.slow.read(input, &self.set);
    }

    async fn report(&mut self, words: &[&str]) -> Result<(), String> {
        match words {
            ["treasury", words @ ..] => {
                Archive::treasury(&self.store, words, self.engine.engine.clock()).await
            }
            [_, words @ ..] => self.archive.totals(words),
            [] => Ok(()),
        }
    }

    async fn archived(&mut self) -> Result<(), String> {
        self.engine.engine.flush_cases(&mut self.engine.facts);
        for fact in &self.engine.facts[self.archived..] {
            self.archive.fact(fact);
        }
        self.archived = self.engine.facts.len();
        self.archive.write(&self.store).await
    }

    /// Runs an inspection twice: the second time there must be nothing left to say.
    async fn inspect(&mut self, rule: &str, label: &str) -> Result<(), String> {
        self.inspections += 1;
        self.archived().await?;
        let said = self.said(rule, label).await?;
        let before = self.facts();
        for said in said {
            self.read(&Input::Command(Box::new(said.command)));
        }
        self.changes += self.facts() - before;
        self.archived().await?;
        match self.said(rule, label).await?.len() {
            0 => Ok(()),
            n => Err(format!("run again at once it has {n} more things to say")),
        }
    }

    fn facts(&self) -> usize {
        let alerts = self
            .engine
            .facts
            .iter()
            .filter(|f| matches!(f, Fact::Alert { .. }));
        alerts.count()
    }

    async fn said(&self, rule: &str, label: &str) -> Result<Vec<Said>, String> {
        // Where the definitions declare a source, they are the one place that does.
        let defined = self
            .set
            .sources
            .iter()
            .map(|d| (d.value.id.clone(), d.value.clone()));
        let mut sources = self.sources.clone();
        sources.extend(defined);
        let sources: Vec<Source> = sources.into_values().collect();
        let known = Known {
            set: &self.set,
            calendar: &self.calendar,
            sources: &sources,
            at: self.engine.engine.clock(),
            run_by: "script",
        };
        let store = |e: mingjing_store::Error| format!("{e:?}");
        if rule == "Q7" {
            let heard = self.store.last_said().await.map_err(store)?;
            let standing = self
                .store
                .standing_findings(&inspection_point(rule), None)
                .await
                .map_err(store)?;
            let standing: Vec<AlertRecord> = standing.into_iter().map(|s| s.0).collect();
            let rule = catalogue::rule(rule).ok_or("no such rule")?;
            return Ok(mingjing_inspect::silences(rule, &heard, &standing, &known));
        }
        let mut said = Vec::new();
        for plan in PLANS.iter().filter(|plan| plan.inspection.rule() == rule) {
            // `2026-11-10` is a day's window, `2026-11` a month's; one rule may have both.
            let of_day = label.len() > "2026-11".len();
            let day = match plan.every {
                Every::Day if of_day => label.to_owned(),
                Every::Month if !of_day => format!("{label}-01"),
                _ => continue,
            };
            let window = window_of(plan.every, day.parse().map_err(|e| format!("{day}: {e}"))?);
            if window.until > known.at {
                return Err(format!("{label} is not over: tick first"));
            }
            let outcome = mingjing_inspect::inspect(plan, &window, &known, &self.store).await;
            let outcome =
                outcome.map_err(|e| format!("{e}: {:?}", std::error::Error::source(&e)))?;
            said.extend(outcome.commands);
        }
        Ok(said)
    }
}

/// The one database of all scripts, which run one after the other, without what the last one left.
async fn emptied() -> Result<Store, String> {
    static CONFIG: OnceCell<mingjing_store::Config> = OnceCell::const_new();
    let made = async {
        let config = engine::config();
        let store = Store::connect(&config);
        let migrated = store
            .migrate(mingjing_domain::Timestamp::from_millis(0))
            .await;
        migrated.map(|_| config).map_err(|e| format!("{e:?}"))
    };
    let config = CONFIG.get_or_try_init(|| made).await?;
    let ask = async |sql: &str| {
        let url = format!("{}/?database={}", config.url, config.database);
        let asked = reqwest::Client::new().post(url).body(sql.to_owned()).send();
        let answer = asked
            .await
            .and_then(reqwest::Response::error_for_status)
            .map_err(|e| e.to_string())?;
        answer.text().await.map_err(|e| e.to_string())
    };
    // Emptying a table takes as long as writing to it: only those that hold something.
    let holding = ask(
        "SELECT name FROM system.tables WHERE database = currentDatabase() AND total_rows > 0 AND name != 'schema_migrations'",
    );
    for table in holding.await?.lines() {
        ask(&format!("TRUNCATE TABLE {table}")).await?;
    }
    Ok(Store::connect(config))
}

/// Lines between `each A..B` and `end` once for every number, which `{n}` and `{n:02}` stand for.
fn expanded(text: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut block: Option<(u32, u32, String)> = None;
    for line in text.lines() {
        let trimmed = line.trim();
        if let Some(range) = trimmed.strip_prefix("each ") {
            let (first, last) = range.split_once("..").ok_or("each A..B")?;
            let number = |text: &str| {
                text.trim()
                    .parse::<u32>()
                    .map_err(|e| format!("{text}: {e}"))
            };
            block = Some((number(first)?, number(last)?, String::new()));
        } else if trimmed == "end" {
            let (first, last, inside) = block.take().ok_or("`end` without `each`")?;
            for n in first..=last {
                out.push_str(
                    &inside
                        .replace("{n:02}", &format!("{n:02}"))
                        .replace("{n}", &n.to_string()),
                );
            }
        } else {
            let to = block.as_mut().map_or(&mut out, |(_, _, inside)| inside);
            to.push_str(line);
            to.push('\n');
        }
    }
    match block {
        Some(_) => Err("`each` without `end`".into()),
        None => Ok(out),
    }
}

/// What a script says that no event does: lines that begin with `treasury` or `totals`, apart, with their numbers.
fn without_reports(text: &str) -> (Vec<(usize, String)>, String) {
    let mut lines = Vec::new();
    let mut rest = String::new();
    for (number, line) in (1..).zip(text.lines()) {
        let first = line.split_whitespace().next();
        if matches!(first, Some("treasury" | "totals")) {
            lines.push((number, line.trim().to_owned()));
        } else {
            rest.push_str(line);
        }
        rest.push('\n');
    }
    (lines, rest)
}
