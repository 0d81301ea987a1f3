//! Answers in ClickHouse's dress: headers, statuses, and errors that come in the middle of a result.

use std::hash::{BuildHasher, RandomState};
use std::io;
use std::time::Instant;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures::{Stream, StreamExt, stream};
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use http::response::Builder;
use tokio::sync::mpsc;

use crate::engine::Facts;
use crate::exception::Exception;
use crate::ffi::Progress;
use crate::work::Reply;

const DISPLAY_NAME: &str = "mingjing";

/// The answer to one request, in the making.
pub(crate) struct Answer {
    /// The caller's name for the query, or ours.
    pub query_id: String,
    timezone: String,
    started: Instant,
}

impl Answer {
    /// `number` is called for queries without an id of the caller's.
    pub fn new(facts: &Facts, number: impl FnOnce() -> u64) -> Self {
        Self {
            query_id: format!("mingjing-{}", number()),
            timezone: facts.timezone.clone(),
            started: Instant::now(),
        }
    }

    /// Takes over the caller's name for the query, if there is one.
    pub fn set_query_id(&mut self, query_id: Option<String>) {
        if let Some(query_id) = query_id {
            self.query_id = query_id;
        }
    }

    /// What ClickHouse says to a GET without a query.
    pub fn pong(&self) -> Response {
        finish(self.builder("TabSeparatedRaw"), Body::from("Ok.\n"))
    }

    /// An error before the first byte of a result.
    pub fn failed(&self, exception: &Exception) -> Response {
        let builder = self
            .builder("TabSeparatedRaw")
            .status(exception.status())
            .header("X-ClickHouse-Exception-Code", exception.code);
        finish(builder, Body::from(format!("{}\n", exception.text)))
    }

    /// The result that `replies` bring. Short results, and errors among the first two replies, are answered whole.
    pub async fn result(
        &self,
        format: &str,
        mut replies: mpsc::Receiver<Reply>,
    ) -> Result<Response, Exception> {
        let mut begun = Vec::new();
        while begun.len() < 2 {
            match replies.recv().await.unwrap_or_else(vanished) {
                Reply::Piece(bytes) => begun.push(bytes),
                Reply::Failed(exception) => return Err(exception),
                Reply::End(output) => {
                    begun.push(output.bytes);
                    let body = match <[Bytes; 1]>::try_from(begun) {
                        Ok([only]) => only,
                        Err(several) => several.concat().into(),
                    };
                    let builder = self
                        .builder(format)
                        .header("X-ClickHouse-Summary", self.summary(output.progress));
                    return Ok(finish(builder, Body::from(body)));
                }
            }
        }
        // The tag tells an exception of ours from a row that looks like one.
        let tag = format!("{:016x}", RandomState::new().hash_one(&self.query_id));
        let builder = self
            .builder(format)
            .header("X-ClickHouse-Exception-Tag", &tag);
        Ok(finish(
            builder,
            Body::from_stream(stream_of(begun, replies, tag)),
        ))
    }

    fn builder(&self, format: &str) -> Builder {
        let builder = Response::builder()
            .header(CONTENT_TYPE, content_type(format))
            .header("X-ClickHouse-Server-Display-Name", DISPLAY_NAME);
        let told = [
            ("X-ClickHouse-Format", format),
            ("X-ClickHouse-Timezone", &self.timezone),
            ("X-ClickHouse-Query-Id", &self.query_id),
        ];
        // Formats and ids come from the caller; one that cannot be a header is left out.
        told.into_iter().fold(
            builder,
            |builder, (name, value)| match HeaderValue::from_str(value) {
                Ok(value) => builder.header(name, value),
                Err(_) => builder,
            },
        )
    }

    fn summary(&self, progress: Progress) -> String {
        let Progress {
            rows_read,
            bytes_read,
            rows_written,
            bytes_written,
        } = progress;
        let elapsed_ns = self.started.elapsed().as_nanos();
        format!(
            r#"{{"read_rows":"{rows_read}","read_bytes":"{bytes_read}","written_rows":"{rows_written}","written_bytes":"{bytes_written}","elapsed_ns":"{elapsed_ns}"}}"#
        )
    }
}

fn finish(builder: Builder, body: Body) -> Response {
    builder
        .body(body)
        .expect("headers of fixed names and checked values")
}

fn vanished() -> Reply {
    Reply::Failed(Exception::from_engine(
        "the engine's thread ended without an answer".to_owned(),
    ))
}

/// The pieces of a result. An error in the middle becomes ClickHouse's tagged exception block in one piece, after which
/// the connection is broken off, so that a client that does not know the block cannot take the result for whole.
fn stream_of(
    begun: Vec<Bytes>,
    replies: mpsc::Receiver<Reply>,
    tag: String,
) -> impl Stream<Item = io::Result<Bytes>> {
    enum Next {
        Reply(mpsc::Receiver<Reply>),
        BreakOff,
    }
    let rest = stream::unfold(Some(Next::Reply(replies)), move |next| {
        let tag = tag.clone();
        async move {
            let mut replies = match next? {
                Next::Reply(replies) => replies,
                Next::BreakOff => {
                    // Lets the server write out the exception before it sees the break.
                    tokio::task::yield_now().await;
                    return Some((Err(io::Error::other("the query failed")), None));
                }
            };
            match replies.recv().await.unwrap_or_else(vanished) {
                Reply::Piece(bytes) => Some((Ok(bytes), Some(Next::Reply(replies)))),
                Reply::End(output) if output.bytes.is_empty() => None,
                Reply::End(output) => Some((Ok(output.bytes), None)),
                Reply::Failed(exception) => {
                    Some((Ok(exception_block(&tag, &exception)), Some(Next::BreakOff)))
                }
            }
        }
    });
    stream::iter(begun.into_iter().map(Ok)).chain(rest)
}

fn exception_block(tag: &str, exception: &Exception) -> Bytes {
    let message = format!("{}\n", exception.text);
    format!(
        "\r\n__exception__\r\n{tag}\r\n{message}{} {tag}\r\n__exception__\r\n",
        message.len()
    )
    .into()
}

fn content_type(format: &str) -> &'static str {
    match format {
        "JSONEachRow" | "JSONLines" | "NDJSON" | "JSONCompactEachRow" => {
            "application/x-ndjson; charset=UTF-8"
        }
        _ if format.starts_with("JSON") => "application/json; charset=UTF-8",
        _ if format.starts_with("TabSeparated") || format.starts_with("TSV") => {
            "text/tab-separated-values; charset=UTF-8"
        }
        _ if format.starts_with("CSV") => "text/csv; charset=UTF-8",
        _ if format.starts_with("RowBinary")
            || ["Native", "Parquet", "Arrow", "ArrowStream", "ORC"].contains(&format) =>
        {
            "application/octet-stream"
        }
        _ => "text/plain; charset=UTF-8",
    }
}
