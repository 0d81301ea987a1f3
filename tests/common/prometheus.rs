//! Where Prometheus lies: the folder that `MINGJING_PROMETHEUS` names, or the cache that deploy/setup/prometheus.sh fills.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

/// Prometheus's program of this name.
///
/// # Errors
/// When it is not there.
pub fn program(name: &str) -> Result<PathBuf> {
    let folder = match std::env::var_os("MINGJING_PROMETHEUS") {
        Some(folder) => PathBuf::from(folder),
        None => match std::env::var_os("MINGJING_CACHE") {
            Some(cache) => PathBuf::from(cache).join("prometheus"),
            None => PathBuf::from(std::env::var_os("HOME").context("HOME is set")?)
                .join(".cache/mingjing/prometheus"),
        },
    };
    let program = folder.join(name);
    ensure!(
        program.is_file(),
        "{} is not there: run deploy/setup/prometheus.sh (make setup does)",
        program.display()
    );
    Ok(program)
}
