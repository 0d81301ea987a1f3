//! `mingjing dispose`: work an alert of a running platform: confirm it, dismiss it, appeal, order an answer.
//!
//! The administrator's key comes from the environment, `MINGJING_ADMIN_KEY`; without one the platform takes changes from its own machine.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::asking::{code, hashes, keyed, objective_causes, print};
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
    /// 客观原因的种类, of an objective conclusion, which also needs --evidence.
    #[arg(long, value_name = "CODE", value_parser = objective_causes())]
    cause: Option<String>,
    /// A file that proves an objective cause, an appeal, an answer, a report or a rectification: its hash is sent, not the file. May be said again.
    #[arg(long, value_name = "FILE")]
    evidence: Vec<PathBuf>,
    /// The body an order goes to, or an appeal is passed up to; the person an order is passed on to.
    #[arg(long, value_name = "BODY")]
    to: Option<String>,
    /// When an order's answer, or the report on what was passed on of it, is due, like 2026-12-04T18:00:00+08:00.
    #[arg(long, value_name = "INSTANT")]
    due_at: Option<String>,
    /// 须整改: an order is closed only when something was put right and found enough.
    #[arg(long)]
    rectify: bool,
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
    /// 整改.
    Rectify,
    /// 验收通过.
    AcceptRectification,
    /// 退回整改.
    RejectRectification,
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
    let act = code(args.act);
    let mut more =
        json!({ "to": args.to, "due_at": args.due_at, "evidence": hashes(&args.evidence)? });
    if let Some(conclusion) = args.conclusion {
        more["conclusion"] = json!(code(conclusion));
    }
    if let Some(cause) = &args.cause {
        more["cause"] = json!(cause);
    }
    if args.rectify {
        more["rectify"] = json!(true);
    }
    let body = keyed(args.said.body(more), &format!("{} {act}", args.alert));
    let console = Console::new(args.api.url())?;
    let path = ["api", "v1", "alerts", &args.alert, &act];
    let answer = console.send("POST", &path, &body).await?;
    print(&args.api, &answer, told)
}

/// What became of a command about an alert.
pub(crate) fn told(answer: &Value) -> String {
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
