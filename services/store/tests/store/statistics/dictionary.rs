//! The dictionary is the one that is checked in: its page, and what each version said.

use std::collections::BTreeSet;
use std::path::Path;

use mingjing_store::metrics::{DICTIONARY_VERSION, digest, page};

/// What each version said. A dictionary that says something else is another version: it is added here, and named in `DICTIONARY_VERSION`.
const DIGESTS: &[(&str, &str)] = &[
    ("1", "320a466bb300faeccfc5bed93d306d9d"),
    // Orders overdue and unanswered; each complaint answered by itself.
    ("2", "001cb112e5ed913186aa038a328a4c92"),
    // Hours of steps to a tenth; what is past due of a step counted as what is of a case.
    ("3", "4207487199139f0e146f2e0c6a6b0847"),
    // By channel.
    ("4", "59a23730566ce403af8be16d8e5121df"),
];

#[test]
fn a_changed_dictionary_is_another_version() {
    let digest = digest();
    let last = DIGESTS.last().copied();
    assert_eq!(
        last,
        Some((DICTIONARY_VERSION, &*digest)),
        "metrics were changed: raise DICTIONARY_VERSION and add its digest"
    );
    let versions: BTreeSet<&str> = DIGESTS.iter().map(|(version, _)| *version).collect();
    assert_eq!(versions.len(), DIGESTS.len());
}

#[test]
fn the_page_of_metrics_is_the_dictionary() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/metrics.md");
    let made = page();
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == made,
        "schemas/metrics.md is out of date: run the tests once with UPDATE_SCHEMAS=1"
    );
}
