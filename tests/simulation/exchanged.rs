//! Lawful cases as the exchange tables of the nation and of three provinces tell them, judged by the sample definitions: what a
//! format has no place for is nobody's fault, and nothing is raised. Their tables lie in `exchanged/<preset>`.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use mingjing_domain::Timestamp;
use mingjing_domain::source::{CodeMapping, Source, SourceClock};
use mingjing_engine::{Engine, Input, Rules};
use mingjing_wire::import::{PRESETS, Preset};

use crate::national::demo;

/// Whose cases these are: bodies without a system of their own work in the city's.
const SOURCE: &str = "lz-platform";

/// A preset, with what a place writes into its copy of it.
fn preset(name: &str, own: &[(&str, &str)]) -> Preset {
    let mut shipped = PRESETS.iter().filter(|(known, _)| *known == name);
    let (_, text) = shipped.next().expect("a preset of this name");
    let mut text = (*text).to_owned();
    for (empty, filled) in own {
        assert!(text.contains(empty), "{name}: {empty}");
        text = text.replace(empty, filled);
    }
    Preset::from_yaml(&text).expect("a preset that can be read")
}

/// What stands at the end of the year of the cases in a preset's tables, where one text of them is another: case, point and level.
fn raised(
    name: &str,
    own: &[(&str, &str)],
    mapping: CodeMapping,
    changed: (&str, &str),
) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("simulation/exchanged");
    let tables = tempfile::tempdir().expect("a folder for the tables");
    for entry in fs::read_dir(root.join(name)).expect("tables of this preset") {
        let path = entry.expect("a table").path();
        let text = fs::read_to_string(&path).expect("a table of text");
        let file = path.file_name().expect("its name");
        fs::write(tables.path().join(file), text.replace(changed.0, changed.1))
            .expect("a table is written");
    }
    let preset = preset(name, own);
    let read = preset
        .read(tables.path(), SOURCE, None)
        .expect("tables that can be read");
    assert!(read.problems.is_empty(), "{name}: {:?}", read.problems);
    assert!(!read.events.is_empty(), "{name}");
    let source = Source {
        lacks: preset.lacks().clone(),
        mapping,
        ..Source::new(SOURCE, SourceClock::Declared)
    };
    let mut set = demo("");
    // The demo's own platform has another format than this one, which declares itself.
    set.sources.retain(|s| s.value.id != SOURCE);
    let rules = Rules::compile(&set).unwrap_or_else(|p| panic!("{p:?}"));
    let mut engine = Engine::new(Arc::new(rules));
    let mut facts = Vec::new();
    engine.handle(Input::Declared(&source), &mut facts);
    for event in &read.events {
        engine.handle(Input::Event(event), &mut facts);
    }
    let until = Timestamp::parse("2026-12-31T00:00:00+08:00").expect("an instant");
    engine.handle(
        Input::CompleteUntil {
            source: SOURCE,
            until,
        },
        &mut facts,
    );
    let unknown = engine.unknown_names().into_iter();
    let unknown: Vec<String> = unknown.map(|u| format!("{} {}", u.what, u.said)).collect();
    assert_eq!(unknown, [""; 0], "{name}");
    let mut found: Vec<String> = engine
        .alerts()
        .map(|a| format!("{} {} {}", a.case_no, a.control_point, a.level.code()))
        .collect();
    found.sort();
    found
}

/// The national tables, where one text of them is another.
fn of_the_nation(changed: (&str, &str)) -> Vec<String> {
    raised("national", &[], CodeMapping::default(), changed)
}

const AS_TOLD: (&str, &str) = ("", "");

#[test]
fn lawful_cases_of_all_ten_categories_in_the_national_tables_raise_nothing() {
    // 决定 and 办结 come at one instant, and 送达、公示、缴款、发放、整改复查 a day or a month later, as steps alone. One case is taken
    // up again after a review, one penalty takes longer than the forty working days in which a lead has to be looked into.
    assert_eq!(of_the_nation(AS_TOLD), [""; 0]);
}

#[test]
fn what_is_not_lawful_in_the_national_tables_is_found_all_the_same() {
    // The ninety days of a penalty run from the end of the step 立案.
    let late = of_the_nation(("2026-04-29", "2026-06-30"));
    assert!(
        late.contains(&"CF decision-late red".to_owned()),
        "{late:?}"
    );
    // 发证 carries a decision out, 审核 does not.
    let again = of_the_nation((",发证,", ",审核,"));
    assert!(
        again.contains(&"QR after-closing red".to_owned()),
        "{again:?}"
    );
    let unannounced = of_the_nation((",事先告知,", ",先行登记保存,"));
    assert!(
        unannounced.iter().any(|f| f.starts_with("CF notice-late")),
        "{unannounced:?}"
    );
}

#[test]
fn lawful_cases_of_the_provinces_tables_raise_nothing() {
    let steps = [("承办", "review"), ("批准", "approve")];
    let mapping = CodeMapping {
        steps: steps
            .map(|(theirs, ours)| (theirs.to_owned(), ours.to_owned()))
            .into(),
        ..CodeMapping::default()
    };
    // One is given out, one supplemented and suspended, one rejected because nothing was supplemented.
    assert_eq!(raised("guangdong", &[], mapping, AS_TOLD), [""; 0]);
    let specials = [(
        "{from: SPECIALTYPE, map: {}}",
        "{from: SPECIALTYPE, map: {\"1\": extend, \"2\": suspend}}",
    )];
    let none = CodeMapping::default;
    assert_eq!(raised("shandong", &specials, none(), AS_TOLD), [""; 0]);
    // Two fines whose degree is told in words of the source's own.
    let results = [
        (
            "{from: status, map: {}}",
            "{from: status, map: {\"1\": closed}}",
        ),
        ("{attr: status, in: []}", "{attr: status, in: [\"1\"]}"),
    ];
    assert_eq!(raised("jiangsu", &results, none(), AS_TOLD), [""; 0]);
}
