//! Logs: structured, on stderr. No personal data at info or above (the crates' rule; nothing is filtered here).

use anyhow::Context as _;
use tracing_subscriber::EnvFilter;

/// Starts logging by a filter like `info,mingjing_intake=debug`.
pub fn start(filter: &str, json: bool) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(filter).with_context(|| {
        format!("log.filter {filter:?} is not a filter like `info,mingjing_intake=debug`")
    })?;
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let started = if json {
        logs.json().try_init()
    } else {
        logs.try_init()
    };
    started.map_err(|e| anyhow::anyhow!("logging cannot be started: {e}"))
}
