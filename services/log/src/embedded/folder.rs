//! The folder a log lives in: who holds it, and how it comes into being whole.
//!
//! ```text
//! lock             held by the process that has the log open; its process id inside
//! store/           the store of fjall
//! store.creating/  a store that is being made; renamed when it is complete, removed if it never was
//! ```

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Why a log could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it open, or this one has already.
    #[error("the log in {dir} is held by {holder}; one process at a time can have it open")]
    Locked {
        /// The log's folder.
        dir: PathBuf,
        /// The process that holds it, as far as it said so.
        holder: String,
    },
    /// The number of partitions is fixed when a log is created.
    #[error("the log in {dir} was created with {found} partitions, not {asked}")]
    PartitionCount {
        /// The log's folder.
        dir: PathBuf,
        /// The number it was created with.
        found: u16,
        /// The number asked for.
        asked: u16,
    },
    /// No log can have this number of partitions.
    #[error("a log has 1 to {limit} partitions, not {asked}")]
    InvalidPartitionCount {
        /// The number asked for.
        asked: u16,
        /// One for each slot at most.
        limit: u16,
    },
    /// The folder holds something this version cannot read.
    #[error("the store in {dir} is no log of this version: {found}")]
    UnknownFormat {
        /// The log's folder.
        dir: PathBuf,
        /// What it has instead.
        found: String,
    },
    /// The file system failed.
    #[error("{attempted} of the log in {dir} failed")]
    Io {
        /// What was to be done.
        attempted: &'static str,
        /// The log's folder.
        dir: PathBuf,
        /// The system's error.
        #[source]
        source: io::Error,
    },
    /// The store underneath failed or is damaged.
    #[error("{attempted} of the log in {dir} failed")]
    Storage {
        /// What was to be done.
        attempted: &'static str,
        /// The log's folder.
        dir: PathBuf,
        /// The store's own error.
        #[source]
        source: Arc<dyn std::error::Error + Send + Sync>,
    },
}

/// Attempts to take the lock, [`LOCK_PAUSE`] apart: a holder that is just closing needs a moment to let go.
const LOCK_ATTEMPTS: u32 = 20;
const LOCK_PAUSE: Duration = Duration::from_millis(25);

/// The folder's lock; the system lets it go when the process ends, however it ends.
#[derive(Debug)]
pub(super) struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Makes the folder if need be and takes its lock.
    pub(super) fn take(dir: &Path) -> Result<FolderLock, OpenError> {
        let failed = |attempted| {
            let dir = dir.to_owned();
            move |source| OpenError::Io {
                attempted,
                dir,
                source,
            }
        };
        fs::create_dir_all(dir).map_err(failed("making the folder"))?;
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(dir.join("lock"))
            .map_err(failed("opening the lock file"))?;
        for attempt in 1.. {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if attempt < LOCK_ATTEMPTS => {
                    std::thread::sleep(LOCK_PAUSE);
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(OpenError::Locked {
                        dir: dir.to_owned(),
                        holder: holder(&mut file),
                    });
                }
                Err(TryLockError::Error(source)) => return Err(failed("locking")(source)),
            }
        }
        name_holder(&mut file).map_err(failed("writing the lock file"))?;
        Ok(FolderLock { _file: file })
    }
}

fn holder(file: &mut File) -> String {
    let mut pid = String::new();
    match file.read_to_string(&mut pid) {
        Ok(_) if !pid.trim().is_empty() => format!("process {}", pid.trim()),
        _ => "another process".to_owned(),
    }
}

fn name_holder(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}

/// The folder of the store. If there is none, `make` fills a new one, which then takes its place in one step: a kill
/// at any moment leaves a complete store or none.
pub(super) fn store_folder(
    dir: &Path,
    make: impl FnOnce(&Path) -> Result<(), OpenError>,
) -> Result<PathBuf, OpenError> {
    let failed = |attempted| {
        move |source| OpenError::Io {
            attempted,
            dir: dir.to_owned(),
            source,
        }
    };
    let (store, creating) = (dir.join("store"), dir.join("store.creating"));
    if store
        .try_exists()
        .map_err(failed("looking for the store"))?
    {
        return Ok(store);
    }
    if creating
        .try_exists()
        .map_err(failed("looking for an unfinished store"))?
    {
        fs::remove_dir_all(&creating).map_err(failed("removing an unfinished store"))?;
    }
    make(&creating)?;
    fs::rename(&creating, &store).map_err(failed("naming the new store"))?;
    File::open(dir)
        .and_then(|d| d.sync_all())
        .map_err(failed("making the new store durable"))?;
    Ok(store)
}
