//! Folders of exchange tables.

use std::fs;

use mingjing_domain::event::{EventKind, Value};
use mingjing_wire::import::{Folder, FolderError, PRESETS, Preset};

const ACCEPT: &str = "PROJECT_NO,project_type,task_code,apply_date,accept_date,promise_date,handle_user_name,org_code,cd_time,apply_type\n\
    P1,2,XK-1,2026-07-01 09:00:00,2026-07-02 10:00:00,2026-07-20 00:00:00,u1,zjj,2026-07-02 10:05:00,3\n\
    P2,1,XK-1,,2026-07-03 10:00:00,,u1,zjj,2026-07-03 10:05:00,17\n\
    P3,7,XK-1,2026-07-01 09:00:00,2026-07-03 10:00:00,,u1,zjj,2026-07-03 10:05:00,\n";
const PROCESS: &str = "project_no,process_name,event_name,event_start_time,event_end_time,handle_user_name\n\
    P1,审查,通过,2026-07-02 10:00:00,2026-07-05 10:00:00,u2\n\
    P1,决定,,2026-07-06 10:00:00,,u3\n";
const SPECIAL: &str = "project_no,special_type,special_name,special_time,end_time,special_result,handle_user\n\
    P1,2,听证,2026-07-03 09:00:00,2026-07-04 09:00:00,完成,u2\n\
    P1,1,延长审批,2026-07-05 09:00:00,2026-07-06 09:00:00,,u2\n\
    P4,3,其他,2026-07-05 09:00:00,,,u2\n";
const NO_SPECIAL: &str =
    "project_no,special_type,special_name,special_time,end_time,special_result,handle_user\n";
const RESULT: &str = "project_no,result_date,result_type\nP1,2026-07-08 09:00:00,出证\n";
const MATERIAL: &str = "project_no,material_name\nP1,甲\nP1,乙\n";

fn folder(tables: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in tables {
        fs::write(dir.path().join(name), text).unwrap();
    }
    dir
}

fn preset(name: &str) -> Preset {
    Preset::named(name).unwrap().unwrap()
}

/// Case, id, kind, and what else decides.
fn events_of(read: &Folder) -> Vec<String> {
    let part = |text: Option<&str>| text.map(|t| format!(" {t}")).unwrap_or_default();
    let events = read.events.iter().map(|e| {
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
    });
    events.collect()
}

/// File, line and reason of what was not taken.
fn told(read: &Folder) -> Vec<String> {
    let problems = read.problems.iter().map(|(file, p)| {
        let file = file.file_name().unwrap().to_string_lossy().into_owned();
        format!("{file}:{} {}", p.line.unwrap(), p.refusal.message_en())
    });
    problems.collect()
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
    let read = preset("national").read(dir.path(), "zjj", None).unwrap();
    let events = events_of(&read);
    assert_eq!(
        events,
        [
            "P1 apply/P1/1 applied",
            "P1 accept/P1/1 accepted",
            "P1 process-start/P1/1 step_start 审查",
            "P1 special/P1/1 suspend 听证",
            "P2 accept/P2/1 accepted",
            "P1 special-end/P1/1 resume 完成 听证",
            "P1 special/P1/2 extend 延长审批",
            "P1 process-end/P1/1 step_end 审查 通过",
            "P1 process-start/P1/2 step_start 决定",
            "P1 decide/P1/1 decided 出证",
            "P1 result/P1/1 closed 出证",
        ]
    );
    let accepted = read
        .events
        .iter()
        .find(|e| e.kind == EventKind::Accepted)
        .unwrap();
    assert_eq!(accepted.data.case_kind.as_deref(), Some("promise"));
    // What is in no table is kept as it is told: statistics count it, and no row is refused for it.
    let channels: Vec<_> = read
        .events
        .iter()
        .filter_map(|e| Some((&*e.case_no, e.kind, e.data.channel.as_deref()?)))
        .collect();
    assert_eq!(
        channels,
        [
            ("P1", EventKind::Applied, "mobile"),
            ("P1", EventKind::Accepted, "mobile"),
            ("P2", EventKind::Accepted, "17"),
        ]
    );
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
    let told = told(&read);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told[0].starts_with("UP_PRO_ACCEPT.csv:4 ")
            && told[0].contains("project_type")
            && told[0].contains('7'),
        "{told:?}"
    );
    assert!(
        told[1].starts_with("up_pro_special_procedure.csv:4 ") && told[1].contains('3'),
        "{told:?}"
    );
    assert!(read.absent.is_empty());
    // Half a case would look like a fault: P3 applied, and was never accepted.
    assert_eq!(read.held_back.into_iter().collect::<Vec<_>>(), ["P3", "P4"]);
}

#[test]
fn tables_that_cases_cannot_do_without_must_be_there() {
    let mut tables = vec![
        ("up_pro_accept.csv", ACCEPT),
        ("up_pro_process.csv", PROCESS),
        ("up_pro_special_procedure.csv", NO_SPECIAL),
        ("up_pro_result.csv", RESULT),
    ];
    let dir = folder(&tables);
    let read = preset("national").read(dir.path(), "zjj", None).unwrap();
    assert_eq!(read.absent, ["up_pro_material"]);
    tables.remove(2);
    let without = folder(&tables);
    let refused = preset("national")
        .read(without.path(), "zjj", None)
        .unwrap_err();
    let missing = matches!(
        refused,
        FolderError::Missing {
            ref table,
            ..
        } if table == "up_pro_special_procedure"
    );
    assert!(missing, "{refused}");
    tables[0].1 = "a,b\n1,2\n";
    tables.push(("up_pro_special_procedure.csv", NO_SPECIAL));
    let odd = folder(&tables);
    let refused = preset("national")
        .read(odd.path(), "zjj", None)
        .unwrap_err();
    assert!(matches!(refused, FolderError::Table { .. }), "{refused}");
}

#[test]
fn a_dump_in_a_chinese_encoding_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let (bytes, _, _) = encoding_rs::GB18030.encode(PROCESS);
    fs::write(dir.path().join("up_pro_process.csv"), bytes).unwrap();
    for (name, text) in [
        ("up_pro_accept.csv", ACCEPT),
        ("up_pro_special_procedure.csv", NO_SPECIAL),
        ("up_pro_result.csv", RESULT),
    ] {
        fs::write(dir.path().join(name), text).unwrap();
    }
    let read = preset("national")
        .read(dir.path(), "zjj", Some("gb18030"))
        .unwrap();
    assert!(
        read.events
            .iter()
            .any(|e| e.data.step_code.as_deref() == Some("审查"))
    );
}

#[test]
fn every_shipped_preset_is_read_by_its_own_name() {
    for (name, text) in PRESETS {
        let read = Preset::from_yaml(text).unwrap();
        assert_eq!(&read.name, name);
        for table in read.tables().iter().filter(|t| t.tells_events()) {
            assert!(!table.key.is_empty(), "{name} {}", table.name);
        }
    }
}

#[test]
fn a_row_with_a_key_says_the_same_wherever_it_stands_and_a_later_version_more() {
    let with_key = |lines: &[&str]| {
        let head = "row_guid,project_no,result_date,result_type,cd_time,cd_operation\n";
        format!("{head}{}\n", lines.join("\n"))
    };
    let read = |lines: &[&str]| {
        let dir = folder(&[
            ("up_pro_accept.csv", "project_no,accept_date\n"),
            (
                "up_pro_process.csv",
                "project_no,process_name,event_start_time,event_end_time\n",
            ),
            ("up_pro_special_procedure.csv", NO_SPECIAL),
            ("up_pro_result.csv", &with_key(lines)),
        ]);
        preset("national").read(dir.path(), "zjj", None).unwrap()
    };
    let first = "g1,P1,2026-07-08 09:00:00,出证,2026-07-08 09:10:00,I";
    let second = "g2,P1,2026-07-08 09:00:00,出证,2026-07-08 09:11:00,U";
    let one = read(&[first, second]);
    let other = read(&[second, first]);
    assert_eq!(one.events, other.events);
    assert_eq!(
        events_of(&one),
        [
            "P1 decide/g1 decided 出证",
            "P1 decide/g2 decided 出证",
            "P1 result/g1 closed 出证",
            "P1 result/g2 closed 出证"
        ]
    );
    assert_eq!(one.events[1].data_version - one.events[0].data_version, 60);
    // A code that is not known is not guessed.
    let odd = read(&[&first.replace(",I", ",X")]);
    assert!(odd.events.is_empty());
    let told = told(&odd);
    assert!(
        told[0].starts_with("up_pro_result.csv:2 ") && told[0].contains("field cd_operation"),
        "{told:?}"
    );
}

#[test]
fn a_deleted_row_takes_back_what_it_told_and_a_deleted_case_is_void() {
    let read = |accept: &[&str], result: &[&str]| {
        let table = |head: &str, lines: &[&str]| format!("{head}\n{}\n", lines.join("\n"));
        let accept = table(
            "row_guid,project_no,apply_date,accept_date,cd_time,cd_operation",
            accept,
        );
        let result = table(
            "row_guid,project_no,result_date,result_type,cd_time,cd_operation",
            result,
        );
        let dir = folder(&[
            ("up_pro_accept.csv", &accept),
            (
                "up_pro_process.csv",
                "row_guid,project_no,process_name,event_start_time,event_end_time,cd_time,cd_operation\n\
                 g3,P1,审查,2026-07-03 09:00:00,,2026-07-10 09:00:00,D\n",
            ),
            (
                "up_pro_special_procedure.csv",
                "row_guid,project_no,special_type,special_name,special_time,end_time,cd_time,cd_operation\n\
                 g4,P1,2,听证,2026-07-03 09:00:00,2026-07-04 09:00:00,2026-07-10 09:00:00,D\n",
            ),
            ("up_pro_result.csv", &result),
        ]);
        let read = preset("national").read(dir.path(), "zjj", None).unwrap();
        assert_eq!((told(&read), read.held_back.len()), (vec![], 0));
        read
    };
    let accepted = "g1,P1,,2026-07-01 09:00:00,2026-07-01 09:10:00,I";
    // A source may empty what it deletes.
    let empty = "g2,P1,,,2026-07-11 09:00:00,D";
    let gone = read(&[accepted], &[empty]);
    assert_eq!(
        events_of(&gone),
        [
            "P1 accept/g1 accepted",
            "P1 process-start/g3 corrected",
            "P1 process-end/g3 corrected",
            "P1 special/g4 corrected",
            "P1 special-end/g4 corrected",
            "P1 decide/g2 corrected",
            "P1 result/g2 corrected"
        ]
    );
    assert!(gone.events[1..].iter().all(|e| e.data.corrects.is_none()
        && e.data.reason.as_deref() == Some("来源删除")
        && e.data.step_code.is_none()));
    // What was told before has the same id and a smaller version, what is told again a greater one.
    let version = |read: &Folder| {
        let of_result = read.events.iter().find(|e| &*e.event_id == "decide/g2");
        of_result.map(|e| (e.kind, e.data_version)).unwrap()
    };
    let result = |at: &str| format!("g2,P1,2026-07-08 09:00:00,1,{at},U");
    let before = read(&[accepted], &[&result("2026-07-08 09:10:00")]);
    let again = read(&[accepted], &[&result("2026-07-12 09:00:00")]);
    let versions = [version(&before), version(&gone), version(&again)];
    assert_eq!(
        versions.map(|(kind, _)| kind),
        [EventKind::Decided, EventKind::Corrected, EventKind::Decided]
    );
    assert!(versions[0].1 < versions[1].1 && versions[1].1 < versions[2].1);
    // The case that is deleted was accepted, and is void from then on, for no reason that the table could tell.
    let deleted = "g1,P1,,2026-07-01 09:00:00,2026-07-09 09:10:00,D";
    let void = read(&[deleted], &[empty]);
    assert_eq!(
        events_of(&void)[..2],
        ["P1 accept/g1 accepted", "P1 void/g1 voided"]
    );
    let voided = &void.events[1];
    assert_eq!(voided.data.reason, None);
    assert_eq!(
        voided.occurred_at.to_rfc3339(chrono_tz::Asia::Shanghai),
        "2026-07-09T09:10:00+08:00"
    );
}

const GUANGDONG: [(&str, &str); 9] = [
    (
        "EX_GDBS_SB.csv",
        "SBLSH,SXBM,SBSJ,XZQHDM,SJBBH\nG1,XK-1,2026-07-01 09:00:00,440100,1\nG2,XK-1,2026-07-01 09:30:00,440100,1\n",
    ),
    (
        "EX_GDBS_SL.csv",
        "SBLSH,SXBM,SLZTDM,SLSJ,BLRXM,SJBBH\nG1,XK-1,1,2026-07-02 09:00:00,甲,1\nG1,XK-1,1,2026-07-02 10:00:00,甲,2\nG2,XK-1,9,2026-07-02 10:00:00,甲,1\n",
    ),
    (
        "EX_GDBS_SPCL.csv",
        "SBLSH,SPHJDM,SPBZH,SPSJ,SPRXM\nG1,2,2,2026-07-03 09:00:00,乙\nG1,1,1,2026-07-03 09:00:00,甲\n",
    ),
    (
        "EX_GDBS_TBCXSQ.csv",
        "SBLSH,XH,TBCXZL,TBCXKSRQ,TBCXPZR,TBCXSX,TBCXSXDW\nG1,1,A,2026-07-04 09:00:00,丙,10,G\nG1,2,B,2026-07-05 09:00:00,丙,5,Z\n",
    ),
    (
        "EX_GDBS_TBCXJG.csv",
        "SBLSH,XH,TBCXJSRQ,TBCXJG\nG1,2,2026-07-06 09:00:00,通过\n",
    ),
    (
        "EX_GDBS_BJGZ.csv",
        "SBLSH,BJGZSJ,BZGZYY\nG1,2026-07-01 11:00:00,缺件\n",
    ),
    ("EX_GDBS_BJSL.csv", "SBLSH,BZSJ\nG1,2026-07-01 12:00:00\n"),
    (
        "EX_GDBS_BJ.csv",
        "SBLSH,BJJGDM,BJSJ,SFJE\nG1,5,2026-07-08 09:00:00,12.50\n",
    ),
    ("EX_GDBS_LQDJ.csv", "SBLSH,LQSJ\nG1,2026-07-09 09:00:00\n"),
];

#[test]
fn the_guangdong_objects_become_cases_and_unknown_codes_are_told() {
    let dir = folder(&GUANGDONG);
    let read = preset("guangdong").read(dir.path(), "gd", None).unwrap();
    assert_eq!(
        events_of(&read),
        [
            "G1 apply/G1 applied",
            "G1 supplement/G1/2026-07-01 11:00:00 supplement_notice",
            "G1 supplement-done/G1/2026-07-01 12:00:00 supplement_done",
            "G1 accept/G1 accepted",
            "G1 accept/G1 accepted",
            "G1 approve/G1/1/1 step_end 承办",
            "G1 approve/G1/2/2 step_end 审核",
            "G1 special/G1/1 extend 延长审批",
            "G1 special/G1/2 suspend 其他特别程序",
            "G1 special-end/G1/2 resume 通过",
            "G1 close/G1 returned 补正超时驳回",
            "G1 collect/G1 delivered",
        ]
    );
    let versions: Vec<u32> = read.events.iter().map(|e| e.data_version).collect();
    assert_eq!(versions[3..5], [1, 2]);
    let special = read.events[7].data.special.as_ref().unwrap();
    assert_eq!(special.granted.as_deref(), Some("10wd"));
    assert_eq!(special.approver.as_deref(), Some("丙"));
    assert_eq!(read.events[10].data.amounts["paid"], 1250);
    // The code is the reason, where none is written besides.
    let reason = read.events[10].data.reason.as_deref();
    assert_eq!(reason, Some("补正超时驳回"));
    let told = told(&read);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].starts_with("EX_GDBS_SL.csv:4 ") && told[0].contains("field SLZTDM"),
        "{told:?}"
    );
    assert_eq!(read.held_back.into_iter().collect::<Vec<_>>(), ["G2"]);
}

#[test]
fn the_shandong_tables_become_cases_and_a_missing_code_list_refuses_all_codes() {
    let dir = folder(&[
        (
            "pre_apasinfo.csv",
            "projid,itemno,infotype,receivetime,region_id,datastate,create_time,dataver,maketime\n\
            S1,XK-1,2,2026-07-01 09:00:00,370100,1,2026-07-01 09:05:00,1,2026-07-01 10:00:00\n\
            S2,XK-1,1,2026-07-01 09:00:00,370100,0,2026-07-01 09:05:00,2,2026-07-02 10:00:00\n",
        ),
        (
            "pre_proc.csv",
            "projid,sn,nodename,nodestate,noderesult,nodetype,occurtime,username,maketime\n\
            S1,1,受理,02,4,1,2026-07-02 09:00:00,甲,2026-07-02 09:10:00\n\
            S1,2,审核,01,,2,2026-07-02 09:00:00,乙,2026-07-02 09:10:00\n\
            S1,3,审核,02,1,2,2026-07-03 09:00:00,乙,2026-07-03 09:10:00\n\
            S4,1,受理,02,4,7,2026-07-03 09:00:00,乙,2026-07-03 09:10:00\n",
        ),
        (
            "PRE_SPECIALNODE.csv",
            "projid,sn,specialtype,specialname,occurtime,endtime\nS3,1,2,听证,2026-07-02 09:00:00,\n",
        ),
        (
            "DONE.csv",
            "projid,doneresult,occurtime,reason\nS1,1,2026-07-05 09:00:00,不符合条件\n",
        ),
    ]);
    let read = preset("shandong").read(dir.path(), "sd", None).unwrap();
    assert_eq!(
        events_of(&read),
        [
            "S1 apply/S1 applied",
            "S2 apply/S2 applied",
            "S1 step/S1/1 step_end 受理 受理",
            "S1 step/S1/2 step_start 审核",
            "S1 outcome/S1/1 accepted",
            "S2 void/S2 voided",
            "S1 step/S1/3 step_end 审核 同意",
            "S1 decide/S1 decided refused",
            "S1 done/S1 closed refused",
        ]
    );
    assert_eq!(read.events[1].data_version, 2);
    let told = told(&read);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told[0].starts_with("pre_proc.csv:5 ") && told[0].contains("field nodetype"),
        "{told:?}"
    );
    assert!(
        told[1].starts_with("PRE_SPECIALNODE.csv:2 ") && told[1].contains("field specialtype"),
        "{told:?}"
    );
}

#[test]
fn the_jiangsu_tables_need_the_code_list_of_the_place_for_results() {
    let dir = folder(&[
        (
            "apply.csv",
            "no,internalNo,itemId,orgId,applyDate,createDate,updateDate\n1,J1,XK-1,o1,2026-07-01 09:00:00,2026-07-01 09:01:00,2026-07-01 09:02:00\n",
        ),
        (
            "inf_apply_process.csv",
            "no,no_ord,internal_no,tache_id,promise_start_sign,process_date,user_staff_code,status,isrisk,update_date\n\
            11,1,J1,T1,1,2026-07-02 09:00:00,甲,4,0,2026-07-02 09:02:00\n12,2,J1,T2,0,2026-07-02 09:00:00,乙,4,1,2026-07-02 09:02:00\n",
        ),
        (
            "applyResult.csv",
            "no,internalNo,itemId,status,finishDate,receivable,paid,updateDate\n21,J1,XK-1,1,2026-07-05 09:00:00,10,8.5,2026-07-05 09:02:00\n",
        ),
    ]);
    let refused = preset("jiangsu").read(dir.path(), "js", None).unwrap();
    assert!(refused.events.is_empty());
    let told = told(&refused);
    assert!(
        told[0].starts_with("applyResult.csv:2 ") && told[0].contains("field status"),
        "{told:?}"
    );
    let (_, shipped) = PRESETS.iter().find(|(name, _)| *name == "jiangsu").unwrap();
    let own = shipped
        .replace(
            "{from: status, map: {}}",
            "{from: status, map: {\"1\": closed}}",
        )
        .replace("{attr: status, in: []}", "{attr: status, in: [\"1\"]}");
    let read = Preset::from_yaml(&own)
        .unwrap()
        .read(dir.path(), "js", None)
        .unwrap();
    assert_eq!(
        events_of(&read),
        [
            "J1 apply/1 applied",
            "J1 accept/11 accepted",
            "J1 step/11 step_end T1 4",
            "J1 step/12 step_end T2 4",
            "J1 decide/21 decided 1",
            "J1 result/21 closed 1",
        ]
    );
    assert_eq!(read.events[5].data.amounts["receivable"], 1000);
    assert_eq!(read.events[3].data.attributes["risk"], Value::Bool(true));
    let written =
        |at: Option<mingjing_domain::Timestamp>| at.unwrap().to_rfc3339(chrono_tz::Asia::Shanghai);
    assert_eq!(
        written(read.events[0].entered_at),
        "2026-07-01T09:01:00+08:00"
    );
    assert_eq!(written(read.events[0].sent_at), "2026-07-01T09:02:00+08:00");
}

#[test]
fn a_preset_that_does_not_fit_tells_everything_at_once() {
    let problem = Preset::from_yaml("name: own\nname_zh: 自有\ntables:\n  - name: t\n    rows:\n      - {name: a, case_no: {from: c}, events: [{kind: applied}]}\n      - {name: a, occurred_at: {from: t}, case_no: {from: c}, events: [{kind: applid}]}\n").unwrap_err();
    assert_eq!(problem.problems.len(), 2, "{problem}");
    let unknown = Preset::from_yaml("name: own\nname_zh: 自有\ntabels: []\n").unwrap_err();
    assert!(unknown.to_string().contains("tabels"), "{unknown}");
}
