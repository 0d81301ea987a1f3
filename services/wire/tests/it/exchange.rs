//! Folders of exchange tables.

use std::fs;

use mingjing_domain::event::{EventKind, Value};
use mingjing_wire::import::{FolderError, PRESETS, Preset};

const ACCEPT: &str = "PROJECT_NO,project_type,task_code,apply_date,accept_date,promise_date,handle_user_name,org_code,cd_time\n\
    P1,2,XK-1,2026-07-01 09:00:00,2026-07-02 10:00:00,2026-07-20 00:00:00,u1,zjj,2026-07-02 10:05:00\n\
    P2,1,XK-1,,2026-07-03 10:00:00,,u1,zjj,2026-07-03 10:05:00\n\
    P3,7,XK-1,2026-07-01 09:00:00,2026-07-03 10:00:00,,u1,zjj,2026-07-03 10:05:00\n";
const PROCESS: &str = "project_no,process_name,event_name,event_start_time,event_end_time,handle_user_name\n\
    P1,审查,通过,2026-07-02 10:00:00,2026-07-05 10:00:00,u2\n\
    P1,决定,,2026-07-06 10:00:00,,u3\n";
const SPECIAL: &str = "project_no,special_type,special_name,special_time,end_time,special_result,handle_user\n\
    P1,2,听证,2026-07-03 09:00:00,2026-07-04 09:00:00,完成,u2\n\
    P1,1,延长审批,2026-07-05 09:00:00,2026-07-06 09:00:00,,u2\n\
    P1,3,其他,2026-07-05 09:00:00,,,u2\n";
const RESULT: &str = "project_no,result_date,result_type\nP1,2026-07-08 09:00:00,出证\n";
const MATERIAL: &str = "project_no,material_name\nP1,甲\nP1,乙\n";

fn folder(tables: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in tables {
        fs::write(dir.path().join(name), text).unwrap();
    }
    dir
}

#[test]
fn the_national_tables_become_cases_and_unknown_codes_are_told() {
    let dir = folder(&[
        ("UP_PRO_ACCEPT.csv", ACCEPT),
        ("up_pro_process.csv", PROCESS),
        ("up_pro_special_procedure.csv", SPECIAL),
        ("up_pro_result.csv", RESULT),
        ("up_pro_material.csv", MATERIAL),
    ]);
    let read = Preset::named("national")
        .unwrap()
        .read(dir.path(), "zjj", None)
        .unwrap();
    let events: Vec<String> = read
        .events
        .iter()
        .map(|e| {
            let part = |text: Option<&str>| text.map(|t| format!(" {t}")).unwrap_or_default();
            let data = &e.data;
            format!(
                "{} {} {}{}{}{}",
                e.case_no,
                e.event_id,
                e.kind.code(),
                part(data.step_code.as_deref()),
                part(data.result_code.as_deref()),
                part(data.special.as_ref().map(|s| &*s.kind)),
            )
        })
        .collect();
    assert_eq!(
        events,
        [
            "P1 apply/P1/1 applied",
            "P3 apply/P3/1 applied",
            "P1 accept/P1/1 accepted",
            "P1 process-start/P1/1 step_start 审查",
            "P1 special/P1/1 suspend 听证",
            "P2 accept/P2/1 accepted",
            "P1 special-end/P1/1 resume 完成 听证",
            "P1 special/P1/2 extend 延长审批",
            "P1 process-end/P1/1 step_end 审查 通过",
            "P1 process-start/P1/2 step_start 决定",
            "P1 result/P1/1 closed 出证",
        ]
    );
    let accepted = read
        .events
        .iter()
        .find(|e| e.kind == EventKind::Accepted)
        .unwrap();
    assert_eq!(accepted.data.case_kind.as_deref(), Some("promise"));
    assert_eq!(accepted.data.item_code.as_deref(), Some("XK-1"));
    assert_eq!(accepted.data.attributes["materials"], Value::Int(2));
    assert_eq!(
        accepted.data.attributes["promise_due"],
        Value::Text("2026-07-20T00:00:00+08:00".into())
    );
    assert_eq!(
        accepted
            .sent_at
            .unwrap()
            .to_rfc3339(chrono_tz::Asia::Shanghai),
        "2026-07-02T10:05:00+08:00"
    );
    assert!(
        read.events
            .windows(2)
            .all(|w| w[0].source_seq < w[1].source_seq)
    );
    let told: Vec<String> = read
        .problems
        .iter()
        .map(|(file, p)| {
            format!(
                "{}:{} {}",
                file.file_name().unwrap().to_string_lossy(),
                p.line.unwrap(),
                p.refusal.message_en()
            )
        })
        .collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told[0].starts_with("UP_PRO_ACCEPT.csv:4 ") && told[0].contains('7'),
        "{told:?}"
    );
    assert!(
        told[1].starts_with("up_pro_special_procedure.csv:4 ") && told[1].contains('3'),
        "{told:?}"
    );
    assert!(read.absent.is_empty());
}

#[test]
fn tables_that_are_missing_are_told_and_the_first_is_needed() {
    let dir = folder(&[("up_pro_accept.csv", ACCEPT)]);
    let read = PRESETS[0].read(dir.path(), "zjj", None).unwrap();
    assert_eq!(
        read.absent,
        [
            "up_pro_process",
            "up_pro_special_procedure",
            "up_pro_result",
            "up_pro_material"
        ]
    );
    let empty = folder(&[]);
    let refused = PRESETS[0].read(empty.path(), "zjj", None).unwrap_err();
    assert!(
        matches!(
            refused,
            FolderError::Missing {
                table: "up_pro_accept",
                ..
            }
        ),
        "{refused}"
    );
    let odd = folder(&[("up_pro_accept.csv", "a,b\n1,2\n")]);
    let refused = PRESETS[0].read(odd.path(), "zjj", None).unwrap_err();
    assert!(matches!(refused, FolderError::Table { .. }), "{refused}");
}

#[test]
fn a_dump_in_a_chinese_encoding_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let (bytes, _, _) = encoding_rs::GB18030.encode(PROCESS);
    fs::write(dir.path().join("up_pro_process.csv"), bytes).unwrap();
    fs::write(dir.path().join("up_pro_accept.csv"), ACCEPT).unwrap();
    let read = PRESETS[0].read(dir.path(), "zjj", Some("gb18030")).unwrap();
    assert!(
        read.events
            .iter()
            .any(|e| e.data.step_code.as_deref() == Some("审查"))
    );
}
