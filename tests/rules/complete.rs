//! No rule without scripts: every rule has its file, complete, or stands in `missing.txt`.

use std::collections::BTreeSet;
use std::fs;

use mingjing_domain::catalogue::rules;

use super::file::{self, HEADINGS};

#[test]
fn every_rule_has_its_file_or_is_listed_as_missing() {
    let files: BTreeSet<String> = file::all().into_iter().map(|file| file.id).collect();
    let wanted: BTreeSet<String> = rules().map(|rule| rule.id.to_owned()).collect();
    let listed = missing();
    let lacking: Vec<_> = wanted.difference(&files).collect();
    let listed_in_order: Vec<_> = listed.iter().collect();
    assert_eq!(
        lacking, listed_in_order,
        "rules without a file in tests/rules (left) are what missing.txt lists (right)"
    );
    let strangers: Vec<_> = files.difference(&wanted).collect();
    assert!(
        strangers.is_empty(),
        "files of what is no rule of the catalogue that scripts can show: {strangers:?}"
    );
}

#[test]
fn every_file_has_every_heading_with_a_script() {
    for file in file::all() {
        for (name, heading) in HEADINGS {
            let there = file.scripts.iter().any(|s| s.heading == Some(heading));
            assert!(there, "{}.md: no script under `## {name}`", file.id);
        }
    }
}

/// Rules whose scripts are still to be written.
fn missing() -> BTreeSet<String> {
    let path = file::folder().join("missing.txt");
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    text.lines()
        .filter(|l| !l.is_empty())
        .map(Into::into)
        .collect()
}
