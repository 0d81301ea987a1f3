//! The page of the catalogue that is checked in is the generated one, and its links lead somewhere.

use std::path::Path;

#[test]
fn the_page_of_rules_is_the_catalogue() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas/rules.md");
    let made = mingjing_domain::catalogue::page();
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        std::fs::write(&path, &made).expect("write schemas/rules.md");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == made,
        "schemas/rules.md is out of date: run the tests once with UPDATE_SCHEMAS=1"
    );
}
