//! What differs between two texts of a definition, in words that an officer reads, in the order of the document: 「时限“许可决定”的承诺时限由20个工作日改为15个工作日」.
//!
//! It goes through the documents as they are written and knows no field by heart but its name in Chinese, so that no change is
//! passed over: a field without a name there is told by its own.

mod labels;
mod node;

use serde_json::Value;

use crate::limit::Budget;
use node::{Entries, Node};

/// A longer text is not told whole.
const TEXT_CHARS_MAX: usize = 60;

/// What differs, in the order of the new text; empty where nothing does. Texts of no YAML differ as a whole.
pub fn changes(old: &str, new: &str) -> Vec<String> {
    let read = |text: &str| serde_saphyr::from_str::<Node>(text).unwrap_or(Node::NOTHING);
    let (old, new) = (read(old), read(new));
    let mut told = Vec::new();
    match (&old, &new) {
        (Node::Map(old), Node::Map(new)) => maps("", "", old, new, &mut told),
        (old, new) if old == new => {}
        _ => told.push("全文改写".to_owned()),
    }
    told
}

/// Told in the place of changes of officers.
const OFFICERS_CHANGED: &str = "人员有变动（见名册）";

/// The changes of a body, as [`changes`] tells them, for those who may not know its officers: whatever names one is one line that says no
/// more than that there was something. Officers lie nowhere but beneath a field that these words call 人员; a line that has the word for
/// another reason is left out with them.
pub fn without_officers(changes: &[String]) -> Vec<String> {
    let officers = labels::field("offices", "officers");
    let mut told: Vec<String> = Vec::new();
    for change in changes {
        let line = match change.contains(officers) {
            true => OFFICERS_CHANGED,
            false => change,
        };
        if line != OFFICERS_CHANGED || !told.iter().any(|known| known == line) {
            told.push(line.to_owned());
        }
    }
    told
}

/// `about` is what the sentence is about, like 时限“许可决定”; `within` the field that these are the entries of.
fn maps(about: &str, within: &str, old: &Entries, new: &Entries, told: &mut Vec<String>) {
    for (field, value) in new.iter() {
        match old.get(field) {
            Some(before) => values(about, within, field, before, value, told),
            None => {
                let what = in_words(field, value);
                told.push(format!("{}新增：{what}", of(about, within, field)));
            }
        }
    }
    for (field, value) in old.iter() {
        if new.get(field).is_none() {
            let what = in_words(field, value);
            told.push(format!("{}删去（原为{what}）", of(about, within, field)));
        }
    }
}

fn values(about: &str, within: &str, field: &str, old: &Node, new: &Node, told: &mut Vec<String>) {
    if old == new {
        return;
    }
    match (old, new) {
        (Node::Map(old), Node::Map(new)) => {
            let about = of(about, within, field);
            maps(about.trim_end_matches('的'), field, old, new, told);
        }
        (Node::List(old), Node::List(new)) if are_named(old) && are_named(new) => {
            lists(about, field, old, new, told);
        }
        (Node::List(old), Node::List(new)) => sets(about, within, field, old, new, told),
        _ => told.push(format!(
            "{}由{}改为{}",
            of(about, within, field),
            in_words(field, old),
            in_words(field, new)
        )),
    }
}

/// Entries with names of their own: told one by one.
fn lists(about: &str, field: &str, old: &[Node], new: &[Node], told: &mut Vec<String>) {
    fn find<'n>(list: &'n [Node], wanted: &str) -> Option<&'n Node> {
        list.iter().find(|entry| key(entry) == Some(wanted))
    }
    let before = |about: &str| match about.is_empty() {
        true => String::new(),
        false => format!("{about}的"),
    };
    for entry in new {
        let Some(own) = key(entry) else { continue };
        match find(old, own) {
            Some(Node::Map(was)) => {
                let about = format!("{}{}", before(about), entry_name(field, entry));
                if let Node::Map(is) = entry {
                    maps(&about, field, was, is, told);
                }
            }
            _ => told.push(format!("{}新增{}", before(about), entry_name(field, entry))),
        }
    }
    for entry in old {
        if key(entry).is_some_and(|own| find(new, own).is_none()) {
            told.push(format!("{}删去{}", before(about), entry_name(field, entry)));
        }
    }
    let order = |list: &[Node], other: &[Node]| -> Vec<String> {
        let keys = list.iter().filter_map(key);
        keys.filter(|own| find(other, own).is_some())
            .map(Into::into)
            .collect()
    };
    if order(old, new) != order(new, old) {
        told.push(format!("{}的次序改变", of(about, "", field)));
    }
}

/// Entries that are known by what they are.
fn sets(
    about: &str,
    within: &str,
    field: &str,
    old: &[Node],
    new: &[Node],
    told: &mut Vec<String>,
) {
    let name = of(about, within, field);
    let more: Vec<String> = new
        .iter()
        .filter(|value| !old.contains(value))
        .map(|value| in_words(field, value))
        .collect();
    let less: Vec<String> = old
        .iter()
        .filter(|value| !new.contains(value))
        .map(|value| in_words(field, value))
        .collect();
    if !more.is_empty() {
        told.push(format!("{name}增加{}", more.join("、")));
    }
    if !less.is_empty() {
        told.push(format!("{name}减少{}", less.join("、")));
    }
    if more.is_empty() && less.is_empty() {
        told.push(format!("{name}的次序改变"));
    }
}

/// 「时限“许可决定”的承诺时限」.
fn of(about: &str, within: &str, field: &str) -> String {
    let label = labels::field(within, field);
    match about.is_empty() {
        true => label.to_owned(),
        false => format!("{about}的{label}"),
    }
}

/// What a list's entries are known by.
fn key(entry: &Node) -> Option<&str> {
    [
        "id", "code", "kind", "version", "duty", "name", "body", "no", "rule",
    ]
    .into_iter()
    .find_map(|field| entry.get(field)?.as_str())
}

/// Whether every entry has a key of its own.
fn are_named(list: &[Node]) -> bool {
    let mut keys: Vec<&str> = list.iter().filter_map(key).collect();
    let all = keys.len() == list.len();
    keys.sort_unstable();
    keys.dedup();
    all && keys.len() == list.len()
}

/// 时限“许可决定”.
fn entry_name(field: &str, entry: &Node) -> String {
    let name = entry.get("name").and_then(Node::as_str);
    let name = name.or_else(|| key(entry)).unwrap_or_default();
    format!("{}“{name}”", labels::entry(field))
}

fn in_words(field: &str, value: &Node) -> String {
    match value {
        Node::Leaf(Value::Null) => "无".into(),
        Node::Leaf(Value::Bool(true)) => "是".into(),
        Node::Leaf(Value::Bool(false)) => "否".into(),
        Node::Leaf(Value::String(text)) => text_in_words(field, text),
        Node::Leaf(other) => other.to_string(),
        Node::List(list) => {
            let told: Vec<String> = list.iter().map(|value| in_words(field, value)).collect();
            told.join("、")
        }
        Node::Map(entries) if key(value).is_some() && entries.get("name").is_some() => {
            entry_name(field, value)
        }
        Node::Map(entries) => {
            let told: Vec<String> = entries
                .iter()
                .map(|(name, value)| {
                    format!("{} {}", labels::field(field, name), in_words(name, value))
                })
                .collect();
            format!("（{}）", told.join("，"))
        }
    }
}

fn text_in_words(field: &str, text: &str) -> String {
    if let Ok(budget) = text.parse::<Budget>()
        && text.starts_with(|c: char| c.is_ascii_digit())
    {
        return budget.text_zh();
    }
    if let Some(word) = labels::word(field, text) {
        return word.to_owned();
    }
    let plain = text.len() <= 40
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_:./@".contains(c));
    match text.chars().count() {
        _ if plain => text.to_owned(),
        0..=TEXT_CHARS_MAX => format!("“{text}”"),
        _ => format!(
            "“{}……”",
            text.chars().take(TEXT_CHARS_MAX).collect::<String>()
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHART: &str = "kind: flowchart
id: c
version: '1'
name: 施工许可
effective_from: 2026-01-01
steps:
  - {code: accept, name: 受理, office: window, next: [review]}
  - {code: review, name: 审查, office: one}
limits:
  - {id: decision, name: 许可决定, kind: case, from: [accepted], to: [decided], statutory: 20wd, promised: 20wd, legal_basis: 行政许可法第四十二条}
control_points:
  - {id: late, name: 决定超期, check: {overdue: {limit: decision, levels: [{level: yellow, at: promised}]}}}
";

    fn told(change: &[(&str, &str)]) -> Vec<String> {
        let mut text = CHART.to_owned();
        for (from, to) in change {
            assert!(text.contains(from), "{from}");
            text = text.replace(from, to);
        }
        changes(CHART, &text)
    }

    #[test]
    fn a_shorter_promise_is_told_as_an_officer_reads_it() {
        let change = [
            ("version: '1'", "version: '2'"),
            ("promised: 20wd", "promised: 15wd"),
        ];
        assert_eq!(
            told(&change),
            [
                "版本由1改为2",
                "时限“许可决定”的承诺时限由20个工作日改为15个工作日",
            ]
        );
    }

    #[test]
    fn entries_that_come_go_and_change_are_told_by_their_names() {
        let step = "  - {code: survey, name: 踏勘, office: two}\nlimits:";
        let change = [
            ("limits:", step),
            ("office: one", "office: two"),
            ("next: [review]", "next: [review, survey]"),
        ];
        assert_eq!(
            told(&change),
            [
                "环节“受理”的后续环节增加survey",
                "环节“审查”的承办机构由one改为two",
                "新增环节“踏勘”",
            ]
        );
        let without = changes(&CHART.replace("limits:", step), CHART);
        assert_eq!(without, ["删去环节“踏勘”"]);
    }

    #[test]
    fn a_field_that_is_new_or_gone_or_deep_is_told() {
        assert_eq!(
            told(&[("office: one", "office: one, required: true")]),
            ["环节“审查”的必经新增：是"]
        );
        assert_eq!(
            told(&[(", legal_basis: 行政许可法第四十二条", "")]),
            ["时限“许可决定”的依据删去（原为“行政许可法第四十二条”）"]
        );
        assert_eq!(
            told(&[("level: yellow", "level: red")]),
            [
                "监察点“决定超期”的检查内容的超期的级别安排增加（级别 红牌，起点 承诺时限届满）",
                "监察点“决定超期”的检查内容的超期的级别安排减少（级别 黄牌，起点 承诺时限届满）"
            ]
        );
    }

    /// However officers come, go and change: nothing of them is left, and what else changed is told.
    #[test]
    fn changes_of_a_body_can_be_told_without_its_officers() {
        let body = |address: &str, offices: &str| {
            format!(
                "kind: body\ncode: b\nname: 局\nregion: '510500'\naddress: {address}\n{offices}"
            )
        };
        let with = |officers: &str| {
            format!("offices:\n  - code: w\n    name: 窗口\n    officers: [{officers}]\n")
        };
        let bare = "offices:\n  - {code: w, name: 窗口}\n";
        let (one, two) = ("{id: o-77, post: p-77}", "{id: o-78, cert_no: c-77}");
        let both = format!("{one}, {two}");
        let texts = [
            String::new(),
            bare.to_owned(),
            with(one),
            with(two),
            with(&both),
            with(&format!("{two}, {one}")),
            with(
                "{id: o-77, post: p-78, stands_in: [{post: p-79, from: 2026-01-01, until: 2026-02-01, basis: 文77号}]}",
            ),
            // The same number twice: they are told as a whole.
            with(&format!("{one}, {one}")),
        ];
        for old in &texts {
            for new in &texts {
                let all = changes(&body("甲", old), &body("乙", new));
                let told = without_officers(&all);
                let text = told.join("\n");
                let names = |text: &str| ["77", "78", "79"].iter().any(|of| text.contains(of));
                assert!(!names(&text), "{all:#?}");
                assert!(text.contains("地址"), "{text}");
                let hidden = told.iter().any(|line| line == OFFICERS_CHANGED);
                assert!(hidden || !names(&all.join("")), "{all:#?}");
            }
        }
    }

    #[test]
    fn the_same_text_otherwise_written_is_no_change() {
        let other = CHART.replace(
            "{code: review, name: 审查, office: one}",
            "{name: 审查, office: 'one', code: review}",
        );
        assert_eq!(changes(CHART, &other), [""; 0]);
        assert_eq!(changes(CHART, CHART), [""; 0]);
    }
}
