//! Which partitions of topics do not get on though they should. Pure: instants are arguments.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use mingjing_log::Standstill;
use mingjing_log::kafka::inbox::{Health, Spot, Standing};

/// For so long a partition may be without movement.
const ALLOWED: Duration = Duration::from_secs(30);

/// The partitions, as they were last seen.
#[derive(Default)]
pub(super) struct Watched(BTreeMap<Spot, (i64, Standstill)>);

impl Watched {
    /// Looks at all of them. Answers those that stand still, and what is to be said of each. One that the client has trouble with does; one
    /// where records merely wait need not: the marks of a sender's transactions are never given.
    pub fn look(
        &mut self,
        now: Instant,
        standings: &BTreeMap<Spot, Standing>,
        health: &Health,
    ) -> BTreeMap<Spot, String> {
        self.0.retain(|spot, _| standings.contains_key(spot));
        let mut still = BTreeMap::new();
        for (spot, standing) in standings {
            let first = || (standing.next, Standstill::new(ALLOWED, now));
            let (seen, standstill) = self.0.entry(spot.clone()).or_insert_with(first);
            let moved = *seen != standing.next || standing.next >= standing.end;
            *seen = standing.next;
            standstill.look(now, moved, health.unreadable.is_some());
            if let (Some(since), Some(why)) = (standstill.stands(), &health.unreadable) {
                still.insert(spot.clone(), said(since, standing.next, why));
            }
        }
        for (spot, (since, why)) in &health.unbegun {
            if *since >= ALLOWED {
                let said = format!("since {} s it cannot be begun: {why}", since.as_secs());
                still.insert(spot.clone(), said);
            }
        }
        still
    }
}

fn said(since: Duration, next: i64, why: &str) -> String {
    let seconds = since.as_secs();
    format!("stands still since {seconds} s before offset {next}: {why}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn spot(topic: &str) -> Spot {
        Spot {
            topic: topic.into(),
            partition: 0,
        }
    }

    fn standings(of: [(&str, i64, i64); 3]) -> BTreeMap<Spot, Standing> {
        let standing = |(topic, next, end)| {
            let standing = Standing {
                next,
                end,
                kept: true,
            };
            (spot(topic), standing)
        };
        of.into_iter().map(standing).collect()
    }

    #[test]
    fn a_partition_with_a_batch_that_cannot_be_read_stands_still_and_no_other_does() {
        let (begun, mut watched) = (Instant::now(), Watched::default());
        let well = Health::default();
        let ill = Health {
            unreadable: Some("bad compression".into()),
            ..Health::default()
        };
        let mut look = |second: u32, health: &Health| {
            let of = [
                ("stuck", 5, 9),
                ("quiet", 7, 7),
                ("busy", i64::from(second), 900),
            ];
            let still = watched.look(begun + second * SECOND, &standings(of), health);
            still.into_iter().collect::<Vec<_>>()
        };
        // Records that wait are no standstill by themselves.
        for second in (0..100).step_by(2) {
            assert_eq!(look(second, &well), []);
        }
        for second in (100..130).step_by(2) {
            assert_eq!(look(second, &ill), []);
        }
        let said = "stands still since 32 s before offset 5: bad compression";
        assert_eq!(look(130, &ill), [(spot("stuck"), said.to_owned())]);
        assert_eq!(look(132, &well), []);
    }

    #[test]
    fn one_that_cannot_be_begun_for_long_is_told() {
        let why = |seconds| {
            let of = (Duration::from_secs(seconds), "no leader".to_owned());
            Health {
                unbegun: BTreeMap::from([(spot("a"), of)]),
                ..Health::default()
            }
        };
        let look = |health| Watched::default().look(Instant::now(), &BTreeMap::new(), &health);
        assert_eq!(look(why(29)), BTreeMap::new());
        let said = "since 30 s it cannot be begun: no leader".to_owned();
        assert_eq!(look(why(30)), BTreeMap::from([(spot("a"), said)]));
    }
}
