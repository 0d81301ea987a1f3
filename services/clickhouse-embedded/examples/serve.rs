//! Serves a data folder, for trying things out and for this crate's tests, which start it as a process:
//! `serve --data DIR --listen ADDRESS [--library FILE] [--idle-ms N] [--lock-wait-ms N]
//! [--remove-data yes]`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use mingjing_clickhouse_embedded::{Config, Error, Server, child};

#[tokio::main]
async fn main() -> ExitCode {
    let (config, remove_data) = match options() {
        Ok(options) => options,
        Err(problem) => {
            eprintln!("{problem}");
            return ExitCode::FAILURE;
        }
    };
    let data = config.data.clone();
    let served = run(config).await;
    if remove_data && let Err(error) = std::fs::remove_dir_all(&data) {
        eprintln!("could not remove {}: {error}", data.display());
    }
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut source: Option<&dyn std::error::Error> = Some(&error);
            while let Some(error) = source {
                eprintln!("{error}");
                source = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

async fn run(config: Config) -> Result<(), Error> {
    let grace = config.grace * 2;
    let server = Server::open(config).await?;
    child::announce(server.local_addr()).map_err(Error::Serve)?;
    server.run(child::parent_gone(grace)).await
}

/// The configuration, and whether the data are removed at the end.
fn options() -> Result<(Config, bool), String> {
    let mut remove_data = false;
    let mut config = Config::new("data", SocketAddr::from(([127, 0, 0, 1], 8123)));
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments
            .next()
            .ok_or_else(|| format!("{name} needs a value"))?;
        let milliseconds = || {
            value
                .parse()
                .map(Duration::from_millis)
                .map_err(|_| format!("{name}: {value} is no number"))
        };
        match name.as_str() {
            "--data" => config.data = value.into(),
            "--listen" => {
                config.listen = value
                    .parse()
                    .map_err(|_| format!("{value} is not like 127.0.0.1:8123"))?
            }
            "--library" => config.library = Some(PathBuf::from(value)),
            "--remove-data" => remove_data = value == "yes",
            "--idle-ms" => config.idle_timeout = milliseconds()?,
            "--lock-wait-ms" => config.lock_wait = milliseconds()?,
            _ => return Err(format!("unknown option {name}")),
        }
    }
    Ok((config, remove_data))
}
