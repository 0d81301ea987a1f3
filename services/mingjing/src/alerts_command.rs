//! `mingjing alerts`: raise an alert by hand 人工预警 on a running platform, about a case or a body. It is worked by `mingjing dispose` like any other.
//!
//! Who asks is told by the environment, as for `dispose`: `MINGJING_TOKEN`, else `MINGJING_ADMIN_KEY`.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::asking::{case, code, hashes, keyed, print};
use crate::console::Console;
use crate::dispose_command::told;
use crate::life_command::{ApiArgs, SaidArgs};

/// What is asked.
#[derive(Debug, clap::Subcommand)]
pub enum AlertsCommand {
    /// 人工预警: raise one that no rule found; --why is the reason.
    Raise(RaiseArgs),
}

/// What is raised.
#[derive(Debug, clap::Args)]
pub struct RaiseArgs {
    /// The case that it is about, with its source: SOURCE/CASE.
    #[arg(
        long,
        value_name = "SOURCE/CASE",
        conflicts_with = "body",
        required_unless_present = "body"
    )]
    case: Option<String>,
    /// The body that it is about, where it is about no case.
    #[arg(long, value_name = "BODY")]
    body: Option<String>,
    /// 预警名称, one line without a colon.
    #[arg(long, value_name = "TEXT")]
    title: String,
    /// How grave it is.
    #[arg(long, value_enum)]
    level: Level,
    /// 依据: the law, the article.
    #[arg(long, value_name = "TEXT")]
    basis: String,
    /// The body that answers for it, where it is not that of the case.
    #[arg(long, value_name = "BODY")]
    to: Option<String>,
    /// A file that proves it: its hash is sent, not the file. May be said again.
    #[arg(long, value_name = "FILE")]
    evidence: Vec<PathBuf>,
    #[command(flatten)]
    said: SaidArgs,
    #[command(flatten)]
    api: ApiArgs,
}

/// A level that people can give.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Level {
    /// 提醒.
    Notice,
    /// 黄牌.
    Yellow,
    /// 红牌.
    Red,
}

/// Runs the command.
pub async fn run(command: AlertsCommand) -> anyhow::Result<()> {
    let AlertsCommand::Raise(args) = command;
    let body = keyed(args.said.body(asked(&args)?), "raise");
    let console = Console::new(args.api.url())?;
    let answer = console
        .send("POST", &["api", "v1", "alerts"], &body)
        .await?;
    print(&args.api, &answer, told)
}

fn asked(args: &RaiseArgs) -> anyhow::Result<Value> {
    let subject = match (&args.case, &args.body) {
        (Some(written), _) => {
            let (source, number) = case(written)?;
            json!({ "kind": "case", "source": source, "key": number })
        }
        (None, body) => json!({ "kind": "org", "key": body }),
    };
    Ok(json!({
        "subject": subject,
        "title": args.title,
        "level": code(args.level),
        "legal_basis": args.basis,
        "to": args.to,
        "evidence": hashes(&args.evidence)?,
    }))
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(clap::Parser)]
    struct Line {
        #[command(subcommand)]
        command: AlertsCommand,
    }

    fn read(about: &[&str]) -> Result<Value, String> {
        let said =
            "--title 超范围检查 --level yellow --basis 第八条 --who li@sfj/监督科 --why 群众反映";
        let words = ["mingjing", "raise"]
            .into_iter()
            .chain(about.iter().copied())
            .chain(said.split(' '));
        let line = Line::try_parse_from(words).map_err(|error| error.to_string())?;
        let AlertsCommand::Raise(args) = line.command;
        asked(&args).map_err(|error| error.to_string())
    }

    #[test]
    fn an_alert_is_about_a_case_of_a_source_or_about_a_body() {
        let case = read(&["--case", "zjj/permit/SG-1"]).unwrap();
        let subject = json!({ "kind": "case", "source": "zjj/permit", "key": "SG-1" });
        assert_eq!(case["subject"], subject);
        assert_eq!(case["level"], "yellow");
        assert!(case["evidence"].is_null() && case["to"].is_null());
        let body = read(&["--body", "zjj"]).unwrap();
        assert_eq!(body["subject"], json!({ "kind": "org", "key": "zjj" }));
        for wrong in [
            &[][..],
            &["--case", "SG-1"],
            &["--case", "zjj/1", "--body", "zjj"],
        ] {
            assert!(read(wrong).is_err(), "{wrong:?}");
        }
    }
}
