//! `mingjing export`: cases for process-mining tools, from a log offline, from a platform's API or from its ClickHouse. The same events give
//! the same bytes, whichever way they come.

mod from_api;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use chrono::NaiveDate;
use indicatif::ProgressBar;
use mingjing_domain::Timestamp;
use mingjing_domain::event::CaseEvent;
use mingjing_store::{CasesAsked, Store};
use mingjing_wire::export::{
    CaseWriter, CsvWriter, OcelWriter, OcelXmlWriter, Selection, XesWriter,
};

use crate::clickhouse_args::ClickHouseArgs;
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
#[command(group(clap::ArgGroup::new("origin").required(true).args(["log", "clickhouse", "api"])))]
pub struct ExportArgs {
    /// The log to read: XES, CSV or NDJSON of CloudEvents, plain or gzip.
    log: Option<PathBuf>,
    /// How the log's attributes become events (XES, CSV).
    #[arg(long, value_name = "FILE", requires = "log")]
    mapping: Option<PathBuf>,
    /// A running platform's API, like http://127.0.0.1:8080: its cases as they are archived.
    #[arg(long, value_name = "URL")]
    api: Option<String>,
    #[command(flatten)]
    clickhouse: ClickHouseArgs,
    /// Only cases of this source.
    #[arg(long, value_name = "SOURCE")]
    source: Option<String>,
    /// Only cases with an event that names this item, as its source sends it.
    #[arg(long, value_name = "CODE")]
    item: Option<String>,
    /// Only cases that began on this date, or at this instant, or later.
    #[arg(long, value_name = "DATE OR INSTANT")]
    from: Option<String>,
    /// Only cases that began on this date at the latest, or before this instant.
    #[arg(long, value_name = "DATE OR INSTANT")]
    to: Option<String>,
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
    let selection = args.selection()?;
    let mut out = Counted {
        writer: &mut *writer,
        path: &args.out,
        bar: progress::cases("exporting"),
        cases: 0,
        events: 0,
    };
    match (&args.log, &args.api, args.clickhouse.store()) {
        (Some(log), ..) => offline(&args, log, &selection, &mut out)?,
        (None, Some(api), _) => from_api::write(api, &selection, &mut out).await?,
        (None, None, Some(store)) => from_clickhouse(&store, &selection, &mut out).await?,
        (None, None, None) => anyhow::bail!("name a log, or a platform with --api or --clickhouse"),
    }
    out.bar.finish_and_clear();
    let (cases, events) = (out.cases, out.events);
    let cannot = || format!("cannot write {}", args.out.display());
    writer.finish().with_context(cannot)?;
    println!(
        "{cases} cases, {events} events written to {}",
        args.out.display()
    );
    Ok(())
}

/// Where cases go, and how many have.
struct Counted<'w> {
    writer: &'w mut dyn CaseWriter,
    path: &'w Path,
    bar: ProgressBar,
    cases: u64,
    events: u64,
}

impl Counted<'_> {
    /// Writes a case: its events of the greatest versions, in order.
    fn case(&mut self, events: &[CaseEvent<'static>]) -> anyhow::Result<()> {
        let written = self.writer.case(events);
        written.with_context(|| format!("cannot write {}", self.path.display()))?;
        self.cases += 1;
        self.events += events.len() as u64;
        self.bar.set_position(self.cases);
        Ok(())
    }
}

/// A whole log is held, since its entries need not stand by case.
fn offline(
    args: &ExportArgs,
    log: &Path,
    selection: &Selection,
    out: &mut Counted<'_>,
) -> anyhow::Result<()> {
    let mut reader = replay_command::open(log, args.mapping.as_deref())?;
    let mut cases: BTreeMap<(String, String), Vec<CaseEvent<'static>>> = BTreeMap::new();
    let mut problems = 0u64;
    let bar = progress::bytes(reader.bytes_total(), "reading");
    while let Some(next) = reader.next() {
        bar.set_position(reader.bytes_read());
        match next {
            Ok(event) => {
                let key = (event.source.to_string(), event.case_no.to_string());
                cases.entry(key).or_default().push(event);
            }
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
    for case in cases.values_mut() {
        in_order(case);
        if selection.takes(case) {
            out.case(case)?;
        }
    }
    Ok(())
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
    store: &Store,
    selection: &Selection,
    out: &mut Counted<'_>,
) -> anyhow::Result<()> {
    let asked = CasesAsked {
        source: selection.source.as_deref(),
        item: selection.item.as_deref(),
        from: selection.from,
        before: selection.before,
        sight: None,
    };
    let mut last: Option<(String, String)> = None;
    loop {
        let after = last
            .as_ref()
            .map(|(source, case_no)| (source.as_str(), case_no.as_str()));
        let page = store.events_of_cases(asked, after, CASES_A_PAGE).await?;
        let Some(end) = page.last() else {
            return Ok(());
        };
        last = Some((end.source.to_string(), end.case_no.to_string()));
        for case in page.chunk_by(|a, b| (&a.source, &a.case_no) == (&b.source, &b.case_no)) {
            if selection.takes(case) {
                out.case(case)?;
            }
        }
    }
}

impl ExportArgs {
    fn selection(&self) -> anyhow::Result<Selection> {
        let instant = |name: &str, text: &Option<String>, whole_day: bool| {
            let Some(text) = text else { return Ok(None) };
            if let Ok(day) = text.parse::<NaiveDate>() {
                let day = if whole_day {
                    day.succ_opt().unwrap_or(day)
                } else {
                    day
                };
                return Ok(Some(Timestamp::start_of(day, self.time_zone)));
            }
            let parsed = Timestamp::parse(text);
            let parsed = parsed
                .with_context(|| format!("{name}: {text} is neither an instant nor a date"))?;
            anyhow::Ok(Some(parsed))
        };
        Ok(Selection {
            source: self.source.clone(),
            item: self.item.clone(),
            from: instant("--from", &self.from, false)?,
            before: instant("--to", &self.to, true)?,
        })
    }
}

#[cfg(test)]
mod tests {
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
