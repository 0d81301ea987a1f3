//! What the thread that reads, the client's callbacks and the receiver's side share.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::start::Done;
use super::{Answered, Health, Spot, Standing};

/// What the client said of a batch is believed to be so for so long: it tries again all the time.
const UNREADABLE: Duration = Duration::from_secs(10);

/// The state; held for moments only.
#[derive(Default)]
pub(super) struct Desk {
    state: Mutex<State>,
    errors: AtomicU64,
    closing: AtomicBool,
}

#[derive(Default)]
pub(super) struct State {
    /// The topics to follow, and their ids.
    pub wanted: BTreeMap<String, u128>,
    /// Whether others are wanted since that was looked at.
    pub wanted_changed: bool,
    /// What the group has given this process.
    pub assigned: BTreeSet<Spot>,
    /// Whether the group has taken this process in …
    pub joined: bool,
    /// … and since when not.
    pub unjoined: Option<Instant>,
    /// Since when it cannot be found out where anything begins, and why.
    pub begins_not: Option<(Instant, String)>,
    /// The same of single partitions.
    pub unbegun: BTreeMap<Spot, (Instant, String)>,
    /// When the client last could not read a batch, and what it said.
    pub unreadable: Option<(Instant, String)>,
    /// Counts the assignments.
    pub generation: u64,
    /// Whether it must still be found out where to begin.
    pub beginning: bool,
    /// Where reading began, of what the receiver has not answered for yet. Never committed: a loss that was found there is not
    /// told until the receiver says so.
    pub begun: BTreeMap<Spot, Done>,
    /// What is done, of what was assigned.
    pub done: BTreeMap<Spot, Done>,
    /// Those of which something was committed since they were assigned.
    pub kept: BTreeSet<Spot>,
    pub ends: BTreeMap<Spot, i64>,
    /// The answer that is due.
    pub due: Option<Receiver<Answered>>,
    last_error: Option<String>,
}

impl Desk {
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn follow(&self, topics: BTreeMap<String, u128>) {
        let mut state = self.state();
        if state.wanted != topics {
            state.wanted = topics;
            state.wanted_changed = true;
        }
    }

    pub fn standings(&self) -> BTreeMap<Spot, Standing> {
        let state = self.state();
        let of = |(spot, done): (&Spot, &Done)| {
            let end = state.ends.get(spot).copied().unwrap_or(done.next);
            let standing = Standing {
                next: done.next,
                end: end.max(done.next),
                kept: state.kept.contains(spot),
            };
            (spot.clone(), standing)
        };
        state.done.iter().map(of).collect()
    }

    pub fn health(&self) -> Health {
        let state = self.state();
        let since = |(at, why): &(Instant, String)| (at.elapsed(), why.clone());
        let waits = !state.wanted.is_empty() && !state.joined;
        let unbegun = state.unbegun.iter();
        let unreadable = state.unreadable.as_ref();
        Health {
            unjoined: state.unjoined.filter(|_| waits).map(|at| at.elapsed()),
            beginning: state.begins_not.as_ref().map(since),
            unbegun: unbegun.map(|(s, why)| (s.clone(), since(why))).collect(),
            unreadable: unreadable
                .filter(|(at, _)| at.elapsed() < UNREADABLE)
                .map(|(_, why)| why.clone()),
        }
    }

    pub fn error(&self, text: String) {
        self.errors.fetch_add(1, Ordering::Relaxed);
        self.state().last_error = Some(text);
    }

    pub fn errors(&self) -> (u64, Option<String>) {
        let last = self.state().last_error.clone();
        (self.errors.load(Ordering::Relaxed), last)
    }

    pub fn close(&self) {
        self.closing.store(true, Ordering::Relaxed);
    }

    pub fn closing(&self) -> bool {
        self.closing.load(Ordering::Relaxed)
    }
}
