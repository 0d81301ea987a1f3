//! Where things lie: the data outside the repository, the definitions here, the program beside the tests.

use std::path::{Path, PathBuf};

pub use mingjing_tests::program::program;

/// The folder with the real logs. A relative path counts from the top of the repository.
pub fn data() -> PathBuf {
    let named = std::env::var_os("MINGJING_REAL_LOGS").unwrap_or_else(|| "../shared/data".into());
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(named)
}

/// This folder: definitions, mappings and summaries.
pub fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("real-logs")
}
