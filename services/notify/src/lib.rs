//! Notifications 通知: changes of alerts, appeals that are overdue, and bulletins that were published, to those whom the site's configuration names, by the channels it names.
//!
//! ```text
//! mj.facts ── a follower a partition ──▶ planner ──▶ outbox ──▶ a deliverer a channel ──▶ webhook …
//!                       bounded          (pure)      (table)            │
//!                                           │                           └─▶ dead letters ──▶ sent again by hand
//!                                           └─▶ digests (table), due later
//! ```
//!
//! # Rules it keeps
//!
//! - **At least once, and recognisable.** What a batch of facts leads to is written down before the position of its partition moves, and
//!   taken away when its receiver has taken it. A message's id is made of the alert, its revision, the route and the address: killed
//!   anywhere, the same message goes out once more under the same id, and receivers discard it.
//! - **Nobody waits for a receiver.** Facts are followed as the archive follows them; judging knows nothing of it. Each channel has a bounded
//!   queue and a task of its own; what does not fit, or cannot be delivered in time, becomes a dead letter with its reason.
//! - **The past notifies nobody**: where nobody has notified before, following begins at the end. Nor do sources that declare their clock
//!   (imports, back-fills), and what is older than the site allows. All of it is counted.
//! - **No more than the route shows.** Persons and what they wrote only where asked for, evidence never.
//! - **One at a time.** Whoever holds partition 0 of the group notifies for all partitions, so that a storm is seen whole; others stand by.
//!
//! # What is deliberately absent
//!
//! Exactly-once: a receiver that dies between taking and answering cannot be told from one that took nothing. And any decision about
//! alerts: who is told what says nothing of what is so.

mod announce;
mod appeals;
mod channel;
pub mod config;
mod dead;
mod deliver;
mod desk;
mod failpoint;
mod follow;
mod kind;
#[cfg(test)]
mod made;
mod metrics;
mod plan;
mod position;
mod quiet;
mod site;
mod told;
mod words;
mod work;

use std::sync::Arc;

use mingjing_domain::Timestamp;
use mingjing_log::{Log, Membership, Offset, Partition, Table};
use tokio::sync::watch;

pub use announce::Published;
pub use config::{BadConfig, Config, SecretRef};
pub use dead::{DeadLetter, dead_letters, forget, replay};
pub use failpoint::VARIABLE as FAIL_AT;
pub use kind::Kind;
pub use metrics::Metrics;
pub use plan::Delivery;
pub use site::{Known, Site, SiteError};
pub use told::{OfChannel, Standing, standing, tell};
pub use words::{Field, Message};

/// What the platform's clock says.
pub type PlatformClock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What notifying works with.
#[derive(Clone)]
pub struct Parts {
    /// The log whose facts are followed.
    pub log: Arc<dyn Log>,
    /// Where positions, messages and dead letters lie.
    pub table: Arc<dyn Table>,
    /// Who knows the site.
    pub site: Arc<dyn Site>,
    /// The site's configuration.
    pub config: Arc<Config>,
    /// Counters and gauges.
    pub metrics: Arc<Metrics>,
    /// The platform's clock.
    pub clock: PlatformClock,
}

/// Why notifying ended. None of these passes by itself.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The log cannot be read, or is another one than the position belongs to.
    #[error("the facts of partition {partition} cannot be read")]
    Log {
        /// The partition.
        partition: Partition,
        /// What the log says.
        #[source]
        source: mingjing_log::Error,
    },
    /// The log ends before what was looked at: it lost records, or an older copy of it was put in its place.
    #[error(
        "facts of partition {partition} were told up to offset {position}, but the log ends at {end}: the log has lost records"
    )]
    Lost {
        /// The partition.
        partition: Partition,
        /// The next fact to be looked at.
        position: Offset,
        /// Where the log ends.
        end: Offset,
    },
    /// A position that is none.
    #[error("the position of notifications in partition {partition} cannot be read")]
    Position {
        /// The partition.
        partition: Partition,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// The tables refuse what they are given.
    #[error("{attempted}")]
    Table {
        /// What was to be done.
        attempted: &'static str,
        /// What the table says.
        #[source]
        source: mingjing_log::Error,
    },
    /// The group of those who notify cannot be reached.
    #[error("the group of those who notify cannot be reached")]
    Group(#[source] mingjing_log::Error),
    /// Its client cannot be made, for instance because the machine has no certificates.
    #[error("channel {channel} cannot be used")]
    Channel {
        /// The channel.
        channel: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Notifies until `stop` turns true, or until something happens that does not pass. Stands by while another process notifies.
///
/// # Errors
/// [`Error`].
pub async fn run(
    parts: Parts,
    mut membership: Box<dyn Membership>,
    stop: watch::Receiver<bool>,
) -> Result<(), Error> {
    let mut stopping = stop;
    let mut work: Option<work::Work> = None;
    let mut may_change = true;
    let ended = loop {
        tokio::select! {
            biased;
            () = stopped(&mut stopping) => break Ok(()),
            ended = work::ended(&mut work) => break ended,
            changed = membership.changed(), if may_change => match changed {
                Err(error) => break Err(Error::Group(error)),
                Ok(None) => may_change = false,
                Ok(Some(assignment)) => {
                    let leads = assignment.partitions.contains(&Partition(0));
                    if !leads {
                        // Dropped, its tasks end: as safe as a kill.
                        work = None;
                        parts.metrics.stands_by();
                    }
                    assignment.drained();
                    if leads && work.is_none() {
                        work = Some(work::Work::begin(parts.clone()));
                    }
                }
            },
        }
    };
    drop(work);
    parts.metrics.stands_by();
    ended
}

/// Ends when the flag is true, or when nobody is left who could raise it.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}
