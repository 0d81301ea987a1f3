//! `mingjing export`: cases for process-mining tools, from a log offline or from a platform's ClickHouse.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use mingjing_domain::event::CaseEvent;
use mingjing_store::{Config, Password, Store};
use mingjing_wire::export::{CaseWriter, CsvWriter, OcelWriter, OcelXmlWriter, XesWriter};

use crate::{progress, replay_command};

/// Cases read from ClickHouse at a time.
const CASES_A_PAGE: u32 = 2_000;

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// XES, IEEE 1849: a trace a case.
    Xes,
    /// OCEL 2.0 in JSON: cases, items, bodies and officers as objects.
    Ocel,
    /// OCEL 2.0 in XML: the same. Needs room for a second copy in the folder of temporary files while it is written.
    OcelXml,
    /// CSV, UTF-8: a row an event.
    Csv,
}

/// Writes cases for process-mining tools.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("from").required(true).args(["log", "clickhouse"])))]
pub struct ExportArgs {
    /// The log to read: XES, CSV or NDJSON of CloudEvents, plain or gzip.
    log: Option<PathBuf>,
    /// How the log's attributes become events (XES, CSV).
    #[arg(long, value_name = "FILE", requires = "log")]
    mapping: Option<PathBuf>,
    /// A platform's ClickHouse, like http://127.0.0.1:8123; its password is taken from MINGJING__CLICKHOUSE__PASSWORD.
    #[arg(long, value_name = "URL")]
    clickhouse: Option<String>,
    /// The database there.
    #[arg(
        long,
        value_name = "NAME",
        default_value = "mingjing",
        requires = "clickhouse"
    )]
    database: String,
    /// The user there.
    #[arg(
        long,
        value_name = "NAME",
        default_value = "default",
        requires = "clickhouse"
    )]
    user: String,
    /// Only cases of this source.
    #[arg(long, value_name = "SOURCE")]
    source: Option<String>,
    /// What to write.
    #[arg(long, value_enum)]
    format: Format,
    /// The time zone that instants are shown in.
    #[arg(long, value_name = "ZONE", default_value = "Asia/Shanghai")]
    time_zone: chrono_tz::Tz,
    /// The file to write.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Runs the command.
pub async fn run(args: ExportArgs) -> anyhow::Result<()> {
    let file =
        File::create(&args.out).with_context(|| format!("cannot write {}", args.out.display()))?;
    let (out, zone) = (BufWriter::new(file), args.time_zone);
    let mut writer: Box<dyn CaseWriter> = match args.format {
        Format::Xes => Box::new(XesWriter::new(out, zone)),
        Format::Ocel => Box::new(OcelWriter::new(out, zone)),
        Format::OcelXml => {
            let waiting = tempfile::tempfile().context("cannot make a temporary file")?;
            Box::new(OcelXmlWriter::new(out, waiting, zone))
        }
        Format::Csv => Box::new(CsvWriter::new(out, zone)),
    };
    let (cases, events) = match (&args.log, &args.clickhouse) {
        (Some(log), _) => offline(&args, log, &mut *writer)?,
        (None, Some(url)) => from_clickhouse(&args, url, &mut *writer).await?,
        (None, None) => anyhow::bail!("name a log, or a ClickHouse with --clickhouse"),
    };
    let cannot = || format!("cannot write {}", args.out.display());
    writer.finish().with_context(cannot)?;
    println!(
        "{cases} cases, {events} events written to {}",
        args.out.display()
    );
    Ok(())
}

/// A whole log is held, since its entries need not stand by case.
fn offline(
    args: &ExportArgs,
    log: &Path,
    writer: &mut dyn CaseWriter,
) -> anyhow::Result<(u64, u64)> {
    let mut reader = replay_command::open(log, args.mapping.as_deref())?;
    let mut cases: BTreeMap<(String, String), Vec<CaseEvent<'static>>> = BTreeMap::new();
    let mut problems = 0u64;
    let bar = progress::bytes(reader.bytes_total(), "reading");
    while let Some(next) = reader.next() {
        bar.set_position(reader.bytes_read());
        match next {
            Ok(event)
                if args
                    .source
                    .as_deref()
                    .is_none_or(|source| source == &*event.source) =>
            {
                let key = (event.source.to_string(), event.case_no.to_string());
                cases.entry(key).or_default().push(event);
            }
            Ok(_) => {}
            Err(problem) => {
                problems += 1;
                bar.suspend(|| eprintln!("{}: {problem}", log.display()));
            }
        }
    }
    bar.finish_and_clear();
    if problems > 0 {
        eprintln!("{problems} entries could not be read and are not in the export");
    }
    let (mut written, mut events) = (0, 0);
    for case in cases.values_mut() {
        in_order(case);
        writer
            .case(case)
            .with_context(|| format!("cannot write {}", args.out.display()))?;
        written += 1;
        events += case.len() as u64;
    }
    Ok((written, events))
}

/// Of each event the greatest data version, in the order in which they are judged.
fn in_order(events: &mut Vec<CaseEvent<'static>>) {
    // Stable: of the same version the first in the document counts.
    events.sort_by(|a, b| (&a.event_id, b.data_version).cmp(&(&b.event_id, a.data_version)));
    events.dedup_by(|later, first| later.event_id == first.event_id);
    events.sort_by(|a, b| {
        (a.occurred_at, a.source_seq, &a.event_id).cmp(&(b.occurred_at, b.source_seq, &b.event_id))
    });
}

async fn from_clickhouse(
    args: &ExportArgs,
    url: &str,
    writer: &mut dyn CaseWriter,
) -> anyhow::Result<(u64, u64)> {
    let password = std::env::var("MINGJING__CLICKHOUSE__PASSWORD").unwrap_or_default();
    let store = Store::connect(&Config {
        url: url.to_owned(),
        database: args.database.clone(),
        user: args.user.clone(),
        password: Password(password),
    });
    let (mut cases, mut events) = (0, 0);
    let mut last: Option<(String, String)> = None;
    loop {
        let after = last
            .as_ref()
            .map(|(source, case_no)| (source.as_str(), case_no.as_str()));
        let page = store
            .events_of_cases(args.source.as_deref(), after, CASES_A_PAGE)
            .await?;
        let Some(end) = page.last() else {
            return Ok((cases, events));
        };
        last = Some((end.source.to_string(), end.case_no.to_string()));
        for case in page.chunk_by(|a, b| (&a.source, &a.case_no) == (&b.source, &b.case_no)) {
            writer
                .case(case)
                .with_context(|| format!("cannot write {}", args.out.display()))?;
            cases += 1;
        }
        events += page.len() as u64;
    }
}

#[cfg(test)]
mod tests {
    use mingjing_domain::Timestamp;
    use mingjing_domain::event::{CaseData, EventKind};

    use super::*;

    #[test]
    fn the_greatest_version_of_each_event_is_left_in_order() {
        let event = |id: &'static str, version: u32, at: i64| CaseEvent {
            event_id: id.into(),
            source: "s".into(),
            source_seq: 0,
            data_version: version,
            kind: EventKind::Accepted,
            occurred_at: Timestamp::from_millis(at),
            entered_at: None,
            sent_at: None,
            received_at: Timestamp::from_millis(at),
            case_no: "1".into(),
            data: CaseData::default(),
        };
        let mut events = vec![
            event("a", 1, 9),
            event("b", 1, 5),
            event("a", 2, 3),
            event("b", 1, 7),
        ];
        in_order(&mut events);
        assert_eq!(events, [event("a", 2, 3), event("b", 1, 5)]);
    }
}
