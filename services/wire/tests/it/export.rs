//! Exports against our own readers: what goes out comes in again.

use std::collections::BTreeMap;
use std::io::Write as _;

use mingjing_domain::Timestamp;
use mingjing_domain::event::{Actor, CaseData, CaseEvent, EventKind, Special, Value};
use mingjing_wire::cloudevents::encode_event;
use mingjing_wire::export::{
    CaseWriter, CsvWriter, OcelWriter, OcelXmlWriter, Selection, XesWriter, outgoing,
};
use mingjing_wire::import::{Mapping, open};

const ZONE: chrono_tz::Tz = chrono_tz::Asia::Shanghai;

fn event(id: &'static str, kind: EventKind, at: &str) -> CaseEvent<'static> {
    let at = Timestamp::parse(at).unwrap();
    let step =
        matches!(kind, EventKind::StepStart | EventKind::StepEnd).then(|| "审查 <&\"1\">".into());
    CaseEvent {
        event_id: id.into(),
        source: "zjj".into(),
        source_seq: 0,
        data_version: 1,
        kind,
        occurred_at: at,
        entered_at: Some(at.plus_millis(1500)),
        sent_at: None,
        received_at: at.plus_millis(60_000),
        case_no: "2026-<1>".into(),
        data: CaseData {
            item_code: Some("XK-1".into()),
            org_code: Some("510500-zjj".into()),
            region_code: Some("510500".into()),
            step_code: step,
            actor: Some(Actor {
                id: "officer-7".into(),
                role: Some("handler".into()),
                cert_no: None,
            }),
            co_actors: vec![Actor {
                id: "officer-8".into(),
                ..Actor::default()
            }],
            party_ref: Some("party-hash".into()),
            reason: Some("张三".into()),
            result_code: Some("granted".into()),
            amounts: [("paid".into(), 12_345)].into(),
            special: (kind == EventKind::Suspend).then(|| Special {
                kind: "hearing".into(),
                ..Special::default()
            }),
            attributes: [
                ("area".into(), Value::Int(7)),
                ("surveyed".into(), Value::Bool(true)),
                ("share".into(), Value::Float(0.5)),
                ("note".into(), Value::Text("甲, \"乙\"\n丙".into())),
            ]
            .into(),
            ..CaseData::default()
        },
    }
}

fn case() -> Vec<CaseEvent<'static>> {
    vec![
        event("e1", EventKind::Accepted, "2026-07-01T09:00:00.250+08:00"),
        event("e2", EventKind::StepStart, "2026-07-01T09:30:00+08:00"),
        event("e3", EventKind::Suspend, "2026-07-02T09:00:00+08:00"),
        event("e4", EventKind::StepEnd, "2026-07-03T09:00:00+08:00"),
    ]
}

fn written(writer: &mut dyn CaseWriter) {
    writer.case(&case()).unwrap();
    writer.case(&[]).unwrap();
    writer.finish().unwrap();
}

#[test]
fn what_is_left_out_of_an_event_is_in_no_export() {
    let whole = case();
    let sent: Vec<CaseEvent<'static>> = whole.iter().cloned().map(outgoing).collect();
    let told = |event: &CaseEvent<'_>| String::from_utf8(encode_event(event)).unwrap();
    for (whole, sent) in whole.iter().zip(&sent) {
        assert!(told(whole).contains("张三") && told(whole).contains("party-hash"));
        assert!(!told(sent).contains("张三") && !told(sent).contains("party-hash"));
    }
    type Make = fn(&mut Vec<u8>) -> Box<dyn CaseWriter + '_>;
    let formats: [Make; 3] = [
        |out| Box::new(XesWriter::new(out, ZONE)),
        |out| Box::new(OcelWriter::new(out, ZONE)),
        |out| Box::new(CsvWriter::new(out, ZONE)),
    ];
    for format in formats {
        let written = |case: &[CaseEvent<'static>]| {
            let mut bytes = Vec::new();
            let mut writer = format(&mut bytes);
            writer.case(case).unwrap();
            writer.finish().unwrap();
            drop(writer);
            bytes
        };
        assert_eq!(written(&whole), written(&sent));
    }
}

#[test]
fn cases_are_selected_whole_by_source_item_and_beginning() {
    let case = case();
    let at = |text: &str| Some(Timestamp::parse(text).unwrap());
    let takes = |selection: Selection| selection.takes(&case);
    let none = Selection::default;
    assert!(takes(none()) && !none().takes(&[]));
    let of = |source: &str| Selection {
        source: Some(source.into()),
        ..none()
    };
    assert!(takes(of("zjj")) && !takes(of("gaj")));
    let item = |item: &str| Selection {
        item: Some(item.into()),
        ..none()
    };
    assert!(takes(item("XK-1")) && !takes(item("XK-2")));
    // It began at 09:00:00.250 on the first.
    for (from, before, expected) in [
        (
            "2026-07-01T09:00:00.250+08:00",
            "2026-07-01T09:00:00.251+08:00",
            true,
        ),
        (
            "2026-07-01T09:00:00.251+08:00",
            "2026-08-01T00:00:00+08:00",
            false,
        ),
        (
            "2026-06-01T00:00:00+08:00",
            "2026-07-01T09:00:00.250+08:00",
            false,
        ),
    ] {
        let span = Selection {
            from: at(from),
            before: at(before),
            ..none()
        };
        assert_eq!(takes(span), expected, "{from} {before}");
    }
}

const MAPPING: &str = r#"
source: zjj
time_zone: Asia/Shanghai
case_no: {from: "CASE"}
event_id: {from: event_id}
item: {from: item_code}
org_code: {from: org_code}
region_code: {from: region_code}
occurred_at: {from: "TIME"}
entered_at: {from: entered_at}
actor: {id: {from: actor}, role: {from: actor_role}}
AMOUNTS
events:
  - kind: {from: kind}
    step: {from: step}
    result: {from: result_code}
    when: {attr: special_kind, present: false}
  - kind: {from: kind}
    step: {from: step}
    result: {from: result_code}
    special: {kind: {from: special_kind}}
"#;

/// Reads an export back with the mapping, its names put in.
fn read(bytes: &[u8], ending: &str, names: &[(&str, &str)]) -> Vec<CaseEvent<'static>> {
    let mut file = tempfile::Builder::new().suffix(ending).tempfile().unwrap();
    file.write_all(bytes).unwrap();
    let mut mapping = MAPPING.to_owned();
    for (from, to) in names {
        mapping = mapping.replace(from, to);
    }
    let mapping = Mapping::from_yaml(&mapping).unwrap();
    let reader = open(file.path(), Some(&mapping)).unwrap();
    reader
        .map(|item| item.unwrap_or_else(|e| panic!("{e}")))
        .collect()
}

/// What of an event an export promises to carry.
fn carried(mut events: Vec<CaseEvent<'static>>, attributes: bool) -> Vec<CaseEvent<'static>> {
    for event in &mut events {
        event.source_seq = 0;
        event.received_at = event.occurred_at;
        event.data.co_actors.clear();
        event.data.party_ref = None;
        event.data.reason = None;
        if !attributes {
            event.data.amounts.clear();
            event.data.attributes.clear();
        }
    }
    events
}

#[test]
fn xes_is_read_back_to_the_same_events() {
    let mut bytes = Vec::new();
    written(&mut XesWriter::new(&mut bytes, ZONE));
    let amounts = "amounts: {paid: {from: \"amount:paid\", scale: 1}}\nattributes: {area: {from: \"attribute:area\"}, surveyed: {from: \"attribute:surveyed\"}, share: {from: \"attribute:share\"}, note: {from: \"attribute:note\"}}";
    let names = [
        ("CASE", "case:concept:name"),
        ("TIME", "time:timestamp"),
        ("AMOUNTS", amounts),
    ];
    let again = read(&bytes, ".xes", &names);
    assert_eq!(carried(again, true), carried(case(), true));
    let text = String::from_utf8(bytes).unwrap();
    assert!(
        !text.contains("party-hash") && !text.contains("张三"),
        "{text}"
    );
    assert!(text.contains("<string key=\"lifecycle:transition\" value=\"suspend\"/>"));
}

#[test]
fn csv_is_read_back_to_the_same_events() {
    let mut bytes = Vec::new();
    written(&mut CsvWriter::new(&mut bytes, ZONE));
    let names = [
        ("CASE", "case_no"),
        ("TIME", "occurred_at"),
        ("AMOUNTS", ""),
    ];
    let again = read(&bytes, ".csv", &names);
    assert_eq!(carried(again, false), carried(case(), false));
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.contains("\"{\"\"paid\"\":12345}\""), "{text}");
}

#[test]
fn ocel_holds_every_event_with_its_objects_and_types() {
    let mut bytes = Vec::new();
    let mut writer = OcelWriter::new(&mut bytes, ZONE);
    let mut other = case();
    // The same attribute with another type.
    other[0]
        .data
        .attributes
        .insert("area".into(), Value::Text("large".into()));
    other[0].case_no = "2026-2".into();
    other.truncate(1);
    writer.case(&case()).unwrap();
    writer.case(&other).unwrap();
    writer.finish().unwrap();
    let log: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    let list = |name: &str| log[name].as_array().unwrap().clone();
    let ids = |name: &str| -> Vec<String> {
        list(name)
            .iter()
            .map(|v| v["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        ids("objects"),
        [
            "body:510500-zjj",
            "case:zjj/2026-2",
            "case:zjj/2026-<1>",
            "item:XK-1",
            "officer:officer-7",
            "officer:officer-8"
        ]
    );
    assert_eq!(ids("events")[..2], ["zjj/2026-<1>/e1", "zjj/2026-<1>/e2"]);
    // Whatever an event says of itself is declared by its type, and all it belongs to is there.
    let types: BTreeMap<String, BTreeMap<String, String>> = list("eventTypes")
        .iter()
        .map(|t| {
            let attributes = t["attributes"].as_array().unwrap().iter();
            let attributes = attributes.map(|a| {
                (
                    a["name"].as_str().unwrap().into(),
                    a["type"].as_str().unwrap().into(),
                )
            });
            (t["name"].as_str().unwrap().to_owned(), attributes.collect())
        })
        .collect();
    let objects = ids("objects");
    for event in list("events") {
        let declared = &types[event["type"].as_str().unwrap()];
        for attribute in event["attributes"].as_array().unwrap() {
            let (name, value) = (attribute["name"].as_str().unwrap(), &attribute["value"]);
            let fits = match declared[name].as_str() {
                "integer" => value.is_i64(),
                "float" => value.is_f64(),
                "boolean" => value.is_boolean(),
                "time" => Timestamp::parse(value.as_str().unwrap()).is_ok(),
                _ => value.is_string(),
            };
            assert!(fits, "{name} {value}");
        }
        for related in event["relationships"].as_array().unwrap() {
            assert!(objects.contains(&related["objectId"].as_str().unwrap().to_owned()));
        }
        assert_eq!(event["relationships"].as_array().unwrap().len(), 5);
    }
    assert_eq!(types["受理"]["attribute:area:string"], "string");
    assert!(!String::from_utf8(bytes).unwrap().contains("party-hash"));
    let mut empty = Vec::new();
    OcelWriter::new(&mut empty, ZONE).finish().unwrap();
    let empty: serde_json::Value = serde_json::from_slice(&empty).unwrap();
    assert_eq!(empty["events"].as_array().map(Vec::len), Some(0));
}

/// Elements of a document in order: depth, name, attributes, text.
fn elements(xml: &str) -> Vec<(usize, String, BTreeMap<String, String>, String)> {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_str(xml);
    let (mut found, mut depth) = (Vec::new(), 0);
    fn named(start: &quick_xml::events::BytesStart<'_>) -> (String, BTreeMap<String, String>) {
        let attributes = start.attributes().map(|attribute| {
            let attribute = attribute.unwrap();
            let key: &str = attribute.key.as_ref();
            let value = attribute.normalized_value(quick_xml::XmlVersion::Explicit1_0);
            (key.to_owned(), value.unwrap().into_owned())
        });
        let name = start.name();
        let name: &str = name.as_ref();
        (name.to_owned(), attributes.collect())
    }
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                let (name, attributes) = named(&start);
                found.push((depth, name, attributes, String::new()));
                depth += 1;
            }
            Event::Empty(start) => {
                let (name, attributes) = named(&start);
                found.push((depth, name, attributes, String::new()));
            }
            Event::End(_) => depth -= 1,
            Event::Text(text) => {
                if let Some(last) = found.last_mut() {
                    last.3.push_str(&text.xml10_content());
                }
            }
            Event::GeneralRef(reference) => {
                let name = reference.xml10_content();
                let text = match reference.resolve_char_ref().unwrap() {
                    Some(character) => character.to_string(),
                    None => quick_xml::escape::resolve_predefined_entity(&name)
                        .unwrap()
                        .to_owned(),
                };
                if let Some(last) = found.last_mut() {
                    last.3.push_str(&text);
                }
            }
            Event::Eof => return found,
            _ => {}
        }
    }
}

#[test]
fn ocel_in_xml_says_what_it_says_in_json() {
    let (mut bytes, mut json) = (Vec::new(), Vec::new());
    written(&mut OcelXmlWriter::new(
        &mut bytes,
        std::io::Cursor::new(Vec::new()),
        ZONE,
    ));
    written(&mut OcelWriter::new(&mut json, ZONE));
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let xml = String::from_utf8(bytes).unwrap();
    let all = elements(&xml);
    let sections: Vec<&str> = all
        .iter()
        .filter(|e| e.0 == 1)
        .map(|e| e.1.as_str())
        .collect();
    assert_eq!(
        sections,
        ["object-types", "event-types", "objects", "events"]
    );
    for (tag, list) in [("event", "events"), ("object", "objects")] {
        let of_list = json[list].as_array().unwrap();
        let found: Vec<_> = all
            .iter()
            .enumerate()
            .filter(|(_, e)| e.0 == 2 && e.1 == tag)
            .collect();
        assert_eq!(found.len(), of_list.len());
        for ((at, (_, _, own, _)), wanted) in found.into_iter().zip(of_list) {
            for name in own.keys() {
                assert_eq!(own[name], wanted[name].as_str().unwrap());
            }
            let within: Vec<_> = all[at + 1..].iter().take_while(|e| e.0 > 2).collect();
            let attributes = within.iter().filter(|e| e.1 == "attribute");
            let attributes: Vec<(&str, &str)> = attributes
                .map(|e| (e.2["name"].as_str(), e.3.trim_end_matches("\n      ")))
                .collect();
            let texts = wanted["attributes"].as_array().unwrap().iter().map(|a| {
                let value = match &a["value"] {
                    serde_json::Value::String(text) => text.clone(),
                    other => other.to_string(),
                };
                (a["name"].as_str().unwrap(), value)
            });
            let texts: Vec<(&str, String)> = texts.collect();
            let texts: Vec<(&str, &str)> = texts.iter().map(|(n, v)| (*n, v.as_str())).collect();
            let trimmed = |all: Vec<(&str, &str)>| -> Vec<(String, String)> {
                all.iter()
                    .map(|(n, v)| ((*n).to_owned(), v.trim().to_owned()))
                    .collect()
            };
            assert_eq!(trimmed(attributes), trimmed(texts));
            let related = within.iter().filter(|e| e.1 == "relationship");
            let related: Vec<(&str, &str)> = related
                .map(|e| (e.2["object-id"].as_str(), e.2["qualifier"].as_str()))
                .collect();
            let wanted = wanted["relationships"].as_array().unwrap().iter();
            let wanted: Vec<(&str, &str)> = wanted
                .map(|r| {
                    (
                        r["objectId"].as_str().unwrap(),
                        r["qualifier"].as_str().unwrap(),
                    )
                })
                .collect();
            assert_eq!(related, wanted);
        }
    }
    assert!(
        !xml.contains("张三") && !xml.contains("party-hash"),
        "{xml}"
    );
}
