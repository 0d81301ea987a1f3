//! The real engine behind its real HTTP interface, for tests: a child process, because a process that has loaded
//! the engine does not end cleanly while the engine runs.
//!
//! The child is the test program itself, running only the "test" [`serve`]. It ends when its parent does. The
//! tests of the archive, of inspections, of the demo and on real logs use this file too.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use mingjing_clickhouse_embedded as embedded;
use mingjing_clickhouse_embedded::child::{Child, Spec};
use mingjing_store::Config;

/// Tells the child its address and, after a blank, its folder; without one it makes its own and removes it.
const SERVE: &str = "MINGJING_TEST_SERVE";

#[test]
#[ignore = "no check: the engine, which the tests start as a child process"]
fn serve() {
    let Ok(place) = std::env::var(SERVE) else {
        return;
    };
    let (address, folder) = place.split_once(' ').unwrap();
    let own = tempfile::tempdir().unwrap();
    let folder = if folder.is_empty() {
        own.path()
    } else {
        Path::new(folder)
    };
    let config = embedded::Config::new(folder, address.parse().unwrap());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let server = embedded::Server::open(config).await.unwrap();
        // Ends the line that the test harness may have begun.
        println!();
        embedded::child::announce(server.local_addr()).unwrap();
        server
            .run(embedded::child::parent_gone(Duration::from_secs(20)))
            .await
            .unwrap();
    });
    drop(own);
    // The harness has nobody left to report to.
    std::process::exit(0);
}

/// How the test program calls [`serve`], wherever in it this file was taken in.
fn serve_as_listed() -> String {
    let (_, inside) = module_path!()
        .split_once("::")
        .expect("this file is a module of the test program");
    format!("{inside}::serve")
}

/// An engine of one's own; it is started again when it is killed.
pub async fn start(folder: Option<&Path>) -> Child {
    // The supervisor adds `--listen ADDRESS`, which a test program would take for options of its own.
    let command = format!(
        "{SERVE}=\"$3 $1\" exec \"$0\" --exact {} --ignored --nocapture --test-threads=2",
        serve_as_listed()
    );
    let test_program = std::env::current_exe().expect("a test is a program");
    let folder = folder.map_or(OsString::new(), OsString::from);
    let arguments: [OsString; 4] = ["-c".into(), command.into(), test_program.into(), folder];
    let spec = Spec::new("/bin/sh", arguments, SocketAddr::from(([127, 0, 0, 1], 0)));
    Child::start(spec)
        .await
        .expect("libchdb is there: run deploy/setup/libchdb.sh")
}

/// Where the engine answers that all tests of this run share. It is watched from a thread of its own, because each
/// test has its own runtime.
pub fn address() -> SocketAddr {
    static ADDRESS: OnceLock<SocketAddr> = OnceLock::new();
    *ADDRESS.get_or_init(|| {
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().expect("a runtime");
            runtime.block_on(async {
                let child = start(None).await;
                tell.send(child.address()).expect("somebody waits");
                std::future::pending::<()>().await;
            });
        });
        told.recv().expect("the engine started")
    })
}

/// Where a test's own database is.
pub fn config() -> Config {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let database = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
    Config {
        database,
        ..Config::local(format!("http://{}", address()))
    }
}
