//! The program that was built beside a test.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

/// `target/release/mingjing`, as tests lie in `target/release/deps`.
///
/// # Errors
/// When it is not built.
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
