//! Where tests kill the process: `MINGJING_LIFE_FAIL_AT=decided` aborts it when a publication was decided and nothing of it is in force,
//! `activated` when it is in force and nobody has recorded so; `backtest` when a backtest has begun; with `held` it stays alive and never gets beyond `decided`. Always compiled in, because what is tested is what runs.

/// The environment variable.
const VARIABLE: &str = "MINGJING_LIFE_FAIL_AT";

/// Dies here if this is the point.
pub(super) fn pass(point: &str) {
    if std::env::var_os(VARIABLE).is_some_and(|named| named == point) {
        eprintln!("{VARIABLE}: aborting at {point}");
        std::process::abort();
    }
}

/// Fails here if this is the point.
pub(super) fn fail(point: &str) -> Result<(), String> {
    match std::env::var_os(VARIABLE).is_some_and(|named| named == point) {
        true => Err(format!("{VARIABLE}: {point}")),
        false => Ok(()),
    }
}
