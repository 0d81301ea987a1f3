//! Random but plausible domain values, and where the real logs lie.

use std::path::PathBuf;

use mingjing_domain::Timestamp;
use mingjing_domain::alert::Level;
use mingjing_domain::command::{Act, Author, Command, Subject, SubjectKind};
use mingjing_domain::disposition::{Conclusion, Disposal, ManualAlert, ObjectiveCause};
use mingjing_domain::event::{Actor, Attachment, CaseData, CaseEvent, EventKind, Special, Value};
use mingjing_domain::source::{Source, SourceClock};
use mingjing_domain::text::Text;
use mingjing_wire::LogRecord;
use proptest::collection::{btree_map, vec};
use proptest::option::of;
use proptest::prelude::*;

/// The folder of real logs, or none with a line that says so.
pub fn real_logs(part: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("MINGJING_REAL_LOGS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    let path = folder.join(part);
    if path.exists() {
        return Some(path);
    }
    eprintln!(
        "SKIPPED: {} is not there; set MINGJING_REAL_LOGS",
        path.display()
    );
    None
}

pub fn instant() -> impl Strategy<Value = Timestamp> {
    // 1900 to 2199, to the millisecond.
    (-2_208_988_800_000i64..7_258_118_400_000).prop_map(Timestamp::from_millis)
}

/// Text as departments write it: Chinese, escapes, quotes, long runs; no control characters.
pub fn text() -> impl Strategy<Value = Text<'static>> {
    prop_oneof![
        "[a-z0-9-]{1,12}",
        "[\\p{Han}a-zA-Z0-9 \"\\\\/:,{}\\[\\]<>&'%]{1,40}",
        "[😀€《》—…]{1,6}",
        "[^\\p{C}\\p{Z}]{1,20}",
    ]
    .prop_map(Text::from)
}

fn id() -> impl Strategy<Value = Text<'static>> {
    prop_oneof!["[A-Za-z0-9/-]{1,24}", "[\\p{Han}0-9]{1,12}"].prop_map(Text::from)
}

fn actor() -> impl Strategy<Value = Actor<'static>> {
    (text(), of(text()), of(text())).prop_map(|(id, role, cert_no)| Actor { id, role, cert_no })
}

fn special() -> impl Strategy<Value = Special<'static>> {
    (text(), of(text()), of(instant()), of(text()), of(instant())).prop_map(
        |(kind, basis, planned_end, granted, notice_at)| Special {
            kind,
            basis,
            planned_end,
            granted,
            notice_at,
            ..Special::default()
        },
    )
}

fn value() -> impl Strategy<Value = Value<'static>> {
    prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        (-1e15..1e15).prop_map(Value::Float),
        (-1.0..1.0).prop_map(Value::Float),
        text().prop_map(Value::Text),
    ]
}

fn data() -> impl Strategy<Value = CaseData<'static>> {
    let who = (
        of(text()),
        of(text()),
        of(text()),
        of(actor()),
        vec(actor(), 0..3),
        of(text()),
    );
    let what = (
        btree_map(text(), any::<i64>(), 0..4),
        btree_map(text(), value(), 0..5),
        of(special()),
        vec((text(), of(instant())), 0..3),
        of(text()),
        of(Just(Text::from("none"))),
    );
    (who, what).prop_map(|((item, org, step, actor, co_actors, party), what)| {
        let (amounts, attributes, special, attachments, reason, secrecy) = what;
        CaseData {
            item_code: item,
            org_code: org,
            step_code: step,
            actor,
            co_actors,
            party_ref: party,
            amounts,
            attributes,
            special,
            attachments: attachments
                .into_iter()
                .map(|(kind, uploaded_at)| Attachment {
                    kind,
                    sha256: None,
                    uploaded_at,
                })
                .collect(),
            reason,
            secrecy,
            ..CaseData::default()
        }
    })
}

pub fn event() -> impl Strategy<Value = CaseEvent<'static>> {
    let names = (id(), id(), id());
    let times = (instant(), of(instant()), of(instant()), instant());
    let kind = proptest::sample::select(EventKind::ALL);
    (names, times, kind, any::<u64>(), 1u32.., data()).prop_map(
        |((event_id, source, case_no), times, kind, source_seq, data_version, data)| CaseEvent {
            event_id,
            source,
            source_seq,
            data_version,
            kind,
            occurred_at: times.0,
            entered_at: times.1,
            sent_at: times.2,
            received_at: times.3,
            case_no,
            data,
        },
    )
}

fn disposal() -> impl Strategy<Value = Disposal> {
    let hashes = vec("[0-9a-f]{64}", 0..3);
    let grounds = (
        prop::sample::select(Conclusion::ALL.to_vec()),
        of(prop::sample::select(ObjectiveCause::ALL.to_vec())),
        hashes.clone(),
    );
    prop_oneof![
        prop::sample::select(vec![
            Disposal::Hold,
            Disposal::Issue,
            Disposal::Confirm,
            Disposal::Uphold,
            Disposal::RefuseExtension,
            Disposal::AcceptRectification,
            Disposal::RejectRectification,
            Disposal::Close,
        ]),
        grounds
            .clone()
            .prop_map(|(conclusion, cause, evidence)| Disposal::Dismiss {
                conclusion,
                cause,
                evidence,
            }),
        grounds.prop_map(|(conclusion, cause, evidence)| Disposal::Withdraw {
            conclusion,
            cause,
            evidence,
        }),
        hashes
            .clone()
            .prop_map(|evidence| Disposal::Appeal { evidence }),
        hashes
            .clone()
            .prop_map(|evidence| Disposal::Answer { evidence }),
        hashes
            .clone()
            .prop_map(|evidence| Disposal::Report { evidence }),
        hashes.prop_map(|evidence| Disposal::Rectify { evidence }),
        "[a-z0-9-]{1,9}".prop_map(|to| Disposal::PassUp { to }),
        ("[a-z0-9-]{1,9}", of(instant()), any::<bool>()).prop_map(|(to, due_at, rectify)| {
            Disposal::Order {
                to,
                due_at,
                rectify,
            }
        }),
        ("[a-z0-9-]{1,9}", of(instant())).prop_map(|(to, due_at)| Disposal::PassOn { to, due_at }),
        instant().prop_map(|due_at| Disposal::AskExtension { due_at }),
        instant().prop_map(|due_at| Disposal::Extend { due_at }),
    ]
}
pub fn record() -> impl Strategy<Value = LogRecord<'static>> {
    let source = (
        id(),
        of("[\\p{Han}]{1,9}"),
        any::<bool>(),
        0u32..25,
        of(any::<u32>()),
        of(instant()),
    );
    let source = source.prop_map(|(id, name, live, hours, rhythm, from)| Source {
        name: name.unwrap_or_default(),
        delay_allowance_hours: hours,
        rhythm_minutes: rhythm,
        supervised_from: from,
        ..Source::new(
            id.to_string(),
            if live {
                SourceClock::Live
            } else {
                SourceClock::Declared
            },
        )
    });
    prop_oneof![
        8 => event().prop_map(LogRecord::Event),
        1 => source.prop_map(LogRecord::SourceDeclared),
        1 => (id(), instant()).prop_map(|(source, until)| LogRecord::CompleteUntil {
            source: source.to_string(),
            until,
        }),
        1 => (instant(), 0..i64::MAX as u64).prop_map(|(at, epoch)| LogRecord::Tick { at, epoch }),
        1 => (id(), instant(), "[a-z ]{0,9}").prop_map(|(key, at, reason)| {
            let subject = Subject { kind: SubjectKind::Org, source: String::new(), key: key.to_string() };
            let what = Act::NotFound { rule: "Q6".into(), window: "2026-10".into() };
            let by = Author::Inspection { run_by: "mingjing".into() };
            LogRecord::Command(Box::new(Command::new(by, at, reason, subject, what)))
        }),
        1 => (id(), instant(), "[a-z ]{0,9}", disposal()).prop_map(|(key, at, reason, disposal)| {
            let subject = Subject { kind: SubjectKind::Case, source: "zjj".into(), key: key.to_string() };
            let what = Act::Dispose { alert_id: "0f".repeat(16), disposal };
            let by = Author::Person { id: key.to_string(), body: "sfj".into(), office: "监督科".into() };
            LogRecord::Command(Box::new(Command::keyed(&key, by, at, reason, subject, what)))
        }),
        1 => (id(), instant(), "[\\p{Han}]{1,9}", of("[a-z0-9-]{1,9}"), vec("[0-9a-f]{64}", 0..3)).prop_map(|(key, at, title, to, evidence)| {
            let subject = Subject { kind: SubjectKind::Org, source: String::new(), key: key.to_string() };
            let alert = ManualAlert { label: "m1".into(), title, level: Level::Red, legal_basis: "某条".into(), to, evidence };
            let by = Author::Person { id: key.to_string(), body: "sfj".into(), office: "监督科".into() };
            let what = Act::Raise { alert: Box::new(alert) };
            LogRecord::Command(Box::new(Command::keyed(&key, by, at, "群众反映".into(), subject, what)))
        }),
        1 => ("[0-9a-f]{64}", "[a-z0-9.]{1,9}").prop_map(|(hash, version)| {
            LogRecord::DefinitionsActivated { hash, version }
        }),
    ]
}
