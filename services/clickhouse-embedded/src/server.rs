//! The life of a server: open, serve, stop in order.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::engine::{Engine, Options};
use crate::http::{Shared, router};
use crate::{Config, Error, library};

/// A server that is open: the engine runs and the address is bound. Nothing is answered before [`run`](Server::run).
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    shared: Arc<Shared>,
    sessions: u32,
    grace: Duration,
}

/// Opens a server and runs it until `shutdown`.
///
/// # Errors
/// As [`Server::open`] and [`Server::run`].
pub async fn serve(
    config: Config,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Error> {
    Server::open(config).await?.run(shutdown).await
}

impl Server {
    /// Binds the address, takes the data folder and opens the engine on it.
    ///
    /// # Errors
    /// [`Error::Listen`], [`Error::LibraryNotFound`], [`Error::LoadLibrary`], [`Error::DataFolder`], [`Error::InUse`]
    /// after `config.lock_wait`, [`Error::OpenEngine`], [`Error::FirstQuery`].
    pub async fn open(config: Config) -> Result<Self, Error> {
        let Config {
            data,
            listen,
            library,
            connections,
            waiting_max,
            memory_max_bytes,
            idle_timeout,
            grace,
            lock_wait,
        } = config;
        let library = library::find(library.as_deref())?;
        // The address first: a port that is taken is told at once, without opening the folder.
        let listening = |source| Error::Listen { listen, source };
        let listener = TcpListener::bind(listen).await.map_err(listening)?;
        let address = listener.local_addr().map_err(listening)?;

        let options = Options {
            data,
            library,
            memory_max_bytes,
            lock_wait,
        };
        let engine = tokio::task::spawn_blocking(move || Engine::open(&options))
            .await
            .expect("opening the engine does not panic")?;
        let sessions = u32::try_from(connections.max(1))
            .unwrap_or(u32::MAX)
            .min(1024);
        let shared = Shared {
            engine: Arc::new(engine),
            sessions: Arc::new(Semaphore::new(sessions as usize)),
            waiting: AtomicUsize::new(0),
            waiting_max,
            idle_timeout,
            queries: AtomicU64::new(0),
        };
        Ok(Self {
            listener,
            address,
            shared: Arc::new(shared),
            sessions,
            grace,
        })
    }

    /// The address it listens on, with the real port.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Answers requests until `shutdown`, lets running statements end for at most `config.grace`, and closes the engine.
    ///
    /// # Errors
    /// [`Error::Serve`] when listening breaks off by itself.
    pub async fn run(
        self,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), Error> {
        let Self {
            listener,
            shared,
            sessions,
            grace,
            ..
        } = self;
        let (stop, mut stopping) = watch::channel(None);
        let serving =
            axum::serve(listener, router(Arc::clone(&shared))).with_graceful_shutdown(async move {
                shutdown.await;
                stop.send_replace(Some(Instant::now() + grace));
            });
        let grace_over = async {
            match stopping
                .wait_for(Option::is_some)
                .await
                .map(|deadline| *deadline)
            {
                Ok(Some(deadline)) => sleep_until(deadline).await,
                _ => std::future::pending().await,
            }
        };
        let served = tokio::select! {
            served = serving => served.map_err(Error::Serve),
            () = grace_over => Ok(()),
        };
        close(&shared, sessions, Instant::now() + grace).await;
        served
    }
}

/// The engine may only be closed when no session is left; statements that outlast the grace are given up, and then the
/// end of the process stops the engine, which is as safe as a power cut.
async fn close(shared: &Shared, sessions: u32, deadline: Instant) {
    match timeout_at(deadline, shared.sessions.acquire_many(sessions)).await {
        Ok(_) => {
            let engine = Arc::clone(&shared.engine);
            let closed = tokio::task::spawn_blocking(move || engine.close()).await;
            tracing::info!(clean = closed.is_ok(), "clickhouse engine closed");
        }
        Err(_) => tracing::warn!(
            "statements are still running; the engine is left to the end of the process"
        ),
    }
}
