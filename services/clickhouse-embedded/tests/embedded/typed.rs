//! What the `clickhouse` crate does with the server.

use clickhouse::error::Error;
use clickhouse::{Client, Row};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::support::{Database, count, with_database};

#[derive(Clone, Debug, PartialEq, Row, Serialize, Deserialize)]
struct Visit {
    id: u64,
    #[serde(with = "clickhouse::serde::uuid")]
    visit: Uuid,
    body: String,
    office: Option<String>,
    /// Milliseconds since the epoch.
    entered_at: i64,
    left_at: Option<i64>,
    tags: Vec<String>,
    amount: f64,
    late: bool,
}

impl Visit {
    const COLUMNS: &str = "id UInt64, visit UUID, body LowCardinality(String), office LowCardinality(Nullable(String)), \
         entered_at DateTime64(3, 'Asia/Shanghai'), left_at Nullable(DateTime64(3)), tags Array(String), amount Float64, late Bool";

    fn number(id: u64) -> Self {
        Self {
            id,
            visit: Uuid::from_u64_pair(id, !id),
            body: format!("泸州市第{}局", id % 7),
            office: (!id.is_multiple_of(3)).then(|| format!("窗口 {}\t'\\", id % 5)),
            entered_at: 1_700_000_000_123 + id as i64 * 1_001,
            left_at: id.is_multiple_of(2).then_some(-1 - id as i64),
            tags: (0..id % 4).map(|tag| "标".repeat(tag as usize)).collect(),
            amount: id as f64 / 3.0,
            late: id.is_multiple_of(11),
        }
    }
}

async fn insert(
    client: &Client,
    table: &str,
    rows: impl IntoIterator<Item = Visit>,
) -> Result<(), Error> {
    let mut insert = client.insert::<Visit>(table).await?;
    for row in rows {
        insert.write(&row).await?;
    }
    insert.end().await
}

async fn create(database: &Database, name: &str) {
    let sql = format!(
        "CREATE TABLE {name} ({}) ENGINE = MergeTree ORDER BY id",
        Visit::COLUMNS
    );
    database.client.query(&sql).execute().await.unwrap();
}

#[test]
fn a_hundred_thousand_typed_rows_come_back_as_they_went_in() {
    with_database(async |database| {
        create(&database, "visits").await;
        let rows: Vec<Visit> = (0..100_000).map(Visit::number).collect();

        insert(&database.client, "visits", rows.clone())
            .await
            .unwrap();

        // More than one piece of the engine's stream, so the joining is in it, with names and types and without.
        for validation in [true, false] {
            let client = database.client.clone().with_validation(validation);
            let read = client
                .query("SELECT ?fields FROM visits ORDER BY id")
                .fetch_all::<Visit>()
                .await
                .unwrap();
            assert!(read == rows, "validation {validation}: {} rows", read.len());
        }
    });
}

#[test]
fn a_row_that_does_not_fit_the_table_is_refused_before_it_is_stored() {
    #[derive(Row, Serialize, Deserialize)]
    struct Wrong {
        id: String,
    }
    with_database(async |database| {
        let sql = "CREATE TABLE numbers (id UInt64) ENGINE = MergeTree ORDER BY id";
        database.client.query(sql).execute().await.unwrap();
        let mut insert = database.client.insert::<Wrong>("numbers").await.unwrap();
        let row = Wrong { id: "x".to_owned() };
        let written = insert.write(&row).await;
        assert!(
            matches!(written, Err(Error::SchemaMismatch(_))),
            "{written:?}"
        );
        drop(insert);
        assert_eq!(count(&database.client, "numbers").await, 0);
    });
}

#[test]
fn parameters_are_bound_by_the_engine_whatever_they_hold() {
    with_database(async |database| {
        let client = &database.client;
        for text in [
            "",
            "办件",
            "it's \"quoted\" `so`",
            "tab\t newline\n back\\slash \\N",
            "'; DROP TABLE visits; --",
            "{x:String}",
        ] {
            let read: String = client
                .query("SELECT {text:String}")
                .param("text", text)
                .fetch_one()
                .await
                .unwrap();
            assert_eq!(read, text);
        }
        let list = vec!["甲".to_owned(), "b'\\".to_owned()];
        let read: Vec<String> = client
            .query("SELECT {list:Array(String)}")
            .param("list", &list)
            .fetch_one()
            .await
            .unwrap();
        assert_eq!(read, list);

        create(&database, "visits").await;
        insert(client, "visits", (0..10).map(Visit::number))
            .await
            .unwrap();
        let late: u64 = client
            .query("SELECT count() FROM {table:Identifier} WHERE id >= {from:UInt64} AND office IS NOT NULL")
            .param("table", "visits")
            .param("from", 4)
            .fetch_one()
            .await
            .unwrap();
        assert_eq!(late, 4);
    });
}

#[test]
fn a_refused_query_tells_clickhouses_code() {
    with_database(async |database| {
        for (sql, code, name) in [
            ("SELECT * FROM nowhere", 60, "UNKNOWN_TABLE"),
            ("SELEC 1", 62, "SYNTAX_ERROR"),
            ("SELECT nothing", 47, "UNKNOWN_IDENTIFIER"),
            (
                "SELECT throwIf(1)",
                395,
                "FUNCTION_THROW_IF_VALUE_IS_NON_ZERO",
            ),
            (
                "CREATE TABLE r (a Int8) ENGINE = ReplicatedMergeTree('/r', '1') ORDER BY a",
                225,
                "NO_ZOOKEEPER",
            ),
        ] {
            let error = database.client.query(sql).execute().await.unwrap_err();
            let Error::BadResponse(text) = &error else {
                panic!("{sql}: {error:?}")
            };
            assert!(
                text.starts_with(&format!("Code: {code}. DB::Exception: ")) && text.contains(name),
                "{sql}: {text}"
            );
        }
        let nowhere = database
            .client
            .clone()
            .with_database("nowhere")
            .query("SELECT 1")
            .execute()
            .await
            .unwrap_err();
        assert!(nowhere.to_string().contains("Code: 81."), "{nowhere}");
    });
}

#[test]
fn an_error_in_the_middle_of_a_result_reaches_the_reader() {
    with_database(async |database| {
        let sql = "SELECT toUInt64(number + throwIf(number = 900000)) FROM numbers(2000000) SETTINGS max_threads = 1";
        let mut rows = database.client.query(sql).fetch::<u64>().unwrap();
        let mut read = 0;
        let error = loop {
            match rows.next().await {
                Ok(Some(row)) => {
                    assert_eq!(row, read);
                    read += 1;
                }
                Ok(None) => panic!("ended after {read} rows as if all were well"),
                Err(error) => break error,
            }
        };
        assert!(read > 100_000, "{read} rows came before the error");
        assert!(
            matches!(&error, Error::BadResponse(text) if text.starts_with("Code: 395.")),
            "{error:?}"
        );
    });
}

#[test]
fn an_insert_that_breaks_a_constraint_stores_nothing_and_says_so() {
    with_database(async |database| {
        let sql = format!(
            "CREATE TABLE v ({}, CONSTRAINT small CHECK id < 50) ENGINE = MergeTree ORDER BY id",
            Visit::COLUMNS
        );
        database.client.query(&sql).execute().await.unwrap();
        let error = insert(&database.client, "v", (0..100).map(Visit::number))
            .await
            .unwrap_err();
        assert!(error.to_string().contains("Code: 469."), "{error}");
        assert_eq!(count(&database.client, "v").await, 0);
    });
}

#[test]
fn final_shows_only_the_newest_version_of_a_row() {
    #[derive(Debug, PartialEq, Row, Serialize, Deserialize)]
    struct Alert {
        id: u64,
        status: String,
        version: u64,
    }
    with_database(async |database| {
        let sql = "CREATE TABLE alerts (id UInt64, status LowCardinality(String), version UInt64) \
                   ENGINE = ReplacingMergeTree(version) ORDER BY id";
        database.client.query(sql).execute().await.unwrap();
        for (version, status) in [
            (2, "issued"),
            (1, "pending"),
            (3, "withdrawn"),
            (3, "withdrawn"),
        ] {
            let mut insert = database.client.insert::<Alert>("alerts").await.unwrap();
            for id in 0..3 {
                insert
                    .write(&Alert {
                        id,
                        status: status.to_owned(),
                        version,
                    })
                    .await
                    .unwrap();
            }
            insert.end().await.unwrap();
        }
        let read = database
            .client
            .query("SELECT ?fields FROM alerts FINAL ORDER BY id")
            .fetch_all::<Alert>()
            .await
            .unwrap();
        let expected: Vec<Alert> = (0..3)
            .map(|id| Alert {
                id,
                status: "withdrawn".to_owned(),
                version: 3,
            })
            .collect();
        assert_eq!(read, expected);
    });
}

#[test]
fn each_request_has_its_own_database_settings_and_temporary_tables() {
    with_database(async |database| {
        let default = Client::default().with_url(&database.url);
        let current = "SELECT currentDatabase()";
        for _ in 0..20 {
            let own: String = database.client.query(current).fetch_one().await.unwrap();
            let other: String = default.query(current).fetch_one().await.unwrap();
            assert_eq!(
                (own.as_str(), other.as_str()),
                (database.name.as_str(), "default")
            );
        }

        let threads = "SELECT toString(getSetting('max_threads')), toUInt8(readonly) FROM (SELECT value AS readonly \
                       FROM system.settings WHERE name = 'readonly')";
        let before: (String, u8) = default.query(threads).fetch_one().await.unwrap();
        let set: (String, u8) = default
            .query(threads)
            .with_setting("max_threads", "7")
            .fetch_one()
            .await
            .unwrap();
        default
            .query("SET max_threads = 9")
            .execute()
            .await
            .unwrap();
        default.query("USE system").execute().await.unwrap();
        default
            .query("CREATE TEMPORARY TABLE passing (a Int8)")
            .execute()
            .await
            .unwrap();
        let after: (String, u8) = default.query(threads).fetch_one().await.unwrap();
        assert_eq!((set.0.as_str(), &after), ("7", &before));
        assert!(
            default
                .query("SELECT * FROM passing")
                .execute()
                .await
                .unwrap_err()
                .to_string()
                .contains("Code: 60.")
        );
    });
}

#[test]
fn a_deduplication_token_makes_a_repeated_insert_harmless() {
    with_database(async |database| {
        let sql = format!(
            "CREATE TABLE v ({}) ENGINE = MergeTree ORDER BY id SETTINGS non_replicated_deduplication_window = 100",
            Visit::COLUMNS
        );
        database.client.query(&sql).execute().await.unwrap();
        for token in [
            "partition 3, offset 17",
            "partition 3, offset 17",
            "partition 3, offset 27",
        ] {
            let client = database
                .client
                .clone()
                .with_setting("insert_deduplication_token", token);
            insert(&client, "v", (0..10).map(Visit::number))
                .await
                .unwrap();
        }
        assert_eq!(count(&database.client, "v").await, 20);
    });
}

#[test]
fn inserts_and_selects_run_beside_each_other() {
    with_database(async |database| {
        create(&database, "visits").await;
        const INSERTS: u64 = 20;
        const ROWS: u64 = 5_000;
        let writers = (0..4).map(|writer| {
            let client = database.client.clone();
            tokio::spawn(async move {
                for number in 0..INSERTS {
                    let first = (writer * INSERTS + number) * ROWS;
                    insert(&client, "visits", (first..first + ROWS).map(Visit::number))
                        .await
                        .unwrap();
                }
            })
        });
        let writers: Vec<_> = writers.collect();
        while !writers.iter().all(|writer| writer.is_finished()) {
            // A reader sees whole inserts only.
            assert_eq!(count(&database.client, "visits").await % ROWS, 0);
        }
        for writer in writers {
            writer.await.unwrap();
        }
        let distinct: u64 = database
            .client
            .query("SELECT uniqExact(id) FROM visits")
            .fetch_one()
            .await
            .unwrap();
        assert_eq!(
            (distinct, count(&database.client, "visits").await),
            (4 * INSERTS * ROWS, 4 * INSERTS * ROWS)
        );
    });
}
