//! The definitions that a package stands on: every file by its hash, and the texts that were used.

use mingjing_domain::definitions::DefinitionFile;
use mingjing_wire::evidence::{Part, sha256_hex};
use serde_json::{Value, json};

use super::{Gathered, part};
use crate::definitions::files_of;
use crate::{ApiError, State};

/// What goes into a package.
pub(super) struct Definitions {
    /// By set: its files with their hashes.
    pub(super) listed: Value,
    pub(super) parts: Vec<Part>,
}

/// What of a set a case is judged by.
struct Wanted<'a> {
    flowcharts: Vec<&'a str>,
    item: Option<&'a str>,
    source: &'a str,
}

pub(super) async fn used(
    state: &State,
    hashes: &[String],
    gathered: &Gathered,
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
    };
    let (mut sets, mut parts) = (Vec::new(), Vec::new());
    for hash in hashes {
        let files = files_of(state.definitions.table(), hash).await?;
        let files = files.ok_or_else(|| ApiError::NotFound {
            what: format!("定义 {hash}"),
        })?;
        let listed: Vec<Value> = files.iter().map(listed).collect();
        sets.push(json!({ "hash": hash, "files": listed }));
        for file in &files {
            let text = used_documents(&file.text, &wanted);
            if !text.is_empty() {
                let name = format!("definitions/{}/{}", &hash[..hash.len().min(12)], file.name);
                parts.push(part(&name, "application/yaml", text));
            }
        }
    }
    Ok(Definitions {
        listed: Value::Array(sets),
        parts,
    })
}

fn listed(file: &DefinitionFile) -> Value {
    json!({
        "name": file.name,
        "bytes": file.text.len(),
        "sha256": sha256_hex(file.text.as_bytes()),
    })
}

/// The documents of a file that bear on a case, as published.
fn used_documents(text: &str, wanted: &Wanted<'_>) -> String {
    let mut documents: Vec<String> = vec![String::new()];
    for line in text.lines() {
        if line.trim_end() == "---" {
            documents.push(String::new());
        } else if let Some(document) = documents.last_mut() {
            document.push_str(line);
            document.push('\n');
        }
    }
    documents.retain(|document| bears_on(document, wanted));
    documents.join("---\n")
}

fn bears_on(document: &str, wanted: &Wanted<'_>) -> bool {
    let value = |key: &str| top_level(document, key);
    match value("kind") {
        Some("general_points" | "calendar" | "regions" | "rule_settings") => true,
        Some("flowchart") => value("id").is_some_and(|id| wanted.flowcharts.contains(&id)),
        Some("item") => value("code").is_some() && value("code") == wanted.item,
        Some("source") => value("id") == Some(wanted.source),
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

    #[test]
    fn only_what_bears_on_the_case_is_told_and_never_a_body() {
        let text = "kind: body\ncode: zjj\nofficers: [{id: o1, name: 张三}]\n---\nkind: flowchart\nid: licence # one\nname: 许可\n\
                    ---\nkind: flowchart\nid: other\n---\nkind: item\ncode: 'XK-1'\n---\nkind: item\ncode: XK-2\n---\nkind: calendar\nid: cn\n";
        let wanted = Wanted {
            flowcharts: vec!["licence"],
            item: Some("XK-1"),
            source: "a",
        };
        let used = used_documents(text, &wanted);
        assert_eq!(
            used,
            "kind: flowchart\nid: licence # one\nname: 许可\n---\nkind: item\ncode: 'XK-1'\n---\nkind: calendar\nid: cn\n"
        );
    }
}
