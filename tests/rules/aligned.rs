//! Scripts of the rules that hold a place's definitions against a base (G1–G5): no events, but two sets of definitions.
//!
//! The `yaml` block holds both, the one under a line `# base` and the other under `# place`. A script is read from top to bottom:
//!
//! | line | means |
//! |---|---|
//! | `base OLD => NEW`, `place OLD => NEW` | from here on that set has NEW where OLD stands, which it does once; lines behind a bar are more of NEW |
//! | `expect RULE WORDS` | a run of such lines lists every difference, in any order, each with some words of what is told |
//! | `expect nothing` | they differ in nothing |

use std::collections::BTreeSet;

use mingjing_domain::definitions::{DefinitionFile, DefinitionSet, Difference, differences};

use super::file::{Heading, RuleFile, Script};

/// What a script expected, and found.
pub struct Compared {
    /// The rules of each list of differences, and whether the base had changed since the one before.
    lists: Vec<(BTreeSet<String>, bool)>,
}

/// Runs a script. Errs with the first thing that does not hold.
pub fn run(script: &Script) -> Result<Compared, String> {
    let (base, place) = sides(&script.definitions)?;
    let mut run = Run {
        base,
        place,
        base_is_newer: false,
        lists: Vec::new(),
    };
    let mut expected: Vec<(String, String)> = Vec::new();
    let mut asked = false;
    let mut lines = script.text.lines().map(str::trim_end).peekable();
    while let Some(line) = lines.next() {
        let line = line.trim_start();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "expect" => {
                asked = true;
                if rest != "nothing" {
                    let (rule, words) = rest.split_once(' ').ok_or("`expect RULE WORDS`")?;
                    expected.push((rule.to_owned(), words.to_owned()));
                }
                let goes_on = lines
                    .peek()
                    .is_some_and(|l| l.trim().starts_with("expect "));
                if !goes_on {
                    run.compare(&std::mem::take(&mut expected))?;
                }
            }
            "base" | "place" => {
                let (old, new) = rest.split_once("=>").ok_or("`OLD => NEW`")?;
                let mut new = new.trim().to_owned();
                while let Some(more) = lines.next_if(|l| l.starts_with('|')) {
                    let more = more.strip_prefix("| ").unwrap_or(&more[1..]);
                    if !new.is_empty() {
                        new.push('\n');
                    }
                    new.push_str(more);
                }
                run.replace(word, old.trim(), &new)?;
            }
            other => return Err(format!("no line begins with {other:?}")),
        }
    }
    if !asked {
        return Err("a script that expects nothing cannot fail".into());
    }
    Ok(Compared { lists: run.lists })
}

/// Why a script does not fit its heading.
pub fn unfit(file: &RuleFile, script: &Script, compared: &Compared) -> Option<String> {
    let lists = &compared.lists;
    let mut tells = lists.iter().map(|(rules, _)| rules.contains(&file.id));
    let fits = match script.heading? {
        Heading::Raises => tells.any(|told| told),
        Heading::MustNot | Heading::Lawful => !tells.any(|told| told),
        Heading::LateEvent => lists.windows(2).any(|pair| {
            let told = |list: &(BTreeSet<String>, bool)| list.0.contains(&file.id);
            pair[1].1 && told(&pair[0]) != told(&pair[1])
        }),
    };
    (!fits).then(|| format!("does not show what its heading says of {}", file.id))
}

struct Run {
    base: String,
    place: String,
    base_is_newer: bool,
    lists: Vec<(BTreeSet<String>, bool)>,
}

impl Run {
    fn replace(&mut self, side: &str, old: &str, new: &str) -> Result<(), String> {
        let text = match side {
            "base" => &mut self.base,
            _ => &mut self.place,
        };
        let count = text.matches(old).count();
        if count != 1 {
            return Err(format!("{old:?} stands {count} times in the {side}"));
        }
        *text = text.replace(old, new);
        self.base_is_newer |= side == "base";
        Ok(())
    }

    fn compare(&mut self, expected: &[(String, String)]) -> Result<(), String> {
        let found = differences(&set("place", &self.place)?, &set("base", &self.base)?);
        let fits = |told: &Difference, wanted: &(String, String)| {
            told.rule == wanted.0 && told.problem.message.contains(&wanted.1)
        };
        let missing = expected
            .iter()
            .find(|wanted| !found.iter().any(|told| fits(told, wanted)));
        let besides = found
            .iter()
            .find(|told| !expected.iter().any(|wanted| fits(told, wanted)));
        if missing.is_some() || besides.is_some() || found.len() != expected.len() {
            let told: Vec<String> = found
                .iter()
                .map(|told| format!("{} {}", told.rule, told.problem.message))
                .collect();
            return Err(format!(
                "expected {expected:?}, but found:\n{}",
                told.join("\n")
            ));
        }
        let rules = found.iter().map(|told| told.rule.to_owned()).collect();
        let newer = std::mem::take(&mut self.base_is_newer);
        self.lists.push((rules, newer));
        Ok(())
    }
}

/// The two sets of a block.
fn sides(block: &str) -> Result<(String, String), String> {
    let (before, place) = block
        .split_once("# place\n")
        .ok_or("the definitions have no line `# place`")?;
    let (_, base) = before
        .split_once("# base\n")
        .ok_or("the definitions have no line `# base`")?;
    Ok((base.to_owned(), place.to_owned()))
}

fn set(name: &str, text: &str) -> Result<DefinitionSet, String> {
    let file = DefinitionFile {
        name: format!("{name}.yaml"),
        text: text.to_owned(),
    };
    let (set, problems) = DefinitionSet::read(vec![file]);
    match problems.first() {
        Some(problem) => Err(problem.to_string()),
        None => Ok(set),
    }
}
