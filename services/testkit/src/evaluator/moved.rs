//! Starts that were told later than they had been told before.

use mingjing_domain::Timestamp;
use mingjing_domain::event::{CaseEvent, EventKind};

use super::history::{Case, step_of};

impl Case<'_> {
    /// When what an event starts began: the earliest time that it was told with, where a later one came too late.
    pub fn begins_at(&self, index: usize) -> Timestamp {
        let occurred_at = self.events[index].occurred_at;
        self.held(index).map_or(occurred_at, |(at, _)| at)
    }

    /// The earlier time that an event keeps, and when the later one was told or the earlier record was told so no more.
    pub fn held(&self, index: usize) -> Option<(Timestamp, Timestamp)> {
        self.allowance_ms?;
        let event = self.events[index];
        let comes_once = matches!(
            event.kind,
            EventKind::Applied | EventKind::Accepted | EventKind::Filed
        );
        let comes_once = comes_once && self.first_of(event.kind) == Some(index);
        let mut found: Vec<(Timestamp, Timestamp)> = Vec::new();
        for (version, gone_at) in self.gone_too_late() {
            if version.kind != event.kind || version.occurred_at >= event.occurred_at {
                continue;
            }
            if version.event_id != event.event_id {
                found.extend(comes_once.then_some((version.occurred_at, gone_at)));
            } else if self.step_named(version) == self.step_named(event) {
                found.push((version.occurred_at, self.first_told(event)));
            }
        }
        found.into_iter().min()
    }

    /// When the case was first applied for, accepted or filed, by its first `count` events and what lay before them for longer than
    /// the allowance.
    pub fn begun_at(&self, count: usize) -> Option<Timestamp> {
        let order = |e: &CaseEvent<'static>| (e.occurred_at, e.source_seq, e.event_id.to_string());
        let last = order(self.events.get(count.checked_sub(1)?)?);
        let mut told: Vec<&CaseEvent<'static>> = self.events[..count].to_vec();
        if self.allowance_ms.is_some() {
            let versions = self.ids().into_iter().flat_map(|id| self.records(id));
            told.extend(versions.filter(|v| order(v) <= last && !self.was_put_right(v)));
        }
        let begins = |e: &&CaseEvent<'static>| {
            matches!(
                e.kind,
                EventKind::Applied | EventKind::Accepted | EventKind::Filed
            )
        };
        told.into_iter().filter(begins).map(|e| e.occurred_at).min()
    }

    /// Every version of every record that is told so no more, where it was for longer than the allowance, and when that came.
    pub fn gone_too_late(&self) -> Vec<(&CaseEvent<'static>, Timestamp)> {
        let Some(allowance_ms) = self.allowance_ms else {
            return Vec::new();
        };
        let ids = self.ids();
        let versions = ids.iter().flat_map(|id| self.records(id));
        let gone = versions.filter_map(|version| Some((version, self.gone_at(version)?)));
        gone.filter(|(version, gone_at)| {
            *gone_at > self.first_told(version).plus_millis(allowance_ms)
        })
        .collect()
    }

    /// Whether a version is told so no more, and was for no longer than the allowance.
    pub fn was_put_right(&self, version: &CaseEvent<'static>) -> bool {
        let Some(allowance_ms) = self.allowance_ms else {
            return false;
        };
        let latest = self.first_told(version).plus_millis(allowance_ms);
        self.gone_at(version)
            .is_some_and(|gone_at| gone_at <= latest)
    }

    fn ids(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = self.arrivals.iter().map(|e| &*e.event_id).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// When it was first received that a version is told so no more: a newer one says something else, or it is taken back.
    fn gone_at(&self, version: &CaseEvent<'static>) -> Option<Timestamp> {
        let mut came: Vec<Timestamp> = Vec::new();
        for newer in self.records(&version.event_id) {
            if newer.data_version > version.data_version && !Self::says_as(newer, version) {
                came.push(newer.received_at.floor_second());
            }
        }
        let takes_back = |r: &CaseEvent<'static>| {
            r.kind == EventKind::Corrected && r.data.corrects.as_deref() == Some(&*version.event_id)
        };
        for id in self.ids() {
            let records = self.records(id);
            let latest = records.iter().max_by_key(|r| r.data_version);
            if latest.is_some_and(|latest| takes_back(latest)) {
                let corrections = records.iter().filter(|r| takes_back(r));
                came.extend(corrections.map(|r| r.received_at.floor_second()));
            }
        }
        came.into_iter().min()
    }

    /// The versions of an event's record that say of the same instant and kind what it says, and came within the allowance after that
    /// instant; of sources for which that cannot be known, itself.
    pub fn told_in_time(&self, index: usize) -> Vec<&CaseEvent<'static>> {
        let event = self.events[index];
        let Some(allowance_ms) = self.allowance_ms else {
            return vec![event];
        };
        let latest = event.occurred_at.plus_millis(allowance_ms);
        let mut versions = self.records(&event.event_id);
        versions.retain(|v| {
            v.kind == event.kind
                && v.occurred_at == event.occurred_at
                && v.received_at.floor_second() <= latest
        });
        versions
    }

    /// Every version of a record, of each the first that arrived.
    pub fn records(&self, id: &str) -> Vec<&CaseEvent<'static>> {
        let mut records: Vec<&CaseEvent<'static>> = Vec::new();
        for record in self.arrivals.iter().filter(|e| *e.event_id == *id) {
            let known = |r: &&CaseEvent<'static>| r.data_version == record.data_version;
            if !records.iter().any(known) {
                records.push(record);
            }
        }
        records
    }

    /// When it was first received what a version of a record says, to the second.
    fn first_told(&self, record: &CaseEvent<'static>) -> Timestamp {
        let versions = self.records(&record.event_id).into_iter();
        let same = versions.filter(|v| Self::says_as(v, record));
        let told = same.map(|v| v.received_at).min();
        told.unwrap_or(record.received_at).floor_second()
    }

    /// Whether two versions say that the same happened, in the same step, at the same time.
    fn says_as(a: &CaseEvent<'static>, b: &CaseEvent<'static>) -> bool {
        let special = |e: &CaseEvent<'static>| {
            let special = e.data.special.as_ref();
            special.map(|s| s.kind.to_string()).unwrap_or_default()
        };
        let step = |e: &CaseEvent<'static>| e.data.step_code.as_deref().map(str::to_owned);
        a.kind == b.kind
            && a.occurred_at == b.occurred_at
            && step(a) == step(b)
            && special(a) == special(b)
    }

    fn step_named(&self, event: &CaseEvent<'static>) -> Option<String> {
        step_of(event, self.flowchart).map(str::to_owned)
    }
}
