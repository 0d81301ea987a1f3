//! Checks of the log with one caller at a time: what is kept, where, and what is refused.

use std::time::{Duration, Instant};

use bytes::Bytes;

use super::{EVENTS, Factory, P0, append, call, contents, read_all, read_on, record};
use crate::{
    Bounds, Error, LogId, MAX_APPEND_BYTES, MAX_APPEND_RECORDS, Offset, Partition, Record, Topic,
};

/// The first record has offset 0; a call's records are contiguous; the answer is the first one's offset.
pub async fn offsets_count_from_zero_and_calls_lie_next_to_each_other(factory: &dyn Factory) {
    let ports = factory.open("offsets", 1).await;
    let log = &*ports.log;
    let empty = log.bounds(EVENTS, P0).await.expect("bounds");
    assert_eq!(
        empty,
        Bounds {
            start: Offset(0),
            end: Offset(0)
        }
    );

    assert_eq!(append(log, P0, call("a", 3)).await, Offset(0));
    assert_eq!(append(log, P0, call("b", 1)).await, Offset(3));
    assert_eq!(append(log, P0, call("c", 250)).await, Offset(4));
    let full = log.bounds(EVENTS, P0).await.expect("bounds");
    assert_eq!(
        full,
        Bounds {
            start: Offset(0),
            end: Offset(254)
        }
    );
    factory.destroy("offsets", ports).await;
}

/// Keys, values and order are those of the calls.
pub async fn records_come_back_as_they_were_written(factory: &dyn Factory) {
    let ports = factory.open("contents", 1).await;
    let log = &*ports.log;
    let mut written = Vec::new();
    for (number, size) in [1, 2, 7, 300, 1, 40].into_iter().enumerate() {
        let mut records = call(&format!("案件-{number}"), size);
        records.push(record("bytes", (0..=255).collect::<Vec<u8>>()));
        written.extend(records.clone());
        append(log, P0, records).await;
    }
    assert_eq!(contents(&read_all(log, P0).await), written);
    factory.destroy("contents", ports).await;
}

/// Each partition of each topic counts and keeps its own.
pub async fn topics_and_partitions_keep_apart(factory: &dyn Factory) {
    let ports = factory.open("apart", 3).await;
    let log = &*ports.log;
    assert_eq!(log.partitions(), 3);
    let places = || {
        Topic::ALL
            .into_iter()
            .flat_map(|t| (0..3).map(move |p| (t, Partition(p))))
    };
    for round in 0..2 {
        for (topic, partition) in places() {
            let records = call(&format!("{topic}/{partition}/{round}"), 2);
            let first = log
                .append(topic, partition, records)
                .await
                .expect("it appends");
            assert_eq!(first, Offset(round * 2));
        }
    }
    for (topic, partition) in places() {
        let name = |round| call(&format!("{topic}/{partition}/{round}"), 2);
        let found = read_on(log, topic, partition, Offset(0)).await;
        assert_eq!(contents(&found), [name(0), name(1)].concat());
    }
    factory.destroy("apart", ports).await;
}

/// Every offset can be read from.
pub async fn a_read_may_begin_inside_a_call(factory: &dyn Factory) {
    let ports = factory.open("inside", 1).await;
    let log = &*ports.log;
    let written = [call("a", 5), call("b", 300), call("c", 2)].concat();
    for records in [call("a", 5), call("b", 300), call("c", 2)] {
        append(log, P0, records).await;
    }
    for from in 0..written.len() {
        let batch = log
            .read(EVENTS, P0, Offset(from as u64), 2, 1 << 20, None)
            .await
            .expect("it reads");
        let to = written.len().min(from + 2);
        assert_eq!(contents(&batch.records), written[from..to]);
        assert_eq!(batch.records[0].offset, Offset(from as u64));
        assert_eq!(batch.end, Offset(written.len() as u64));
    }
    factory.destroy("inside", ports).await;
}

/// Nothing is a value too.
pub async fn empty_keys_and_values_are_kept(factory: &dyn Factory) {
    let ports = factory.open("empty-values", 1).await;
    let written = vec![
        record("", ""),
        record("key", ""),
        record("", "value"),
        record("", ""),
    ];
    append(&*ports.log, P0, written.clone()).await;
    assert_eq!(contents(&read_all(&*ports.log, P0).await), written);
    factory.destroy("empty-values", ports).await;
}

/// No records, no change.
pub async fn an_empty_append_writes_nothing_and_answers_the_end(factory: &dyn Factory) {
    let ports = factory.open("empty-append", 1).await;
    let log = &*ports.log;
    assert_eq!(append(log, P0, Vec::new()).await, Offset(0));
    append(log, P0, call("a", 4)).await;
    assert_eq!(append(log, P0, Vec::new()).await, Offset(4));
    assert_eq!(log.bounds(EVENTS, P0).await.expect("bounds").end, Offset(4));
    factory.destroy("empty-append", ports).await;
}

/// Large records among small ones; and a call as large as the limit allows.
pub async fn a_record_of_a_mebibyte_is_kept(factory: &dyn Factory) {
    let ports = factory.open("large", 1).await;
    let log = &*ports.log;
    let large = |seed: usize, size: usize| -> Bytes {
        (0..size)
            .map(|i| (i.wrapping_mul(31) + seed) as u8)
            .collect()
    };
    let mut written = call("small", 3);
    written.extend([record("large", large(1, 1 << 20)), record("small", "after")]);
    append(log, P0, written.clone()).await;
    let most: Vec<Record> = (0..8)
        .map(|i| record("", large(i, MAX_APPEND_BYTES / 8)))
        .collect();
    append(log, P0, most.clone()).await;
    written.extend(most);
    assert_eq!(contents(&read_all(log, P0).await), written);
    factory.destroy("large", ports).await;
}

/// `max_records` and `max_bytes` hold, except that a read always gets on.
pub async fn a_read_keeps_to_its_limits_but_gives_one_record_at_least(factory: &dyn Factory) {
    let ports = factory.open("limits", 1).await;
    let log = &*ports.log;
    let records = (0..50).map(|i| record("12345", vec![i; 95])).collect();
    append(log, P0, records).await;
    append(log, P0, vec![record("", vec![0; 10_000])]).await;
    let large = Offset(50);

    for (from, max_records, max_bytes, expected) in [
        (Offset(0), 10, 1 << 20, 10),
        (Offset(0), 1, 1 << 20, 1),
        (Offset(0), 1000, 1000, 10),
        (Offset(0), 1000, 1099, 10),
        (Offset(0), 1000, 100, 1),
        (Offset(0), 1000, 99, 1),
        (Offset(0), 1000, 0, 1),
        (Offset(0), 0, 1 << 20, 1),
        (Offset(45), 1000, 10_000, 5),
        (large, 1000, 9_999, 1),
        (Offset(45), 1000, 1 << 20, 6),
    ] {
        let batch = log
            .read(EVENTS, P0, from, max_records, max_bytes, None)
            .await
            .expect("it reads");
        let case = format!("from {from}, {max_records} records, {max_bytes} bytes");
        assert_eq!(batch.records.len(), expected, "{case}");
        assert_eq!(batch.records[0].offset, from, "{case}");
        assert_eq!(batch.end, Offset(51), "{case}");
    }
    factory.destroy("limits", ports).await;
}

/// A restart changes nothing and counting goes on.
pub async fn records_and_bounds_survive_a_reopen(factory: &dyn Factory) {
    let mut ports = factory.open("reopen", 2).await;
    let mut written = Vec::new();
    for round in 0..3 {
        for number in 0..20 {
            let records = call(&format!("{round}-{number}"), 5);
            written.extend(records.clone());
            append(&*ports.log, Partition(1), records).await;
        }
        ports
            .log
            .trim(EVENTS, Partition(1), Offset(round * 7))
            .await
            .expect("it trims");
        ports = factory.reopen("reopen", 2, ports).await;
        let bounds = ports
            .log
            .bounds(EVENTS, Partition(1))
            .await
            .expect("bounds");
        let end = written.len() as u64;
        assert_eq!(
            bounds,
            Bounds {
                start: Offset(round * 7),
                end: Offset(end)
            }
        );
        let kept = &written[bounds.start.0 as usize..];
        assert_eq!(contents(&read_all(&*ports.log, Partition(1)).await), kept);
        assert_eq!(
            ports.log.bounds(EVENTS, P0).await.expect("bounds").end,
            Offset(0)
        );
    }
    factory.destroy("reopen", ports).await;
}

/// The id identifies one incarnation; positions of another are refused.
pub async fn the_log_id_is_kept_and_a_new_log_has_another(factory: &dyn Factory) {
    let ports = factory.open("identity", 1).await;
    let first = ports.log.id();
    ports.log.check_id(first).expect("its own id");
    let ports = factory.reopen("identity", 1, ports).await;
    assert_eq!(ports.log.id(), first);
    factory.destroy("identity", ports).await;

    let ports = factory.open("identity", 1).await;
    let second = ports.log.id();
    assert_ne!(second, first, "the same name, another log");
    assert!(matches!(
        ports.log.check_id(first),
        Err(Error::UnknownLog { remembered, found }) if remembered == first && found == second
    ));
    ports.log.check_id(LogId(0)).expect_err("no log has id 0");
    factory.destroy("identity", ports).await;
}

/// No wait, no delay.
pub async fn a_read_at_the_end_without_wait_answers_at_once(factory: &dyn Factory) {
    let ports = factory.open("at-end", 1).await;
    let log = &*ports.log;
    for end in [0, 3] {
        let batch = log
            .read(EVENTS, P0, Offset(end), 10, 1000, None)
            .await
            .expect("it reads");
        assert_eq!((batch.records, batch.end), (Vec::new(), Offset(end)));
        append(log, P0, call("a", 3)).await;
    }
    factory.destroy("at-end", ports).await;
}

/// A wait that nothing ends is as long as asked for and then no error.
pub async fn a_waiting_read_ends_empty_when_its_time_is_over(factory: &dyn Factory) {
    let ports = factory.open("time-over", 2).await;
    let log = &*ports.log;
    append(log, P0, call("a", 3)).await;
    let wait = Duration::from_millis(120);
    let began = Instant::now();
    let waiting = log.read(EVENTS, P0, Offset(3), 10, 1000, Some(wait));
    // What happens elsewhere does not wake it.
    let (batch, _, _) = tokio::join!(
        waiting,
        append(log, Partition(1), call("b", 1)),
        log.append(Topic::Facts, P0, call("c", 1)),
    );
    let batch = batch.expect("it reads");
    assert_eq!((batch.records, batch.end), (Vec::new(), Offset(3)));
    assert!(
        began.elapsed() >= wait,
        "it answered after {:?}",
        began.elapsed()
    );
    factory.destroy("time-over", ports).await;
}

/// An end before the reader's position is loss, and is said loudly.
pub async fn reading_beyond_the_end_is_an_error(factory: &dyn Factory) {
    let ports = factory.open("beyond", 1).await;
    let log = &*ports.log;
    append(log, P0, call("a", 3)).await;
    for (offset, wait) in [(4, None), (1000, Some(Duration::from_secs(600)))] {
        let answer = log.read(EVENTS, P0, Offset(offset), 10, 1000, wait).await;
        let Err(Error::OffsetBeyondEnd {
            offset: asked, end, ..
        }) = answer
        else {
            panic!("{answer:?}");
        };
        assert_eq!((asked, end), (Offset(offset), Offset(3)));
    }
    factory.destroy("beyond", ports).await;
}

/// What retention removed is not skipped over in silence.
pub async fn reading_what_was_trimmed_is_an_error(factory: &dyn Factory) {
    let ports = factory.open("trimmed", 2).await;
    let log = &*ports.log;
    let written = [call("a", 10), call("b", 10)].concat();
    for records in [call("a", 10), call("b", 10)] {
        append(log, P0, records.clone()).await;
        append(log, Partition(1), records).await;
    }
    for start in [5, 10, 13] {
        log.trim(EVENTS, P0, Offset(start)).await.expect("it trims");
        let bounds = log.bounds(EVENTS, P0).await.expect("bounds");
        assert_eq!(
            bounds,
            Bounds {
                start: Offset(start),
                end: Offset(20)
            }
        );
        for gone in [0, start - 1] {
            let answer = log.read(EVENTS, P0, Offset(gone), 10, 1000, None).await;
            let Err(Error::OffsetTrimmed {
                offset,
                start: kept,
                ..
            }) = answer
            else {
                panic!("{answer:?}");
            };
            assert_eq!((offset, kept), (Offset(gone), Offset(start)));
        }
        assert_eq!(
            contents(&read_all(log, P0).await),
            written[start as usize..]
        );
    }
    assert_eq!(
        contents(&read_all(log, Partition(1)).await),
        written,
        "the other is untouched"
    );
    factory.destroy("trimmed", ports).await;
}

/// Offsets are never given twice, even if nothing is left.
pub async fn a_log_trimmed_to_nothing_remembers_its_end(factory: &dyn Factory) {
    let ports = factory.open("nothing-left", 1).await;
    append(&*ports.log, P0, call("a", 12)).await;
    ports
        .log
        .trim(EVENTS, P0, Offset(12))
        .await
        .expect("it trims");
    let ports = factory.reopen("nothing-left", 1, ports).await;
    let log = &*ports.log;
    let bounds = log.bounds(EVENTS, P0).await.expect("bounds");
    assert_eq!(
        bounds,
        Bounds {
            start: Offset(12),
            end: Offset(12)
        }
    );
    assert!(read_all(log, P0).await.is_empty());
    assert_eq!(append(log, P0, call("b", 2)).await, Offset(12));
    assert_eq!(contents(&read_all(log, P0).await), call("b", 2));
    factory.destroy("nothing-left", ports).await;
}

/// Trimming twice or lower is harmless; trimming what is not there is a mistake.
pub async fn trimming_never_goes_back_nor_beyond_the_end(factory: &dyn Factory) {
    let ports = factory.open("trim-back", 1).await;
    let log = &*ports.log;
    append(log, P0, call("a", 10)).await;
    for before in [0, 6, 6, 2] {
        log.trim(EVENTS, P0, Offset(before))
            .await
            .expect("it trims");
    }
    let answer = log.trim(EVENTS, P0, Offset(11)).await;
    assert!(
        matches!(answer, Err(Error::OffsetBeyondEnd { .. })),
        "{answer:?}"
    );
    let bounds = log.bounds(EVENTS, P0).await.expect("bounds");
    assert_eq!(
        bounds,
        Bounds {
            start: Offset(6),
            end: Offset(10)
        }
    );
    factory.destroy("trim-back", ports).await;
}

/// Partitions are counted from 0 and their number is fixed.
pub async fn an_unknown_partition_is_refused(factory: &dyn Factory) {
    let ports = factory.open("unknown-partition", 2).await;
    let log = &*ports.log;
    let unknown = Partition(2);
    let answers = [
        log.append(EVENTS, unknown, call("a", 1)).await.err(),
        log.append(EVENTS, unknown, Vec::new()).await.err(),
        log.read(EVENTS, unknown, Offset(0), 1, 1, None).await.err(),
        log.bounds(EVENTS, unknown).await.err(),
        log.trim(EVENTS, unknown, Offset(0)).await.err(),
    ];
    for answer in answers {
        let refused = matches!(
            answer,
            Some(Error::UnknownPartition { partition, partitions: 2, .. }) if partition == unknown
        );
        assert!(refused, "{answer:?}");
    }
    factory.destroy("unknown-partition", ports).await;
}

/// Nothing of a refused call is written, and the log goes on.
pub async fn a_call_over_the_limits_is_refused_whole(factory: &dyn Factory) {
    let ports = factory.open("over-limits", 1).await;
    let log = &*ports.log;
    let many = vec![record("", ""); MAX_APPEND_RECORDS + 1];
    let large = vec![record("a", "a"), record("", vec![0; MAX_APPEND_BYTES - 1])];
    for (records, unit) in [(many, "records"), (large, "bytes")] {
        let answer = log.append(EVENTS, P0, records).await;
        let refused = matches!(&answer, Err(Error::TooLarge { unit: u, .. }) if *u == unit);
        assert!(refused, "{answer:?}");
    }
    assert_eq!(log.bounds(EVENTS, P0).await.expect("bounds").end, Offset(0));
    let most = vec![record("", "v"); MAX_APPEND_RECORDS];
    assert_eq!(append(log, P0, most).await, Offset(0));
    assert_eq!(read_all(log, P0).await.len(), MAX_APPEND_RECORDS);
    factory.destroy("over-limits", ports).await;
}
