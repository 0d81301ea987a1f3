//! `mingjing dispose`: work an alert of a running platform: confirm it, dismiss it, appeal, order an answer.
//!
//! The administrator's key comes from the environment, `MINGJING_ADMIN_KEY`; without one the platform takes changes from its own machine.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::ValueEnum as _;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::console::Console;
use crate::life_command::{ApiArgs, SaidArgs};

/// What is done about which alert.
#[derive(Debug, clap::Args)]
pub struct DisposeArgs {
    /// The alert's id.
    alert: String,
    /// What is done.
    #[arg(value_enum)]
    act: Act,
    /// 结论, to dismiss or withdraw.
    #[arg(long, value_enum)]
    conclusion: Option<Conclusion>,
    /// A file that proves an appeal, an answer or a report: its hash is sent, not the file. May be said again.
    #[arg(long, value_name = "FILE")]
    evidence: Vec<PathBuf>,
    /// The body an order goes to, or an appeal is passed up to; the person an order is passed on to.
    #[arg(long, value_name = "BODY")]
    to: Option<String>,
    /// When an order's answer, or the report on what was passed on of it, is due, like 2026-12-04T18:00:00+08:00.
    #[arg(long, value_name = "INSTANT")]
    due_at: Option<String>,
    #[command(flatten)]
    said: SaidArgs,
    #[command(flatten)]
    api: ApiArgs,
}

/// An act.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
#[value(rename_all = "snake_case")]
enum Act {
    /// 暂缓发出.
    Hold,
    /// 发出.
    Issue,
    /// 认定.
    Confirm,
    /// 不予认定.
    Dismiss,
    /// 申诉.
    Appeal,
    /// 维持.
    Uphold,
    /// 撤销.
    Withdraw,
    /// 报上级.
    PassUp,
    /// 督办.
    Order,
    /// 反馈.
    Answer,
    /// 转办.
    PassOn,
    /// 回报.
    Report,
    /// 申请延期.
    AskExtension,
    /// 延期.
    Extend,
    /// 不予延期.
    RefuseExtension,
    /// 办结.
    Close,
}

/// A conclusion.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
#[value(rename_all = "snake_case")]
enum Conclusion {
    /// 客观原因.
    Objective,
    /// 数据问题.
    Data,
    /// 规则问题.
    Rule,
}

/// Runs the command.
pub async fn run(args: &DisposeArgs) -> anyhow::Result<()> {
    let evidence: Vec<String> = args
        .evidence
        .iter()
        .map(|file| hash_of(file))
        .collect::<anyhow::Result<_>>()?;
    let act = code(args.act.to_possible_value());
    let mut more = json!({ "to": args.to, "due_at": args.due_at });
    if let Some(conclusion) = args.conclusion {
        more["conclusion"] = json!(code(conclusion.to_possible_value()));
    }
    if !evidence.is_empty() {
        more["evidence"] = json!(evidence);
    }
    let mut body = args.said.body(more);
    if body["key"].is_null() {
        // The same words are the same command: a line that is repeated because its answer was not heard does nothing twice.
        let words = format!("{} {act} {body}", args.alert);
        body["key"] = json!(hex(&Sha256::digest(words)));
    }
    let console = Console::new(args.api.url())?;
    let path = ["api", "v1", "alerts", &args.alert, &act];
    let answer = console.send("POST", &path, &body).await?;
    match args.api.wants_json() {
        true => println!("{}", serde_json::to_string_pretty(&answer)?),
        false => println!("{}", told(&answer)),
    }
    Ok(())
}

fn told(answer: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    if answer["state"] == "accepted" {
        return format!(
            "{}\n{}",
            text(&answer["message_zh"]),
            text(&answer["status_address"])
        );
    }
    let alert = &answer["alert"];
    let state = text(&alert["disposition"]["state"]);
    format!(
        "已执行：{} {}，状态 {}，处置 {}（指令 {}）",
        text(&answer["alert_id"]),
        text(&answer["act"]),
        text(&alert["status"]),
        state,
        text(&answer["command_id"]),
    )
}

fn code(value: Option<clap::builder::PossibleValue>) -> String {
    value.map_or(String::new(), |value| value.get_name().to_owned())
}

fn hash_of(file: &Path) -> anyhow::Result<String> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(hex(&Sha256::digest(bytes)))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
