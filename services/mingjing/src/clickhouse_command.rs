//! `mingjing clickhouse`: ClickHouse's HTTP interface from the embedded engine, alone.
//!
//! Run by a person it stops at Ctrl-C or SIGTERM; run as the child of `mingjing up` it also stops when its parent is gone.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context;
use mingjing_clickhouse_embedded::{Config, Server, child};
use tokio::signal::unix::{SignalKind, signal};

/// Options of `mingjing clickhouse`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The data folder; made when it is not there.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The address to listen on; port 0 takes a free one. There is no password: keep it on this machine.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8123")]
    listen: SocketAddr,
    /// The libchdb.so to load. MINGJING_LIBCHDB goes before it; without both the one from deploy/setup/libchdb.sh is used.
    #[arg(long, value_name = "FILE")]
    library: Option<PathBuf>,
}

/// Serves until a signal, or the end of the parent process, stops it. Says `listening ADDR` on stdout once it answers.
///
/// # Errors
/// When the library, the data folder or the address cannot be had.
pub async fn run(args: Args) -> anyhow::Result<()> {
    let config = Config {
        library: args.library,
        ..Config::new(args.data, args.listen)
    };
    let grace = config.grace * 2;
    let mut interrupt = signal(SignalKind::interrupt()).context("watch for SIGINT")?;
    let mut terminate = signal(SignalKind::terminate()).context("watch for SIGTERM")?;
    let shutdown = async move {
        let why = tokio::select! {
            _ = interrupt.recv() => "SIGINT",
            _ = terminate.recv() => "SIGTERM",
            () = child::parent_gone(grace) => "the parent process ended or asked",
        };
        tracing::info!(why, "stopping clickhouse");
    };

    let server = Server::open(config)
        .await
        .context("open the embedded clickhouse")?;
    child::announce(server.local_addr()).context("say the address on stdout")?;
    server.run(shutdown).await.context("serve clickhouse")
}
