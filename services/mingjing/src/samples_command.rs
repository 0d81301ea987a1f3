//! `mingjing samples`: 抽查 on a running platform: draw a random sample of closed cases, check it case by case, close it.
//!
//! Who asks is told by the environment, as for `dispose`: `MINGJING_TOKEN`, else `MINGJING_ADMIN_KEY`.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::asking::{case, code, day, hashes, keyed, print, text};
use crate::console::Console;
use crate::life_command::{ApiArgs, SaidArgs};

/// What is asked.
#[derive(Debug, clap::Subcommand)]
pub enum SamplesCommand {
    /// Those that were drawn, the last first.
    List {
        #[command(flatten)]
        api: ApiArgs,
    },
    /// One, with its cases and what was found of them.
    Show {
        /// Its id.
        sample: String,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// 抽取: draw one; --why is the reason.
    Draw(DrawArgs),
    /// 重新抽取比对: the draw once more, from the cases as they are now.
    Redraw {
        /// Its id.
        sample: String,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// 登记检查情况 of one case; --why says what was found.
    Find(FindArgs),
    /// 办结, when every case was checked; --why is the result.
    Close {
        /// Its id.
        sample: String,
        #[command(flatten)]
        said: SaidArgs,
        #[command(flatten)]
        api: ApiArgs,
    },
}

/// What is drawn.
#[derive(Debug, clap::Args)]
pub struct DrawArgs {
    /// What it is called.
    #[arg(long, value_name = "TEXT")]
    title: String,
    /// Cases that were closed then or later, like 2026-10-01T00:00:00+08:00.
    #[arg(long, value_name = "INSTANT")]
    from: String,
    /// And before then.
    #[arg(long, value_name = "INSTANT")]
    until: String,
    /// How the cases are divided before some of each part are drawn.
    #[arg(long, value_enum, default_value = "whole")]
    strata: Strata,
    /// How many of each part.
    #[arg(long, value_name = "N")]
    per_stratum: u32,
    /// 检查要点; may be said again, and each is answered of each case.
    #[arg(long = "check", value_name = "TEXT", required = true)]
    checks: Vec<String>,
    /// 区划代码 or its beginning.
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
    /// 承办机构.
    #[arg(long, value_name = "BODY")]
    body: Option<String>,
    /// 事项.
    #[arg(long, value_name = "ITEM")]
    item: Option<String>,
    /// A seed that was settled outside, in a public lottery say; else the platform makes one.
    #[arg(long, value_name = "TEXT")]
    seed: Option<String>,
    #[command(flatten)]
    said: SaidArgs,
    #[command(flatten)]
    api: ApiArgs,
}

/// What was found.
#[derive(Debug, clap::Args)]
pub struct FindArgs {
    /// The sample's id.
    sample: String,
    /// The case, with its source.
    #[arg(value_name = "SOURCE/CASE")]
    case: String,
    /// Of each check in its order.
    #[arg(long = "verdict", value_enum, required = true)]
    verdicts: Vec<Verdict>,
    /// A file that proves it: its hash is sent, not the file. May be said again.
    #[arg(long, value_name = "FILE")]
    evidence: Vec<PathBuf>,
    #[command(flatten)]
    said: SaidArgs,
    #[command(flatten)]
    api: ApiArgs,
}

/// A division.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
#[value(rename_all = "snake_case")]
enum Strata {
    /// 不分层.
    Whole,
    /// 权力类别.
    PowerType,
    /// 事项.
    Item,
    /// 承办机构.
    Body,
}

/// What one check came to.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
#[value(rename_all = "snake_case")]
enum Verdict {
    /// 符合.
    Pass,
    /// 不符合.
    Fail,
    /// 不适用.
    NotApplicable,
}

const PATH: [&str; 3] = ["api", "v1", "samples"];

/// Runs the command.
pub async fn run(command: SamplesCommand) -> anyhow::Result<()> {
    match command {
        SamplesCommand::List { api } => {
            let found = Console::new(api.url())?.get(&PATH, &[]).await?;
            for one in found["samples"].as_array().into_iter().flatten() {
                match api.wants_json() {
                    true => println!("{one}"),
                    false => println!("{}", line(one)),
                }
            }
            Ok(())
        }
        SamplesCommand::Show { sample, api } => {
            let path = [&PATH[..], &[&sample]].concat();
            let found = Console::new(api.url())?.get(&path, &[]).await?;
            print(&api, &found, whole)
        }
        SamplesCommand::Redraw { sample, api } => {
            let path = [&PATH[..], &[&sample, "redraw"]].concat();
            let again = Console::new(api.url())?.get(&path, &[]).await?;
            print(&api, &again, compared)
        }
        SamplesCommand::Draw(args) => {
            let plan = json!({
                "title": args.title, "from": args.from, "until": args.until,
                "strata": code(args.strata), "per_stratum": args.per_stratum, "checks": args.checks,
                "region": args.region, "org_code": args.body, "item_code": args.item, "seed": args.seed,
            });
            send(&args.api, &args.said, &[], "draw", plan).await
        }
        SamplesCommand::Find(args) => {
            let (source, number) = case(&args.case)?;
            let verdicts: Vec<String> =
                args.verdicts.iter().map(|verdict| code(*verdict)).collect();
            let finding = json!({
                "source": source, "case_no": number, "verdicts": verdicts, "evidence": hashes(&args.evidence)?,
            });
            let path = [args.sample.as_str(), "find"];
            send(&args.api, &args.said, &path, &path.join(" "), finding).await
        }
        SamplesCommand::Close { sample, said, api } => {
            let path = [sample.as_str(), "close"];
            send(&api, &said, &path, &path.join(" "), json!({})).await
        }
    }
}

async fn send(
    api: &ApiArgs,
    said: &SaidArgs,
    below: &[&str],
    about: &str,
    more: Value,
) -> anyhow::Result<()> {
    let path = [&PATH[..], below].concat();
    let body = keyed(said.body(more), about);
    let answer = Console::new(api.url())?.send("POST", &path, &body).await?;
    print(api, &answer, whole)
}

fn line(one: &Value) -> String {
    let tally = &one["tally"];
    let stands = match one["closed_at"].as_str() {
        Some(_) => format!("{} 办结", day(one, "closed_at")),
        None => "检查中".to_owned(),
    };
    format!(
        "{}  {}  {} 抽取  总体 {} 件  抽取 {} 件  已查 {} 件  有问题 {} 件  {stands}",
        text(one, "id"),
        text(one, "title"),
        day(one, "drawn_at"),
        one["population"],
        tally["cases"],
        tally["checked"],
        tally["failed"],
    )
}

fn whole(one: &Value) -> String {
    let mut told = format!(
        "{}\n种子 {}  总体摘要 {}",
        line(one),
        text(one, "seed"),
        text(one, "population_hash"),
    );
    for (n, check) in one["checks"].as_array().into_iter().flatten().enumerate() {
        told += &format!("\n  要点{} {}", n + 1, check.as_str().unwrap_or("—"));
    }
    for case in one["cases"].as_array().into_iter().flatten() {
        let found = &case["finding"];
        let verdicts = found["verdicts"].as_array().into_iter().flatten();
        let verdicts: Vec<&str> = verdicts.map(called).collect();
        let stands = match found.is_null() {
            true => "未查".to_owned(),
            false => format!("{}  {}", verdicts.join("、"), text(found, "text")),
        };
        let (source, number) = (text(case, "source"), text(case, "case_no"));
        told += &format!("\n  {source}/{number}  {stands}");
    }
    if let Some(result) = one["result"].as_str() {
        told += &format!("\n结果 {result}");
    }
    told
}

fn called(verdict: &Value) -> &str {
    match verdict.as_str() {
        Some("pass") => "符合",
        Some("fail") => "不符合",
        Some("not_applicable") => "不适用",
        _ => "—",
    }
}

fn compared(again: &Value) -> String {
    let same = |field: &str, yes: &'static str, no: &'static str| match again[field] == true {
        true => yes,
        false => no,
    };
    format!(
        "{}；{}（总体 {} 件，摘要 {}）",
        same("same_population", "总体未变", "总体已变"),
        same("same_sample", "抽取结果相同", "抽取结果不同"),
        again["population"],
        text(again, "population_hash"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_told_with_its_seed_and_what_was_found_of_each_case() {
        let told = whole(&json!({
            "id": "0a1b", "title": "四季度抽查", "drawn_at": "2026-10-08T09:00:00+08:00", "closed_at": null,
            "population": 24, "seed": "03 17", "population_hash": "ff", "result": null, "checks": ["材料齐全", "依法送达"],
            "tally": { "cases": 2, "checked": 1, "failed": 1, "by_check": [[1, 1], [0, 0]] },
            "cases": [
                { "source": "zjj", "case_no": "SG-1", "finding": { "verdicts": ["fail", "not_applicable"], "text": "缺图纸" } },
                { "source": "zjj", "case_no": "SG-2", "finding": null },
            ],
        }));
        for said in [
            "0a1b  四季度抽查  2026-10-08 抽取  总体 24 件  抽取 2 件  已查 1 件  有问题 1 件  检查中",
            "种子 03 17",
            "要点2 依法送达",
            "zjj/SG-1  不符合、不适用  缺图纸",
            "zjj/SG-2  未查",
        ] {
            assert!(told.contains(said), "{said}\n{told}");
        }
    }

    #[test]
    fn a_draw_that_comes_out_otherwise_says_so() {
        let again = |same: bool| json!({ "same_population": same, "same_sample": same, "population": 24, "population_hash": "ff" });
        assert_eq!(
            compared(&again(true)),
            "总体未变；抽取结果相同（总体 24 件，摘要 ff）"
        );
        assert!(compared(&again(false)).starts_with("总体已变；抽取结果不同"));
    }
}
