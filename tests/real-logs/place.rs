//! Where things lie: the data outside the repository, the definitions here, the program beside the tests.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

/// The folder with the real logs. A relative path counts from the top of the repository.
pub fn data() -> PathBuf {
    let named = std::env::var_os("MINGJING_REAL_LOGS").unwrap_or_else(|| "../shared/data".into());
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(named)
}

/// This folder: definitions, mappings and summaries.
pub fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("real-logs")
}

/// The program that was built beside this test: `target/release/deps/real_logs-…` and `target/release/mingjing`.
pub fn program() -> Result<PathBuf> {
    let test = std::env::current_exe().context("find this test's own file")?;
    let built = test
        .parent()
        .and_then(Path::parent)
        .context("the test lies in a deps folder")?;
    let program = built.join("mingjing");
    ensure!(
        program.is_file(),
        "{} is not there; run `cargo build --release` first",
        program.display()
    );
    Ok(program)
}
