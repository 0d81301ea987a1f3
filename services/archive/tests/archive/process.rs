//! The archive as a process that can be killed: the test program itself, running only the "test" [`archive`].

use std::path::Path;
use std::process::Stdio;

use mingjing_store::{Config, Store};
use tokio::process::{Child, Command};

use crate::scenario;

const LOG: &str = "MINGJING_TEST_LOG";
const URL: &str = "MINGJING_TEST_URL";
const DATABASE: &str = "MINGJING_TEST_DATABASE";

#[test]
#[ignore = "no check: the archive, which the tests start as a process and kill"]
fn archive() {
    let read = |name| std::env::var(name).ok();
    let (Some(folder), Some(url), Some(database)) = (read(LOG), read(URL), read(DATABASE)) else {
        return;
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let log = scenario::open(Path::new(&folder)).await;
        let store = Store::connect(&Config {
            database,
            ..Config::local(url)
        });
        let running = scenario::start(log.clone(), &store, scenario::config());
        running.until_level(&log, &store).await;
        running.stop().await;
    });
}

/// Starts it. It ends when everything is archived.
pub fn start(log: &Path, database: &Config, url: &str) -> Child {
    command(log, database, url).spawn().unwrap()
}

/// Starts one that aborts itself when ClickHouse has taken so many inserts.
pub fn start_to_fail_at(log: &Path, database: &Config, inserts: u32) -> Child {
    let mut command = command(log, database, &database.url);
    command
        .env(mingjing_archive::FAIL_AT, inserts.to_string())
        .stderr(Stdio::null());
    command.spawn().unwrap()
}

fn command(log: &Path, database: &Config, url: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "process::archive", "--ignored", "--nocapture"])
        .env(LOG, log)
        .env(URL, url)
        .env(DATABASE, &database.database)
        .stdout(Stdio::null())
        .kill_on_drop(true);
    command
}
