//! `mingjing inspect`: periodic inspections by the calendar, as a role; with `--rule` one by hand, asked of a running platform.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use chrono::NaiveDate;
use serde_json::Value;

use crate::inspections::ByHand;
use crate::role_command::{self, Role, RoleArgs};

/// The role, or one inspection by hand.
#[derive(Debug, clap::Args)]
pub struct InspectArgs {
    /// The settings file (TOML) of the role.
    #[arg(
        long,
        value_name = "FILE",
        required_unless_present = "rule",
        conflicts_with = "rule"
    )]
    config: Option<PathBuf>,
    /// Where the role listens; goes before the setting `listen`.
    #[arg(long, value_name = "ADDR", conflicts_with = "rule")]
    listen: Option<SocketAddr>,
    /// By hand: the rule, like D4.
    #[arg(long, value_name = "RULE", requires = "from", requires = "to")]
    rule: Option<String>,
    /// By hand: the first day. Whole windows from here on are inspected.
    #[arg(long, value_name = "DATE")]
    from: Option<NaiveDate>,
    /// By hand: the last day.
    #[arg(long, value_name = "DATE")]
    to: Option<NaiveDate>,
    /// By hand: show what is found and say it to nobody.
    #[arg(long)]
    dry_run: bool,
    /// By hand: the platform.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    api: String,
}

/// Runs the command.
pub async fn run(args: InspectArgs) -> anyhow::Result<()> {
    match (args.rule, args.config) {
        (Some(rule), _) => {
            let from = args.from.context("from which day? Give --from DATE")?;
            let to = args.to.context("to which day? Give --to DATE")?;
            let asked = ByHand {
                from,
                to,
                dry_run: args.dry_run,
            };
            by_hand(&args.api, &rule, &asked).await
        }
        (None, Some(config)) => {
            let listen = args.listen;
            role_command::run(Role::Inspect, RoleArgs { config, listen }).await
        }
        (None, None) => bail!("give --config FILE for the role, or --rule RULE for one by hand"),
    }
}

/// Posts as the administrator; an answer that is none is an error with the platform's words.
pub async fn post(request: reqwest::RequestBuilder) -> anyhow::Result<Value> {
    let request = match std::env::var("MINGJING_ADMIN_KEY") {
        Ok(key) => request.bearer_auth(key),
        Err(_) => request,
    };
    let answer = request
        .send()
        .await
        .context("the platform does not answer")?;
    let status = answer.status();
    let said: Value = answer.json().await.unwrap_or_default();
    if status.is_success() {
        return Ok(said);
    }
    let problems = said["problems"].as_array().into_iter().flatten();
    let problems: String = problems
        .map(|p| format!("\n  {}", p.as_str().unwrap_or_default()))
        .collect();
    let words = said["error"].as_str().or(said["message_zh"].as_str());
    bail!("{status}: {}{problems}", words.unwrap_or_default())
}

async fn by_hand(api: &str, rule: &str, asked: &ByHand) -> anyhow::Result<()> {
    let url = format!("{}/api/v1/inspections/{rule}", api.trim_end_matches('/'));
    let said = post(reqwest::Client::new().post(url).json(asked)).await?;
    for window in said["windows"].as_array().into_iter().flatten() {
        show(window);
    }
    Ok(())
}

fn show(window: &Value) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let all = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let findings = all(&window["findings"]);
    let (rule, label) = (text(&window["rule"]), text(&window["window"]["label"]));
    println!(
        "{rule}  {label}  发现 {} 项，新增或变化 {} 项",
        findings.len(),
        all(&window["commands"]).len()
    );
    for found in findings {
        let (subject, finding) = (&found["subject"], &found["finding"]);
        println!(
            "  [{}] {} {} {}",
            text(&finding["level"]),
            text(&subject["kind"]),
            text(&subject["source"]),
            text(&subject["key"])
        );
        println!("    {}", text(&finding["message"]));
        let rows = all(&finding["rows"]);
        println!("    依据 {} 条，列出 {} 条：", finding["total"], rows.len());
        for row in rows {
            println!(
                "      {}  {}  {}  {}",
                text(&row["at"]),
                text(&row["source"]),
                text(&row["case_no"]),
                text(&row["note"])
            );
        }
    }
}
