//! What is written is found again: every column, nulls, Chinese text, the ends of number ranges.

use mingjing_domain::alert::AlertRecord;
use mingjing_domain::event::CaseEvent;
use mingjing_domain::fact::CaseRecord;
use mingjing_store::{
    AlertHistoryRow, AlertRow, Batch, CaseRow, ChainMark, EventRow, RejectRow, SourceHealth,
    SourceHealthRow, Table, Watermark, WatermarkRow,
};

use crate::engine;
use crate::samples::*;

/// Every row of a table, as it lies there.
async fn rows<T: Table>(config: &mingjing_store::Config) -> Vec<T> {
    let client = clickhouse::Client::default()
        .with_url(&config.url)
        .with_database(&config.database);
    let sql = format!(
        "SELECT {} FROM {} FINAL ORDER BY ALL",
        T::select_list(),
        T::TABLE
    );
    client.query_raw(&sql).fetch_all::<T>().await.unwrap()
}

#[tokio::test]
async fn every_column_of_every_table_reads_back() {
    let config = engine::config();
    let store = mingjing_store::Store::connect(&config);
    store.migrate(at(0)).await.unwrap();

    let alerts = [full_alert("2026-0001"), bare_alert("2026-0002")];
    let events = [
        full_event("e-1", "2026-0001"),
        bare_event("e-2", "2026-0002"),
    ];
    let cases = [full_case("2026-0001"), bare_case("2026-0002")];
    let cause = mingjing_domain::fact::Cause::Event {
        event_id: "e-1".into(),
    };
    let changes = [
        change_row(
            &alerts[0],
            mingjing_domain::fact::Change::Withdrawn,
            &cause,
            4,
        ),
        change_row(
            &alerts[1],
            mingjing_domain::fact::Change::Raised,
            &mingjing_domain::fact::Cause::Clock,
            1,
        ),
    ];
    let health = |source: &str, complete_until| SourceHealth {
        source: source.into(),
        partition: 7,
        complete_until,
        last_received_at: complete_until,
        events: u64::MAX,
        updated_at: at(1),
    };
    let sources = [health("甲", None), health("乙", Some(at(2)))];
    let refusal = RejectRow::met(
        "unreadable",
        "第 1 行".into(),
        at(3),
        "mj.log",
        &place(1).log_id,
        7,
        5,
    );
    let named = RejectRow {
        reject_id: "f".repeat(32),
        source: Some("甲".into()),
        case_no: Some("号".into()),
        event_id: Some("e".into()),
        ..refusal.clone()
    };
    let watermark = Watermark {
        log_id: place(1).log_id,
        topic: "mj.facts".into(),
        partition: 7,
        next_offset: u64::MAX,
        epoch: u64::MAX,
        written_at: at(4),
        chain: Some(ChainMark {
            hash: "ab".repeat(32),
            since: u64::MAX,
            records: 3,
            last: Some((u64::MAX, u32::MAX)),
            begun_at: at(3),
        }),
    };

    let mut batch = Batch::default();
    alerts
        .iter()
        .for_each(|a| batch.alert(alert_row(a.clone(), u64::MAX)));
    changes.iter().for_each(|c| batch.alert_change(c.clone()));
    events
        .iter()
        .zip([0, u64::MAX])
        .for_each(|(e, offset)| batch.event(event_row(e, offset)));
    cases
        .iter()
        .for_each(|c| batch.case(case_row(c.clone(), 5)));
    sources
        .iter()
        .for_each(|s| batch.source_health(SourceHealthRow::new(s.clone(), &place(6))));
    batch.reject(refusal.clone());
    batch.reject(named.clone());
    write(&store, &batch, std::slice::from_ref(&watermark)).await;

    let mut found: Vec<AlertRow> = rows(&config).await;
    found.sort_by_key(|row| row.case_no.clone());
    assert_eq!(found, alerts.clone().map(|a| alert_row(a, u64::MAX)));
    let found: Vec<AlertRecord> = found
        .into_iter()
        .map(|row| row.try_into().unwrap())
        .collect();
    assert_eq!(found, alerts);

    let found: Vec<EventRow> = rows(&config).await;
    assert_eq!(
        found,
        [event_row(&events[0], 0), event_row(&events[1], u64::MAX)]
    );
    let found: Vec<CaseEvent<'static>> = found
        .into_iter()
        .map(|row| row.try_into().unwrap())
        .collect();
    assert_eq!(found, events);

    let mut found: Vec<CaseRow> = rows(&config).await;
    found.sort_by_key(|row| row.case_no.clone());
    assert_eq!(found, cases.clone().map(|c| case_row(c, 5)));
    assert_eq!(
        found.into_iter().map(CaseRecord::from).collect::<Vec<_>>(),
        cases
    );

    let mut found: Vec<AlertHistoryRow> = rows(&config).await;
    found.sort_by_key(|row| std::cmp::Reverse(row.revision));
    assert_eq!(found, changes);
    let mut found: Vec<SourceHealth> = rows::<SourceHealthRow>(&config)
        .await
        .into_iter()
        .map(SourceHealth::from)
        .collect();
    found.sort_by_key(|s| s.complete_until);
    assert_eq!(found, sources);
    let mut found: Vec<RejectRow> = rows(&config).await;
    found.sort_by_key(|row| row.source.clone());
    assert_eq!(found, [refusal, named]);
    let found: Vec<Watermark> = rows::<WatermarkRow>(&config)
        .await
        .into_iter()
        .map(Watermark::from)
        .collect();
    assert_eq!(found, [watermark]);
}

#[tokio::test]
async fn each_stay_in_a_step_is_a_row_and_one_taken_back_is_gone() {
    let config = engine::config();
    let store = mingjing_store::Store::connect(&config);
    store.migrate(at(0)).await.unwrap();
    let client = clickhouse::Client::default()
        .with_url(&config.url)
        .with_database(&config.database);
    let stays = || async {
        let sql = "SELECT step, visit, ended_at IS NULL, toInt64(toUnixTimestamp64Milli(started_at)) FROM step_visits ORDER BY ALL";
        client
            .query_raw(sql)
            .fetch_all::<(String, u16, bool, i64)>()
            .await
            .unwrap()
    };
    let mut case = full_case("2026-0001");
    for (version, kept) in [(1, 2), (2, 1)] {
        case.visits.truncate(kept);
        let mut batch = Batch::default();
        batch.case(case_row(case.clone(), version));
        write(&store, &batch, &[]).await;
        let mut expected: Vec<_> = case
            .visits
            .iter()
            .map(|v| {
                (
                    v.step.clone(),
                    v.visit,
                    v.ended_at.is_none(),
                    v.started_at.millis(),
                )
            })
            .collect();
        expected.sort();
        assert_eq!(stays().await, expected);
    }
}
