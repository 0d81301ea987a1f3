//! Reading a rule's file: its definitions and its scripts, each under a heading.

use std::fs;
use std::path::{Path, PathBuf};

use super::frame;

/// A rule's file.
pub struct RuleFile {
    /// The rule: the file's name.
    pub id: String,
    /// Its scripts, in order.
    pub scripts: Vec<Script>,
}

/// A script with the definitions it runs under.
pub struct Script {
    /// The heading it stands under, where it is one that every file has.
    pub heading: Option<Heading>,
    /// The line its block begins on, from 1.
    pub line: usize,
    /// Definitions, complete.
    pub definitions: String,
    /// The script.
    pub text: String,
}

/// What every file shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heading {
    Raises,
    MustNot,
    Lawful,
    LateEvent,
}

/// The headings as they are written.
pub const HEADINGS: [(&str, Heading); 4] = [
    ("Raises it", Heading::Raises),
    ("Must not", Heading::MustNot),
    ("Lawful exception", Heading::Lawful),
    ("A late event changes it", Heading::LateEvent),
];

/// The folder of the files.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")
}

/// Every file, in order of names. Panics where one cannot be read.
pub fn all() -> Vec<RuleFile> {
    let entries = fs::read_dir(folder()).expect("the folder tests/rules");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry of tests/rules").path())
        .filter(|path| path.extension().is_some_and(|e| e == "md"))
        .collect();
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

/// Whether a file is about a rule that is judged by inspections.
pub fn is_inspection(file: &RuleFile) -> bool {
    use mingjing_domain::catalogue::{Tier, rule};
    let tier = rule(&file.id).map(|rule| rule.tier);
    let asks_archive = matches!(tier, Some(Tier::Inspection | Tier::Import));
    asks_archive && !compares_definitions(file)
}

/// Whether a file is about a rule that holds definitions against a base: there are no events to script.
pub fn compares_definitions(file: &RuleFile) -> bool {
    file.id.starts_with('G')
}

fn read(path: &Path) -> RuleFile {
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    parse(&name, &text).unwrap_or_else(|problem| panic!("{name}.md: {problem}"))
}

/// Reads a file. Errs with what is wrong and the line.
pub fn parse(id: &str, text: &str) -> Result<RuleFile, String> {
    let title = text.lines().next().unwrap_or_default();
    if !title.starts_with(&format!("# {id} ")) {
        return Err(format!("line 1: the title begins with `# {id} `"));
    }
    let mut scripts = Vec::new();
    let (mut common, mut own): (Option<String>, Option<String>) = (None, None);
    let mut section: Option<&str> = None;
    let mut block: Option<(&str, usize, String)> = None;
    for (number, line) in (1..).zip(text.lines()) {
        if let Some((kind, begun, mut inside)) = block.take() {
            if line.trim_end() != "```" {
                inside.push_str(line);
                inside.push('\n');
                block = Some((kind, begun, inside));
                continue;
            }
            match kind {
                "yaml" if section.is_none() => common = Some(inside),
                "yaml" => own = Some(inside),
                "script" => {
                    let definitions = own.as_ref().or(common.as_ref());
                    let definitions = definitions
                        .ok_or_else(|| format!("line {begun}: no definitions before it"))?;
                    scripts.push(Script {
                        heading: section.and_then(heading),
                        line: begun,
                        definitions: frame::around(definitions),
                        text: inside,
                    });
                }
                other => return Err(format!("line {begun}: no block is {other:?}")),
            }
        } else if let Some(kind) = line.strip_prefix("```") {
            block = Some((kind.trim(), number, String::new()));
        } else if let Some(name) = line.strip_prefix("## ") {
            (section, own) = (Some(name.trim()), None);
        }
    }
    if let Some((_, begun, _)) = block {
        return Err(format!("line {begun}: the block has no end"));
    }
    Ok(RuleFile {
        id: id.to_owned(),
        scripts,
    })
}

fn heading(name: &str) -> Option<Heading> {
    let found = HEADINGS.iter().find(|(written, _)| *written == name);
    found.map(|(_, heading)| *heading)
}

#[test]
fn definitions_under_a_heading_are_for_that_heading_alone() {
    let text = "# T8 x\n```yaml\na: 1\n```\n## Raises it\n```script\nexpect nothing\n```\n## More\n```yaml\nkind: x\n```\n\
                ```script\none\n```\n## Must not\n```script\ntwo\n```\n";
    let file = parse("T8", text).expect("a file");
    let seen: Vec<_> = file
        .scripts
        .iter()
        .map(|s| {
            (
                s.heading,
                s.line,
                s.definitions.ends_with("a: 1\n"),
                &*s.text,
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            (Some(Heading::Raises), 6, true, "expect nothing\n"),
            (None, 13, false, "one\n"),
            (Some(Heading::MustNot), 17, true, "two\n"),
        ]
    );
    assert!(parse("T9", text).is_err());
    assert!(parse("T8", "# T8 x\n```yaml\n").is_err());
}
