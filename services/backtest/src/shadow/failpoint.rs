//! Where tests kill the process: `MINGJING_SHADOW_FAIL_AT=rows` aborts it when a pass's rows are written and the pass itself is not.
//! Always compiled in, because what is tested is what runs.

/// The environment variable.
const VARIABLE: &str = "MINGJING_SHADOW_FAIL_AT";

/// Dies here if this is the point.
pub(super) fn pass(point: &str) {
    if std::env::var_os(VARIABLE).is_some_and(|named| named == point) {
        eprintln!("{VARIABLE}: aborting at {point}");
        std::process::abort();
    }
}
