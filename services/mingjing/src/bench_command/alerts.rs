//! `mingjing bench alerts`: how fast lists of alerts are answered.
//!
//! A running platform whose archive holds a made-up town's alerts is asked over HTTP what the console asks: pages by every sort and the
//! usual filters with how many there are in all, pages deep in the list, counts, one alert, cases by a part of their number. Questions come in
//! turn, so that what disturbs the machine disturbs all of them. The other side, after each page and against the same ClickHouse: the rows
//! of that page read by their keys, without finding out which they are.

mod town;

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use mingjing_store::Store;
use serde::Serialize;
use serde_json::Value;

use super::end_to_end::start_clickhouse;
use super::measured::{Measured, load_before, number, percentile, tell};
use super::probe::ClickHouse;
use super::site::{Process, Site};
use super::stopwatch::load_average;

/// Alerts of one page while a deep page is looked for.
const STRIDE: u32 = 1000;

/// What is asked.
#[derive(Debug, clap::Args)]
pub struct AlertsArgs {
    /// Alerts in ClickHouse, and as many cases.
    #[arg(long, default_value_t = 100_000)]
    alerts: u32,
    /// How often each question is asked.
    #[arg(long, default_value_t = 40)]
    times: u32,
    /// The folder for temporary data; the system's where nothing is said.
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
    /// One JSON object instead of text.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report {
    alerts: u32,
    times: u32,
    load_average_before: Option<f64>,
    questions: Vec<Answered>,
    /// Of the slowest question.
    slowest_p95_ms: f64,
    /// Medians of the pages to those of reading their rows by key.
    ratio: Measured,
}

/// How long a question took, in milliseconds.
#[derive(Serialize)]
struct Answered {
    question: String,
    p50_ms: f64,
    p95_ms: f64,
    most_ms: f64,
    /// The median of reading the same rows by their keys; none for what is no page of alerts.
    by_key_p50_ms: Option<f64>,
}

/// A question, and what was measured of it.
struct Question {
    name: String,
    path: String,
    ms: Vec<f64>,
    by_key_ms: Vec<f64>,
}

impl Question {
    fn new(name: impl Into<String>, path: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            path: path.into(),
            ms: Vec::new(),
            by_key_ms: Vec::new(),
        }
    }

    fn answered(mut self) -> Answered {
        self.ms.sort_by(f64::total_cmp);
        self.by_key_ms.sort_by(f64::total_cmp);
        let by_key = (!self.by_key_ms.is_empty()).then(|| percentile(&self.by_key_ms, 0.5));
        Answered {
            question: self.name,
            p50_ms: percentile(&self.ms, 0.5),
            p95_ms: percentile(&self.ms, 0.95),
            most_ms: percentile(&self.ms, 1.0),
            by_key_p50_ms: by_key,
        }
    }
}

/// Runs the command.
pub async fn run(args: AlertsArgs) -> anyhow::Result<()> {
    ensure!(
        args.alerts >= 1000 && args.times > 0,
        "at least a thousand alerts, each question asked once"
    );
    let load_average_before = load_average();
    let mut site = Site::new(args.folder.as_deref(), None, 1)?;
    let child = start_clickhouse(&site).await?;
    let clickhouse = ClickHouse::new(child.url(), "bench_alerts".to_owned());
    site.set("CLICKHOUSE__URL", &clickhouse.url);
    site.set("CLICKHOUSE__DATABASE", &clickhouse.database);
    let store = Store::connect(&mingjing_store::Config {
        database: clickhouse.database.clone(),
        ..mingjing_store::Config::local(child.url())
    });
    store
        .migrate(mingjing_domain::Timestamp::from_millis(0))
        .await?;
    town::settle(&store, args.alerts).await?;
    let platform = site.start("up", None).await?;
    let asked = ask(&args, &clickhouse, &platform).await;
    platform.kill().await?;
    child.stop().await;
    let questions: Vec<Answered> = asked?.into_iter().map(Question::answered).collect();
    let ratios = questions
        .iter()
        .filter_map(|q| Some(q.p50_ms / q.by_key_p50_ms?));
    let report = Report {
        alerts: args.alerts,
        times: args.times,
        load_average_before,
        slowest_p95_ms: questions.iter().map(|q| q.p95_ms).fold(0.0, f64::max),
        ratio: Measured::of(ratios),
        questions,
    };
    tell(&report, args.json, said)
}

/// What the console asks.
fn usual() -> Vec<Question> {
    let (body, region, item) = (town::BODY, town::REGION, town::ITEM);
    let page = |name: &str, asked: &str| {
        Question::new(name, format!("/api/v1/alerts?limit=100&total=true{asked}"))
    };
    vec![
        page("the newest", ""),
        page("the newest that stand", "&open=true"),
        page("red cards that went out", "&level=red&status=issued"),
        page("to be reviewed", "&to_review=true"),
        page("of one body", &format!("&org_code={body}")),
        page("of one region", &format!("&region={region}&open=true")),
        page("of one item", &format!("&item_code={item}")),
        page("confirmed", "&disposition=confirmed"),
        page(
            "raised in one week",
            "&raised_from=2026-04-01T00:00:00Z&raised_before=2026-04-08T00:00:00Z",
        ),
        page(
            "owed first, of one body",
            &format!("&sort=owed&open=true&org_code={body}"),
        ),
        page("owed first", "&sort=owed&open=true"),
        page("gravest first", "&sort=gravest&open=true"),
        page(
            "of each case the gravest, the newest",
            "&open=true&top_of_case=true",
        ),
        page(
            "of each case the gravest, gravest first",
            "&sort=gravest&top_of_case=true",
        ),
        page("orders unanswered", "&order_state=unanswered"),
        page(
            "orders overdue, owed first",
            "&order_state=overdue&sort=owed",
        ),
        page("orders answered", "&order_state=answered"),
        page("of one case", &format!("&case_no={}", town::case_no(7))),
        Question::new("counts for the board", "/api/v1/counts"),
        Question::new(
            "cases by a part of the number",
            "/api/v1/cases?case_no_part=0042",
        ),
        Question::new("cases that are open", "/api/v1/cases?open=true"),
    ]
}

/// Asks everything in turn, as often as is wanted.
async fn ask(
    args: &AlertsArgs,
    clickhouse: &ClickHouse,
    platform: &Process,
) -> anyhow::Result<Vec<Question>> {
    let mut questions = usual();
    for sort in ["newest", "owed", "gravest"] {
        let cursor = half_way(args.alerts, platform, sort).await?;
        let path = format!("/api/v1/alerts?limit=100&sort={sort}&cursor={cursor}");
        questions.push(Question::new(
            format!("half-way through, {sort} first"),
            path,
        ));
    }
    let first = json_of(platform, "/api/v1/alerts?limit=1").await?;
    let id = first["alerts"][0]["alert_id"]
        .as_str()
        .context("an alert")?;
    questions.push(Question::new("one alert", format!("/api/v1/alerts/{id}")));
    for nth in 1..=args.times {
        for question in &mut questions {
            let began = Instant::now();
            let answer = json_of(platform, &question.path).await?;
            question.ms.push(began.elapsed().as_secs_f64() * 1e3);
            if !question.path.starts_with("/api/v1/alerts?") {
                continue;
            }
            let alerts = answer["alerts"].as_array().context("alerts")?;
            let ids: Vec<&str> = alerts
                .iter()
                .filter_map(|a| a["alert_id"].as_str())
                .collect();
            ensure!(!ids.is_empty(), "{}: nothing is found", question.name);
            // Ids are digits and letters, so that nothing has to be escaped.
            let rows = format!(
                "SELECT * EXCEPT evidence FROM alerts FINAL WHERE alert_id IN ('{}') \
                 SETTINGS optimize_move_to_prewhere_if_final = 1 FORMAT RowBinary",
                ids.join("','")
            );
            let began = Instant::now();
            clickhouse.ask(&rows).await?;
            question.by_key_ms.push(began.elapsed().as_secs_f64() * 1e3);
        }
        eprintln!("turn {nth} of {}", args.times);
    }
    Ok(questions)
}

/// Where the page in the middle of everything begins.
async fn half_way(alerts: u32, platform: &Process, sort: &str) -> anyhow::Result<String> {
    let stride = STRIDE.min(alerts / 4);
    let mut path = format!("/api/v1/alerts?limit={stride}&sort={sort}");
    let mut cursor = String::new();
    for _ in 0..(alerts / 2).div_ceil(stride) {
        let page = json_of(platform, &path).await?;
        cursor = page["next"].as_str().context("a page after it")?.to_owned();
        path = format!("/api/v1/alerts?limit={stride}&sort={sort}&cursor={cursor}");
    }
    Ok(cursor)
}

async fn json_of(platform: &Process, path: &str) -> anyhow::Result<Value> {
    let text = platform.get(path).await?;
    let answer: Value =
        serde_json::from_str(&text).with_context(|| format!("GET {path}: {text}"))?;
    ensure!(answer["reason"].is_null(), "GET {path}: {text}");
    Ok(answer)
}

fn said(report: &Report) -> (String, Vec<(String, String)>) {
    let mut rows: Vec<(String, String)> = report
        .questions
        .iter()
        .map(|q| {
            let by_key = q.by_key_p50_ms.map_or(String::new(), |ms| {
                format!("; its rows by key p50 {}", number(ms))
            });
            let Answered {
                p50_ms,
                p95_ms,
                most_ms,
                ..
            } = q;
            let took = format!(
                "p50 {} ms, p95 {}, most {}{by_key}",
                number(*p50_ms),
                number(*p95_ms),
                number(*most_ms)
            );
            (q.question.clone(), took)
        })
        .collect();
    rows.push((
        "slowest p95".into(),
        format!("{} ms", number(report.slowest_p95_ms)),
    ));
    rows.push((
        "ratio of pages to their rows by key".into(),
        report.ratio.told("times"),
    ));
    let load = load_before(report.load_average_before);
    let title = format!(
        "lists of {} alerts, each question {} times, {load}",
        number(f64::from(report.alerts)),
        report.times
    );
    (title, rows)
}
