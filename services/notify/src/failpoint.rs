//! Where tests kill the process: `MINGJING_NOTIFY_FAIL_AT=outbox:1` aborts it once messages are written down and before the position
//! is, `delivered:1` once a receiver has taken a message and before that is written down, `announced:1` once the
//! messages about a bulletin are written down and before that it was announced; the number counts. Always compiled in, because
//! what is tested is what runs.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// The environment variable.
pub const VARIABLE: &str = "MINGJING_NOTIFY_FAIL_AT";

#[derive(Debug)]
struct Armed {
    place: String,
    left: AtomicU64,
}

/// The process has come to a place.
pub(crate) fn reached(place: &str) {
    static ARMED: OnceLock<Option<Armed>> = OnceLock::new();
    let armed = ARMED.get_or_init(|| parse(&std::env::var(VARIABLE).ok()?));
    if let Some(Armed { place: armed, left }) = armed
        && armed == place
        && left.fetch_sub(1, Ordering::Relaxed) == 1
    {
        eprintln!("{VARIABLE}: aborting at {place}");
        std::process::abort();
    }
}

fn parse(text: &str) -> Option<Armed> {
    let read = text.split_once(':').and_then(|(place, count)| {
        Some(Armed {
            place: place.to_owned(),
            left: AtomicU64::new(count.parse().ok()?),
        })
    });
    if read.is_none() {
        tracing::error!(
            value = text,
            "{VARIABLE} is not place:number: it is ignored"
        );
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_a_count() {
        let read = |text| parse(text).map(|a| (a.place, a.left.into_inner()));
        assert_eq!(read("outbox:2"), Some(("outbox".into(), 2)));
        assert_eq!(read("outbox"), None);
    }
}
