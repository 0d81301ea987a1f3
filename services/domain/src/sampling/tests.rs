use super::*;

fn members(of: &[(&str, u32)]) -> Vec<Member> {
    let of_stratum = |(stratum, n): &(&str, u32)| {
        let member = |number| Member {
            source: "zjj".into(),
            case_no: format!("{stratum}-{number}"),
            stratum: (*stratum).to_owned(),
        };
        (0..*n).map(member).collect::<Vec<Member>>()
    };
    of.iter().flat_map(of_stratum).collect()
}

#[test]
fn the_same_seed_draws_the_same_whatever_the_order_and_another_seed_others() {
    let population = members(&[("licence", 400), ("penalty", 300)]);
    let first = draw("2026-11", &population, 20);
    let mut turned = population.clone();
    turned.reverse();
    assert_eq!(draw("2026-11", &turned, 20), first);
    let other = draw("2026-12", &population, 20);
    assert_eq!(other.population_hash, first.population_hash);
    assert_ne!(other.cases, first.cases);
}

/// What was drawn once is what people looked at: a change of the code that draws others is a fault.
#[test]
fn a_draw_is_part_of_the_record_and_never_changes() {
    let drawn = draw("seed", &members(&[("a", 5), ("b", 2)]), 2);
    let cases: Vec<&str> = drawn.cases.iter().map(|m| m.case_no.as_str()).collect();
    let mut places: Vec<(String, String)> = (0..5)
        .map(|n| {
            let case_no = format!("a-{n}");
            (derived_id(&["drawn", "seed", "zjj", &case_no]), case_no)
        })
        .collect();
    places.sort();
    let first: Vec<&str> = places[..2].iter().map(|(_, no)| no.as_str()).collect();
    assert_eq!(cases[..2], first[..]);
    assert_eq!(cases.len(), 4);
}

#[test]
fn a_stratum_gives_all_it_has_where_it_has_no_more() {
    let drawn = draw("s", &members(&[("", 1), ("big", 50)]), 3);
    let told: Vec<(&str, u64, u64)> = drawn
        .strata
        .iter()
        .map(|s| (s.key.as_str(), s.population, s.drawn))
        .collect();
    assert_eq!(told, [("", 1, 1), ("big", 50, 3)]);
    assert_eq!((drawn.population, drawn.cases.len()), (51, 4));
    assert!(draw("s", &[], 3).cases.is_empty());
}

#[test]
fn a_case_more_or_in_another_stratum_is_another_population() {
    let population = members(&[("a", 3)]);
    let hash = population_hash(&population);
    let mut other = population.clone();
    other[0].stratum = "b".into();
    assert_ne!(population_hash(&other), hash);
    assert_ne!(population_hash(&population[..2]), hash);
}

/// A case that comes later moves nobody into the sample or out of it but by its own place: who draws again sees what changed.
#[test]
fn a_late_case_takes_at_most_one_place() {
    let population = members(&[("a", 200)]);
    let before = draw("s", &population, 10).cases;
    let mut later = population;
    later.push(Member {
        source: "zjj".into(),
        case_no: "late".into(),
        stratum: "a".into(),
    });
    let after = draw("s", &later, 10).cases;
    let kept = before.iter().filter(|case| after.contains(case)).count();
    assert!(kept >= 9, "{kept}");
}

/// Of 2,000 draws of 5 in 50 each case comes in about a tenth: within five standard deviations (13.4) of 200.
#[test]
fn every_case_is_as_likely_as_any_other() {
    let population = members(&[("a", 50)]);
    let mut times: BTreeMap<String, u32> = BTreeMap::new();
    for seed in 0..2_000 {
        for case in draw(&seed.to_string(), &population, 5).cases {
            *times.entry(case.case_no).or_default() += 1;
        }
    }
    assert_eq!(times.len(), 50);
    for (case, times) in times {
        assert!((133..=267).contains(&times), "{case}: {times}");
    }
}

fn record(act: Act) -> Record {
    Record {
        at: Timestamp::from_millis(0),
        who: Actor {
            person: "s-1".into(),
            ..Actor::default()
        },
        why: String::new(),
        key: String::new(),
        act,
    }
}

fn found(case_no: &str, verdicts: &[Verdict]) -> Act {
    Act::Found(Finding {
        source: "zjj".into(),
        case_no: case_no.into(),
        verdicts: verdicts.to_vec(),
        evidence: Vec::new(),
    })
}

#[test]
fn the_last_finding_of_a_case_counts_and_the_end_waits_for_all() {
    use Verdict::{Fail, NotApplicable, Pass};
    let plan = Plan {
        title: "季度抽查".into(),
        from: Timestamp::from_millis(0),
        until: Timestamp::from_millis(1),
        region: String::new(),
        body: String::new(),
        item: String::new(),
        strata: Strata::Whole,
        per_stratum: 2,
        seed: "s".into(),
        checks: vec!["材料".into(), "送达".into()],
    };
    let draw = draw("s", &members(&[("a", 2)]), 2);
    let mut records = vec![record(Act::Drawn { plan, draw })];
    records.push(record(found("a-0", &[Fail, Pass])));
    {
        let sampling = Sampling::of(&records).unwrap();
        assert_eq!(sampling.tally().by_check, [(1, 1), (0, 1)]);
        let refused = |act: &Act| sampling.refused(act).is_some();
        assert!(refused(&Act::Closed));
        assert!(refused(&found("a-9", &[Pass, Pass])) && refused(&found("a-1", &[Pass])));
        assert!(!refused(&found("a-1", &[Pass, Pass])));
    }
    records.push(record(found("a-0", &[Pass, NotApplicable])));
    records.push(record(found("a-1", &[Fail, Fail])));
    let sampling = Sampling::of(&records).unwrap();
    let tally = sampling.tally();
    assert_eq!((tally.cases, tally.checked, tally.failed), (2, 2, 1));
    assert_eq!(tally.by_check, [(1, 2), (1, 1)]);
    assert_eq!(sampling.refused(&Act::Closed), None);
    records.push(record(Act::Closed));
    let sampling = Sampling::of(&records).unwrap();
    assert!(sampling.refused(&found("a-0", &[Pass, Pass])).is_some());
    assert_eq!(Sampling::of(&records[1..]), None);
}

#[test]
fn a_case_stands_as_it_was_found_last_and_was_checked_when_it_was_checked_first() {
    use Verdict::{Fail, Pass};
    let plan = Plan {
        title: "季度抽查".into(),
        from: Timestamp::from_millis(0),
        until: Timestamp::from_millis(1),
        region: String::new(),
        body: String::new(),
        item: String::new(),
        strata: Strata::Whole,
        per_stratum: 2,
        seed: "s".into(),
        checks: vec!["材料".into()],
    };
    let draw = draw("s", &members(&[("a", 2)]), 2);
    let acts = [
        Act::Drawn { plan, draw },
        found("a-1", &[Fail]),
        found("a-0", &[Pass]),
        found("a-1", &[Pass]),
        Act::Closed,
    ];
    let journal: Vec<Record> = (acts.into_iter().zip(0..))
        .map(|(act, at)| Record {
            at: Timestamp::from_millis(at),
            ..record(act)
        })
        .collect();
    let stands = |records: usize, case_no: &str| {
        let all = Standing::of(&journal[..records]);
        assert_eq!(all.len(), 2);
        let one = all.into_iter().find(|one| one.case.case_no == case_no);
        let one = one.unwrap();
        let millis = |at: Option<Timestamp>| at.map(Timestamp::millis);
        (
            millis(one.checked_at),
            one.verdicts.to_vec(),
            millis(one.closed_at),
            one.records,
        )
    };
    assert_eq!(stands(1, "a-1"), (None, vec![], None, 1));
    assert_eq!(stands(2, "a-1"), (Some(1), vec![Fail], None, 2));
    assert_eq!(stands(3, "a-1"), (Some(1), vec![Fail], None, 2));
    assert_eq!(stands(4, "a-1"), (Some(1), vec![Pass], None, 4));
    assert_eq!(stands(5, "a-0"), (Some(2), vec![Pass], Some(4), 5));
    assert!(Standing::of(&journal[1..]).is_empty());
}
