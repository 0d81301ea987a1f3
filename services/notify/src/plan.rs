//! What becomes of a change of an alert: a message at once, an entry of a digest, or nothing. Pure: instants are arguments.
//!
//! ```text
//!              no route ──────────────────────────────▶ nobody is told
//!  a change ─▶ offices are closed, and it can wait ───▶ digest "quiet", due when they open
//!              more than N within M on this route ────▶ digest "storm", due M later
//!              else ──────────────────────────────────▶ a message at once
//! ```
//!
//! A message's id is made of what it says and to whom, so that the same change leads to the same message whenever it is read again, and
//! receivers can discard doubles. A digest keeps, for every partition, how far it has counted.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use mingjing_domain::Timestamp;
use mingjing_domain::alert::AlertRecord;
use mingjing_domain::ids::{Partition, derived_id};
use serde::{Deserialize, Serialize};

use crate::config::{Config, Route};
use crate::kind::Kind;
use crate::site::Known;
use crate::words::{self, Item, LISTED, Message};

/// A change of an alert that counts.
#[derive(Clone, Copy, Debug)]
pub struct Notice<'a> {
    /// Where its fact lies.
    pub partition: Partition,
    /// Where its fact lies.
    pub offset: u64,
    /// What happened.
    pub kind: Kind,
    /// How many times the alert had changed.
    pub revision: u32,
    /// The alert, as it is now.
    pub alert: &'a AlertRecord,
}

/// A message on its way to one receiver.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    /// The same for the same message to the same receiver, always.
    pub id: String,
    /// The route that asked for it.
    pub route: String,
    /// How it leaves.
    pub channel: String,
    /// To whom, where the channel has addresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// When it was made; for how long it is tried counts from here.
    pub made_at: Timestamp,
    /// How often it was tried.
    #[serde(default)]
    pub attempts: u32,
    /// What it says.
    pub message: Message,
}

/// Why messages are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Offices are closed.
    Quiet,
    /// There are too many at once.
    Storm,
}

impl Why {
    /// The code used in records and metrics.
    pub const fn code(self) -> &'static str {
        match self {
            Why::Quiet => "quiet",
            Why::Storm => "storm",
        }
    }
}

/// Which digest.
pub(crate) type DigestKey = (String, Why);

/// What was put together so far.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Digest {
    pub(crate) route: String,
    pub(crate) why: Why,
    pub(crate) opened_at: Timestamp,
    pub(crate) due_at: Timestamp,
    pub(crate) count: u64,
    pub(crate) levels: BTreeMap<String, u64>,
    pub(crate) kinds: BTreeMap<String, u64>,
    pub(crate) first: Vec<Item>,
    /// By partition: the last offset that was counted.
    pub(crate) through: BTreeMap<u16, u64>,
}

/// What a change led to.
#[derive(Debug, Default)]
pub(crate) struct Planned {
    /// Messages to go out.
    pub(crate) deliveries: Vec<Delivery>,
    /// Digests that it went into, in order of routes.
    pub(crate) digested: Vec<DigestKey>,
}

/// Plans messages. Its digests outlive it: whoever holds it writes them down and gives them to the next one.
pub(crate) struct Planner {
    config: Arc<Config>,
    /// By route: when messages went out by themselves, within the route's window.
    recent: BTreeMap<String, VecDeque<Timestamp>>,
    digests: BTreeMap<DigestKey, Digest>,
}

impl Planner {
    pub(crate) fn new(config: Arc<Config>, digests: Vec<Digest>) -> Self {
        let digests = digests.into_iter().map(|d| ((d.route.clone(), d.why), d));
        Self {
            config,
            recent: BTreeMap::new(),
            digests: digests.collect(),
        }
    }

    pub(crate) fn digest(&self, key: &DigestKey) -> Option<&Digest> {
        self.digests.get(key)
    }

    /// Takes a change.
    pub(crate) fn take(&mut self, notice: &Notice<'_>, known: &Known, now: Timestamp) -> Planned {
        let config = Arc::clone(&self.config);
        let mut planned = Planned::default();
        let routes = config.routes.iter();
        for route in routes.filter(|r| r.when.matches(notice.kind, notice.alert)) {
            let console = config.console.as_deref();
            let item = words::item(notice.kind, notice.alert, &route.show, known, console);
            let waits = route.quiet && !route.urgent.contains(&notice.alert.level);
            let opens_at = match waits {
                true => config.hours.open_next(&known.calendar, now),
                false => None,
            };
            let digest = match opens_at {
                Some(opens_at) => Some((Why::Quiet, opens_at)),
                None => self
                    .storms(route, now)
                    .then(|| (Why::Storm, now.plus_millis(route.digest.within_ms))),
            };
            match digest {
                Some((why, due_at)) => {
                    let key = (route.id.clone(), why);
                    self.add(key.clone(), notice, item, now, due_at);
                    planned.digested.push(key);
                }
                None => {
                    self.recent
                        .entry(route.id.clone())
                        .or_default()
                        .push_back(now);
                    let revision = notice.revision.to_string();
                    let what = ["notice", &notice.alert.alert_id, &revision];
                    let sent = deliveries(route, &what, &Message::of(item), now);
                    planned.deliveries.extend(sent);
                }
            }
        }
        planned
    }

    /// Whether the route has had its messages for now; while a digest is being put together, all go there.
    fn storms(&mut self, route: &Route, now: Timestamp) -> bool {
        let recent = self.recent.entry(route.id.clone()).or_default();
        let since = now.plus_millis(-route.digest.within_ms);
        while recent.front().is_some_and(|at| *at <= since) {
            recent.pop_front();
        }
        recent.len() >= route.digest.more_than
            || self.digests.contains_key(&(route.id.clone(), Why::Storm))
    }

    fn add(
        &mut self,
        key: DigestKey,
        notice: &Notice<'_>,
        item: Item,
        now: Timestamp,
        due_at: Timestamp,
    ) {
        let (route, why) = key.clone();
        let digest = self.digests.entry(key).or_insert_with(|| Digest {
            route,
            why,
            opened_at: now,
            due_at,
            count: 0,
            levels: BTreeMap::new(),
            kinds: BTreeMap::new(),
            first: Vec::new(),
            through: BTreeMap::new(),
        });
        let through = digest.through.get(&notice.partition.0);
        if through.is_some_and(|through| notice.offset <= *through) {
            return;
        }
        digest.through.insert(notice.partition.0, notice.offset);
        digest.count += 1;
        *digest.levels.entry(item.level.clone()).or_default() += 1;
        *digest.kinds.entry(item.kind.clone()).or_default() += 1;
        if digest.first.len() < LISTED {
            digest.first.push(item);
        }
    }

    /// When something is to be done next.
    pub(crate) fn due_at(&self) -> Option<Timestamp> {
        self.digests.values().map(|digest| digest.due_at).min()
    }

    /// Digests whose time has come, each with its messages: none where its route is gone. They are forgotten here.
    pub(crate) fn close_due(&mut self, now: Timestamp) -> Vec<(DigestKey, Vec<Delivery>)> {
        let due = |digest: &Digest| digest.due_at <= now;
        let keys: BTreeSet<DigestKey> = self
            .digests
            .iter()
            .filter(|(_, digest)| due(digest))
            .map(|(key, _)| key.clone())
            .collect();
        let config = Arc::clone(&self.config);
        let closed = keys.into_iter().filter_map(|key| {
            let digest = self.digests.remove(&key)?;
            let route = config.routes.iter().find(|r| r.id == digest.route);
            let sent = route.map(|route| closed(route, &digest, now));
            Some((key, sent.unwrap_or_default()))
        });
        closed.collect()
    }
}

fn closed(route: &Route, digest: &Digest, now: Timestamp) -> Vec<Delivery> {
    let message = match (digest.count, digest.first.first()) {
        // One alone is told as it would have been.
        (1, Some(only)) => Message::of(only.clone()),
        _ => words::digest(
            digest.why.code(),
            digest.count,
            &digest.levels,
            &digest.kinds,
            &digest.first,
        ),
    };
    let opened_at = digest.opened_at.millis().to_string();
    let what = ["digest", digest.why.code(), opened_at.as_str()];
    deliveries(route, &what, &message, now)
}

/// One message for each address, or one where the channel has none.
pub(crate) fn deliveries(
    route: &Route,
    what: &[&str],
    message: &Message,
    now: Timestamp,
) -> Vec<Delivery> {
    let one = |to: Option<&String>| {
        let address = to.map_or("", String::as_str);
        let parts = [what, &[route.id.as_str(), address][..]].concat();
        Delivery {
            id: derived_id(&parts),
            route: route.id.clone(),
            channel: route.channel.clone(),
            to: to.cloned(),
            made_at: now,
            attempts: 0,
            message: message.clone(),
        }
    };
    match route.to.is_empty() {
        true => vec![one(None)],
        false => route.to.iter().map(|to| one(Some(to))).collect(),
    }
}

#[cfg(test)]
mod tests;
