//! `up --demo`: a city of made-up cases, sent to the platform as its departments would send them.
//!
//! ```text
//! plan (seed, beginning) ─▶ feed ─▶ client ── HTTP ──▶ intake
//!                             ▲                          ▲
//!                             └─────── DemoClock ────────┘ stamps, ticks
//! ```
//!
//! The plan is pure: what is sent depends on the seed and the instant at which the city's life began, never on the machine or
//! on how often the platform was started. Nothing goes past intake. Everything shown of it bears [`DEMO_WATERMARK`].

mod cases;
mod city;
pub mod client;
mod clock;
mod days;
mod definitions;
mod dice;
mod feed;
mod plan;
mod story;
mod timeline;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use mingjing_domain::Timestamp;
use mingjing_domain::definitions::DefinitionFile;
use mingjing_domain::time::DAY_MS;
use mingjing_log::Table;
use mingjing_wire::cloudevents::{encode_complete_until, encode_event};

pub use clock::DemoClock;
pub use timeline::Timeline;

use city::SYSTEMS;
use client::Client;
use feed::{Due, Feed};
use plan::Plan;
use timeline::Published;

/// Stands on every page and every paper of the demo.
pub const DEMO_WATERMARK: &str = "演示数据";

/// The seed where none is given.
pub const DEMO_SEED: u64 = 510_500;

/// The speed of the demo's clock once the past is over, where none is given.
pub const DEMO_SPEED: f64 = 60.0;

/// What was sent this long before the last tick that is kept is sent again after a restart: more than the clock may run ahead of
/// what was delivered, and the same content, so that it is harmless.
const AGAIN_MS: i64 = DAY_MS;

/// How long the departments rest between two rounds, in real time: while the clock hurries, a round is an hour or two of theirs.
const PAUSE: Duration = Duration::from_millis(40);

/// How often the amendment is laid over what somebody else has just published, before it counts as refused.
const TRIES: usize = 5;

/// How many items are sent in one request at most.
const ITEMS_MAX: usize = 1000;

/// What the demo needs.
pub struct DemoConfig {
    /// The platform, like `http://127.0.0.1:8080`.
    pub base_url: String,
    /// The administrator's key, where the platform asks for one.
    pub admin_key: Option<String>,
    /// The platform's clock.
    pub clock: Arc<DemoClock>,
    /// What is remembered over restarts: beginning, seed, keys.
    pub timeline: Timeline,
    /// The greatest tick that the platform kept; none at the first start.
    pub resume_from: Option<Timestamp>,
    /// Where the definitions in force are read; what the demo changes of them goes past nobody.
    pub table: Arc<dyn Table>,
}

/// Lives the city's life until `shutdown`.
///
/// # Errors
/// When the platform refuses the demo's sources or the definitions it begins with, or the memory cannot be written. The clock stands still
/// then.
pub async fn run(
    config: DemoConfig,
    shutdown: impl Future<Output = ()> + Send,
) -> anyhow::Result<()> {
    let mut demo = Demo::new(config)?;
    tokio::select! {
        () = shutdown => Ok(()),
        ended = demo.live() => ended,
    }
}

/// What the platform got of the city's past, in that order.
#[derive(Debug)]
pub enum Got {
    /// An event's line, as it is sent, and when it came.
    Event(Timestamp, Vec<u8>),
    /// Everything of the source up to then was sent.
    CompleteUntil(&'static str, Timestamp),
}

/// The past of a city whose life began at `origin`, to be judged without a platform, and the definitions that it is judged by.
pub fn past(seed: u64, origin: Timestamp) -> (Vec<DefinitionFile>, Vec<Got>) {
    let plan = Plan::new(seed, origin);
    let definitions = plan.definitions(false);
    let mut feed = Feed::new(plan, origin, origin);
    let (mut got, mut now) = (Vec::new(), origin);
    let end = origin.plus_millis(clock::PAST_DAYS * DAY_MS);
    while now < end {
        now = feed.next_due(now).min(end);
        for (source, due) in feed.take_due(now) {
            let events = due.dispatches.iter();
            got.extend(events.map(|d| Got::Event(d.at, encode_event(&d.event))));
            let complete = due.complete_until;
            got.extend(complete.map(|until| Got::CompleteUntil(source, until)));
        }
    }
    (definitions, got)
}

struct Demo {
    client: Client,
    clock: Arc<DemoClock>,
    timeline: Timeline,
    feed: Feed,
    table: Arc<dyn Table>,
}

impl Demo {
    fn new(config: DemoConfig) -> anyhow::Result<Self> {
        let DemoConfig {
            base_url,
            admin_key,
            clock,
            timeline,
            resume_from,
            table,
        } = config;
        let origin = timeline.origin();
        let from = resume_from.map_or(origin, |at| at.plus_millis(-AGAIN_MS).max(origin));
        let feed = Feed::new(Plan::new(timeline.seed(), origin), origin, from);
        tracing::info!(seed = timeline.seed(), %origin, %from, "demo: the city lives");
        Ok(Self {
            client: Client::new(&base_url, admin_key)?,
            clock,
            timeline,
            feed,
            table,
        })
    }

    async fn live(&mut self) -> anyhow::Result<()> {
        self.publish().await?;
        self.ask_for_keys().await?;
        loop {
            let amendment = self.feed.plan().amendment().at;
            let amends =
                self.timeline.published() < Published::Amended && self.clock.now() >= amendment;
            // What happened before the notice is judged by the calendar without it.
            let now = if amends { amendment } else { self.clock.now() };
            self.deliver(now).await?;
            self.clock.delivered(now);
            if amends {
                self.amend().await?;
            } else {
                tokio::time::sleep(PAUSE).await;
                self.clock.until(self.feed.next_due(now)).await;
            }
        }
    }

    /// Sends what is due at `now`, all sources at once, and waits until it is taken.
    async fn deliver(&mut self, now: Timestamp) -> anyhow::Result<()> {
        let mut due = self.feed.take_due(now);
        loop {
            let sending = due.into_iter().map(|(source, due)| self.send(source, due));
            let left = futures::future::try_join_all(sending).await?;
            due = left.into_iter().flatten().collect();
            if due.is_empty() {
                return Ok(());
            }
            for source in due.keys() {
                self.replace_key(source).await?;
            }
        }
    }

    /// Sends what a source has to send. What is left when its key opens nothing is the answer.
    async fn send(
        &self,
        source: &'static str,
        due: Due,
    ) -> anyhow::Result<Option<(&'static str, Due)>> {
        let key = self.timeline.key(source).unwrap_or_default();
        let mut items: Vec<Vec<u8>> = due
            .dispatches
            .iter()
            .map(|dispatch| encode_event(&dispatch.event))
            .collect();
        items.extend(
            due.complete_until
                .map(|until| encode_complete_until(source, until)),
        );
        for items in items.chunks(ITEMS_MAX) {
            let sent = self.client.send(key, &items.join(&b'\n')).await?;
            if sent.key_refused {
                // What went before is sent again too; it is the same content.
                return Ok(Some((source, due)));
            }
            for why in sent.refused {
                tracing::error!(source, why, "demo: an item was refused");
            }
        }
        Ok(None)
    }

    /// The definitions declare the sources; each needs a key to speak.
    async fn ask_for_keys(&mut self) -> anyhow::Result<()> {
        for source in SYSTEMS {
            if self.timeline.key(source).is_none() {
                self.replace_key(source).await?;
            }
        }
        Ok(())
    }

    async fn replace_key(&mut self, source: &str) -> anyhow::Result<()> {
        let key = self.client.fresh_key(source).await?;
        self.timeline.set_key(source, key)
    }

    /// Publishes the definitions that the city begins with, where that was not done yet: after a restart the newer ones stay in force.
    async fn publish(&mut self) -> anyhow::Result<()> {
        if self.timeline.published() >= Published::Base {
            return Ok(());
        }
        let files = self.feed.plan().definitions(false);
        self.client.publish(&files).await?;
        tracing::info!("demo: definitions published");
        self.timeline.set_published(Published::Base)
    }

    /// Lays the calendar's amendment over what is in force by then. Where that is refused, it is said once, and the city lives on by the
    /// calendar it has.
    async fn amend(&mut self) -> anyhow::Result<()> {
        let published = match self.lay_over().await? {
            Ok(()) => {
                tracing::info!("demo: the amended calendar is published");
                Published::Amended
            }
            Err(refused) => {
                let why = format!("{refused:#}");
                tracing::warn!(why, "demo: the amended calendar is refused for good");
                Published::Refused
            }
        };
        self.timeline.set_published(published)
    }

    /// Whether it was taken, or why not; an error is that nobody can tell what is in force. Somebody may publish between a look at that and
    /// the request: then it is laid over what they published.
    async fn lay_over(&self) -> anyhow::Result<Result<(), anyhow::Error>> {
        let amendment = self.feed.plan().amendment();
        let mut in_force = mingjing_supervise::files_in_force(&*self.table).await?;
        for _ in 0..TRIES {
            let Some(files) = amendment.over(&in_force) else {
                return Ok(Err(anyhow!("the calendar is no longer the demo's own")));
            };
            let Err(refused) = self.client.publish(&files).await else {
                return Ok(Ok(()));
            };
            let newer = mingjing_supervise::files_in_force(&*self.table).await?;
            if newer == in_force {
                return Ok(Err(refused));
            }
            in_force = newer;
        }
        Ok(Err(anyhow!("definitions are changed without an end")))
    }
}
