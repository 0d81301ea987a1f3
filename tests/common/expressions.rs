//! The expressions that alarms and dashboards ask of Prometheus, and which series they ask for.
//!
//! What an expression means is Prometheus's to say; here it is only cut into pieces, so that each series it names can be asked for
//! alone. An expression is valid when it comes here.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// The alarms.
pub const RULES: &str = "dashboards/prometheus/rules.yml";
/// The dashboards.
pub const DASHBOARDS: &[&str] = &["dashboards/grafana/operations.json"];

/// An expression and where it stands.
#[derive(Debug)]
pub struct Expression {
    /// The file, and the alarm or panel in it.
    pub place: String,
    /// What it asks.
    pub text: String,
}

/// The text of a file of the repository.
///
/// # Errors
/// When it is not there.
pub fn read(file: &str) -> Result<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    std::fs::read_to_string(root.join(file)).with_context(|| format!("read {file}"))
}

/// A YAML file of the repository.
///
/// # Errors
/// When it is not there or no YAML.
pub fn yaml(file: &str) -> Result<Value> {
    serde_saphyr::from_str(&read(file)?).with_context(|| format!("read {file}"))
}

/// The alarms, as they are written.
///
/// # Errors
/// When a file is not what it should be.
pub fn alarms() -> Result<Vec<Value>> {
    let rules = yaml(RULES)?;
    let groups = rules["groups"].as_array().context("groups are listed")?;
    let alarms: Vec<Value> = groups
        .iter()
        .flat_map(|group| group["rules"].as_array().cloned().unwrap_or_default())
        .collect();
    ensure!(
        alarms.len() > 10,
        "{RULES} has only {} alarms",
        alarms.len()
    );
    Ok(alarms)
}

/// Of all alarms.
///
/// # Errors
/// When a file is not what it should be.
pub fn of_alarms() -> Result<Vec<Expression>> {
    let texts = alarms()?.into_iter().map(|alarm| {
        let text = |key: &str| Some(alarm[key].as_str()?.to_owned());
        Some(Expression {
            place: format!("{RULES}: {}", text("alert")?),
            text: text("expr")?,
        })
    });
    texts
        .collect::<Option<_>>()
        .context("every rule is an alert with an expr")
}

/// Of all panels of all dashboards.
///
/// # Errors
/// When a file is not what it should be.
pub fn of_dashboards() -> Result<Vec<Expression>> {
    let mut all = Vec::new();
    for file in DASHBOARDS {
        let dashboard: Value = serde_json::from_str(&read(file)?)?;
        let panels = dashboard["panels"]
            .as_array()
            .context("panels are listed")?;
        for panel in panels {
            let title = panel["title"].as_str().context("a panel has a title")?;
            for target in panel["targets"].as_array().into_iter().flatten() {
                all.push(Expression {
                    place: format!("{file}: {title}"),
                    text: target["expr"].as_str().context("a target asks")?.to_owned(),
                });
            }
        }
    }
    ensure!(
        all.len() > 20,
        "the dashboards ask only {} times",
        all.len()
    );
    Ok(all)
}

/// Words that are no metric although no parenthesis follows them at once.
const WORDS: &[&str] = &[
    "and",
    "or",
    "unless",
    "bool",
    "offset",
    "atan2",
    "inf",
    "nan",
    "by",
    "without",
    "on",
    "ignoring",
    "group_left",
    "group_right",
    "sum",
    "min",
    "max",
    "avg",
    "group",
    "stddev",
    "stdvar",
    "count",
    "count_values",
    "bottomk",
    "topk",
    "quantile",
];

/// Words whose parentheses hold labels.
const OF_LABELS: &[&str] = &[
    "by",
    "without",
    "on",
    "ignoring",
    "group_left",
    "group_right",
];

/// The series that an expression asks for: a metric's name with the labels it wants, as `up{job="a"}`.
pub fn selectors(expression: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut rest = expression;
    while let Some(first) = rest.chars().next() {
        let word_end = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '.')))
            .unwrap_or(rest.len());
        if word_end == 0 {
            rest = match first {
                '"' | '\'' => after_string(rest),
                '[' => rest.split_once(']').map_or("", |(_, after)| after),
                _ => &rest[first.len_utf8()..],
            };
            continue;
        }
        let word = &rest[..word_end];
        rest = &rest[word_end..];
        let next = rest.trim_start();
        let lower = word.to_ascii_lowercase();
        if OF_LABELS.contains(&&*lower) && next.starts_with('(') {
            rest = next.split_once(')').map_or("", |(_, after)| after);
        } else if first.is_ascii_digit() || WORDS.contains(&&*lower) || next.starts_with('(') {
            // A number, a word of the language, a function.
        } else if next.starts_with('{') {
            let after = after_labels(next);
            found.insert(format!("{word}{}", &next[..next.len() - after.len()]));
            rest = after;
        } else {
            found.insert(word.to_owned());
        }
    }
    found
}

fn after_string(text: &str) -> &str {
    let quote = text.chars().next().unwrap_or('"');
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return &text[at + 1..],
            _ => {}
        }
    }
    ""
}

fn after_labels(text: &str) -> &str {
    let mut rest = &text[1..];
    while let Some(c) = rest.chars().next() {
        rest = match c {
            '}' => return &rest[1..],
            '"' | '\'' => after_string(rest),
            c => &rest[c.len_utf8()..],
        };
    }
    ""
}

#[test]
fn the_series_of_an_expression_are_found_and_nothing_else() {
    let cases: &[(&str, &[&str])] = &[
        ("up == 0", &["up"]),
        (
            "sum by (le, job) (rate(a_bucket{x=\"}\", y=~'b.*'}[5m])) / on(job) group_left count(c) > 1e3",
            &["a_bucket{x=\"}\", y=~'b.*'}", "c"],
        ),
        (
            "time() - max by (partition) (at_seconds offset 5m) > 0.05 * 60",
            &["at_seconds"],
        ),
        (
            "label_replace(absent(a), \"role\", \"b\", \"\", \"\")\nor 0 * sum(d:e) unless vector(1)",
            &["a", "d:e"],
        ),
        ("max without (a) (b) and ignoring (c) d", &["b", "d"]),
    ];
    for (expression, wanted) in cases {
        let found: Vec<String> = selectors(expression).into_iter().collect();
        assert_eq!(found, *wanted, "{expression}");
    }
}
