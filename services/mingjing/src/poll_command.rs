//! `mingjing poll`: new rows of a department's front-end database to intake, as a source.

use std::convert::Infallible;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use mingjing_poll::{Config, Poller, RoundDone, router};
use prometheus::Registry;
use tokio::signal::unix::{SignalKind, signal};

use crate::{exchange_folder, telemetry};

/// Polls a department's PostgreSQL or MySQL front-end database.
#[derive(Debug, clap::Args)]
pub struct PollArgs {
    /// The settings (TOML); deploy/example/poll.toml is one.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// One round, and the end: for cron.
    #[arg(long)]
    once: bool,
    /// Read all rows again; what is known already counts once.
    #[arg(long)]
    again: bool,
    /// Where to listen; goes before the setting. Port 0 takes a free one.
    #[arg(long, value_name = "ADDR")]
    listen: Option<std::net::SocketAddr>,
}

/// After a failure the next round begins so much later, and twice as much each time, up to a minute.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Runs the command.
pub async fn run(args: PollArgs) -> anyhow::Result<()> {
    let name = args.config.display();
    let text = std::fs::read_to_string(&args.config)
        .with_context(|| format!("cannot read the settings {name}"))?;
    let config = Config::from_toml(&text).with_context(|| format!("the settings {name}"))?;
    telemetry::start(&config.log_filter, false)?;
    let secret = |variable: &str, what: &str| {
        std::env::var(variable)
            .with_context(|| format!("set the environment variable {variable}: {what}"))
    };
    let url = secret(
        &config.database.url_env,
        "the database's address, like postgres://reader:password@host/front or mysql://…",
    )?;
    let key = secret(&config.key_env, "the key that intake gave for the source")?;
    let preset = exchange_folder::preset(&config.preset)?;
    let (every, listen) = (config.read.every, args.listen.unwrap_or(config.listen));
    let registry = Registry::new();
    let mut poller = Poller::new(config, preset, url, key, &registry)?;
    if args.again {
        poller.forget_positions()?;
    }
    if args.once {
        println!("{}", told(&poller.round().await?));
        return Ok(());
    }
    let listener = tokio::net::TcpListener::bind(listen)
        .await
        .with_context(|| format!("cannot listen on {listen}"))?;
    println!("listening on http://{}", listener.local_addr()?);
    let operation = router(poller.status(), registry);
    let serving = tokio::spawn(async move { axum::serve(listener, operation).await });
    let mut terminated = signal(SignalKind::terminate())?;
    // A round that is broken off is begun again where it was: nothing has to be ended in order.
    tokio::select! {
        never = forever(poller, every) => match never {},
        _ = terminated.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    serving.abort();
    Ok(())
}

async fn forever(mut poller: Poller, every: Duration) -> Infallible {
    let mut pause = FIRST_PAUSE;
    loop {
        match poller.round().await {
            Ok(done) => {
                pause = FIRST_PAUSE;
                if done.taken > 0 || done.refused > 0 {
                    tracing::info!("{}", told(&done));
                }
                tokio::time::sleep(every).await;
            }
            Err(error) => {
                let error = format!("{:#}", anyhow::Error::from(error));
                tracing::error!(error, pause = ?pause, "a round failed");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}

fn told(done: &RoundDone) -> String {
    let mut text = format!("{} rows read, {} taken", done.read, done.taken);
    if done.held > 0 {
        text += &format!(
            "; {} are held, since they are refused or wait for refused ones of their case",
            done.held
        );
    }
    if let Some(until) = done.complete_until {
        text += &format!("; complete until {until}");
    }
    text
}
