//! What a partition had published after its snapshot when its owner died: enough to recognise it when it is concluded
//! again.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use mingjing_domain::fact::Fact;
use mingjing_log::{Log, Offset, Partition, Topic};
use mingjing_wire::facts::{FactPosition, FactRecord, Fences, Read};

use crate::publish::TOO_LARGE;
use crate::{Config, Error};

/// Judging again does not give what was published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Diverged {
    /// At this offset of the log.
    pub(crate) offset: Offset,
}

/// What was published of one record of the log.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Known {
    /// The record was refused.
    pub(crate) refused: bool,
    /// The digests of the alert facts, in order.
    pub(crate) digests: Vec<u64>,
}

/// The facts published since a position of the facts topic. Cases' and sources' states are not kept: they are whole each time
/// and may be said twice.
#[derive(Debug, Default)]
pub(crate) struct Said {
    entries: Vec<(FactPosition, What)>,
    /// The first entry not yet asked for, and the same before the last question.
    cursor: usize,
    cursor_before: usize,
    last: Option<FactPosition>,
    whole: Option<FactPosition>,
    end: Offset,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Refused,
    Concluded(u64),
}

impl Said {
    /// Reads what was published from an offset of the facts topic on; as [`each_fact`].
    pub(crate) async fn read(
        log: &dyn Log,
        partition: Partition,
        (from, fences): (Offset, Fences),
        own: u64,
        config: &Config,
    ) -> Result<Self, Error> {
        let mut said = Said {
            end: from,
            ..Said::default()
        };
        let add = |fact: FactRecord| said.add(&fact);
        said.end = each_fact(log, partition, (from, fences), own, config, add).await?;
        Ok(said)
    }

    pub(crate) fn add(&mut self, fact: &FactRecord) {
        self.last = Some(fact.position);
        if fact.ends_batch {
            self.whole = self.last;
        }
        match &fact.facts {
            Fact::Alert { .. } | Fact::Decision { .. } => self
                .entries
                .push((fact.position, What::Concluded(digest(&fact.facts)))),
            // It stands in the place of a conclusion; the record itself was taken.
            Fact::Refused { reason, .. } if reason == TOO_LARGE => {}
            Fact::Refused { .. } => self.entries.push((fact.position, What::Refused)),
            Fact::Case { .. } | Fact::Source { .. } => {}
        }
    }

    /// The position of the last fact.
    pub(crate) fn last(&self) -> Option<FactPosition> {
        self.last
    }

    /// Everything concluded from records up to this offset was published.
    pub(crate) fn whole_up_to(&self) -> Option<u64> {
        self.whole.map(|position| position.offset)
    }

    /// The writer died within a batch, having written something about this record as the last.
    pub(crate) fn torn_at(&self, offset: u64) -> bool {
        self.torn() && self.last.is_some_and(|last| last.offset == offset)
    }

    /// The writer died within a batch.
    pub(crate) fn torn(&self) -> bool {
        self.last != self.whole
    }

    /// Where the facts topic ended.
    pub(crate) fn end(&self) -> Offset {
        self.end
    }

    /// What was said of a record. Records are asked for in order.
    pub(crate) fn at(&mut self, offset: u64) -> Result<Known, Diverged> {
        self.cursor_before = self.cursor;
        let mut known = Known::default();
        while let Some((position, what)) = self.entries.get(self.cursor) {
            if position.offset > offset {
                break;
            }
            if position.offset < offset {
                return Err(Diverged {
                    offset: Offset(position.offset),
                });
            }
            match what {
                What::Refused => known.refused = true,
                What::Concluded(digest) => known.digests.push(*digest),
            }
            self.cursor += 1;
        }
        Ok(known)
    }

    /// Takes the last question back.
    pub(crate) fn again(&mut self) {
        self.cursor = self.cursor_before;
    }

    /// Whether a record was refused, in any order.
    pub(crate) fn refused_at(&self, offset: u64) -> bool {
        let first = FactPosition { offset, n: 0 };
        let found = self
            .entries
            .binary_search_by_key(&first, |(position, _)| *position);
        found.is_ok_and(|at| self.entries[at].1 == What::Refused)
    }

    /// Nothing was said that was not asked for.
    pub(crate) fn finish(&self) -> Result<(), Diverged> {
        match self.entries.get(self.cursor) {
            None => Ok(()),
            Some((position, _)) => Err(Diverged {
                offset: Offset(position.offset),
            }),
        }
    }
}

/// Calls `f` with every fact that counts from an offset of the facts topic on, and answers its end. `own` is the epoch of
/// the owner that reads, whose fence is there already.
///
/// # Errors
/// [`Error::Superseded`] where a later owner's fence is there too: nothing that this owner said behind it would count, and no
/// gap between its appends would ever tell it so.
pub(crate) async fn each_fact(
    log: &dyn Log,
    partition: Partition,
    (from, fences): (Offset, Fences),
    own: u64,
    config: &Config,
    mut f: impl FnMut(FactRecord),
) -> Result<Offset, Error> {
    let (mut next, mut fences) = (from, fences);
    loop {
        if fences.epoch() > own {
            return Err(Error::Superseded {
                partition,
                own,
                newest: fences.epoch(),
            });
        }
        let read = log.read(
            Topic::Facts,
            partition,
            next,
            config.batch_records,
            config.batch_bytes,
            None::<Duration>,
        );
        let batch = read.await.map_err(|source| Error::Log {
            attempted: "reading what was published",
            source,
        })?;
        if batch.records.is_empty() {
            return Ok(next);
        }
        for record in batch.records {
            next = record.offset.next();
            let read = fences.read(record.offset.0, &record.value);
            let read = read.map_err(|source| Error::Fact {
                partition,
                offset: record.offset,
                source,
            })?;
            if let Read::Fact(fact) = read {
                f(fact);
            }
        }
    }
}

/// What makes an alert fact the same as another: what happened to which alert, and what decides whether alert sets are
/// equal. Holds within one process only.
pub(crate) fn digest(fact: &Fact) -> u64 {
    let mut hash = DefaultHasher::new();
    if let Fact::Alert {
        change,
        revision,
        alert,
        ..
    } = fact
    {
        (change, revision, &alert.alert_id, alert.level, alert.status).hash(&mut hash);
        (alert.due_at, alert.breached_at, alert.completed_at).hash(&mut hash);
    }
    hash.finish()
}

#[cfg(test)]
mod tests {
    use mingjing_domain::Timestamp;

    use super::*;

    fn refusal(offset: u64, ends_batch: bool) -> FactRecord {
        let facts = Fact::Refused {
            at: Timestamp::from_millis(0),
            reason: "tick_ahead".into(),
            detail: String::new(),
            source: None,
            case_no: None,
            event_id: None,
        };
        FactRecord {
            position: FactPosition { offset, n: 0 },
            facts,
            epoch: 0,
            ends_batch,
        }
    }

    #[test]
    fn a_fact_that_was_too_large_is_no_record_that_was_refused() {
        let mut stand_in = refusal(3, true);
        if let Fact::Refused { reason, .. } = &mut stand_in.facts {
            *reason = TOO_LARGE.into();
        }
        let mut said = Said::default();
        said.add(&stand_in);
        assert_eq!(said.at(3), Ok(Known::default()));
        assert!(!said.refused_at(3) && said.whole_up_to() == Some(3));
    }

    #[test]
    fn what_was_said_is_found_by_its_record_and_nothing_may_be_left() {
        let mut said = Said::default();
        said.add(&refusal(3, true));
        said.add(&refusal(5, false));
        assert!(said.torn() && said.torn_at(5) && !said.torn_at(3));
        assert_eq!(said.whole_up_to(), Some(3));
        assert!(said.refused_at(5) && !said.refused_at(4));
        assert_eq!(
            said.at(3),
            Ok(Known {
                refused: true,
                digests: vec![]
            })
        );
        assert_eq!(said.finish(), Err(Diverged { offset: Offset(5) }));
        assert_eq!(said.at(6), Err(Diverged { offset: Offset(5) }));
        said.again();
        assert!(said.at(5).is_ok_and(|known| known.refused));
        assert_eq!(said.finish(), Ok(()));
    }
}
