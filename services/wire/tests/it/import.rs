//! Logs of every format, whole and damaged, as listings of what comes out of them.

use std::io::Write;
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;
use mingjing_domain::event::{CaseEvent, Value};
use mingjing_wire::ReasonCode;
use mingjing_wire::import::{Counts, ImportProblem, Mapping, open};
use proptest::prelude::*;

pub const MAPPING: &str = include_str!("../fixtures/mapping.yaml");
const XES: &str = include_str!("../fixtures/small.xes");

/// A reader can be moved to the thread that reads.
const _: fn() = || {
    fn moves<T: Send>() {}
    moves::<mingjing_wire::import::LogReader>();
};

type Items = Vec<Result<CaseEvent<'static>, ImportProblem>>;

/// Reads `bytes` as a file.
fn read(bytes: &[u8], mapping: Option<&str>) -> (Items, Counts) {
    let file = Kept::new(bytes);
    let mapping = mapping.map(|yaml| Mapping::from_yaml(yaml).unwrap());
    let mut reader = open(&file.0, mapping.as_ref()).unwrap();
    let items: Items = reader.by_ref().collect();
    assert_eq!(reader.bytes_total(), bytes.len() as u64);
    assert!(reader.bytes_read() <= reader.bytes_total());
    (items, reader.counts().clone())
}

/// A file of these bytes, gone when dropped.
struct Kept(
    PathBuf,
    #[expect(dead_code, reason = "removes the file when dropped")] tempfile::TempPath,
);

impl Kept {
    fn new(bytes: &[u8]) -> Self {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let path = file.into_temp_path();
        Self(path.to_path_buf(), path)
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

/// One line an item: what an event is, or what is wrong with it.
fn listing(items: &Items) -> String {
    let mut text = String::new();
    for item in items {
        let line = match item {
            Ok(event) => outline(event),
            Err(problem) => format!(
                "! line {} {} {} {}{}",
                problem.line.unwrap_or_default(),
                problem.case_no.as_deref().unwrap_or("-"),
                problem.reason().code(),
                problem.refusal.field.as_deref().unwrap_or("-"),
                if problem.fatal { " fatal" } else { "" }
            ),
        };
        text += line.trim_end();
        text.push('\n');
    }
    text
}

fn outline(event: &CaseEvent<'_>) -> String {
    let data = &event.data;
    let mut parts = vec![
        format!(
            "{} {} {}",
            event.source_seq,
            event.event_id,
            event.kind.code()
        ),
        event.occurred_at.to_string().replace("+00:00", "Z"),
    ];
    parts.extend(data.step_code.as_ref().map(|step| format!("step={step}")));
    parts.extend(data.org_code.as_ref().map(|org| format!("org={org}")));
    parts.extend(
        data.actor
            .as_ref()
            .map(|a| format!("actor={}/{}", a.id, a.role.clone().unwrap_or_default())),
    );
    parts.extend(
        data.result_code
            .as_ref()
            .map(|result| format!("result={result}")),
    );
    parts.extend(
        data.amounts
            .iter()
            .map(|(name, amount)| format!("{name}={amount}")),
    );
    parts.extend(data.attributes.iter().map(|(name, value)| match value {
        Value::Text(text) => format!("{name}={text:?}"),
        other => format!("{name}={other:?}"),
    }));
    parts.extend(data.special.as_ref().map(|s| {
        format!(
            "special={}/{}/{}",
            s.kind,
            s.basis.clone().unwrap_or_default(),
            s.planned_end.unwrap_or_default()
        )
    }));
    parts.join(" ")
}

/// The entries that are accounted for.
fn placed(counts: &Counts) -> u64 {
    let skipped: u64 = counts.skipped.values().sum();
    counts.events - counts.from_cases + skipped + counts.refused
}

#[track_caller]
fn check(bytes: &[u8], mapping: Option<&str>, want: &str) -> Counts {
    let (items, counts) = read(bytes, mapping);
    let want: String = want
        .trim()
        .lines()
        .map(|line| line.trim().to_owned() + "\n")
        .collect();
    assert_eq!(listing(&items), want);
    let (events, problems): (Vec<_>, Vec<_>) = items.iter().partition(|item| item.is_ok());
    assert_eq!(counts.events, events.len() as u64);
    assert_eq!(counts.problems.values().sum::<u64>(), problems.len() as u64);
    assert_eq!(counts.entries, placed(&counts), "{counts:?}");
    counts
}

const FROM_XES: &str = r#"
    1 C-1/1 step_end 2020-02-29T23:00:00Z step=create-fine org=510500-ZJJ actor=561/handler amount=3650 dismissal="A & B <中>" due="2020-03-29T01:59:00+01:00"
    2 C-1/3 paid 2020-03-03T09:00:00Z org=510500-ZJJ paid=1205
    3 C-1/4 step_start 2020-02-28T08:00:00Z step=send-fine org=510500-ZJJ deadline="2020-03-31"
    4 C-1/enddate closed 2020-03-03T09:00:00Z org=510500-ZJJ result=granted
    ! line 45 - missing_field case_no
    5 C-2/1 suspend 2020-03-09T23:00:00Z org=unknown special=hearing/art. 45/2020-03-31T22:00:00+00:00
    6 C-2/2 note 2020-03-10T23:00:00Z org=unknown
    ! line 58 C-2 inexact_amount amounts.amount
    ! line 64 C-2 missing_field occurred_at
    7 C-1/5 step_end 2020-04-30T22:00:00Z step=appeal org=unknown
"#;

#[test]
fn an_xes_log_becomes_events_in_document_order() {
    let counts = check(XES.as_bytes(), Some(MAPPING), FROM_XES);
    assert_eq!(
        (counts.cases, counts.entries, counts.events, counts.noted),
        (2, 10, 7, 1)
    );
    assert_eq!(
        counts.skipped.into_iter().collect::<Vec<_>>(),
        [("by_rule", 1), ("outside_case", 1)]
    );
}

#[test]
fn the_same_log_packed_without_namespace_or_in_another_encoding_is_the_same() {
    check(&gzip(XES.as_bytes()), Some(MAPPING), FROM_XES);
    check(
        XES.replace("x:", "")
            .replace("xmlns:x=", "xmlns=")
            .as_bytes(),
        Some(MAPPING),
        FROM_XES,
    );
    let gbk = XES.replace("UTF-8", "GB2312").replace("&#x4e2d;", "中");
    let (gbk, _, lost) = encoding_rs::GBK.encode(&gbk);
    assert!(!lost);
    check(&gbk, Some(MAPPING), FROM_XES);
    let mut utf16 = vec![0xFF, 0xFE];
    utf16.extend(XES.encode_utf16().flat_map(u16::to_le_bytes));
    check(&utf16, Some(MAPPING), FROM_XES);
    check(
        &[b"\xEF\xBB\xBF", XES.as_bytes()].concat(),
        Some(MAPPING),
        FROM_XES,
    );
    check(
        XES.replace('\n', "\r\n").as_bytes(),
        Some(MAPPING),
        FROM_XES,
    );
}

#[test]
fn a_document_that_breaks_tells_where_and_what_was_before_it_is_kept() {
    let broken = XES.replace("<x:date key=\"until\"", "<x:date key=\"until\" <");
    let (items, _) = read(broken.as_bytes(), Some(MAPPING));
    assert_eq!(items.iter().filter(|item| item.is_ok()).count(), 4);
    let problem = items.last().unwrap().as_ref().unwrap_err();
    assert!(problem.fatal);
    assert_eq!(
        (problem.reason(), problem.line),
        (ReasonCode::MalformedXml, Some(51))
    );

    let mismatched = XES.replace(
        "</x:event>\n  </x:trace>\n  <x:trace/>",
        "</x:trace>\n  </x:event>",
    );
    let (items, _) = read(mismatched.as_bytes(), Some(MAPPING));
    let problem = items[0].as_ref().unwrap_err();
    assert_eq!(
        (problem.reason(), problem.fatal, problem.line),
        (ReasonCode::MalformedXml, true, Some(43))
    );
    assert!(problem.byte.unwrap() > 1000, "{problem}");

    let (items, _) = read(b"<html><body/></html>", Some(MAPPING));
    assert!(
        items[0]
            .as_ref()
            .unwrap_err()
            .refusal
            .message_en()
            .contains("<html>")
    );

    let bomb = "<!DOCTYPE log [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>\
                <log><trace><string key=\"concept:name\" value=\"&b;\"/></trace></log>";
    let (items, _) = read(bomb.as_bytes(), Some(MAPPING));
    assert_eq!(
        items[0].as_ref().unwrap_err().reason(),
        ReasonCode::MalformedXml
    );
}

proptest! {
    #[test]
    fn a_log_cut_anywhere_gives_its_whole_cases_and_says_that_it_is_cut(
        place in any::<prop::sample::Index>(), packed in any::<bool>(),
    ) {
        let (whole, _) = read(XES.as_bytes(), Some(MAPPING));
        let bytes = if packed { gzip(XES.as_bytes()) } else { XES.as_bytes().to_vec() };
        let cut = &bytes[..place.index(bytes.len() - 2).max(30)];
        let file = Kept::new(cut);
        let Ok(reader) = open(&file.0, Some(&Mapping::from_yaml(MAPPING).unwrap())) else {
            // Not a byte came out of the archive.
            prop_assert!(packed && cut.len() < 100);
            return Ok(());
        };
        let items: Items = reader.collect();
        let (last, before) = items.split_last().unwrap();
        prop_assert_eq!(before, &whole[..before.len()]);
        let problem = last.as_ref().unwrap_err();
        // Only the end of the root may be missing.
        prop_assert!(problem.fatal, "{problem}");
    }

    #[test]
    fn a_damaged_log_makes_no_panic(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20), packed in any::<bool>(),
    ) {
        let mut bytes = if packed { gzip(XES.as_bytes()) } else { XES.as_bytes().to_vec() };
        for (place, byte) in edits {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        let file = Kept::new(&bytes);
        let mapping = Mapping::from_yaml(MAPPING).unwrap();
        if let Ok(reader) = open(&file.0, Some(&mapping)) {
            for item in reader {
                if let Err(problem) = item { prop_assert!(!problem.to_string().is_empty()); }
            }
        }
    }

    #[test]
    fn rows_of_anything_make_no_panic(text in "[a-c,;\"\n0-9\\-: ]{0,200}", json in "[{}\":,\\[\\]a-c0-9\n]{0,200}") {
        let mapping = Mapping::from_yaml(ROWS).unwrap();
        for bytes in [format!("a,b,c\n{text}"), format!("{{\"a\":1}}\n{json}")] {
            let file = Kept::new(bytes.as_bytes());
            let mut reader = open(&file.0, Some(&mapping)).unwrap();
            prop_assert!(reader.by_ref().flatten().all(|event| !event.case_no.is_empty()));
            prop_assert_eq!(reader.counts().entries, placed(reader.counts()));
        }
    }
}

const ROWS: &str = r#"
source: s
time_zone: Asia/Shanghai
case_no: {from: a}
occurred_at: {from: b}
case_attributes: {note: {from: c}}
events:
  - kind: {from: c, map: {受理: accepted, 办结: closed}, default: note}
case_events:
  - {from: b, kind: applied, when: {attr: c, is: 受理}}
"#;

const CHINESE: &str =
    "a,b,c\n1,2019-04-25 09:32:09,受理\n2,2019/4/26 8:00,其他\n1,2019-04-27,办结\n";

const FROM_CHINESE: &str = r#"
    1 1/1 accepted 2019-04-25T01:32:09Z note="受理"
    2 2/1 note 2019-04-26T00:00:00Z note="其他"
    3 1/2 closed 2019-04-26T16:00:00Z
    4 1/b applied 2019-04-25T01:32:09Z
"#;

#[test]
fn rows_of_csv_become_events_in_utf8_and_in_gb18030() {
    let counts = check(CHINESE.as_bytes(), Some(ROWS), FROM_CHINESE);
    assert_eq!((counts.cases, counts.entries, counts.events), (2, 3, 4));
    check(
        &encoding_rs::GB18030.encode(CHINESE).0,
        Some(ROWS),
        FROM_CHINESE,
    );
    check(
        &[b"\xEF\xBB\xBF", CHINESE.as_bytes()].concat(),
        Some(ROWS),
        FROM_CHINESE,
    );
    check(
        &gzip(CHINESE.replace('\n', "\r\n").as_bytes()),
        Some(ROWS),
        FROM_CHINESE,
    );
    let semicolons = format!("{ROWS}csv: {{delimiter: ';', encoding: gbk}}\n");
    let text = CHINESE.replace(',', ";");
    check(
        &encoding_rs::GBK.encode(&text).0,
        Some(&semicolons),
        FROM_CHINESE,
    );
}

#[test]
fn bad_rows_are_told_by_line_and_the_others_are_taken() {
    let text = "a,b,c\n1,2019-04-25,\"x\ny\"\n2,2019-04-25\n,2019-04-25,x\n3,31.04.2019,x\n4,2019-04-26,x\n";
    let counts = check(
        text.as_bytes(),
        Some(ROWS),
        r#"
        1 1/1 note 2019-04-24T16:00:00Z note="x\ny"
        ! line 4 - malformed_csv -
        ! line 5 - missing_field case_no
        ! line 6 3 impossible_date occurred_at
        2 4/1 note 2019-04-25T16:00:00Z note="x"
        "#,
    );
    assert_eq!(counts.entries, 5);
    // Not UTF-8 beyond the part that decides the encoding.
    let mut long = b"a,b,c\n".to_vec();
    for _ in 0..60_000 {
        long.extend(b"1,2019-04-25,plain text\n");
    }
    long.extend(b"1,2019-04-25,\xCA\xDC\n2,2019-04-25,x\n");
    let (items, _) = read(&long, Some(ROWS));
    let problem = items.iter().find_map(|item| item.as_ref().err()).unwrap();
    assert_eq!(
        (problem.reason(), problem.fatal),
        (ReasonCode::InvalidUtf8, false)
    );
    assert!(problem.refusal.help_en().contains("gb18030"));
    assert_eq!(items.iter().filter(|item| item.is_ok()).count(), 60_001);
}

#[test]
fn one_row_can_be_one_case_with_its_times() {
    let mapping = "
source: messages
time_zone: Asia/Shanghai
case_no: {from: no}
case_attributes: {topic: {from: topic}}
case_events:
  - {from: answered, kind: closed, step: answer}
  - {from: asked, kind: accepted}
";
    let text = "no,asked,answered,topic\n7,2019-04-25 09:00:00,2019-05-10 14:00:00,道路\n8,2019-04-26 09:00:00,,水\n7,2019-06-01,,x\n";
    let counts = check(
        text.as_bytes(),
        Some(mapping),
        r#"
        1 7/asked accepted 2019-04-25T01:00:00Z topic="道路"
        2 7/answered closed 2019-05-10T06:00:00Z step=answer
        3 8/asked accepted 2019-04-26T01:00:00Z topic="水"
        4 7/asked/2 accepted 2019-05-31T16:00:00Z topic="x"
        "#,
    );
    assert_eq!((counts.cases, counts.entries, counts.from_cases), (2, 0, 4));
}

#[test]
fn objects_one_a_line_are_mapped_by_path() {
    let mapping = r#"
source: s
case_no: {from: case.no}
event_id: {from: id}
occurred_at: {from: when.at}
amounts: {paid: {from: paid, scale: 100}}
attributes: {ok: {from: ok}, n: {from: n}, f: {from: f}, "dotted": {from: "x.y"}}
events: [{kind: note}]
"#;
    let text = concat!(
        r#"{"case":{"no":"c1"},"id":"e1","when":{"at":"2020-01-01T00:00:00Z"},"ok":true,"n":5,"f":1.5,"x.y":"z","paid":0.29}"#,
        "\n\n",
        r#"{"case":{"no":12},"when":{"at":"2020-01-01T00:00:00Z"}}"#,
        "\n[1]\n{\"case\":\n",
    );
    check(
        text.as_bytes(),
        Some(mapping),
        r#"
        1 e1 note 2020-01-01T00:00:00Z paid=29 dotted="z" f=Float(1.5) n=Int(5) ok=Bool(true)
        ! line 3 12 missing_field event_id
        ! line 4 - wrong_type -
        ! line 5 - malformed_json case
        "#,
    );
}

#[test]
fn a_log_of_our_own_events_needs_no_mapping() {
    let event = |id: &str, more: &str| {
        format!(
            r#"{{"specversion":"1.0","type":"cn.mingjing.case.note.v1","source":"s","id":"{id}","subject":"c","time":"2020-01-01T00:00:00Z"{more}}}"#
        )
    };
    let tick = r#"{"specversion":"1.0","type":"cn.mingjing.tick.v1","source":"mingjing","id":"1","data":{"at":"2020-01-01T00:00:00Z","epoch":1}}"#;
    let sent = r#","data":{"sent_at":"2020-01-02T00:00:00Z"}"#;
    let stamped = r#","sequence":"40","receivedat":"2020-05-05T00:00:00Z""#;
    let text = [
        event("a", sent),
        event("b", stamped),
        tick.into(),
        event("c", r#","data":{"x":1}"#),
    ]
    .join("\n");
    let (items, counts) = read(&gzip(text.as_bytes()), None);
    assert_eq!(
        listing(&items),
        "1 a note 2020-01-01T00:00:00Z\n40 b note 2020-01-01T00:00:00Z\n! line 4 - unknown_field data.x\n"
    );
    let received: Vec<_> = items
        .iter()
        .flatten()
        .map(|event| event.received_at.to_string())
        .collect();
    assert_eq!(
        received,
        ["2020-01-02T00:00:00+00:00", "2020-05-05T00:00:00+00:00"]
    );
    assert_eq!(
        (
            counts.cases,
            counts.entries,
            counts.skipped["control_record"]
        ),
        (1, 4, 1)
    );
}

#[test]
fn what_cannot_be_opened_says_why() {
    let mapping = Mapping::from_yaml(ROWS).unwrap();
    let error = |bytes: &[u8], mapping: Option<&Mapping>| {
        let file = Kept::new(bytes);
        open(&file.0, mapping).err().unwrap().to_string()
    };
    assert!(error(b"", Some(&mapping)).ends_with("is empty"));
    assert!(error(b"PK\x03\x04....", Some(&mapping)).contains("save the sheet as CSV"));
    assert!(error(XES.as_bytes(), None).contains("XES: give a mapping file"));
    assert!(error(b"a,b\n1,2\n", None).contains("CSV: give a mapping file"));
    assert!(
        error(b"a,b,d\n1,2,3\n", Some(&mapping))
            .contains("\"c\" is no column; the columns are \"a\", \"b\", \"d\"")
    );
    assert!(error(b"a,b,c,a\n", Some(&mapping)).contains("\"a\" is the name of two columns"));
    assert!(
        open("/nonexistent/log".as_ref(), None)
            .err()
            .unwrap()
            .to_string()
            .contains("/nonexistent/log")
    );
}

#[test]
fn a_secret_row_is_refused_and_not_told() {
    let mapping = format!("{ROWS}secrecy: {{from: c}}\n");
    let (items, _) = read(
        b"a,b,c\n1,2019-04-25,top\n2,2019-04-25,none\n",
        Some(&mapping),
    );
    let problem = items[0].as_ref().unwrap_err();
    assert_eq!(problem.reason(), ReasonCode::Secret);
    assert!(!problem.to_string().contains("top"));
    assert!(items[1].is_ok());
}
