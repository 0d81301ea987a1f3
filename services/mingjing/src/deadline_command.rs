//! `mingjing deadline`: a due instant and its day-by-day account, from the command line.
//!
//! Parses, reads a calendar file where one is named, prints. The arithmetic is the domain's.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::str::FromStr;

use anyhow::Context as _;
use chrono::{NaiveDate, NaiveDateTime};
use mingjing_domain::Timestamp;
use mingjing_domain::calendar::{CalendarDefinition, CalendarProblem, WorkCalendar, built_in};
use mingjing_domain::deadline::{
    Account, Deadline, Extension, Ledger, Suspension, account, deadline,
};
use mingjing_domain::definitions::{DefinitionFile, DefinitionSet, Problem};
use mingjing_domain::limit::Budget;
use serde::Serialize;

/// Prints when a limit is due, and day by day why.
#[derive(Debug, clap::Args)]
pub struct DeadlineArgs {
    /// Work calendar: `cn`, or the path of a YAML file with a calendar.
    #[arg(long, default_value = "cn", value_name = "ID|FILE")]
    calendar: String,
    /// The calendar as this version has it, like 2020.1; the latest where nothing is said.
    #[arg(long, value_name = "VERSION", conflicts_with = "as_known_at")]
    calendar_version: Option<String>,
    /// The calendar as it was published at this time.
    #[arg(long, value_name = "TIME")]
    as_known_at: Option<Moment>,
    /// When the limit begins: 2026-02-12, 2026-02-12T09:30 (in the calendar's zone) or 2026-02-12T09:30:00+08:00.
    #[arg(long, value_name = "TIME")]
    from: Moment,
    /// The limit: 10wd (working days), 60cd (calendar days), 60cdr (rolled), 24h, 30min, 3mo, 3mor.
    #[arg(long)]
    limit: Budget,
    /// A suspension from A to B: dates, both included, or times. May be repeated.
    #[arg(long, value_name = "A..B")]
    suspend: Vec<Stretch>,
    /// An extension like 10wd. May be repeated.
    #[arg(long, value_name = "LIMIT")]
    extend: Vec<Budget>,
    /// One JSON object instead of text.
    #[arg(long)]
    json: bool,
}

/// Arguments that parse but cannot be meant. The process ends with 2, as for those that do not parse.
#[derive(Debug)]
pub struct BadInput(pub(crate) String);

impl std::fmt::Display for BadInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadInput {}

/// Prints the deadline on stdout. Errs with [`BadInput`] where the calendar, its version or a suspension cannot
/// be meant.
pub fn run(args: &DeadlineArgs) -> anyhow::Result<()> {
    let text = render(args)?;
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        // The reader has seen enough, like `head`.
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        done => done.context("cannot write to stdout"),
    }
}

fn render(args: &DeadlineArgs) -> anyhow::Result<String> {
    let definition = find_calendar(&args.calendar)?;
    let cal = compile(args, &definition)?;
    let labels: Vec<String> = args.suspend.iter().map(Stretch::to_string).collect();
    let suspensions = suspensions(args, &cal, &labels)?;
    let extensions: Vec<_> = args
        .extend
        .iter()
        .map(|budget| Extension {
            budget: *budget,
            label: "",
        })
        .collect();
    let ledger = Ledger {
        suspensions: &suspensions,
        extensions: &extensions,
    };
    let start = args.from.begin(&cal);
    let due = deadline(&cal, start, args.limit, &ledger);
    let account = account(&cal, start, args.limit, &ledger);
    if args.json {
        json(&cal, &due, &account)
    } else {
        Ok(table(&cal, &due, &account))
    }
}

fn find_calendar(named: &str) -> anyhow::Result<CalendarDefinition> {
    if let Some(definition) = built_in(named) {
        return Ok(definition.clone());
    }
    let path = Path::new(named);
    if !path.is_file() {
        let problem = "neither a built-in calendar (there is: cn) nor a file; name one of them";
        return Err(BadInput(format!("--calendar {named:?}: {problem}")).into());
    }
    let yaml = std::fs::read_to_string(path).map_err(|e| {
        BadInput(format!(
            "--calendar {named:?}: the file cannot be read: {e}"
        ))
    })?;
    read_calendar(named, yaml)
        .map_err(|problem| BadInput(format!("--calendar {named:?}: {problem}")).into())
}

/// A file of a definitions folder, whose documents say what kind they are, or a calendar alone.
fn read_calendar(file: &str, yaml: String) -> Result<CalendarDefinition, String> {
    if !yaml.lines().any(|line| line.starts_with("kind:")) {
        let alone: CalendarDefinition =
            serde_saphyr::from_str(&yaml).map_err(|e| format!("not a calendar: {e}"))?;
        return match &alone.extends {
            None => Ok(alone),
            Some(base) => Err(format!(
                "it extends {base}: write `kind: calendar` at its beginning, as in a definitions folder"
            )),
        };
    }
    let (name, text) = (file.into(), yaml);
    let (set, problems) = DefinitionSet::read(vec![DefinitionFile { name, text }]);
    if !problems.is_empty() {
        let lines: Vec<String> = problems.iter().map(Problem::to_string).collect();
        return Err(format!("not a calendar:\n  {}", lines.join("\n  ")));
    }
    let mut calendars = set.calendars.into_iter();
    match (calendars.next(), calendars.next()) {
        (Some(calendar), None) => Ok(calendar.value),
        (None, _) => Err("no calendar in it; name a file with `kind: calendar`".into()),
        (Some(_), Some(_)) => Err("several calendars in it; name a file with one".into()),
    }
}

fn compile(args: &DeadlineArgs, definition: &CalendarDefinition) -> Result<WorkCalendar, BadInput> {
    let bad = |problems: Vec<CalendarProblem>| {
        let lines: Vec<String> = problems.iter().map(CalendarProblem::to_string).collect();
        BadInput(format!(
            "--calendar {:?}: {}",
            args.calendar,
            lines.join("\n  ")
        ))
    };
    let compiled =
        WorkCalendar::compile(definition, args.calendar_version.as_deref()).map_err(bad)?;
    match &args.as_known_at {
        None => Ok(compiled),
        Some(known) => {
            WorkCalendar::compile_as_known_at(definition, known.end(&compiled)).map_err(bad)
        }
    }
}

fn suspensions<'a>(
    args: &DeadlineArgs,
    cal: &WorkCalendar,
    labels: &'a [String],
) -> Result<Vec<Suspension<'a>>, BadInput> {
    let one = |(stretch, label): (&Stretch, &'a String)| {
        let (from, to) = (stretch.from.begin(cal), stretch.to.end(cal));
        if to < from {
            return Err(BadInput(format!(
                "--suspend {label}: it ends before it begins; write the earlier time first"
            )));
        }
        Ok(Suspension { from, to, label })
    };
    args.suspend.iter().zip(labels).map(one).collect()
}

/// The contract's object.
#[derive(Serialize)]
struct Answer<'a> {
    due_at: String,
    due_date: NaiveDate,
    provisional: bool,
    calendar: &'a str,
    calendar_version: &'a str,
    time_zone: &'a str,
    from: String,
    limit: &'a str,
    extensions: Vec<&'a str>,
    account: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    date: NaiveDate,
    verdict: &'static str,
    counted: u64,
    note: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    from_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to_at: Option<String>,
}

fn json(cal: &WorkCalendar, due: &Deadline, account: &Account) -> anyhow::Result<String> {
    let shown = |at: Timestamp| at.to_rfc3339(cal.tz());
    let answer = Answer {
        due_at: shown(due.due_at),
        due_date: due.due_date,
        provisional: due.provisional,
        calendar: &account.calendar,
        calendar_version: &account.calendar_version,
        time_zone: &account.time_zone,
        from: shown(account.start_at),
        limit: &account.limit,
        extensions: account
            .extensions
            .iter()
            .map(|e| e.limit.as_str())
            .collect(),
        account: account
            .by_day()
            .map(|day| Row {
                date: day.date,
                verdict: day.verdict.code(),
                counted: day.counted,
                note: day.note,
                from_at: day.from_at.map(shown),
                to_at: day.to_at.map(shown),
            })
            .collect(),
    };
    Ok(serde_json::to_string_pretty(&answer).context("cannot write the answer as JSON")? + "\n")
}

/// One line a day: Chinese first, the verdict's English word second.
fn table(cal: &WorkCalendar, due: &Deadline, account: &Account) -> String {
    let rows: Vec<_> = account
        .by_day()
        .map(|day| (day.text_zh(cal.tz()), day.verdict.code()))
        .collect();
    let column = rows.iter().map(|row| width(&row.0)).max().unwrap_or(0) + 2;
    let mut text = String::new();
    for (line, code) in &rows {
        let gap = column - width(line);
        let _ = writeln!(text, "{line}{:gap$}{code}", "");
    }
    if due.provisional {
        text.push_str("暂定：有年份的节假日安排尚未公布，按周末计  provisional: the holidays of a year are not published, weekends taken\n");
    }
    let _ = writeln!(text, "到期 due {}", due.due_at.to_rfc3339(cal.tz()));
    text
}

/// Columns on a terminal: Chinese characters and their punctuation take two.
fn width(line: &str) -> usize {
    line.chars()
        .map(|c| if c >= '\u{2e80}' { 2 } else { 1 })
        .sum()
}

/// A point in time as people write it.
#[derive(Clone, Debug, PartialEq)]
enum Moment {
    Date(NaiveDate),
    Local(NaiveDateTime),
    Instant(Timestamp),
}

impl Moment {
    /// Its first instant.
    fn begin(&self, cal: &WorkCalendar) -> Timestamp {
        match self {
            Moment::Date(date) => Timestamp::start_of(*date, cal.tz()),
            Moment::Local(local) => Timestamp::from_local(*local, cal.tz()),
            Moment::Instant(at) => *at,
        }
    }

    /// Its last instant: of a date, the end of the day.
    fn end(&self, cal: &WorkCalendar) -> Timestamp {
        match self {
            Moment::Date(date) => date.succ_opt().map_or(Timestamp::MAX, |next| {
                Timestamp::start_of(next, cal.tz()).plus_millis(-1)
            }),
            other => other.begin(cal),
        }
    }
}

impl FromStr for Moment {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let local = [
            "%Y-%m-%dT%H:%M:%S",
            "%Y-%m-%dT%H:%M",
            "%Y-%m-%d %H:%M:%S",
            "%Y-%m-%d %H:%M",
        ];
        if let Ok(date) = text.parse() {
            Ok(Moment::Date(date))
        } else if let Ok(at) = Timestamp::parse(text) {
            Ok(Moment::Instant(at))
        } else if let Some(at) = local
            .iter()
            .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
        {
            Ok(Moment::Local(at))
        } else {
            let forms = "2026-02-12, 2026-02-12T09:30 or 2026-02-12T09:30:00+08:00";
            Err(format!(
                "no such date or time: {text:?}; write it like {forms}"
            ))
        }
    }
}

/// `A..B` as it was written.
#[derive(Clone, Debug)]
struct Stretch {
    from: Moment,
    to: Moment,
    text: String,
}

impl std::fmt::Display for Stretch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Stretch {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let (from, to) = text.split_once("..").ok_or_else(|| {
            format!(
                "no stretch of time: {text:?}; write two dates or times like 2026-03-04..2026-03-06"
            )
        })?;
        Ok(Self {
            from: from.parse()?,
            to: to.parse()?,
            text: text.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Cli {
        #[command(flatten)]
        args: DeadlineArgs,
    }

    /// Words are split at spaces; what cannot be parsed or meant is its message.
    fn answer(line: &str) -> Result<String, String> {
        let words = std::iter::once("deadline").chain(line.split_whitespace());
        let cli = Cli::try_parse_from(words).map_err(|e| e.to_string())?;
        render(&cli.args).map_err(|e| {
            e.downcast::<BadInput>()
                .expect("bad input says that it is")
                .to_string()
        })
    }

    fn due(line: &str) -> String {
        let json: serde_json::Value =
            serde_json::from_str(&answer(&format!("{line} --json")).unwrap()).unwrap();
        assert!(
            json["account"]
                .as_array()
                .is_some_and(|days| !days.is_empty())
        );
        json["due_at"].as_str().unwrap().to_owned()
    }

    #[test]
    fn the_answer_has_the_keys_of_the_contract() {
        let line = "--calendar cn --from 2026-02-12 --limit 2wd --suspend 2026-02-13..2026-02-13 --extend 1wd --json";
        let json: serde_json::Value = serde_json::from_str(&answer(line).unwrap()).unwrap();
        assert_eq!(json["due_at"], "2026-02-25T23:59:59+08:00");
        assert_eq!(json["provisional"], false);
        assert_eq!(
            (json["calendar"].as_str(), json["calendar_version"].as_str()),
            (Some("cn"), Some("2026.1"))
        );
        assert_eq!(
            (json["from"].as_str(), json["limit"].as_str()),
            (Some("2026-02-12T00:00:00+08:00"), Some("2wd"))
        );
        let day = |date: &str, verdict: &str, counted: u64, note: &str| serde_json::json!({"date": date, "verdict": verdict, "counted": counted, "note": note});
        let days = json["account"].as_array().unwrap();
        assert_eq!(days[0], day("2026-02-12", "start_day_not_counted", 0, ""));
        assert_eq!(
            days[1],
            day("2026-02-13", "suspended", 0, "2026-02-13..2026-02-13")
        );
        assert_eq!(days[2], day("2026-02-14", "make_up_working_day", 1, ""));
        assert_eq!(days[3], day("2026-02-15", "holiday", 1, "春节"));
        assert_eq!(days[13], day("2026-02-25", "counted", 3, ""));
        assert_eq!(days.len(), 14);
    }

    #[test]
    fn the_table_ends_with_the_due_instant() {
        let text = answer("--from 2026-12-30T10:00 --limit 2wd").unwrap();
        assert_eq!(
            text,
            "2026-12-30 周三 开始当日不计  start_day_not_counted
2026-12-31 周四 计入 第1日    counted
2027-01-01 周五 计入 第2日    counted
暂定：有年份的节假日安排尚未公布，按周末计  provisional: the holidays of a year are not published, weekends taken
到期 due 2027-01-01T23:59:59+08:00
"
        );
    }

    #[test]
    fn times_versions_and_stretches_are_taken_as_people_write_them() {
        for (line, expected) in [
            (
                "--from 2020-01-20 --limit 20wd",
                "2020-02-25T23:59:59+08:00",
            ),
            (
                "--from 2020-01-20 --limit 20wd --calendar-version 2020.1",
                "2020-02-21T23:59:59+08:00",
            ),
            (
                "--from 2020-01-20 --limit 20wd --as-known-at 2020-01-26",
                "2020-02-21T23:59:59+08:00",
            ),
            (
                "--from 2020-01-20 --limit 20wd --as-known-at 2020-01-27",
                "2020-02-25T23:59:59+08:00",
            ),
            (
                "--from 2026-03-02T09:30 --limit 24h",
                "2026-03-03T09:30:00+08:00",
            ),
            (
                "--from 2026-03-02T01:30:00Z --limit 24h",
                "2026-03-03T09:30:00+08:00",
            ),
            (
                "--from 2026-03-02T09:30 --limit 24h --suspend 2026-03-03..2026-03-03",
                "2026-03-04T09:30:00+08:00",
            ),
            (
                "--from 2026-03-02 --limit 5wd --suspend 2026-03-04..2026-03-05",
                "2026-03-11T23:59:59+08:00",
            ),
            (
                "--from 2026-03-02 --limit 5wd --suspend 2026-03-04T10:00..2026-03-04T11:00 --suspend 2026-03-06..2026-03-06",
                "2026-03-11T23:59:59+08:00",
            ),
            (
                "--from 2026-03-02 --limit 5wd --extend 5wd --extend 1wd",
                "2026-03-17T23:59:59+08:00",
            ),
        ] {
            assert_eq!(due(line), expected, "{line}");
        }
    }

    #[test]
    fn a_calendar_file_is_read_and_its_zone_used() {
        let file =
            std::env::temp_dir().join(format!("mingjing-calendar-{}.yaml", std::process::id()));
        std::fs::write(
            &file,
            "{id: it, name: Italia, time_zone: Europe/Rome, plain: true}",
        )
        .unwrap();
        let line = format!(
            "--calendar {} --from 2007-03-09 --limit 60cd",
            file.display()
        );
        assert_eq!(due(&line), "2007-05-08T23:59:59+02:00");
        std::fs::write(
            &file,
            "{id: it, name: Italia, time_zone: Roma, plain: true}",
        )
        .unwrap();
        assert!(answer(&line).unwrap_err().contains("write an IANA name"));
        std::fs::write(&file, "id: it\nname: Italia\nzone: Roma\n").unwrap();
        let problem = answer(&line).unwrap_err();
        assert!(
            problem.contains("zone") && problem.contains("line 3"),
            "{problem}"
        );
        std::fs::write(
            &file,
            "kind: calendar\nid: it\nname: Italia\ntime_zone: Europe/Rome\nplain: true\n",
        )
        .unwrap();
        assert_eq!(due(&line), "2007-05-08T23:59:59+02:00");
        std::fs::write(&file, "kind: calendar\nid: it\nname: Italia\nzone: Roma\n").unwrap();
        let problem = answer(&line).unwrap_err();
        assert!(
            problem.contains("yaml:4:") && problem.contains("zone"),
            "{problem}"
        );
        std::fs::remove_file(&file).unwrap();
    }

    #[test]
    fn bad_input_is_answered_with_what_where_and_what_to_do() {
        for (line, parts) in [
            (
                "--from 2026-02-30 --limit 10wd",
                ["--from", "2026-02-12T09:30"],
            ),
            (
                "--from 2026-02-12 --limit 10days",
                ["--limit", "wd (working days)"],
            ),
            (
                "--from 2026-02-12 --limit 100001wd",
                ["--limit", "up to 100000"],
            ),
            ("--from 2026-02-12 --limit -1wd", ["--limit", "-1"]),
            (
                "--from 2026-02-12 --limit 10wd --extend ten",
                ["--extend", "wd (working days)"],
            ),
            (
                "--from 2026-02-12 --limit 10wd --suspend 2026-02-12",
                ["--suspend", "2026-03-04..2026-03-06"],
            ),
            (
                "--from 2026-02-12 --limit 10wd --suspend 2026-02-14..2026-02-13",
                ["--suspend", "the earlier time first"],
            ),
            (
                "--from 2026-02-12 --limit 10wd --calendar xx",
                ["--calendar \"xx\"", "there is: cn"],
            ),
            (
                "--from 2026-02-12 --limit 10wd --calendar-version 9",
                ["no version \"9\"", "2026.1"],
            ),
            ("--limit 10wd", ["--from", "required"]),
        ] {
            let problem = answer(line).expect_err(line);
            assert!(
                parts.iter().all(|part| problem.contains(part)),
                "{line}: {problem}"
            );
        }
    }
}
