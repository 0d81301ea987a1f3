//! A feed that is off while a hundred limits fall due: nobody gets a card for a cable, and nobody loses one by typing it away.

use mingjing_domain::alert::Status;
use mingjing_domain::definitions::DefinitionFile;
use mingjing_domain::fact::{Change, Fact};
use mingjing_testkit::script::{EngineRun, Input, Judge, Line, Row, SlowRun, definitions, parse};

use crate::charts::chart;

const CASES: usize = 100;

/// What became of the alerts: each change the engine told, and how they stand at the end.
struct Outcome {
    changes: Vec<Change>,
    rows: Vec<Row>,
}

impl Outcome {
    fn count(&self, change: Change) -> usize {
        self.changes.iter().filter(|c| **c == change).count()
    }

    /// Whether there is one alert a case, all in this status.
    fn all_are(&self, status: Status) -> bool {
        self.rows.len() == CASES && self.rows.iter().all(|row| row.status == status)
    }
}

/// A hundred cases accepted within one morning and due on one day, and what follows.
fn play(rest: &str) -> Outcome {
    let definitions_yaml = chart(
        "\
limits:
  - {id: decision, name: 办结时限, kind: case, from: [accepted], to: [decided], promised: 5wd, statutory: 5wd}
control_points:
  - {id: late, name: 超期, check: {overdue: {limit: decision, levels: [{level: red, at: statutory}]}}}
",
    );
    let mut script = "source s live allowance 24h\nitem XK-1\n".to_owned();
    script += &each(|n| format!("2026-07-01 09:{:02}:{:02}  accepted", n / 60, n % 60));
    script += rest;
    let (_, lines) = parse(&script).unwrap_or_else(|bad| panic!("{bad}\n{script}"));
    let set = definitions(vec![DefinitionFile {
        name: "definitions.yaml".into(),
        text: definitions_yaml,
    }]);
    let (mut engine, mut slow) = (EngineRun::new(&set), SlowRun::new(&set));
    for (_, line) in lines {
        let Line::Input(input) = line else {
            panic!("these scripts expect nothing")
        };
        assert!(!matches!(input, Input::Activate(_)));
        engine.read(&input, &set);
        slow.read(&input, &set);
    }
    assert_eq!(
        engine.rows(),
        slow.rows(),
        "the engine and the slow evaluator agree"
    );
    let change = |fact: &Fact| match fact {
        Fact::Alert { change, .. } => Some(*change),
        _ => None,
    };
    Outcome {
        changes: engine.facts.iter().filter_map(change).collect(),
        rows: engine.rows(),
    }
}

/// A line in each of the cases.
fn each(line: impl Fn(usize) -> String) -> String {
    (0..CASES).fold(String::new(), |text, n| {
        text + &format!("case b{n}\n{}\n", line(n))
    })
}

/// All were decided in time; their events arrive at `received`.
fn decided_in_time(received: &str) -> String {
    each(|n| {
        format!(
            "2026-07-08 1{}:{:02}  decided   received {received}",
            n / 60,
            n % 60
        )
    })
}

#[test]
fn a_feed_off_across_a_hundred_due_times_issues_no_card_when_all_were_decided_in_time() {
    // Due on 2026-07-08. The feed stands from that morning until the next evening; nothing is known complete.
    let outcome = play(&format!(
        "tick 2026-07-08 06:00\ntick 2026-07-09 00:00\ntick 2026-07-09 09:00\n{}tick 2026-08-01 00:00\n",
        decided_in_time("2026-07-09 09:30")
    ));
    assert_eq!(outcome.count(Change::Raised), CASES, "they waited, unseen");
    assert_eq!(outcome.count(Change::Cancelled), CASES);
    assert_eq!(outcome.changes.len(), 2 * CASES, "and nothing else");
    assert!(outcome.all_are(Status::Cancelled));
}

#[test]
fn the_same_decisions_entered_three_days_later_are_a_hundred_reviews_and_no_automatic_withdrawal() {
    let outcome = play(&format!(
        "tick 2026-07-08 06:00\ntick 2026-07-09 00:00\ntick 2026-07-10 00:00\ntick 2026-07-11 12:00\n{}tick 2026-08-01 00:00\n",
        decided_in_time("2026-07-11 14:00")
    ));
    assert_eq!(outcome.count(Change::Issued), CASES, "the allowance ended");
    assert_eq!(outcome.count(Change::SentToReview), CASES);
    assert_eq!(outcome.count(Change::Withdrawn), 0);
    assert_eq!(outcome.count(Change::Cancelled), 0);
    assert!(outcome.all_are(Status::Review));
}
