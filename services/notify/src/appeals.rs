//! Appeals 申诉 that nobody has decided by their day: to those who decide, as soon as it has passed, and to whoever leads them, once a working day
//! more has passed.
//!
//! That a day has passed is no fact of the log, so the appeals that wait are kept here, as the facts that are followed tell them:
//!
//! | table | key | value |
//! |---|---|---|
//! | `notify_appeals` | the alert's id | an appeal that waits, what was told of it, and the routes that wait for offices to open |
//!
//! They are written down before the position moves, like messages, and messages before what is told: killed anywhere, the same message goes out
//! once more under the same id, which is made of alert, appeal, day, kind, route and address. Nothing is told of an appeal before everything is
//! read that the log held when its day was seen to have passed, so that whoever was away over that day reminds nobody of what was decided
//! meanwhile. Passed up, an appeal has another day, and is told of anew. They are few, and never put together.

use std::collections::BTreeMap;

use bytes::Bytes;
use mingjing_domain::Timestamp;
use mingjing_domain::alert::{AlertRecord, Status};
use mingjing_domain::deadline::{Ledger, deadline, first_late_instant};
use mingjing_domain::definitions::regions::{above, county};
use mingjing_domain::disposition::Appeal;
use mingjing_domain::limit::{Budget, Unit};
use mingjing_log::{Offset, Partition};
use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::desk::Desk;
use crate::follow::Change;
use crate::kind::Kind;
use crate::plan::{Delivery, deliveries};
use crate::site::Known;
use crate::words::{self, Message};
use crate::{Error, Metrics};

const TABLE: &str = "notify_appeals";

/// Whoever decides has so long after the day, before it is brought before whoever leads them.
const LEADER_AFTER: Budget = Budget::new(1, Unit::WorkingDays);

/// An appeal that waits to be decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Waiting {
    partition: u16,
    revision: u32,
    /// The command by which it was made.
    appeal: String,
    due_at: Timestamp,
    /// When it is to be looked at next; none: all is told.
    next_at: Option<Timestamp>,
    /// What was told, and on which routes that still waits for offices to open.
    told: BTreeMap<Kind, Vec<String>>,
    /// The alert, without what it stands on.
    alert: Box<AlertRecord>,
}

impl Waiting {
    /// What is to be kept of an alert as it is now; none: nobody has to decide anything about it, or by no day.
    fn of(partition: Partition, change: &Change) -> Option<Self> {
        let appeal = open(&change.alert)?;
        let due_at = appeal.due_at?;
        let alert = AlertRecord {
            evidence: Vec::new(),
            ..(*change.alert).clone()
        };
        Some(Self {
            partition: partition.0,
            revision: change.revision,
            appeal: appeal.by.command.clone(),
            due_at,
            next_at: Some(first_late_instant(due_at)),
            told: BTreeMap::new(),
            alert: Box::new(alert),
        })
    }

    /// What was told of the same appeal and the same day is told.
    fn after(self, before: &Waiting) -> Self {
        match (&self.appeal, self.due_at) == (&before.appeal, before.due_at) {
            true => Self {
                next_at: before.next_at,
                told: before.told.clone(),
                ..self
            },
            false => self,
        }
    }

    fn is_due(&self, now: Timestamp) -> bool {
        self.next_at.is_some_and(|at| at <= now)
    }
}

/// An appeal that waits. What was taken back leaves nothing to decide.
fn open(alert: &AlertRecord) -> Option<&Appeal> {
    let gone = matches!(alert.status, Status::Withdrawn | Status::Cancelled);
    let appeal = alert.disposition.as_ref()?.appeal.as_ref()?;
    (appeal.outcome.is_none() && !gone).then_some(appeal)
}

/// The region whose supervision office has to decide: the alert's, of a township its county's, or that of the body to which it was passed up last.
/// Where nobody knows that one, the region above.
fn office(alert: &AlertRecord, known: &Known) -> Option<String> {
    let own = alert.region_code.as_deref();
    let up = open(alert).and_then(|appeal| appeal.passed_up.last());
    match up {
        None => own.map(|region| county(region).to_owned()),
        Some(up) => match known.regions_of_bodies.get(&up.to) {
            Some(region) => Some(county(region).to_owned()),
            None => own.and_then(above),
        },
    }
}

/// Keeps the appeals that wait.
pub(crate) struct Appeals {
    waiting: BTreeMap<String, Waiting>,
    /// By alert, of those whose day has passed: how far its partition has to be read before anything is told.
    read_to: BTreeMap<String, Offset>,
}

impl Appeals {
    /// Those that waited before.
    pub(crate) async fn restored(desk: &Desk, metrics: &Metrics) -> Result<Self, Error> {
        let mut waiting = BTreeMap::new();
        for (key, value) in desk.scan(TABLE).await? {
            let key = String::from_utf8_lossy(&key).into_owned();
            match serde_json::from_slice(&value) {
                Ok(read) => _ = waiting.insert(key, read),
                Err(error) => {
                    tracing::error!(key, %error, "an appeal that waits cannot be read: nobody is reminded of it");
                    metrics.passed_over("unreadable", 1);
                }
            }
        }
        Ok(Self {
            waiting,
            read_to: BTreeMap::new(),
        })
    }

    /// Takes what happened in a partition, in order. Taken again it changes nothing.
    pub(crate) async fn take(
        &mut self,
        partition: Partition,
        changes: &[Change],
        known: &Known,
        desk: &Desk,
    ) -> Result<(), Error> {
        for change in changes {
            let id = &change.alert.alert_id;
            let before = self.waiting.get(id);
            let older = before.is_some_and(|before| change.revision < before.revision);
            if older || known.declared.contains(&change.alert.source) {
                continue;
            }
            let now = Waiting::of(partition, change);
            let after = match (now, before) {
                (Some(now), Some(before)) => Some(now.after(before)),
                (now, _) => now,
            };
            if after.as_ref() != before {
                self.keep(id.clone(), after, desk).await?;
            }
        }
        Ok(())
    }

    /// Of which something is to be told now, each with its partition.
    pub(crate) fn due(&self, now: Timestamp) -> Vec<(String, Partition)> {
        let due = self.waiting.iter().filter(|(_, one)| one.is_due(now));
        due.map(|(id, one)| (id.clone(), Partition(one.partition)))
            .collect()
    }

    /// How far a partition has to be read before something is told; none: nobody has asked the log yet.
    pub(crate) fn read_to(&self, id: &str) -> Option<Offset> {
        self.read_to.get(id).copied()
    }

    /// Before anything is told, everything that the log holds now is to be read.
    pub(crate) fn read_first(&mut self, id: &str, end: Offset) {
        self.read_to.insert(id.to_owned(), end);
    }

    /// Tells what is due of one.
    pub(crate) async fn tell(
        &mut self,
        id: &str,
        config: &Config,
        known: &Known,
        now: Timestamp,
        (desk, metrics): (&Desk, &Metrics),
    ) -> Result<(), Error> {
        let Some(before) = self.waiting.get(id) else {
            return Ok(());
        };
        let planned = plan(config, before, known, now);
        for reason in planned.passed_over {
            metrics.passed_over(reason, 1);
        }
        desk.take(planned.deliveries).await?;
        self.keep(id.to_owned(), Some(planned.after), desk).await
    }

    async fn keep(
        &mut self,
        id: String,
        waiting: Option<Waiting>,
        desk: &Desk,
    ) -> Result<(), Error> {
        let value = waiting.as_ref().map(|waiting| {
            let json = serde_json::to_vec(waiting).expect("it has only text keys");
            Bytes::from(json)
        });
        desk.write(TABLE, Bytes::from(id.clone()), value).await?;
        self.read_to.remove(&id);
        match waiting {
            Some(waiting) => _ = self.waiting.insert(id, waiting),
            None => _ = self.waiting.remove(&id),
        }
        Ok(())
    }
}

/// What becomes of one now.
#[derive(Debug)]
struct Planned {
    deliveries: Vec<Delivery>,
    passed_over: Vec<&'static str>,
    after: Waiting,
}

/// What goes out now and what waits. Pure.
fn plan(config: &Config, before: &Waiting, known: &Known, now: Timestamp) -> Planned {
    let (mut deliveries, mut passed_over) = (Vec::new(), Vec::new());
    let mut after = before.clone();
    let leader_due = deadline(
        &known.calendar,
        before.due_at,
        LEADER_AFTER,
        &Ledger::default(),
    );
    let stages = [
        (Kind::AppealOverdue, first_late_instant(before.due_at)),
        (
            Kind::AppealOverdueLeader,
            first_late_instant(leader_due.due_at),
        ),
    ];
    let opens_at = config.hours.open_next(&known.calendar, now);
    after.next_at = None;
    for (kind, at) in stages {
        let earlier = before.told.get(&kind).map(Vec::as_slice);
        let next_at = if now < at {
            Some(at)
        } else {
            let oldest = now.plus_millis(-config.age_max_ms);
            let told = match earlier {
                // What has passed for longer than anything is told, the console shows.
                None if at < oldest => Told::nothing("too_old"),
                earlier => tell(kind, config, before, earlier, known, now),
            };
            if earlier.is_none() {
                passed_over.extend(told.passed_over);
            }
            deliveries.extend(told.deliveries);
            let waits = !told.waits.is_empty();
            after.told.insert(kind, told.waits);
            opens_at.filter(|_| waits)
        };
        after.next_at = [after.next_at, next_at].into_iter().flatten().min();
    }
    Planned {
        deliveries,
        passed_over,
        after,
    }
}

/// What of one kind goes out, and the routes that wait.
struct Told {
    deliveries: Vec<Delivery>,
    waits: Vec<String>,
    passed_over: Option<&'static str>,
}

impl Told {
    fn nothing(reason: &'static str) -> Self {
        Self {
            deliveries: Vec::new(),
            waits: Vec::new(),
            passed_over: Some(reason),
        }
    }
}

/// `earlier`: the routes that have waited since an earlier look; none: nothing was told yet.
fn tell(
    kind: Kind,
    config: &Config,
    waiting: &Waiting,
    earlier: Option<&[String]>,
    known: &Known,
    now: Timestamp,
) -> Told {
    let alert = &*waiting.alert;
    let office = office(alert, known);
    let closed = config.hours.open_next(&known.calendar, now).is_some();
    let (mut sent, mut waits) = (Vec::new(), Vec::new());
    for route in &config.routes {
        let concerned = match earlier {
            Some(earlier) => earlier.contains(&route.id),
            None => route.when.matches_undecided(kind, alert, office.as_deref()),
        };
        if !concerned {
            continue;
        }
        if closed && route.quiet && !route.urgent.contains(&alert.level) {
            waits.push(route.id.clone());
            continue;
        }
        let console = config.console.as_deref();
        let item = words::item(kind, alert, &route.show, known, console);
        let day = waiting.due_at.millis().to_string();
        let what = [
            "appeal",
            &alert.alert_id,
            &waiting.appeal,
            &day,
            kind.code(),
        ];
        sent.extend(deliveries(route, &what, &Message::of(item), now));
    }
    let nobody = sent.is_empty() && waits.is_empty();
    Told {
        deliveries: sent,
        waits,
        passed_over: nobody.then_some("no_route"),
    }
}

#[cfg(test)]
mod tests;
