//! What was known of a case when: by the receipts of its records, whatever their business time.

use mingjing_domain::Timestamp;

use super::event::{Event, Reading, frames};
use super::{Id, WHOLE};

/// One version of a record, as it came.
struct Came<'h> {
    event: Event<'h>,
    version: u32,
    /// Its record, and the one that it takes back, by number.
    record: usize,
    takes_back: Option<usize>,
}

impl<'h> Reading<'h> {
    /// Every version of every record, whether it counts or not, in order.
    pub(crate) fn every_version(&self) -> impl Iterator<Item = Event<'h>> + use<'h> {
        let reading = *self;
        frames(self.bytes).map(move |frame| reading.decode(&frame))
    }

    /// What the first event that says something said, as known after each receipt: when, and what; 0 where none said anything.
    pub(crate) fn first_said(&self, says: impl Fn(&Event<'h>) -> u32) -> Vec<(Timestamp, u32)> {
        self.after_each_receipt(|known| {
            let mut values = known.iter().map(&says);
            values.find(|value| *value != 0).unwrap_or(0)
        })
    }

    /// What the last event that says something said, as known after each receipt: when, and what.
    pub(crate) fn last_said<T>(
        &self,
        says: impl Fn(&Event<'h>) -> Option<T>,
    ) -> Vec<(Timestamp, Option<T>)> {
        self.after_each_receipt(|known| known.iter().rev().find_map(&says))
    }

    /// Something of the events that counted, in order, after each receipt.
    fn after_each_receipt<T>(&self, of: impl Fn(&[Event<'h>]) -> T) -> Vec<(Timestamp, T)> {
        let came = self.as_it_came();
        let records = came.iter().map(|c| c.record + 1).max().unwrap_or(0);
        let mut latest: Vec<Option<usize>> = vec![None; records];
        let mut by_receipt: Vec<usize> = (0..came.len()).collect();
        by_receipt.sort_by_key(|at| came[*at].event.came_at());
        let mut said = Vec::new();
        for now in by_receipt.chunk_by(|a, b| came[*a].event.came_at() == came[*b].event.came_at())
        {
            for at in now {
                let known = &mut latest[came[*at].record];
                if known.is_none_or(|known| came[known].version < came[*at].version) {
                    *known = Some(*at);
                }
            }
            let standing = latest.iter().flatten();
            let taken_back: Vec<usize> = standing.filter_map(|at| came[*at].takes_back).collect();
            let counts = |at: &usize| {
                let record = came[*at].record;
                latest[record] == Some(*at) && !taken_back.contains(&record)
            };
            let known = (0..came.len()).filter(counts).map(|at| came[at].event);
            let known: Vec<Event<'h>> = known.collect();
            said.extend(
                now.first()
                    .map(|at| (came[*at].event.came_at(), of(&known))),
            );
        }
        said
    }

    fn as_it_came(&self) -> Vec<Came<'h>> {
        let mut ids: Vec<Id<'h>> = Vec::new();
        let mut number = |id: Id<'h>| {
            ids.iter()
                .position(|known| *known == id)
                .unwrap_or_else(|| {
                    ids.push(id);
                    ids.len() - 1
                })
        };
        let mut came = Vec::new();
        for frame in frames(self.bytes) {
            let event = self.decode(&frame);
            let corrects = event.extra().and_then(|extra| extra.corrects);
            came.push(Came {
                version: frame.fields(&self.head).expect(WHOLE).version,
                record: number(frame.id),
                takes_back: corrects.map(|id| number(Id::of(id))),
                event,
            });
        }
        came
    }
}
