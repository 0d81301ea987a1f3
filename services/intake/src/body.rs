//! Bodies: read within limits of size and time, or drained so that the answer arrives.
//!
//! A client that is still sending does not read. An answer before the end of its body, and the connection closed on the
//! rest, reaches many clients only as "connection reset". So what a handler leaves unread is read and dropped, within
//! bounds, before the answer is sent. A client that asked first (`Expect: 100-continue`, as curl does) has not begun to
//! send: it is answered at once.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt};
use mingjing_wire::refusal::Words;
use mingjing_wire::{ReasonCode, Refusal};
use tokio::sync::{Semaphore, oneshot};
use tokio::time::{Instant, timeout_at};

use crate::Config;

/// So much of a refused body is read and dropped. It costs network only.
const DRAINED_BYTES_MAX: usize = 256 * 1024 * 1024;
/// So long.
const DRAIN_DEADLINE: Duration = Duration::from_secs(30);
/// So many at once; the answers of more may get lost.
static DRAINS: Semaphore = Semaphore::const_new(64);

/// The size that the client announced.
pub(crate) fn announced(headers: &HeaderMap) -> Option<usize> {
    headers
        .get(header::CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}

/// A body that may not be larger than it is.
pub(crate) fn too_large(found: Option<usize>, max: usize) -> Refusal {
    let (en, zh) = match found {
        Some(bytes) => (format!("{bytes} bytes"), format!("{bytes} 字节")),
        None => ("more".to_owned(), "超出".to_owned()),
    };
    let detail = Words::new(
        format!("{en}; a request holds at most {max} bytes"),
        format!("{zh}；一次请求最多 {max} 字节"),
    );
    Refusal::new(ReasonCode::TooLarge, detail)
}

/// Reads a body whole.
///
/// # Errors
/// It is larger than `bytes_max`, comes too slowly, or is cut off.
pub(crate) async fn read(body: Body, bytes_max: usize, config: &Config) -> Result<Bytes, Refusal> {
    let deadline = Instant::now() + config.body_deadline;
    let mut stream = body.into_data_stream();
    let mut read = BytesMut::new();
    loop {
        let patience = deadline.min(Instant::now() + config.body_idle);
        let piece = match timeout_at(patience, stream.next()).await {
            Ok(Some(Ok(piece))) => piece,
            Ok(None) => return Ok(read.freeze()),
            Ok(Some(Err(_))) => {
                let detail = Words::new(
                    format!("after {} bytes", read.len()),
                    format!("收到 {} 字节后中断", read.len()),
                );
                return Err(Refusal::new(ReasonCode::CutOff, detail));
            }
            Err(_) => {
                let detail = Words::new(
                    format!("{} bytes so far", read.len()),
                    format!("目前收到 {} 字节", read.len()),
                );
                return Err(Refusal::new(ReasonCode::TimedOut, detail));
            }
        };
        if read.len() + piece.len() > bytes_max {
            return Err(too_large(None, bytes_max));
        }
        read.extend_from_slice(&piece);
    }
}

/// The layer that drains what the handler left, for routes of whatever service: a citizen whose complaint is too long has to hear so, too.
pub async fn drained(request: Request, next: Next) -> Response {
    let asked_first = request.headers().contains_key(header::EXPECT);
    let (parts, body) = request.into_parts();
    let (back, left) = oneshot::channel();
    let lent = Lent {
        stream: Some(body.into_data_stream()),
        begun: false,
        back: Some(back),
    };
    let response = next
        .run(Request::from_parts(parts, Body::from_stream(lent)))
        .await;
    // The handler is done, so its body is dropped and has come back, unless it was read to the end. One that came too
    // slowly for the handler is not waited for again.
    if response.status() != StatusCode::REQUEST_TIMEOUT
        && let Ok(rest) = { left }.try_recv()
        && (rest.begun || !asked_first)
        && let Ok(_place) = DRAINS.try_acquire()
    {
        drain(rest.stream).await;
    }
    response
}

async fn drain(mut stream: BodyDataStream) {
    let deadline = Instant::now() + DRAIN_DEADLINE;
    let mut drained = 0;
    while let Ok(Some(Ok(piece))) = timeout_at(deadline, stream.next()).await {
        drained += piece.len();
        if drained > DRAINED_BYTES_MAX {
            break;
        }
    }
}

/// What comes back of a body that was not read to its end.
struct Rest {
    stream: BodyDataStream,
    begun: bool,
}

/// A body that comes back when it is dropped.
struct Lent {
    stream: Option<BodyDataStream>,
    begun: bool,
    back: Option<oneshot::Sender<Rest>>,
}

impl Stream for Lent {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.begun = true;
        let Some(stream) = &mut self.stream else {
            return Poll::Ready(None);
        };
        let next = stream.poll_next_unpin(cx);
        if !matches!(next, Poll::Pending | Poll::Ready(Some(Ok(_)))) {
            // Ended or broken: there is nothing left to drain.
            self.stream = None;
        }
        next
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let (Some(stream), Some(back)) = (self.stream.take(), self.back.take()) {
            // Nobody waits for it when the connection is gone; then there is nothing to drain either.
            let _ = back.send(Rest {
                stream,
                begun: self.begun,
            });
        }
    }
}
