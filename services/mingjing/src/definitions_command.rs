//! `mingjing definitions`: `check` reads a folder of definitions and tells every problem with file and line.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use chrono::{Days, NaiveDate};
use mingjing_domain::Timestamp;
use mingjing_domain::definitions::{
    Borne, CodeOf, DefinitionFile, DefinitionSet, Problem, Usage, differences,
};
use mingjing_engine::Rules;

use crate::clickhouse_args::ClickHouseArgs;
use crate::interchange_command;
use crate::life_command::{self, LifeCommand};

/// What can be done with a folder of definitions.
#[derive(Debug, clap::Subcommand)]
pub enum DefinitionsCommand {
    /// Reads every definition and prints all problems with file and line; ends with 1 if there are any. Then prints findings:
    /// what can be run and should be looked at all the same, and notes: what
    /// cannot be judged for want of a register, a standard or a plan. With --clickhouse also what running shows: items that were never
    /// run, cases whose items, bodies or steps no definition knows.
    Check {
        /// The folder.
        dir: PathBuf,
        /// Another folder, like the provincial base: prints what the first one has otherwise (rules G1 to G5). Such
        /// differences are findings.
        #[arg(long)]
        base: Option<PathBuf>,
        /// Ends with 1 where there are findings, too.
        #[arg(long)]
        strict: bool,
        #[command(flatten)]
        usage: UsageArgs,
    },
    /// Prints the JSON Schema of one kind of definition, for editors.
    Schema {
        /// body, item, flowchart, general_points, discretion, fees, inspection_plan, rule_settings, score_model, calendar, regions or source.
        kind: String,
    },
    /// Takes over a flowchart drawn in BPMN 2.0, with a report of what cannot be enforced.
    Import(interchange_command::ImportArgs),
    /// Writes a flowchart as BPMN 2.0.
    Export(interchange_command::ExportArgs),
    #[command(flatten)]
    Life(LifeCommand),
}

/// Where to see how definitions are used, and when.
#[derive(Debug, clap::Args)]
pub struct UsageArgs {
    #[command(flatten)]
    clickhouse: ClickHouseArgs,
    /// The first day that is looked at; a year before the last where nothing is said.
    #[arg(long, value_name = "DATE", requires = "clickhouse")]
    from: Option<NaiveDate>,
    /// The last day; today where nothing is said.
    #[arg(long, value_name = "DATE", requires = "clickhouse")]
    to: Option<NaiveDate>,
}

/// A year is looked at where nothing is said.
const USAGE_DAYS: Days = Days::new(365);

impl UsageArgs {
    /// What running shows; nothing where no ClickHouse is named.
    async fn findings(&self, set: &DefinitionSet) -> anyhow::Result<Vec<Problem>> {
        let Some(store) = self.clickhouse.store() else {
            return Ok(Vec::new());
        };
        let zone = chrono_tz::Asia::Shanghai;
        let to = self
            .to
            .unwrap_or_else(|| chrono::Utc::now().with_timezone(&zone).date_naive());
        let from = self.from.or_else(|| to.checked_sub_days(USAGE_DAYS));
        let from = from.unwrap_or(to);
        anyhow::ensure!(from <= to, "--from {from} is after --to {to}");
        let begin = Timestamp::start_of(from, zone);
        let end = Timestamp::start_of(to.succ_opt().unwrap_or(to), zone);
        let run = store.items_run(begin, end).await?;
        let borne = store.codes_borne(begin, end).await?;
        let usage = Usage {
            from,
            to,
            run: run
                .into_iter()
                .map(|item| (item.item_code, item.cases))
                .collect(),
            borne: borne
                .into_iter()
                .map(|borne| Borne {
                    source: borne.source,
                    item: borne.item_code,
                    what: match borne.what.as_str() {
                        "orgs" => CodeOf::Body,
                        _ => CodeOf::Step,
                    },
                    code: borne.code,
                    cases: borne.cases,
                })
                .collect(),
        };
        Ok(usage.findings(set))
    }
}

/// Definitions that cannot be used, every problem told.
#[derive(Debug)]
pub struct Refused(pub Vec<Problem>);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for problem in &self.0 {
            writeln!(f, "{problem}")?;
        }
        write!(f, "{} problem(s) in the definitions", self.0.len())
    }
}

impl std::error::Error for Refused {}

/// Runs the command.
pub fn run(command: &DefinitionsCommand) -> anyhow::Result<()> {
    match command {
        DefinitionsCommand::Check {
            dir,
            base,
            strict,
            usage,
        } => {
            let (set, rules) = load(dir)?;
            let mut findings = set.findings();
            if let Some(base) = base {
                findings.extend(compare(&set, base)?);
            }
            findings.extend(crate::on_runtime(usage.findings(&set))?);
            findings.sort();
            for finding in &findings {
                println!("finding: {finding}");
            }
            anyhow::ensure!(
                !strict || findings.is_empty(),
                "{} finding(s) in the definitions",
                findings.len()
            );
            println!(
                "{}: {} bodies, {} items, {} flowcharts, {} general point sets, {} discretion standards, {} fee standards, {} inspection plans, {} score models, {} calendars, {} sources; version {}",
                dir.display(),
                set.bodies.len(),
                set.items.len(),
                set.flowcharts.len(),
                set.general_points.len(),
                set.discretions.len(),
                set.fees.len(),
                set.inspection_plans.len(),
                set.score_models.len(),
                set.calendars.len(),
                set.sources.len(),
                rules.definitions_version(),
            );
            for note in mingjing_engine::notes(&set) {
                println!("note: {note}");
            }
            Ok(())
        }
        DefinitionsCommand::Schema { kind } => {
            let schema = mingjing_domain::definitions::json_schema(kind).with_context(|| {
                format!("unknown kind {kind:?}; it is one of body, item, flowchart, general_points, discretion, fees, inspection_plan, rule_settings, calendar, regions, source")
            })?;
            println!("{}", serde_json::to_string_pretty(&schema)?);
            Ok(())
        }
        DefinitionsCommand::Import(args) => interchange_command::import(args),
        DefinitionsCommand::Export(args) => interchange_command::export(args),
        DefinitionsCommand::Life(command) => crate::on_runtime(life_command::run(command)),
    }
}

/// What a set has otherwise than a base. The base is read, not compiled: a directory of items has no bodies.
fn compare(set: &DefinitionSet, base: &Path) -> anyhow::Result<Vec<Problem>> {
    let (wanted, problems) = DefinitionSet::read(read_folder(base)?);
    if !problems.is_empty() {
        return Err(Refused(problems).into());
    }
    let found = differences(set, &wanted).into_iter();
    Ok(found
        .map(|difference| Problem {
            message: format!("{}：{}", difference.rule, difference.problem.message),
            ..difference.problem
        })
        .collect())
}

/// Reads and compiles a folder. Errs with [`Refused`] where anything is wrong.
pub fn load(dir: &Path) -> anyhow::Result<(DefinitionSet, Rules)> {
    let files = read_folder(dir)?;
    let (set, mut problems) = DefinitionSet::read(files);
    match Rules::compile(&set) {
        Ok(rules) if problems.is_empty() => Ok((set, rules)),
        Ok(_) => Err(Refused(problems).into()),
        Err(more) => {
            problems.extend(more);
            problems.sort();
            Err(Refused(problems).into())
        }
    }
}

/// Every `.yaml` and `.yml` file below a folder, by its path within it.
pub fn read_folder(dir: &Path) -> anyhow::Result<Vec<DefinitionFile>> {
    let mut files = Vec::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder)
            .with_context(|| format!("cannot read the definitions folder {}", folder.display()))?;
        for entry in entries {
            let path = entry
                .with_context(|| format!("cannot list {}", folder.display()))?
                .path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let ending = path.extension().and_then(|e| e.to_str());
            if !matches!(ending, Some("yaml" | "yml")) {
                continue;
            }
            let text = fs::read_to_string(&path)
                .with_context(|| format!("cannot read {} as UTF-8 text", path.display()))?;
            let name = path
                .strip_prefix(dir)
                .unwrap_or(&path)
                .to_string_lossy()
                .replace('\\', "/");
            files.push(DefinitionFile { name, text });
        }
    }
    anyhow::ensure!(
        !files.is_empty(),
        "no definitions in {}: put .yaml files there (see schemas/definitions)",
        dir.display()
    );
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}
