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
