use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn drafted(named: &[&str]) -> Act {
    let named = named.iter().map(|body| Named {
        body: (*body).into(),
        name: (*body).into(),
    });
    Act::Drafted(Box::new(Draft {
        kind: Kind::Bulletin,
        period: "2026-10".into(),
        region: "510500".into(),
        title: "通报".into(),
        figures: "f".into(),
        content: "c1".into(),
        dictionary: "1".into(),
        as_of: String::new(),
        named: named.collect(),
        corrects: String::new(),
        alerts: Vec::new(),
        scores: String::new(),
    }))
}

fn signed() -> Act {
    Act::Signed { scores: "s".into() }
}

fn edited() -> Act {
    Act::Edited {
        content: "c2".into(),
        title: "新标题".into(),
    }
}

fn number() -> Act {
    Act::Numbered {
        number: "泸府办函〔2026〕31号".into(),
    }
}

fn published() -> Act {
    Act::Published { frozen: "z".into() }
}

fn asked() -> Act {
    Act::Asked {
        until: day("2026-11-12"),
    }
}

fn stated(body: &str) -> Act {
    Act::Stated { body: body.into() }
}

fn corrected() -> Act {
    Act::Corrected { by: "b2".into() }
}

/// Each act by whom it is usually done.
fn journal(acts: &[(&str, Act)]) -> Vec<Record> {
    let record = |(person, what): &(&str, Act)| Record {
        at: Timestamp::from_millis(0),
        who: actor(person),
        why: "事由".into(),
        key: "k".into(),
        what: what.clone(),
    };
    acts.iter().map(record).collect()
}

fn actor(person: &str) -> Actor {
    Actor {
        person: person.into(),
        ..Actor::default()
    }
}

/// Every state that there is, with the acts that lead to it.
fn states() -> Vec<(&'static str, Vec<(&'static str, Act)>)> {
    let steps = [
        ("draft", "writer", drafted(&["zjj"])),
        ("reviewed", "reviewer", Act::Reviewed),
        ("hearing", "reviewer", asked()),
        ("signed", "signer", signed()),
        ("numbered", "clerk", number()),
        ("published", "clerk", published()),
    ];
    let mut so_far = Vec::new();
    let mut all = Vec::new();
    for (state, person, act) in steps {
        so_far.push((person, act));
        all.push((state, so_far.clone()));
    }
    let discarded = vec![("writer", drafted(&[])), ("writer", Act::Discarded)];
    all.push(("discarded", discarded));
    all
}

#[test]
fn every_state_takes_what_it_may_take_and_nothing_else() {
    let acts = [
        ("drafted", "other", drafted(&[])),
        ("edited", "other", edited()),
        ("reviewed", "other", Act::Reviewed),
        ("asked", "other", asked()),
        ("stated", "other", stated("zjj")),
        ("returned", "other", Act::Returned),
        ("signed", "signer", signed()),
        ("numbered", "other", number()),
        ("published", "other", published()),
        ("corrected", "other", corrected()),
        ("discarded", "other", Act::Discarded),
    ];
    // The hearing is over by then.
    let today = day("2026-11-13");
    let taken: &[(&str, &[&str])] = &[
        ("draft", &["edited", "reviewed", "discarded"]),
        ("reviewed", &["asked", "returned", "discarded"]),
        ("hearing", &["stated", "returned", "signed", "discarded"]),
        ("signed", &["returned", "numbered", "discarded"]),
        ("numbered", &["returned", "published", "discarded"]),
        ("published", &["corrected"]),
        ("discarded", &[]),
    ];
    for (state, so_far) in states() {
        let records = journal(&so_far);
        let matter = Matter::of(&records).unwrap();
        assert_eq!(matter.state.code(), state);
        let takes = taken.iter().find(|(name, _)| *name == state).unwrap().1;
        for (name, person, act) in &acts {
            let refused = matter.refused(act, &actor(person), today);
            assert_eq!(
                refused.is_none(),
                takes.contains(name),
                "{state} {name}: {refused:?}"
            );
        }
    }
}

#[test]
fn whoever_wrote_does_not_review_and_whoever_did_either_does_not_sign() {
    let records = journal(&[("a", drafted(&[])), ("b", edited())]);
    let matter = Matter::of(&records).unwrap();
    let today = day("2026-11-09");
    for (person, may) in [("a", false), ("b", false), ("c", true)] {
        let refused = matter.refused(&Act::Reviewed, &actor(person), today);
        assert_eq!(refused.is_none(), may, "{person}");
    }
    let records = journal(&[("a", drafted(&[])), ("b", edited()), ("c", Act::Reviewed)]);
    let matter = Matter::of(&records).unwrap();
    for (person, may) in [("a", false), ("b", false), ("c", false), ("d", true)] {
        let refused = matter.refused(&signed(), &actor(person), today);
        assert_eq!(refused.is_none(), may, "{person}");
    }
}

#[test]
fn nobody_signs_before_who_is_named_was_heard_or_the_last_day_is_over() {
    let two = drafted(&["zjj", "mzj"]);
    let begun = vec![("a", two), ("b", Act::Reviewed)];
    let signs = |acts: &[(&str, Act)], today: &str| {
        let records = journal(acts);
        let matter = Matter::of(&records).unwrap();
        matter.refused(&signed(), &actor("s"), day(today)).is_none()
    };
    assert!(!signs(&begun, "2026-12-31"));
    let mut acts = begun.clone();
    acts.push(("b", asked()));
    assert!(!signs(&acts, "2026-11-12"));
    assert!(signs(&acts, "2026-11-13"));
    acts.push(("z", stated("zjj")));
    assert!(!signs(&acts, "2026-11-10"));
    acts.push(("m", stated("mzj")));
    assert!(signs(&acts, "2026-11-10"));
    // They were heard once: the text that went back for what they said needs no second hearing.
    acts.extend([("b", Act::Returned), ("a", edited()), ("b", Act::Reviewed)]);
    assert!(signs(&acts, "2026-11-10"));
    let records = journal(&acts);
    let matter = Matter::of(&records).unwrap();
    assert_eq!((matter.content, matter.title), ("c2", "新标题"));
    assert!(
        matter
            .refused(&asked(), &actor("b"), day("2026-11-10"))
            .is_some()
    );
}

#[test]
fn a_correction_leaves_the_old_bulletin_as_it_is() {
    let mut acts = states()
        .into_iter()
        .find(|(state, _)| *state == "published")
        .unwrap()
        .1;
    acts.push(("clerk", corrected()));
    let records = journal(&acts);
    let matter = Matter::of(&records).unwrap();
    let State::Published {
        number,
        frozen,
        corrected: by,
        ..
    } = &matter.state
    else {
        panic!("{:?}", matter.state);
    };
    assert_eq!(
        (*number, *frozen, by.as_slice()),
        ("泸府办函〔2026〕31号", "z", &["b2"][..])
    );
    let today = day("2026-11-13");
    assert!(matter.refused(&corrected(), &actor("x"), today).is_some());
}

#[test]
fn a_number_is_written_as_the_standard_has_it() {
    for number in ["泸府办函〔2026〕31号", "川司监督〔2026〕1号"] {
        assert_eq!(number_refused(number), None, "{number}");
    }
    for number in [
        "",
        "31",
        "泸府办函(2026)31号",
        "泸府办函[2026]31号",
        "泸府办函〔26〕31号",
        "泸府办函〔2026〕031号",
        "泸府办函〔2026〕第31号",
        "泸府办函〔2026〕号",
        "〔2026〕31号",
        "泸府办函〔2026〕31",
        "泸府 办函〔2026〕31号",
    ] {
        assert!(number_refused(number).is_some(), "{number}");
    }
}

#[test]
fn a_signature_from_before_scores_were_kept_is_read_and_written_as_it_was() {
    let old = r#"{"act":"signed"}"#;
    let read: Act = serde_json::from_str(old).unwrap();
    assert_eq!(
        read,
        Act::Signed {
            scores: String::new()
        }
    );
    assert_eq!(serde_json::to_string(&read).unwrap(), old);
    let records = journal(&[
        ("a", drafted(&[])),
        ("b", Act::Reviewed),
        ("c", signed()),
        ("d", number()),
    ]);
    let matter = Matter::of(&records).unwrap();
    assert_eq!((matter.scores(), matter.kept_scores()), ("s", "s"));
    let records = journal(&[("a", drafted(&[])), ("b", Act::Reviewed)]);
    assert_eq!(Matter::of(&records).unwrap().kept_scores(), "");
}
