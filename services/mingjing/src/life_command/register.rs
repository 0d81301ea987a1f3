//! `mingjing register`: bodies, offices, posts and officers, asked of a running platform.

use std::path::PathBuf;

use chrono::NaiveDate;
use serde_json::json;

use super::{ApiArgs, SaidArgs, asked, changed, tell, text};

/// What can be done with the register.
#[derive(Debug, clap::Subcommand)]
pub enum RegisterCommand {
    /// Every body, with how many are in post.
    List {
        /// That day; today where nothing is said.
        #[arg(long, value_name = "DATE")]
        on: Option<NaiveDate>,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// One body's offices and officers.
    Show {
        /// 机构代码.
        body: String,
        /// Only those in post that day.
        #[arg(long, value_name = "DATE")]
        on: Option<NaiveDate>,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// Other posts or officers: the body's whole document. What is over stays as it is written.
    Put {
        /// 机构代码.
        body: String,
        /// The file with the document (`kind: body`).
        file: PathBuf,
        #[command(flatten)]
        said: SaidArgs,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// Every change: who, when, why, what.
    History {
        /// 机构代码.
        body: String,
        #[command(flatten)]
        api: ApiArgs,
    },
}

/// Runs the command.
pub async fn run(command: RegisterCommand) -> anyhow::Result<()> {
    let day = |on: &Option<NaiveDate>| on.map(|on| on.to_string());
    match command {
        RegisterCommand::List { on, api } => {
            let on = day(&on);
            let query: Vec<(&str, &str)> = on.iter().map(|on| ("on", on.as_str())).collect();
            asked(&api, &["register"], &query, tell::register).await
        }
        RegisterCommand::Show { body, on, api } => {
            let on = day(&on);
            let query: Vec<(&str, &str)> = on.iter().map(|on| ("on", on.as_str())).collect();
            asked(&api, &["register", &body], &query, tell::body).await
        }
        RegisterCommand::Put {
            body,
            file,
            said,
            api,
        } => {
            let request = said.body(json!({ "text": text(&file)? }));
            changed(&api, "PUT", &["register", &body], &request).await
        }
        RegisterCommand::History { body, api } => {
            let path = ["register", &body, "history"];
            asked(&api, &path, &[], tell::register_history).await
        }
    }
}
