//! `mingjing rules`: the catalogue, as a table or as JSON.

use std::io::Write;

use mingjing_domain::catalogue::{Rule, Tier, rules};
use serde_json::{Value, json};

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
}

fn tier(text: &str) -> Result<Tier, String> {
    Tier::ALL
        .into_iter()
        .find(|tier| tier.code() == text)
        .ok_or_else(|| "write stream, inspection, import or disposition".into())
}

/// Runs the command.
pub fn run(args: &RulesArgs) -> anyhow::Result<()> {
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
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        // Whoever reads has read enough.
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        done => Ok(done?),
    }
}

/// One line a rule; `?` behind an article whose text has still to be checked.
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
            .map(|b| format!("{}{}", b.article, if b.checked { "" } else { "?" }))
            .collect();
        text += &format!(
            "{:<6} {} {} {} {} {}\n",
            rule.id,
            wide(rule.level.name_zh(), 6),
            wide(rule.tier.name_zh(), 10),
            wide(rule.finding.name_zh(), 10),
            wide(rule.name, 24),
            articles.join("；")
        );
    }
    text
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
        "exceptions": rule.exceptions.iter().map(|e| json!({
            "text": e.text,
            "source": e.source,
        })).collect::<Vec<_>>(),
        "scripts": (rule.tier == Tier::Stream).then(|| format!("tests/rules/{}.md", rule.id)),
    })
}
