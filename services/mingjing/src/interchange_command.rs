//! `mingjing definitions import` and `export`: flowcharts from and to BPMN 2.0; the power list, the register, discretion
//! tables and fee standards from and to a workbook.

mod bpmn;
mod xlsx;

use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// Takes over definitions that others have drawn or tabled.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("from").required(true).args(["bpmn", "xlsx"])))]
pub struct ImportArgs {
    /// A BPMN 2.0 model: each process becomes a flowchart; what cannot be enforced is reported.
    #[arg(long, value_name = "FILE")]
    bpmn: Option<PathBuf>,
    /// A workbook with the power list, the register of bodies, discretion tables, fee standards.
    #[arg(long, value_name = "FILE")]
    xlsx: Option<PathBuf>,
    /// The flowchart's id: the item's code, say. For models of one process, or with --process.
    #[arg(long, value_name = "CODE", requires = "bpmn")]
    item: Option<String>,
    /// Only the process with this id.
    #[arg(long, value_name = "ID", requires = "bpmn")]
    process: Option<String>,
    /// Cases accepted from this day on are judged by it; today where nothing is said.
    #[arg(long, value_name = "DATE", requires = "bpmn")]
    effective_from: Option<chrono::NaiveDate>,
    /// BPMN: the definition file to write; the drawing is kept beside it, ending in .bpmn. XLSX: the folder to write into, a
    /// file a kind; files that are there already are not overwritten.
    #[arg(long, value_name = "FILE OR DIR")]
    out: PathBuf,
    /// Overwrite definition files of an earlier import.
    #[arg(long, requires = "xlsx")]
    overwrite: bool,
}

/// Writes definitions in formats of others.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("what").required(true).args(["bpmn", "xlsx"])))]
pub struct ExportArgs {
    /// The flowchart to write as BPMN 2.0: its id, or `id@version`; the latest version where none is said.
    #[arg(long, value_name = "FLOWCHART", requires = "definitions")]
    bpmn: Option<String>,
    /// The folder of definitions whose bodies, items, discretion tables and fee standards to write as a workbook.
    #[arg(long, value_name = "DIR")]
    xlsx: Option<PathBuf>,
    /// The folder of definitions it stands in.
    #[arg(long, value_name = "DIR")]
    definitions: Option<PathBuf>,
    /// The file to write.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Runs `definitions import`.
pub fn import(args: &ImportArgs) -> anyhow::Result<()> {
    match (&args.bpmn, &args.xlsx) {
        (Some(model), _) => bpmn::import(args, model),
        (None, Some(workbook)) => xlsx::import(workbook, &args.out, args.overwrite),
        (None, None) => anyhow::bail!("name a file with --bpmn or --xlsx"),
    }
}

/// Runs `definitions export`.
pub fn export(args: &ExportArgs) -> anyhow::Result<()> {
    match (&args.bpmn, &args.definitions, &args.xlsx) {
        (Some(flowchart), Some(dir), _) => bpmn::export(flowchart, dir, &args.out),
        (None, _, Some(dir)) => xlsx::export(dir, &args.out),
        _ => anyhow::bail!(
            "name a flowchart with --bpmn and its folder with --definitions, or a folder with --xlsx"
        ),
    }
}

fn write(path: &Path, bytes: impl AsRef<[u8]>) -> anyhow::Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

/// The documents of a file, as they are written.
fn documents(text: &str) -> Vec<String> {
    let mut documents = vec![String::new()];
    for line in text.split_inclusive('\n') {
        if line.trim_end() == "---" {
            documents.push(String::new());
        } else if let Some(last) = documents.last_mut() {
            last.push_str(line);
        }
    }
    let says = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    documents.retain(|text| text.lines().any(says));
    documents
}

#[cfg(test)]
mod tests;
