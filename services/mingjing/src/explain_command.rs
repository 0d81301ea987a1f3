//! `mingjing explain`: why a case stands as it does, asked of a running platform.

use anyhow::{Context as _, bail, ensure};
use mingjing_domain::Timestamp;
use mingjing_engine::explain::{Explanation, text_zh};
use serde_json::Value;

use crate::console::Console;

/// Asks why a case stands as it does.
#[derive(Debug, clap::Args)]
pub struct ExplainArgs {
    /// The case number.
    case: String,
    /// Its source, where several know a case of this number.
    #[arg(long, value_name = "ID")]
    source: Option<String>,
    /// The instant to explain it for, RFC 3339; now where nothing is said, or the instant of --as-known-at.
    #[arg(long, value_name = "INSTANT")]
    at: Option<String>,
    /// Leave out what the platform got later, RFC 3339: what was known when a card was issued.
    #[arg(long, value_name = "INSTANT")]
    as_known_at: Option<String>,
    /// The platform's API.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    api: String,
    /// The zone of the printed instants.
    #[arg(long, value_name = "ZONE", default_value = "Asia/Shanghai")]
    zone: chrono_tz::Tz,
    /// JSON instead of text.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub async fn run(args: ExplainArgs) -> anyhow::Result<()> {
    for (name, text) in [("--at", &args.at), ("--as-known-at", &args.as_known_at)] {
        if let Some(text) = text {
            Timestamp::parse(text).context(name)?;
        }
    }
    let console = Console::new(&args.api)?;
    let source = match &args.source {
        Some(source) => source.clone(),
        None => only_source(&console, &args.case).await?,
    };
    let mut asked = Vec::new();
    asked.extend(args.at.as_deref().map(|at| ("at", at)));
    asked.extend(args.as_known_at.as_deref().map(|at| ("as_known_at", at)));
    let path = ["api", "v1", "cases", &source, &args.case, "explain"];
    let answer: Value = console.get(&path, &asked).await?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&answer)?);
        return Ok(());
    }
    let agrees = answer["agrees"].as_bool();
    let explanation: Explanation =
        serde_json::from_value(answer).context("the platform's answer is of another version")?;
    print!("{}", text_zh(&explanation, args.zone));
    match agrees {
        Some(true) => println!("\n以上结论与平台已发布的预警一致。"),
        Some(false) => println!(
            "\n以上结论与平台已发布的预警不完全一致（引擎版本不同、日志早于定义归档或数据尚在归档），以 --json 查看 published。"
        ),
        None => {}
    }
    Ok(())
}

/// The one source that knows the case.
async fn only_source(console: &Console, case_no: &str) -> anyhow::Result<String> {
    let found = console
        .get(&["api", "v1", "cases"], &[("case_no", case_no)])
        .await?;
    let sources: Vec<&str> = found["cases"]
        .as_array()
        .context("the platform's answer is of another version")?
        .iter()
        .filter_map(|case| case["source"].as_str())
        .collect();
    ensure!(!sources.is_empty(), "no source knows a case {case_no}");
    match sources.as_slice() {
        [source] => Ok((*source).to_owned()),
        several => bail!(
            "several sources know a case {case_no}: {}; choose one with --source",
            several.join(", ")
        ),
    }
}
