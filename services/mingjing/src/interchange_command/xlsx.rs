//! The power list, the register, discretion tables and fee standards from and to a workbook.

use std::path::Path;

use anyhow::Context as _;
use mingjing_domain::definitions::{DefinitionFile, DefinitionSet, Problem};
use mingjing_wire::datum::Datum;
use mingjing_wire::xlsx::{self, Definition};

use super::{documents, write};
use crate::definitions_command::{Refused, read_folder};

/// A workbook that cannot be taken, every problem told by its cell.
#[derive(Debug)]
struct BadCells {
    file: String,
    problems: Vec<String>,
}

impl std::fmt::Display for BadCells {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for problem in &self.problems {
            writeln!(f, "{}: {problem}", self.file)?;
        }
        write!(
            f,
            "{} problem(s) in the workbook; nothing was written",
            self.problems.len()
        )
    }
}

impl std::error::Error for BadCells {}

/// The file that each kind is written into.
fn file_of(kind: &str) -> &'static str {
    match kind {
        "body" => "bodies.yaml",
        "item" => "items.yaml",
        "discretion" => "discretion.yaml",
        "fees" => "fees.yaml",
        _ => "others.yaml",
    }
}

pub(super) fn import(workbook: &Path, out: &Path, overwrite: bool) -> anyhow::Result<()> {
    let bytes =
        std::fs::read(workbook).with_context(|| format!("cannot read {}", workbook.display()))?;
    let read = xlsx::read(&bytes);
    let shown = workbook.display().to_string();
    for remark in &read.remarks {
        println!("{shown}: {remark}");
    }
    let mut problems: Vec<String> = read.problems.iter().map(ToString::to_string).collect();
    if problems.is_empty() {
        // Each by itself, so that what the domain says of it can be told by its row.
        for (definition, row) in &read.definitions {
            let text = document(definition)?;
            let name = file_of(&definition.kind).to_owned();
            let (_, found) = DefinitionSet::read(vec![DefinitionFile { name, text }]);
            for problem in found {
                let wrong = |value: &Datum| {
                    let definition = Definition {
                        kind: definition.kind.clone(),
                        value: value.clone(),
                    };
                    let text = document(&definition).unwrap_or_default();
                    let name = String::new();
                    let (_, found) = DefinitionSet::read(vec![DefinitionFile { name, text }]);
                    let same = |other: &Problem| essence(other) == essence(&problem);
                    found.iter().any(same)
                };
                let place = row.blames(&definition.value, wrong);
                problems.push(format!("{place}: {}", essence(&problem)));
            }
        }
    }
    if !problems.is_empty() {
        return Err(BadCells {
            file: shown,
            problems,
        }
        .into());
    }
    std::fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
    let kinds: Vec<&str> = xlsx::kinds().collect();
    let of_kind = |kind: &str| -> Vec<&Definition> {
        let definitions = read.definitions.iter().map(|(definition, _)| definition);
        definitions.filter(|d| d.kind == kind).collect()
    };
    let written = || kinds.iter().filter(|kind| !of_kind(kind).is_empty());
    for kind in written() {
        let path = out.join(file_of(kind));
        anyhow::ensure!(
            overwrite || !path.exists(),
            "{} is there already; remove it, or say --overwrite",
            path.display()
        );
    }
    for kind in written() {
        let mut texts = Vec::new();
        for definition in of_kind(kind) {
            texts.push(document(definition)?);
        }
        let path = out.join(file_of(kind));
        write(&path, texts.join("---\n"))?;
        println!("{}: {} written", path.display(), texts.len());
    }
    Ok(())
}

/// What is wrong, without the line of a text that nobody has seen: the workbook's own place is told.
fn essence(problem: &Problem) -> &str {
    let message = problem.message.as_str();
    let places = [" at line ", " (used at line ", " (defined at line "];
    let ends = places.iter().filter_map(|place| message.find(place));
    &message[..ends.min().unwrap_or(message.len())]
}

fn document(definition: &Definition) -> anyhow::Result<String> {
    Ok(format!(
        "kind: {}\n{}",
        definition.kind,
        definition.value.to_yaml()?
    ))
}

pub(super) fn export(dir: &Path, out: &Path) -> anyhow::Result<()> {
    let files = read_folder(dir)?;
    let (set, problems) = DefinitionSet::read(files);
    if !problems.is_empty() {
        return Err(Refused(problems).into());
    }
    let mut definitions = Vec::new();
    for file in &set.files {
        for text in documents(&file.text) {
            let mut value =
                Datum::from_yaml(&text).with_context(|| format!("cannot read {}", file.name))?;
            let kind = match value.take("kind") {
                Some(Datum::Text(kind)) => kind,
                _ => continue,
            };
            if xlsx::kinds().any(|known| known == kind) {
                let definition = Definition { kind, value };
                // Folders that are published side by side share bodies.
                if !definitions.contains(&definition) {
                    definitions.push(definition);
                }
            }
        }
    }
    anyhow::ensure!(
        !definitions.is_empty(),
        "no bodies, items, discretion tables or fee standards in {}",
        dir.display()
    );
    write(out, xlsx::write(&definitions)?)?;
    for kind in xlsx::kinds() {
        let count = definitions.iter().filter(|d| d.kind == kind).count();
        if count > 0 {
            println!("{kind}: {count}");
        }
    }
    println!("{} written", out.display());
    Ok(())
}
