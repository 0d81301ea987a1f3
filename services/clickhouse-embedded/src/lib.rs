//! ClickHouse's HTTP interface on one machine, served from libchdb, the ClickHouse engine as a library.
//!
//! ```text
//! client ── HTTP ──▶ http ── request, statement ──▶ work (one blocking thread a request) ── ffi ──▶ libchdb
//!                      ◀── answer ── bounded channels ──┘         └── a session of its own: settings, database
//! ```
//!
//! Rules it keeps:
//! - an INSERT answered with 200 is stored and synced to disk; one whose body was cut off stores nothing, as long as it
//!   fits into one block (256 MiB in memory or 16 Mi rows; a longer one is stored block by block, as in ClickHouse);
//! - every request is a session of its own, and nothing of one is seen by the next;
//! - a statement is kept to databases and tables, away from the files and the network of this machine;
//! - one process holds a data folder.
//!
//! It serves one machine's own processes: there is one user without a password, so it belongs on a loopback address.
//! Deliberately absent: sessions across requests, compression, external data tables, TLS, system logs.
//! [`child::Child`] runs it as a child process that is started again when it dies.

pub mod child;
pub mod library;

mod abandoned;
mod answer;
mod configuration;
mod engine;
mod exception;
mod ffi;
mod guard;
mod http;
mod lexer;
mod pieces;
mod request;
mod server;
mod statement;
mod work;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

pub use server::{Server, serve};

/// What a server runs with.
#[derive(Clone, Debug)]
pub struct Config {
    /// The data folder; made when it is not there.
    pub data: PathBuf,
    /// The address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The library to load, unless `MINGJING_LIBCHDB` names another; see [`library::find`].
    pub library: Option<PathBuf>,
    /// How many statements run at once; at least 1. Each takes a thread while it runs.
    pub connections: usize,
    /// How many requests may wait for their turn; one more is answered with 429.
    pub waiting_max: usize,
    /// The most memory the engine may use, in bytes; `None`: 40 % of the machine's.
    pub memory_max_bytes: Option<u64>,
    /// How long a client may take over one piece of a body, either way.
    pub idle_timeout: Duration,
    /// How long running statements may take to end once the server is to stop.
    pub grace: Duration,
    /// How long to wait at the start for another process to let go of the data folder.
    pub lock_wait: Duration,
}

impl Config {
    /// A server for one machine on `data`.
    pub fn new(data: impl Into<PathBuf>, listen: SocketAddr) -> Self {
        Self {
            data: data.into(),
            listen,
            library: None,
            connections: 8,
            waiting_max: 256,
            memory_max_bytes: None,
            idle_timeout: Duration::from_secs(60),
            grace: Duration::from_secs(20),
            lock_wait: Duration::from_secs(30),
        }
    }
}

/// Why a server could not start or go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// libchdb is nowhere.
    #[error(transparent)]
    LibraryNotFound(#[from] library::NotFound),
    /// libchdb is there and cannot be loaded: another system, or another version.
    #[error("could not load {}", path.display())]
    LoadLibrary {
        /// The library.
        path: PathBuf,
        /// What the loader says.
        source: libloading::Error,
    },
    /// The data folder cannot be made or read.
    #[error("could not use the data folder {}", path.display())]
    DataFolder {
        /// The folder or a file in it.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Another process holds the data folder.
    #[error("the data folder {} is in use by another process", path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// The engine does not start on the data folder.
    #[error("the engine could not open the data folder {}; its log on stderr says why", path.display())]
    OpenEngine {
        /// The folder.
        path: PathBuf,
    },
    /// The engine started and does not answer.
    #[error("the engine does not answer: {text}")]
    FirstQuery {
        /// What the engine says.
        text: String,
    },
    /// The address cannot be listened on.
    #[error("could not listen on {listen}")]
    Listen {
        /// The address.
        listen: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// Serving ended by itself.
    #[error("could not go on serving")]
    Serve(#[source] io::Error),
}
