use super::*;
use crate::event::CaseData;
use crate::text::Text;

fn event(id: &str, kind: EventKind, hour: i64, attributes: &[(&str, &str)]) -> CaseEvent<'static> {
    let at = Timestamp::from_millis(hour * 3_600_000);
    let owned = |text: &str| Text::from(text.to_owned());
    let attributes = attributes
        .iter()
        .map(|(name, value)| (owned(name), Value::Text(owned(value))))
        .collect();
    CaseEvent {
        event_id: owned(id),
        source: owned("zjj"),
        source_seq: 0,
        data_version: 1,
        kind,
        occurred_at: at,
        entered_at: None,
        sent_at: None,
        received_at: at,
        case_no: owned("a-1"),
        data: CaseData {
            attributes,
            ..CaseData::default()
        },
    }
}

fn rated(id: &str, hour: i64, result: &str) -> CaseEvent<'static> {
    let mut rated = event(id, EventKind::Rated, hour, &[]);
    rated.data.result_code = Some(result.to_owned().into());
    rated
}

fn states(events: &[CaseEvent<'static>]) -> Vec<&'static str> {
    let voices = voices(events);
    voices.iter().map(|voice| voice.state.code()).collect()
}

#[test]
fn an_answer_of_the_platform_is_about_the_one_that_it_names() {
    use EventKind::{Complaint, ComplaintAccepted, ComplaintAnswered, Note};
    let events = [
        event("c1", Complaint, 1, &[(RECEIPT_NO, "TS-1")]),
        event("c2", Complaint, 2, &[]),
        event("n", Note, 3, &[(ABOUT, "c2"), (TRANSFER_TO, "rsj")]),
        event("x", ComplaintAccepted, 4, &[(ABOUT, "c1")]),
        event("y", ComplaintAnswered, 5, &[(ABOUT, "c2")]),
    ];
    assert_eq!(states(&events), ["accepted", "answered"]);
    let voices = voices(&events);
    assert_eq!(voices[0].receipt_no(), "TS-1");
    assert_eq!(voices[1].receipt_no(), "c2");
    assert_eq!(voices[1].handed_to.as_deref(), Some("rsj"));
    // An answer says that it was accepted, too.
    assert_eq!(voices[1].accepted_at, voices[1].answered_at);
    assert_eq!(voices[1].thread.len(), 2);
}

#[test]
fn what_names_nothing_is_about_the_only_one_that_it_can_be_about() {
    use EventKind::{Complaint, ComplaintAccepted, ComplaintAnswered};
    let events = [
        event("c1", Complaint, 1, &[]),
        event("x", ComplaintAccepted, 2, &[]),
        event("c2", Complaint, 3, &[]),
        event("y", ComplaintAccepted, 4, &[]),
        event("z", ComplaintAnswered, 5, &[(ABOUT, "c1")]),
        event("w", ComplaintAnswered, 6, &[]),
        event("c3", Complaint, 7, &[]),
    ];
    assert_eq!(states(&events), ["answered", "answered", "received"]);
    let accepted = voices(&events).into_iter().map(|one| one.accepted_at);
    let hours: Vec<_> = accepted
        .map(|at| at.map(|at| at.millis() / 3_600_000))
        .collect();
    assert_eq!(hours, [Some(2), Some(4), None]);
}

/// Answers, and how the complaints stand after each more of them.
#[test]
fn where_it_may_be_about_several_it_is_about_none_until_there_is_one_for_each() {
    use EventKind::{Complaint, ComplaintAnswered};
    let complaint = |n: usize| event(&format!("c{n}"), Complaint, 1, &[]);
    let answer = |about: &str| {
        event(
            &format!("to-{about}"),
            ComplaintAnswered,
            2,
            &[(ABOUT, about)],
        )
    };
    let (r, a) = ("received", "answered");
    for (complaints, answers, stand) in [
        (2, vec![""], vec![r, r]),
        (2, vec!["", ""], vec![a, a]),
        (3, vec!["", ""], vec![r, r, r]),
        (3, vec!["", "", ""], vec![a, a, a]),
        // One of the unclear may have been about the one that is named now.
        (2, vec!["", "c1"], vec![r, a]),
        (3, vec!["", "c1", ""], vec![r, a, r]),
        (3, vec!["", "c1", "", ""], vec![a, a, a]),
        (2, vec!["c1", ""], vec![a, a]),
        // Nobody knows it: it may be about any, and counts for none.
        (1, vec!["x"], vec![r]),
        (2, vec!["x", "", "c0"], vec![a, r]),
    ] {
        let told: Vec<_> = (0..complaints)
            .map(complaint)
            .chain(answers.iter().map(|about| answer(about)))
            .collect();
        assert_eq!(states(&told), stand, "{answers:?}");
    }
}

#[test]
fn what_is_taken_back_is_about_nothing_and_waits_for_nothing() {
    use EventKind::{Complaint, ComplaintAnswered, Corrected};
    let correcting = |id: &str, corrects: &str| {
        let mut back = event(id, Corrected, 4, &[]);
        back.data.corrects = Some(corrects.to_owned().into());
        back
    };
    let told = [
        event("c1", Complaint, 1, &[]),
        event("c2", Complaint, 2, &[]),
        event("y", ComplaintAnswered, 3, &[]),
        correcting("k", "c1"),
    ];
    assert_eq!(states(&told), ["withdrawn", "answered"]);
    let wrong = [told.as_slice(), &[correcting("l", "y")]].concat();
    assert_eq!(states(&wrong), ["withdrawn", "received"]);
}

#[test]
fn what_is_owed_comes_first() {
    use EventKind::{CalledBack, Complaint, ComplaintAccepted, ComplaintAnswered, Rectified};
    // Nobody is there to be answered; a good grade asks for nothing.
    let mut nameless = event("c1", Complaint, 1, &[]);
    let anonymous = (Text::from(ANONYMOUS), Value::Bool(true));
    nameless.data.attributes.extend([anonymous]);
    let told = [
        nameless,
        event("x", ComplaintAccepted, 2, &[]),
        event("c2", Complaint, 3, &[]),
        event("y", ComplaintAnswered, 4, &[]),
    ];
    assert_eq!(states(&told), ["accepted", "answered"]);
    let told = [
        rated("r1", 1, "1"),
        rated("r5", 2, "5"),
        event("z", Rectified, 3, &[]),
    ];
    assert_eq!(states(&told), ["recorded", "rectified"]);
    // Who complained and who rated badly may both be called back.
    let told = [
        event("c", Complaint, 1, &[]),
        event("y", ComplaintAnswered, 2, &[]),
        rated("r5", 3, "5"),
        event("b", CalledBack, 4, &[]),
    ];
    assert!(voices(&told).iter().all(|one| one.called_back_at.is_none()));
}

#[test]
fn a_rating_that_was_changed_into_a_good_one_waits_for_nothing() {
    use EventKind::Rectified;
    let changed = |about: &[(&str, &str)], grade: &str| {
        let mut rated = event("new", EventKind::Rated, 3, about);
        rated.data.result_code = Some(grade.to_owned().into());
        let says = (Text::from(RATING_CHANGED), Value::Bool(true));
        rated.data.attributes.extend([says]);
        rated
    };
    let put_right = |changed: CaseEvent<'static>| {
        let told = [
            rated("r5", 1, "5"),
            rated("r4", 2, "4"),
            changed,
            event("z", Rectified, 4, &[]),
        ];
        let voices = voices(&told);
        let right = voices.iter().filter(|one| one.rectified_at.is_some());
        let ids = right.map(|one| one.opening.event_id.to_string());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(put_right(changed(&[(ABOUT, "r5")], "1")), ["r4"]);
    // Nobody knows which was changed; and a grade that is no better is to be put right instead.
    let nothing: [&str; 0] = [];
    assert_eq!(put_right(changed(&[], "1")), nothing);
    assert_eq!(put_right(changed(&[(ABOUT, "r5")], "4")), nothing);
    let told = [
        rated("r5", 1, "5"),
        changed(&[(ABOUT, "r5")], "4"),
        event("z", Rectified, 4, &[]),
    ];
    let right = voices(&told)
        .into_iter()
        .map(|one| one.rectified_at.is_some());
    assert_eq!(right.collect::<Vec<_>>(), [false, true]);
}

#[test]
fn refusals_and_withdrawals_answer_a_complaint() {
    use EventKind::{Complaint, ComplaintAnswered};
    for (outcome, state) in [("refused", "refused"), ("withdrawn", "withdrawn")] {
        let events = [
            event("c", Complaint, 1, &[]),
            event(
                "y",
                ComplaintAnswered,
                2,
                &[(ABOUT, "c"), (OUTCOME, outcome)],
            ),
        ];
        assert_eq!(states(&events), [state]);
    }
}

#[test]
fn only_grades_four_and_five_are_put_right_and_what_is_set_aside_stays_so() {
    use EventKind::{CalledBack, Corrected, Rectified};
    let mut back = event("k", Corrected, 6, &[]);
    back.data.corrects = Some("r5".to_owned().into());
    let events = [
        rated("r1", 1, "1"),
        rated("r4", 2, "4"),
        rated("r5", 3, "5"),
        rated("r9", 3, "9"),
        event("b", CalledBack, 4, &[(ABOUT, "r4")]),
        event("z", Rectified, 5, &[(ABOUT, "r4")]),
        back,
    ];
    let states = states(&events);
    assert_eq!(states, ["recorded", "rectified", "set_aside", "recorded"]);
    let voices = voices(&events);
    assert_eq!(
        [0, 1, 2, 3].map(|n| voices[n].is_bad()),
        [false, true, true, false]
    );
    assert!(voices[1].called_back_at.is_some());
}

/// One of many of a device.
fn one_of_many(id: &str, result: &str) -> CaseEvent<'static> {
    let mut rated = rated(id, 1, result);
    let attributes = &mut rated.data.attributes;
    attributes.insert(Text::from(BURST), Value::Int(6));
    rated
}

#[test]
fn one_of_many_of_a_device_counts_when_somebody_has_found_that_it_does() {
    use EventKind::{Note, Rectified};
    let stands = |id: &str, about: &str| {
        let said = [(ABOUT, about), (ACT, "review"), (OUTCOME, "stands")];
        event(id, Note, 3, &said)
    };
    let (good, bad) = ("mingjing-PJ-1", "mingjing-PJ-2");
    let opened = || vec![one_of_many(good, "1"), one_of_many(bad, "5")];
    assert_eq!(states(&opened()), ["to_review", "to_review"]);
    assert_eq!(voices(&opened())[0].burst, Some(6));
    let reviewed = [
        opened(),
        vec![stands("mingjing-a", good), stands("mingjing-b", bad)],
    ]
    .concat();
    assert_eq!(states(&reviewed), ["recorded", "to_rectify"]);
    let put_right = [
        opened(),
        vec![
            event("z", Rectified, 2, &[(ABOUT, bad)]),
            stands("mingjing-b", bad),
        ],
    ]
    .concat();
    assert_eq!(states(&put_right), ["to_review", "rectified"]);
    // A source can neither mark what it does not like, nor find that what somebody marked counts.
    assert_eq!(states(&[one_of_many("r-1", "5")]), ["to_rectify"]);
    let by_source = [opened(), vec![stands("n-1", good)]].concat();
    assert_eq!(states(&by_source), ["to_review", "to_review"]);
    // Nor does an answer, which is about the only one that there is where it names none.
    for named in [&[][..], &[(ABOUT, good)]] {
        let answer = event("a", EventKind::ComplaintAnswered, 3, named);
        assert_eq!(states(&[one_of_many(good, "1"), answer]), ["to_review"]);
    }
    // Another review, or a transfer, is none that finds anything.
    let handed = event("mingjing-c", Note, 3, &[(ABOUT, good), (TRANSFER_TO, "b")]);
    assert_eq!(states(&[opened(), vec![handed]].concat())[0], "to_review");
}

#[test]
fn a_grade_may_stand_in_the_attribute_alone() {
    let mut rated = event("r", EventKind::Rated, 1, &[]);
    rated
        .data
        .attributes
        .insert(Text::from(SATISFACTION), Value::Int(4));
    assert_eq!(voices(&[rated.clone()])[0].grade, Some(4));
    rated
        .data
        .attributes
        .insert(Text::from(SATISFACTION), Value::Int(400));
    assert_eq!(voices(&[rated])[0].grade, None);
}

/// By every state: what can be done, and that the rest says why not.
#[test]
fn what_can_be_done_follows_from_how_it_stands() {
    use EventKind::{Complaint, ComplaintAccepted, ComplaintAnswered, Rectified};
    let complaint = || event("c", Complaint, 1, &[]);
    let mut back = event("k", EventKind::Corrected, 3, &[]);
    back.data.corrects = Some("r".to_owned().into());
    for (events, can) in [
        (vec![complaint()], "accept refuse transfer answer withdraw"),
        (
            vec![complaint(), event("a", ComplaintAccepted, 2, &[])],
            "transfer answer call_back withdraw",
        ),
        (
            vec![complaint(), event("a", ComplaintAnswered, 2, &[])],
            "call_back",
        ),
        (vec![rated("r", 1, "2")], ""),
        (
            vec![rated("r", 1, "5")],
            "transfer call_back rectify review",
        ),
        (
            vec![rated("r", 1, "5"), event("z", Rectified, 2, &[])],
            "call_back review",
        ),
        (vec![rated("r", 1, "5"), back], ""),
        (vec![one_of_many("mingjing-r", "1")], "transfer review"),
        (
            vec![one_of_many("mingjing-r", "5")],
            "transfer call_back rectify review",
        ),
        (
            vec![
                one_of_many("mingjing-r", "5"),
                event("z", Rectified, 2, &[]),
            ],
            "transfer call_back review",
        ),
    ] {
        let voices = voices(&events);
        let possible = Act::ALL
            .iter()
            .filter(|act| act.refused(&voices[0]).is_none());
        let possible: Vec<&str> = possible.map(|act| act.code()).collect();
        assert_eq!(possible.join(" "), can, "{:?}", voices[0].state);
    }
}

#[test]
fn codes_read_back() {
    for act in Act::ALL {
        assert_eq!(Act::from_code(act.code()), Some(act));
    }
    for state in State::ALL {
        assert_eq!(State::from_code(state.code()), Some(state));
    }
    for outcome in Outcome::OF_REVIEW {
        assert_eq!(Outcome::from_code(outcome.code()), Some(outcome));
    }
}
