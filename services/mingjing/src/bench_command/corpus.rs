//! A made-up city's case events, the same at every run.

use std::io::Write;
use std::sync::Arc;

use mingjing_domain::Timestamp;
use mingjing_domain::definitions::{DefinitionFile, DefinitionSet};
use mingjing_engine::Rules;

use crate::definitions_command::Refused;

/// 2026-03-02 01:00 UTC, a working Monday morning in Luzhou.
const BEGIN: i64 = 1_772_413_200_000;
const HOUR: i64 = 3_600_000;

/// The source that speaks in it.
pub const SOURCE: &str = "zjj-permit";

/// What its cases are judged by.
pub fn definitions() -> DefinitionFile {
    DefinitionFile {
        name: "bench.yaml".into(),
        text: include_str!("definitions.yaml").into(),
    }
}

/// The same, read.
pub fn set() -> anyhow::Result<DefinitionSet> {
    let (set, problems) = DefinitionSet::read(vec![definitions()]);
    match problems.is_empty() {
        true => Ok(set),
        false => Err(Refused(problems).into()),
    }
}

/// The same, compiled.
pub fn rules() -> anyhow::Result<Arc<Rules>> {
    match Rules::compile(&set()?) {
        Ok(rules) => Ok(Arc::new(rules)),
        Err(problems) => Err(Refused(problems).into()),
    }
}

/// One event to be written.
struct Line {
    at: i64,
    case: u32,
    nth: u32,
    kind: &'static str,
    step: Option<&'static str>,
    actor: u32,
    more: String,
}

/// Cases of eight events, most of them clean, in order of time.
pub fn city(cases: u32) -> Vec<u8> {
    let mut lines = Vec::with_capacity(cases as usize * 8);
    for case in 0..cases {
        lines.extend(case_lines(case));
    }
    lines.sort_by_key(|line| (line.at, line.case, line.nth));
    let mut out = Vec::with_capacity(lines.len() * 700);
    for line in &lines {
        write_line(line, &mut out);
        out.push(b'\n');
    }
    out
}

/// A whole case that happened within the last moments before `now`, in the order of its events. Answers its number, and whether
/// it raises an alert.
pub fn case_now(case: u32, now: Timestamp, out: &mut Vec<u8>) -> (String, bool) {
    let lines = case_lines(case);
    let events = lines.len() as i64;
    for line in lines {
        let at = now.millis() - events + i64::from(line.nth);
        write_line(&Line { at, ..line }, out);
        out.push(b'\n');
    }
    (case_no(case), case % ROUND < 4)
}

fn case_no(case: u32) -> String {
    format!("5105002026{case:08}")
}

/// Cases among which every kind of them comes.
pub const ROUND: u32 = 100;

/// Of every hundred cases: two by one hand, two with a fee, one approved late.
fn case_lines(case: u32) -> Vec<Line> {
    let begin = BEGIN + i64::from(case) * 40_000;
    let kind_of_case = case % ROUND;
    let reviewer = case % 97;
    let approver = if kind_of_case < 2 {
        reviewer
    } else {
        100 + case % 31
    };
    let area = if kind_of_case < 4 {
        200
    } else {
        400 + case % 4000
    };
    let fee = if !(2..=3).contains(&kind_of_case) {
        0
    } else {
        5000
    };
    let late = if kind_of_case == 4 { 12 * 24 * HOUR } else { 0 };
    let line = |nth: u32, after: i64, kind, step, actor, more: String| Line {
        at: begin + after,
        case,
        nth,
        kind,
        step,
        actor,
        more,
    };
    vec![
        line(
            0,
            0,
            "applied",
            None,
            1,
            format!(r#","attributes":{{"area":{area}}}"#),
        ),
        line(1, HOUR, "accepted", None, 2, String::new()),
        line(
            2,
            2 * HOUR,
            "step_start",
            Some("review"),
            reviewer,
            String::new(),
        ),
        line(
            3,
            26 * HOUR,
            "step_end",
            Some("review"),
            reviewer,
            String::new(),
        ),
        line(
            4,
            27 * HOUR,
            "paid",
            None,
            3,
            format!(r#","amounts":{{"fee":{fee}}}"#),
        ),
        line(
            5,
            28 * HOUR,
            "step_start",
            Some("approve"),
            approver,
            r#","result_code":"direct""#.into(),
        ),
        line(
            6,
            30 * HOUR + late,
            "step_end",
            Some("approve"),
            approver,
            String::new(),
        ),
        line(
            7,
            31 * HOUR + late,
            "closed",
            None,
            2,
            r#","result_code":"0","reason":"准予许可""#.into(),
        ),
    ]
}

/// The `nth` of two events of a case that was accepted at the same instant as all others, and then nobody did anything.
pub fn waiting_case_event(case: u32, nth: u32, out: &mut Vec<u8>) {
    let line = Line {
        at: BEGIN + i64::from(nth),
        case,
        nth,
        kind: if nth == 0 { "applied" } else { "accepted" },
        step: None,
        actor: 2,
        more: String::new(),
    };
    write_line(&line, out);
}

/// The `nth` of eight events of a case that stays open with three armed limits.
pub fn open_case_event(case: u32, nth: u32, out: &mut Vec<u8>) {
    let begin = BEGIN + i64::from(case) * 40;
    let (kind, step, more) = match nth {
        0 => ("applied", None, r#","attributes":{"area":900}"#),
        1 => ("accepted", None, ""),
        2 => ("step_start", Some("review"), ""),
        3 => ("step_end", Some("review"), ""),
        4 => ("step_start", Some("survey"), ""),
        5 => ("step_end", Some("survey"), ""),
        6 => ("note", None, ""),
        _ => ("step_start", Some("approve"), r#","result_code":"direct""#),
    };
    let line = Line {
        at: begin + i64::from(nth) * HOUR,
        case,
        nth,
        kind,
        step,
        actor: case % 97 + nth,
        more: more.into(),
    };
    write_line(&line, out);
}

fn write_line(line: &Line, out: &mut Vec<u8>) {
    let Line {
        case,
        nth,
        kind,
        actor,
        ..
    } = line;
    let at = Timestamp::from_millis(line.at).to_rfc3339(chrono_tz::Asia::Shanghai);
    let received = Timestamp::from_millis(line.at + 1500).to_rfc3339(chrono_tz::Asia::Shanghai);
    let step = line
        .step
        .map(|s| format!(r#","step_code":"{s}""#))
        .unwrap_or_default();
    // Writing to a vector cannot fail.
    let _ = write!(
        out,
        concat!(
            r#"{{"specversion":"1.0","id":"{case:08x}-1d2c-4a5b-8c7d-{nth:012x}","source":"zjj-permit","#,
            r#""type":"cn.mingjing.case.{kind}.v1","subject":"{case_no}","time":"{at}","#,
            r#""datacontenttype":"application/json","sequence":"{sequence}","receivedat":"{received}","#,
            r#""data":{{"entered_at":"{at}","item_code":"510500-XK-0101","org_code":"510500-zjj","#,
            r#""region_code":"510502"{step},"actor":{{"id":"zjj-{actor:03}","role":"handler"}},"#,
            r#""party_ref":"h:{party:016x}"{more}}}}}"#
        ),
        case = case,
        case_no = case_no(*case),
        nth = nth,
        kind = kind,
        at = at,
        received = received,
        sequence = u64::from(*case) * 8 + u64::from(*nth),
        step = step,
        actor = actor,
        party = u64::from(*case).wrapping_mul(0x9e37_79b9_7f4a_7c15),
        more = line.more,
    );
}
