//! `mingjing incidents`: 同因事件 on a running platform: alerts of one cause are merged, worked by one act, and concluded.
//!
//! Who asks is told by the environment, as for `dispose`: `MINGJING_TOKEN`, else `MINGJING_ADMIN_KEY`.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::asking::{case, code, day, hashes, keyed, objective_causes, print, text};
use crate::console::Console;
use crate::life_command::{ApiArgs, SaidArgs};

/// What is asked.
#[derive(Debug, clap::Subcommand)]
pub enum IncidentsCommand {
    /// Those that there are, the last opened first.
    List(ListArgs),
    /// One, with its course and what was done to all of it.
    Show {
        /// Its id.
        incident: String,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// 可能同因: what may come of one cause, with what that rests on. Nothing is merged by itself.
    Proposals {
        #[command(flatten)]
        api: ApiArgs,
    },
    /// 合并: alerts of one cause become one incident, or come into one that is open.
    Merge(MergeArgs),
    /// 移出、情况说明、起止时间、停止、办结.
    Act(ActArgs),
    /// 统一处置: one act upon every alert of it, each decided as ever.
    All(AllArgs),
}

/// Which are listed.
#[derive(Debug, clap::Args)]
pub struct ListArgs {
    /// Open or closed ones alone.
    #[arg(long, value_enum)]
    state: Option<Standing>,
    /// Of this cause.
    #[arg(long, value_enum)]
    cause: Option<CauseKind>,
    /// About this source.
    #[arg(long, value_name = "SOURCE")]
    source: Option<String>,
    /// That this body owns.
    #[arg(long, value_name = "BODY")]
    body: Option<String>,
    #[command(flatten)]
    api: ApiArgs,
}

/// What is merged.
#[derive(Debug, clap::Args)]
pub struct MergeArgs {
    /// The alerts' ids.
    #[arg(required = true, value_name = "ALERT")]
    alerts: Vec<String>,
    /// An open incident that they come into; else one is opened.
    #[arg(long, value_name = "INCIDENT", conflicts_with_all = ["title", "cause", "body", "from", "until"])]
    into: Option<String>,
    /// What it is called.
    #[arg(long, value_name = "TEXT", required_unless_present = "into")]
    title: Option<String>,
    /// What they come of.
    #[arg(long, value_enum, required_unless_present = "into")]
    cause: Option<CauseKind>,
    /// The source, of source_down and source_late.
    #[arg(long, value_name = "SOURCE")]
    source: Option<String>,
    /// The rule, like T3, of fault.
    #[arg(long, value_name = "RULE")]
    rule: Option<String>,
    /// The control point, of fault.
    #[arg(long, value_name = "POINT")]
    control_point: Option<String>,
    /// The case, of matter.
    #[arg(long, value_name = "SOURCE/CASE")]
    case: Option<String>,
    /// 责任单位: the body that owns the cause.
    #[arg(long, value_name = "BODY", required_unless_present = "into")]
    body: Option<String>,
    /// Since when the cause was there, like 2026-12-04T18:00:00+08:00.
    #[arg(long, value_name = "INSTANT")]
    from: Option<String>,
    /// Until when.
    #[arg(long, value_name = "INSTANT")]
    until: Option<String>,
    #[command(flatten)]
    said: SaidArgs,
    #[command(flatten)]
    api: ApiArgs,
}

/// What is done with which.
#[derive(Debug, clap::Args)]
pub struct ActArgs {
    /// Its id.
    incident: String,
    /// What is done.
    #[arg(value_enum)]
    act: Act,
    /// An alert to remove. May be said again.
    #[arg(long = "alert", value_name = "ALERT")]
    alerts: Vec<String>,
    /// A file that proves what is stated: its hash is sent, not the file. May be said again.
    #[arg(long, value_name = "FILE")]
    evidence: Vec<PathBuf>,
    /// Since when the cause was there.
    #[arg(long, value_name = "INSTANT")]
    from: Option<String>,
    /// Until when.
    #[arg(long, value_name = "INSTANT")]
    until: Option<String>,
    /// 结论, to close.
    #[arg(long, value_enum)]
    conclusion: Option<Conclusion>,
    #[command(flatten)]
    said: SaidArgs,
    #[command(flatten)]
    api: ApiArgs,
}

/// What is done to all of which.
#[derive(Debug, clap::Args)]
pub struct AllArgs {
    /// Its id.
    incident: String,
    /// What is done.
    #[arg(value_enum)]
    act: UponAll,
    /// 结论, to dismiss.
    #[arg(long, value_enum)]
    conclusion: Option<Conclusion>,
    /// 客观原因的种类, of an objective conclusion, which also needs --evidence.
    #[arg(long, value_name = "CODE", value_parser = objective_causes())]
    cause: Option<String>,
    /// A file that proves an objective cause or an answer: its hash is sent, not the file. May be said again.
    #[arg(long, value_name = "FILE")]
    evidence: Vec<PathBuf>,
    /// The body an order goes to; else each alert's own.
    #[arg(long, value_name = "BODY")]
    to: Option<String>,
    /// When an order's answer is due.
    #[arg(long, value_name = "INSTANT")]
    due_at: Option<String>,
    /// 须整改.
    #[arg(long)]
    rectify: bool,
    #[command(flatten)]
    said: SaidArgs,
    #[command(flatten)]
    api: ApiArgs,
}

/// How one stands.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Standing {
    /// 办理中.
    Open,
    /// 已办结.
    Closed,
}

/// A cause.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
#[value(rename_all = "snake_case")]
enum CauseKind {
    /// 断报.
    SourceDown,
    /// 迟报补录.
    SourceLate,
    /// 定义或者规则有误.
    Fault,
    /// 一事多警.
    Matter,
    /// 其他.
    Other,
}

/// An act.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
#[value(rename_all = "snake_case")]
enum Act {
    /// 移出.
    Remove,
    /// 情况说明; --why is what is stated.
    State,
    /// 起止时间.
    Span,
    /// 停止 an act upon all that is under way.
    Halt,
    /// 办结.
    Close,
}

/// An act upon all.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
#[value(rename_all = "snake_case")]
enum UponAll {
    /// 暂缓发出.
    Hold,
    /// 发出.
    Issue,
    /// 认定.
    Confirm,
    /// 不予认定.
    Dismiss,
    /// 督办.
    Order,
    /// 反馈.
    Answer,
    /// 办结.
    Close,
}

/// A conclusion.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
#[value(rename_all = "snake_case")]
enum Conclusion {
    /// 主观责任.
    Subjective,
    /// 客观原因.
    Objective,
    /// 数据问题.
    Data,
    /// 规则问题.
    Rule,
}

const PATH: [&str; 3] = ["api", "v1", "incidents"];

/// Runs the command.
pub async fn run(command: IncidentsCommand) -> anyhow::Result<()> {
    match command {
        IncidentsCommand::List(args) => list(&args).await,
        IncidentsCommand::Show { incident, api } => {
            let path = [&PATH[..], &[&incident]].concat();
            let found = Console::new(api.url())?.get(&path, &[]).await?;
            print(&api, &found, whole)
        }
        IncidentsCommand::Proposals { api } => {
            let path = [&PATH[..], &["proposals"]].concat();
            let found = Console::new(api.url())?.get(&path, &[]).await?;
            for one in found["proposals"].as_array().into_iter().flatten() {
                match api.wants_json() {
                    true => println!("{one}"),
                    false => println!("{}", proposed(one)),
                }
            }
            Ok(())
        }
        IncidentsCommand::Merge(args) => merge(&args).await,
        IncidentsCommand::Act(args) => act(&args).await,
        IncidentsCommand::All(args) => upon_all(&args).await,
    }
}

async fn list(args: &ListArgs) -> anyhow::Result<()> {
    let console = Console::new(args.api.url())?;
    let (state, cause) = (args.state.map(code), args.cause.map(code));
    let mut query: Vec<(&str, &str)> = vec![("limit", "200")];
    for (field, asked) in [
        ("state", &state),
        ("cause", &cause),
        ("source", &args.source),
        ("org_code", &args.body),
    ] {
        query.extend(asked.as_deref().map(|asked| (field, asked)));
    }
    let mut cursor: Option<String> = None;
    loop {
        let mut asked = query.clone();
        asked.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
        let page = console.get(&PATH, &asked).await?;
        for one in page["incidents"].as_array().into_iter().flatten() {
            match args.api.wants_json() {
                true => println!("{one}"),
                false => println!("{}", line(one)),
            }
        }
        match page["next"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => return Ok(()),
        }
    }
}

async fn merge(args: &MergeArgs) -> anyhow::Result<()> {
    let (path, body) = match &args.into {
        Some(incident) => {
            let body = args.said.body(json!({ "alerts": args.alerts }));
            let path = [&PATH[..], &[incident, "add"]].concat();
            (path, keyed(body, &format!("{incident} add")))
        }
        None => {
            let more = json!({
                "title": args.title, "cause": cause(args)?, "org_code": args.body,
                "from": args.from, "until": args.until, "alerts": args.alerts,
            });
            (PATH.to_vec(), keyed(args.said.body(more), "merge"))
        }
    };
    let console = Console::new(args.api.url())?;
    let answer = console.send("POST", &path, &body).await?;
    print(&args.api, &answer, whole)
}

/// The cause with what it is about; what it has nothing to do with is refused by the platform.
fn cause(args: &MergeArgs) -> anyhow::Result<Value> {
    let mut cause = json!({ "kind": args.cause.map(code) });
    let of_case = args.case.as_deref().map(case).transpose()?;
    let source = args.source.as_deref();
    for (field, said) in [
        ("source", of_case.map(|(source, _)| source).or(source)),
        ("case_no", of_case.map(|(_, number)| number)),
        ("rule", args.rule.as_deref()),
        ("control_point", args.control_point.as_deref()),
    ] {
        if let Some(said) = said {
            cause[field] = json!(said);
        }
    }
    Ok(cause)
}

async fn act(args: &ActArgs) -> anyhow::Result<()> {
    let act = code(args.act);
    let alerts = (!args.alerts.is_empty()).then_some(&args.alerts);
    let more = json!({
        "alerts": alerts, "evidence": hashes(&args.evidence)?, "from": args.from, "until": args.until,
        "conclusion": args.conclusion.map(code),
    });
    let body = keyed(args.said.body(more), &format!("{} {act}", args.incident));
    let path = [&PATH[..], &[&args.incident, &act]].concat();
    let console = Console::new(args.api.url())?;
    let answer = console.send("POST", &path, &body).await?;
    print(&args.api, &answer, whole)
}

/// One request works for some seconds and says how far it came; sent again under its key it goes on.
async fn upon_all(args: &AllArgs) -> anyhow::Result<()> {
    let act = code(args.act);
    let mut more = json!({
        "conclusion": args.conclusion.map(code), "evidence": hashes(&args.evidence)?,
        "to": args.to, "due_at": args.due_at, "rectify": args.rectify.then_some(true),
    });
    if let Some(cause) = &args.cause {
        more["cause"] = json!(cause);
    }
    let about = format!("{} members {act}", args.incident);
    let body = keyed(args.said.body(more), &about);
    let path = [&PATH[..], &[&args.incident, "members", &act]].concat();
    let console = Console::new(args.api.url())?;
    let mut answer = console.send("POST", &path, &body).await?;
    let mut left = left_of(&answer);
    while answer["done"] != true {
        answer = console.send("POST", &path, &body).await?;
        let now = left_of(&answer);
        anyhow::ensure!(
            answer["done"] == true || now < left,
            "还有 {now} 条没有得到答复：平台的判断进程可能停着。稍后以同样的命令重发，从停下的地方继续，不会重复"
        );
        left = now;
    }
    print(&args.api, &answer, whole)
}

/// How many alerts the act that was given is still to come to.
fn left_of(answer: &Value) -> u64 {
    let mut acts = answer["acts"].as_array().into_iter().flatten();
    let run = acts.find(|run| run["begun"] == answer["begun"]);
    run.and_then(|run| run["left"].as_u64()).unwrap_or(0)
}

fn line(one: &Value) -> String {
    let closed = &one["closed"];
    let stands = match closed.is_null() {
        true => "办理中".to_owned(),
        false => format!(
            "{} 办结 {}",
            day(closed, "at"),
            text(closed, "conclusion_zh")
        ),
    };
    format!(
        "{}  {}  {}  {}  预警 {} 条  {stands}",
        text(one, "id"),
        text(one, "cause_zh"),
        text(one, "title"),
        text(one, "org_code"),
        one["alerts"],
    )
}

fn whole(one: &Value) -> String {
    let mut told = line(one);
    for left in one["left"].as_array().into_iter().flatten() {
        let (alert, message) = (text(left, "alert_id"), text(left, "message"));
        told += &format!("\n  未并入 {alert}：{message}");
    }
    for run in one["acts"].as_array().into_iter().flatten() {
        told += &format!(
            "\n  {} 统一处置 {}：执行 {} 条，拒绝 {} 条，未办 {} 条  {}",
            day(run, "at"),
            text(run, "act"),
            run["applied"],
            run["refused"],
            run["left"],
            text(run, "why"),
        );
        for reason in run["reasons"].as_array().into_iter().flatten() {
            told += &format!("\n    {} 条：{}", reason["alerts"], text(reason, "message"));
        }
    }
    told
}

fn proposed(one: &Value) -> String {
    format!(
        "{}  {}  {}  预警 {} 条  {}",
        text(one, "cause_zh"),
        text(one, "title"),
        text(one, "org_code"),
        one["total"],
        text(one, "why"),
    )
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(clap::Parser)]
    struct Line {
        #[command(subcommand)]
        command: IncidentsCommand,
    }

    fn read(about: &str) -> Result<MergeArgs, String> {
        let line = format!("mingjing merge {about} --who li@sfj/监督科 --why 接口停机");
        let line = Line::try_parse_from(line.split(' ')).map_err(|error| error.to_string())?;
        match line.command {
            IncidentsCommand::Merge(args) => Ok(args),
            other => Err(format!("{other:?}")),
        }
    }

    #[test]
    fn what_is_merged_has_a_cause_or_comes_into_an_open_one() {
        let told = |about: &str| cause(&read(about).unwrap()).unwrap();
        assert_eq!(
            told("a1 a2 --title 断报 --cause source_down --source zjj --body zjj"),
            json!({ "kind": "source_down", "source": "zjj" })
        );
        assert_eq!(
            told("a1 --title 多项 --cause matter --case zjj/permit/SG-1 --body zjj"),
            json!({ "kind": "matter", "source": "zjj/permit", "case_no": "SG-1" })
        );
        assert_eq!(
            read("a1 --into 0a1b").unwrap().into.as_deref(),
            Some("0a1b")
        );
        for wrong in [
            "--into 0a1b",
            "a1 --cause other --body zjj",
            "a1 --into 0a1b --title 断报",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn one_is_told_with_what_was_done_to_all_and_what_stayed_outside() {
        let answer = json!({
            "id": "0a1b", "cause_zh": "断报", "title": "接口断报", "org_code": "zjj", "alerts": 3, "closed": null, "begun": 4,
            "left": [{ "alert_id": "ff", "incident": "0c", "title": "另一事件", "message": "已属于同因事件“另一事件”（0c），请先移出" }],
            "acts": [{ "begun": 4, "act": "dismiss", "at": "2026-12-04T18:00:00+08:00", "why": "断报期间", "applied": 2,
                       "refused": 1, "left": 0, "reasons": [{ "alerts": 1, "message": "已经认定" }] }],
        });
        let told = whole(&answer);
        for said in [
            "0a1b  断报  接口断报  zjj  预警 3 条  办理中",
            "未并入 ff：已属于同因事件“另一事件”（0c），请先移出",
            "2026-12-04 统一处置 dismiss：执行 2 条，拒绝 1 条，未办 0 条  断报期间",
            "1 条：已经认定",
        ] {
            assert!(told.contains(said), "{said}\n{told}");
        }
        assert_eq!(left_of(&answer), 0);
    }
}
