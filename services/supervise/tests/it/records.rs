//! Records that nobody should have written.

use mingjing_domain::fact::Fact;
use mingjing_log::Topic;
use mingjing_wire::cloudevents::encode_activated;
use tempfile::TempDir;

use crate::history::{History, Random, Step};
use crate::judged::{rules, verify};
use crate::world::{ONLY, World, at, chart};

#[tokio::test]
async fn random_bytes_and_mangled_records_are_refused_with_a_reason_and_stop_nothing() {
    let dir = TempDir::new().unwrap();
    let mut world = World::begun(dir.path(), at("2026-07-01 09:00")).await;
    let seed = Random::seed();
    let mut random = Random::new(seed);
    let genuine: Vec<_> = History::new(seed, 1)
        .filter_map(|step| match step {
            Step::Record(_, bytes) | Step::Everywhere(bytes) => Some(bytes),
            _ => None,
        })
        .take(50)
        .collect();
    let mut records = Vec::new();
    for _ in 0..400 {
        let mut bytes = genuine[random.below(50) as usize].to_vec();
        for _ in 0..random.below(4) {
            if !bytes.is_empty() {
                let place = random.below(bytes.len() as u64) as usize;
                bytes[place] = random.below(256) as u8;
            }
        }
        bytes.truncate(random.below(2 * bytes.len() as u64 + 1) as usize);
        records.push(mingjing_log::Record {
            key: bytes::Bytes::new(),
            value: bytes.into(),
        });
    }
    records.push(mingjing_log::Record {
        key: bytes::Bytes::new(),
        value: encode_activated("no hash", "1").into(),
    });
    mingjing_log::Log::append(&*world.log, Topic::Events, ONLY, records)
        .await
        .unwrap();
    world.settled().await;
    let refused = world.refusals().await;
    assert!(refused.len() > 50, "{} of 400", refused.len());
    assert_eq!(refused.last().unwrap(), "bad_hash");
    for record in world.facts(ONLY).await {
        if let Fact::Refused { reason, detail, .. } = record.facts {
            assert!(!reason.is_empty() && !detail.is_empty());
        }
    }

    // And cases are judged as ever.
    world
        .send("source s\nitem XK-1\ncase after\n2026-07-01 10:00  decided\n")
        .await;
    world.settled().await;
    let facts = world.facts(ONLY).await;
    let about = |fact: &Fact| matches!(fact, Fact::Alert { alert, .. } if alert.case_no == "after");
    assert!(facts.iter().any(|record| about(&record.facts)));

    // Read again after a crash they are refused again, and nothing is said twice.
    world.crash().await;
    world.start();
    world.settled().await;
    assert_eq!(world.refusals().await.len(), refused.len());
    world.stop().await;
}

#[tokio::test]
async fn a_history_with_everything_in_it_is_judged_as_by_the_engine_alone() {
    let dir = TempDir::new().unwrap();
    let mut world = World::begun(dir.path(), at("2026-07-01 09:00")).await;
    let script = "
source s live allowance 6h
source d declared
item XK-1
source s
case 1
2026-07-01 09:00  accepted
2026-07-02 09:00  suspend  special hearing until 2026-07-03 18:00
source d
case 2
2026-06-01 09:00  accepted
2026-06-25 09:00  decided
complete_until 2026-06-30 00:00
source s
tick 2026-07-20 00:00
case 1
2026-07-06 09:00  decided  received 2026-07-20 09:00
";
    world.script(script).await;
    world.stop().await;
    verify(&world, &rules(&[chart("5wd")]), "").await;
    assert!(world.story().await.len() >= 3);
}
