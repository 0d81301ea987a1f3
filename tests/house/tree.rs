//! The repository as it lies on disk: its root and its files.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// The top folder of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the tests package is a folder of the repository")
}

/// All files of the repository, relative to its root: tracked ones, and new ones that are not ignored.
pub fn files() -> Result<Vec<PathBuf>> {
    let listing = Command::new("git")
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .current_dir(root())
        .output()
        .context("start git to list the files of the repository")?;
    ensure!(
        listing.status.success(),
        "git could not list the files of the repository: {}",
        String::from_utf8_lossy(&listing.stderr)
    );
    let names = String::from_utf8(listing.stdout).context("file names are UTF-8")?;
    let files: Vec<PathBuf> = names
        .split_terminator('\0')
        .map(PathBuf::from)
        // A file deleted in the work tree stays listed until the deletion is recorded.
        .filter(|file| root().join(file).is_file())
        .collect();
    ensure!(
        !files.is_empty(),
        "git lists no file under {}",
        root().display()
    );
    Ok(files)
}

/// The text of one file; bytes that are no text show as replacement characters.
pub fn read(file: &Path) -> Result<String> {
    let bytes =
        std::fs::read(root().join(file)).with_context(|| format!("read {}", file.display()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The extension of a file, or nothing.
pub fn extension(file: &Path) -> &str {
    file.extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or_default()
}

/// Fails with all findings at once, so that one run shows everything there is to mend.
pub fn expect_none(rule: &str, findings: &[String]) -> Result<()> {
    ensure!(findings.is_empty(), "{rule}:\n  {}", findings.join("\n  "));
    Ok(())
}
