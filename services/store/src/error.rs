//! What can go wrong between us and ClickHouse, and which of it may pass by itself.

use crate::migrate::MigrationError;

/// Why a call on the store failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// ClickHouse did not answer, or said that it cannot now. The same call may succeed later.
    #[error("{attempted}: ClickHouse is not available")]
    Unavailable {
        /// What was to be done.
        attempted: String,
        /// What came instead of an answer.
        #[source]
        source: clickhouse::error::Error,
    },
    /// ClickHouse refused the call; the same call will be refused again.
    #[error("{attempted}: ClickHouse refused it")]
    Refused {
        /// What was to be done.
        attempted: String,
        /// ClickHouse's error code, where it gave one.
        code: Option<u32>,
        /// What it said.
        #[source]
        source: clickhouse::error::Error,
    },
    /// What was read back is not what this version writes.
    #[error("table {table}: column {column} holds {found:?}, which this version cannot read")]
    Damaged {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The value, cut to 200 characters.
        found: String,
    },
    /// The database's structure and this program do not fit.
    #[error(transparent)]
    Migration(#[from] MigrationError),
    /// The caller stopped before ClickHouse took the whole batch. Nothing is lost: the watermark did not move.
    #[error("stopped before ClickHouse had taken the batch")]
    Stopped,
}

impl Error {
    /// Whether the same call may succeed later.
    pub fn passes(&self) -> bool {
        matches!(self, Error::Unavailable { .. })
    }

    /// Sorts what the client reports. What is not known to pass is a refusal: a batch that fails for ever must not
    /// look like an outage.
    pub(crate) fn of(attempted: impl Into<String>, source: clickhouse::error::Error) -> Self {
        let attempted = attempted.into();
        let (passes, code) = judge(&source);
        if passes {
            Error::Unavailable { attempted, source }
        } else {
            Error::Refused {
                attempted,
                code,
                source,
            }
        }
    }

    pub(crate) fn damaged(table: &'static str, column: &'static str, found: &str) -> Self {
        Error::Damaged {
            table,
            column,
            found: found.chars().take(200).collect(),
        }
    }
}

/// ClickHouse's codes for what passes: time-outs, too much at once, a lost connection, memory or disk short, too many
/// parts, read-only, keeper away, shutting down (src/Common/ErrorCodes.cpp).
const PASSING: [u32; 31] = [
    3, 32, 33, 74, 75, 76, 95, 159, 164, 173, 198, 201, 202, 203, 209, 210, 225, 236, 241, 242,
    243, 252, 279, 285, 286, 319, 394, 425, 439, 499, 999,
];

fn judge(error: &clickhouse::error::Error) -> (bool, Option<u32>) {
    use clickhouse::error::Error as E;
    match error {
        E::Network(_) | E::TimedOut => (true, None),
        E::BadResponse(text) => match code(text) {
            Some(code) => (PASSING.contains(&code), Some(code)),
            // An HTTP status without ClickHouse's words comes from what stands between: a proxy, or a server that
            // is just starting or that died over its answer.
            None => (
                ["429", "500", "502", "503", "504"]
                    .iter()
                    .any(|s| text.starts_with(s)),
                None,
            ),
        },
        _ => (false, None),
    }
}

/// The code in `Code: 60. DB::Exception: …`.
fn code(text: &str) -> Option<u32> {
    let rest = text.split("Code: ").nth(1)?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    rest[..digits].parse().ok()
}

#[cfg(test)]
mod tests {
    use clickhouse::error::Error as E;

    use super::*;

    #[test]
    fn an_outage_passes_and_a_refusal_does_not() {
        let passing = [
            E::TimedOut,
            E::Network("connection refused".into()),
            E::BadResponse("Code: 252. DB::Exception: Too many parts (TOO_MANY_PARTS)".into()),
            E::BadResponse("503 Service Unavailable".into()),
            E::BadResponse("500 Internal Server Error".into()),
        ];
        for error in passing {
            assert!(Error::of("insert", error).passes());
        }
        let refused = Error::of(
            "insert",
            E::BadResponse("Code: 60. DB::Exception: Unknown table".into()),
        );
        assert!(
            matches!(refused, Error::Refused { code: Some(60), .. }),
            "{refused:?}"
        );
        assert!(!Error::of("insert", E::BadResponse("nonsense".into())).passes());
    }
}
