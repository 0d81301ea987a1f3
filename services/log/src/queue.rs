//! The queue before a writer's thread: bounded in bytes, and in the order in which the calls were made.

use std::sync::Arc;

use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::coop::unconstrained;

use crate::MAX_APPEND_BYTES;

/// Bytes that may wait in the queue; beyond them callers wait, in the order they came.
const QUEUE_BYTES: usize = 32 * 1024 * 1024;

/// The queue's room is counted in pieces of this size, at least one a call, which bounds the number of calls too.
const PIECE_BYTES: usize = 1024;

/// A call on its way to the thread. Its room in the queue is held until it is dropped, so that the bound counts what is
/// being written too.
pub(crate) struct Queued<W> {
    pub(crate) work: W,
    pub(crate) bytes: usize,
    pub(crate) room: OwnedSemaphorePermit,
}

/// The callers' end of the queue.
pub(crate) struct Queue<W> {
    sender: Option<mpsc::UnboundedSender<Queued<W>>>,
    room: Arc<Semaphore>,
    /// Held from asking for room until the call is queued, so that calls are queued in the order they were made.
    turn: Mutex<()>,
}

impl<W> Queue<W> {
    /// The two ends.
    pub(crate) fn new() -> (Queue<W>, mpsc::UnboundedReceiver<Queued<W>>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let queue = Queue {
            sender: Some(sender),
            room: Arc::new(Semaphore::new(QUEUE_BYTES / PIECE_BYTES)),
            turn: Mutex::new(()),
        };
        (queue, receiver)
    }

    /// Queues work when there is room for it. Once the thread is gone the work is dropped, and with it the way to answer.
    pub(crate) async fn push(&self, work: W, bytes: usize) {
        const { assert!(MAX_APPEND_BYTES < QUEUE_BYTES) };
        let pieces = u32::try_from(bytes / PIECE_BYTES + 1).expect("an append is at most 8 MiB");
        // Unconstrained: a task that has used up its budget would otherwise lose its turn to later calls.
        let turn = unconstrained(self.turn.lock()).await;
        let room = unconstrained(Arc::clone(&self.room).acquire_many_owned(pieces)).await;
        if let (Ok(room), Some(queue)) = (room, &self.sender) {
            drop(queue.send(Queued { work, bytes, room }));
        }
        drop(turn);
    }

    /// Takes no more work: the thread ends when it has done what is queued.
    pub(crate) fn close(&mut self) {
        self.sender = None;
    }
}
