//! The alarms: Prometheus takes them, each is shown to ring and not to ring, and each says in two languages what it is and where it
//! stands what to do.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use mingjing_tests::expressions::{self, RULES, read, yaml};
use mingjing_tests::prometheus;

const TESTS: [&str; 2] = [
    "dashboards/prometheus/rules.test.yml",
    "dashboards/prometheus/rules.slow.test.yml",
];
const RUNBOOK: &str = "deploy/RUNBOOK.md";

#[test]
fn prometheus_takes_the_rules_and_each_rings_when_it_should() -> Result<()> {
    promtool(&["check", "rules", "--lint=all", "--lint-fatal", RULES])?;
    TESTS
        .iter()
        .try_for_each(|tests| promtool(&["test", "rules", tests]))
}

fn promtool(arguments: &[&str]) -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let done = Command::new(prometheus::program("promtool")?)
        .args(arguments)
        .current_dir(root)
        .output()
        .context("start promtool")?;
    ensure!(
        done.status.success(),
        "promtool {}:\n{}{}",
        arguments.join(" "),
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr)
    );
    Ok(())
}

#[test]
fn every_alarm_is_shown_to_ring_and_not_to_ring() -> Result<()> {
    let mut asked: Vec<Value> = Vec::new();
    for tests in TESTS {
        let tests = yaml(tests)?;
        let listed = tests["tests"].as_array().context("tests are listed")?;
        let questions = listed.iter().map(|test| &test["promql_expr_test"]);
        asked.extend(questions.filter_map(Value::as_array).flatten().cloned());
    }
    let mut findings = Vec::new();
    for alarm in expressions::alarms()? {
        let name = alarm["alert"].as_str().context("an alarm has a name")?;
        let of_alarm = |rings: bool| {
            asked.iter().any(|test| {
                let expression = test["expr"].as_str().unwrap_or_default();
                let samples = test["exp_samples"].as_array().map_or(0, Vec::len);
                expression.contains(&format!("\"{name}\"")) && (samples > 0) == rings
            })
        };
        if !of_alarm(true) {
            findings.push(format!("{name} is never shown to ring"));
        }
        if !of_alarm(false) {
            findings.push(format!("{name} is never shown not to ring"));
        }
    }
    ensure!(
        findings.is_empty(),
        "alarms and their tests:\n  {}",
        findings.join("\n  ")
    );
    Ok(())
}

#[test]
fn every_alarm_says_what_it_is_in_both_languages_and_what_to_do() -> Result<()> {
    let runbook = read(RUNBOOK)?;
    let sections: Vec<&str> = runbook
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .collect();
    let mut findings = Vec::new();
    let mut named = Vec::new();
    for alarm in expressions::alarms()? {
        let name = alarm["alert"].as_str().context("an alarm has a name")?;
        named.push(name.to_owned());
        let said = |key: &str| alarm["annotations"][key].as_str().unwrap_or_default();
        for key in ["summary", "description", "summary_zh", "description_zh"] {
            let chinese = said(key)
                .chars()
                .any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
            if said(key).is_empty() || chinese != key.ends_with("_zh") {
                findings.push(format!("{name}: {key} is missing or in the other language"));
            }
        }
        if !matches!(
            alarm["labels"]["severity"].as_str(),
            Some("page" | "ticket")
        ) {
            findings.push(format!("{name}: severity is page or ticket"));
        }
        if said("runbook") != format!("{RUNBOOK}#{}", name.to_lowercase()) {
            findings.push(format!("{name}: runbook names its section"));
        }
    }
    for section in sections
        .iter()
        .filter(|s| s.chars().all(char::is_alphanumeric))
    {
        if !named.iter().any(|name| name == section) {
            findings.push(format!("{RUNBOOK}: {section} is no alarm"));
        }
    }
    for name in &named {
        if !sections.contains(&name.as_str()) {
            findings.push(format!("{RUNBOOK} has no section {name}"));
        }
    }
    ensure!(findings.is_empty(), "{}", findings.join("\n"));
    Ok(())
}
