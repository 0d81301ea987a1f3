//! A question whose client has gone is cancelled: nobody reads its answer, and it would keep a session, a core and the stop of the
//! server for as long as it takes.
//!
//! ClickHouse notices a client that has gone by its connection; the library has none. What runs on it can only be named by something that the
//! request set, so each question that may be cancelled carries a tag of ours as its `log_comment`; one that has a comment of its
//! caller's is left alone.

use std::sync::Arc;

use tokio::runtime::Handle;

use crate::engine::Engine;
use crate::request::Request;

const SETTING: &str = "log_comment";

/// Cancels a question when it is dropped before it is answered.
pub(crate) struct Abandoned {
    engine: Arc<Engine>,
    tag: Option<String>,
}

impl Abandoned {
    /// Watches a question that is about to run; `number` is no other's.
    pub fn watch(engine: &Arc<Engine>, request: &mut Request, number: u64) -> Self {
        let named = request.settings.iter().any(|(name, _)| name == SETTING);
        let tag = (!named).then(|| format!("mingjing-question-{number}"));
        if let Some(tag) = &tag {
            request.settings.push((SETTING.to_owned(), tag.clone()));
        }
        Self {
            engine: Arc::clone(engine),
            tag,
        }
    }

    /// It is answered, or its answer is under way and ends with its reader.
    pub fn answered(mut self) {
        self.tag = None;
    }
}

impl Drop for Abandoned {
    fn drop(&mut self) {
        let (Some(tag), Ok(runtime)) = (self.tag.take(), Handle::try_current()) else {
            return;
        };
        let engine = Arc::clone(&self.engine);
        runtime.spawn_blocking(move || {
            // Beside the places of requests: they may all be taken by questions like this one.
            let sql = format!("KILL QUERY WHERE Settings['{SETTING}'] = '{tag}' ASYNC");
            let killed = engine
                .connect()
                .and_then(|mut session| session.query(sql.as_bytes(), "Null", &[]));
            match killed {
                Ok(_) => tracing::debug!(tag, "a question whose client has gone is cancelled"),
                Err(exception) => {
                    tracing::warn!(tag, error = exception.text, "cannot cancel a question");
                }
            }
        });
    }
}
