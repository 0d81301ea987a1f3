//! Inserts: outages, refusals, stops, and the same batch twice.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use mingjing_store::{AlertFilter, Backoff, Batch, Config, Error, Observer, Store, Watermark};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::engine;
use crate::samples::*;

const QUICK: Backoff = Backoff {
    first: Duration::from_millis(5),
    most: Duration::from_millis(50),
};

fn batch() -> Batch {
    let mut batch = Batch::default();
    batch.alert(alert_row(full_alert("2026-0001"), 1));
    batch
}

/// Counts attempts and runs something at each.
struct AtRetry<F: Fn(u32)> {
    attempts: AtomicU32,
    run: F,
}

impl<F: Fn(u32) + Send + Sync> Observer for AtRetry<F> {
    fn inserting(&self, _: &'static str) {}
    fn inserted(&self, _: &'static str, _: usize, _: usize, _: Duration) {}
    fn retrying(&self, _: &'static str, attempt: u32, _: Duration, error: &Error) {
        assert!(error.passes());
        self.attempts.fetch_add(1, Ordering::Relaxed);
        (self.run)(attempt);
    }
}

#[tokio::test]
async fn an_insert_outlasts_an_outage() {
    let config = engine::config();
    Store::connect(&config).migrate(at(0)).await.unwrap();
    // A port where nobody listens until the third attempt has failed.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let away = Store::connect(&Config {
        url: format!("http://{address}"),
        ..config.clone()
    });
    let observer = AtRetry {
        attempts: AtomicU32::new(0),
        run: |attempt| {
            if attempt == 3 {
                tokio::spawn(forward(address));
            }
        },
    };
    let (_go_on, stop) = watch::channel(false);
    away.insert_batch(&batch(), &[], QUICK, &stop, &observer)
        .await
        .unwrap();
    assert!(observer.attempts.load(Ordering::Relaxed) >= 3);
    let found = Store::connect(&config)
        .alerts(&AlertFilter::default(), None, 10)
        .await
        .unwrap()
        .alerts;
    assert_eq!(found, [in_list(full_alert("2026-0001"))]);
}

/// Passes connections on to the engine.
async fn forward(address: std::net::SocketAddr) {
    let listener = TcpListener::bind(address).await.unwrap();
    loop {
        let (mut near, _) = listener.accept().await.unwrap();
        let mut far = TcpStream::connect(engine::address()).await.unwrap();
        tokio::spawn(async move { tokio::io::copy_bidirectional(&mut near, &mut far).await });
    }
}

#[tokio::test]
async fn a_refusal_comes_back_with_its_code_and_the_watermark_stays() {
    let config = engine::config();
    let store = Store::connect(&config);
    store.migrate(at(0)).await.unwrap();
    let client = clickhouse::Client::default()
        .with_url(&config.url)
        .with_database(&config.database);
    client
        .query_raw("ALTER TABLE alerts DROP COLUMN message")
        .execute()
        .await
        .unwrap();
    let (_go_on, stop) = watch::channel(false);
    let watermark = Watermark {
        log_id: "0".into(),
        topic: "mj.facts".into(),
        partition: 0,
        next_offset: 1,
        epoch: 0,
        written_at: at(0),
        chain: None,
    };
    let refused = store
        .insert_batch(&batch(), &[watermark], QUICK, &stop, &())
        .await
        .unwrap_err();
    // 16 is NO_SUCH_COLUMN_IN_TABLE.
    assert!(
        matches!(refused, Error::Refused { code: Some(16), .. }),
        "{refused:?}"
    );
    assert!(store.watermarks().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_stop_ends_the_waiting_for_an_outage() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let store = Store::connect(&Config::local(format!("http://{address}")));
    let (tell, stop) = watch::channel(false);
    let observer = AtRetry {
        attempts: AtomicU32::new(0),
        run: |_| {
            tell.send_replace(true);
        },
    };
    let ended = store
        .insert_batch(&batch(), &[], Backoff::default(), &stop, &observer)
        .await;
    assert!(matches!(ended, Err(Error::Stopped)), "{ended:?}");
}

#[tokio::test]
async fn a_batch_written_twice_and_an_older_one_written_late_change_nothing() {
    let store = store().await;
    let mark = |next_offset| Watermark {
        log_id: "0".repeat(32),
        topic: "mj.facts".into(),
        partition: 3,
        next_offset,
        epoch: 3,
        written_at: at(0),
        chain: None,
    };
    let mut newer = full_alert("2026-0001");
    newer.message = "已更正".into();
    let mut later = Batch::default();
    later.alert(alert_row(newer.clone(), 2));
    for (batch, next) in [(&batch(), 1), (&batch(), 1), (&later, 2), (&batch(), 1)] {
        write(&store, batch, &[mark(next)]).await;
    }
    assert_eq!(
        store
            .alerts(&AlertFilter::default(), None, 10)
            .await
            .unwrap()
            .alerts,
        [in_list(newer)]
    );
    let mark = store
        .watermark(
            &"0".repeat(32),
            "mj.facts",
            mingjing_domain::ids::Partition(3),
        )
        .await
        .unwrap();
    assert_eq!(mark.map(|m| m.next_offset), Some(2));
}

#[tokio::test]
async fn a_large_batch_is_one_part_of_its_table() {
    let config = engine::config();
    let store = Store::connect(&config);
    store.migrate(at(0)).await.unwrap();
    let mut batch = Batch::default();
    for n in 0..30_000 {
        batch.event(event_row(
            &full_event(&format!("e-{n}"), &format!("c-{}", n % 1000)),
            n,
        ));
    }
    write(&store, &batch, &[]).await;
    let client = clickhouse::Client::default()
        .with_url(&config.url)
        .with_database(&config.database);
    let parts: Vec<(u64, u64)> = client
        .query_raw("SELECT count(), sum(rows) FROM system.parts WHERE database = currentDatabase() AND table = 'events' AND active")
        .fetch_all()
        .await
        .unwrap();
    assert_eq!(parts, [(1, 30_000)]);
}
