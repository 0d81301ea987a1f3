//! `mingjing source`: how complete a source is, and what it says it has made.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use chrono::NaiveDate;
use mingjing_wire::cloudevents::{Total, Totals, encode_totals};
use reqwest::Client;
use serde_json::Value;

use crate::console::Console;

/// Sources of a running platform.
#[derive(Debug, clap::Subcommand)]
pub enum SourceCommand {
    /// How complete a source is: gaps, control totals by day, unmapped codes, refusals.
    Show(ShowArgs),
    /// 对账: sends how many events a source has made, from a CSV of day, item_code, type, events.
    Totals(TotalsArgs),
}

/// Asks how complete a source is.
#[derive(Debug, clap::Args)]
pub struct ShowArgs {
    /// The source's id; all sources at a glance where none is named.
    source: Option<String>,
    /// Days of control totals, back from today.
    #[arg(long, default_value_t = 31)]
    days: u64,
    /// The platform's API.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    api: String,
    /// JSON instead of text.
    #[arg(long)]
    json: bool,
}

/// Sends control totals; the source's key is taken from MINGJING_SOURCE_KEY.
#[derive(Debug, clap::Args)]
pub struct TotalsArgs {
    /// The file: a heading, then day, item_code (may be empty), type, events.
    file: PathBuf,
    /// The source's id.
    #[arg(long, value_name = "ID")]
    source: String,
    /// A greater one replaces what was said of the same days before.
    #[arg(long, default_value_t = 1)]
    data_version: u32,
    /// The platform.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    to: String,
}

/// Runs the command.
pub async fn run(command: SourceCommand) -> anyhow::Result<()> {
    match command {
        SourceCommand::Show(args) => show(args).await,
        SourceCommand::Totals(args) => totals(args).await,
    }
}

async fn show(args: ShowArgs) -> anyhow::Result<()> {
    let console = Console::new(&args.api)?;
    let days = args.days.to_string();
    let mut path = vec!["api", "v1", "sources"];
    path.extend(args.source.as_deref());
    let query = [("days", days.as_str())];
    let query: &[(&str, &str)] = if args.source.is_some() { &query } else { &[] };
    let answer = console.get(&path, query).await?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&answer)?);
    } else if args.source.is_some() {
        print!("{}", one(&answer));
    } else {
        for source in list(&answer["sources"]) {
            print!("{}", head(source));
        }
    }
    Ok(())
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, otherwise: &'a str) -> &'a str {
    value
        .as_str()
        .filter(|t| !t.is_empty())
        .unwrap_or(otherwise)
}

fn head(source: &Value) -> String {
    format!(
        "{}：收到事件 {} 条，最近接收 {}，完整至 {}\n",
        text(&source["source"], "?"),
        source["events"],
        text(&source["last_received_at"], "（无）"),
        text(&source["complete_until"], "（未声明或尚未全部判定）"),
    )
}

/// Where the last refusal was, in the words of the console's page of the source.
fn place(of: &Value) -> String {
    let named = [("办件", "last_case_no"), ("事件", "last_event_id")];
    let parts = named.iter().filter_map(|(what, field)| {
        let said = text(&of[field], "");
        (!said.is_empty()).then(|| format!("{what} {said}"))
    });
    let parts: Vec<String> = parts.collect();
    match parts.is_empty() {
        true => "读不出办件与事件编号".to_owned(),
        false => parts.join("，"),
    }
}

fn one(source: &Value) -> String {
    let mut out = head(source);
    let mut line = |text: String| {
        out += &text;
        out.push('\n');
    };
    let gaps = list(&source["gaps"]);
    if !gaps.is_empty() {
        line(format!(
            "缺号 {} 处，共 {} 条；补齐之前不视为完整：",
            gaps.len(),
            source["missing_numbers"]
        ));
    }
    for gap in gaps {
        let noticed = text(&gap["noticed_at"], "?");
        line(format!("  {}–{}（{noticed} 发现）", gap["from"], gap["to"]));
    }
    for day in list(&source["control_totals"]) {
        let differences = list(&day["differences"]);
        let verdict = match differences.len() {
            0 => "相符".to_owned(),
            n => format!("{n} 项不符"),
        };
        line(format!(
            "对账 {}：来源 {} 条，平台 {} 条，{verdict}",
            text(&day["day"], "?"),
            day["made"],
            day["taken"]
        ));
        for of in differences {
            line(format!(
                "  事项 {} 类型 {}：来源 {} 条，平台 {} 条",
                text(&of["item_code"], "（未填）"),
                text(&of["type"], "?"),
                of["made"],
                of["taken"]
            ));
        }
    }
    for code in list(&source["unmapped_codes"]) {
        line(format!(
            "未对照代码 {} {}：{} 条，{} 至 {}",
            text(&code["what"], "?"),
            text(&code["code"], "?"),
            code["events"],
            text(&code["first_at"], "?"),
            text(&code["last_at"], "?")
        ));
    }
    let unanswerable = list(&source["unanswerable"]);
    if !unanswerable.is_empty() {
        let points: Vec<&str> = unanswerable.iter().filter_map(Value::as_str).collect();
        line(format!(
            "格式所缺（lacks）：下列监察点对该来源不作判断，请商其主管单位补报：{}",
            points.join("、")
        ));
    }
    for of in list(&source["rejects"]) {
        line(format!(
            "退回 {}：{} 项，最近 {}（{}）；{}",
            text(&of["reason"], "?"),
            of["items"],
            text(&of["last_at"], "?"),
            place(of),
            text(&of["last_detail"], "")
        ));
    }
    out
}

async fn totals(args: TotalsArgs) -> anyhow::Result<()> {
    let key = std::env::var("MINGJING_SOURCE_KEY")
        .context("set MINGJING_SOURCE_KEY to the source's key")?;
    let file = std::fs::read(&args.file)
        .with_context(|| format!("cannot read {}", args.file.display()))?;
    let days = read(&file).with_context(|| args.file.display().to_string())?;
    let records: Vec<Vec<u8>> = days
        .into_iter()
        .map(|(day, totals)| {
            let data_version = args.data_version;
            encode_totals(
                &args.source,
                &Totals {
                    day,
                    totals,
                    data_version,
                },
            )
        })
        .collect();
    let url = format!("{}/v1/events", args.to.trim_end_matches('/'));
    let answer = Client::new()
        .post(&url)
        .bearer_auth(key)
        .header("content-type", "application/x-ndjson")
        .body(records.join(&b'\n'))
        .send()
        .await
        .with_context(|| format!("{url} does not answer"))?;
    let status = answer.status();
    let said = answer.text().await.unwrap_or_default();
    ensure!(
        status.as_u16() == 200,
        "not all was taken: {status}: {said}"
    );
    println!("control totals of {} days sent", records.len());
    Ok(())
}

/// The days of a file.
fn read(file: &[u8]) -> anyhow::Result<BTreeMap<NaiveDate, Vec<Total>>> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(file);
    let headings = reader.headers()?.clone();
    let place = |name: &str| {
        let found = headings
            .iter()
            .position(|h| h.trim_start_matches('\u{feff}') == name);
        found.with_context(|| {
            format!("no column {name}; there are to be day, item_code, type, events")
        })
    };
    let (day, item, kind) = (place("day")?, place("item_code")?, place("type")?);
    let events = place("events")?;
    let mut days: BTreeMap<NaiveDate, Vec<Total>> = BTreeMap::new();
    for (at, row) in reader.records().enumerate() {
        let row = row?;
        let line = at + 2;
        let cell = |place: usize| row.get(place).unwrap_or_default();
        let date = cell(day);
        let date: NaiveDate = date
            .parse()
            .with_context(|| format!("line {line}: day {date:?} is not like 2026-11-26"))?;
        let number = cell(events);
        let number = number
            .parse()
            .with_context(|| format!("line {line}: events {number:?} is no whole number"))?;
        days.entry(date).or_default().push(Total {
            item_code: Some(cell(item).to_owned()).filter(|code| !code.is_empty()),
            kind: cell(kind).to_owned(),
            events: number,
        });
    }
    Ok(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_with_the_case_and_the_event_it_was_of() {
        let told = |case_no: Value, event_id: Value| {
            one(&serde_json::json!({
                "source": "zjj", "events": 3, "rejects": [{
                    "reason": "bad_time", "items": 2, "last_at": "2026-11-26T09:00:00+08:00", "last_detail": "time",
                    "last_case_no": case_no, "last_event_id": event_id,
                }],
            }))
        };
        for (case_no, event_id, place) in [
            (
                Value::from("B-1"),
                Value::from("e-7"),
                "（办件 B-1，事件 e-7）",
            ),
            (Value::from("B-1"), Value::Null, "（办件 B-1）"),
            (Value::Null, Value::Null, "（读不出办件与事件编号）"),
        ] {
            let told = told(case_no, event_id);
            let line = told.lines().last().unwrap_or_default();
            assert!(
                line.starts_with("退回 bad_time：2 项，最近 2026-11-26T09:00:00+08:00")
                    && line.contains(place),
                "{told}"
            );
        }
    }

    #[test]
    fn a_file_of_totals_is_read_by_its_headings_and_told_where_it_is_wrong() {
        let file = "\u{feff}day,type,item_code,events\n2026-11-26,accepted,4451,12\n2026-11-26,note,,3\n2026-11-25,note,,0\n";
        let days = read(file.as_bytes()).unwrap();
        let day: NaiveDate = "2026-11-26".parse().unwrap();
        assert_eq!(days.len(), 2);
        assert_eq!(days[&day][0].item_code.as_deref(), Some("4451"));
        assert_eq!(
            (days[&day][1].item_code.clone(), days[&day][1].events),
            (None, 3)
        );
        for (file, said) in [
            ("day,type,events\n", "item_code"),
            ("day,item_code,type,events\n26.11.,a,b,1\n", "line 2: day"),
            (
                "day,item_code,type,events\n2026-11-26,a,b,-1\n",
                "line 2: events",
            ),
        ] {
            let error = format!("{:#}", read(file.as_bytes()).unwrap_err());
            assert!(error.contains(said), "{error}");
        }
    }
}
