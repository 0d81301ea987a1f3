//! Programs that are told over HTTP.

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

    pub fn taken(&self) -> Vec<Taken> {
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
    let authorization = headers.get("authorization").and_then(|v| v.to_str().ok());
    let taken = Taken {
        path: uri.to_string(),
        authorization: authorization.unwrap_or_default().to_owned(),
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
