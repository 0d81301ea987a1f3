//! One partition's state and how a record of its log changes it: the engine, and beside it what the log says about the
//! partition itself (epoch of the ticks, definitions in force, positions). Pure: the owner's time is an argument.

use std::sync::Arc;

use mingjing_domain::Timestamp;
use mingjing_domain::definitions::DefinitionSet;
use mingjing_domain::fact::Fact;
use mingjing_engine::{Engine, Input, Rules};
use mingjing_log::{Offset, StoredRecord};
use mingjing_wire::facts::{FactPosition, FactRecord};
use mingjing_wire::{LogRecord, Refusal};

use crate::definitions::Active;
use crate::said::{Diverged, Said, digest};

/// How many digits a hash of definitions has.
const HASH_DIGITS: usize = 64;

/// What a record is, for counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Event,
    SourceDeclared,
    CompleteUntil,
    SourceTotals,
    Tick,
    Command,
    DefinitionsActivated,
    Refused,
}

impl Kind {
    pub(crate) const ALL: [Kind; 8] = [
        Kind::Event,
        Kind::SourceDeclared,
        Kind::CompleteUntil,
        Kind::SourceTotals,
        Kind::Tick,
        Kind::Command,
        Kind::DefinitionsActivated,
        Kind::Refused,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Kind::Event => "event",
            Kind::SourceDeclared => "source_declared",
            Kind::CompleteUntil => "complete_until",
            Kind::SourceTotals => "source_totals",
            Kind::Tick => "tick",
            Kind::Command => "command",
            Kind::DefinitionsActivated => "definitions_activated",
            Kind::Refused => "refused",
        }
    }
}

/// By what an owner tells ticks that it may believe.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Owner {
    /// Its time.
    pub(crate) now: Timestamp,
    /// Its epoch.
    pub(crate) epoch: u64,
    /// How far a tick may be ahead of its time, in milliseconds.
    pub(crate) ahead_ms_max: i64,
}

/// Where compiled definitions are found.
pub(crate) type FindRules<'a> = &'a dyn Fn(&str) -> Option<Arc<Rules>>;

/// What came of some records.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    /// What was concluded, in order.
    pub(crate) facts: Vec<FactRecord>,
    /// How many records of each kind, in the order of [`Kind::ALL`].
    pub(crate) records: [u64; Kind::ALL.len()],
    /// How late, by the owner's time, the earliest due instant was met at each tick that met one, in milliseconds.
    pub(crate) overdue_ms: Vec<i64>,
    /// The greatest epoch seen that is newer than the owner's.
    pub(crate) newer_epoch: Option<u64>,
    /// The hash of definitions that the next record puts in force and that were not found. It was not taken.
    pub(crate) needs: Option<String>,
}

/// The state of one partition.
pub(crate) struct Judge {
    pub(crate) engine: Engine,
    /// The next record of the log to take.
    pub(crate) next: Offset,
    /// The position of the last fact.
    pub(crate) last: Option<FactPosition>,
    /// The greatest epoch of a tick that was believed.
    pub(crate) epoch: u64,
    /// What is in force.
    pub(crate) definitions: Option<Active>,
    scratch: Vec<Fact>,
}

impl Judge {
    /// A partition of which nothing was read.
    pub(crate) fn new() -> Self {
        Self::with(Engine::new(no_rules()), Offset::ZERO, None, 0, None)
    }

    /// A partition as it was.
    pub(crate) fn with(
        engine: Engine,
        next: Offset,
        last: Option<FactPosition>,
        epoch: u64,
        definitions: Option<Active>,
    ) -> Self {
        Self {
            engine,
            next,
            last,
            epoch,
            definitions,
            scratch: Vec::new(),
        }
    }

    /// Takes records that were never judged, up to one that needs definitions which are not there.
    pub(crate) fn take(
        &mut self,
        records: &[StoredRecord],
        owner: &Owner,
        find: FindRules<'_>,
    ) -> Taken {
        let mut taken = Taken::default();
        for record in records {
            let mut facts = std::mem::take(&mut self.scratch);
            let read = self.read(record, Some(owner), &mut taken);
            let kind = self.apply(read, Mode::Judge, find, &mut facts);
            match kind {
                Ok(kind) => taken.records[kind as usize] += 1,
                Err(Needs(hash)) => {
                    taken.needs = Some(hash);
                    self.scratch = facts;
                    break;
                }
            }
            self.next = record.offset.next();
            self.conclude(record.offset.0, &mut facts, &mut taken.facts);
            self.scratch = facts;
        }
        self.end_batch(&mut taken.facts);
        taken
    }

    /// Takes records again that were judged and whose facts were published, and holds what it concludes against what was
    /// said. What was not said because the writer died half-way is written to `missing`.
    pub(crate) fn take_again(
        &mut self,
        records: &[StoredRecord],
        said: &mut Said,
        find: FindRules<'_>,
        missing: &mut Vec<FactRecord>,
    ) -> Result<Option<String>, Diverged> {
        let mut facts = Vec::new();
        for record in records {
            let offset = record.offset.0;
            let known = said.at(offset)?;
            let read = match known.refused {
                true => Err(None),
                false => self.read(record, None, &mut Taken::default()),
            };
            match self.apply(read, Mode::Judge, find, &mut facts) {
                Ok(_) => {}
                Err(Needs(hash)) => {
                    said.again();
                    return Ok(Some(hash));
                }
            }
            self.next = record.offset.next();
            let mut concluded = Vec::new();
            self.conclude(offset, &mut facts, &mut concluded);
            let published = known.digests.len();
            let same = concluded
                .iter()
                .zip(&known.digests)
                .all(|(c, d)| digest(&c.facts) == *d);
            let partly = said.torn_at(offset);
            if !same || published > concluded.len() || (published < concluded.len() && !partly) {
                return Err(Diverged {
                    offset: record.offset,
                });
            }
            missing.extend(concluded.into_iter().skip(published));
            if said.whole_up_to() == Some(offset) {
                self.engine.flush_cases(&mut facts);
                facts.clear();
            }
        }
        Ok(None)
    }

    /// Takes records again without judging them, for an engine that would judge them otherwise.
    pub(crate) fn note(
        &mut self,
        records: &[StoredRecord],
        said: &Said,
        find: FindRules<'_>,
    ) -> Option<String> {
        for record in records {
            let refused = said.refused_at(record.offset.0);
            if !refused {
                let read = self.read(record, None, &mut Taken::default());
                if let Err(Needs(hash)) = self.apply(read, Mode::Note, find, &mut Vec::new()) {
                    return Some(hash);
                }
            }
            self.next = record.offset.next();
        }
        None
    }

    /// Gives facts their positions behind everything said so far; the last ends a batch.
    pub(crate) fn append(&mut self, facts: Vec<Fact>, out: &mut Vec<FactRecord>) {
        let offset = self
            .last
            .map_or(0, |last| last.offset)
            .max(self.next.0.saturating_sub(1));
        let mut facts = facts;
        self.conclude(offset, &mut facts, out);
    }

    /// Writes the present state of what was touched, and marks the last fact.
    pub(crate) fn end_batch(&mut self, out: &mut Vec<FactRecord>) {
        let mut facts = Vec::new();
        self.engine.flush_cases(&mut facts);
        self.append(facts, out);
        if let Some(last) = out.last_mut() {
            last.ends_batch = true;
        }
    }

    fn conclude(&mut self, offset: u64, facts: &mut Vec<Fact>, out: &mut Vec<FactRecord>) {
        for fact in facts.drain(..) {
            let n = match self.last {
                Some(last) if last.offset == offset => last.n + 1,
                _ => 0,
            };
            let position = FactPosition { offset, n };
            self.last = Some(position);
            out.push(FactRecord {
                position,
                facts: fact,
                epoch: 0,
                ends_batch: false,
            });
        }
    }

    /// Reads a record. Refused: the fact that says so, or none where it was said. Without an owner it was believed before.
    fn read<'r>(
        &self,
        record: &'r StoredRecord,
        owner: Option<&Owner>,
        taken: &mut Taken,
    ) -> Result<LogRecord<'r>, Option<Box<Fact>>> {
        let clock = self.engine.clock();
        // A department's event always has its receipt; what was put into the log otherwise came when the clock stood here.
        let received_at = if clock == Timestamp::MIN {
            EPOCH
        } else {
            clock
        };
        let read = LogRecord::parse(&record.value, received_at);
        let refuse = |at: Timestamp, reason: &str, detail: String| {
            Err(Some(Box::new(refused(at, reason, detail))))
        };
        let at = if clock == Timestamp::MIN {
            owner.map_or(EPOCH, |o| o.now)
        } else {
            clock
        };
        match (read, owner) {
            (Err(refusal), _) => Err(Some(Box::new(refused_input(at, &refusal)))),
            (Ok(LogRecord::DefinitionsActivated { hash, .. }), _) if !is_hash(&hash) => {
                let detail = format!("定义的哈希应为 {HASH_DIGITS} 位十六进制数字，该记录作废");
                refuse(at, "bad_hash", detail)
            }
            (Ok(LogRecord::Tick { at: tick, epoch }), Some(owner)) => {
                if epoch > owner.epoch {
                    taken.newer_epoch = taken.newer_epoch.max(Some(epoch));
                }
                match self.doubt(tick, epoch, owner) {
                    Some((reason, detail)) => refuse(at, reason, detail),
                    None => {
                        if let Some(due) = self.engine.next_due().filter(|due| *due <= tick) {
                            taken
                                .overdue_ms
                                .push(owner.now.millis().saturating_sub(due.millis()).max(0));
                        }
                        Ok(LogRecord::Tick { at: tick, epoch })
                    }
                }
            }
            (Ok(read), _) => Ok(read),
        }
    }

    /// Why a tick is not believed.
    fn doubt(&self, tick: Timestamp, epoch: u64, owner: &Owner) -> Option<(&'static str, String)> {
        let ahead_ms = tick.millis().saturating_sub(owner.now.millis());
        if epoch < self.epoch {
            let detail = format!(
                "时钟记录的任期 {epoch} 早于已生效的任期 {}，该记录作废",
                self.epoch
            );
            Some(("stale_epoch", detail))
        } else if epoch > owner.epoch {
            let detail = format!(
                "时钟记录的任期 {epoch} 从未授予（当前任期 {}），该记录作废",
                owner.epoch
            );
            Some(("unknown_epoch", detail))
        } else if ahead_ms > owner.ahead_ms_max {
            let detail =
                format!("时钟记录比本机时间快 {ahead_ms} 毫秒，该记录作废；请检查各机对时");
            Some(("tick_ahead", detail))
        } else {
            None
        }
    }

    fn apply(
        &mut self,
        read: Result<LogRecord<'_>, Option<Box<Fact>>>,
        mode: Mode,
        find: FindRules<'_>,
        facts: &mut Vec<Fact>,
    ) -> Result<Kind, Needs> {
        let (input, kind) = match &read {
            Err(fact) => {
                facts.extend(fact.as_deref().cloned());
                return Ok(Kind::Refused);
            }
            Ok(LogRecord::Event(event)) => (Input::Event(event), Kind::Event),
            Ok(LogRecord::SourceDeclared(source)) => {
                (Input::Declared(source), Kind::SourceDeclared)
            }
            Ok(LogRecord::CompleteUntil { source, until }) => (
                Input::CompleteUntil {
                    source,
                    until: *until,
                },
                Kind::CompleteUntil,
            ),
            // Nothing to judge: the archive holds it against what was taken.
            Ok(LogRecord::SourceTotals { .. }) => return Ok(Kind::SourceTotals),
            Ok(LogRecord::Tick { at, epoch }) => {
                self.epoch = self.epoch.max(*epoch);
                (Input::Tick(*at), Kind::Tick)
            }
            Ok(LogRecord::Command(command)) => (Input::Command(command), Kind::Command),
            Ok(LogRecord::DefinitionsActivated { hash, version }) => {
                if self
                    .definitions
                    .as_ref()
                    .is_some_and(|active| active.hash == *hash)
                {
                    return Ok(Kind::DefinitionsActivated);
                }
                let rules = find(hash).ok_or_else(|| Needs(hash.clone()))?;
                self.definitions = Some(Active {
                    hash: hash.clone(),
                    version: version.clone(),
                });
                (Input::Activated(rules), Kind::DefinitionsActivated)
            }
        };
        match mode {
            Mode::Judge => self.engine.handle(input, facts),
            Mode::Note => self.engine.note(input),
        }
        Ok(kind)
    }
}

#[derive(Clone, Copy)]
enum Mode {
    Judge,
    Note,
}

/// The hash of definitions that are not there.
struct Needs(String);

/// 1970: for what has no instant.
const EPOCH: Timestamp = Timestamp::from_millis(0);

/// Rules that watch nothing: in force until definitions are.
fn no_rules() -> Arc<Rules> {
    let rules = Rules::compile(&DefinitionSet::default()).map_err(|problems| problems.len());
    Arc::new(rules.expect("definitions that say nothing have no problems"))
}

fn is_hash(text: &str) -> bool {
    text.len() == HASH_DIGITS && text.bytes().all(|b| b.is_ascii_hexdigit())
}

fn refused(at: Timestamp, reason: &str, detail: String) -> Fact {
    Fact::Refused {
        at,
        reason: reason.to_owned(),
        detail,
        source: None,
        case_no: None,
        event_id: None,
    }
}

fn refused_input(at: Timestamp, refusal: &Refusal) -> Fact {
    Fact::Refused {
        at,
        reason: refusal.reason.code().to_owned(),
        detail: refusal.message_zh(),
        source: refusal.source.as_deref().map(Into::into),
        case_no: None,
        event_id: refusal.event_id.as_deref().map(Into::into),
    }
}
