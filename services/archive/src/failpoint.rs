//! Where tests kill the process: `MINGJING_ARCHIVE_FAIL_AT=17` aborts it when ClickHouse has taken its 17th insert,
//! counted over all tables, watermarks among them. Always compiled in, because what is tested is what runs.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// The environment variable.
pub const VARIABLE: &str = "MINGJING_ARCHIVE_FAIL_AT";

/// ClickHouse has taken an insert into `table`, and nobody knows it yet.
pub fn inserted(table: &str) {
    static LEFT: OnceLock<Option<AtomicU64>> = OnceLock::new();
    let left = LEFT.get_or_init(|| {
        let text = std::env::var(VARIABLE).ok()?;
        match text.parse() {
            Ok(count) => Some(AtomicU64::new(count)),
            Err(_) => {
                tracing::error!(value = text, "{VARIABLE} is no number: it is ignored");
                None
            }
        }
    });
    if let Some(left) = left
        && left.fetch_sub(1, Ordering::Relaxed) == 1
    {
        eprintln!("{VARIABLE}: aborting after an insert into {table}");
        std::process::abort();
    }
}
