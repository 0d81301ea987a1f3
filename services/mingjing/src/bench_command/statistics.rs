//! `mingjing bench statistics`: how fast dashboards of statistics are answered.
//!
//! A made-up city's cases, each with eight stays in steps, are put into an embedded ClickHouse by one statement; cells are made, and some cases
//! change afterwards, as they do between two passes. Then what dashboards ask is asked in turn. The other side, in the same run: the same
//! question of rows. Both have to come to the same answer.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use chrono_tz::Tz;
use mingjing_domain::Timestamp;
use mingjing_store::metrics::{Answer, Asked, Dimension, Filter, Known, METRICS, Metric, Over};
use mingjing_store::{Backoff, Batch, Sight, Store, Watermark};
use serde::Serialize;
use tokio::sync::watch;

use super::end_to_end::start_clickhouse;
use super::measured::{Measured, load_before, number, percentile, tell};
use super::probe::ClickHouse;
use super::site::Site;
use super::stopwatch::load_average;

const ZONE: Tz = chrono_tz::Asia::Shanghai;
const NOW: &str = "2026-11-20T15:37:12+08:00";
const LOG: &str = "bench";
const PARTITIONS: u16 = 8;
/// Stays of each case.
const STAYS: u32 = 8;
/// What the console's board shows first of cases (`dashboards/console/src/statistics/columns.ts`).
const BOARD: [&str; 7] = [
    "received",
    "closed",
    "open",
    "on_time_rate",
    "overdue_rate",
    "median_total_days",
    "alert_rate",
];

/// What is asked.
#[derive(Debug, clap::Args)]
pub struct StatisticsArgs {
    /// Cases in ClickHouse; each has eight stays in steps.
    #[arg(long, default_value_t = 2_500_000)]
    cases: u32,
    /// Cases that change after cells were made. Twenty million stays a year, each begun and ended, are six changes a second of office hours, and
    /// ten to twenty seconds lie between two passes: three hundred is more than twice what waits then.
    #[arg(long, default_value_t = 300)]
    changed: u32,
    /// How often each question is asked of cells.
    #[arg(long, default_value_t = 40)]
    times: u32,
    /// How often it is asked of rows.
    #[arg(long, default_value_t = 3)]
    of_rows: u32,
    /// The folder for temporary data; the system's where nothing is said.
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
    /// One JSON object instead of text.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report {
    cases: u32,
    stays: u64,
    changed: u32,
    times: u32,
    load_average_before: Option<f64>,
    from_nothing_s: f64,
    changes_s: f64,
    cells: u64,
    questions: Vec<Answered>,
    /// Of the slowest question.
    slowest_p95_ms: f64,
    /// Medians of cells to those of rows.
    ratio: Measured,
}

/// How long a question took, in milliseconds.
#[derive(Serialize)]
struct Answered {
    question: &'static str,
    p50_ms: f64,
    p95_ms: f64,
    of_rows_p50_ms: f64,
}

/// A question, and what was measured of it.
struct Question {
    name: &'static str,
    asked: Asked,
    ms: Vec<f64>,
    of_rows_ms: Vec<f64>,
}

/// Runs the command.
pub async fn run(args: StatisticsArgs) -> anyhow::Result<()> {
    ensure!(
        args.cases >= 1000 && args.times > 0 && args.of_rows > 0,
        "at least a thousand cases, each question asked once of either side"
    );
    let load_average_before = load_average();
    let site = Site::new(args.folder.as_deref(), None, 1)?;
    let child = start_clickhouse(&site).await?;
    let clickhouse = ClickHouse::new(child.url(), "bench_statistics".to_owned());
    let store = Store::connect(&mingjing_store::Config {
        database: clickhouse.database.clone(),
        ..mingjing_store::Config::local(child.url())
    });
    let measured = measure(&args, &clickhouse, &store).await;
    child.stop().await;
    let (questions, from_nothing_s, changes_s, cells) = measured?;
    let questions: Vec<Answered> = questions.into_iter().map(Question::answered).collect();
    let ratios = questions.iter().map(|q| q.p50_ms / q.of_rows_p50_ms);
    let report = Report {
        cases: args.cases,
        stays: u64::from(args.cases) * u64::from(STAYS),
        changed: args.changed,
        times: args.times,
        load_average_before,
        from_nothing_s,
        changes_s,
        cells,
        slowest_p95_ms: questions.iter().map(|q| q.p95_ms).fold(0.0, f64::max),
        ratio: Measured::of(ratios),
        questions,
    };
    tell(&report, args.json, said)
}

/// The questions with their times; how long a pass from nothing took, and one over what changed; how many cells there are.
async fn measure(
    args: &StatisticsArgs,
    clickhouse: &ClickHouse,
    store: &Store,
) -> anyhow::Result<(Vec<Question>, f64, f64, u64)> {
    let now = Timestamp::parse(NOW)?;
    store.migrate(now).await?;
    clickhouse.ask(&fill(args.cases)).await?;
    let columns = "source, case_no, item_code, org_code, region_code, opened_at, accepted_at, closed_at, events, visits, power_type, case_kind, \
                   channel, office, handler, received_at, decided_at, delivered_at, ending, ended_at, result, limit_unit, limit_started_at, \
                   statutory_limit, promised_limit, used, statutory_due_at, promised_due_at, limit_done_at, limit_fell_at, suspended_ms, \
                   suspensions, extensions, supplements, events_late, events_resent, events_reversed, updated_at, log_id, log_partition, \
                   version";
    let kept = |which: &str| {
        format!(
            "INSERT INTO case_states ({columns}, stays) SELECT {columns}, length(visits) FROM cases FINAL WHERE {which}"
        )
    };
    clickhouse.ask(&kept("1")).await?;
    clickhouse.ask(ALERTS).await?;
    clickhouse.ask(STATES_OF_ALERTS).await?;
    let first_change = u64::from(args.cases);
    archived(store, now, first_change).await?;
    eprintln!("{} cases are there", args.cases);
    let began = Instant::now();
    store
        .make_cells(ZONE, now)
        .await?
        .context("cells are made from nothing")?;
    let from_nothing_s = began.elapsed().as_secs_f64();
    let cells = clickhouse.count("case_cells").await?;
    // They end today, somewhere else than they were.
    let changed = args.cases / args.changed.clamp(1, args.cases);
    clickhouse
        .ask(&format!(
            "INSERT INTO cases SELECT * REPLACE (toDateTime64('2026-11-20 04:00:00', 3, 'UTC') AS ended_at, 'closed' AS ending, \
             '510502' AS region_code, {first_change} + intDiv(log_offset, {changed}) AS version) FROM cases FINAL WHERE log_offset % {changed} = 0"
        ))
        .await?;
    clickhouse
        .ask(&kept(&format!("version >= {first_change}")))
        .await?;
    let mut questions = questions(now);
    for nth in 1..=args.times.max(args.of_rows) {
        for question in &mut questions {
            let cells = match nth <= args.times {
                true => Some(timed(&mut question.ms, store.statistics(&question.asked)).await?),
                false => None,
            };
            if nth <= args.of_rows {
                let rows = store.statistics_by_row(&question.asked);
                let rows = timed(&mut question.of_rows_ms, rows).await?;
                ensure!(
                    cells.is_none_or(|cells| cells == rows),
                    "{}: cells and rows come to different answers",
                    question.name
                );
            }
        }
        eprintln!("turn {nth} of {}", args.times.max(args.of_rows));
    }
    let last_change = first_change + u64::from(args.cases / changed);
    archived(store, now, last_change + 1).await?;
    let began = Instant::now();
    store
        .make_cells(ZONE, now)
        .await?
        .context("what changed is added")?;
    let changes_s = began.elapsed().as_secs_f64();
    Ok((questions, from_nothing_s, changes_s, cells))
}

async fn timed(
    ms: &mut Vec<f64>,
    asking: impl Future<Output = Result<Answer, mingjing_store::Error>>,
) -> anyhow::Result<Answer> {
    let began = Instant::now();
    let answer = asking.await?;
    ms.push(began.elapsed().as_secs_f64() * 1e3);
    Ok(answer)
}

/// All facts before an offset are archived.
async fn archived(store: &Store, now: Timestamp, next_offset: u64) -> anyhow::Result<()> {
    let of = |partition| Watermark {
        log_id: LOG.to_owned(),
        topic: "mj.facts".to_owned(),
        partition,
        next_offset,
        epoch: 1,
        written_at: now,
        chain: None,
    };
    let marks: Vec<Watermark> = (0..PARTITIONS).map(of).collect();
    let (_go_on, stop) = watch::channel(false);
    let nothing = Batch::default();
    let written = store.insert_batch(&nothing, &marks, Backoff::default(), &stop, &());
    Ok(written.await?)
}

/// Cases of two years of a city with two hundred bodies in eight regions, one in twenty-five of them open.
fn fill(cases: u32) -> String {
    format!(
        "INSERT INTO cases (source, case_no, item_code, org_code, region_code, flowchart, opened_at, accepted_at, closed_at, due_at, events, \
         step, visits, power_type, case_kind, office, handler, received_at, decided_at, delivered_at, ending, ended_at, result, limit_unit, \
         limit_started_at, statutory_limit, promised_limit, used, statutory_due_at, promised_due_at, limit_done_at, limit_fell_at, \
         suspended_ms, suspensions, extensions, supplements, events_late, events_resent, events_reversed, updated_at, log_id, log_partition, \
         log_offset, log_n, version) \
         SELECT concat('load-', toString(h % 40)), concat('L', leftPad(toString(number), 9, '0')), \
         concat('item-', toString(h % 2000)), concat('org-', toString(h % 200)), \
         ['510500','510502','510503','510504','510521','510522','510524','510525'][h % 8 + 1], 'permit@1', \
         toDateTime64('2024-12-01 01:00:00', 3, 'UTC') + toIntervalSecond(h2 % 62208000) AS opened, opened + toIntervalHour(h % 60) AS accepted, \
         if(h % 100 < 4, NULL, accepted + toIntervalHour(24 + h2 % 400)) AS closed, accepted + toIntervalHour(24 * 28) AS due, 12, 'deliver', \
         arrayMap(i -> (concat('step', toString(i)), toUInt16(1), opened + toIntervalHour(i * 12), \
         if(closed IS NULL AND i = {STAYS}, NULL, opened + toIntervalHour(i * 12 + 1 + (h + i) % 20)), opened + toIntervalHour(i * 12 + 48), \
         'office', concat('p', toString(h % 500))), range(1, {STAYS} + 1)), \
         ['licence','penalty','inspection','confirmation','payment'][h % 5 + 1], if(h % 3 = 0, 'instant', 'promise'), 'office', \
         concat('p', toString(h % 500)), opened, closed, closed, if(closed IS NULL, NULL, 'closed'), closed, 'granted', 'wd', accepted, 20, 10, \
         if(closed IS NULL, NULL, toUInt32(h % 22)), due, accepted + toIntervalHour(24 * 14), closed, NULL, \
         if(h % 20 = 0, 86400000 * 5, 0), h % 20 = 0, 0, h % 10 = 0, h % 7 = 0, 0, 0, opened, '{LOG}', h % {PARTITIONS}, number, 0, number \
         FROM (SELECT number, cityHash64(number) AS h, cityHash64(number, 1) AS h2 FROM numbers({cases})) \
         SETTINGS max_insert_block_size = 100000"
    )
}

/// One case in forty has an alert that stands.
const ALERTS: &str = "INSERT INTO alerts (alert_id, subject_kind, source, case_no, item_code, org_code, region_code, responsible_org, \
     control_point, rule, step, visit, level, status, raised_at, issued_at, disposition, revision, updated_at, log_id, log_partition, \
     log_offset, log_n, version) \
     SELECT lower(hex(MD5(concat(source, case_no)))), 'case', source, case_no, item_code, org_code, region_code, org_code, \
     'late', 'T3', '', 0, 'yellow', 'issued', opened_at, opened_at, 'open', 1, updated_at, log_id, log_partition, log_offset, 1, version \
     FROM cases FINAL WHERE cityHash64(case_no) % 40 = 0";

const STATES_OF_ALERTS: &str = "INSERT INTO alert_states (source, case_no, alert_id, subject_kind, level, status, issued_at, disposition, \
     log_id, log_partition, version) \
     SELECT source, case_no, alert_id, subject_kind, level, status, issued_at, disposition, log_id, log_partition, version FROM alerts FINAL";

/// What dashboards ask.
fn questions(now: Timestamp) -> Vec<Question> {
    let metrics = METRICS.iter().copied();
    let board: Vec<&'static Metric> = metrics
        .clone()
        .filter(|metric| BOARD.contains(&metric.id))
        .collect();
    let all: Vec<&'static Metric> = metrics
        .filter(|metric| metric.over == Over::Cases)
        .collect();
    let of_steps: Vec<&'static Metric> = METRICS
        .iter()
        .copied()
        .filter(|metric| metric.over == Over::Steps)
        .collect();
    let asked = |period: &str, by: Option<Dimension>, metrics: &[&'static Metric]| Asked {
        period: period.parse().expect("a period that is written here"),
        zone: ZONE,
        now,
        by,
        metrics: metrics.to_vec(),
        filter: Filter::default(),
        sight: Sight::default(),
        compare: true,
        min_base: 5,
        limit: 1000,
        known: Known::default(),
    };
    let question = |name: &'static str, asked: Asked| Question {
        name,
        asked,
        ms: Vec::new(),
        of_rows_ms: Vec::new(),
    };
    let of_one_body = Asked {
        filter: Filter {
            org: Some("org-7".to_owned()),
            ..Filter::default()
        },
        ..asked("2026-11", None, &all)
    };
    let seen_in_part = Asked {
        sight: Sight {
            region_prefix: Some("510502".to_owned()),
            body: None,
        },
        ..asked("2026-11", Some(Dimension::Org), &board)
    };
    vec![
        question("this month", asked("2026-11", None, &board)),
        question(
            "this month by body",
            asked("2026-11", Some(Dimension::Org), &board),
        ),
        question(
            "this month by region",
            asked("2026-11", Some(Dimension::Region), &board),
        ),
        question("every metric of the month", asked("2026-10", None, &all)),
        question("every metric of one body's month", of_one_body),
        question("one region's bodies", seen_in_part),
        question(
            "the month's steps",
            asked("2026-10", Some(Dimension::Step), &of_steps),
        ),
        question(
            "steps of the month by body",
            asked("2026-10", Some(Dimension::Org), &of_steps),
        ),
        question(
            "the year's steps",
            asked("2026", Some(Dimension::Step), &of_steps),
        ),
        question(
            "the year by month",
            asked("2026", Some(Dimension::Month), &board),
        ),
        question(
            "the year by body",
            asked("2026", Some(Dimension::Org), &board),
        ),
        question(
            "the year by kind of power",
            asked("2026", Some(Dimension::PowerType), &board),
        ),
    ]
}

impl Question {
    fn answered(mut self) -> Answered {
        self.ms.sort_by(f64::total_cmp);
        self.of_rows_ms.sort_by(f64::total_cmp);
        Answered {
            question: self.name,
            p50_ms: percentile(&self.ms, 0.5),
            p95_ms: percentile(&self.ms, 0.95),
            of_rows_p50_ms: percentile(&self.of_rows_ms, 0.5),
        }
    }
}

fn said(report: &Report) -> (String, Vec<(String, String)>) {
    let took = |q: &Answered| {
        let Answered {
            p50_ms,
            p95_ms,
            of_rows_p50_ms,
            ..
        } = q;
        format!(
            "p50 {} ms, p95 {}; of rows p50 {}",
            number(*p50_ms),
            number(*p95_ms),
            number(*of_rows_p50_ms)
        )
    };
    let mut rows: Vec<(String, String)> = report
        .questions
        .iter()
        .map(|q| (q.question.to_owned(), took(q)))
        .collect();
    rows.extend([
        (
            "slowest p95".to_owned(),
            format!("{} ms", number(report.slowest_p95_ms)),
        ),
        (
            "ratio of cells to rows".to_owned(),
            report.ratio.told("times"),
        ),
        (
            format!("cells made from nothing ({})", number(report.cells as f64)),
            format!("{} s", number(report.from_nothing_s)),
        ),
        (
            format!("{} changed cases added", report.changed),
            format!("{} s", number(report.changes_s)),
        ),
    ]);
    let title = format!(
        "statistics over {} cases with {} stays, each question {} times, {}",
        number(f64::from(report.cases)),
        number(report.stays as f64),
        report.times,
        load_before(report.load_average_before)
    );
    (title, rows)
}
