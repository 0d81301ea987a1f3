//! `mingjing rules`: the catalogue, as a table or as JSON; with `--quality` what became of the alerts of a running platform by control
//! point.

use std::io::Write;

use mingjing_domain::catalogue::{Rule, Tier, needs, rules};
use serde_json::{Value, json};

use crate::console::Console;

/// What to print of the catalogue.
#[derive(Debug, clap::Args)]
pub struct RulesArgs {
    /// Only these rules, by id.
    ids: Vec<String>,
    /// Only rules judged there: stream, inspection, import or disposition.
    #[arg(long, value_parser = tier)]
    tier: Option<Tier>,
    /// Everything the catalogue says, as JSON.
    #[arg(long)]
    json: bool,
    /// What became of the last year's alerts by control point, asked of a running platform: confirmed, dismissed, appealed.
    #[arg(long, conflicts_with_all = ["ids", "tier"])]
    quality: bool,
    /// The platform's API, for --quality.
    #[arg(
        long,
        value_name = "URL",
        default_value = "http://127.0.0.1:8080",
        requires = "quality"
    )]
    api: String,
}

fn tier(text: &str) -> Result<Tier, String> {
    Tier::ALL
        .into_iter()
        .find(|tier| tier.code() == text)
        .ok_or_else(|| "write stream, inspection, import or disposition".into())
}

/// Runs the command.
pub fn run(args: &RulesArgs) -> anyhow::Result<()> {
    if args.quality {
        return crate::on_runtime(quality(args));
    }
    for id in &args.ids {
        anyhow::ensure!(
            mingjing_domain::catalogue::rule(id).is_some(),
            "there is no rule {id:?}; `mingjing rules` lists them all"
        );
    }
    let chosen: Vec<&Rule> = rules()
        .filter(|rule| args.ids.is_empty() || args.ids.iter().any(|id| id == rule.id))
        .filter(|rule| args.tier.is_none_or(|tier| tier == rule.tier))
        .collect();
    let text = if args.json {
        let all: Vec<Value> = chosen.iter().map(|rule| as_json(rule)).collect();
        serde_json::to_string_pretty(&all)? + "\n"
    } else {
        table(&chosen)
    };
    print(&text)
}

fn print(text: &str) -> anyhow::Result<()> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        // Whoever reads has read enough.
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        done => Ok(done?),
    }
}

/// The columns of `--quality`: what the platform counts, and its heading.
const COUNTS: [(&str, &str); 10] = [
    ("issued", "发出"),
    ("withdrawn_by_platform", "自动撤销"),
    ("confirmed", "认定"),
    ("dismissed_objective", "客观原因"),
    ("dismissed_data", "数据问题"),
    ("dismissed_rule", "规则问题"),
    ("recheck", "须重认"),
    ("appealed", "申诉"),
    ("upheld", "维持"),
    ("withdrawn_on_appeal", "申诉撤销"),
];

async fn quality(args: &RulesArgs) -> anyhow::Result<()> {
    let console = Console::new(&args.api)?;
    let told = console.get(&["api", "v1", "rules", "quality"], &[]).await?;
    if args.json {
        return print(&(serde_json::to_string_pretty(&told)? + "\n"));
    }
    let headings: Vec<String> = COUNTS.iter().map(|(_, zh)| wide(zh, 9)).collect();
    let mut text = format!(
        "{} {} {}\n",
        wide("监察点", 24),
        wide("规则", 5),
        headings.join(" ")
    );
    for rule in told["rules"].as_array().into_iter().flatten() {
        let name = |field: &str| rule[field].as_str().unwrap_or_default().to_owned();
        let counts: Vec<String> = COUNTS
            .iter()
            .map(|(field, _)| wide(&rule[field].to_string(), 9))
            .collect();
        text += &format!(
            "{} {} {}\n",
            wide(&name("control_point"), 24),
            wide(&name("rule"), 5),
            counts.join(" ").trim_end()
        );
    }
    print(&text)
}

/// One line a rule; behind each basis what it is where it is no article that was read, `*` behind the name of a rule that is silent until a
/// place has said something, which stands below.
fn table(rules: &[&Rule]) -> String {
    let mut text = format!(
        "{:<4} {} {} {} {} {}\n",
        "编号",
        wide("等级", 6),
        wide("层次", 10),
        wide("性质", 10),
        wide("名称", 24),
        "依据"
    );
    for rule in rules {
        let articles: Vec<String> = rule
            .legal_basis
            .iter()
            .map(|b| format!("{}{}", b.article, b.mark()))
            .collect();
        text += &format!(
            "{:<6} {} {} {} {} {}\n",
            rule.id,
            wide(rule.level.name_zh(), 6),
            wide(rule.tier.name_zh(), 10),
            wide(rule.finding.name_zh(), 10),
            wide(&format!("{}{}", rule.name, mark(rule)), 24),
            articles.join("；")
        );
    }
    for rule in rules {
        if let Some(what) = needs(rule.id) {
            text += &format!("* {}：{what}，否则不作判断\n", rule.id);
        }
    }
    text
}

fn mark(rule: &Rule) -> &'static str {
    match needs(rule.id) {
        Some(_) => "*",
        None => "",
    }
}

/// Filled up to so many columns of a terminal, where a Chinese character takes two.
fn wide(text: &str, columns: usize) -> String {
    let taken: usize = text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
    format!("{text}{}", " ".repeat(columns.saturating_sub(taken)))
}

fn as_json(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "name": rule.name,
        "name_en": rule.name_en,
        "checks": rule.checks,
        "tier": rule.tier.code(),
        "finding": rule.finding.code(),
        "level": rule.level.code(),
        "legal_basis": rule.legal_basis.iter().map(|b| json!({
            "article": b.article,
            "power_types": b.power_types,
            "checked": b.checked,
            "kind": b.kind.code(),
            "steps_done_by": b.steps_done_by.iter().map(|kind| kind.code()).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "parameters": rule.parameters.iter().map(|p| json!({
            "name": p.name,
            "meaning": p.meaning,
            "default": p.default,
            "unit": p.unit,
            "source": p.source,
        })).collect::<Vec<_>>(),
        "evidence": rule.evidence,
        "message": rule.message,
        "remedy": rule.remedy,
        "needs": needs(rule.id),
        "exceptions": rule.exceptions.iter().map(|e| json!({
            "text": e.text,
            "source": e.source,
        })).collect::<Vec<_>>(),
        "scripts": format!("tests/rules/{}.md", rule.id),
    })
}

#[cfg(test)]
mod tests {
    use mingjing_domain::catalogue::rule;

    use super::*;

    #[test]
    fn a_rule_that_is_silent_until_something_is_set_is_marked_and_says_what() {
        let rules: Vec<&Rule> = ["P16", "T3"].iter().filter_map(|id| rule(id)).collect();
        let text = table(&rules);
        assert!(text.contains("未按受理先后*"), "{text}");
        assert!(
            text.contains("* P16：") && text.contains("off: false"),
            "{text}"
        );
        assert!(
            !text.contains("* T3") && !text.contains("超法定时限*"),
            "{text}"
        );
        assert!(text.contains("行政许可法第七十四条；"), "{text}");
        assert_eq!(as_json(rules[1])["needs"], Value::Null);
        assert!(as_json(rules[0])["needs"].is_string());
    }
}
