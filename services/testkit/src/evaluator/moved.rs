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

    /// The earlier time that an event keeps, and when the later one was told or the earlier record taken back.
    pub fn held(&self, index: usize) -> Option<(Timestamp, Timestamp)> {
        let allowance_ms = self.allowance_ms?;
        let event = self.events[index];
        let is_late = |told: Timestamp, earlier: &CaseEvent<'static>| {
            told > self.first_told(earlier).plus_millis(allowance_ms)
        };
        let step = |e: &CaseEvent<'static>| step_of(e, self.flowchart).map(str::to_owned);
        let mut found: Vec<(Timestamp, Timestamp)> = Vec::new();
        for version in self.records(&event.event_id) {
            let told = self.first_told(event);
            let same = version.kind == event.kind && step(version) == step(event);
            if same && version.occurred_at < event.occurred_at && is_late(told, version) {
                found.push((version.occurred_at, told));
            }
        }
        let comes_once = matches!(
            event.kind,
            EventKind::Applied | EventKind::Accepted | EventKind::Filed
        );
        if comes_once && self.first_of(event.kind) == Some(index) {
            let all = self.taken_back();
            for &(taken_back, _) in &all {
                // Taken back twice is taken back the first time.
                let same = all.iter().filter(|(other, _)| {
                    (&other.event_id, other.data_version)
                        == (&taken_back.event_id, taken_back.data_version)
                });
                let told = same
                    .map(|(_, correction)| self.first_told(correction))
                    .min();
                let Some(told) = told else { continue };
                let earlier =
                    taken_back.kind == event.kind && taken_back.occurred_at < event.occurred_at;
                if earlier && is_late(told, taken_back) {
                    found.push((taken_back.occurred_at, told));
                }
            }
        }
        found.into_iter().min()
    }

    /// What was taken back later than the allowance after it was told.
    pub fn taken_back_too_late(&self) -> Vec<&CaseEvent<'static>> {
        let Some(allowance_ms) = self.allowance_ms else {
            return Vec::new();
        };
        let all = self.taken_back();
        let told = |record: &CaseEvent<'static>| {
            let same = all.iter().filter(|(other, _)| {
                (&other.event_id, other.data_version) == (&record.event_id, record.data_version)
            });
            same.map(|(_, correction)| self.first_told(correction))
                .min()
        };
        let late = |record: &&CaseEvent<'static>| {
            let latest = self.first_told(record).plus_millis(allowance_ms);
            told(record).is_some_and(|told_at| told_at > latest)
        };
        all.iter().map(|(record, _)| *record).filter(late).collect()
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

    /// What corrections take back, every version of it, each with its correction.
    fn taken_back(&self) -> Vec<(&CaseEvent<'static>, &CaseEvent<'static>)> {
        let mut found = Vec::new();
        for record in self.arrivals {
            let latest = self.records(&record.event_id);
            let latest = latest.into_iter().max_by_key(|r| r.data_version);
            let Some(correction) = latest.filter(|r| r.kind == EventKind::Corrected) else {
                continue;
            };
            let Some(id) = correction.data.corrects.as_deref() else {
                continue;
            };
            found.extend(self.records(id).into_iter().map(|r| (r, correction)));
        }
        found
    }

    /// When a record was first received with the time that it has, to the second.
    fn first_told(&self, record: &CaseEvent<'static>) -> Timestamp {
        let versions = self.records(&record.event_id).into_iter();
        let same = versions.filter(|v| v.occurred_at == record.occurred_at);
        let told = same.map(|v| v.received_at).min();
        told.unwrap_or(record.received_at).floor_second()
    }
}
