//! What statistics count of a case: each line of a story, and what is counted at its end.

use mingjing_domain::Timestamp;
use mingjing_domain::definitions::PowerType;
use mingjing_domain::event::EventKind::{
    Accepted, Applied, Closed, Decided, Delivered, Extend, Paid, Resume, SupplementNotice, Suspend,
    Withdrawn,
};
use mingjing_domain::event::{Actor, CaseEvent, EventKind, Special};
use mingjing_domain::fact::Fact;
use mingjing_domain::measures::{CaseMeasures, LimitMeasure, MeasureUnit};
use mingjing_engine::{Engine, Input};

use crate::world::{BEGIN, HOUR, compile, definitions, engine, event, say};

/// 20 working days by law, 7 as promised; a hearing stops the clock, an extension adds 10 working days to the law's.
fn permit() -> String {
    let limits = "{id: all, name: 办结, kind: case, from: [accepted], to: [decided], statutory: 20wd, promised: 7wd, \
                  suspended_by: [hearing], extended_by: [extension]}";
    let points = "  - {id: late, name: 超期, check: {overdue: {limit: all}}}\n";
    definitions("", limits, points).replace(
        "limits:",
        "special_procedures:
  - {kind: hearing, name: 听证, effect: suspend, legal_basis: 行政许可法第四十五条}
  - {kind: extension, name: 延期, effect: extend, maximum: 10wd, legal_basis: 行政许可法第四十二条}
limits:",
    )
}

fn day(id: &str, kind: EventKind, day: i64) -> CaseEvent<'static> {
    event(id, kind, day * 24)
}

fn special(mut event: CaseEvent<'static>, kind: &str) -> CaseEvent<'static> {
    event.data.special = Some(Special {
        kind: kind.to_owned().into(),
        notice_no: Some("告知1号".into()),
        granted: (event.kind == Extend).then(|| "10wd".into()),
        ..Special::default()
    });
    event
}

fn result(
    mut event: CaseEvent<'static>,
    actor: &'static str,
    code: &'static str,
) -> CaseEvent<'static> {
    event.data.actor = Some(Actor {
        id: actor.into(),
        ..Actor::default()
    });
    event.data.result_code = (!code.is_empty()).then(|| code.into());
    event
}

fn measured(events: &[CaseEvent<'static>]) -> CaseMeasures {
    measured_by(&permit(), events)
}

fn measured_by(definitions: &str, events: &[CaseEvent<'static>]) -> CaseMeasures {
    let mut engine = engine(definitions);
    for event in events {
        say(&mut engine, event);
    }
    let mut facts = Vec::new();
    engine.flush_cases(&mut facts);
    let case = facts.into_iter().find_map(|fact| match fact {
        Fact::Case { case, .. } => Some(case),
        _ => None,
    });
    case.expect("the case was told of").measures
}

fn on(day: i64) -> Option<Timestamp> {
    Some(Timestamp::from_millis(BEGIN + day * 24 * HOUR))
}

fn limit(of: &CaseMeasures) -> &LimitMeasure {
    of.limit.as_ref().expect("it has a limit that began")
}

fn by_channel(mut event: CaseEvent<'static>, channel: &'static str) -> CaseEvent<'static> {
    event.data.channel = Some(channel.into());
    event
}

/// The channel that a case has come by, as an engine tells it after one more event.
fn channel_after(engine: &mut Engine, event: &CaseEvent<'_>) -> Option<String> {
    let mut facts = say(engine, event);
    engine.flush_cases(&mut facts);
    let told = facts.into_iter().rev().find_map(|fact| match fact {
        Fact::Case { case, .. } => Some(case),
        _ => None,
    });
    told.expect("the case is told anew").measures.channel
}

#[test]
fn the_channel_is_that_of_the_application_and_is_known_after_a_restart() {
    let mut engine = engine(&permit());
    let accepted = by_channel(day("2", Accepted, 1), "online");
    assert_eq!(
        channel_after(&mut engine, &accepted).as_deref(),
        Some("online")
    );
    // It came later, and was first.
    let applied = by_channel(day("1", Applied, 0), "kiosk-7");
    assert_eq!(
        channel_after(&mut engine, &applied).as_deref(),
        Some("kiosk-7"),
        "kept as the source says it"
    );
    let rules = compile(&permit()).unwrap_or_else(|p| panic!("{p:?}"));
    let mut restored = Engine::restore(rules, &engine.snapshot()).unwrap();
    // How a decision was delivered is not how the case came.
    let decided = by_channel(day("3", Decided, 2), "mail");
    for engine in [&mut engine, &mut restored] {
        assert_eq!(channel_after(engine, &decided).as_deref(), Some("kiosk-7"));
    }
    // A case of which nothing says it has none.
    assert_eq!(measured(&[day("1", Applied, 0)]).channel, None);
}

#[test]
fn a_record_that_says_its_channel_only_when_read_again_does_not_contradict_itself() {
    let mut engine = engine(&permit());
    say(&mut engine, &day("1", Applied, 0));
    say(&mut engine, &by_channel(day("1", Applied, 0), "online"));
    assert_eq!(
        (engine.counts().duplicates, engine.counts().conflicts),
        (1, 0)
    );
}

/// 2026-07-01 is a Wednesday: the 3rd, 6th, 7th … are the working days after it.
#[test]
fn a_case_from_its_receipt_to_its_delivery() {
    let found = measured(&[
        day("1", Applied, 0),
        day("2", SupplementNotice, 1),
        result(day("3", Accepted, 5), "wang", ""),
        special(day("4", Suspend, 6), "hearing"),
        special(day("5", Resume, 9), "hearing"),
        result(day("6", Decided, 13), "li", "granted"),
        result(day("7", Closed, 14), "wang", "done"),
        day("8", Delivered, 15),
    ]);
    let whole = limit(&found).clone();
    // Monday 6 July to Tuesday 14 July, of which the 7th to the 10th stood still: the 13th and the 14th were used.
    assert_eq!(
        (whole.unit, whole.statutory, whole.promised, whole.used),
        (MeasureUnit::WorkingDays, Some(20), Some(7), Some(2))
    );
    assert_eq!(
        (whole.started_at, whole.done_at, whole.fell_at),
        (on(5).unwrap(), on(13), None)
    );
    assert!(whole.promised_due_at < whole.statutory_due_at);
    let expected = CaseMeasures {
        power_type: Some(PowerType::Licence),
        handler: Some("wang".into()),
        received_at: on(0),
        decided_at: on(13),
        delivered_at: on(15),
        ending: Some(Closed),
        ended_at: on(14),
        result: Some("granted".into()),
        limit: Some(whole),
        suspended_ms: 3 * 24 * HOUR as u64,
        suspensions: 1,
        supplements: 1,
        ..CaseMeasures::default()
    };
    assert_eq!(found, expected);
}

#[test]
fn what_was_added_to_the_limit_is_part_of_its_length() {
    let found = measured(&[
        day("1", Accepted, 0),
        special(day("2", Extend, 5), "extension"),
        day("3", Decided, 36),
    ]);
    let whole = limit(&found);
    assert_eq!((whole.statutory, whole.used), (Some(30), Some(26)));
    assert_eq!(found.extensions, 1);
}

#[test]
fn a_limit_that_runs_has_used_nothing_yet_and_one_that_fell_away_never_will() {
    let running = measured(&[day("1", Accepted, 0)]);
    assert_eq!((limit(&running).used, running.ending), (None, None));
    let withdrawn = measured(&[day("1", Accepted, 0), day("2", Withdrawn, 3)]);
    assert_eq!(
        (limit(&withdrawn).used, limit(&withdrawn).fell_at),
        (None, on(3))
    );
    assert_eq!(
        (withdrawn.ending, withdrawn.ended_at),
        (Some(Withdrawn), on(3))
    );
}

/// A duty that a condition took away is not past due for as long as the case lies there; who does it all the same is judged by that.
#[test]
fn a_limit_that_fell_away_by_a_condition_is_over_where_nobody_does_it_all_the_same() {
    let limits = "{id: all, name: 办结, kind: case, from: [accepted], to: [decided], statutory: 20wd, \
                  falls_away_when: case.paid >= 100}";
    let points = "  - {id: late, name: 超期, check: {overdue: {limit: all}}}\n";
    let text = definitions("{name: paid, type: amount, default: 0}", limits, points);
    let mut paid = day("2", Paid, 3);
    paid.data.amounts = [("paid".into(), 100)].into();
    let events = [day("1", Accepted, 0), paid, day("3", Decided, 60)];
    let fallen = measured_by(&text, &events[..2]);
    let whole = limit(&fallen);
    assert_eq!((whole.done_at, whole.fell_at), (None, on(3)));
    let done = measured_by(&text, &events);
    let whole = limit(&done);
    assert_eq!((whole.done_at, whole.fell_at), (on(60), None));
    assert!(whole.done_at > whole.statutory_due_at);
}

#[test]
fn a_case_that_was_done_on_the_day_it_began_used_nothing() {
    let found = measured(&[event("1", Accepted, 0), event("2", Decided, 5)]);
    assert_eq!(limit(&found).used, Some(0));
}

#[test]
fn records_that_were_typed_in_afterwards_sent_anew_or_lie_before_what_precedes_them_are_counted() {
    let mut late = day("1", Accepted, 0);
    late.entered_at = on(5);
    late.received_at = on(5).unwrap();
    let mut anew = day("2", Decided, 6);
    anew.data_version = 2;
    let foreseen = {
        let mut event = day("3", Delivered, 9);
        event.received_at = on(7).unwrap();
        event
    };
    let found = measured(&[late, anew, foreseen]);
    assert_eq!(
        (
            found.events_late,
            found.events_resent,
            found.events_reversed
        ),
        (1, 1, 1)
    );
}

/// Statistics count by what was last said of a case, so that other rules are no silent change.
#[test]
fn a_case_that_reads_otherwise_by_other_rules_is_told_of_anew_and_no_other_is() {
    let mut engine = engine(&permit());
    say(&mut engine, &day("1", Accepted, 0));
    let mut told = |text: &str| {
        let rules = compile(text).expect("sound rules");
        let mut facts = Vec::new();
        engine.flush_cases(&mut facts);
        facts.clear();
        engine.handle(Input::Activated(rules), &mut facts);
        engine.flush_cases(&mut facts);
        facts.into_iter().find_map(|fact| match fact {
            Fact::Case { case, .. } => limit(&case.measures).promised,
            _ => None,
        })
    };
    assert_eq!(told(&permit()), None);
    assert_eq!(
        told(&permit().replace("promised: 7wd", "promised: 5wd")),
        Some(5)
    );
}
