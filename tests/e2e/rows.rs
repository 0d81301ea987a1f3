//! What lies in the tables, row by row, read by an engine of its own once the platform that wrote them has ended.
//!
//! The tables keep one row a key, and until their parts are merged two rows of a key may lie there: that is how writing again
//! does no harm. It is harmless only if the two say the same, so the raw rows are looked at too.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::corpus;
use crate::platform::Engine;

/// What must find nothing; each finds what it would rather not.
const NEVER: [(&str, &str); 7] = [
    (
        "raw rows of one change of an alert that differ",
        "SELECT alert_id, revision, count() AS kinds FROM (SELECT DISTINCT * FROM alert_history) \
         GROUP BY alert_id, revision HAVING kinds > 1",
    ),
    (
        "raw rows of one state of an alert that differ",
        "SELECT alert_id, revision, count() AS kinds FROM (SELECT DISTINCT * FROM alerts) \
         GROUP BY alert_id, revision HAVING kinds > 1",
    ),
    (
        "positions in the log that concluded two changes",
        "SELECT log_partition, log_offset, log_n, count() AS rows FROM alert_history FINAL \
         GROUP BY log_partition, log_offset, log_n HAVING rows > 1",
    ),
    (
        "facts that became two changes",
        "SELECT log_partition, version, count() AS rows FROM alert_history FINAL \
         GROUP BY log_partition, version HAVING rows > 1",
    ),
    (
        "alerts whose history has a gap or another end than they have",
        "SELECT a.alert_id, a.revision, h.rows, h.last FROM alerts_now AS a FULL JOIN \
         (SELECT alert_id, count() AS rows, max(revision) AS last FROM alert_history FINAL GROUP BY alert_id) AS h \
         ON a.alert_id = h.alert_id WHERE a.revision != h.rows OR a.revision != h.last",
    ),
    (
        "alerts that say something else than their last change",
        "SELECT a.alert_id FROM alerts_now AS a JOIN alert_history AS h FINAL \
         ON a.alert_id = h.alert_id AND a.revision = h.revision \
         WHERE a.level != h.level OR a.status != h.status OR a.version != h.version OR a.log_offset != h.log_offset",
    ),
    (
        "refused records",
        "SELECT reason, detail FROM rejects FINAL",
    ),
];

/// Tables and what tells their rows apart.
const KEYS: [(&str, &str); 5] = [
    ("alerts", "alert_id"),
    ("alert_history", "(alert_id, revision)"),
    ("cases", "(source, case_no)"),
    (
        "events",
        "(source, case_no, event_id, data_version, content)",
    ),
    ("watermarks", "(log_id, topic, log_partition)"),
];

/// Nothing is there twice and nothing is missing, in the data folder of a platform that was fed the made-up log.
pub async fn ensure_each_once(what: &str, data: &Path) -> Result<()> {
    ensure(what, data, &NEVER).await
}

/// The same where owners were frozen: the ticks that they wrote too late are refused.
pub async fn ensure_each_once_but_ticks_refused(what: &str, data: &Path) -> Result<()> {
    let mut never = NEVER;
    let [.., (_, refused)] = &mut never;
    *refused = "SELECT reason, detail FROM rejects FINAL WHERE reason NOT IN ('stale_epoch', 'unknown_epoch')";
    ensure(what, data, &never).await
}

async fn ensure(what: &str, data: &Path, nevers: &[(&str, &str)]) -> Result<()> {
    let engine = Engine::start(data).await?;
    for (never, sql) in nevers {
        let found = engine.ask(sql).await?;
        ensure!(found.is_empty(), "{what}: {never}:\n{found}");
    }
    for (table, key) in KEYS {
        let sql = format!("SELECT count(), uniqExact({key}) FROM {table} FINAL");
        let counted = engine.ask(&sql).await?;
        let (rows, keys) = counted.trim().split_once('\t').context("two numbers")?;
        ensure!(
            rows == keys && rows != "0",
            "{what}: {table} has {rows} rows of {keys} keys"
        );
    }
    // The end of a made-up log is imported once more, with numbers of its own: another content, and a row beside the first.
    let events = engine
        .ask(&format!(
            "SELECT DISTINCT case_no, event_id FROM events FINAL WHERE source = '{}'",
            corpus::SOURCE
        ))
        .await?;
    let found: BTreeSet<(&str, &str)> = events
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .collect();
    let sent = corpus::events();
    ensure!(
        found.len() == events.lines().count() && found.len() == sent.len(),
        "{what}: {} events lie there of {} that were sent",
        found.len(),
        sent.len()
    );
    Ok(())
}
