//! The papers a newcomer reads: they are there, and every command they name exists.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::tree;

const PAPERS: &[&str] = &["README.md", "README.zh-CN.md", "ARCHITECTURE.md"];

#[test]
fn licence_and_papers_are_there() -> Result<()> {
    for paper in PAPERS {
        let text = tree::read(Path::new(paper))?;
        ensure!(text.lines().count() > 20, "{paper} says next to nothing");
    }
    let licence = tree::read(Path::new("LICENSE"))?;
    ensure!(
        licence.contains("Apache License"),
        "LICENSE is not the Apache licence"
    );
    ensure!(
        licence.contains("END OF TERMS AND CONDITIONS"),
        "LICENSE is cut short"
    );
    Ok(())
}

#[test]
fn every_make_target_in_the_papers_exists() -> Result<()> {
    let makefile = tree::read(Path::new("Makefile"))?;
    let mut findings = Vec::new();
    for (paper, command) in documented("make")? {
        // Variables come after the targets.
        for target in command.iter().take_while(|word| !word.contains('=')) {
            if !makefile
                .lines()
                .any(|line| line.starts_with(&format!("{target}:")))
            {
                findings.push(format!("{paper}: make {target}"));
            }
        }
    }
    tree::expect_none("targets that the Makefile does not have", &findings)
}

#[test]
fn every_mingjing_command_in_the_papers_exists() -> Result<()> {
    let binary = binary()?;
    if !binary.is_file() {
        println!("skipped: {} is not built (make build)", binary.display());
        return Ok(());
    }
    let mut findings = BTreeSet::new();
    for (paper, words) in documented("mingjing")? {
        if let Some(missing) = unknown_word(&words, &mut |command| help(&binary, command))? {
            findings.insert(format!(
                "{paper}: mingjing {} ({missing} is not there)",
                words.join(" ")
            ));
        }
    }
    let findings: Vec<String> = findings.into_iter().collect();
    tree::expect_none("commands that the program does not have", &findings)
}

#[test]
fn commands_are_found_in_code_and_not_in_prose() {
    let text = "Run `make test`, then mingjing speaks:\n```sh\n$ make run ARGS='--speed 9'\n\
                target/release/mingjing up [--data DIR] && mingjing replay LOG \\\n  --until NOW # mingjing sleeps\n```\n";
    assert_eq!(
        commands("make", text),
        [vec!["test"], vec!["run", "ARGS='--speed", "9'"]]
    );
    assert_eq!(
        commands("mingjing", text),
        [
            vec!["up", "--data", "DIR"],
            vec!["replay", "LOG", "--until", "NOW"]
        ]
    );
}

#[test]
fn an_unknown_subcommand_or_option_is_found() -> Result<()> {
    let mut help = |command: &[&str]| {
        Ok(match command {
            [] => "Usage\n\nCommands:\n  definitions  checks\n  help  prints\n\nOptions:\n  -h, --help\n",
            ["definitions"] => "Commands:\n  check  reads all\n\nOptions:\n  -h\n",
            _ => "Arguments:\n  <DIR>\n\nOptions:\n      --json  machine-readable\n",
        }
        .to_owned())
    };
    let mut unknown = |line: &str| {
        let words: Vec<String> = line.split(' ').map(Into::into).collect();
        unknown_word(&words, &mut help)
    };
    assert_eq!(unknown("definitions check DIR --json")?, None);
    assert_eq!(unknown("definitions mend DIR")?.as_deref(), Some("mend"));
    assert_eq!(unknown("dance")?.as_deref(), Some("dance"));
    assert_eq!(
        unknown("definitions check DIR --js")?.as_deref(),
        Some("--js")
    );
    Ok(())
}

/// The program that was built beside this test: `target/release/deps/house-…` and `target/release/mingjing`.
fn binary() -> Result<PathBuf> {
    let test = std::env::current_exe().context("find this test's own file")?;
    let profile = test
        .parent()
        .and_then(Path::parent)
        .context("the test lies in a deps folder")?;
    Ok(profile.join("mingjing"))
}

/// Every use of a program in the code parts of the papers: the paper, and the words after the program.
fn documented(program: &str) -> Result<Vec<(&'static str, Vec<String>)>> {
    let mut found = Vec::new();
    for paper in PAPERS {
        let text = tree::read(Path::new(paper))?;
        found.extend(
            commands(program, &text)
                .into_iter()
                .map(|words| (*paper, words)),
        );
    }
    ensure!(
        !found.is_empty(),
        "the papers name no {program} command at all"
    );
    Ok(found)
}

fn commands(program: &str, markdown: &str) -> Vec<Vec<String>> {
    code(markdown)
        .iter()
        .flat_map(|line| {
            line.split(" #")
                .next()
                .unwrap_or_default()
                .split(['|', ';', '&'])
        })
        .filter_map(|part| {
            let mut words = part.split_whitespace().skip_while(|word| *word == "$");
            let first = words.next()?;
            (first == program || first.ends_with(&format!("/{program}"))).then(|| {
                words
                    .map(|word| word.trim_matches(['[', ']']).to_owned())
                    .filter(|word| !word.is_empty())
                    .collect::<Vec<_>>()
            })
        })
        .filter(|words| !words.is_empty())
        .collect()
}

/// The lines of fenced blocks, those continued with a backslash joined, and the spans between backticks.
fn code(markdown: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut fenced = false;
    let mut begun = String::new();
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if fenced {
            match line.strip_suffix('\\') {
                Some(start) => begun.push_str(start),
                None => lines.push(std::mem::take(&mut begun) + line),
            }
        } else {
            lines.extend(line.split('`').skip(1).step_by(2).map(Into::into));
        }
    }
    lines
}

/// The first word of a documented command that the program's own help does not know.
fn unknown_word(
    words: &[String],
    help: &mut dyn FnMut(&[&str]) -> Result<String>,
) -> Result<Option<String>> {
    let mut command: Vec<&str> = Vec::new();
    let mut text = help(&command)?;
    ensure!(
        !subcommands(&text).is_empty(),
        "the program's help lists no commands"
    );
    for word in words {
        let known = subcommands(&text);
        if let Some(option) = word.strip_prefix("--") {
            let option = option.split('=').next().unwrap_or_default();
            if !has_option(&text, option) {
                return Ok(Some(word.clone()));
            }
        } else if known.contains(word) {
            command.push(word);
            text = help(&command)?;
        } else if !known.is_empty() && !takes_arguments(&text) {
            return Ok(Some(word.clone()));
        }
    }
    Ok(None)
}

/// Whether a command with subcommands is one itself, with arguments of its own: `Usage: mingjing evidence [OPTIONS] [ALERT]`.
fn takes_arguments(help: &str) -> bool {
    let usages = help.lines().filter(|line| line.contains("mingjing "));
    usages
        .flat_map(|line| {
            line.split_whitespace()
                .skip_while(|word| *word != "mingjing")
        })
        .any(|word| {
            let name = word.trim_matches(['[', ']', '<', '>', '.']);
            word.starts_with(['[', '<']) && !["OPTIONS", "COMMAND"].contains(&name)
        })
}

fn subcommands(help: &str) -> Vec<String> {
    help.lines()
        .skip_while(|line| !line.starts_with("Commands:"))
        .skip(1)
        .take_while(|line| !line.trim().is_empty())
        // Descriptions that wrap are indented further than names.
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next().map(Into::into))
        .collect()
}

fn has_option(help: &str, option: &str) -> bool {
    help.split(|c: char| !(c.is_alphanumeric() || c == '-'))
        .any(|word| word.strip_prefix("--") == Some(option))
}

fn help(binary: &Path, command: &[&str]) -> Result<String> {
    let output = Command::new(binary)
        .args(command)
        .arg("--help")
        .output()
        .with_context(|| format!("start {}", binary.display()))?;
    ensure!(
        output.status.success(),
        "mingjing {} --help failed: {}",
        command.join(" "),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
