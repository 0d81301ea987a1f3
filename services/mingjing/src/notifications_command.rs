//! `mingjing notifications`: check a configuration; list what could not be delivered; send it again, or forget it.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::console::Console;
use crate::life_command::ApiArgs;
use crate::notifications;

/// Notifications.
#[derive(Debug, clap::Subcommand)]
pub enum NotificationsCommand {
    /// Read a configuration and the secrets that it names; print all problems.
    Check {
        /// The file (TOML).
        file: PathBuf,
    },
    /// Messages that could not be delivered, oldest first.
    Dead {
        #[command(flatten)]
        which: WhichArgs,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// Send messages again that could not be delivered, under the ids they had.
    Replay {
        #[command(flatten)]
        which: WhichArgs,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// Forget messages that could not be delivered and that nobody needs any more.
    Forget {
        #[command(flatten)]
        which: WhichArgs,
        #[command(flatten)]
        api: ApiArgs,
    },
}

/// Which messages; what is not said, all.
#[derive(Debug, clap::Args)]
pub struct WhichArgs {
    /// The one with this id.
    #[arg(long)]
    id: Option<String>,
    /// Those of this channel.
    #[arg(long)]
    channel: Option<String>,
    /// Those given up for this reason.
    #[arg(long)]
    reason: Option<String>,
}

impl WhichArgs {
    fn pairs(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("id", &self.id),
            ("channel", &self.channel),
            ("reason", &self.reason),
        ];
        all.into_iter()
            .filter_map(|(name, said)| Some((name, said.as_deref()?)))
            .collect()
    }
}

const DEAD: [&str; 3] = ["api", "v1", "dead-letters"];

/// Runs the command.
pub async fn run(command: NotificationsCommand) -> anyhow::Result<()> {
    match command {
        NotificationsCommand::Check { file } => {
            let config = notifications::read(&file)?;
            println!(
                "{} 个渠道，{} 条路由，可用",
                config.channels.len(),
                config.routes.len()
            );
            Ok(())
        }
        NotificationsCommand::Dead { which, api } => {
            let console = Console::new(api.url())?;
            let answer = console.get(&DEAD, &which.pairs()).await?;
            match api.wants_json() {
                true => println!("{}", serde_json::to_string_pretty(&answer)?),
                false => show(&answer),
            }
            Ok(())
        }
        NotificationsCommand::Replay { which, api } => {
            act(&which, &api, "replay", ("replayed", "重新发送")).await
        }
        NotificationsCommand::Forget { which, api } => {
            act(&which, &api, "forget", ("forgotten", "不再保留")).await
        }
    }
}

async fn act(
    which: &WhichArgs,
    api: &ApiArgs,
    act: &str,
    (field, done): (&str, &str),
) -> anyhow::Result<()> {
    let console = Console::new(api.url())?;
    let body = which
        .pairs()
        .into_iter()
        .map(|(k, v)| (k.to_owned(), json!(v)));
    let body = Value::Object(body.collect());
    let path = [&DEAD[..], &[act][..]].concat();
    let answer = console.send("POST", &path, &body).await?;
    match api.wants_json() {
        true => println!("{}", serde_json::to_string_pretty(&answer)?),
        false => {
            let count = answer[field].as_array().map_or(0, Vec::len);
            println!("{done} {count} 条");
        }
    }
    Ok(())
}

fn show(answer: &Value) {
    let letters = answer["dead_letters"].as_array();
    for letter in letters.into_iter().flatten() {
        let text = |field: &str| letter[field].as_str().unwrap_or_default();
        println!(
            "{}  {}  {}/{}  {}（{}）  {}",
            text("id"),
            text("at"),
            text("channel"),
            text("route"),
            text("reason"),
            text("detail"),
            text("title")
        );
    }
}
