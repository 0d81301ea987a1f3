//! Migrations.

use std::collections::BTreeSet;

use mingjing_domain::Timestamp;
use mingjing_store::{Error, MigrationError, SCHEMA_NUMBER, Store};

use crate::engine;

async fn run(config: &mingjing_store::Config, text: &str) {
    let client = clickhouse::Client::default()
        .with_url(&config.url)
        .with_database(&config.database);
    client.query_raw(text).execute().await.unwrap();
}

async fn sql(config: &mingjing_store::Config, text: &str) -> Vec<String> {
    let client = clickhouse::Client::default()
        .with_url(&config.url)
        .with_database(&config.database);
    client.query_raw(text).fetch_all::<String>().await.unwrap()
}

#[tokio::test]
async fn the_second_migration_finds_nothing_to_do() {
    let config = engine::config();
    let store = Store::connect(&config);
    store.ping().await.unwrap();
    let applied = store.migrate(Timestamp::from_millis(1)).await.unwrap();
    assert_eq!(applied.last().map(|m| m.number), Some(SCHEMA_NUMBER));
    assert!(
        store
            .migrate(Timestamp::from_millis(2))
            .await
            .unwrap()
            .is_empty()
    );
    let recorded = sql(
        &config,
        "SELECT name FROM schema_migrations FINAL ORDER BY number",
    )
    .await;
    assert_eq!(
        recorded,
        [
            "0001_tables.sql",
            "0002_views.sql",
            "0003_case_log.sql",
            "0004_inspections.sql",
            "0005_control_totals.sql",
            "0006_dispositions.sql",
            "0007_shadows.sql",
            "0008_orders.sql",
            "0009_log_chain.sql",
            "0010_measures.sql",
            "0011_case_cells.sql",
            "0012_audit.sql",
            "0013_sampled_cases.sql",
            "0014_stays_in_cells.sql",
            "0015_channel.sql",
            "0016_appeal_due.sql",
            "0017_states_of_partitions.sql",
        ]
    );
}

#[tokio::test]
async fn a_migration_that_was_cut_off_is_applied_again() {
    let config = engine::config();
    let store = Store::connect(&config);
    store.migrate(Timestamp::from_millis(1)).await.unwrap();
    run(
        &config,
        "ALTER TABLE schema_migrations DELETE WHERE 1 SETTINGS mutations_sync = 1",
    )
    .await;
    run(&config, "DROP VIEW alerts_now").await;
    let open = "ALTER TABLE case_states DROP CONSTRAINT stays_are_told";
    run(&config, open).await;
    // As the tenth left it; what the eleventh had copied before it was cut off is there already. Of a case the last state, and of an alert, were
    // written by an older archiver without what statistics count of it.
    run(&config, "CREATE TABLE case_history AS case_states").await;
    for (table, case_no, version) in [
        ("case_history", "a", 7),
        ("case_history", "b", 7),
        ("case_states", "a", 7),
        ("cases", "b", 8),
    ] {
        let insert = format!(
            "INSERT INTO {table} (source, case_no, version) VALUES ('x', '{case_no}', {version})"
        );
        run(&config, &insert).await;
    }
    // Archived before states had stays.
    for (table, more) in [
        ("case_states", ""),
        ("cases", ", [('s', 1, 0, 9, NULL, NULL, NULL)]"),
    ] {
        let columns = if more.is_empty() { "" } else { ", visits" };
        let insert = format!(
            "INSERT INTO {table} (source, case_no, version{columns}) VALUES ('x', 'd', 9{more})"
        );
        run(&config, &insert).await;
    }
    for (table, version) in [("alert_states", 3), ("alerts", 4)] {
        let insert = format!("INSERT INTO {table} (alert_id, version) VALUES ('x-1', {version})");
        run(&config, &insert).await;
    }
    // Closed to an older archiver, then cut off.
    let eleventh = include_str!("../../../../schemas/clickhouse/0011_case_cells.sql");
    let closing = |line: &&str| line.starts_with("ALTER TABLE case_history");
    let closing = eleventh.lines().find(closing).unwrap();
    run(&config, closing.trim_end_matches(';')).await;
    let late = "INSERT INTO case_history (source, case_no, version) VALUES ('x', 'c', 7)";
    let client = clickhouse::Client::default()
        .with_url(&config.url)
        .with_database(&config.database);
    let refused = client.query_raw(late).execute().await.unwrap_err();
    assert!(
        refused.to_string().contains("moved_to_case_states"),
        "{refused}"
    );
    assert_eq!(
        store
            .migrate(Timestamp::from_millis(2))
            .await
            .unwrap()
            .len() as u32,
        SCHEMA_NUMBER
    );
    assert_eq!(
        sql(&config, "SELECT toString(count()) FROM alerts_now").await,
        ["1"]
    );
    let states = "SELECT concat(case_no, toString(version)) FROM case_states ORDER BY ALL";
    let states = states.replace("case_states", "case_states FINAL");
    assert_eq!(sql(&config, &states).await, ["a7", "b7", "b8", "d9"]);
    let stays =
        "SELECT concat(case_no, toString(stays)) FROM case_states FINAL WHERE notEmpty(visits)";
    assert_eq!(sql(&config, stays).await, ["d1"]);
    // A program that knows of no stays archives nothing more.
    let late = "INSERT INTO case_states (source, case_no, version) VALUES ('x', 'e', 7)";
    let refused = client.query_raw(late).execute().await.unwrap_err();
    assert!(refused.to_string().contains("stays_are_told"), "{refused}");
    let states = "SELECT toString(version) FROM alert_states ORDER BY ALL";
    assert_eq!(sql(&config, states).await, ["3", "4"]);
    let left = "SELECT name FROM system.tables WHERE database = currentDatabase() AND name = 'case_history'";
    assert!(sql(&config, left).await.is_empty());
}

#[tokio::test]
async fn a_file_changed_after_it_was_applied_is_refused() {
    let config = engine::config();
    let store = Store::connect(&config);
    store.migrate(Timestamp::from_millis(1)).await.unwrap();
    let forged = "INSERT INTO schema_migrations SELECT number, name, 'another', now64(3) FROM schema_migrations FINAL WHERE number = 1";
    run(&config, forged).await;
    let refused = store.migrate(Timestamp::from_millis(2)).await.unwrap_err();
    let Error::Migration(MigrationError::Changed { name, recorded, .. }) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(
        (name.as_str(), recorded.as_str()),
        ("0001_tables.sql", "another")
    );
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_refused() {
    let config = engine::config();
    let store = Store::connect(&config);
    store.migrate(Timestamp::from_millis(1)).await.unwrap();
    run(
        &config,
        "INSERT INTO schema_migrations SELECT 9999, '9999_later.sql', 'x', now64(3)",
    )
    .await;
    let refused = store.migrate(Timestamp::from_millis(2)).await.unwrap_err();
    let newer = MigrationError::Newer {
        database: 9999,
        program: SCHEMA_NUMBER,
    };
    assert!(
        matches!(&refused, Error::Migration(found) if *found == newer),
        "{refused:?}"
    );
}

#[tokio::test]
async fn every_table_says_what_it_is_and_no_insert_is_answered_before_it_is_on_the_disk() {
    let config = engine::config();
    Store::connect(&config)
        .migrate(Timestamp::from_millis(1))
        .await
        .unwrap();
    let silent = "SELECT concat(table, '.', name) FROM system.columns WHERE database = currentDatabase() AND comment = '' \
                  AND table IN (SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree')";
    assert!(
        sql(&config, silent).await.is_empty(),
        "columns without a comment"
    );
    let tables = sql(
        &config,
        "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine = 'ReplacingMergeTree' AND comment != '' \
         AND create_table_query LIKE '%fsync_after_insert = 1, fsync_part_directory = 1%' AND create_table_query NOT LIKE '%PARTITION BY%'",
    )
    .await;
    let expected = [
        "alert_history",
        "alert_states",
        "alerts",
        "audit_entries",
        "case_cell_passes",
        "case_states",
        "cases",
        "commands",
        "control_totals",
        "decisions",
        "events",
        "log_controls",
        "rejects",
        "sampled_cases",
        "schema_migrations",
        "shadow_differences",
        "shadow_passes",
        "shadow_tallies",
        "source_health",
        "treasury_totals",
        "watermarks",
    ];
    assert_eq!(
        BTreeSet::from_iter(tables.iter().map(String::as_str)),
        BTreeSet::from(expected)
    );
    // A retry that was taken for a copy would lose what lies nowhere else.
    let audit = sql(
        &config,
        "SELECT create_table_query FROM system.tables WHERE database = currentDatabase() AND name = 'audit_entries'",
    )
    .await;
    let undeduplicated = "non_replicated_deduplication_window = 0";
    assert!(audit[0].contains(undeduplicated), "{audit:?}");
}
