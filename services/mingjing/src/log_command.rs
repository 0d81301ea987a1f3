//! `mingjing log verify`: whether the log is what was published of it, and ClickHouse what the log says.
//!
//! A running platform of one machine holds its log alone: it is asked to verify by itself (`--api`). A log in a cluster, and the folder of a platform
//! that stands still or a copy of it, are read from here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use chrono::NaiveDate;
use mingjing_archive::verify::{Asked, Parts, verify};
use mingjing_store::Store;
use mingjing_supervise::Clock as _;
use mingjing_wire::chain::Hash;
use serde_json::{Value, json};

use crate::clickhouse;
use crate::clickhouse_args::ClickHouseArgs;
use crate::console::Console;
use crate::log_port::OpenLog;
use crate::log_verifier::{keep, of_report};
use crate::progress;
use crate::settings::Settings;

/// How often a running platform is asked how far it has come.
const ASK_EVERY: Duration = Duration::from_millis(500);

/// What can be done with the log.
#[derive(Debug, clap::Subcommand)]
pub enum LogCommand {
    /// Reads the log again, recomputes its hash chain, and compares it with every published head and with ClickHouse; ends with 1 where something differs.
    Verify(VerifyArgs),
}

/// Which log, and since when.
#[derive(Debug, clap::Args)]
pub struct VerifyArgs {
    /// From this day on: reading begins at the published head of the day before.
    #[arg(long, value_name = "DAY")]
    from: Option<NaiveDate>,
    /// A day's digest that was kept outside, like 2026-11-27=3f…; may be given several times.
    #[arg(long, value_name = "DAY=HASH", value_parser = kept_digest)]
    digest: Vec<(NaiveDate, Hash)>,
    /// A running platform, which is asked to verify by itself; MINGJING_TOKEN or MINGJING_ADMIN_KEY says who asks.
    #[arg(long, value_name = "URL", conflicts_with_all = ["data", "brokers", "config", "from", "digest"])]
    api: Option<String>,
    /// The data folder of a platform of one machine that stands still, or a copy of it.
    #[arg(long, value_name = "DIR", conflicts_with = "brokers")]
    data: Option<PathBuf>,
    /// The cluster that holds the log.
    #[arg(long, value_name = "HOST:PORT,…")]
    brokers: Option<String>,
    /// A settings file (TOML), for what is not said here.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    clickhouse: ClickHouseArgs,
    /// Keep the result with the heads, as verified by this person.
    #[arg(long, value_name = "PERSON")]
    by: Option<String>,
}

fn kept_digest(text: &str) -> Result<(NaiveDate, Hash), String> {
    let wrong = || format!("{text:?} 应为 日期=摘要，如 2026-11-27=（64 位十六进制）");
    let (day, hash) = text.split_once('=').ok_or_else(wrong)?;
    let day = day.trim().parse().map_err(|_| wrong())?;
    Ok((day, hash.trim().parse().map_err(|_| wrong())?))
}

/// Runs the command.
pub async fn run(command: LogCommand) -> anyhow::Result<()> {
    let LogCommand::Verify(args) = command;
    match &args.api {
        Some(api) => ask(api).await,
        None => read(&args).await,
    }
}

async fn read(args: &VerifyArgs) -> anyhow::Result<()> {
    let environment: Vec<(String, String)> = std::env::vars().collect();
    let settings = settings(args, &environment)?;
    let log = match settings.kafka {
        Some(_) => OpenLog::open(&settings).await?,
        None => of_folder(settings.clone()).await?,
    };
    let (store, child) = match args.clickhouse.store() {
        Some(store) => (Some(store), None),
        None => own_clickhouse(args, &settings).await?,
    };
    let parts = Parts {
        log: log.log.clone(),
        table: log.table.clone(),
        store,
    };
    let asked = Asked {
        from: args.from,
        digests: args.digest.iter().copied().collect::<BTreeMap<_, _>>(),
    };
    let bar = progress::records("日志校验");
    let mut tell = |read, total| {
        bar.set_length(total);
        bar.set_position(read);
    };
    let done = verify(&parts, &asked, &mut tell).await;
    bar.finish_and_clear();
    if let Some(child) = child {
        child.stop().await;
    }
    let report = done?;
    println!("日志 {}", log.log.id());
    for line in report.lines_zh(log.log.partitions()) {
        println!("{line}");
    }
    if let Some(by) = &args.by {
        let at = mingjing_supervise::System.now();
        let verification = of_report(&report, log.log.id().to_string(), at, by.clone());
        let kept = keep(&*log.table, &verification).await;
        kept.context("校验结果未能记入平台")?;
    }
    ensure!(report.is_intact(), "日志校验不符");
    Ok(())
}

fn settings(args: &VerifyArgs, environment: &[(String, String)]) -> anyhow::Result<Settings> {
    // The brokers go before file and environment, as everything on the command line does.
    let mut environment = environment.to_vec();
    if let Some(brokers) = &args.brokers {
        environment.retain(|(name, _)| name != "MINGJING__KAFKA__BROKERS");
        environment.push(("MINGJING__KAFKA__BROKERS".into(), brokers.clone()));
    }
    let mut settings = Settings::load(args.config.as_deref(), &environment)?;
    if let Some(data) = &args.data {
        settings.data.clone_from(data);
        settings.kafka = None;
    }
    // A verification makes no topics.
    if let Some(kafka) = &mut settings.kafka {
        kafka.create = false;
    }
    Ok(settings)
}

/// The log of a data folder, with however many partitions it has; none is made.
async fn of_folder(mut settings: Settings) -> anyhow::Result<OpenLog> {
    use mingjing_log::embedded::OpenError;
    let folder = settings.data.join("log");
    ensure!(
        folder.is_dir(),
        "{} 中没有日志（log 目录）：请用 --data 指明平台的数据目录，或者用 --brokers 指明 Kafka 集群",
        settings.data.display()
    );
    let opened = OpenLog::open(&settings).await;
    let Err(error) = opened else { return opened };
    match error.downcast_ref::<OpenError>() {
        Some(OpenError::PartitionCount { found, .. }) => {
            settings.partitions = *found;
            OpenLog::open(&settings).await
        }
        Some(OpenError::Locked { holder, .. }) => bail!(
            "日志正由运行中的平台（{holder}）使用。请改用 --api http://…（由平台自行校验），或者停下平台、复制数据目录之后再校验"
        ),
        _ => Err(error),
    }
}

/// The embedded ClickHouse of the same folder, where it has one.
async fn own_clickhouse(
    args: &VerifyArgs,
    settings: &Settings,
) -> anyhow::Result<(
    Option<Store>,
    Option<mingjing_clickhouse_embedded::child::Child>,
)> {
    let there = |data: &Path| data.join("clickhouse").is_dir();
    if let Some(url) = &settings.clickhouse_url {
        let store = Store::connect(&mingjing_store::Config {
            url: url.clone(),
            database: settings.clickhouse_database.clone(),
            user: settings.clickhouse_user.clone(),
            password: mingjing_store::Password(settings.clickhouse_password.0.clone()),
        });
        return Ok((Some(store), None));
    }
    if args.data.is_none() || !there(&settings.data) {
        return Ok((None, None));
    }
    let child = clickhouse::start(settings).await?;
    let store = Store::connect(&mingjing_store::Config {
        database: settings.clickhouse_database.clone(),
        ..mingjing_store::Config::local(child.url())
    });
    Ok((Some(store), Some(child)))
}

/// Has a running platform verify, and waits for what comes of it.
async fn ask(api: &str) -> anyhow::Result<()> {
    let console = Console::new(api)?;
    let heads = ["api", "v1", "log", "heads"];
    let newest = |found: &Value| found["verifications"][0].clone();
    let before = newest(&console.get(&heads, &[]).await?);
    let verify = ["api", "v1", "log", "verify"];
    console.send("POST", &verify, &json!({})).await?;
    let bar = progress::records("日志校验");
    let found = loop {
        let found = console.get(&heads, &[]).await?;
        let running = &found["running"];
        if let Some(why) = running["failed"].as_str() {
            bar.finish_and_clear();
            bail!("平台未能完成校验：{why}");
        }
        if running.is_null() && newest(&found) != before {
            break found;
        }
        bar.set_length(running["total"].as_u64().unwrap_or(0));
        bar.set_position(running["read"].as_u64().unwrap_or(0));
        tokio::time::sleep(ASK_EVERY).await;
    };
    bar.finish_and_clear();
    let verification = newest(&found);
    let text = |field: &str| verification[field].as_str().unwrap_or("无").to_owned();
    println!("日志 {}", found["log_id"].as_str().unwrap_or_default());
    println!(
        "已校验：{} 个分区，事件与结论记录 {} 条；校验头 {} 日（{} 至 {}），已与 ClickHouse 比对",
        found["partitions"],
        verification["records"],
        verification["days"],
        text("from"),
        text("to")
    );
    let differences: Vec<&str> = verification["differences"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    for difference in &differences {
        println!("不符：{difference}");
    }
    ensure!(
        differences.is_empty(),
        "日志校验不符：请保全现场，按 RUNBOOK 的“日志校验不符”处理"
    );
    println!(
        "结论：{}",
        match verification["days"].as_u64() {
            Some(0) | None => "还没有公布过校验头，无从比对",
            Some(_) => "相符，日志自公布以来未被改动",
        }
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_kept_outside_is_a_day_and_a_hash() {
        let hash = "ab".repeat(32);
        let (day, read) = kept_digest(&format!("2026-11-27={hash}")).unwrap();
        assert_eq!(
            (day.to_string(), read.to_string()),
            ("2026-11-27".into(), hash)
        );
        for wrong in ["2026-11-27", "27.11.=ab", "2026-11-27=ab"] {
            assert!(kept_digest(wrong).unwrap_err().contains("应为"), "{wrong}");
        }
    }
}
