use mingjing_domain::alert::{Level, Status};

use super::*;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(&format!("{text}:00+08:00")).unwrap()
}

fn finding(rule: &str, source: &str, from: &str, until: &str, ended: Option<&str>) -> AlertRecord {
    AlertRecord {
        alert_id: format!("{rule}{from}"),
        subject_kind: "source".into(),
        source: source.into(),
        case_no: String::new(),
        item_code: None,
        org_code: None,
        region_code: None,
        responsible_org: None,
        responsible_office: None,
        responsible_actor: None,
        control_point: format!("inspection/{rule}"),
        rule: rule.into(),
        step: from.into(),
        visit: 1,
        level: Level::Yellow,
        status: Status::Issued,
        due_at: None,
        breached_at: None,
        raised_at: at(until),
        issued_at: None,
        completed_at: None,
        ended_at: ended.map(at),
        ended_reason: None,
        withdrawn_at: None,
        withdrawn_reason: None,
        statutory: None,
        legal_basis: None,
        limit: None,
        answer_due_at: None,
        definitions_version: "d".into(),
        calendar_version: "c".into(),
        engine_version: "6".into(),
        message: "断流".into(),
        evidence: vec![Evidence::Inspection {
            command: "c".into(),
            window: Window {
                label: from.into(),
                from: at(from),
                until: at(until),
            },
            known_at: at(until),
            figures: BTreeMap::new(),
            parameters: BTreeMap::new(),
            total: 1,
            rows: Vec::new(),
        }],
        disposition: None,
    }
}

#[test]
fn a_silence_lasts_until_the_source_speaks_and_stretches_that_touch_are_one() {
    let silent = |source, from, until, ended| finding("Q7", source, from, until, ended);
    let findings = vec![
        finding("Q14", "s", "2026-11-21T00:00", "2026-11-22T00:00", None),
        silent(
            "s",
            "2026-11-20T10:00",
            "2026-11-20T11:00",
            Some("2026-11-21T09:00"),
        ),
        silent("s", "2026-11-25T10:00", "2026-11-25T11:00", None),
        finding("Q2", "s", "2026-11-20T00:00", "2026-11-21T00:00", None),
        silent(
            "t",
            "2026-11-20T10:00",
            "2026-11-20T11:00",
            Some("2026-11-20T12:00"),
        ),
    ];
    let found = of_findings(findings, &Sight::default());
    let told: Vec<(&str, &str, String, Option<Timestamp>, usize)> = found
        .iter()
        .map(|one| {
            let source = one.cause.source().unwrap();
            let kind = one.cause.kind().code();
            let from = one.from.unwrap().to_rfc3339(chrono_tz::Asia::Shanghai);
            (
                kind,
                source,
                from[..16].to_owned(),
                one.until,
                one.rests_on.len(),
            )
        })
        .collect();
    let until = |text| Some(at(text));
    let from = |text: &str| text.to_owned();
    assert_eq!(
        told,
        [
            (
                "source_late",
                "s",
                from("2026-11-20T00:00"),
                until("2026-11-21T00:00"),
                1
            ),
            // The day that does not agree begins within the silence.
            (
                "source_down",
                "s",
                from("2026-11-20T10:00"),
                until("2026-11-22T00:00"),
                2
            ),
            (
                "source_down",
                "t",
                from("2026-11-20T10:00"),
                until("2026-11-20T12:00"),
                1
            ),
            ("source_down", "s", from("2026-11-25T10:00"), None, 1),
        ]
    );
    assert!(found[1].why.contains("断报（Q7）") && found[1].why.contains("对账不符（Q14）"));
    assert!(found[3].why.contains("至今未恢复"), "{}", found[3].why);
}

#[test]
fn a_live_source_stands_still_when_some_partition_waits_longer_than_its_allowance() {
    let now = at("2026-11-25T12:00");
    let health = |source: &str, partition, complete: Option<&str>| SourceHealth {
        source: source.into(),
        partition,
        complete_until: complete.map(at),
        last_received_at: None,
        events: 1,
        updated_at: now,
    };
    let health = [
        health("late", 0, Some("2026-11-25T10:00")),
        health("late", 1, Some("2026-11-23T10:00")),
        health("fresh", 0, Some("2026-11-25T11:00")),
        health("fresh", 1, Some("2026-11-25T10:00")),
        health("partly", 0, Some("2026-11-20T10:00")),
        health("mute", 0, Some("2026-11-20T10:00")),
        health("mute", 1, None),
        health("import", 0, Some("2026-01-01T00:00")),
        health("import", 1, Some("2026-01-01T00:00")),
        health("unknown", 0, Some("2026-01-01T00:00")),
        health("unknown", 1, Some("2026-01-01T00:00")),
    ];
    let declared: BTreeMap<String, Source> = ["late", "fresh", "partly", "mute"]
        .map(|id| Source::new(id, SourceClock::Live))
        .into_iter()
        .chain([Source::new("import", SourceClock::Declared)])
        .map(|source| (source.id.clone(), source))
        .collect();
    let found = stood_still(&health, &declared, 2, now);
    let told = found.iter().map(|one| (one.cause.source(), one.from));
    let told: Vec<_> = told.collect();
    assert_eq!(told, [(Some("late"), Some(at("2026-11-23T10:00")))]);
}

fn daily(day: &str, definitions: &str, alerts: u64) -> Daily {
    Daily {
        rule: "T3".into(),
        control_point: "late".into(),
        definitions_version: definitions.into(),
        day: day.into(),
        alerts,
        standing: alerts,
    }
}

#[test]
fn a_burst_is_many_in_itself_and_many_times_a_usual_day() {
    let since: NaiveDate = "2026-11-01".parse().unwrap();
    let told = |daily: &[Daily]| -> Vec<String> {
        let found = bursts(daily, since, chrono_tz::Asia::Shanghai);
        found.into_iter().map(|one| one.title).collect()
    };
    let quiet = daily("2026-10-10", "d1", 14);
    for (on, alerts, burst) in [
        ("2026-11-05", 9, false),
        ("2026-11-05", 10, true),
        // Before the days that are looked at.
        ("2026-10-31", 90, false),
    ] {
        let found = told(&[quiet.clone(), daily(on, "d2", alerts)]);
        assert_eq!(!found.is_empty(), burst, "{on} {alerts}: {found:?}");
    }
    // 28 days with 4 each: a usual day has 4, and 20 are five times as many.
    let usual: Vec<Daily> = (8..=31)
        .map(|day| daily(&format!("2026-10-{day:02}"), "d1", 4))
        .chain((1..=4).map(|day| daily(&format!("2026-11-{day:02}"), "d1", 4)))
        .collect();
    for (alerts, burst) in [(19, false), (20, true)] {
        let mut days = usual.clone();
        days.push(daily("2026-11-05", "d2", alerts));
        assert_eq!(!told(&days).is_empty(), burst, "{alerts}");
    }
    // Where there is no before, nobody knows what is usual.
    assert_eq!(told(&[daily("2026-11-05", "d2", 90)]), Vec::<String>::new());
    // What stands no more needs no incident.
    let mut over = daily("2026-11-05", "d2", 90);
    over.standing = 9;
    assert_eq!(told(&[quiet, over]), Vec::<String>::new());
}
