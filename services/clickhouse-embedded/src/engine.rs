//! The engine on a data folder: one process holds the folder, the engine is configured, sessions are opened.
//!
//! The folder holds `engine/` (ClickHouse's own files), `config/` (written anew at every start) and `lock`. Every
//! request gets a session of its own: opening and closing one takes 0.2 ms, and a session that is thrown away cannot
//! leak its settings, current database or temporary tables into the next request. One session stays open for as long
//! as the engine does, because the engine stops with its last session.

use std::ffi::CString;
use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::exception::Exception;
use crate::ffi::{Api, Connection};
use crate::{Error, configuration};

/// How often a lock held by another process is tried again.
const LOCK_RETRY: Duration = Duration::from_millis(50);

/// What the engine is opened with.
pub(crate) struct Options {
    /// The data folder; made when it is not there.
    pub data: PathBuf,
    /// The library to load.
    pub library: PathBuf,
    /// The most memory the engine may use, in bytes; `None` for the share in [`configuration`].
    pub memory_max_bytes: Option<u64>,
    /// How long to wait for another process to let go of the folder.
    pub lock_wait: Duration,
}

/// An engine that runs. It stops when the last session is closed.
pub(crate) struct Engine {
    api: Arc<Api>,
    arguments: Vec<CString>,
    /// The session that keeps the engine alive; `None` once closed.
    anchor: Mutex<Option<Connection>>,
    /// ClickHouse's version and time zone, for the headers of answers.
    pub facts: Facts,
    /// Last, so that the lock is let go of after the engine has stopped.
    _lock: File,
}

/// What the engine says of itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    /// ClickHouse's version, such as `26.7.2.1`.
    pub version: String,
    /// The server's time zone, such as `Asia/Shanghai`.
    pub timezone: String,
}

impl Engine {
    /// Locks the data folder, loads the library and opens the engine. Blocks for about 0.5 s, longer with many tables.
    pub fn open(options: &Options) -> Result<Self, Error> {
        let folder = |source| Error::DataFolder {
            path: options.data.clone(),
            source,
        };
        fs::create_dir_all(&options.data).map_err(folder)?;
        // ClickHouse compares paths as text, so every session must name the same absolute one.
        let data = fs::canonicalize(&options.data).map_err(folder)?;
        let lock = lock(&data.join("lock"), options.lock_wait)?;
        let config_file =
            configuration::write(&data.join("config"), options.memory_max_bytes).map_err(folder)?;

        let started = Instant::now();
        let api = Api::load(&options.library).map_err(|source| Error::LoadLibrary {
            path: options.library.clone(),
            source,
        })?;
        let loaded = started.elapsed();
        let arguments = arguments(&data.join("engine"), &config_file)?;
        let mut anchor =
            Connection::open(&api, &arguments).ok_or(Error::OpenEngine { path: data.clone() })?;
        let facts = facts(&mut anchor).map_err(|exception| Error::FirstQuery {
            text: exception.text,
        })?;
        tracing::info!(
            library = %options.library.display(),
            libchdb = api.version(),
            clickhouse = facts.version,
            data = %data.display(),
            load_ms = loaded.as_millis(),
            open_ms = (started.elapsed() - loaded).as_millis(),
            "clickhouse engine opened"
        );
        Ok(Self {
            api,
            arguments,
            anchor: Mutex::new(Some(anchor)),
            facts,
            _lock: lock,
        })
    }

    /// Opens a session of its own for one request.
    pub fn connect(&self) -> Result<Connection, Exception> {
        let refused =
            || Exception::from_engine("the engine is stopping or refused a new session".to_owned());
        // Without the anchor a session would open the engine again, while it is being closed.
        if self
            .anchor
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_none()
        {
            return Err(refused());
        }
        Connection::open(&self.api, &self.arguments).ok_or_else(refused)
    }

    /// Closes the last session, which stops the engine: it ends its merges and writes its files. All sessions of
    /// requests must be closed before.
    pub fn close(&self) {
        let anchor = self
            .anchor
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        drop(anchor);
    }
}

fn facts(anchor: &mut Connection) -> Result<Facts, Exception> {
    let output = anchor.query(b"SELECT version(), timezone()", "TabSeparatedRaw", &[])?;
    let text = String::from_utf8_lossy(&output.bytes);
    let mut fields = text.trim_end().split('\t').map(str::to_owned);
    Ok(Facts {
        version: fields.next().unwrap_or_default(),
        timezone: fields.next().unwrap_or_default(),
    })
}

fn arguments(engine_folder: &Path, config_file: &Path) -> Result<Vec<CString>, Error> {
    let option = |name: &str, path: &Path| {
        let mut bytes = name.as_bytes().to_vec();
        bytes.extend_from_slice(path.as_os_str().as_bytes());
        CString::new(bytes).map_err(|_| Error::DataFolder {
            path: path.to_path_buf(),
            source: io::Error::new(io::ErrorKind::InvalidInput, "the path holds a NUL byte"),
        })
    };
    Ok(vec![
        c"mingjing-clickhouse".to_owned(),
        option("--path=", engine_folder)?,
        option("--config-file=", config_file)?,
    ])
}

/// Takes the folder for this process, waiting up to `wait`: a predecessor that is stopping needs a moment.
fn lock(path: &Path, wait: Duration) -> Result<File, Error> {
    let folder = |source| Error::DataFolder {
        path: path.to_path_buf(),
        source,
    };
    let file = File::options()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(path)
        .map_err(folder)?;
    let deadline = Instant::now() + wait;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => thread::sleep(LOCK_RETRY),
            Err(TryLockError::WouldBlock) => {
                return Err(Error::InUse {
                    path: path.parent().unwrap_or(path).to_path_buf(),
                });
            }
            Err(TryLockError::Error(source)) => return Err(folder(source)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_held_is_refused_after_the_wait_and_taken_once_it_is_free() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let held = lock(&path, Duration::ZERO).unwrap();

        assert!(
            matches!(lock(&path, Duration::from_millis(1)), Err(Error::InUse { path }) if path == folder.path())
        );
        drop(held);
        lock(&path, Duration::ZERO).unwrap();
    }
}
