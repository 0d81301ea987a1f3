//! What one request does on the engine, on a blocking thread from its first call to its last.
//!
//! An INSERT takes its data from a bounded channel and a SELECT gives its pieces into one, so neither side can run
//! ahead of the other. The channel of the data is closed without [`Data::End`] when the client went away: the insert is
//! then cancelled, never finished.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::time::timeout;

use crate::engine::Engine;
use crate::exception::{Exception, NETWORK_ERROR};
use crate::ffi::{Connection, Output, Progress};
use crate::pieces::Joiner;
use crate::request::Request;

/// Pieces under way between the connection and the engine; one is about 0.5 MB.
pub(crate) const PIECES_MAX: usize = 4;

/// A piece of an INSERT's data.
pub(crate) enum Data {
    /// Bytes in the insert's format.
    Piece(Bytes),
    /// The client has sent everything.
    End,
}

/// What comes back.
#[derive(Debug)]
pub(crate) enum Reply {
    /// A piece of the result; more follows.
    Piece(Bytes),
    /// The end of the result, with its last or only bytes.
    End(Output),
    /// The end, with an error. Pieces may have been sent before.
    Failed(Exception),
}

/// One request with what it needs to run.
pub(crate) struct Job {
    /// The engine to run on.
    pub engine: Arc<Engine>,
    /// Settings, database and parameters.
    pub request: Request,
    /// Where the replies go.
    pub replies: mpsc::Sender<Reply>,
    /// How long a client may take over one piece.
    pub idle_timeout: Duration,
    /// The runtime that the replies are read on.
    pub runtime: Handle,
    /// The place among the sessions that may run at once; given back when the job is dropped.
    pub _permit: OwnedSemaphorePermit,
}

impl Job {
    /// Runs a statement. `joiner` when its result may be streamed.
    pub fn run(self, sql: &[u8], joiner: Option<Joiner>) {
        let reply = self.session().and_then(|mut session| match joiner {
            Some(joiner) => self.stream(&mut session, sql, joiner),
            None => self.whole(&mut session, sql),
        });
        self.last(reply);
    }

    /// Runs an INSERT whose data come from `data`.
    pub fn insert(self, head: &[u8], format: &str, data: mpsc::Receiver<Data>) {
        let written = self
            .session()
            .and_then(|mut session| self.feed(&mut session, head, format, data));
        self.last(written.map(|progress| {
            Some(Output {
                bytes: Bytes::new(),
                progress,
            })
        }));
    }

    fn session(&self) -> Result<Connection, Exception> {
        let mut session = self.engine.connect()?;
        for statement in self.request.preparation() {
            session.query(statement.as_bytes(), self.request.format(), &[])?;
        }
        Ok(session)
    }

    fn whole(&self, session: &mut Connection, sql: &[u8]) -> Result<Option<Output>, Exception> {
        session
            .query(sql, self.request.format(), &self.request.parameters)
            .map(Some)
    }

    /// `None` when the client has gone.
    fn stream(
        &self,
        session: &mut Connection,
        sql: &[u8],
        mut joiner: Joiner,
    ) -> Result<Option<Output>, Exception> {
        let started = session.rows(sql, self.request.format(), &self.request.parameters);
        // It began like a SELECT but is none for the engine (WITH … INSERT).
        if started
            .as_ref()
            .is_err_and(|exception| exception.text.contains("Streaming query is not supported"))
        {
            drop(started);
            return self.whole(session, sql);
        }
        let mut rows = started?;
        let mut progress = Progress::default();
        while let Some(piece) = rows.next()? {
            progress.rows_read += piece.progress.rows_read;
            progress.bytes_read += piece.progress.bytes_read;
            let bytes = joiner.join(piece.bytes).ok_or_else(|| {
                Exception::from_engine("a piece of the result has no readable heading".to_owned())
            })?;
            if !bytes.is_empty() && !self.send(Reply::Piece(bytes)) {
                return Ok(None);
            }
        }
        Ok(Some(Output {
            bytes: Bytes::new(),
            progress,
        }))
    }

    fn feed(
        &self,
        session: &mut Connection,
        head: &[u8],
        format: &str,
        mut data: mpsc::Receiver<Data>,
    ) -> Result<Progress, Exception> {
        let mut insert = session.insert(head, format, &self.request.parameters)?;
        loop {
            match data.blocking_recv() {
                Some(Data::Piece(bytes)) if insert.append(&bytes) => {}
                // The engine takes no more; finishing says why.
                Some(Data::Piece(_)) => {
                    data.close();
                    return insert.finish().and(Err(Exception::from_engine(
                        "the engine stopped taking data".to_owned(),
                    )));
                }
                Some(Data::End) => return insert.finish(),
                None => {
                    let message = "The request ended before its body; nothing of the block under way is stored";
                    return Err(Exception::refused(NETWORK_ERROR, "NETWORK_ERROR", message));
                }
            }
        }
    }

    /// False when the client has gone or takes nothing for too long.
    fn send(&self, reply: Reply) -> bool {
        matches!(
            self.runtime
                .block_on(timeout(self.idle_timeout, self.replies.send(reply))),
            Ok(Ok(()))
        )
    }

    fn last(&self, reply: Result<Option<Output>, Exception>) {
        let reply = match reply {
            Ok(Some(output)) => Reply::End(output),
            Ok(None) => return,
            Err(exception) => Reply::Failed(exception),
        };
        self.send(reply);
    }
}
