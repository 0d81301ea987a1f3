//! What scores count, held against the same read slowly out of a town by chance, and by hand where orders are concerned.

use std::collections::BTreeMap;

use mingjing_domain::Timestamp;
use mingjing_domain::alert::{AlertRecord, Level, Status};
use mingjing_domain::definitions::score_model::scorable::OVERDUE_RULES;
use mingjing_domain::disposition::{DispositionState, ORDER_POINT, order_step};
use mingjing_domain::fact::CaseRecord;
use mingjing_domain::ids::alert_id;
use mingjing_domain::score::{CountedAlert, Standing};
use mingjing_domain::voice::SOURCE;
use mingjing_store::{Batch, Scored, ScoredAsked, Whose};

use crate::samples::{alert_row, at, bare_alert, full_alert, store, write};
use crate::statistics::world::World;

fn instant(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn october(org: Option<&str>) -> ScoredAsked {
    ScoredAsked {
        from: instant("2026-10-01T00:00:00+08:00"),
        until: instant("2026-11-01T00:00:00+08:00"),
        now: instant("2026-11-20T12:00:00+08:00"),
        org: org.map(Into::into),
    }
}

fn counts(alert: &AlertRecord) -> bool {
    matches!(
        alert.status,
        Status::Issued | Status::Ended | Status::Review
    ) && matches!(alert.level, Level::Yellow | Level::Red)
}

fn of(alert: &AlertRecord) -> &str {
    let org = alert.responsible_org.as_ref().or(alert.org_code.as_ref());
    org.map_or("", String::as_str)
}

fn slow_alerts(world: &World, asked: &ScoredAsked) -> Vec<(String, String, String, String)> {
    let mut found = Vec::new();
    for alert in world.alerts.iter().filter(|alert| counts(alert)) {
        let within = alert
            .issued_at
            .is_some_and(|at| at >= asked.from && at < asked.until);
        let body = asked.org.as_deref().is_none_or(|org| org == of(alert));
        if within && body {
            let officer = alert.responsible_actor.clone().unwrap_or_default();
            let office = alert.responsible_office.clone().unwrap_or_default();
            found.push((
                alert.alert_id.clone(),
                of(alert).to_owned(),
                office,
                officer,
            ));
        }
    }
    found.sort();
    found
}

/// The first instant at which a limit of the case passed undone.
fn breach(case: &CaseRecord, now: Timestamp) -> Option<Timestamp> {
    let measures = &case.measures;
    let limit = measures.limit.as_ref()?;
    let finished = limit.done_at.or(limit.fell_at).or(measures.ended_at);
    let finished = finished.map(Timestamp::floor_second);
    let dues = [limit.statutory_due_at, limit.promised_due_at];
    let missed = dues
        .into_iter()
        .flatten()
        .filter(|due| *due < finished.unwrap_or(now));
    missed.min()
}

fn slow_cases(world: &World, asked: &ScoredAsked) -> Vec<String> {
    let mut found = Vec::new();
    for case in &world.cases {
        let breach = breach(case, asked.now);
        let within = breach.is_some_and(|at| at >= asked.from && at < asked.until);
        let body = asked.org.is_none() || asked.org == case.org_code;
        if within && body && case.opened_at.is_some() && case.source != SOURCE {
            found.push(format!("{}/{}", case.source, case.case_no));
        }
    }
    found.sort();
    found
}

#[tokio::test]
async fn the_rows_of_a_period_are_those_that_a_slow_reading_finds() {
    for seed in [1, 2, 3] {
        let world = World::by_chance(seed, 300);
        let store = store().await;
        world.write(&store).await;
        for org in [None, Some("o1"), Some("o2"), Some("nobody")] {
            let asked = october(org);
            let scored = store.scored(&asked).await.unwrap();
            let told: Vec<_> = scored
                .alerts
                .iter()
                .map(|(whose, alert)| {
                    let Whose {
                        org,
                        office,
                        officer,
                    } = whose.clone();
                    (alert.alert_id.clone(), org, office, officer)
                })
                .collect();
            assert_eq!(told, slow_alerts(&world, &asked), "seed {seed} {org:?}");
            assert!(
                org.is_some() || told.len() > 20,
                "seed {seed}: {}",
                told.len()
            );
            let mut told: Vec<String> = scored
                .overdue_cases
                .iter()
                .map(|(_, row)| row.id.clone())
                .collect();
            told.sort();
            assert_eq!(told, slow_cases(&world, &asked), "seed {seed} {org:?}");
            assert!(
                org.is_some() || told.len() > 20,
                "seed {seed}: {}",
                told.len()
            );
            alerts_are_those_of_the_case(&world, &scored);
        }
    }
}

fn alerts_are_those_of_the_case(world: &World, scored: &Scored) {
    let mut of_case: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for alert in world.alerts.iter().filter(|alert| counts(alert)) {
        let about = alert.subject_kind == "case" && OVERDUE_RULES.contains(&&*alert.rule);
        if about {
            let case = format!("{}/{}", alert.source, alert.case_no);
            of_case
                .entry(case)
                .or_default()
                .push(alert.alert_id.clone());
        }
    }
    for (_, row) in &scored.overdue_cases {
        let mut wanted = of_case.remove(&row.id).unwrap_or_default();
        wanted.sort();
        let told: Vec<String> = row.alerts.iter().map(|a| a.alert_id.clone()).collect();
        assert_eq!(told, wanted, "{}", row.id);
    }
}

/// An order of `full_alert` to 510500-住建局, due at 30 s, not answered but for `answered` seconds.
fn ordered(case_no: &str, answered: Option<i64>) -> AlertRecord {
    let mut alert = full_alert(case_no);
    alert.status = Status::Issued;
    let order = alert.disposition.as_mut().and_then(|d| d.order.as_mut());
    let order = order.unwrap();
    order.closed = None;
    let answer = order.answers.pop().unwrap();
    order.answers = answered
        .map(|seconds| {
            let mut answer = answer;
            answer.by.at = at(seconds);
            answer
        })
        .into_iter()
        .collect();
    alert
}

/// The alert about the second order of an alert.
fn about(order: &AlertRecord, state: DispositionState) -> AlertRecord {
    let step = order_step(
        &order.control_point,
        &order.subject_kind,
        &order.step,
        order.visit,
    );
    let mut alert = AlertRecord {
        alert_id: alert_id(&order.source, &order.case_no, ORDER_POINT, &step, 2),
        source: order.source.clone(),
        control_point: ORDER_POINT.into(),
        rule: "T15".into(),
        step,
        visit: 2,
        level: Level::Yellow,
        status: Status::Issued,
        due_at: Some(at(30)),
        issued_at: Some(at(31)),
        responsible_org: Some("510500-住建局".into()),
        ..bare_alert(&order.case_no)
    };
    let mut disposition = order.disposition.clone();
    if let Some(disposition) = disposition.as_mut() {
        disposition.state = state;
        disposition.order = None;
    }
    alert.disposition = disposition;
    alert
}

#[tokio::test]
async fn an_order_without_its_answer_in_time_is_a_row_of_whoever_owes_it() {
    let store = store().await;
    let (open, late, in_time) = (
        ordered("open", None),
        ordered("late", Some(31)),
        ordered("in-time", Some(30)),
    );
    let mut batch = Batch::default();
    let alerts = [
        about(&open, DispositionState::Appealed),
        open.clone(),
        late,
        in_time,
    ];
    for (version, alert) in (1..).zip(alerts) {
        batch.alert(alert_row(alert, version));
    }
    write(&store, &batch, &[]).await;
    let asked = |from: i64, until: i64, now: i64, org: Option<&str>| ScoredAsked {
        from: at(from),
        until: at(until),
        now: at(now),
        org: org.map(Into::into),
    };
    let told = async |asked: ScoredAsked| {
        let scored = store.scored(&asked).await.unwrap();
        let mut cases: Vec<String> = scored
            .unanswered_orders
            .iter()
            .map(|(_, row)| row.case_no.clone())
            .collect();
        cases.sort();
        cases
    };
    let late_and_open = ["late", "open"];
    assert_eq!(told(asked(0, 100, 100, None)).await, late_and_open);
    let of_body = Some("510500-住建局");
    assert_eq!(told(asked(0, 100, 100, of_body)).await, late_and_open);
    // Another body's; before it was due; of another period.
    assert!(told(asked(0, 100, 100, Some("zjj"))).await.is_empty());
    assert!(told(asked(0, 100, 30, None)).await.is_empty());
    assert!(told(asked(31, 100, 100, None)).await.is_empty());
    let scored = store.scored(&asked(0, 100, 100, None)).await.unwrap();
    let row = |case: &str| {
        let mut orders = scored.unanswered_orders.iter();
        orders.find(|(_, row)| row.case_no == case).unwrap()
    };
    let (whose, open_row) = row("open");
    assert_eq!(whose.org, "510500-住建局");
    assert_eq!(open_row.id, open.alert_id);
    let standings: Vec<Standing> = open_row.alerts.iter().map(CountedAlert::standing).collect();
    assert_eq!(standings, [Standing::Appealed]);
    assert!(row("late").1.alerts.is_empty());
}
