//! What is still there after a stop, a kill and a sync.

use std::path::Path;
use std::process::{Command, Stdio};

use clickhouse::{Client, Row};
use mingjing_clickhouse_embedded::child::State;
use serde::{Deserialize, Serialize};

use crate::support::{count, kill_9, program, run, start, with_database};

#[derive(Row, Serialize, Deserialize)]
struct Item {
    batch: u64,
    number: u64,
}

const BATCH: u64 = 2_000;

async fn create(client: &Client) {
    client.query("CREATE TABLE items (batch UInt64, number UInt64) ENGINE = MergeTree ORDER BY (batch, number)").execute().await.unwrap();
}

async fn insert(client: &Client, batch: u64) -> clickhouse::error::Result<()> {
    let mut insert = client.insert::<Item>("items").await?;
    for number in 0..BATCH {
        insert.write(&Item { batch, number }).await?;
    }
    insert.end().await
}

#[test]
fn a_stopped_server_finds_its_data_again() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let server = start(folder.path(), &[]).await;
        let client = Client::default().with_url(server.url());
        create(&client).await;
        insert(&client, 1).await.unwrap();
        server.stop().await;

        let server = start(folder.path(), &[]).await;
        assert_eq!(
            count(&Client::default().with_url(server.url()), "items").await,
            BATCH
        );
        server.stop().await;
    });
}

#[test]
fn acknowledged_inserts_survive_kill_9_and_others_are_there_whole_or_not_at_all() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let server = start(folder.path(), &[]).await;
        let client = Client::default().with_url(server.url());
        create(&client).await;
        let (mut acknowledged, mut next) = (Vec::new(), 0..);
        for life in 1..=3 {
            let State::Running { pid } = *server.state().borrow() else {
                panic!("the child is down")
            };
            // An insert that never ends is open while the others run and while the server is killed.
            let open_batch = next.next().unwrap();
            let mut open = client.insert::<Item>("items").await.unwrap();
            for number in 0..200_000 {
                open.write(&Item {
                    batch: open_batch,
                    number,
                })
                .await
                .unwrap();
            }
            let mut killer = None;
            loop {
                let batch = next.next().unwrap();
                match insert(&client, batch).await {
                    Ok(()) => acknowledged.push(batch),
                    Err(_) if killer.is_some() => break,
                    Err(error) => panic!("before the kill: {error}"),
                }
                if killer.is_none() && acknowledged.len() as u64 >= life * 5 {
                    killer = Some(std::thread::spawn(move || kill_9(pid)));
                }
            }
            killer.unwrap().join().unwrap();
            drop(open);
            let lives = |state: &State| matches!(state, State::Running { pid: new } if *new != pid);
            server.state().wait_for(lives).await.unwrap();
            assert_eq!(server.restarts(), life);

            let found: Vec<Item> = client
                .query("SELECT batch, count() AS number FROM items GROUP BY batch ORDER BY batch")
                .fetch_all()
                .await
                .unwrap();
            assert!(
                found.iter().all(|item| item.number == BATCH),
                "a batch is there in part"
            );
            let found: Vec<u64> = found.iter().map(|item| item.batch).collect();
            assert!(
                acknowledged.iter().all(|batch| found.contains(batch)),
                "{acknowledged:?} against {found:?}"
            );
            assert!(
                !found.contains(&open_batch),
                "the insert that never ended is there"
            );
        }
        server.stop().await;
    });
}

#[test]
fn an_insert_is_synced_to_disk_before_it_is_acknowledged() {
    with_database(async |database| {
        let client = &database.client;
        create(client).await;
        // Other tests run beside this one and may sync as well; a merge syncs its part too. Hence "at least".
        let synced = async || -> u64 {
            let sql =
                "SELECT sum(value) FROM system.events WHERE event IN ('FileSync', 'DirectorySync')";
            client.query(sql).fetch_one().await.unwrap()
        };
        let before = synced().await;
        for batch in 0..20 {
            insert(client, batch).await.unwrap();
        }
        let after = synced().await;
        assert!(
            after - before >= 40,
            "20 inserts synced {} files and folders",
            after - before
        );
        let on: Vec<(String, String)> = client
            .query("SELECT name, value FROM system.merge_tree_settings WHERE name LIKE 'fsync%' AND value = '1' ORDER BY name")
            .fetch_all()
            .await
            .unwrap();
        let names: Vec<&str> = on.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["fsync_after_insert", "fsync_part_directory"]);
    });
}

#[test]
fn a_second_server_on_the_same_folder_is_refused() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let server = start(folder.path(), &[]).await;
        let second = serve(folder.path(), &["--lock-wait-ms", "100"]);
        let text = String::from_utf8(second.stderr).unwrap();
        assert!(!second.status.success());
        assert!(
            text.contains("is in use by another process")
                && text.contains(folder.path().to_str().unwrap()),
            "{text}"
        );
        server.stop().await;
    });
}

#[test]
fn a_missing_library_is_told_with_the_command_that_gets_it() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("nowhere.so");
    let output = serve(folder.path(), &["--library", nowhere.to_str().unwrap()]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(
        text.contains("nowhere.so (--library)") && text.contains("bash deploy/setup/libchdb.sh"),
        "{text}"
    );
}

fn serve(data: &Path, options: &[&str]) -> std::process::Output {
    Command::new(program())
        .arg("--data")
        .arg(data)
        .args(["--listen", "127.0.0.1:0"])
        .args(options)
        .env_remove("MINGJING_LIBCHDB")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}
