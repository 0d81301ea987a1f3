//! A server as a supervised child process.
//!
//! The child gets its address by `--listen`, says `listening ADDRESS` on stdout once it can answer, and watches its
//! stdin: when the pipe closes, its parent is gone (even by `kill -9`) or wants it to stop, and it stops in order. So no
//! orphan holds the data folder, and no signal is needed. The address, once known, stays the same over restarts.
//!
//! [`Child`] is the parent's side; [`announce`] and [`parent_gone`] are the child's.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{ChildStdin, ChildStdout, Command};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

/// Set by [`Child`] for the process it starts: stdin is a pipe to the parent.
const SUPERVISED_VARIABLE: &str = "MINGJING_CLICKHOUSE_SUPERVISED";
const ANNOUNCEMENT: &str = "listening ";
const BACKOFF_MIN: Duration = Duration::from_millis(100);
const BACKOFF_MAX: Duration = Duration::from_secs(10);
/// A child that has lived this long is not failing at its start: the backoff begins anew.
const SETTLED: Duration = Duration::from_secs(60);
/// Between two questions whether a started child answers.
const PROBE_INTERVAL: Duration = Duration::from_millis(20);

/// What to start and how long to wait for it.
#[derive(Clone, Debug)]
pub struct Spec {
    /// The program, usually this process's own executable.
    pub program: PathBuf,
    /// Its arguments without `--listen`, such as `clickhouse --data DIR`.
    pub arguments: Vec<OsString>,
    /// The address to listen on; port 0 takes a free one and keeps it.
    pub listen: SocketAddr,
    /// How long a start may take until `SELECT 1` is answered; a large data folder takes a while.
    pub start_timeout: Duration,
    /// How long the child may take to stop before it is killed.
    pub grace: Duration,
}

impl Spec {
    /// A child that runs `program arguments --listen ADDRESS`.
    pub fn new(
        program: impl Into<PathBuf>,
        arguments: impl IntoIterator<Item = impl Into<OsString>>,
        listen: SocketAddr,
    ) -> Self {
        Self {
            program: program.into(),
            arguments: arguments.into_iter().map(Into::into).collect(),
            listen,
            start_timeout: Duration::from_secs(120),
            grace: Duration::from_secs(30),
        }
    }
}

/// What the child is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It answers.
    Running {
        /// Its process id.
        pid: u32,
    },
    /// It died and is being started again.
    Down,
    /// It was stopped for good.
    Stopped,
}

/// Why a child did not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The program cannot be run.
    #[error("could not run {}", program.display())]
    Spawn {
        /// The program.
        program: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It ended before it answered; it has said why on stderr.
    #[error("the clickhouse child ended at its start ({status}); what it wrote on stderr says why")]
    Ended {
        /// How it ended.
        status: ExitStatus,
    },
    /// It did not answer in time and was killed.
    #[error("the clickhouse child did not answer within {} s", waited.as_secs())]
    Silent {
        /// How long it was given.
        waited: Duration,
    },
    /// Its pipes broke.
    #[error("could not talk to the clickhouse child")]
    Pipe(#[source] io::Error),
}

/// A server in a child process, started again whenever it dies. Dropped, it is stopped in the background.
pub struct Child {
    address: SocketAddr,
    restarts: Arc<AtomicU64>,
    state: watch::Receiver<State>,
    /// Dropping it stops the child.
    stop: oneshot::Sender<()>,
    supervisor: JoinHandle<()>,
}

impl Child {
    /// Starts the child and waits until it answers `/ping` and `SELECT 1`.
    ///
    /// # Errors
    /// [`Error`], when the first start fails. Later ones are tried again until they work.
    pub async fn start(mut spec: Spec) -> Result<Self, Error> {
        let process = Process::start(&spec).await?;
        spec.listen = process.address;
        let address = process.address;
        let restarts = Arc::new(AtomicU64::new(0));
        let (told, state) = watch::channel(State::Running { pid: process.pid });
        let (stop, stopped) = oneshot::channel();
        let supervisor = tokio::spawn(supervise(
            spec,
            process,
            Arc::clone(&restarts),
            told,
            stopped,
        ));
        Ok(Self {
            address,
            restarts,
            state,
            stop,
            supervisor,
        })
    }

    /// Where it listens, the same over restarts.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://ADDRESS`, for the `clickhouse` crate.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How often it was started again.
    pub fn restarts(&self) -> u64 {
        self.restarts.load(Ordering::Relaxed)
    }

    /// The same, for one who goes on asking without holding the child.
    pub fn restarts_seen(&self) -> impl Fn() -> u64 + Send + Sync + use<> {
        let restarts = Arc::clone(&self.restarts);
        move || restarts.load(Ordering::Relaxed)
    }

    /// What it is doing, to look at or to wait on.
    pub fn state(&self) -> watch::Receiver<State> {
        self.state.clone()
    }

    /// Stops it in order, and by force after the grace. Returns when it is gone.
    pub async fn stop(self) {
        drop(self.stop);
        if self.supervisor.await.is_err() {
            tracing::error!("the supervisor of the clickhouse child broke off");
        }
    }
}

async fn supervise(
    spec: Spec,
    mut process: Process,
    restarts: Arc<AtomicU64>,
    state: watch::Sender<State>,
    mut stopped: oneshot::Receiver<()>,
) {
    let mut backoff = BACKOFF_MIN;
    loop {
        let started = Instant::now();
        let status = tokio::select! {
            _ = &mut stopped => return finish(process, spec.grace, &state).await,
            status = process.ended() => status,
        };
        state.send_replace(State::Down);
        if started.elapsed() >= SETTLED {
            backoff = BACKOFF_MIN;
        }
        tracing::warn!(pid = process.pid, %status, "clickhouse child died, starting it again");
        process = loop {
            tokio::select! {
                _ = &mut stopped => {
                    state.send_replace(State::Stopped);
                    return;
                }
                () = sleep(backoff) => {}
            }
            backoff = (backoff * 2).min(BACKOFF_MAX);
            restarts.fetch_add(1, Ordering::Relaxed);
            // Dropped half-way, the process is killed.
            let restarted = tokio::select! {
                _ = &mut stopped => {
                    state.send_replace(State::Stopped);
                    return;
                }
                restarted = Process::start(&spec) => restarted,
            };
            match restarted {
                Ok(process) => break process,
                Err(error) => {
                    tracing::error!(%error, retry_in = ?backoff, "clickhouse child did not start again")
                }
            }
        };
        tracing::info!(
            pid = process.pid,
            restarts = restarts.load(Ordering::Relaxed),
            "clickhouse child runs again"
        );
        state.send_replace(State::Running { pid: process.pid });
    }
}

async fn finish(mut process: Process, grace: Duration, state: &watch::Sender<State>) {
    // Closing its stdin is the request to stop.
    drop(process.input.take());
    if timeout(grace, process.ended()).await.is_err() {
        tracing::warn!(
            pid = process.pid,
            "clickhouse child did not stop in time and is killed"
        );
        if let Err(error) = process.child.kill().await {
            tracing::error!(%error, "could not kill the clickhouse child");
        }
    }
    state.send_replace(State::Stopped);
}

/// One life of the child. Killed on drop.
struct Process {
    child: tokio::process::Child,
    pid: u32,
    address: SocketAddr,
    /// Held here because waiting for a child closes what it holds of it.
    input: Option<ChildStdin>,
    output: Lines<BufReader<ChildStdout>>,
}

impl Process {
    async fn start(spec: &Spec) -> Result<Self, Error> {
        let mut command = Command::new(&spec.program);
        command
            .args(&spec.arguments)
            .arg("--listen")
            .arg(spec.listen.to_string())
            .env(SUPERVISED_VARIABLE, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // A group of its own: Ctrl-C in a terminal stops the parent, which stops the child when it is done with it.
            .process_group(0)
            .kill_on_drop(true);
        let mut child = command.spawn().map_err(|source| Error::Spawn {
            program: spec.program.clone(),
            source,
        })?;
        let pid = child
            .id()
            .expect("a child that was not waited for has an id");
        let stdout = child.stdout.take().expect("stdout is piped");
        let input = child.stdin.take();
        let process = Self {
            child,
            pid,
            address: spec.listen,
            input,
            output: BufReader::new(stdout).lines(),
        };
        timeout(spec.start_timeout, process.ready())
            .await
            .unwrap_or(Err(Error::Silent {
                waited: spec.start_timeout,
            }))
    }

    async fn ready(mut self) -> Result<Self, Error> {
        self.address = loop {
            match self.output.next_line().await.map_err(Error::Pipe)? {
                Some(line) => match line
                    .strip_prefix(ANNOUNCEMENT)
                    .and_then(|address| address.parse().ok())
                {
                    Some(address) => break address,
                    None => tracing::debug!(line, "clickhouse child says"),
                },
                None => {
                    return Err(Error::Ended {
                        status: self.child.wait().await.map_err(Error::Pipe)?,
                    });
                }
            }
        };
        loop {
            tokio::select! {
                status = self.child.wait() => return Err(Error::Ended { status: status.map_err(Error::Pipe)? }),
                answers = answers(self.address) => if answers { return Ok(self) },
            }
            sleep(PROBE_INTERVAL).await;
        }
    }

    /// Waits for its end, reading what it still says so that it never blocks on a full pipe.
    async fn ended(&mut self) -> ExitStatus {
        loop {
            tokio::select! {
                status = self.child.wait() => return status.expect("waiting for an own child works"),
                line = self.output.next_line() => match line {
                    Ok(Some(line)) => tracing::debug!(line, "clickhouse child says"),
                    Ok(None) | Err(_) => return self.child.wait().await.expect("waiting for an own child works"),
                }
            }
        }
    }
}

/// Whether a server answers `/ping` and runs a statement.
async fn answers(address: SocketAddr) -> bool {
    for (path, expected) in [("/ping", "Ok.\n"), ("/?query=SELECT%201", "1\n")] {
        match ask(address, path).await {
            Ok(answer) if answer.starts_with("HTTP/1.1 200 ") && answer.ends_with(expected) => {}
            _ => return false,
        }
    }
    true
}

async fn ask(address: SocketAddr, path: &str) -> io::Result<String> {
    let mut connection = TcpStream::connect(address).await?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    connection.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await?;
    Ok(answer)
}

/// The child's side: says where it listens.
///
/// # Errors
/// When stdout is closed.
pub fn announce(address: SocketAddr) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{ANNOUNCEMENT}{address}")?;
    stdout.flush()
}

/// The child's side: ends when the parent closes the pipe or is gone. Never ends in a process that [`Child`] did not
/// start. If the process is then still there after `grace`, it is ended on the spot.
pub async fn parent_gone(grace: Duration) {
    if std::env::var_os(SUPERVISED_VARIABLE).is_none() {
        return std::future::pending().await;
    }
    let (gone, told) = oneshot::channel();
    // A thread and not a task: it must work even when the runtime is stuck.
    std::thread::spawn(move || {
        let mut stdin = io::stdin().lock();
        let mut buffer = [0; 64];
        while matches!(stdin.read(&mut buffer), Ok(length) if length > 0) {}
        // The receiver is gone when the process is stopping already.
        let _ = gone.send(());
        std::thread::sleep(grace);
        std::process::abort();
    });
    let _ = told.await;
}
