//! `mingjing bulletin`: a bulletin 通报 of a period, drafted by a running platform and written as files.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use futures::StreamExt as _;
use serde_json::{Value, json};

use crate::console::Console;

/// What can be done with bulletins.
#[derive(Debug, clap::Subcommand)]
pub enum BulletinCommand {
    /// Draft one from the data of a running platform and write it as PDF, DOCX and XLSX, with its data snapshot.
    Make(MakeArgs),
}

/// Drafts a bulletin.
#[derive(Debug, clap::Args)]
pub struct MakeArgs {
    /// The period: 2026-10, 2026-Q3, 2026-H1 or 2026.
    #[arg(long, value_name = "PERIOD")]
    pub period: String,
    /// 行政区划代码 of whose it is.
    #[arg(long, value_name = "REGION")]
    pub scope: String,
    /// The folder for the files; made where it is not there.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// bulletin 通报, or report 运行情况报告.
    #[arg(long, value_name = "KIND", default_value = "bulletin", value_parser = ["bulletin", "report"])]
    pub kind: String,
    /// internal 内部版, or public 公开版.
    #[arg(long, value_name = "EDITION", default_value = "internal", value_parser = ["internal", "public"])]
    pub edition: String,
    /// 主送.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub to: String,
    /// 抄送.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub copies: String,
    /// Who drafts it, where no token says so (MINGJING_TOKEN).
    #[arg(long, value_name = "PERSON")]
    pub who: Option<String>,
    /// Your own key: sent twice under one key, it is drafted once.
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// The platform's API.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    pub api: String,
    /// JSON instead of text.
    #[arg(long)]
    pub json: bool,
}

/// Runs the command.
pub async fn run(command: BulletinCommand) -> anyhow::Result<()> {
    match command {
        BulletinCommand::Make(args) => make(args).await,
    }
}

async fn make(args: MakeArgs) -> anyhow::Result<()> {
    let console = Console::new(&args.api)?;
    let drafted = draft(&console, &args).await?;
    let written = write(&console, &args, &drafted).await?;
    if args.json {
        let files: Vec<String> = written
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        let told = json!({ "id": drafted["id"], "title": drafted["title"], "figures_sha256": drafted["figures_sha256"], "files": files });
        println!("{}", serde_json::to_string_pretty(&told)?);
        return Ok(());
    }
    let text = |name: &str| drafted[name].as_str().unwrap_or_default().to_owned();
    println!(
        "{}（{}，编号 {}）",
        text("title"),
        text("state_zh"),
        text("id")
    );
    println!(
        "数据取自 {}，快照 SHA-256 {}",
        text("as_of"),
        text("figures_sha256")
    );
    for path in written {
        println!("{}", path.display());
    }
    Ok(())
}

/// Drafts it; answers what the platform tells of the draft.
pub async fn draft(console: &Console, args: &MakeArgs) -> anyhow::Result<Value> {
    std::fs::create_dir_all(&args.out)
        .with_context(|| format!("cannot make {}", args.out.display()))?;
    let path = ["api", "v1", "bulletins"];
    console.send("POST", &path, &request(args)?).await
}

/// Writes what was drafted as PDF, DOCX and XLSX, with its data snapshot; answers where.
pub async fn write(
    console: &Console,
    args: &MakeArgs,
    drafted: &Value,
) -> anyhow::Result<Vec<PathBuf>> {
    let id = drafted["id"]
        .as_str()
        .context("the platform's answer is of another version")?;
    let name = format!("{}-{}-{}", args.kind, args.scope, args.period);
    let mut written = Vec::new();
    for ending in ["pdf", "docx", "xlsx"] {
        let file = format!("{}.{ending}", args.edition);
        let path = args.out.join(format!("{name}.{ending}"));
        fetched(console, id, &file, &path).await?;
        written.push(path);
    }
    let path = args.out.join(format!("{name}.figures.json"));
    fetched(console, id, "figures.json", &path).await?;
    written.push(path);
    Ok(written)
}

fn request(args: &MakeArgs) -> anyhow::Result<Value> {
    let key = match &args.key {
        Some(key) => key.clone(),
        // Made again, it is made of the data as it is then.
        None => {
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
            format!("bulletin-make-{}", now.as_millis())
        }
    };
    let mut body = json!({
        "kind": args.kind, "period": args.period, "region": args.scope, "to": args.to, "copies": args.copies,
        "why": "由命令行起草", "key": key,
    });
    let signed_in = std::env::var("MINGJING_TOKEN").is_ok_and(|token| !token.is_empty());
    if let Some(who) = &args.who {
        body["who"] = json!({ "person": who });
    } else if !signed_in {
        body["who"] = json!({ "person": "命令行" });
    }
    Ok(body)
}

async fn fetched(console: &Console, id: &str, file: &str, path: &Path) -> anyhow::Result<()> {
    let mut chunks = console
        .stream(&["api", "v1", "bulletins", id, file], &[])
        .await?;
    let mut bytes = Vec::new();
    while let Some(chunk) = chunks.next().await {
        bytes.extend_from_slice(&chunk.context("the answer broke off")?);
    }
    ensure!(!bytes.is_empty(), "the platform sent an empty {file}");
    std::fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}
