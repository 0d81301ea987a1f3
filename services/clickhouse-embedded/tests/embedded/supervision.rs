//! The child process and its supervisor.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::Duration;

use clickhouse::Client;
use mingjing_clickhouse_embedded::child::{Child, Error, Spec, State};

use crate::support::{eventually, kill_9, program, run, spec, start};

#[test]
fn a_killed_child_comes_back_on_the_same_address() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let child = start(folder.path(), &[]).await;
        let (address, client) = (child.address(), Client::default().with_url(child.url()));
        assert_ne!(address.port(), 0);
        for restarts in 1..=2 {
            let State::Running { pid } = *child.state().borrow() else {
                panic!("the child is down")
            };
            kill_9(pid);
            let mut state = child.state();
            state
                .wait_for(|state| matches!(state, State::Running { pid: new } if *new != pid))
                .await
                .unwrap();
            assert_eq!((child.restarts(), child.address()), (restarts, address));
            assert_eq!(client.query("SELECT 1").fetch_one::<u8>().await.unwrap(), 1);
        }
        child.stop().await;
        assert!(TcpStream::connect(address).is_err());
    });
}

#[test]
fn a_child_that_is_dropped_stops_and_lets_go_of_the_folder() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let child = start(folder.path(), &[]).await;
        let mut state = child.state();
        drop(child);
        state
            .wait_for(|state| *state == State::Stopped)
            .await
            .unwrap();
        start(folder.path(), &["--lock-wait-ms", "0"])
            .await
            .stop()
            .await;
    });
}

#[test]
fn a_child_whose_parent_is_killed_ends_by_itself() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        spec(folder.path(), &[]);
        // The parent is a shell that holds the other end of the child's stdin.
        let script = "mkfifo \"$1/stdin\"; MINGJING_CLICKHOUSE_SUPERVISED=1 \"$2\" --data \"$1/data\" --listen 127.0.0.1:0 <\"$1/stdin\" &
                      exec 3>\"$1/stdin\"; echo \"child $!\"; wait";
        let mut parent = Command::new("bash")
            .args(["-c", script, "parent"])
            .arg(folder.path())
            .arg(program())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(parent.stdout.take().unwrap())
            .lines()
            .map(Result::unwrap);
        let mut word = |name: &str| {
            lines
                .by_ref()
                .find_map(|line| line.strip_prefix(name).map(str::to_owned))
                .unwrap()
        };
        let child = word("child ");
        let address = word("listening ");

        kill_9(parent.id());
        parent.wait().unwrap();

        eventually(false, async || TcpStream::connect(&address).is_ok()).await;
        eventually(false, async || {
            std::path::Path::new(&format!("/proc/{child}/exe")).exists()
        })
        .await;
        start(&folder.path().join("data"), &["--lock-wait-ms", "0"])
            .await
            .stop()
            .await;
    });
}

#[test]
fn a_child_that_cannot_start_is_an_error_at_once() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let ended = Child::start(spec(folder.path(), &["--no-such-option", "x"])).await;
        assert!(matches!(ended, Err(Error::Ended { status }) if !status.success()));

        let nowhere = Spec {
            program: folder.path().join("nowhere"),
            ..spec(folder.path(), &[])
        };
        assert!(matches!(
            Child::start(nowhere).await,
            Err(Error::Spawn { .. })
        ));

        let silent = Spec {
            program: "bash".into(),
            arguments: ["-c", "exec sleep 1000"].map(Into::into).to_vec(),
            start_timeout: Duration::from_millis(200),
            ..spec(folder.path(), &[])
        };
        assert!(matches!(
            Child::start(silent).await,
            Err(Error::Silent { .. })
        ));
    });
}
