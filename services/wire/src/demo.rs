//! The demo's definitions, for tests: whatever is written there must go through every format.

use std::path::PathBuf;

/// The documents of one kind, in order of their files.
pub(crate) fn documents(kind: &str) -> Vec<String> {
    let first = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/demo/definitions");
    let mut folders = vec![PathBuf::from(first)];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the demo's definitions") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "yaml") {
                files.push(path);
            }
        }
    }
    files.sort();
    let kind = format!("kind: {kind}");
    let mut found = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(file).expect("it can be read");
        let of_kind = |text: &&str| text.lines().any(|line| line.trim_end() == kind);
        found.extend(text.split("---\n").filter(of_kind).map(str::to_owned));
    }
    assert!(!found.is_empty(), "no {kind} in the demo");
    found
}
