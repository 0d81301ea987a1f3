use super::*;

const FEED: &str = "zjj";

fn member(alert: &str, region: &str, body: &str) -> Member {
    Member {
        alert: alert.into(),
        source: FEED.into(),
        case_no: alert.to_uppercase(),
        rule: "T3".into(),
        level: Level::Red,
        region: Some(region.into()),
        body: Some(body.into()),
        responsible: None,
    }
}

fn opened() -> Act {
    Act::Opened(Head {
        title: "住建局接口断报".into(),
        cause: Cause::SourceDown {
            source: FEED.into(),
        },
        from: Some(Timestamp::from_millis(0)),
        until: None,
        body: "zjj".into(),
        region: "510500".into(),
    })
}

fn added(alerts: &[&str]) -> Act {
    let members = alerts.iter().map(|alert| member(alert, "510502", "qu-a"));
    Act::Added {
        members: members.collect(),
    }
}

fn removed(alerts: &[&str]) -> Act {
    Act::Removed {
        alerts: alerts.iter().map(|alert| (*alert).to_owned()).collect(),
    }
}

fn begun(disposal: Disposal) -> Act {
    Act::Begun {
        disposal,
        reach: Reach::default(),
    }
}

fn dismiss() -> Disposal {
    Disposal::Dismiss {
        conclusion: Conclusion::Data,
        cause: None,
        evidence: Vec::new(),
    }
}

fn worked(begun: usize, applied: &[&str], refused: &[&str]) -> Act {
    let refused = refused.iter().map(|alert| {
        let outcome = Outcome::Refused {
            reason: "already_decided".into(),
            message: "该预警已经认定".into(),
        };
        ((*alert).to_owned(), outcome)
    });
    let applied = applied
        .iter()
        .map(|alert| ((*alert).to_owned(), Outcome::Applied));
    Act::Worked {
        begun,
        results: applied.chain(refused).collect(),
    }
}

fn closed() -> Act {
    Act::Closed {
        conclusion: Conclusion::Data,
    }
}

fn journal(acts: &[Act]) -> Vec<Record> {
    let record = |(number, what): (usize, &Act)| Record {
        at: Timestamp::from_millis(number as i64),
        who: Actor::default(),
        why: "事由".into(),
        key: format!("k-{number}"),
        what: what.clone(),
    };
    acts.iter().enumerate().map(record).collect()
}

/// Every state against every act: why it is refused, or nothing.
#[test]
fn what_can_be_done_as_an_incident_stands() {
    use Refused::*;
    let states: [(&str, Vec<Act>); 6] = [
        ("empty", vec![opened()]),
        ("open", vec![opened(), added(&["a", "b"])]),
        (
            "under way",
            vec![
                opened(),
                added(&["a", "b"]),
                begun(dismiss()),
                worked(2, &["a"], &[]),
            ],
        ),
        (
            "done",
            vec![
                opened(),
                added(&["a", "b"]),
                begun(dismiss()),
                worked(2, &["a"], &["b"]),
            ],
        ),
        (
            "halted",
            vec![
                opened(),
                added(&["a", "b"]),
                begun(dismiss()),
                worked(2, &["a"], &[]),
                Act::Halted,
            ],
        ),
        ("closed", vec![opened(), added(&["a", "b"]), closed()]),
    ];
    let acts: [(&str, Act); 9] = [
        ("open", opened()),
        ("add", added(&["c"])),
        ("remove", removed(&["a"])),
        ("state", Act::Stated { evidence: vec![] }),
        (
            "span",
            Act::Spanned {
                from: None,
                until: None,
            },
        ),
        ("begin", begun(Disposal::Confirm)),
        ("appeal", begun(Disposal::Appeal { evidence: vec![] })),
        ("halt", Act::Halted),
        ("close", closed()),
    ];
    #[rustfmt::skip]
    let wanted: [[Option<Refused>; 9]; 6] = [
        // open       add    remove          state  span   begin                appeal               halt                   close
        [Some(Opened), None, Some(NotIn),    None,  None,  Some(NobodyInReach), Some(NotForMany),    Some(NothingUnderWay), None],
        [Some(Opened), None, None,           None,  None,  None,                Some(NotForMany),    Some(NothingUnderWay), None],
        [Some(Opened), None, None,           None,  None,  Some(UnderWay),      Some(UnderWay),      None,                  Some(UnderWay)],
        [Some(Opened), None, None,           None,  None,  None,                Some(NotForMany),    Some(NothingUnderWay), None],
        [Some(Opened), None, None,           None,  None,  None,                Some(NotForMany),    Some(NothingUnderWay), None],
        [Some(Closed); 9],
    ];
    for ((state, journalled), wanted) in states.iter().zip(wanted) {
        let records = journal(journalled);
        let incident = Incident::of(&records).unwrap();
        for ((act, what), wanted) in acts.iter().zip(wanted) {
            assert_eq!(incident.refused(what), wanted, "{state}: {act}");
        }
    }
}

#[test]
fn what_does_not_begin_with_an_opening_is_no_incident() {
    assert_eq!(Incident::of(&[]), None);
    assert_eq!(Incident::of(&journal(&[added(&["a"])])), None);
}

#[test]
fn an_act_upon_all_is_done_when_each_member_was_answered_and_the_first_answer_counts() {
    let mut acts = vec![opened(), added(&["a", "b", "c"]), begun(dismiss())];
    let left = |acts: &[Act]| {
        let records = journal(acts);
        let incident = Incident::of(&records).unwrap();
        let run = incident.runs.last().unwrap();
        let left = run.left(&incident.members).into_iter().map(str::to_owned);
        (
            left.collect::<Vec<String>>(),
            run.progress(&incident.members),
        )
    };
    let (waiting, progress) = left(&acts);
    assert_eq!(waiting, ["a", "b", "c"]);
    assert_eq!(progress, Progress::UnderWay);
    acts.push(worked(2, &["a"], &["b"]));
    // Two processes that worked it at once tell the same of the same; whatever else is told later does not count.
    acts.push(worked(2, &["b"], &["a"]));
    acts.push(Act::Fenced);
    let records = journal(&acts);
    let incident = Incident::of(&records).unwrap();
    let run = incident.under_way().unwrap();
    assert_eq!(run.results["a"], &Outcome::Applied);
    assert!(matches!(run.results["b"], Outcome::Refused { .. }));
    assert_eq!(incident.course.len(), 3, "{:#?}", incident.course);
    // What is taken out is left alone.
    acts.push(removed(&["c"]));
    assert_eq!(left(&acts), (vec![], Progress::Done));
}

#[test]
fn given_again_it_is_for_those_that_came_since_and_those_it_was_not_done_to() {
    let mut acts = vec![
        opened(),
        added(&["a", "b"]),
        begun(dismiss()),
        worked(2, &["a"], &["b"]),
        added(&["c"]),
        begun(dismiss()),
    ];
    let records = journal(&acts);
    let incident = Incident::of(&records).unwrap();
    let run = incident.under_way().unwrap();
    assert_eq!(Vec::from_iter(run.targets.iter().copied()), ["b", "c"]);
    assert_eq!((run.before, run.outside), (1, 0));
    // Another act in between, and the first is for all once more.
    acts.push(worked(5, &["b", "c"], &[]));
    acts.push(begun(Disposal::Issue));
    acts.push(worked(7, &["a", "b", "c"], &[]));
    acts.push(begun(dismiss()));
    let records = journal(&acts);
    let incident = Incident::of(&records).unwrap();
    assert_eq!(incident.under_way().unwrap().targets.len(), 3);
}

#[test]
fn whoever_sees_one_body_acts_upon_its_members_and_the_others_are_left() {
    let members = vec![
        member("a", "510502", "qu-a"),
        member("b", "510503", "qu-b"),
        Member {
            responsible: Some("qu-a".into()),
            ..member("c", "510502001000", "town")
        },
        Member {
            region: None,
            ..member("d", "", "qu-a")
        },
    ];
    let reach = |region: Option<&str>, body: Option<&str>| Reach {
        region_prefix: region.map(str::to_owned),
        body: body.map(str::to_owned),
    };
    for (reach, targets, outside) in [
        (reach(None, None), vec!["a", "b", "c", "d"], 0),
        (reach(Some("510502"), None), vec!["a", "c"], 2),
        (reach(Some("510502"), Some("qu-a")), vec!["a", "c"], 2),
        (reach(None, Some("qu-b")), vec!["b"], 3),
    ] {
        let begun = Act::Begun {
            disposal: Disposal::Answer { evidence: vec![] },
            reach,
        };
        let acts = [
            opened(),
            Act::Added {
                members: members.clone(),
            },
            begun.clone(),
        ];
        let records = journal(&acts);
        let incident = Incident::of(&records).unwrap();
        let run = incident.under_way().unwrap();
        assert_eq!(
            Vec::from_iter(run.targets.iter().copied()),
            targets,
            "{begun:?}"
        );
        assert_eq!(run.outside, outside, "{begun:?}");
    }
    let records = journal(&[opened(), Act::Added { members }]);
    let incident = Incident::of(&records).unwrap();
    let nobody = Act::Begun {
        disposal: Disposal::Confirm,
        reach: reach(Some("510599"), None),
    };
    assert_eq!(incident.refused(&nobody), Some(Refused::NobodyInReach));
}

#[test]
fn it_holds_so_many_and_no_more() {
    let many: Vec<String> = (0..MEMBERS_MAX).map(|n| format!("{n:032x}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let records = journal(&[opened(), added(&many)]);
    let incident = Incident::of(&records).unwrap();
    assert_eq!(incident.refused(&added(&["x"])), Some(Refused::TooMany));
    // What is in it is no more.
    assert_eq!(incident.refused(&added(&many[..3])), None);
}

#[test]
fn the_span_is_as_it_was_said_last() {
    let at = |ms| Some(Timestamp::from_millis(ms));
    let spanned = Act::Spanned {
        from: at(5),
        until: at(9),
    };
    let records = journal(&[opened(), spanned]);
    let incident = Incident::of(&records).unwrap();
    assert_eq!((incident.from, incident.until), (at(5), at(9)));
    assert_eq!(incident.head.until, None);
}

#[test]
fn codes_are_what_is_written_and_every_act_upon_all_is_one() {
    for kind in CauseKind::ALL {
        assert_eq!(CauseKind::from_code(kind.code()), Some(kind));
    }
    let causes = [
        Cause::SourceDown { source: "s".into() },
        Cause::SourceLate { source: "s".into() },
        Cause::Fault {
            rule: "T3".into(),
            control_point: String::new(),
            definitions_version: String::new(),
        },
        Cause::Matter {
            source: "s".into(),
            case_no: "1".into(),
        },
        Cause::Other {},
    ];
    for cause in causes {
        let written = serde_json::to_value(&cause).unwrap();
        assert_eq!(written["kind"], cause.kind().code());
        assert_eq!(serde_json::from_value::<Cause>(written).unwrap(), cause);
    }
    for code in ACTS_UPON_ALL {
        assert!(Disposal::CODES.contains(&code), "{code}");
    }
    assert!(Refused::TooMany.message_zh().contains("5000"));
    for record in journal(&[
        opened(),
        added(&["a"]),
        begun(dismiss()),
        worked(2, &["a"], &["b"]),
        closed(),
    ]) {
        let text = serde_json::to_string(&record).unwrap();
        assert_eq!(serde_json::from_str::<Record>(&text).unwrap(), record);
    }
}
