//! Programs that are told over HTTP.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::routing::post;
use serde_json::{Value, json};

use crate::world::until;

/// One request.
#[derive(Clone, Debug)]
pub struct Taken {
    /// What tells doubles; empty where the channel has no such thing.
    pub id: String,
    pub path: String,
    pub authorization: String,
    pub body: Value,
}

type Answer = Arc<Mutex<Value>>;

/// A server that takes whatever is posted, and answers as it is told to.
#[derive(Clone)]
pub struct Receiver {
    pub address: SocketAddr,
    taken: Arc<Mutex<Vec<Taken>>>,
    answer: Answer,
}

impl Receiver {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0");
        let listener = listener.await.expect("an address");
        let receiver = Self {
            address: listener.local_addr().expect("an address"),
            taken: Arc::default(),
            answer: Arc::new(Mutex::new(json!({ "errcode": 0, "code": 0 }))),
        };
        let router = axum::Router::new()
            .route("/{*path}", post(take))
            .with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        receiver
    }

    pub fn answers(&self, answer: Value) {
        *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = answer;
    }

    /// What came, without doubles, as receivers are told to leave them out.
    pub fn taken(&self) -> Vec<Taken> {
        let mut seen = BTreeSet::new();
        let mut taken = self.requests();
        taken.retain(|taken| taken.id.is_empty() || seen.insert(taken.id.clone()));
        taken
    }

    fn requests(&self) -> Vec<Taken> {
        let taken = self.taken.lock();
        taken.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits for so many requests.
    pub async fn until(&self, count: usize) -> Vec<Taken> {
        let enough = || Some(self.taken()).filter(|taken| taken.len() >= count);
        let taken = until(&format!("{count} requests"), enough).await;
        assert_eq!(taken.len(), count, "{taken:?}");
        taken
    }
}

async fn take(
    State(receiver): State<Receiver>,
    uri: Uri,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Json<Value> {
    let header = |name: &str| {
        let value = headers.get(name).and_then(|v| v.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let taken = Taken {
        id: header("webhook-id"),
        path: uri.to_string(),
        authorization: header("authorization"),
        body,
    };
    let mut all = receiver
        .taken
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    all.push(taken);
    let answer = receiver
        .answer
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    Json(answer.clone())
}
