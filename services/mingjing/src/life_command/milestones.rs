//! `mingjing milestones`: how far each body has come, asked of a running platform.

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::{ApiArgs, SaidArgs, asked, print, send, tell};

/// What can be done with milestones.
#[derive(Debug, clap::Subcommand)]
pub enum MilestonesCommand {
    /// Every body's milestones, what is overdue.
    List {
        /// Only of this body.
        #[arg(long)]
        body: Option<String>,
        /// Only what is overdue.
        #[arg(long)]
        overdue: bool,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// When one is due, that it is done, or that it is not after all.
    #[command(group(clap::ArgGroup::new("what").required(true).args(["due", "done", "undone"])))]
    Set {
        /// 机构代码.
        body: String,
        /// reported, reviewed, published, flowchart, control_points, on_platform or responsibility_list.
        milestone: String,
        /// To be done by then.
        #[arg(long, value_name = "DATE")]
        due: Option<NaiveDate>,
        /// Done since then.
        #[arg(long, value_name = "DATE")]
        done: Option<NaiveDate>,
        /// Not done after all.
        #[arg(long)]
        undone: bool,
        #[command(flatten)]
        said: SaidArgs,
        #[command(flatten)]
        api: ApiArgs,
    },
}

/// Runs the command.
pub async fn run(command: MilestonesCommand) -> anyhow::Result<()> {
    match command {
        MilestonesCommand::List { body, overdue, api } => {
            let mut query = Vec::new();
            query.extend(body.as_deref().map(|body| ("body", body)));
            query.extend(overdue.then_some(("overdue", "true")));
            asked(&api, &["milestones"], &query, tell::milestones).await
        }
        MilestonesCommand::Set {
            body,
            milestone,
            due,
            done,
            undone,
            said,
            api,
        } => {
            let undone = match undone {
                true => json!(true),
                false => Value::Null,
            };
            let request = said.body(json!({
                "milestone": milestone,
                "due": due,
                "done": done,
                "undone": undone,
            }));
            let answer = send(&api, "POST", &["milestones", &body], &request).await?;
            print(&api, &answer, tell::milestones)
        }
    }
}
