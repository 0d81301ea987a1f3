//! Flowcharts from and to BPMN 2.0. The drawing lies beside the definition file, under its name with `.bpmn`.

use std::path::Path;

use anyhow::Context as _;
use mingjing_domain::definitions::{DefinitionFile, DefinitionSet, Document, Flowchart};
use mingjing_wire::bpmn::{self, Coverage, Model, Offices, Options};
use mingjing_wire::datum::Datum;

use super::{ImportArgs, write};
use crate::definitions_command::{Refused, read_folder};

/// A file that holds no model that can be read, every problem told with its place.
#[derive(Debug)]
struct NoModel {
    file: String,
    problems: Vec<bpmn::Problem>,
}

impl std::fmt::Display for NoModel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for problem in &self.problems {
            writeln!(f, "{}:{problem}", self.file)?;
        }
        write!(f, "{} problem(s) in the model", self.problems.len())
    }
}

impl std::error::Error for NoModel {}

pub(super) fn import(args: &ImportArgs, file: &Path) -> anyhow::Result<()> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let model = Model::read(&bytes).map_err(|unreadable| NoModel {
        file: file.display().to_string(),
        problems: unreadable.problems,
    })?;
    let processes = model.process_ids();
    let listed = || {
        let one =
            |(id, name): &(&str, Option<&str>)| format!("  {id} {}", name.unwrap_or_default());
        processes.iter().map(one).collect::<Vec<_>>().join("\n")
    };
    anyhow::ensure!(
        !processes.is_empty(),
        "{} holds no process with activities",
        file.display()
    );
    if let Some(process) = &args.process {
        let known = processes.iter().any(|(id, _)| id == process);
        anyhow::ensure!(
            known,
            "no process {process:?} with activities; there are:\n{}",
            listed()
        );
    } else if args.item.is_some() && processes.len() > 1 {
        anyhow::bail!(
            "--item names one flowchart, and the model has several processes; choose one with --process:\n{}",
            listed()
        );
    }
    let from = args
        .effective_from
        .unwrap_or_else(|| chrono::Local::now().date_naive());
    let options = Options {
        process: args.process.clone(),
        id: args.item.clone(),
        effective_from: from.to_string(),
    };
    let derived = model.flowcharts(&options);
    let text = definition_file(&derived.flowcharts)?;
    let (_, problems) = DefinitionSet::read(vec![DefinitionFile {
        name: args.out.display().to_string(),
        text: text.clone(),
    }]);
    if !problems.is_empty() {
        return Err(Refused(problems))
            .context("what the model's extension elements say is no flowchart");
    }
    let drawing = args.out.with_extension("bpmn");
    anyhow::ensure!(
        drawing != args.out,
        "--out names the definition file; it ends in .yaml"
    );
    write(
        &drawing,
        bpmn::companion(&model, &options, &derived.flowcharts)?,
    )?;
    write(&args.out, text)?;

    for note in &derived.notes {
        println!("{}:{note}", file.display());
    }
    for chart in &derived.flowcharts {
        println!(
            "{}: {} steps, effective from {}",
            chart.scalar_of("id").unwrap_or_default(),
            chart.get("steps").map_or(0, |steps| steps.items().len()),
            chart.scalar_of("effective_from").unwrap_or_default(),
        );
    }
    for coverage in [Coverage::Partly, Coverage::NotEnforced, Coverage::Kept] {
        let count = derived
            .notes
            .iter()
            .filter(|n| n.coverage == coverage)
            .count();
        if count > 0 {
            println!("{} {}: {count}", coverage.name_zh(), coverage.name_en());
        }
    }
    println!(
        "{} and its drawing {} written",
        args.out.display(),
        drawing.display()
    );
    Ok(())
}

fn definition_file(charts: &[Datum]) -> anyhow::Result<String> {
    let mut documents = Vec::new();
    for chart in charts {
        documents.push(format!("kind: flowchart\n{}", chart.to_yaml()?));
    }
    Ok(documents.join("---\n"))
}

pub(super) fn export(flowchart: &str, dir: &Path, out: &Path) -> anyhow::Result<()> {
    let (set, problems) = DefinitionSet::read(read_folder(dir)?);
    if !problems.is_empty() {
        return Err(Refused(problems).into());
    }
    let document = find(&set, flowchart)?;
    let drawing = dir.join(&document.file).with_extension("bpmn");
    let drawn = match std::fs::read(&drawing) {
        Ok(bytes) => Some(bytes),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => None,
        Err(e) => return Err(e).with_context(|| format!("cannot read {}", drawing.display())),
    };
    // A drawing shows all flowcharts of its file.
    let together = set.flowcharts.iter().filter(|d| match drawn {
        Some(_) => d.file == document.file,
        None => std::ptr::eq(*d, document),
    });
    let mut charts = Vec::new();
    for one in together {
        charts.push(datum(&set, one)?);
    }
    let exported = match bpmn::export(&charts, drawn.as_deref(), &offices(&set)) {
        Err(bpmn::ExportError::Drawing(unreadable)) => {
            return Err(NoModel {
                file: drawing.display().to_string(),
                problems: unreadable.problems,
            }
            .into());
        }
        other => other?,
    };
    for (id, reasons) in &exported.redrawn {
        for reason in reasons {
            println!("{id}: {reason}");
        }
    }
    if !exported.redrawn.is_empty() {
        println!(
            "定义与图 {} 已不一致，已重新绘制；图中原有的其他内容不在新图中 (drawn anew: the definition no longer fits its drawing, whose other \
             contents are not in the new one)",
            drawing.display()
        );
    }
    write(out, exported.xml)?;
    println!("{} written", out.display());
    Ok(())
}

/// A flowchart by id, or by id and version.
fn find<'s>(set: &'s DefinitionSet, named: &str) -> anyhow::Result<&'s Document<Flowchart>> {
    let exact = |d: &&Document<Flowchart>| format!("{}@{}", d.value.id, d.value.version) == named;
    let latest = || {
        let of_id = set.flowcharts.iter().filter(|d| d.value.id.text == named);
        of_id.max_by_key(|d| d.value.effective_from)
    };
    let known = || {
        let ids = set
            .flowcharts
            .iter()
            .map(|d| format!("{}@{}", d.value.id, d.value.version));
        ids.collect::<Vec<_>>().join(", ")
    };
    let found = set.flowcharts.iter().find(exact).or_else(latest);
    found.with_context(|| format!("no flowchart {named:?}; there are: {}", known()))
}

/// A document as it is written.
fn datum(set: &DefinitionSet, document: &Document<Flowchart>) -> anyhow::Result<Datum> {
    let file = set.files.iter().find(|f| f.name == document.file);
    let text = file.map(|f| f.text.as_str()).unwrap_or_default();
    let lines = text
        .split_inclusive('\n')
        .skip(document.lines_before as usize);
    let own: String = lines.take_while(|line| line.trim_end() != "---").collect();
    let mut datum =
        Datum::from_yaml(&own).with_context(|| format!("cannot read {}", document.file))?;
    datum.take("kind");
    Ok(datum)
}

/// Names of offices, of bodies that exercise items first.
fn offices(set: &DefinitionSet) -> Offices {
    let mut names = Offices::new();
    for body in &set.bodies {
        for office in &body.value.offices {
            names
                .entry(office.code.text.clone())
                .or_insert_with(|| office.name.clone());
        }
    }
    names
}
