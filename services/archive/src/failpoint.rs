//! Where tests kill the process: `MINGJING_ARCHIVE_FAIL_AT=17` aborts it when ClickHouse has taken its 17th insert,
//! counted over all tables, watermarks among them; `cases:2` counts the inserts into one table only.
//!
//! A round goes into its tables one after the other, in the order of [`mingjing_store::Batch::blocks`], and into `watermarks` last.
//! So a death at any other table is one in the middle of a round: this table has answered and those before it, the later ones got
//! nothing, the watermark has not moved. Always compiled in, because what is tested is what runs.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// The environment variable.
pub const VARIABLE: &str = "MINGJING_ARCHIVE_FAIL_AT";

/// Which insert is the last.
#[derive(Debug)]
struct Armed {
    /// None: whatever table it is.
    table: Option<String>,
    left: AtomicU64,
}

/// ClickHouse has taken an insert into `table`, and nobody knows it yet.
pub fn inserted(table: &str) {
    static ARMED: OnceLock<Option<Armed>> = OnceLock::new();
    let armed = ARMED.get_or_init(|| parse(&std::env::var(VARIABLE).ok()?));
    if let Some(Armed { table: only, left }) = armed
        && only.as_deref().is_none_or(|only| only == table)
        && left.fetch_sub(1, Ordering::Relaxed) == 1
    {
        eprintln!("{VARIABLE}: aborting after an insert into {table}");
        std::process::abort();
    }
}

fn parse(text: &str) -> Option<Armed> {
    let (table, count) = match text.split_once(':') {
        Some((table, count)) => (Some(table.to_owned()), count),
        None => (None, text),
    };
    let Ok(count) = count.parse() else {
        tracing::error!(
            value = text,
            "{VARIABLE} is neither a number nor table:number: it is ignored"
        );
        return None;
    };
    Some(Armed {
        table,
        left: AtomicU64::new(count),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_of_all_tables_or_of_one() {
        let read = |text| parse(text).map(|a| (a.table, a.left.into_inner()));
        assert_eq!(read("17"), Some((None, 17)));
        assert_eq!(read("cases:2"), Some((Some("cases".into()), 2)));
        assert_eq!(read("cases"), None);
    }
}
