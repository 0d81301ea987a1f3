//! Stands between the archive and the engine and cuts a connection at a chosen insert.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Where in an insert to cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Before the engine has seen it.
    Before,
    /// After the engine has taken it, before the archive is told.
    After,
}

/// An insert at which to cut: the n-th into a table, from 1.
#[derive(Clone, Copy, Debug)]
pub struct At {
    pub table: &'static str,
    pub n: u32,
    pub cut: Cut,
}

struct State {
    at: Option<At>,
    seen: u32,
    reached: watch::Sender<bool>,
}

pub struct Proxy {
    pub url: String,
    pub reached: watch::Receiver<bool>,
    _connections: JoinSet<()>,
}

impl Proxy {
    pub async fn start(engine: SocketAddr, at: Option<At>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (tell, reached) = watch::channel(false);
        let state = Arc::new(Mutex::new(State {
            at,
            seen: 0,
            reached: tell,
        }));
        let mut connections = JoinSet::new();
        connections.spawn(async move {
            let mut all = JoinSet::new();
            loop {
                let (near, _) = listener.accept().await.unwrap();
                all.spawn(pass(near, engine, Arc::clone(&state)));
            }
        });
        Self {
            url,
            reached,
            _connections: connections,
        }
    }

    /// Returns when the connection has been cut.
    pub async fn until_reached(&self) {
        self.reached
            .clone()
            .wait_for(|reached| *reached)
            .await
            .unwrap();
    }
}

impl State {
    /// Whether the request that begins so is the one to cut at, and where.
    fn meets(&mut self, request: &[u8]) -> Option<Cut> {
        let at = self.at?;
        let head = format!("query=INSERT+INTO+{}+", at.table);
        let line = request.split(|&b| b == b'\r').next()?;
        let found =
            line.starts_with(b"POST ") && line.windows(head.len()).any(|w| w == head.as_bytes());
        if !found {
            return None;
        }
        self.seen += 1;
        (self.seen == at.n).then_some(at.cut)
    }
}

/// One connection. The client sends its next request only when the last is answered, so whatever comes first after
/// an answer is the head of a request.
async fn pass(mut near: TcpStream, engine: SocketAddr, state: Arc<Mutex<State>>) {
    let Ok(mut far) = TcpStream::connect(engine).await else {
        return;
    };
    let (mut up, mut down) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    let (mut head, mut cut) = (true, None);
    loop {
        tokio::select! {
            read = near.read(&mut up) => {
                let Ok(read @ 1..) = read else { return };
                if head {
                    cut = state.lock().unwrap().meets(&up[..read]);
                    head = false;
                }
                if cut == Some(Cut::Before) {
                    break;
                }
                if far.write_all(&up[..read]).await.is_err() {
                    return;
                }
            }
            read = far.read(&mut down) => {
                let Ok(read @ 1..) = read else { return };
                head = true;
                if cut == Some(Cut::After) {
                    break;
                }
                if near.write_all(&down[..read]).await.is_err() {
                    return;
                }
            }
        }
    }
    let mut state = state.lock().unwrap();
    state.at = None;
    state.reached.send_replace(true);
}
