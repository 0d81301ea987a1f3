//! The definitions that a package stands on: every file by its hash, and the texts that were used.

use mingjing_domain::definitions::{DefinitionFile, DefinitionSet};
use mingjing_domain::event::CaseEvent;
use mingjing_wire::evidence::{Part, sha256_hex};
use serde_json::{Value, json};

use super::basis::{Basis, Persons, basis, extract};
use super::{Gathered, part, pretty};
use crate::definitions::files_of;
use crate::{ApiError, State};

/// What goes into a package.
pub(super) struct Definitions {
    /// By set: its files with their hashes, and the parts that hold something of them.
    pub(super) listed: Value,
    pub(super) parts: Vec<Part>,
}

/// What of a set a case is judged by.
struct Wanted<'a> {
    flowcharts: Vec<&'a str>,
    item: Option<&'a str>,
    source: &'a str,
    control_point: &'a str,
    persons: Persons<'a>,
}

pub(super) async fn used<'e>(
    state: &State,
    hashes: &[String],
    gathered: &Gathered,
    events: impl Iterator<Item = &'e CaseEvent<'static>>,
) -> Result<Definitions, ApiError> {
    let names = [
        gathered.issued.definitions.flowchart.clone(),
        gathered.now.definitions.flowchart.clone(),
    ];
    let wanted = Wanted {
        flowcharts: names
            .iter()
            .flatten()
            .map(|name| name.split_once('@').map_or(name.as_str(), |(id, _)| id))
            .collect(),
        item: gathered.alert.alert.item_code.as_deref(),
        source: &gathered.alert.alert.source,
        control_point: &gathered.alert.alert.control_point,
        persons: Persons::of(events),
    };
    let (mut sets, mut parts) = (Vec::new(), Vec::new());
    for hash in hashes {
        let files = files_of(state.definitions.table(), hash).await?;
        let files = files.ok_or_else(|| ApiError::NotFound {
            what: format!("定义 {hash}"),
        })?;
        let (listed, of_set) = of_set(hash, files, &wanted);
        sets.push(json!({ "hash": hash, "files": listed }));
        parts.extend(of_set);
    }
    Ok(Definitions {
        listed: Value::Array(sets),
        parts,
    })
}

/// Every file of a set by its hash, and of those that bear on the case the texts and extracts.
fn of_set(hash: &str, files: Vec<DefinitionFile>, wanted: &Wanted<'_>) -> (Vec<Value>, Vec<Part>) {
    // It was published, so it can be read; what cannot is in no alert's basis.
    let (set, _) = DefinitionSet::read(files.clone());
    let basis = basis(
        &set,
        wanted.control_point,
        &wanted.flowcharts,
        wanted.item,
        wanted.source,
        &wanted.persons,
    );
    let folder = format!("definitions/{}", &hash[..hash.len().min(12)]);
    let (mut told, mut parts) = (Vec::new(), Vec::new());
    for file in &files {
        let before = parts.len();
        let text = used_documents(&file.text, wanted, &basis);
        if !text.is_empty() {
            let name = format!("{folder}/{}", file.name);
            parts.push(part(&name, "application/yaml", text));
        }
        let bodies = set.bodies.iter().filter(|b| *b.file == *file.name);
        let bodies = bodies.filter(|b| basis.registers_of.contains(&b.value.code.text));
        for body in bodies {
            let name = format!("{folder}/{}.{}.json", file.name, body.value.code.text);
            let text = pretty(&extract(&body.value, &wanted.persons));
            parts.push(part(&name, "application/json", text));
        }
        let mut of_file = listed(file);
        let names = parts[before..].iter().map(|part| &part.name);
        of_file["parts"] = json!(names.collect::<Vec<_>>());
        told.push(of_file);
    }
    (told, parts)
}

fn listed(file: &DefinitionFile) -> Value {
    json!({
        "name": file.name,
        "bytes": file.text.len(),
        "sha256": sha256_hex(file.text.as_bytes()),
    })
}

/// The documents of a file that bear on a case, as published.
fn used_documents(text: &str, wanted: &Wanted<'_>, basis: &Basis) -> String {
    let mut documents: Vec<String> = vec![String::new()];
    for line in text.lines() {
        if line.trim_end() == "---" {
            documents.push(String::new());
        } else if let Some(document) = documents.last_mut() {
            document.push_str(line);
            document.push('\n');
        }
    }
    documents.retain(|document| bears_on(document, wanted, basis));
    documents.join("---\n")
}

fn bears_on(document: &str, wanted: &Wanted<'_>, basis: &Basis) -> bool {
    let value = |key: &str| top_level(document, key);
    match value("kind") {
        Some("general_points" | "calendar" | "regions" | "rule_settings") => true,
        Some("flowchart") => value("id").is_some_and(|id| wanted.flowcharts.contains(&id)),
        Some("item") => value("code").is_some() && value("code") == wanted.item,
        Some("source") => value("id") == Some(wanted.source),
        Some("discretion") => value("id").is_some() && value("id") == basis.discretion.as_deref(),
        Some("fees") => value("id").is_some() && value("id") == basis.fees.as_deref(),
        Some("inspection_plan") => value("body").is_some_and(|of| basis.plans_of.contains(of)),
        _ => false,
    }
}

/// The plain value of a key that stands at the beginning of a line.
fn top_level<'d>(document: &'d str, key: &str) -> Option<&'d str> {
    let mut values = document.lines().filter_map(|line| {
        let rest = line.strip_prefix(key)?.strip_prefix(':')?;
        Some(rest.split(" #").next().unwrap_or(rest).trim())
    });
    let value = values.next()?;
    Some(value.trim_matches(['\'', '"']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(control_point: &str) -> Wanted<'_> {
        Wanted {
            flowcharts: vec!["licence"],
            item: Some("XK-1"),
            source: "a",
            control_point,
            persons: Persons::default(),
        }
    }

    #[test]
    fn only_what_bears_on_the_case_is_told_and_never_a_body() {
        let text = "kind: body\ncode: zjj\nofficers: [{id: o1, name: 张三}]\n---\nkind: flowchart\nid: licence # one\nname: 许可\n\
                    ---\nkind: flowchart\nid: other\n---\nkind: item\ncode: 'XK-1'\n---\nkind: item\ncode: XK-2\n---\nkind: calendar\nid: cn\n";
        let used = used_documents(text, &wanted("late"), &Basis::default());
        assert_eq!(
            used,
            "kind: flowchart\nid: licence # one\nname: 许可\n---\nkind: item\ncode: 'XK-1'\n---\nkind: calendar\nid: cn\n"
        );
    }

    const SET: &str = "kind: body
code: zjj
name: 住建局
region: '510500'
register_from: 2026-01-01
posts: [{code: p, steps: [review]}]
offices:
  - code: o
    name: 大队
    officers:
      - {id: zhang, post: p, cert_no: E-1, cert_until: 2026-06-01}
      - {id: li, post: p, cert_no: E-2}
---
kind: body
code: other
name: 它局
region: '510500'
---
kind: item
code: XK-1
name: 许可
power_type: licence
level: city
region: '510500'
executing_body: zjj
legal_basis: [法]
effective_from: 2020-01-01
flowchart: licence
discretion: d
fees: f
---
kind: flowchart
id: licence
version: '1'
name: 许可
effective_from: 2020-01-01
steps: [{code: review, name: 审查}]
control_points:
  - {id: late, name: 条件, check: {condition: {on: [decided], when: 'true'}}}
  - {id: two, name: 两人, check: {too_few_officers: {on: [decided]}}}
  - {id: dear, name: 收费, check: {fee: {on: [paid]}}}
  - {id: steep, name: 裁量, check: {discretion_tier: {on: [decided]}}}
  - {id: unplanned, name: 计划, check: {unplanned_inspection: {on: [decided]}}}
---
kind: discretion
id: d
version: '1'
effective_from: 2020-01-01
acts: []
---
kind: fees
id: f
version: '1'
effective_from: 2020-01-01
items: []
---
kind: inspection_plan
id: p-1
name: 计划
body: zjj
items: [XK-1]
from: 2026-01-01
until: 2026-12-31
---
kind: inspection_plan
id: p-2
name: 计划
body: other
items: [XK-1]
from: 2026-01-01
until: 2026-12-31
";

    /// The parts that a package about a control point has of the set, by what stands in them.
    fn packed(control_point: &str) -> (Vec<String>, String) {
        use mingjing_domain::event::{Actor, CaseData, EventKind};
        let at = mingjing_domain::Timestamp::from_millis(0);
        let event = CaseEvent {
            event_id: "1".into(),
            source: "a".into(),
            source_seq: 1,
            data_version: 1,
            kind: EventKind::Decided,
            case_no: "c".into(),
            occurred_at: at,
            entered_at: None,
            sent_at: None,
            received_at: at,
            data: CaseData {
                actor: Some(Actor {
                    id: "zhang".into(),
                    ..Actor::default()
                }),
                ..CaseData::default()
            },
        };
        let wanted = Wanted {
            persons: Persons::of([&event].into_iter()),
            ..wanted(control_point)
        };
        let file = DefinitionFile {
            name: "set.yaml".into(),
            text: SET.into(),
        };
        let (listed, parts) = of_set("0123456789abcdef", vec![file], &wanted);
        let names: Vec<String> = parts.iter().map(|p| p.name.clone()).collect();
        assert_eq!(listed[0]["parts"], json!(names));
        (names, parts.into_iter().map(|p| p.text).collect())
    }

    #[test]
    fn what_the_check_read_is_packed_and_no_more() {
        let has = |point: &str, marks: [bool; 4]| {
            let (_, text) = packed(point);
            let found = [
                "kind: discretion",
                "kind: fees",
                "id: p-1",
                "officers_in_register",
            ]
            .map(|mark| text.contains(mark));
            assert_eq!(found, marks, "{point}: {text}");
            assert!(!text.contains("p-2") && !text.contains("E-2"), "{text}");
        };
        has("late", [false; 4]);
        has("steep", [true, false, false, false]);
        has("dear", [false, true, false, false]);
        has("unplanned", [false, false, true, false]);
        has("two", [false, false, false, true]);
        let (names, text) = packed("two");
        assert_eq!(
            names,
            [
                "definitions/0123456789ab/set.yaml",
                "definitions/0123456789ab/set.yaml.zjj.json"
            ]
        );
        assert!(text.contains("E-1") && text.contains("\"officers_in_register\": 2"));
    }
}
