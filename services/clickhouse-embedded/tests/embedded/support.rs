//! Servers and databases for the tests.

use std::future::Future;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use clickhouse::Client;
use mingjing_clickhouse_embedded::child::{Child, Spec};
use mingjing_clickhouse_embedded::library;
use tokio::runtime::Runtime;
use tokio::sync::OnceCell;
use tokio::time::{Instant, sleep, timeout};

/// Longer than anything here takes on a busy machine; a level not reached by then is a failure.
const PATIENCE: Duration = Duration::from_secs(60);

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());
static SHARED: OnceCell<Child> = OnceCell::const_new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// A database of one test on the shared server.
pub struct Database {
    pub url: String,
    pub name: String,
    /// A client whose database this is, with validation of rows on.
    pub client: Client,
}

/// Runs a test on the runtime that all tests share: the shared server's supervisor lives on it.
pub fn run(test: impl Future<Output = ()>) {
    RUNTIME.block_on(async {
        timeout(PATIENCE * 4, test)
            .await
            .expect("the test ends in time")
    });
}

/// Runs a test with a database of its own.
pub fn with_database(test: impl AsyncFnOnce(Database)) {
    run(async {
        let server = SHARED.get_or_init(shared).await;
        let name = format!("test_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
        let client = Client::default().with_url(server.url());
        client
            .query("CREATE DATABASE ?")
            .bind(clickhouse::sql::Identifier(&name))
            .execute()
            .await
            .unwrap();
        let client = client.with_database(&name);
        test(Database {
            url: server.url(),
            name,
            client,
        })
        .await;
    });
}

/// Lives to the end of the test process, whose statics are never dropped; the server then removes its folder itself.
async fn shared() -> Child {
    let folder = tempfile::tempdir().unwrap().keep();
    start(&folder, &["--remove-data", "yes"]).await
}

/// Starts a server on `data` and waits until it answers.
pub async fn start(data: &Path, options: &[&str]) -> Child {
    Child::start(spec(data, options)).await.unwrap()
}

pub fn spec(data: &Path, options: &[&str]) -> Spec {
    if let Err(missing) = library::find(None) {
        panic!("{missing}");
    }
    let mut arguments = vec!["--data", data.to_str().unwrap()];
    arguments.extend(options);
    Spec::new(program(), arguments, SocketAddr::from(([127, 0, 0, 1], 0)))
}

/// The example `serve`, which cargo builds beside the tests.
pub fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let program = test
        .parent()
        .unwrap()
        .parent()
        .unwrap()
        .join("examples/serve");
    assert!(
        program.is_file(),
        "{} is not built; run all targets of this crate's tests",
        program.display()
    );
    program
}

/// Asks again until the answer is the one waited for.
pub async fn eventually<T: PartialEq + std::fmt::Debug>(
    expected: T,
    mut ask: impl AsyncFnMut() -> T,
) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let answer = ask().await;
        if answer == expected {
            return;
        }
        assert!(
            Instant::now() < deadline,
            "still {answer:?}, not {expected:?}"
        );
        sleep(Duration::from_millis(10)).await;
    }
}

pub fn kill_9(pid: u32) {
    assert!(
        Command::new("kill")
            .args(["-9", &pid.to_string()])
            .status()
            .unwrap()
            .success()
    );
}

pub async fn count(client: &Client, table: &str) -> u64 {
    client
        .query(&format!("SELECT count() FROM {table}"))
        .fetch_one()
        .await
        .unwrap()
}
