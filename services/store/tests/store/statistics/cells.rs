//! Cells against rows: the same answer to the last digit, whatever became of cases, and wherever a pass was cut off.

use std::collections::BTreeMap;

use mingjing_domain::Timestamp;
use mingjing_domain::alert::AlertRecord;
use mingjing_domain::fact::CaseRecord;
use mingjing_store::metrics::{Asked, CellsMade, Dimension, Filter, METRICS, Over, metric};
use mingjing_store::{AlertRow, Batch, CaseRow, EventRow, Place, Sight, Store, Watermark};

use super::ZONE;
use super::chance::{Dice, case};
use super::held;
use super::world::World;
use crate::samples::{place, write};

/// When cells are made; the same day as [`ASKED`].
const MADE: &str = "2026-11-20T08:00:00+08:00";
/// When is asked: within a day, so that a running month's stock is taken at no day's beginning.
const ASKED: &str = "2026-11-20T15:37:12+08:00";
const PARTITIONS: u64 = 3;

/// A town whose cases change.
struct Town {
    store: Store,
    dice: Dice,
    cases: Vec<CaseRecord>,
    /// By partition the next version.
    next: [u64; PARTITIONS as usize],
    clock: Timestamp,
    /// How many questions were asked by turns.
    turns: usize,
}

impl Town {
    fn new(store: Store, seed: u64) -> Self {
        Self {
            store,
            dice: Dice(seed),
            cases: Vec::new(),
            next: [0; PARTITIONS as usize],
            clock: Timestamp::parse(MADE).unwrap(),
            turns: 0,
        }
    }

    /// New cases, and others that turn out otherwise: other months, regions, bodies, ends, or taken back as a whole.
    fn changed(&mut self, new: usize, others: usize) -> Batch {
        let mut batch = Batch::default();
        for _ in 0..new {
            let n = self.cases.len();
            let case = case(&mut self.dice, n);
            self.cases.push(case);
            self.tell(n, &mut batch);
        }
        for _ in 0..others {
            let n = self.dice.below(self.cases.len() as u64) as usize;
            let source = self.cases[n].source.clone();
            self.cases[n] = CaseRecord {
                source,
                ..case(&mut self.dice, n)
            };
            self.tell(n, &mut batch);
        }
        batch
    }

    /// Where the next fact lies of what has this number.
    fn next_place(&mut self, n: usize) -> Place {
        let partition = n % PARTITIONS as usize;
        let version = self.next[partition];
        // Other facts lie in between.
        self.next[partition] += 1 + self.dice.below(3);
        Place {
            partition: partition as u16,
            fact_offset: version,
            ..place(version)
        }
    }

    fn tell(&mut self, n: usize, batch: &mut Batch) {
        let place = self.next_place(n);
        batch.case(CaseRow::new(self.cases[n].clone(), self.clock, &place));
    }

    fn watermarks(&self) -> Vec<Watermark> {
        let of = |(partition, next): (usize, &u64)| Watermark {
            log_id: place(0).log_id,
            topic: "mj.facts".into(),
            partition: partition as u16,
            next_offset: *next,
            epoch: 1,
            written_at: self.clock,
            chain: None,
        };
        self.next.iter().enumerate().map(of).collect()
    }

    async fn write(&mut self, new: usize, others: usize) {
        let batch = self.changed(new, others);
        write(&self.store, &batch, &self.watermarks()).await;
    }

    /// What the archive has written whose watermark it has not.
    async fn write_ahead(&mut self, new: usize, others: usize) {
        let batch = self.changed(new, others);
        write(&self.store, &batch, &[]).await;
    }

    /// The first cases of a partition, whose first watermark is not there yet.
    async fn begin_ahead(&mut self, partition: u16, new: u64) {
        let mut batch = Batch::default();
        for version in 0..new {
            let case = case(&mut self.dice, self.cases.len() + version as usize);
            let place = Place {
                partition,
                fact_offset: version,
                ..place(version)
            };
            batch.case(CaseRow::new(case, self.clock, &place));
        }
        write(&self.store, &batch, &[]).await;
    }

    async fn speak(&mut self, seed: u64) {
        let batch = self.spoken_of(seed);
        write(&self.store, &batch, &self.watermarks()).await;
    }

    async fn speak_ahead(&mut self, seed: u64) {
        let batch = self.spoken_of(seed);
        write(&self.store, &batch, &[]).await;
    }

    /// Alerts about some cases, or with another seed what became of them, and ratings of some.
    fn spoken_of(&mut self, seed: u64) -> Batch {
        let world = World::by_chance(seed, self.cases.len());
        let mut batch = Batch::default();
        for (n, alert) in world.alerts.into_iter().enumerate() {
            // An alert is about the same case for ever, and a case may have several.
            let CaseRecord {
                source, case_no, ..
            } = self.cases[n % 97 % self.cases.len()].clone();
            let alert = AlertRecord {
                source,
                case_no,
                ..alert
            };
            let place = self.next_place(n);
            batch.alert(AlertRow::new(alert, 1, self.clock, &place));
        }
        for (n, event) in world.events.iter().enumerate() {
            batch.event(EventRow::new(event, "log", 0, n as u64, None));
        }
        batch
    }

    async fn pass(&self) -> Option<CellsMade> {
        self.store.make_cells(ZONE, self.clock).await.unwrap()
    }

    /// All questions.
    async fn same(&self, what: &str) {
        for asked in questions() {
            held::cells_say_what_rows_say(&self.store, &asked, what).await;
        }
    }

    /// The next three of them.
    async fn same_by_turns(&mut self, what: &str) {
        let questions = questions();
        for _ in 0..3 {
            let asked = &questions[self.turns % questions.len()];
            self.turns += 1;
            self.same_of(asked, &format!("{what}: {asked:?}")).await;
        }
    }

    async fn same_of(&self, asked: &Asked, told: &str) {
        let cells = self.store.statistics(asked).await.unwrap();
        let rows = self.store.statistics_by_row(asked).await.unwrap();
        assert_eq!(cells, rows, "{told}");
    }
}

fn question(period: &str, by: Option<Dimension>) -> Asked {
    let metrics = METRICS.iter().copied();
    Asked {
        by,
        metrics: metrics
            .filter(|m| matches!(m.over, Over::Cases | Over::Steps))
            .collect(),
        ..super::asked(period, ASKED, &World::by_chance(0, 0))
    }
}

/// What dashboards ask, and what narrows it.
fn questions() -> Vec<Asked> {
    let text = |text: &str| Some(text.to_owned());
    let narrowed = |filter: Filter| Asked {
        filter,
        ..question("2026-11", Some(Dimension::Org))
    };
    let seen = |region: Option<&str>, body: Option<&str>| Asked {
        sight: Sight {
            region_prefix: region.map(str::to_owned),
            body: body.map(str::to_owned),
        },
        ..question("2026-11", Some(Dimension::Region))
    };
    vec![
        question("2026-10", None),
        question("2026-11", None),
        question("2026-11", Some(Dimension::Org)),
        question("2026-10", Some(Dimension::Region)),
        question("2026-Q4", Some(Dimension::PowerType)),
        question("2025", Some(Dimension::CaseKind)),
        question("2026", Some(Dimension::Month)),
        question("2026-10-05..2026-11-07", Some(Dimension::Month)),
        question("2026-11", Some(Dimension::Step)),
        question("2026", Some(Dimension::Step)),
        // By what cases are not told apart: the total alone.
        question("2026-10", Some(Dimension::Level)),
        narrowed(Filter {
            region_prefix: text("510502"),
            power_type: text("penalty"),
            ..Filter::default()
        }),
        narrowed(Filter {
            org: text("o2"),
            case_kind: text("promise"),
            ..Filter::default()
        }),
        narrowed(Filter {
            key: Some((Dimension::Region, String::new())),
            ..Filter::default()
        }),
        seen(Some("510502"), None),
        seen(Some("5105"), Some("o1")),
        seen(None, Some("o9")),
    ]
}

#[tokio::test]
async fn cells_say_what_rows_say_after_whatever_happened_and_wherever_a_pass_was_cut_off() {
    let mut town = Town::new(crate::samples::store().await, 11);
    town.write(150, 0).await;
    assert_eq!(town.pass().await, Some(CellsMade::FromNothing));
    assert_eq!(town.pass().await, None);
    town.speak(21).await;
    town.same("spoken of").await;
    let asked = question("2026-10", None);
    let total = town.store.statistics(&asked).await.unwrap().total;
    for id in [
        "alert_rate",
        "rating_coverage",
        "overdue_rate",
        "median_step_hours",
        "step_overdue_rate",
    ] {
        assert!(total[id].value.is_some_and(|value| value > 0.0), "{id}");
    }

    for round in 0..3 {
        town.write(20, 40).await;
        // What becomes of alerts, of whose cases most stay as they are.
        town.speak(22 + round).await;
        town.same_by_turns(&format!("{round}: changed")).await;
        match round {
            0 => assert_eq!(town.pass().await, Some(CellsMade::Changes)),
            // Cut off before its end: it is as if it had never been, then and after the next one.
            1 => {
                let pass = town.store.next_cell_pass(ZONE, town.clock).await.unwrap();
                town.store.put_cells(&pass.unwrap()).await.unwrap();
                town.same_by_turns("cut off").await;
                town.write(2, 5).await;
                assert_eq!(town.pass().await, Some(CellsMade::Changes));
            }
            // Two that began alike, ended in either order.
            _ => {
                let mut passes = Vec::new();
                for _ in 0..2 {
                    let pass = town.store.next_cell_pass(ZONE, town.clock).await.unwrap();
                    let pass = pass.unwrap();
                    town.store.put_cells(&pass).await.unwrap();
                    passes.push(pass);
                }
                for pass in passes.iter().rev() {
                    town.store.end_cell_pass(pass).await.unwrap();
                    town.same_by_turns("two passes").await;
                }
            }
        }
        town.same_by_turns(&format!("{round}: passed")).await;
        town.write_ahead(3, 10).await;
        town.speak_ahead(32 + round).await;
        town.same_by_turns(&format!("{round}: before the watermark"))
            .await;
    }

    // A pass from nothing finds the same, and counts from then on, also where another process adds to the old chain meanwhile.
    town.write(2, 5).await;
    let old = town.store.next_cell_pass(ZONE, town.clock).await.unwrap();
    let old = old.unwrap();
    let new = town.store.cell_pass_from_nothing(ZONE, town.clock).await;
    let new = new.unwrap().unwrap();
    town.store.put_cells(&new).await.unwrap();
    // Under way it is not read.
    town.same_by_turns("a new chain under way").await;
    assert_eq!(town.store.cells_differing(&new).await.unwrap(), Some(0));
    town.store.end_cell_pass(&new).await.unwrap();
    town.store.put_cells(&old).await.unwrap();
    town.store.end_cell_pass(&old).await.unwrap();
    let checked = town.store.check_cells(ZONE, town.clock).await.unwrap();
    assert_eq!(checked.differing, Some(0));
    town.same("made from nothing beside").await;
    // More than are looked up at once.
    town.write(1_100, 0).await;
    town.same("many new ones").await;
    // Of a partition whose first watermark is not there, nobody knows from where on it is new.
    town.begin_ahead(PARTITIONS as u16, 20).await;
    for asked in questions() {
        assert!(!town.store.cells_answer(&asked).await.unwrap());
        town.same_of(&asked, "a partition that begins").await;
    }
}

/// Everything that is told apart with everything that narrows it, in a period that cuts months and in one that does not.
fn questions_of_every_grain() -> Vec<Asked> {
    let text = |text: &str| Some(text.to_owned());
    let key = |by: Dimension, key: &str| Filter {
        key: Some((by, key.to_owned())),
        ..Filter::default()
    };
    let filters = [
        Filter::default(),
        Filter {
            region_prefix: text("510502"),
            ..Filter::default()
        },
        Filter {
            org: text("o2"),
            ..Filter::default()
        },
        Filter {
            power_type: text("penalty"),
            ..Filter::default()
        },
        Filter {
            case_kind: text("promise"),
            ..Filter::default()
        },
        key(Dimension::Region, "510503"),
        key(Dimension::Org, ""),
        key(Dimension::PowerType, "licence"),
        key(Dimension::CaseKind, ""),
    ];
    let dimensions = [
        None,
        Some(Dimension::Region),
        Some(Dimension::Org),
        Some(Dimension::PowerType),
        Some(Dimension::CaseKind),
        Some(Dimension::Month),
        Some(Dimension::Step),
    ];
    let asked = dimensions.into_iter().flat_map(|by| {
        let narrowed = filters.iter().enumerate();
        narrowed.map(move |(n, filter)| Asked {
            filter: filter.clone(),
            sight: Sight {
                body: (n == 1).then(|| "o1".to_owned()),
                ..Sight::default()
            },
            ..question(["2026-10", "2026-11"][n % 2], by)
        })
    });
    // Of each sort of piece one.
    let metrics = [
        "received",
        "open",
        "overdue_rate",
        "median_total_days",
        "median_step_hours",
        "step_overdue_rate",
    ];
    let metrics = metrics.map(|id| metric(id).unwrap());
    asked
        .map(|asked| Asked {
            metrics: metrics.to_vec(),
            ..asked
        })
        .collect()
}

#[tokio::test]
async fn every_grain_says_what_rows_say() {
    let config = crate::engine::config();
    let store = Store::connect(&config);
    store.migrate(Timestamp::from_millis(0)).await.unwrap();
    let client = clickhouse::Client::default()
        .with_url(&config.url)
        .with_database(&config.database);
    let mut town = Town::new(store, 18);
    town.write(150, 0).await;
    assert_eq!(town.pass().await, Some(CellsMade::FromNothing));
    // Cases move between bodies, kinds and regions.
    town.write(10, 60).await;
    assert_eq!(town.pass().await, Some(CellsMade::Changes));
    town.write(2, 10).await;
    for asked in questions_of_every_grain() {
        held::cells_say_what_rows_say(&town.store, &asked, "every grain").await;
    }

    // What is not about a column reads no cell that tells it apart.
    let by = |by| question("2026-11", by);
    for (column, still, no_more) in [
        ("power_type", Some(Dimension::Org), Dimension::PowerType),
        ("org", None, Dimension::Org),
    ] {
        let delete = format!("DELETE FROM case_cells WHERE {column} != ''");
        client.query_raw(&delete).execute().await.unwrap();
        town.same_of(&by(still), column).await;
        town.same_of(&by(Some(Dimension::Region)), column).await;
        let no_more = by(Some(no_more));
        let cells = town.store.statistics(&no_more).await.unwrap();
        let rows = town.store.statistics_by_row(&no_more).await.unwrap();
        assert_ne!(cells, rows, "{column}");
    }
}

#[tokio::test]
async fn a_long_chain_is_folded_and_what_is_out_of_use_goes() {
    let config = crate::engine::config();
    let store = Store::connect(&config);
    store.migrate(Timestamp::from_millis(0)).await.unwrap();
    let client = clickhouse::Client::default()
        .with_url(&config.url)
        .with_database(&config.database);
    let count = |of: &str, from: &str| {
        let sql = format!("SELECT uniqExact({of}) FROM {from}");
        client.query_raw(&sql).fetch_one::<u64>()
    };
    let mut town = Town::new(store, 12);
    town.write(60, 0).await;
    let mut made: BTreeMap<&str, u32> = BTreeMap::new();
    for _ in 0..36 {
        town.write(1, 2).await;
        let pass = town.pass().await.unwrap();
        *made.entry(pass.code()).or_default() += 1;
    }
    let wanted = [("changes", 33), ("folded", 2), ("from_nothing", 1)];
    assert_eq!(made, BTreeMap::from(wanted));
    assert_eq!(count("pass", "case_cell_passes").await.unwrap(), 36);
    town.same("folded").await;
    town.clock = town.clock.plus_millis(3_600_000);
    town.store.forget_cells(ZONE, town.clock).await.unwrap();
    assert_eq!(count("pass", "case_cell_passes").await.unwrap(), 4);
    town.same_by_turns("folded passes dropped").await;
    let checked = town.store.check_cells(ZONE, town.clock).await.unwrap();
    assert_eq!(checked.differing, Some(0));
    assert_eq!(count("base", "case_cells").await.unwrap(), 2);
    town.clock = town.clock.plus_millis(3_600_000);
    town.store.forget_cells(ZONE, town.clock).await.unwrap();
    assert_eq!(count("base", "case_cells").await.unwrap(), 1);
    town.same_by_turns("the old chain dropped").await;
}

#[tokio::test]
async fn cells_of_an_archive_that_was_begun_anew_are_not_read() {
    let config = crate::engine::config();
    let store = Store::connect(&config);
    store.migrate(Timestamp::from_millis(0)).await.unwrap();
    let mut town = Town::new(store, 13);
    town.write(80, 40).await;
    let client = clickhouse::Client::default()
        .with_url(&config.url)
        .with_database(&config.database);
    // Without a chain, what attempts from nothing left that failed goes after a day; one may be under way.
    let under_way = town.clock.millis() * 1_000_000;
    let left =
        format!("INSERT INTO case_cells (base, pass) VALUES (1, 1), ({under_way}, {under_way})");
    client.query_raw(&left).execute().await.unwrap();
    town.store.forget_cells(ZONE, town.clock).await.unwrap();
    let bases = client.query_raw("SELECT DISTINCT base FROM case_cells");
    let bases = bases.fetch_all::<u64>().await.unwrap();
    assert_eq!(bases, [under_way as u64]);
    assert_eq!(town.pass().await, Some(CellsMade::FromNothing));
    // Everything is concluded anew, at later positions: an engine that judges otherwise does that.
    let mut batch = Batch::default();
    for n in 0..town.cases.len() {
        town.tell(n, &mut batch);
    }
    write(&town.store, &batch, &town.watermarks()).await;
    town.same("projected again").await;
    assert_eq!(town.pass().await, Some(CellsMade::Changes));
    town.same("projected again, and passed").await;

    for table in ["cases", "case_states", "watermarks"] {
        let truncate = format!("TRUNCATE TABLE {table}");
        client.query_raw(&truncate).execute().await.unwrap();
    }
    let mut again = Town::new(town.store.clone(), 14);
    again.write(20, 5).await;
    let asked = question("2026-11", Some(Dimension::Org));
    assert!(!again.store.cells_answer(&asked).await.unwrap());
    let answers = (
        again.store.statistics(&asked).await.unwrap(),
        again.store.statistics_by_row(&asked).await.unwrap(),
    );
    assert_eq!(answers.0, answers.1);
    assert_eq!(again.pass().await, Some(CellsMade::FromNothing));
    again.same("begun anew").await;
}

#[tokio::test]
async fn cells_that_are_wrong_are_found_and_replaced() {
    let config = crate::engine::config();
    let store = Store::connect(&config);
    store.migrate(Timestamp::from_millis(0)).await.unwrap();
    let mut town = Town::new(store, 15);
    town.write(50, 10).await;
    town.pass().await;
    let client = clickhouse::Client::default()
        .with_url(&config.url)
        .with_database(&config.database);
    let forged = "INSERT INTO case_cells (base, pass, piece, at, org, region, power_type, case_kind, step, hours, n) SELECT base, pass, piece, at, org, region, power_type, case_kind, step, hours, 5 FROM case_cells LIMIT 3";
    client.query_raw(forged).execute().await.unwrap();
    let checked = town.store.check_cells(ZONE, town.clock).await.unwrap();
    assert!(
        matches!(checked.differing, Some(1..=3)),
        "{:?}",
        checked.differing
    );
    town.same("replaced").await;
}

#[tokio::test]
async fn what_cells_do_not_tell_is_asked_of_rows() {
    let mut town = Town::new(crate::samples::store().await, 16);
    town.write(60, 20).await;
    town.pass().await;
    let narrowed = |filter: Filter| Asked {
        filter,
        ..question("2026-11", None)
    };
    let text = |text: &str| Some(text.to_owned());
    for asked in [
        question("2026-11", Some(Dimension::Item)),
        question("2026-11", Some(Dimension::Office)),
        question("2026-11", Some(Dimension::Handler)),
        question("2026-11", Some(Dimension::Channel)),
        narrowed(Filter {
            channel: text("online"),
            ..Filter::default()
        }),
        narrowed(Filter {
            item_code: text("i1"),
            ..Filter::default()
        }),
        narrowed(Filter {
            key: Some((Dimension::Handler, "p1".into())),
            ..Filter::default()
        }),
        // Stock within a day that was over when cells were made.
        Asked {
            now: Timestamp::parse("2026-11-19T15:00:00+08:00").unwrap(),
            ..question("2026-11", None)
        },
        // Days of another zone.
        Asked {
            zone: chrono_tz::UTC,
            ..question("2026-10", None)
        },
    ] {
        assert!(!town.store.cells_answer(&asked).await.unwrap(), "{asked:?}");
        let cells = town.store.statistics(&asked).await.unwrap();
        let rows = town.store.statistics_by_row(&asked).await.unwrap();
        assert_eq!(cells, rows, "{asked:?}");
    }
}

#[tokio::test]
async fn more_than_the_program_counts_since_the_last_pass_is_asked_of_rows() {
    let mut town = Town::new(crate::samples::store().await, 17);
    town.write(40, 0).await;
    town.pass().await;
    let asked = question("2026-11", Some(Dimension::Org));
    town.write(0, 4_096).await;
    held::cells_say_what_rows_say(&town.store, &asked, "as much as the program counts").await;
    town.write(0, 1).await;
    assert!(!town.store.cells_answer(&asked).await.unwrap());
    town.same_of(&asked, "more than the program counts").await;
    town.pass().await;
    held::cells_say_what_rows_say(&town.store, &asked, "after a pass").await;
}
