//! Inserts that do not come to their end.

use std::time::Duration;

use clickhouse::{Client, Row};
use mingjing_clickhouse_embedded::child::Child;
use serde::Serialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Database, count, eventually, run, start, with_database};

/// `(a UInt64)` rows in RowBinary.
fn rows(count: u64) -> Vec<u8> {
    (0..count).flat_map(u64::to_le_bytes).collect()
}

async fn create(client: &Client) {
    client
        .query("CREATE TABLE t (a UInt64) ENGINE = MergeTree ORDER BY a")
        .execute()
        .await
        .unwrap();
}

/// Sends a request up to a point, and leaves the connection open.
async fn half(database: &Database, header: &str, body: &[u8]) -> TcpStream {
    let address = database.url.strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(address).await.unwrap();
    let query = "INSERT%20INTO%20t%20FORMAT%20RowBinary";
    let head = format!(
        "POST /?database={}&query={query} HTTP/1.1\r\nHost: {address}\r\n{header}\r\n\r\n",
        database.name
    );
    connection.write_all(head.as_bytes()).await.unwrap();
    connection.write_all(body).await.unwrap();
    connection.flush().await.unwrap();
    connection
}

/// Inserts of this database that the engine is running.
async fn running(database: &Database) -> u64 {
    let sql =
        "SELECT count() FROM system.processes WHERE query_kind = 'Insert' AND current_database = ?";
    database
        .client
        .query(sql)
        .bind(&database.name)
        .fetch_one()
        .await
        .unwrap()
}

#[test]
fn a_body_that_is_cut_off_stores_nothing() {
    with_database(async |database| {
        create(&database.client).await;
        let data = rows(200_000);
        let length = format!("Content-Length: {}", data.len() + 8);
        let chunk = [format!("{:x}\r\n", data.len()).as_bytes(), &data, b"\r\n"].concat();
        for (header, body) in [
            (length.as_str(), &data),
            ("Transfer-Encoding: chunked", &chunk),
        ] {
            let connection = half(&database, header, body).await;
            eventually(1, async || running(&database).await).await;
            drop(connection);
            eventually(0, async || running(&database).await).await;
            assert_eq!(count(&database.client, "t").await, 0, "{header}");
        }
        // The same body with its end is stored, so the above was not refused for another reason.
        let whole = [&chunk[..], b"0\r\n\r\n"].concat();
        let _connection = half(&database, "Transfer-Encoding: chunked", &whole).await;
        eventually(200_000, async || count(&database.client, "t").await).await;
    });
}

#[test]
fn a_last_row_that_is_cut_off_fails_the_whole_insert() {
    with_database(async |database| {
        create(&database.client).await;
        let url = format!(
            "{}/?database={}&query=INSERT%20INTO%20t%20FORMAT%20RowBinary",
            database.url, database.name
        );
        let data = rows(100_000);
        let answer = reqwest::Client::new()
            .post(url)
            .body(data[..data.len() - 1].to_vec())
            .send()
            .await
            .unwrap();
        assert_eq!(answer.headers()["X-ClickHouse-Exception-Code"], "33");
        assert_eq!(count(&database.client, "t").await, 0);
    });
}

#[test]
fn an_insert_of_the_clickhouse_crate_that_is_dropped_stores_nothing() {
    #[derive(Row, Serialize)]
    struct Number {
        a: u64,
    }
    with_database(async |database| {
        create(&database.client).await;
        let mut insert = database.client.insert::<Number>("t").await.unwrap();
        for a in 0..300_000 {
            insert.write(&Number { a }).await.unwrap();
        }
        drop(insert);
        eventually(0, async || running(&database).await).await;
        assert_eq!(count(&database.client, "t").await, 0);
    });
}

#[test]
fn a_client_that_stalls_is_given_up_and_stores_nothing() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let server: Child = start(folder.path(), &["--idle-ms", "300"]).await;
        let client = Client::default().with_url(server.url());
        create(&client).await;
        let database = Database {
            url: server.url(),
            name: "default".to_owned(),
            client,
        };

        let mut connection = half(&database, "Content-Length: 1000", &rows(10)).await;
        let mut answer = String::new();
        let read = tokio::time::timeout(
            Duration::from_secs(30),
            connection.read_to_string(&mut answer),
        )
        .await;
        read.expect("the server answers and closes").unwrap();

        assert!(
            answer.starts_with("HTTP/1.1 408 ") && answer.contains("Code: 159."),
            "{answer}"
        );
        eventually(0, async || running(&database).await).await;
        assert_eq!(count(&database.client, "t").await, 0);
        server.stop().await;
    });
}
