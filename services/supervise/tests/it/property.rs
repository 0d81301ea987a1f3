//! Random histories, cut short at random moments: the same facts as an undisturbed run.

use std::time::Duration;

use mingjing_domain::fact::Fact;
use mingjing_log::{Log, Partition};
use tempfile::TempDir;

use crate::history::{History, Random, Step, begin, definitions};
use crate::judged::{rules, verify};
use crate::world::World;

const HISTORIES: u64 = 16;
const STEPS: usize = 100;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crashes_at_any_moment_change_nothing_that_is_said() {
    let seed = Random::seed();
    let rules = rules(&definitions());
    let (mut alerts, mut crashes) = (0, 0);
    for history in 0..HISTORIES {
        let seed = seed.wrapping_add(history);
        let context = format!("MINGJING_SEED={seed}");
        let dir = TempDir::new().expect("a folder");
        let mut world = World::open(dir.path(), 2, begin()).await;
        world.publish(definitions()[0].clone()).await;
        world.start();
        let mut random = Random::new(seed ^ 0x5eed);
        for step in History::new(seed, 2).take(STEPS) {
            make(&world, step).await;
            match random.below(12) {
                0..2 => world.settled().await,
                2 => {
                    world.crash().await;
                    crashes += 1;
                    world.start();
                    // Chance decides how far it comes before the next.
                    tokio::time::sleep(Duration::from_micros(random.below(20_000))).await;
                }
                3 if random.below(3) == 0 => {
                    world.stop().await;
                    world.start();
                }
                _ => {}
            }
        }
        world.settled().await;
        world.stop().await;
        verify(&world, &rules, &context).await;
        if world.snapshot_files().len() == 2 {
            let before = alert_facts(&world).await;
            world.pretend_an_older_engine_wrote_the_older_snapshot();
            world.start();
            world.settled().await;
            world.stop().await;
            assert_eq!(
                alert_facts(&world).await,
                before,
                "{context}: another engine that sees nothing otherwise"
            );
        }
        alerts += alert_facts(&world).await;
    }
    eprintln!("{HISTORIES} histories, {crashes} crashes, {alerts} alert facts");
    assert!(
        alerts > 100 && crashes > 30,
        "the histories are too tame: {alerts} alert facts, {crashes} crashes"
    );
}

/// How many alert facts there are in all partitions.
pub async fn alert_facts(world: &World) -> usize {
    let mut count = 0;
    for partition in (0..world.log.partitions()).map(Partition) {
        count += world
            .facts(partition)
            .await
            .iter()
            .filter(|r| matches!(r.facts, Fact::Alert { .. }))
            .count();
    }
    count
}

/// Makes a step, without waiting for what comes of it.
pub async fn make(world: &World, step: Step) {
    match step {
        Step::Record(partition, bytes) => drop(world.append(partition, bytes).await),
        Step::Everywhere(bytes) => {
            for partition in (0..world.log.partitions()).map(Partition) {
                world.append(partition, bytes.clone()).await;
            }
        }
        Step::Clock(now) => world.clock.set(now),
        Step::Publish(file) => drop(world.publish(file).await),
    }
}
