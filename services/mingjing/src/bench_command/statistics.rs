//! `mingjing bench statistics`: how fast dashboards of statistics are answered, and a bulletin is drafted.
//!
//! A made-up city's cases, each with eight stays in steps, are put into an embedded ClickHouse by one statement; cells are made, and some cases
//! change afterwards, as they do between two passes. Then what dashboards ask is asked in turn, and a month's bulletin is drafted and
//! written. The other side, in the same run: the same questions and the same bulletin of rows, in time and in what the engine does for
//! them. Both have to come to the same answer.
//!
//! At full size the bench fails where what the platform promises of this data is not held to.

mod bounds;
mod bulletin;
mod city;
mod engine;
mod questions;

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use chrono_tz::Tz;
use mingjing_domain::Timestamp;
use mingjing_store::{Backoff, Batch, Store, Watermark};
use serde::Serialize;
use tokio::sync::watch;

use self::bounds::{BULLETIN_MAX_S, FULL_SIZE, P95_MAX_MS, SHARE_MAX, broken, verdict};
use self::bulletin::Bulletin;
use self::city::{LOG, PARTITIONS, STAYS};
use self::engine::{Engine, Took, Work};
use self::questions::{Question, questions};
use super::end_to_end::start_clickhouse;
use super::measured::{Measured, load_before, number, tell};
use super::probe::ClickHouse;
use super::site::Site;
use super::stopwatch::load_average;

const ZONE: Tz = chrono_tz::Asia::Shanghai;
const NOW: &str = "2026-11-20T15:37:12+08:00";

/// What is asked.
#[derive(Debug, clap::Args)]
pub struct StatisticsArgs {
    /// Cases in ClickHouse; each has eight stays in steps.
    #[arg(long, default_value_t = FULL_SIZE)]
    cases: u32,
    /// Cases that change after cells were made. Twenty million stays a year, each begun and ended, are six changes a second of office hours, and
    /// ten to twenty seconds lie between two passes: so many wait then. One more changes before each question, which makes them five times as
    /// many until the last.
    #[arg(long, default_value_t = 120)]
    changed: u32,
    /// How often each question is asked of cells.
    #[arg(long, default_value_t = 40)]
    times: u32,
    /// How often it is asked of rows.
    #[arg(long, default_value_t = 3)]
    of_rows: u32,
    /// How often the bulletin is drafted and written; 0: not at all, for want of fonts.
    #[arg(long, default_value_t = 3)]
    bulletins: u32,
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
    /// All questions out of cells to all of them of rows, by sort: time, and what was done for them; none of a sort of which there was too little
    /// to count.
    together: Vec<(&'static str, Option<f64>)>,
    /// Of each question its median out of cells to that of rows.
    ratio: Measured,
    /// The same of what the engine did, by sort; none of a sort of which there was too little to count.
    ratios_of_work: Vec<(&'static str, Option<Measured>)>,
    bulletin: Option<Bulletin>,
}

/// What came of a question.
#[derive(Serialize)]
struct Answered {
    question: &'static str,
    cells: Took,
    rows: Took,
    /// Whether it was answered as soon as dashboards are to be.
    in_time: bool,
}

impl Answered {
    fn of(question: Question) -> Self {
        let cells = question.cells.took();
        Self {
            question: question.name,
            in_time: cells.p95_ms < P95_MAX_MS,
            cells,
            rows: question.rows.took(),
        }
    }
}

/// What was measured of the cells themselves, and of what is asked.
struct Found {
    from_nothing_s: f64,
    changes_s: f64,
    cells: u64,
    questions: Vec<Question>,
    bulletin: Option<Bulletin>,
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
    let engine = Engine::new(&clickhouse, &child);
    let measured = measure(&args, &site, &engine, &store).await;
    child.stop().await;
    let Found {
        from_nothing_s,
        changes_s,
        cells,
        questions,
        bulletin,
    } = measured?;
    let questions: Vec<Answered> = questions.into_iter().map(Answered::of).collect();
    let slowest = questions.iter().map(|q| q.cells.p95_ms);
    let ratios = questions.iter().map(|q| q.cells.p50_ms / q.rows.p50_ms);
    let report = Report {
        cases: args.cases,
        stays: u64::from(args.cases) * u64::from(STAYS),
        changed: args.changed,
        times: args.times,
        load_average_before,
        from_nothing_s,
        changes_s,
        cells,
        slowest_p95_ms: slowest.fold(0.0, f64::max),
        together: together(&questions),
        ratio: Measured::of(ratios),
        ratios_of_work: ratios_of_work(&questions),
        questions,
        bulletin,
    };
    tell(&report, args.json, said)?;
    let broken = broken(&report);
    ensure!(
        args.cases < FULL_SIZE || broken.is_empty(),
        "what is promised of this data is not held to: {}",
        broken.join("; ")
    );
    Ok(())
}

async fn measure(
    args: &StatisticsArgs,
    site: &Site,
    engine: &Engine<'_>,
    store: &Store,
) -> anyhow::Result<Found> {
    let clickhouse = engine.clickhouse;
    let now = Timestamp::parse(NOW)?;
    store.migrate(now).await?;
    clickhouse.ask(&city::cases(args.cases)).await?;
    clickhouse.ask(&city::states("1")).await?;
    clickhouse.ask(&city::alerts()).await?;
    clickhouse.ask(city::DECISIONS).await?;
    clickhouse.ask(city::STATES_OF_ALERTS).await?;
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
    let every = args.cases / args.changed.clamp(1, args.cases);
    clickhouse.ask(&city::changes(first_change, every)).await?;
    let changed = city::states(&format!("version >= {first_change}"));
    clickhouse.ask(&changed).await?;
    engine.settled().await?;
    let mut changing = Changing {
        engine,
        cases: u64::from(args.cases),
        version: first_change + u64::from(args.cases / every) + 1,
    };
    let questions = ask(args, &mut changing, store, now).await?;
    let bulletin = match args.bulletins {
        0 => None,
        times => Some(bulletin::bulletin(times, site, store, engine, ZONE, now).await?),
    };
    archived(store, now, changing.version).await?;
    let began = Instant::now();
    store
        .make_cells(ZONE, now)
        .await?
        .context("what changed is added")?;
    Ok(Found {
        from_nothing_s,
        changes_s: began.elapsed().as_secs_f64(),
        cells,
        questions,
        bulletin,
    })
}

/// Cases that change while questions are asked, so that each finds one of which nothing is known yet. What the others were and are is kept, as it
/// is on a platform until its next pass.
struct Changing<'a> {
    engine: &'a Engine<'a>,
    cases: u64,
    /// The next one's version.
    version: u64,
}

impl Changing<'_> {
    /// One more.
    async fn one(&mut self) -> anyhow::Result<()> {
        // Here and there among them.
        let number = self.version.wrapping_mul(7_919) % self.cases;
        let clickhouse = self.engine.clickhouse;
        clickhouse.ask(&city::change(number, self.version)).await?;
        let state = city::states(&city::is_case(number));
        clickhouse.ask(&state).await?;
        self.version += 1;
        Ok(())
    }
}

/// Asks everything in turn, as often as is wanted of either side; before each question one more case has changed.
async fn ask(
    args: &StatisticsArgs,
    changing: &mut Changing<'_>,
    store: &Store,
    now: Timestamp,
) -> anyhow::Result<Vec<Question>> {
    let engine = changing.engine;
    let mut questions = questions(now, ZONE);
    for question in &questions {
        ensure!(
            store.cells_answer(&question.asked).await?,
            "{}: cells do not answer it",
            question.name
        );
    }
    let turns = args.times.max(args.of_rows);
    for nth in 1..=turns {
        for Question {
            name,
            asked,
            cells,
            rows,
        } in &mut questions
        {
            changing.one().await?;
            let of_cells = match nth <= args.times {
                true => Some(cells.ask(engine, store.statistics(asked)).await?),
                false => None,
            };
            if nth <= args.of_rows {
                let of_rows = rows.ask(engine, store.statistics_by_row(asked)).await?;
                ensure!(
                    of_cells.is_none_or(|of_cells| of_cells == of_rows),
                    "{name}: cells and rows come to different answers"
                );
            }
        }
        eprintln!("turn {nth} of {turns}");
    }
    Ok(questions)
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

/// What one does to what the other does; none where that was too little to count.
fn ratio(one: f64, other: f64) -> Option<f64> {
    (other > 0.0).then(|| one / other)
}

/// All questions of one side to all of the other.
fn together(questions: &[Answered]) -> Vec<(&'static str, Option<f64>)> {
    let all = |amount: &dyn Fn(&Took) -> f64| {
        let cells = questions.iter().map(|q| amount(&q.cells)).sum();
        ratio(cells, questions.iter().map(|q| amount(&q.rows)).sum())
    };
    let time = ("time", all(&|took| took.p50_ms));
    let sorts = Work::SORTS.into_iter();
    let work = sorts.map(|(sort, amount)| (sort, all(&|took| amount(&took.work))));
    std::iter::once(time).chain(work).collect()
}

fn ratios_of_work(questions: &[Answered]) -> Vec<(&'static str, Option<Measured>)> {
    let of = |amount: fn(&Work) -> f64| {
        let ratios = questions.iter();
        let ratios = ratios.filter_map(|q| ratio(amount(&q.cells.work), amount(&q.rows.work)));
        let ratios: Vec<f64> = ratios.collect();
        (!ratios.is_empty()).then(|| Measured::of(ratios))
    };
    let sorts = Work::SORTS.into_iter();
    sorts.map(|(sort, amount)| (sort, of(amount))).collect()
}

/// What the engine does for one side to what it does for the other, by sort.
fn work_told(cells: &Took, rows: &Took) -> String {
    let sorts = Work::SORTS.into_iter().map(|(sort, amount)| {
        let ratio = ratio(amount(&cells.work), amount(&rows.work));
        let ratio = ratio.map_or("unknown".to_owned(), number);
        format!("{sort} {ratio}")
    });
    sorts.collect::<Vec<_>>().join(", ")
}

fn said(report: &Report) -> (String, Vec<(String, String)>) {
    let mut rows: Vec<(String, String)> = report.questions.iter().map(question_said).collect();
    rows.push((
        "slowest p95".to_owned(),
        format!(
            "{} ms; at most {}: {}",
            number(report.slowest_p95_ms),
            number(P95_MAX_MS),
            verdict(report.slowest_p95_ms < P95_MAX_MS)
        ),
    ));
    const UNTOLD: &str = "too little to count";
    rows.extend(report.together.iter().map(|(sort, ratio)| {
        let told = ratio.map_or(UNTOLD.to_owned(), |ratio| {
            let holds = verdict(ratio <= SHARE_MAX);
            format!("{} times; a tenth: {holds}", number(ratio))
        });
        (format!("all of them, cells to rows, {sort}"), told)
    }));
    let times = ("time", Some(report.ratio));
    let ratios = std::iter::once(times).chain(report.ratios_of_work.iter().copied());
    rows.extend(ratios.map(|(sort, ratio)| {
        let told = ratio.map_or(UNTOLD.to_owned(), |ratio| {
            let holds = verdict(ratio.median <= SHARE_MAX);
            format!("{}; a tenth: {holds}", ratio.told("times"))
        });
        (format!("each of them, cells to rows, {sort}"), told)
    }));
    rows.extend(report.bulletin.iter().flat_map(bulletin_said));
    rows.extend([
        (
            format!("cells made from nothing ({})", number(report.cells as f64)),
            format!("{} s", number(report.from_nothing_s)),
        ),
        (
            format!("{} changed cases added", report.changed),
            format!("{} s", number(report.changes_s)),
        ),
    ]);
    let small = match report.cases < FULL_SIZE {
        true => ", too few for its times to say anything",
        false => "",
    };
    let title = format!(
        "statistics over {} cases with {} stays{small}, each question {} times, {}",
        number(f64::from(report.cases)),
        number(report.stays as f64),
        report.times,
        load_before(report.load_average_before)
    );
    (title, rows)
}

fn question_said(answered: &Answered) -> (String, String) {
    let Answered { cells, rows, .. } = answered;
    let told = format!(
        "p50 {} ms, p95 {} {}; of rows p50 {}; cells to rows: {}",
        number(cells.p50_ms),
        number(cells.p95_ms),
        verdict(answered.in_time),
        number(rows.p50_ms),
        work_told(cells, rows)
    );
    (answered.question.to_owned(), told)
}

fn bulletin_said(bulletin: &Bulletin) -> [(String, String); 3] {
    let Bulletin {
        period,
        times,
        whole_s,
        draft,
        files_s,
        of_rows,
        ratio,
        figures_sha256,
    } = bulletin;
    [
        (
            format!("bulletin of {period}, drafted and written"),
            format!(
                "{}; at most {}: {}",
                whole_s.told("s"),
                number(BULLETIN_MAX_S),
                verdict(bulletin.in_time())
            ),
        ),
        (
            "  drafted; its PDF, DOCX, XLSX and data".to_owned(),
            format!("{} s; {}", number(draft.p50_ms / 1e3), files_s.told("s")),
        ),
        (
            "  the same drafted out of rows".to_owned(),
            format!(
                "{} s; cells to rows: time {}, {}; the same figures {times} times and of rows: {}",
                number(of_rows.p50_ms / 1e3),
                number(*ratio),
                work_told(draft, of_rows),
                figures_sha256.get(..12).unwrap_or(figures_sha256)
            ),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn took(p50_ms: f64, p95_ms: f64, rows: f64) -> Took {
        let work = Work {
            cpu_ms: 0.0,
            rows,
            bytes: rows * 8.0,
        };
        Took {
            p50_ms,
            p95_ms,
            work,
        }
    }

    fn report(p50_ms: f64, p95_ms: f64, bulletin_s: f64) -> Report {
        let questions = vec![Answered {
            question: "this month",
            cells: took(p50_ms, p95_ms, 5.0),
            rows: took(400.0, 500.0, 100.0),
            in_time: p95_ms < P95_MAX_MS,
        }];
        Report {
            cases: FULL_SIZE,
            stays: 0,
            changed: 0,
            times: 1,
            load_average_before: None,
            from_nothing_s: 0.0,
            changes_s: 0.0,
            cells: 0,
            slowest_p95_ms: p95_ms,
            together: together(&questions),
            ratio: Measured::of([0.25]),
            ratios_of_work: ratios_of_work(&questions),
            questions,
            bulletin: Some(Bulletin {
                period: "2026-10",
                times: 1,
                whole_s: Measured::of([bulletin_s]),
                draft: took(1000.0, 1000.0, 5.0),
                files_s: Measured::of([1.0]),
                of_rows: took(4000.0, 4000.0, 100.0),
                ratio: 0.25,
                figures_sha256: "0123456789abcdef".into(),
            }),
        }
    }

    #[test]
    fn what_takes_too_long_is_said_in_a_sentence_each() {
        assert_eq!(broken(&report(40.0, 250.0, 4.0)), Vec::<String>::new());
        let said = broken(&report(100.0, 577.0, 12.0));
        assert_eq!(
            said,
            [
                "a dashboard is to be answered within 300 ms at p95, and \"this month\" takes 577 ms",
                "out of cells all dashboards are to cost at most 0.100 of what they cost of rows, and of time they cost 0.250",
                "a bulletin is to be drafted and written within 10.0 s, and it takes up to 12.0 s",
            ]
        );
    }

    #[test]
    fn work_is_told_beside_time_and_what_could_not_be_counted_is_said_to_be_unknown() {
        let (_, rows) = said(&report(100.0, 250.0, 4.0));
        let told = |what: &str| {
            let found = rows.iter().find(|(name, _)| name == what);
            found.map(|(_, told)| told.as_str())
        };
        assert_eq!(
            told("this month"),
            Some(
                "p50 100 ms, p95 250 PASS; of rows p50 400; \
                 cells to rows: processor time unknown, rows read 0.050, bytes read 0.050"
            )
        );
        assert_eq!(
            told("all of them, cells to rows, time"),
            Some("0.250 times; a tenth: FAIL")
        );
        assert_eq!(
            told("all of them, cells to rows, rows read"),
            Some("0.050 times; a tenth: PASS")
        );
        assert_eq!(
            told("each of them, cells to rows, time"),
            Some("0.250 times (0.250 to 0.250); a tenth: FAIL")
        );
        assert_eq!(
            told("all of them, cells to rows, processor time"),
            Some("too little to count")
        );
    }
}
