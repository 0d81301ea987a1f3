//! Checks of the tables.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures::future::join_all;
use futures::{FutureExt, StreamExt};

use super::Factory;
use crate::{
    Change, Error, Lagged, MAX_TABLE_KEY_BYTES, MAX_TABLE_VALUE_BYTES, Result, Table,
    WATCH_CAPACITY,
};

fn bytes(text: impl AsRef<[u8]>) -> Bytes {
    Bytes::copy_from_slice(text.as_ref())
}

async fn put(table: &dyn Table, name: &str, key: impl AsRef<[u8]>, value: Option<&str>) {
    table
        .put(name, bytes(key), value.map(bytes))
        .await
        .expect("the table takes the value");
}

async fn get(table: &dyn Table, name: &str, key: impl AsRef<[u8]>) -> Option<Bytes> {
    table.get(name, key.as_ref()).await.expect("it reads")
}

/// What was put is what is got, from the moment the put has answered.
pub async fn a_value_is_put_replaced_and_removed(factory: &dyn Factory) {
    let ports = factory.open("values", 1).await;
    let table = &*ports.table;
    assert_eq!(get(table, "sources", "a").await, None);
    for value in [Some("1"), Some("2"), None, None, Some("3")] {
        put(table, "sources", "a", value).await;
        assert_eq!(get(table, "sources", "a").await, value.map(bytes));
        let scanned = table.scan("sources").await.expect("it scans");
        let expected: Vec<_> = value.map(|v| (bytes("a"), bytes(v))).into_iter().collect();
        assert_eq!(scanned, expected);
    }
    factory.destroy("values", ports).await;
}

/// Keys sort as bytes; a table whose name begins another's name is another table.
pub async fn a_scan_is_in_the_order_of_keys_and_of_one_table(factory: &dyn Factory) {
    let ports = factory.open("scan", 1).await;
    let table = &*ports.table;
    let keys: [&[u8]; 6] = [b"b", b"", b"\xff\xff", b"a\x00b", b"a", "办件".as_bytes()];
    for name in ["t", "t.more", "ta"] {
        for key in keys {
            put(table, name, key, Some(name)).await;
        }
    }
    let mut sorted = keys;
    sorted.sort_unstable();
    for name in ["t", "t.more", "ta"] {
        let expected: Vec<_> = sorted.iter().map(|key| (bytes(key), bytes(name))).collect();
        assert_eq!(table.scan(name).await.expect("it scans"), expected);
    }
    assert_eq!(table.scan("never-written").await.expect("it scans"), []);
    factory.destroy("scan", ports).await;
}

/// A restart changes nothing.
pub async fn entries_survive_a_reopen(factory: &dyn Factory) {
    let mut ports = factory.open("table-reopen", 1).await;
    let mut expected = BTreeMap::new();
    for round in 0..3_u32 {
        for number in 0..60_u32 {
            let key = format!("{:03}", (number * 7 + round) % 80);
            let value = (number % 5 > 0).then(|| format!("{round}-{number}"));
            put(&*ports.table, "accounts", &key, value.as_deref()).await;
            match value {
                Some(value) => drop(expected.insert(bytes(key), bytes(value))),
                None => drop(expected.remove(key.as_bytes())),
            }
        }
        ports = factory.reopen("table-reopen", 1, ports).await;
        let scanned = ports.table.scan("accounts").await.expect("it scans");
        assert_eq!(scanned, Vec::from_iter(expected.clone()));
    }
    factory.destroy("table-reopen", ports).await;
}

/// Empty is a value.
pub async fn an_empty_value_is_not_a_missing_one(factory: &dyn Factory) {
    let ports = factory.open("table-empty", 1).await;
    let mut changes = ports.table.watch("t").expect("it can be watched");
    put(&*ports.table, "t", "k", Some("")).await;
    assert_eq!(get(&*ports.table, "t", "k").await, Some(Bytes::new()));
    let seen = changes.next().await.expect("a change").expect("no lag");
    assert_eq!(
        seen,
        Change {
            key: bytes("k"),
            value: Some(Bytes::new())
        }
    );
    let ports = factory.reopen("table-empty", 1, ports).await;
    assert_eq!(get(&*ports.table, "t", "k").await, Some(Bytes::new()));
    factory.destroy("table-empty", ports).await;
}

/// Every change after `watch`, in order, to every watcher; none before it; and the stream ends with the table.
pub async fn a_watcher_sees_later_changes_in_order(factory: &dyn Factory) {
    let ports = factory.open("watch", 1).await;
    put(&*ports.table, "t", "before", Some("x")).await;
    let watchers = [ports.table.watch("t"), ports.table.watch("t")];
    let steps = [
        ("a", Some("1")),
        ("b", Some("1")),
        ("a", Some("2")),
        ("b", None),
        ("a", Some("2")),
    ];
    for (key, value) in steps {
        put(&*ports.table, "t", key, value).await;
    }
    factory.destroy("watch", ports).await;
    for watcher in watchers {
        let seen: Vec<_> = watcher.expect("it can be watched").collect().await;
        let expected = steps.map(|(k, v)| {
            Ok(Change {
                key: bytes(k),
                value: v.map(bytes),
            })
        });
        assert_eq!(seen, expected);
    }
}

/// Other tables do not wake it or fill its queue.
pub async fn a_watcher_sees_its_own_table_only(factory: &dyn Factory) {
    let ports = factory.open("watch-own", 1).await;
    let mut changes = ports.table.watch("t").expect("it can be watched");
    join_all((0..WATCH_CAPACITY + 10).map(|n| put_number(&*ports.table, "other", n))).await;
    assert!(changes.next().now_or_never().is_none());
    put(&*ports.table, "t", "k", Some("v")).await;
    let seen = changes.next().await.expect("a change");
    assert_eq!(
        seen,
        Ok(Change {
            key: bytes("k"),
            value: Some(bytes("v"))
        })
    );
    factory.destroy("watch-own", ports).await;
}

async fn put_number(table: &dyn Table, name: &str, n: usize) {
    put(table, name, format!("{:05}", n % 100), Some(&n.to_string())).await;
}

/// A copy made by watch, scan, apply is the table, even if it is being written all the while.
pub async fn watching_then_scanning_misses_nothing(factory: &dyn Factory) {
    const WRITES: usize = 400;
    let ports = factory.open("watch-scan", 1).await;
    let table = &*ports.table;
    let writing = async {
        for n in 0..WRITES {
            let value = n.to_string();
            let value = (n % 4 > 0).then_some(value.as_str());
            put(table, "t", format!("{}", n % 13), value).await;
        }
        put(table, "t", "last", Some("")).await;
    };
    let following = async {
        // Begin in the middle of the writing.
        while get(table, "t", "7").await.is_none() {
            tokio::task::yield_now().await;
        }
        let mut changes = table.watch("t").expect("it can be watched");
        let mut copy = BTreeMap::from_iter(table.scan("t").await.expect("it scans"));
        while !copy.contains_key(b"last".as_slice()) {
            let Change { key, value } = changes.next().await.expect("a change").expect("no lag");
            match value {
                Some(value) => drop(copy.insert(key, value)),
                None => drop(copy.remove(&key)),
            }
        }
        copy
    };
    let ((), copy) = tokio::join!(writing, following);
    assert_eq!(
        Vec::from_iter(copy),
        table.scan("t").await.expect("it scans")
    );
    factory.destroy("watch-scan", ports).await;
}

/// A slow watcher costs nobody memory: it is told that it missed something, and how to go on.
pub async fn a_watcher_that_lags_is_told_and_can_scan_again(factory: &dyn Factory) {
    let ports = factory.open("lagged", 1).await;
    let table = &*ports.table;
    let mut changes = table.watch("t").expect("it can be watched");
    let excess = 76;
    join_all((0..WATCH_CAPACITY + excess).map(|n| put_number(table, "t", n))).await;
    let Some(Err(Lagged { missed })) = changes.next().await else {
        panic!("the watcher was not told");
    };
    assert!(missed >= excess as u64, "{missed} missed");

    let mut copy = BTreeMap::from_iter(table.scan("t").await.expect("it scans"));
    put(table, "t", "last", Some("")).await;
    while !copy.contains_key(b"last".as_slice()) {
        let change = changes
            .next()
            .await
            .expect("a change")
            .expect("no further lag");
        copy.insert(change.key, change.value.expect("nothing is removed here"));
    }
    assert_eq!(
        Vec::from_iter(copy),
        table.scan("t").await.expect("it scans")
    );
    factory.destroy("lagged", ports).await;
}

/// `get`, `scan`, the watcher's last change and a reopened table agree on who was last.
pub async fn concurrent_writers_of_a_key_leave_what_the_watcher_saw_last(factory: &dyn Factory) {
    const WRITES: usize = 300;
    let ports = factory.open("same-key", 1).await;
    let mut changes = ports.table.watch("t").expect("it can be watched");
    let writes = (0..WRITES).map(|n| {
        let table = std::sync::Arc::clone(&ports.table);
        tokio::spawn(async move {
            put(
                &*table,
                "t",
                "k",
                (n % 3 > 0).then_some(n.to_string()).as_deref(),
            )
            .await;
        })
    });
    for write in join_all(writes).await {
        write.expect("it wrote");
    }
    let mut last = None;
    for _ in 0..WRITES {
        last = changes
            .next()
            .await
            .expect("a change")
            .expect("no lag")
            .value;
    }
    assert_eq!(get(&*ports.table, "t", "k").await, last);
    let ports = factory.reopen("same-key", 1, ports).await;
    assert_eq!(get(&*ports.table, "t", "k").await, last);
    factory.destroy("same-key", ports).await;
}

/// Of many who create one entry at once exactly one does; what it wrote is there, is told to watchers once, and stays.
pub async fn of_many_creators_one_wins(factory: &dyn Factory) {
    const CREATORS: usize = 40;
    let ports = factory.open("create", 1).await;
    let mut changes = ports.table.watch("t").expect("it can be watched");
    let creators = (0..CREATORS).map(|n| {
        let table = std::sync::Arc::clone(&ports.table);
        tokio::spawn(async move { table.create("t", bytes("k"), bytes(n.to_string())).await })
    });
    let mut winners = Vec::new();
    for (n, creator) in join_all(creators).await.into_iter().enumerate() {
        if creator.expect("it ran").expect("it is answered") {
            winners.push(bytes(n.to_string()));
        }
    }
    assert_eq!(winners.len(), 1, "{winners:?}");
    assert_eq!(get(&*ports.table, "t", "k").await, winners.pop());
    let value = get(&*ports.table, "t", "k").await;
    let told = changes.next().await.expect("a change").expect("no lag");
    assert_eq!(told.value, value);
    put(&*ports.table, "t", "end", Some("")).await;
    let told = changes.next().await.expect("a change").expect("no lag");
    assert_eq!(
        told.key,
        bytes("end"),
        "the others' values are told to nobody"
    );

    let ports = factory.reopen("create", 1, ports).await;
    let table = &*ports.table;
    assert_eq!(get(table, "t", "k").await, value);
    let again = table.create("t", bytes("k"), bytes("later")).await;
    assert!(!again.expect("it is answered"));
    assert_eq!(get(table, "t", "k").await, value);
    assert_eq!(table.scan("t").await.expect("it scans").len(), 2);
    factory.destroy("create", ports).await;
}

/// What one adapter could not hold, none takes.
pub async fn a_name_or_entry_out_of_bounds_is_refused(factory: &dyn Factory) {
    let ports = factory.open("table-bounds", 1).await;
    let table = &*ports.table;
    let long = "n".repeat(65);
    for name in ["", "Upper", "a b", "a/b", "表", long.as_str()] {
        let answers: [Result<()>; 4] = [
            table.put(name, bytes("k"), None).await,
            table.get(name, b"k").await.map(drop),
            table.scan(name).await.map(drop),
            table.watch(name).map(drop),
        ];
        for answer in answers {
            let refused = matches!(&answer, Err(Error::InvalidTable { table }) if table == name);
            assert!(refused, "{name:?}: {answer:?}");
        }
    }
    for (key, value, fits) in [
        (MAX_TABLE_KEY_BYTES + 1, 0, false),
        (0, MAX_TABLE_VALUE_BYTES + 1, false),
        (MAX_TABLE_KEY_BYTES, MAX_TABLE_VALUE_BYTES, true),
    ] {
        let answer = table
            .put("t", vec![b'k'; key].into(), Some(vec![0; value].into()))
            .await;
        assert_eq!(answer.is_ok(), fits, "{key}, {value}: {answer:?}");
        assert!(fits || matches!(answer, Err(Error::TooLarge { .. })));
    }
    assert_eq!(table.scan("t").await.expect("it scans").len(), 1);
    factory.destroy("table-bounds", ports).await;
}
