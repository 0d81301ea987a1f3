//! Who follows which table, and telling them of changes.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use futures::StreamExt;
use futures::stream::{self, BoxStream};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use crate::port::{Change, WATCH_CAPACITY};
use crate::{Lagged, Result};

/// The watchers of every table. Their streams end when this is dropped.
#[derive(Default)]
pub(crate) struct Watchers {
    senders: Mutex<BTreeMap<String, broadcast::Sender<Change>>>,
}

impl Watchers {
    /// The changes of a table from now on.
    pub(crate) fn watch(
        &self,
        table: &str,
    ) -> BoxStream<'static, std::result::Result<Change, Lagged>> {
        let changes = {
            let mut senders = self.senders.lock().unwrap_or_else(PoisonError::into_inner);
            let sender = senders
                .entry(table.to_owned())
                .or_insert_with(|| broadcast::Sender::new(WATCH_CAPACITY));
            sender.subscribe()
        };
        let stream = stream::unfold(changes, |mut changes| async move {
            match changes.recv().await {
                Ok(change) => Some((Ok(change), changes)),
                Err(RecvError::Lagged(missed)) => {
                    // The watcher scans again after this, so what still waits for it is of no use to it.
                    let missed = missed + changes.len() as u64;
                    Some((Err(Lagged { missed }), changes.resubscribe()))
                }
                Err(RecvError::Closed) => None,
            }
        });
        stream.boxed()
    }

    /// Tells a table's watchers of a change.
    pub(crate) fn announce(&self, table: &str, change: Change) {
        let mut senders = self.senders.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody left to tell: the entry goes, so that names do not pile up.
        if senders
            .get(table)
            .is_some_and(|sender| sender.send(change).is_err())
        {
            senders.remove(table);
        }
    }
}

/// What a watch answers.
pub(crate) type Watching = Result<BoxStream<'static, std::result::Result<Change, Lagged>>>;
