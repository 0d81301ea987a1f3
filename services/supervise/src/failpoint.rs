//! Where tests kill the process, or make one of its partitions hang: `MINGJING_FAIL_AT=before-publish:17` aborts it when it comes to
//! that point for the 17th time, counted over all partitions; with `before-publish:17:hang` the task that comes there never
//! goes on. Always compiled in, because what is tested is what runs; unset it costs a look at a cell.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// The environment variable.
pub const VARIABLE: &str = "MINGJING_FAIL_AT";

/// A point at which the process can be made to die.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failpoint {
    /// `after-read`: records were read, nothing was judged.
    AfterRead,
    /// `tick`: a tick lies in the log and was not read.
    Tick,
    /// `before-publish`: a batch was judged, none of its facts was written.
    BeforePublish,
    /// `publish`: some of a batch's facts were written. Only where they are too many for one append, of which
    /// [`Config::append_records`](crate::Config::append_records) decides.
    Publish,
    /// `after-publish`: all facts of a batch were written.
    AfterPublish,
    /// `snapshot-temp-written`: a snapshot was written under its temporary name.
    SnapshotTempWritten,
    /// `snapshot-renamed`: a snapshot has its name, older ones are still there.
    SnapshotRenamed,
}

impl Failpoint {
    /// Every point.
    pub const ALL: [Failpoint; 7] = [
        Failpoint::AfterRead,
        Failpoint::Tick,
        Failpoint::BeforePublish,
        Failpoint::Publish,
        Failpoint::AfterPublish,
        Failpoint::SnapshotTempWritten,
        Failpoint::SnapshotRenamed,
    ];

    /// Its name in the variable.
    pub const fn name(self) -> &'static str {
        match self {
            Failpoint::AfterRead => "after-read",
            Failpoint::Tick => "tick",
            Failpoint::BeforePublish => "before-publish",
            Failpoint::Publish => "publish",
            Failpoint::AfterPublish => "after-publish",
            Failpoint::SnapshotTempWritten => "snapshot-temp-written",
            Failpoint::SnapshotRenamed => "snapshot-renamed",
        }
    }

    /// Dies or hangs here if it is this point's turn.
    pub(crate) fn pass(self) {
        static ARMED: OnceLock<Option<(Failpoint, AtomicU32, End)>> = OnceLock::new();
        let armed = ARMED.get_or_init(|| {
            let (point, count, end) = parse(&std::env::var(VARIABLE).ok()?)?;
            Some((point, AtomicU32::new(count), end))
        });
        if let Some((point, left, end)) = armed
            && *point == self
            && left.fetch_sub(1, Ordering::Relaxed) == 1
        {
            match end {
                End::Abort => {
                    eprintln!("{VARIABLE}: aborting at {}", self.name());
                    std::process::abort();
                }
                End::Hang => {
                    eprintln!("{VARIABLE}: hanging at {}", self.name());
                    // The other tasks go on, as they would beside a task that waits for what never comes.
                    tokio::task::block_in_place(|| {
                        loop {
                            std::thread::park();
                        }
                    });
                }
            }
        }
    }
}

/// What comes of reaching the point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Abort,
    Hang,
}

fn parse(text: &str) -> Option<(Failpoint, u32, End)> {
    let (rest, end) = match text.strip_suffix(":hang") {
        Some(rest) => (rest, End::Hang),
        None => (text, End::Abort),
    };
    let (name, count) = rest.split_once(':').unwrap_or((rest, "1"));
    let point = Failpoint::ALL.into_iter().find(|p| p.name() == name);
    match (point, count.parse()) {
        (Some(point), Ok(count)) if count > 0 => Some((point, count, end)),
        _ => {
            tracing::error!(
                value = text,
                "{VARIABLE} names no point to fail at: it is ignored"
            );
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_named_with_a_count_or_without() {
        assert_eq!(
            parse("publish:17"),
            Some((Failpoint::Publish, 17, End::Abort))
        );
        assert_eq!(parse("tick"), Some((Failpoint::Tick, 1, End::Abort)));
        assert_eq!(
            parse("after-read:3:hang"),
            Some((Failpoint::AfterRead, 3, End::Hang))
        );
        assert_eq!(parse("tick:0"), None);
        assert_eq!(parse("lunch:1"), None);
    }
}
