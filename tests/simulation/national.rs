//! A national dump judged by the demo's definitions: a lawful case in time raises nothing, a late one what is late.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use mingjing_domain::Timestamp;
use mingjing_domain::definitions::{DefinitionFile, DefinitionSet};
use mingjing_domain::source::{Source, SourceClock};
use mingjing_engine::{Engine, Input, Rules};
use mingjing_wire::import::{PRESETS, Preset};

const ACCEPT: &str = "row_guid,cd_operation,cd_time,project_no,project_type,task_code,org_code,apply_date,accept_date,promise_date,handle_user_name
a1,I,2026-03-02 10:00:00,N-1,2,510502-XK-0103,510502-wjw,2026-03-02 09:00:00,2026-03-02 09:30:00,2026-03-16 18:00:00,zhang
";
const PROCESS: &str = "row_guid,cd_operation,cd_time,project_no,process_name,event_name,event_start_time,event_end_time,handle_user_name
p1,I,2026-03-02 10:00:00,N-1,受理,通过,2026-03-02 09:00:00,2026-03-02 09:30:00,zhang
p2,I,2026-03-03 10:00:00,N-1,资料审查,通过,2026-03-03 09:00:00,2026-03-04 09:00:00,li
p3,I,2026-03-27 10:00:00,N-1,审批决定,通过,2026-03-26 09:00:00,2026-03-27 09:00:00,wang
";
const SPECIAL: &str = "row_guid,cd_operation,cd_time,project_no,special_type,special_name,special_time,special_reason,end_time,special_result,handle_user
s1,I,2026-03-04 10:00:00,N-1,2,专家评审,2026-03-04 10:00:00,依法评审,2026-03-25 17:00:00,同意,li
";

fn result(date: &str) -> String {
    format!(
        "row_guid,cd_operation,cd_time,project_no,result_date,result_type,result_explain\nr1,I,{date},N-1,{date},1,\n"
    )
}

/// The demo's definitions, with what the place adds to them.
pub fn demo(more: &str) -> DefinitionSet {
    fn read(folder: &Path, files: &mut Vec<DefinitionFile>) {
        for entry in fs::read_dir(folder).expect("the folder of the demo") {
            let path = entry.expect("its entry").path();
            if path.is_dir() {
                read(&path, files);
            } else if path.extension().is_some_and(|e| e == "yaml") {
                files.push(DefinitionFile {
                    name: path.display().to_string(),
                    text: fs::read_to_string(&path).expect("a file of text"),
                });
            }
        }
    }
    let mut files = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/demo/definitions");
    read(&root, &mut files);
    files.sort_by(|a, b| a.name.cmp(&b.name));
    if !more.is_empty() {
        files.push(DefinitionFile {
            name: "more.yaml".into(),
            text: more.into(),
        });
    }
    let (set, problems) = DefinitionSet::read(files);
    assert!(problems.is_empty(), "{problems:?}");
    set
}

/// What stands at the end of the year: point and level; and what nobody could be found under its name.
fn judged(tables: &[(&str, &str)], says_what_it_lacks: bool) -> (Vec<String>, Vec<String>) {
    let folder = tempfile::tempdir().expect("a folder for the tables");
    for (name, text) in tables {
        fs::write(folder.path().join(name), text).expect("a table is written");
    }
    let preset = Preset::named("national")
        .expect("a preset that can be read")
        .expect("a preset of this name");
    let read = preset
        .read(folder.path(), "zjj-permit", None)
        .expect("tables that can be read");
    assert!(read.problems.is_empty(), "{:?}", read.problems);
    let mut set = demo("");
    // The demo's own system has another format than this one, which declares itself.
    set.sources.retain(|s| s.value.id != "zjj-permit");
    let rules = Rules::compile(&set).unwrap_or_else(|p| panic!("{p:?}"));
    let mut engine = Engine::new(Arc::new(rules));
    let mut facts = Vec::new();
    let mut source = Source::new("zjj-permit", SourceClock::Declared);
    if says_what_it_lacks {
        source.lacks = preset.lacks().clone();
    }
    engine.handle(Input::Declared(&source), &mut facts);
    for event in &read.events {
        engine.handle(Input::Event(event), &mut facts);
    }
    let until = Timestamp::parse("2026-12-31T00:00:00+08:00").expect("an instant");
    engine.handle(
        Input::CompleteUntil {
            source: "zjj-permit",
            until,
        },
        &mut facts,
    );
    let mut found: Vec<String> = engine
        .alerts()
        .map(|a| format!("{} {} {}", a.control_point, a.step, a.level.code()))
        .collect();
    found.sort();
    let unknown = engine.unknown_names().into_iter();
    let unknown = unknown.map(|u| format!("{} {} {}", u.what, u.said, u.events));
    (found, unknown.collect())
}

#[test]
fn a_lawful_national_case_in_time_raises_nothing() {
    let result = result("2026-03-27 10:00:00");
    let tables = [
        ("up_pro_accept.csv", ACCEPT),
        ("up_pro_process.csv", PROCESS),
        ("up_pro_special_procedure.csv", SPECIAL),
        ("up_pro_result.csv", &result),
    ];
    let nothing: (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    assert_eq!(judged(&tables, true), nothing);
    // A source that could say all of that and does not is told.
    let (found, _) = judged(&tables, false);
    for point in [
        "accepted-undocumented",
        "delivery-late",
        "missing-field",
        "publication-late",
        "special-unfounded",
    ] {
        assert!(
            found.iter().any(|f| f.starts_with(point)),
            "{point}: {found:?}"
        );
    }
}

#[test]
fn a_step_that_is_done_again_is_no_reversal_of_time() {
    let result = result("2026-03-27 10:00:00");
    let again = PROCESS.to_owned()
        + "p4,U,2026-03-10 10:00:00,N-1,资料审查,通过,2026-03-09 09:00:00,2026-03-10 09:00:00,li\n";
    let tables = [
        ("up_pro_accept.csv", ACCEPT),
        ("up_pro_process.csv", &again),
        ("up_pro_special_procedure.csv", SPECIAL),
        ("up_pro_result.csv", &result),
    ];
    // The sample lets what was sent back be reviewed again.
    assert_eq!(judged(&tables, true).0, [""; 0]);
    // One that ends before it begins is.
    let reversed = PROCESS.replace(
        "2026-03-26 09:00:00,2026-03-27 09:00:00",
        "2026-03-27 09:30:00,2026-03-26 09:00:00",
    );
    let tables = [
        ("up_pro_accept.csv", ACCEPT),
        ("up_pro_process.csv", &reversed),
        ("up_pro_special_procedure.csv", SPECIAL),
        ("up_pro_result.csv", &result),
    ];
    let (found, _) = judged(&tables, true);
    assert!(
        found.contains(&"time-reversed  review".to_owned()),
        "{found:?}"
    );
}

#[test]
fn a_late_national_case_is_late_and_unknown_names_are_told() {
    let result = result("2026-05-08 10:00:00");
    let process = PROCESS.replace("资料审查", "材料审查");
    let special = SPECIAL.replace("专家评审", "技术评审");
    let tables = [
        ("up_pro_accept.csv", ACCEPT),
        ("up_pro_process.csv", &process),
        ("up_pro_special_procedure.csv", &special),
        ("up_pro_result.csv", &result),
    ];
    let (found, unknown) = judged(&tables, true);
    assert!(
        found.contains(&"decision-late  red".to_owned()),
        "{found:?}"
    );
    assert_eq!(unknown, ["specials 技术评审 2", "steps 材料审查 2"]);
}

#[test]
fn what_was_deleted_at_the_source_was_not_done_and_a_deleted_case_is_asked_for_its_reason() {
    let result = result("2026-03-27 10:00:00");
    let judged_with = |accept: &str, result: &str| {
        let tables = [
            ("up_pro_accept.csv", accept),
            ("up_pro_process.csv", PROCESS),
            ("up_pro_special_procedure.csv", SPECIAL),
            ("up_pro_result.csv", result),
        ];
        judged(&tables, true).0
    };
    // Without its result the case goes on, and is late.
    let deleted = result
        .replace("r1,I", "r1,D")
        .replace(",1,\n", ",,\n")
        .replacen("2026-03-27 10:00:00,N-1", "2026-03-28 10:00:00,N-1", 1);
    let found = judged_with(ACCEPT, &deleted);
    let late = "decision-late  red".to_owned();
    assert!(found.contains(&late), "{found:?}");
    // A case that is deleted runs no more. Why, the table has no place to say: a question, and no fault.
    let accept = ACCEPT.replace("a1,I,2026-03-02 10:00:00", "a1,D,2026-03-27 12:00:00");
    assert_eq!(
        judged_with(&accept, &deleted),
        ["deleted-at-source  review"]
    );
}

#[test]
fn what_the_presets_say_they_lack_is_something_that_a_source_may_lack() {
    for (name, text) in PRESETS {
        let lacks = Preset::from_yaml(text).unwrap().lacks().clone();
        assert!(!lacks.is_empty(), "{name}");
        let source = Source {
            lacks,
            ..Source::new(*name, SourceClock::Live)
        };
        let declared = serde_json::to_value(&source).unwrap();
        let fields = declared.as_object().unwrap().iter();
        let fields: String = fields.map(|(k, v)| format!("{k}: {v}\n")).collect();
        let set = demo(&format!("kind: source\n{fields}"));
        let problems = Rules::compile(&set).err().unwrap_or_default();
        assert!(problems.is_empty(), "{name}: {problems:?}");
    }
}
