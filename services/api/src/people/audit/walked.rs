//! Which runs of the trail were walked, and what they came to. A page of the trail asks whether the chains of its days are whole; of these
//! days nothing but the end of the last one is another than a page before.
//!
//! A run is known by a print that ClickHouse makes of every field of its rows: whoever rewrites, adds or takes out a row makes another print,
//! and the run is walked again. The print is no seal, so that what is known is walked again after an hour in any case, and an answer says
//! since when it is known ([`super::Audit`]). Nothing of it outlives the process.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use mingjing_domain::Timestamp;
use mingjing_store::AuditRun;

use super::chain::Run;

/// What was walked counts for so long.
const KNOWN_FOR_MS: i64 = 60 * 60_000;
/// Runs that are kept: some 300 bytes each, a thousand blocks each.
const KNOWN_MAX: usize = 20_000;

#[derive(Debug, Default)]
pub(super) struct Walked {
    runs: Mutex<BTreeMap<(String, String, u32), Known>>,
}

#[derive(Debug)]
struct Known {
    /// Of these rows.
    rows: u64,
    print: u64,
    at: Timestamp,
    run: Run,
}

impl Walked {
    /// What a run came to, and when it was walked; none where it is another by now, or that was long ago.
    pub fn known(&self, run: &AuditRun, now: Timestamp) -> Option<(Timestamp, Run)> {
        let runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        let known = runs.get(&key(run))?;
        let age_ms = now.millis().saturating_sub(known.at.millis());
        // A clock that was set back knows nothing either.
        let counts = (0..KNOWN_FOR_MS).contains(&age_ms);
        let same = (known.rows, known.print) == (run.rows, run.print);
        (counts && same).then(|| (known.at, known.run.clone()))
    }

    /// Keeps what a run came to at `now`. Where too many are kept, it begins anew.
    pub fn keep(&self, run: &AuditRun, now: Timestamp, walked: Run) {
        let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        if runs.len() >= KNOWN_MAX {
            runs.clear();
        }
        let known = Known {
            rows: run.rows,
            print: run.print,
            at: now,
            run: walked,
        };
        runs.insert(key(run), known);
    }
}

fn key(run: &AuditRun) -> (String, String, u32) {
    (run.day.clone(), run.journal.clone(), run.run)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::audit::chain::{rows, walk};

    #[test]
    fn a_run_is_known_while_its_rows_are_what_they_were_and_for_an_hour() {
        let block = bytes::Bytes::from(
            r#"{"before":"","entries":[{"at":"2026-11-27T01:02:03.004+00:00","account":"li","person":"","from":"","method":"GET","path":"/","status":200}]}"#,
        );
        let run = walk(rows("2026-11-27/a", 0, &block).unwrap())
            .unwrap()
            .unwrap();
        let told = AuditRun {
            day: "2026-11-27".into(),
            journal: "2026-11-27/a".into(),
            run: 0,
            rows: 1,
            print: 7,
        };
        let at = Timestamp::from_millis(1_795_000_000_000);
        let walked = Walked::default();
        assert_eq!(walked.known(&told, at), None);
        walked.keep(&told, at, run.clone());
        let later = |ms: i64| at.plus_millis(ms);
        assert_eq!(
            walked.known(&told, later(KNOWN_FOR_MS - 1)),
            Some((at, run))
        );
        assert_eq!(walked.known(&told, later(KNOWN_FOR_MS)), None);
        assert_eq!(walked.known(&told, later(-1)), None);
        for another in [
            AuditRun {
                rows: 2,
                ..told.clone()
            },
            AuditRun {
                print: 8,
                ..told.clone()
            },
            AuditRun {
                run: 1,
                ..told.clone()
            },
            AuditRun {
                day: "2026-11-28".into(),
                ..told.clone()
            },
            AuditRun {
                journal: "2026-11-27/b".into(),
                ..told
            },
        ] {
            assert_eq!(walked.known(&another, at), None, "{another:?}");
        }
    }
}
