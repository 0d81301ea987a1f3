//! Where tests kill the process: `MINGJING_INTAKE_FAIL_AT=17` aborts it when the records of a topic have become durable for
//! the 17th time, before anybody knows. Always compiled in, because what is tested is what runs.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// The environment variable.
pub const VARIABLE: &str = "MINGJING_INTAKE_FAIL_AT";

/// Records of a topic are durable, and their offsets are not committed.
pub(crate) fn durable() {
    static ARMED: OnceLock<Option<AtomicU64>> = OnceLock::new();
    let armed = ARMED.get_or_init(|| {
        let text = std::env::var(VARIABLE).ok()?;
        let count = text.parse().ok();
        if count.is_none() {
            tracing::error!(value = text, "{VARIABLE} is no number: it is ignored");
        }
        count.map(AtomicU64::new)
    });
    if let Some(left) = armed
        && left.fetch_sub(1, Ordering::Relaxed) == 1
    {
        eprintln!("{VARIABLE}: aborting before a commit");
        std::process::abort();
    }
}
