//! `mingjing backtest`: what draft definitions would have made of the past, against what was judged or against other definitions.
//!
//! Reads ClickHouse and nothing else, and writes nowhere: no live alert is touched. Cases come one after the other in one stream
//! with the alerts published of them, are handed in batches to as many threads as there are cores, and are judged once as of
//! the end of the span, by all that is known of them by now. Memory holds a few batches, however long the past is.

mod tell;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, bail, ensure};
use chrono::NaiveDate;
use mingjing_backtest::{Judges, Span, backtest};
use mingjing_domain::Timestamp;
use mingjing_store::Store;

use crate::definitions_command;
use crate::settings::Settings;

/// Runs draft definitions over the past.
#[derive(Debug, clap::Args)]
pub struct BacktestArgs {
    /// The folder of draft definitions: a whole set.
    #[arg(long, value_name = "DIR")]
    draft: PathBuf,
    /// Cases that began at this instant or later, RFC 3339, or a date of the calendar's zone.
    #[arg(long, value_name = "INSTANT")]
    from: String,
    /// Cases that began before it, judged as of it.
    #[arg(long, value_name = "INSTANT")]
    to: String,
    /// Compare with these definitions on the same past; where nothing is said, with the alerts as published.
    #[arg(long, value_name = "DIR")]
    against: Option<PathBuf>,
    /// ClickHouse's address; goes before the settings.
    #[arg(long, value_name = "URL")]
    clickhouse: Option<String>,
    /// A settings file (TOML), for ClickHouse's address, database, user and password.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Threads that judge; as many as there are cores where nothing is said.
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Example cases of each kind of difference at each control point.
    #[arg(long, value_name = "N", default_value_t = 3)]
    examples: usize,
    /// One JSON object instead of text.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub async fn run(args: BacktestArgs) -> anyhow::Result<()> {
    let (_, draft) = definitions_command::load(&args.draft)?;
    let against = match &args.against {
        Some(folder) => Some(Arc::new(definitions_command::load(folder)?.1)),
        None => None,
    };
    let zone = draft
        .calendar("cn")
        .map_or(chrono_tz::Asia::Shanghai, |c| c.tz());
    let span = Span {
        from: instant("--from", &args.from, zone)?,
        to: instant("--to", &args.to, zone)?,
    };
    ensure!(span.from < span.to, "--from must lie before --to");
    let store = store(&args)?;
    let judges = Judges {
        draft: Arc::new(draft),
        against,
        sources: store.declared_sources().await?,
        judged_at: span.to,
        examples: args.examples,
        records: false,
    };
    let threads = match args.threads {
        Some(threads) => threads.max(1),
        None => std::thread::available_parallelism().map_or(1, usize::from),
    };
    let began = Instant::now();
    let mut report = backtest(&store, &span.into(), Arc::new(judges), threads, &|_| {}).await?;
    report.seconds = began.elapsed().as_secs_f64();
    match args.json {
        true => println!("{}", serde_json::to_string_pretty(&report)?),
        false => print!("{}", tell::text_zh(&report, zone)),
    }
    Ok(())
}

/// An instant, or the beginning of a date.
fn instant(name: &str, text: &str, zone: chrono_tz::Tz) -> anyhow::Result<Timestamp> {
    if let Ok(date) = text.parse::<NaiveDate>() {
        return Ok(Timestamp::start_of(date, zone));
    }
    Timestamp::parse(text)
        .with_context(|| format!("{name}: {text} is neither an instant nor a date"))
}

fn store(args: &BacktestArgs) -> anyhow::Result<Store> {
    let environment: Vec<(String, String)> = std::env::vars().collect();
    let settings = Settings::load(args.config.as_deref(), &environment)?;
    let Some(url) = args.clickhouse.clone().or(settings.clickhouse_url) else {
        bail!(
            "where is ClickHouse? Give --clickhouse URL, or --config with clickhouse.url; `mingjing up` says on stderr where its own listens"
        );
    };
    Ok(Store::connect(&mingjing_store::Config {
        url,
        database: settings.clickhouse_database,
        user: settings.clickhouse_user,
        password: mingjing_store::Password(settings.clickhouse_password.0),
    }))
}

/// An instant for messages.
fn local(at: Timestamp, zone: chrono_tz::Tz) -> String {
    at.to_utc()
        .with_timezone(&zone)
        .format("%Y-%m-%d %H:%M:%S")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_its_first_instant_in_the_zone() {
        let zone = chrono_tz::Asia::Shanghai;
        let date = instant("--from", "2026-03-02", zone).unwrap();
        assert_eq!(date, Timestamp::parse("2026-03-02T00:00:00+08:00").unwrap());
        assert!(instant("--from", "yesterday", zone).is_err());
    }
}
