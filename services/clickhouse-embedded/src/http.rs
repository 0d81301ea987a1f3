//! ClickHouse's HTTP interface: requests in, answers out.
//!
//! It reads just as much of a body as it takes to see whether data follow a statement, hands the work to a blocking
//! thread ([`crate::work`]) and turns replies into answers. It does not judge SQL beyond [`crate::statement`].

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, BodyDataStream};
use axum::extract::{
    DefaultBodyLimit, FromRequest, Multipart, Query, Request as HttpRequest, State,
};
use axum::response::Response;
use axum::routing::get;
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use http::{Method, header};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::timeout;

use crate::abandoned::Abandoned;
use crate::answer::Answer;
use crate::engine::Engine;
use crate::exception::{
    BAD_ARGUMENTS, Exception, NETWORK_ERROR, QUERY_IS_TOO_LARGE, TIMEOUT_EXCEEDED,
    TOO_MANY_SIMULTANEOUS_QUERIES,
};
use crate::pieces::Joiner;
use crate::request::Request;
use crate::statement::{self, Statement};
use crate::work::{Data, Job, PIECES_MAX, Reply};

/// The longest statement, without an INSERT's data: 16 MiB.
const STATEMENT_BYTES_MAX: usize = 16 * 1024 * 1024;
/// FORMAT or VALUES of an INSERT must stand within the first MiB.
const INSERT_HEAD_BYTES_MAX: usize = 1024 * 1024;
/// After a refused INSERT up to 256 MiB of its data are read and dropped, so that the client reads the answer instead
/// of failing to write.
const DRAINED_BYTES_MAX: usize = 256 * 1024 * 1024;

/// What all requests share.
pub(crate) struct Shared {
    /// The engine.
    pub engine: Arc<Engine>,
    /// One permit for each session that may be open at once.
    pub sessions: Arc<Semaphore>,
    /// Requests that wait for a session.
    pub waiting: AtomicUsize,
    /// How many may wait; one more is refused.
    pub waiting_max: usize,
    /// How long a client may take over one piece of a body.
    pub idle_timeout: Duration,
    /// Numbers the queries that come without an id.
    pub queries: AtomicU64,
}

/// The routes.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/ping", get(async || "Ok.\n"))
        .route("/", get(handle).post(handle))
        .layer(DefaultBodyLimit::max(STATEMENT_BYTES_MAX))
        .with_state(shared)
}

async fn handle(State(shared): State<Arc<Shared>>, request: HttpRequest) -> Response {
    let mut answer = Answer::new(&shared.engine.facts, || {
        shared.queries.fetch_add(1, Ordering::Relaxed)
    });
    match process(&shared, request, &mut answer).await {
        Ok(response) => response,
        Err(exception) => {
            tracing::debug!(
                code = exception.code,
                query_id = answer.query_id,
                "query refused"
            );
            answer.failed(&exception)
        }
    }
}

async fn process(
    shared: &Arc<Shared>,
    http: HttpRequest,
    answer: &mut Answer,
) -> Result<Response, Exception> {
    let pairs = Query::<Vec<(String, String)>>::try_from_uri(http.uri())
        .map_err(|error| Exception::refused(BAD_ARGUMENTS, "BAD_ARGUMENTS", error))?;
    let mut request = Request::new(http.method(), http.headers(), pairs.0)?;
    if http.method() != Method::POST && request.query.is_none() {
        return Ok(answer.pong());
    }
    let body = match is_form(&http) {
        true => {
            take_form(&mut request, http).await?;
            Body::empty()
        }
        false => http.into_body(),
    };
    answer.set_query_id(request.query_id.clone());

    let mut body = Incoming {
        stream: body.into_data_stream(),
        idle_timeout: shared.idle_timeout,
    };
    let text = gather(request.query.as_deref(), &mut body).await?;
    // A text that holds the beginning of an INSERT's data was gathered only so far; `parse` sees the same insert in it.
    match statement::parse(&text)? {
        Statement::Insert { head, format, data } => {
            let insert = (
                text.slice_ref(head),
                format.to_owned(),
                text.slice_ref(data),
            );
            run_insert(shared, request, insert, body, answer).await
        }
        Statement::Other {
            text: sql,
            format,
            select,
        } => {
            let format = format.unwrap_or(request.format()).to_owned();
            let joiner = Joiner::new(&format).filter(|_| select && may_stream(&request, sql));
            let sql = text.slice_ref(sql);
            if !select {
                return run_statement(shared, request, sql, format, joiner, answer).await;
            }
            let number = shared.queries.fetch_add(1, Ordering::Relaxed);
            let abandoned = Abandoned::watch(&shared.engine, &mut request, number);
            let result = run_statement(shared, request, sql, format, joiner, answer).await;
            abandoned.answered();
            result
        }
    }
}

fn is_form(request: &HttpRequest) -> bool {
    let content_type = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    request.method() == Method::POST
        && content_type.is_some_and(|value| value.starts_with("multipart/form-data"))
}

/// Fields of a form count as parameters of the URL; this is how the `clickhouse` crate sends statement parameters.
async fn take_form(request: &mut Request, http: HttpRequest) -> Result<(), Exception> {
    let refused = |message: String| Exception::refused(BAD_ARGUMENTS, "BAD_ARGUMENTS", message);
    let mut form = Multipart::from_request(http, &())
        .await
        .map_err(|error| refused(error.body_text()))?;
    while let Some(field) = form
        .next_field()
        .await
        .map_err(|error| refused(error.body_text()))?
    {
        let name = field.name().unwrap_or_default().to_owned();
        if field.file_name().is_some() {
            return Err(refused(format!("external data ({name}) are not supported")));
        }
        let value = field
            .text()
            .await
            .map_err(|error| refused(error.body_text()))?;
        request.take(name, value)?;
    }
    Ok(())
}

/// Settings of output formats can put something around the rows, so results under them are read whole.
fn may_stream(request: &Request, sql: &[u8]) -> bool {
    const PREFIX: &str = "output_format_";
    !request.wait_end_of_query
        && !request
            .settings
            .iter()
            .any(|(name, _)| name.starts_with(PREFIX))
        && !sql
            .windows(PREFIX.len())
            .any(|window| window.eq_ignore_ascii_case(PREFIX.as_bytes()))
}

/// The body of a request, piece by piece.
struct Incoming {
    stream: BodyDataStream,
    idle_timeout: Duration,
}

impl Incoming {
    /// The next piece; `None` at its proper end. A body that is cut off or stops coming is an error.
    async fn next(&mut self) -> Result<Option<Bytes>, Exception> {
        match timeout(self.idle_timeout, self.stream.next()).await {
            Ok(Some(Ok(bytes))) => Ok(Some(bytes)),
            Ok(None) => Ok(None),
            Ok(Some(Err(error))) => Err(Exception::refused(
                NETWORK_ERROR,
                "NETWORK_ERROR",
                format!("The body was cut off: {error}"),
            )),
            Err(_) => {
                let message = format!("No data came for {} s", self.idle_timeout.as_secs());
                Err(Exception::refused(
                    TIMEOUT_EXCEEDED,
                    "TIMEOUT_EXCEEDED",
                    message,
                ))
            }
        }
    }
}

/// Query and body are one text. Returns all of it, or only its beginning when it is an INSERT whose data have begun.
async fn gather(query: Option<&str>, body: &mut Incoming) -> Result<Bytes, Exception> {
    let mut text = BytesMut::from(query.unwrap_or_default());
    if !text.is_empty() && matches!(statement::parse(&text), Ok(Statement::Insert { .. })) {
        return Ok(text.freeze());
    }
    let mut separated = text.is_empty();
    while let Some(bytes) = body.next().await? {
        if !std::mem::replace(&mut separated, true) {
            text.extend_from_slice(b"\n");
        }
        text.extend_from_slice(&bytes);
        if text.len() <= INSERT_HEAD_BYTES_MAX
            && statement::may_be_insert(&text)
            && statement::parse_start(&text).is_some()
        {
            break;
        }
        if text.len() > STATEMENT_BYTES_MAX {
            let message = format!("The statement is longer than {STATEMENT_BYTES_MAX} bytes");
            return Err(Exception::refused(
                QUERY_IS_TOO_LARGE,
                "QUERY_IS_TOO_LARGE",
                message,
            ));
        }
    }
    Ok(text.freeze())
}

async fn run_statement(
    shared: &Arc<Shared>,
    request: Request,
    sql: Bytes,
    format: String,
    joiner: Option<Joiner>,
    answer: &mut Answer,
) -> Result<Response, Exception> {
    let (replies, received) = mpsc::channel(PIECES_MAX);
    let job = job(shared, request, replies).await?;
    tokio::task::spawn_blocking(move || job.run(&sql, joiner));
    answer.result(&format, received).await
}

async fn run_insert(
    shared: &Arc<Shared>,
    request: Request,
    (head, format, first): (Bytes, String, Bytes),
    mut body: Incoming,
    answer: &mut Answer,
) -> Result<Response, Exception> {
    let (replies, received) = mpsc::channel(1);
    let (data, taken) = mpsc::channel(PIECES_MAX);
    let job = job(shared, request, replies).await?;
    let answer_format = format.clone();
    tokio::task::spawn_blocking(move || job.insert(&head, &format, taken));

    // Leaving with an error closes the channel without an end, which cancels the insert.
    let mut piece = Some(first);
    while let Some(bytes) = piece {
        if !bytes.is_empty() && data.send(Data::Piece(bytes)).await.is_err() {
            drain(&mut body).await;
            break;
        }
        piece = body.next().await?;
    }
    // When the engine has refused, nobody takes the end any more; the reply says why.
    let _ = data.send(Data::End).await;
    answer.result(&answer_format, received).await
}

async fn drain(body: &mut Incoming) {
    let mut left = DRAINED_BYTES_MAX;
    while let Ok(Some(bytes)) = body.next().await {
        left = left.saturating_sub(bytes.len());
        if left == 0 {
            return;
        }
    }
}

/// Waits for a session's place.
async fn job(
    shared: &Arc<Shared>,
    request: Request,
    replies: mpsc::Sender<Reply>,
) -> Result<Job, Exception> {
    Ok(Job {
        engine: Arc::clone(&shared.engine),
        request,
        replies,
        idle_timeout: shared.idle_timeout,
        runtime: Handle::current(),
        _permit: place(shared).await?,
    })
}

async fn place(shared: &Shared) -> Result<OwnedSemaphorePermit, Exception> {
    if let Ok(permit) = Arc::clone(&shared.sessions).try_acquire_owned() {
        return Ok(permit);
    }
    let _waiting = Waiting::new(shared)?;
    Arc::clone(&shared.sessions)
        .acquire_owned()
        .await
        .map_err(|_| Exception::from_engine("the server is stopping".to_owned()))
}

/// Counts a waiting request for as long as it lives, even when its client goes away.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn new(shared: &'a Shared) -> Result<Self, Exception> {
        let guard = Self(&shared.waiting);
        if shared.waiting.fetch_add(1, Ordering::Relaxed) >= shared.waiting_max {
            let message = format!("{} requests are waiting already", shared.waiting_max);
            return Err(Exception::refused(
                TOO_MANY_SIMULTANEOUS_QUERIES,
                "TOO_MANY_SIMULTANEOUS_QUERIES",
                message,
            ));
        }
        Ok(guard)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
