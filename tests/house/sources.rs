//! Source files: short enough to read at one sitting, and free of the places they were written in.

use std::path::Path;

use anyhow::{Result, ensure};

use crate::tree;

/// A file of more lines than this is a finding.
const LINES_MAX: usize = 800;

/// A file of more lines than this is printed, so that it is split before it must be.
const LINES_WARN: usize = 600;

const SOURCE_EXTENSIONS: &[&str] = &[
    "css", "html", "js", "mjs", "py", "rs", "sh", "sql", "svelte", "ts", "tsx", "vue",
];

#[test]
fn no_source_file_is_too_long() -> Result<()> {
    let mut findings = Vec::new();
    let mut seen = 0;
    for file in tree::files()? {
        if !SOURCE_EXTENSIONS.contains(&tree::extension(&file)) {
            continue;
        }
        seen += 1;
        let lines = tree::read(&file)?.lines().count();
        if lines > LINES_MAX {
            findings.push(format!("{}: {lines} lines", file.display()));
        } else if lines > LINES_WARN {
            println!("long, split it soon: {} has {lines} lines", file.display());
        }
    }
    ensure!(seen > 10, "only {seen} source files were found");
    tree::expect_none(
        &format!("source files of more than {LINES_MAX} lines"),
        &findings,
    )
}

#[test]
fn no_file_mentions_a_path_of_the_machine_it_was_written_on() -> Result<()> {
    let mut findings = Vec::new();
    for file in tree::files()? {
        findings.extend(machine_paths(&file, &tree::read(&file)?));
    }
    tree::expect_none("paths that exist on one machine only", &findings)
}

#[test]
fn a_machine_path_is_told_from_a_path_that_ends_alike() {
    let (work, home) = (concat!("/", "work/x"), concat!("/", "root/.cargo"));
    let text = format!("cd {work}\nPATH={home}/bin\nsee docs{work}\n../..{home}\n");
    assert_eq!(
        machine_paths(Path::new("a"), &text),
        [format!("a:1: cd {work}"), format!("a:2: PATH={home}/bin")]
    );
}

/// What is foreseen is a hint. Nothing that judges, scores, tells or publishes may come to know it.
const FORESEE: &[&str] = &[
    "services/domain/src/lib.rs",
    "services/domain/src/foresight",
    "services/store/src/query/foresight.rs",
    "services/store/src/query/mod.rs",
    "services/store/tests/store/",
    "services/api/src/foresight",
    "services/api/src/cases.rs",
    "services/api/src/lib.rs",
    "services/api/src/openapi",
    "services/api/src/people/permissions/cases.rs",
    "services/mingjing/src/platform.rs",
];

#[test]
fn nothing_that_judges_or_scores_or_publishes_knows_what_is_foreseen() -> Result<()> {
    let mut findings = Vec::new();
    let mut known = 0;
    for file in tree::files()? {
        let path = file.display().to_string();
        if !path.starts_with("services/") || !["rs", "sql"].contains(&tree::extension(&file)) {
            continue;
        }
        if !tree::read(&file)?.to_lowercase().contains("foresight") {
            continue;
        }
        match FORESEE.iter().any(|known| path.starts_with(known)) {
            true => known += 1,
            false => findings.push(path),
        }
    }
    ensure!(known > 5, "only {known} files were found that foresee");
    tree::expect_none("files that have no business with foresight", &findings)
}

/// Lines that hold an absolute path into a folder which a reader's machine has no reason to have.
fn machine_paths(file: &Path, text: &str) -> Vec<String> {
    // Put together here, so that this file is not a finding of its own.
    let folders = [["/", "work/"].concat(), ["/", "root/"].concat()];
    text.lines()
        .enumerate()
        .filter(|(_, line)| folders.iter().any(|folder| holds_absolute(line, folder)))
        .map(|(index, line)| format!("{}:{}: {}", file.display(), index + 1, line.trim()))
        .collect()
}

/// Whether the folder begins a path, rather than going on one (`docs/…`, `../…`).
fn holds_absolute(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        !line[..at].ends_with(|before: char| {
            before.is_alphanumeric() || matches!(before, '.' | '_' | '-' | '}' | ')')
        })
    })
}
