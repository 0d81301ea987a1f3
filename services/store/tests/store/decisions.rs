//! What people decide: what became of commands, and what that says of rules.

use mingjing_domain::alert::{Level, Status};
use mingjing_domain::command::{Act, Author, Command, Subject, SubjectKind};
use mingjing_domain::disposition::{
    Conclusion, Disposal, DispositionState, Refused, RefusedBecause, Verdict,
};
use mingjing_domain::fact::{Cause, Change, Fact};
use mingjing_store::{AlertFilter, Among, Batch, CommandRow, Deciders, DecisionRow, Sight};

use crate::samples::*;

fn decision(alert: &str, command: &str, act: &str, refused: Option<RefusedBecause>) -> Fact {
    Fact::Decision {
        at: at(9),
        command: command.into(),
        digest: format!("digest of {command}"),
        alert_id: alert.into(),
        source: "泸州住建".into(),
        case_no: "1".into(),
        act: act.into(),
        conclusion: None,
        refused: refused.map(|reason| Refused {
            reason,
            message: "该预警“已经”认定".into(),
        }),
    }
}

#[tokio::test]
async fn a_commands_outcome_reads_back_and_said_again_it_is_one() {
    let store = store().await;
    let mut batch = Batch::default();
    let refused = decision("a", "c1", "confirm", Some(RefusedBecause::AlreadyDecided));
    for (version, fact) in [
        (1, refused.clone()),
        (2, refused),
        (3, decision("a", "c2", "confirm", None)),
    ] {
        batch.decision(DecisionRow::of(fact, &place(version)).unwrap());
    }
    write(&store, &batch, &[]).await;
    let outcomes = store.command_outcomes("c1").await.unwrap();
    let [one] = &outcomes[..] else {
        panic!("{outcomes:?}")
    };
    let reason = one.refused.as_ref().map(|r| (r.reason, &*r.message));
    assert_eq!(
        reason,
        Some((RefusedBecause::AlreadyDecided, "该预警“已经”认定"))
    );
    let applied = store.command_outcomes("c2").await.unwrap();
    assert_eq!((applied.len(), &applied[0].refused), (1, &None));
    assert_eq!(store.command_outcomes("c3").await.unwrap(), []);
    assert!(!store.knows_command("c3").await.unwrap());
}

#[tokio::test]
async fn what_was_done_about_an_alert_is_told_in_order_without_what_was_refused() {
    let store = store().await;
    let [about, other] = ["0a", "0b"].map(|half| half.repeat(16));
    let command = |alert: &str, key: &str, disposal: Disposal, when: i64| {
        let by = Author::Person {
            id: "wang".into(),
            body: "zjj".into(),
            office: "法规科".into(),
        };
        let subject = Subject {
            kind: SubjectKind::Case,
            source: "泸州住建".into(),
            key: "1".into(),
        };
        let alert_id = alert.to_owned();
        let what = Act::Dispose { alert_id, disposal };
        Command::keyed(key, by, at(when), format!("理由{key}"), subject, what)
    };
    let appeal = || Disposal::Appeal {
        evidence: vec!["0f".repeat(32)],
    };
    let mut batch = Batch::default();
    for (version, said, refused) in [
        (1, command(&about, "k1", appeal(), 1), None),
        (2, command(&about, "k2", Disposal::Uphold, 2), None),
        (
            3,
            command(&about, "k3", Disposal::Close, 3),
            Some(RefusedBecause::NoOrder),
        ),
        (4, command(&other, "k4", appeal(), 4), None),
        (5, command(&about, "k5", appeal(), 5), None),
        // Said again it is answered again, and was done when it was done.
        (6, command(&about, "k1", appeal(), 1), None),
    ] {
        let alert = said.alert_id();
        let fact = decision(&alert, &said.id, said.what.code(), refused);
        batch.decision(DecisionRow::of(fact, &place(version)).unwrap());
        // The log of commands lies in another order of its own.
        batch.command(CommandRow::new(&said, "log", 7, 9 - version));
    }
    write(&store, &batch, &[]).await;
    let keys = async |ids: &[&str]| {
        let among = Among::these(ids.iter().copied()).unwrap();
        let done = store.applied(&among).await.unwrap();
        let reasons = done.into_iter().map(|command| command.reason);
        reasons.collect::<Vec<_>>()
    };
    assert_eq!(keys(&[&about]).await, ["理由k1", "理由k2", "理由k5"]);
    assert_eq!(keys(&[&about, &other]).await.len(), 4);
    assert!(keys(&[]).await.is_empty());
    let among = Among::these([about.as_str()]).unwrap();
    let done = store.applied(&among).await.unwrap();
    let first = command(&about, "k1", appeal(), 1);
    assert_eq!(done[0], first, "as it was said");
}

#[tokio::test]
async fn a_rule_is_told_what_people_made_of_its_alerts() {
    let store = store().await;
    let mut batch = Batch::default();
    // Withdrawn on appeal, for an objective cause.
    let appealed = full_alert("1");
    // Dismissed because the rule was wrong.
    let mut dismissed = full_alert("2");
    // Confirmed.
    let mut confirmed = full_alert("3");
    confirmed.status = Status::Issued;
    // Taken back by the platform, and nobody did anything.
    let mut taken_back = full_alert("4");
    taken_back.disposition = None;
    for (alert, state, verdict, conclusion) in [
        (
            &mut dismissed,
            DispositionState::Dismissed,
            Verdict::Dismissed,
            Conclusion::Rule,
        ),
        (
            &mut confirmed,
            DispositionState::Confirmed,
            Verdict::Confirmed,
            Conclusion::Subjective,
        ),
    ] {
        let disposition = alert.disposition.as_mut().unwrap();
        disposition.state = state;
        disposition.appeal = None;
        let decision = disposition.decision.as_mut().unwrap();
        (decision.verdict, decision.on_appeal) = (verdict, false);
        decision.conclusion = Some(conclusion);
    }
    let mut issued = full_alert("1");
    (issued.status, issued.disposition) = (Status::Issued, None);
    let command = Cause::Command { id: "c".into() };
    for (alert, cause) in [
        (&appealed, &command),
        (&dismissed, &command),
        (&confirmed, &command),
        (&taken_back, &Cause::Clock),
    ] {
        let mut first = issued.clone();
        first.alert_id.clone_from(&alert.alert_id);
        batch.alert_change(change_row(&first, Change::Issued, &Cause::Clock, 1));
        batch.alert_change(change_row(alert, Change::Withdrawn, cause, 2));
        batch.alert(alert_row(alert.clone(), 2));
    }
    for (version, act, refused) in [
        (1, "appeal", None),
        (2, "withdraw", None),
        (3, "uphold", Some(RefusedBecause::OwnDecision)),
    ] {
        let fact = decision(&appealed.alert_id, &format!("c{version}"), act, refused);
        batch.decision(DecisionRow::of(fact, &place(version)).unwrap());
    }
    write(&store, &batch, &[]).await;

    let rules = store.rule_quality(at(-100), at(100)).await.unwrap();
    let [rule] = &rules[..] else {
        panic!("{rules:?}")
    };
    assert_eq!((rule.alerts, rule.issued, rule.withdrawn), (4, 4, 3));
    assert_eq!(rule.withdrawn_by_platform, 1);
    assert_eq!((rule.confirmed, rule.recheck, rule.appeal_open), (1, 0, 0));
    let dismissed = (
        rule.dismissed_objective,
        rule.dismissed_data,
        rule.dismissed_rule,
    );
    assert_eq!(dismissed, (1, 0, 1));
    // What was refused did not happen.
    assert_eq!(
        (rule.appealed, rule.upheld, rule.withdrawn_on_appeal),
        (1, 0, 1)
    );

    // Who decided that: the same alerts by person.
    let by_whom = |sight: Sight| {
        let store = &store;
        async move { store.deciders_in(at(-100), at(100), &sight).await.unwrap() }
    };
    let found = by_whom(Sight::default()).await;
    let [chen] = &found.decided[..] else {
        panic!("{found:?}")
    };
    let named = (&*chen.person, &*chen.acting_for, &*chen.body);
    assert_eq!(named, ("chen", "510500-sfj", "510500-住建局"));
    assert_eq!(
        (
            chen.confirmed,
            chen.dismissed_rule,
            chen.withdrawn_objective
        ),
        (1, 1, 1)
    );
    assert_eq!((chen.concluded(), chen.objective()), (3, 1));
    let [taken_back] = &found.taken_back[..] else {
        panic!("{found:?}")
    };
    let whose = (
        &*taken_back.person,
        &*taken_back.confirmed_by,
        taken_back.alerts,
    );
    assert_eq!(whose, ("chen", "li", 1));
    // The fourth was taken back by the platform: it is no card any more.
    assert_eq!((found.unconcluded.open, found.unconcluded.appealed), (0, 0));
    let elsewhere = Sight {
        region_prefix: Some("510503".into()),
        body: None,
    };
    assert_eq!(by_whom(elsewhere).await, Deciders::default());
    // One that is out and nobody concluded, and a reminder, of which nobody ever will.
    let mut open = full_alert("5");
    (open.status, open.disposition) = (Status::Issued, None);
    let mut reminder = full_alert("6");
    (reminder.status, reminder.disposition) = (Status::Issued, None);
    reminder.level = Level::Notice;
    let mut batch = Batch::default();
    for alert in [open, reminder] {
        batch.alert(alert_row(alert, 3));
    }
    write(&store, &batch, &[]).await;
    let found = by_whom(Sight::default()).await;
    assert_eq!((found.unconcluded.open, found.unconcluded.appealed), (1, 0));

    let filter = AlertFilter {
        disposition: vec![DispositionState::Confirmed, DispositionState::Appealed],
        ..AlertFilter::default()
    };
    let page = store.alerts(&filter, None, 10).await.unwrap();
    assert_eq!(page.alerts, [in_list(confirmed)]);
}
