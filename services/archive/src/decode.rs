//! From records to rows. Pure: what cannot be read becomes a row of `rejects` here, not an error.

use mingjing_domain::Timestamp;
use mingjing_domain::fact::Fact;
use mingjing_log::{LogId, Partition, StoredRecord, Topic};
use mingjing_store::{
    AlertHistoryRow, AlertRow, Batch, CaseRow, CommandRow, Control, ControlRow, DayTotals,
    DecisionRow, EventRow, Place, RejectRow, SourceHealth, SourceHealthRow, TotalsRow,
};
use mingjing_wire::LogRecord;
use mingjing_wire::chain::{Chain, Link};
use mingjing_wire::facts::{Fences, Read};
use mingjing_wire::rejects::RejectRecord;

use crate::FactRecord;
use crate::clock::LogClock;

/// An event that carries no receipt of intake's got none; a fixed instant keeps its row the same every time it is
/// archived.
const NOT_RECEIVED: Timestamp = Timestamp::from_millis(0);

/// The longest detail of a refusal, in characters.
const DETAIL_CHARS_MAX: usize = 500;

/// Where a record lies.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    /// The log.
    pub log_id: LogId,
    /// The topic.
    pub topic: Topic,
    /// The partition.
    pub partition: Partition,
}

/// The reason of a record that is not what its topic holds.
const UNREADABLE: &str = "unreadable";

/// The reason of a fact of an owner that had lost its partition. It leaves no row: its successor concluded the same anew.
const STALE_OWNER: &str = "stale_owner";

/// Why a record became a refusal.
pub type Reason = String;

/// What reading a partition has come to, besides rows.
#[derive(Clone, Copy, Debug)]
pub struct Come {
    /// Which facts count; says nothing in other topics.
    pub fences: Fences,
    /// What the log's clock said; says nothing in other topics.
    pub clock: LogClock,
    /// The hash chain; none of `mj.rejects`.
    pub chain: Option<Chain>,
}

/// Adds the rows of a record to `batch`, and the record to what reading has come to. `now` is when an unreadable one was met. Answers why, if
/// it was refused.
pub fn add(
    origin: Origin,
    record: &StoredRecord,
    now: Timestamp,
    come: &mut Come,
    batch: &mut Batch,
) -> Option<Reason> {
    match origin.topic {
        Topic::Events => {
            if let Some(chain) = &mut come.chain {
                chain.record(&record.value);
            }
            event(origin, record, now, &mut come.clock, batch)
        }
        Topic::Facts => {
            let read = come.fences.read(record.offset.0, &record.value);
            if let Some(chain) = &mut come.chain
                && let Link::Repeated(position) = chain.fact(read.as_ref().ok(), &record.value)
            {
                let (partition, offset) = (origin.partition.0, record.offset.0);
                tracing::warn!(
                    partition,
                    offset,
                    ?position,
                    "a fact at a position that was reached before is no link of the chain"
                );
            }
            match read {
                Ok(Read::Fact(read)) => {
                    fact(origin, record, read, batch);
                    None
                }
                Ok(Read::Fence) => None,
                Ok(Read::Stale) => Some(STALE_OWNER.into()),
                Err(error) => Some(unreadable(origin, record, &error, now, batch)),
            }
        }
        Topic::Rejects => match RejectRecord::parse(&record.value) {
            Ok(read) => {
                let row = met(origin, record, &read.reason, &read.detail, read.at);
                // Its own id and not its place: an append of intake's that was repeated lies in the log twice.
                batch.reject(RejectRow {
                    reject_id: read.id,
                    source: read.source,
                    case_no: read.case_no,
                    event_id: read.event_id,
                    ..row
                });
                None
            }
            Err(error) => Some(unreadable(origin, record, &error, now, batch)),
        },
    }
}

fn event(
    origin: Origin,
    record: &StoredRecord,
    now: Timestamp,
    clock: &mut LogClock,
    batch: &mut Batch,
) -> Option<Reason> {
    let (log_id, partition, offset) = (origin.log_id, origin.partition.0, record.offset.0);
    match LogRecord::parse(&record.value, NOT_RECEIVED) {
        Ok(LogRecord::Event(event)) => {
            let log_id = log_id.to_string();
            batch.event(EventRow::new(
                &event,
                &log_id,
                partition,
                offset,
                clock.at(),
            ));
            None
        }
        Ok(LogRecord::Tick { at, epoch }) => {
            clock.tick(at, epoch);
            None
        }
        Ok(LogRecord::Command(command)) => {
            let log_id = log_id.to_string();
            batch.command(CommandRow::new(&command, &log_id, partition, offset));
            None
        }
        Ok(LogRecord::SourceTotals { source, totals }) => {
            let lines = totals.totals.into_iter();
            let lines = lines.map(|l| (l.item_code.unwrap_or_default(), l.kind, l.events));
            let said = DayTotals {
                source,
                day: totals.day.to_string(),
                data_version: totals.data_version,
                lines: lines.collect(),
            };
            let log_id = log_id.to_string();
            batch.totals(TotalsRow::of(said, &log_id, partition, offset));
            None
        }
        Ok(read) => {
            let said = control(read)?;
            let log_id = log_id.to_string();
            batch.control(ControlRow::new(
                &said,
                clock.at(),
                &log_id,
                partition,
                offset,
            ));
            None
        }
        Err(refusal) => {
            let reason = refusal.reason.code();
            let row = met(origin, record, reason, &refusal.message_zh(), now);
            batch.reject(RejectRow {
                source: refusal.source.map(String::from),
                event_id: refusal.event_id.map(String::from),
                ..row
            });
            Some(reason.into())
        }
    }
}

/// What a record says that is no event and no tick.
fn control(read: LogRecord<'_>) -> Option<Control> {
    match read {
        LogRecord::DefinitionsActivated { hash, version } => {
            Some(Control::Activated { hash, version })
        }
        LogRecord::SourceDeclared(source) => Some(Control::Declared(Box::new(source))),
        LogRecord::CompleteUntil { source, until } => {
            Some(Control::CompleteUntil { source, until })
        }
        LogRecord::Event(_)
        | LogRecord::Tick { .. }
        | LogRecord::SourceTotals { .. }
        | LogRecord::Command(_) => None,
    }
}

fn fact(origin: Origin, record: &StoredRecord, read: FactRecord, batch: &mut Batch) {
    let place = Place {
        log_id: origin.log_id.to_string(),
        partition: origin.partition.0,
        offset: read.position.offset,
        n: read.position.n,
        fact_offset: record.offset.0,
    };
    match read.facts {
        Fact::Alert {
            change,
            cause,
            at,
            revision,
            alert,
        } => {
            batch.alert_change(AlertHistoryRow::new(
                &alert, change, &cause, revision, at, &place,
            ));
            batch.alert(AlertRow::new(*alert, revision, at, &place));
        }
        decision @ Fact::Decision { .. } => {
            DecisionRow::of(decision, &place)
                .into_iter()
                .for_each(|row| batch.decision(row));
        }
        Fact::Case { at, case } => batch.case(CaseRow::new(*case, at, &place)),
        Fact::Refused {
            at,
            reason,
            detail,
            source,
            case_no,
            event_id,
        } => {
            let row = RejectRow::concluded(reason, cut(&detail), at, &place);
            batch.reject(RejectRow {
                source,
                case_no,
                event_id,
                ..row
            });
        }
        Fact::Source {
            at,
            source,
            complete_until,
            last_received_at,
            events,
        } => {
            let partition = origin.partition.0;
            let health = SourceHealth {
                source,
                partition,
                complete_until,
                last_received_at,
                events,
                updated_at: at,
            };
            batch.source_health(SourceHealthRow::new(health, &place));
        }
    }
}

/// A record that is not what its topic holds. Only the place of the fault is told: the parser's own words may repeat
/// what it read.
fn unreadable(
    origin: Origin,
    record: &StoredRecord,
    error: &serde_json::Error,
    now: Timestamp,
    batch: &mut Batch,
) -> Reason {
    let fault = match error.classify() {
        serde_json::error::Category::Data => "不是本平台的记录",
        _ => "不是合法的 JSON",
    };
    let detail = format!("{fault}（第 {} 行第 {} 列）", error.line(), error.column());
    batch.reject(met(origin, record, UNREADABLE, &detail, now));
    UNREADABLE.into()
}

fn met(
    origin: Origin,
    record: &StoredRecord,
    reason: &str,
    detail: &str,
    at: Timestamp,
) -> RejectRow {
    let log_id = origin.log_id.to_string();
    RejectRow::met(
        reason,
        cut(detail),
        at,
        origin.topic.name(),
        &log_id,
        origin.partition.0,
        record.offset.0,
    )
}

fn cut(detail: &str) -> String {
    detail.chars().take(DETAIL_CHARS_MAX).collect()
}
