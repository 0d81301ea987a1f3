//! Numbers over one table of several processes: each register here has its own turn, as each process has.

use std::collections::BTreeSet;

use mingjing_log::embedded::EmbeddedLog;

use super::*;

fn paper(series: &str, by: &str) -> Paper {
    Paper {
        at: Timestamp::from_millis(0),
        on: "2026-11-28".parse().unwrap(),
        by: Actor {
            person: by.to_owned(),
            ..Actor::default()
        },
        alert: "a".into(),
        source: "zjj".into(),
        case_no: "c-1".into(),
        region: Some("510500".into()),
        bodies: vec!["510500-zjj".into()],
        kind: "order".into(),
        title: "督办通知书".into(),
        occasion: "ordered".into(),
        basis: "c".into(),
        series: series.to_owned(),
        issuer: "泸州市司法局".into(),
        to: "510500-zjj".into(),
        to_name: "住建局".into(),
        sha256: String::new(),
    }
}

fn sheet(title: &str) -> Sheet {
    Sheet {
        head: "泸州市司法局".into(),
        title: title.into(),
        to: String::new(),
        body: Vec::new(),
        signed: "泸州市司法局".into(),
        on: "2026-11-28".parse().unwrap(),
        mark: None,
        annexes: Vec::new(),
        foot: None,
    }
}

const SERIES: &str = "泸司监督〔2026〕*号";

struct World {
    table: Arc<dyn Table>,
    _folder: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = EmbeddedLog::open(folder.path(), 1).await.unwrap();
        Self {
            table: Arc::new(log),
            _folder: folder,
        }
    }

    /// The register of another process.
    fn register(&self) -> Register {
        Register::new(self.table.clone(), Arc::default())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn processes_at_once_give_every_number_once_and_without_gaps() {
    let world = World::new().await;
    let mut running = tokio::task::JoinSet::new();
    for process in 0..4 {
        let register = world.register();
        running.spawn(async move {
            let mut numbers = Vec::new();
            for n in 0..10 {
                let id = paper_id(&format!("{process}-{n}"), "order", "c");
                let sheet = sheet("督办通知书");
                let issued = register.issue(&id, paper(SERIES, "li"), &sheet);
                numbers.push(issued.await.unwrap().n);
            }
            numbers
        });
    }
    let mut numbers = Vec::new();
    while let Some(of_one) = running.join_next().await {
        let of_one = of_one.unwrap();
        assert!(of_one.is_sorted(), "{of_one:?}");
        numbers.extend(of_one);
    }
    let distinct: BTreeSet<u64> = numbers.iter().copied().collect();
    assert_eq!(distinct, (1..=40).collect());
    assert_eq!(numbers.len(), 40);
    assert_eq!(world.register().all().await.unwrap().len(), 40);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_paper_has_one_number_and_the_content_of_who_was_first() {
    let world = World::new().await;
    let id = paper_id("a", "order", "c");
    let mut running = tokio::task::JoinSet::new();
    for process in 0..8 {
        let (register, id) = (world.register(), id.clone());
        running.spawn(async move {
            // Each knows the alert as it stands for itself.
            let (paper, sheet) = (
                paper(SERIES, &process.to_string()),
                sheet(&format!("所知 {process}")),
            );
            register.issue(&id, paper, &sheet).await.unwrap()
        });
    }
    let mut all = Vec::new();
    while let Some(one) = running.join_next().await {
        all.push(one.unwrap());
    }
    assert!(all.iter().all(|one| *one == all[0]), "{all:?}");
    assert_eq!(all[0].number, "泸司监督〔2026〕1号");
    let kept = world.register().sheet(&all[0].paper).await.unwrap();
    assert_eq!(kept.title, format!("所知 {}", all[0].paper.by.person));
    let other = paper_id("a", "order", "another order");
    let again = sheet("又一次");
    let issued = world
        .register()
        .issue(&other, paper(SERIES, "li"), &again)
        .await;
    assert_eq!(issued.unwrap().n, 2);
}

#[tokio::test]
async fn each_year_and_each_pattern_begins_at_one() {
    let world = World::new().await;
    let register = world.register();
    for (n, series) in [SERIES, "泸司监督〔2027〕*号", "泸司监告〔2026〕*号"]
        .iter()
        .enumerate()
    {
        let id = paper_id(&n.to_string(), "order", "c");
        let issued = register.issue(&id, paper(series, "li"), &sheet("x")).await;
        assert_eq!(issued.unwrap().n, 1, "{series}");
    }
}

#[tokio::test]
async fn a_kill_before_the_number_was_given_leaves_no_gap_and_is_made_good() {
    let world = World::new().await;
    let register = world.register();
    // Whoever was killed had written the paper and not its number.
    let content = encoded(&sheet("x")).unwrap();
    let half = Paper {
        sha256: sha256_hex(&content),
        ..paper(SERIES, "li")
    };
    let (id, other) = (paper_id("a", "order", "c"), paper_id("b", "order", "c"));
    register
        .papers
        .add(&id, 0, encoded(&half).unwrap())
        .await
        .unwrap();
    assert_eq!(register.all().await.unwrap(), []);
    let issued = register
        .issue(&other, paper(SERIES, "li"), &sheet("y"))
        .await;
    assert_eq!(issued.unwrap().n, 1);
    let issued = register
        .issue(&id, paper(SERIES, "wang"), &sheet("z"))
        .await
        .unwrap();
    assert_eq!((issued.n, issued.paper.by.person.as_str()), (2, "li"));
}

#[tokio::test]
async fn content_that_is_not_what_was_issued_is_not_printed() {
    let world = World::new().await;
    let register = world.register();
    let id = paper_id("a", "order", "c");
    let mut issued = register
        .issue(&id, paper(SERIES, "li"), &sheet("x"))
        .await
        .unwrap();
    assert!(register.sheet(&issued.paper).await.is_ok());
    let forged = encoded(&sheet("改过的")).unwrap();
    let key = issued.paper.sha256.clone();
    world
        .table
        .put(CONTENTS, key.into(), Some(forged))
        .await
        .unwrap();
    assert!(register.sheet(&issued.paper).await.is_err());
    issued.paper.sha256 = "0".repeat(64);
    assert!(register.sheet(&issued.paper).await.is_err());
}
