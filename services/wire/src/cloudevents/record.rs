//! `LogRecord`: everything that can stand in a case's partition of the log, as CloudEvents in structured JSON.
//!
//! | type | record |
//! |---|---|
//! | `cn.mingjing.case.<kind>.v1` | a department's event |
//! | `cn.mingjing.source.declared.v1` | what a source declares about itself; `data` is the domain's `Source` |
//! | `cn.mingjing.source.complete_until.v1` | a source has said everything up to an instant; `data {until}` |
//! | `cn.mingjing.source.totals.v1` | how many events a source has made on a day; `data` is [`Totals`] |
//! | `cn.mingjing.tick.v1` | the partition's clock; `data {at, epoch}` |
//! | `cn.mingjing.definitions.activated.v1` | definitions in force from here on; `data {hash, version}` |
//! | `cn.mingjing.command.v1` | what an inspection or a person decided; `data` is the domain's `Command` |
//!
//! Ids of control records are derived from their content, so that the same record is the same bytes.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use mingjing_domain::Timestamp;
use mingjing_domain::command::Command;
use mingjing_domain::event::{CaseEvent, EventKind};
use mingjing_domain::ids::derived_id;
use mingjing_domain::source::Source;
use serde::{Deserialize, Serialize};

use crate::refusal::{Position, ReasonCode, Refusal};

use super::case::{TYPE_PREFIX, parse_event};
use super::encode::encode_event;
use super::envelope::{CloudEvent, Data};
use super::typed;

/// Type of the record that declares a source.
pub const SOURCE_DECLARED: &str = "cn.mingjing.source.declared.v1";
/// Type of the record that says how far a source is complete.
pub const COMPLETE_UNTIL: &str = "cn.mingjing.source.complete_until.v1";
/// Type of the record by which a source says how many events it has made on a day.
pub const SOURCE_TOTALS: &str = "cn.mingjing.source.totals.v1";
/// Type of the record that moves a partition's clock.
pub const TICK: &str = "cn.mingjing.tick.v1";
/// Type of the record that puts definitions in force.
pub const DEFINITIONS_ACTIVATED: &str = "cn.mingjing.definitions.activated.v1";
/// Type of the record of a command.
pub const COMMAND: &str = "cn.mingjing.command.v1";

/// Who speaks in ticks and activations.
const PLATFORM: &str = "mingjing";

/// One record of a partition.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly every record is an event, and a box would be an allocation for each"
)]
pub enum LogRecord<'a> {
    /// A department said that something happened.
    Event(CaseEvent<'a>),
    /// What a source declares about itself, replacing what it declared before.
    SourceDeclared(Source),
    /// `source` has sent everything that occurred up to `until`.
    CompleteUntil {
        /// The source.
        source: String,
        /// Nothing that occurred up to here is still to come.
        until: Timestamp,
    },
    /// How many events a source has made on a day.
    SourceTotals {
        /// The source.
        source: String,
        /// What it says.
        totals: Totals,
    },
    /// The partition's clock stands at `at`.
    Tick {
        /// The owner's time.
        at: Timestamp,
        /// The owner's epoch: a tick of an older one is void.
        epoch: u64,
    },
    /// An inspection or a person decided something.
    Command(Box<Command>),
    /// Definitions are in force from this record on.
    DefinitionsActivated {
        /// SHA-256 of the definitions, hexadecimal.
        hash: String,
        /// Their version, for people.
        version: String,
    },
}

/// What a source says when it says that it is complete: the `data` of [`COMPLETE_UNTIL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Completion {
    /// Nothing that occurred up to here is still to come.
    pub until: Timestamp,
    /// Of how many items before it the sender knows that they were not taken. Said to intake; the log does not keep it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub not_taken: u64,
}

/// 对账: how many events a source has made on a day, by its own codes. What is not listed it has not made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    /// The day on which the events occurred, in the platform's time zone.
    pub day: NaiveDate,
    /// By item and type.
    pub totals: Vec<Total>,
    /// 数据版本: of the same day a greater one replaces a smaller one.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub data_version: u32,
}

/// One line of [`Totals`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Total {
    /// 事项编码, as the source's events carry it; absent for events that name none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item_code: Option<String>,
    /// 事件类型, like `accepted`.
    #[serde(rename = "type")]
    pub kind: String,
    /// How many, each id and data version once.
    pub events: u64,
}

/// Lines of a day at most.
const TOTALS_MAX: usize = 10_000;

const fn one() -> u32 {
    1
}

fn is_one(number: &u32) -> bool {
    *number == 1
}

impl Totals {
    /// Reads them from an event of that type.
    ///
    /// # Errors
    /// A refusal: the data are missing or something else, a type is not known, or a line stands there twice.
    pub fn of(envelope: &CloudEvent) -> Result<Self, Refusal> {
        let totals: Self = match &envelope.data {
            Some(Data::Json(raw)) => typed::read(raw.get(), "data", Position::START)?,
            _ => return Err(Refusal::missing("data")),
        };
        if totals.totals.len() > TOTALS_MAX {
            let lines = totals.totals.len().to_string();
            return Err(Refusal::bad_value(
                ReasonCode::TooLarge,
                "data.totals",
                &lines,
            ));
        }
        let mut seen = BTreeSet::new();
        for line in &totals.totals {
            if EventKind::from_code(&line.kind).is_none() {
                let field = "data.totals.type";
                return Err(Refusal::bad_value(
                    ReasonCode::UnknownType,
                    field,
                    &line.kind,
                ));
            }
            if !seen.insert((&line.item_code, &line.kind)) {
                let field = "data.totals";
                return Err(Refusal::bad_value(
                    ReasonCode::DuplicateField,
                    field,
                    &line.kind,
                ));
            }
        }
        Ok(totals)
    }
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Completion {
    /// Reads it from an event of that type.
    ///
    /// # Errors
    /// A refusal: the data are missing or something else.
    pub fn of(envelope: &CloudEvent) -> Result<Self, Refusal> {
        match &envelope.data {
            Some(Data::Json(raw)) => typed::read(raw.get(), "data", Position::START),
            _ => Err(Refusal::missing("data")),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TickData {
    at: Timestamp,
    epoch: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ActivatedData {
    hash: String,
    version: String,
}

impl<'a> LogRecord<'a> {
    /// Reads one record, borrowing from `bytes`. `received_at` is used for an event without `receivedat`.
    ///
    /// # Errors
    /// A refusal; a poison record must never stop its partition.
    pub fn parse(bytes: &'a [u8], received_at: Timestamp) -> Result<Self, Refusal> {
        // Our encoder writes the type second, so nearly every record is told by its first bytes.
        const EVENT: &[u8] = br#"{"specversion":"1.0","type":"cn.mingjing.case."#;
        if bytes.starts_with(EVENT) {
            return parse_event(bytes, received_at).map(LogRecord::Event);
        }
        let envelope = CloudEvent::from_json(bytes)?;
        if envelope.kind.starts_with(TYPE_PREFIX) {
            return parse_event(bytes, received_at).map(LogRecord::Event);
        }
        control(&envelope)
    }

    /// The record's bytes. The same record gives the same bytes.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            LogRecord::Event(event) => encode_event(event),
            LogRecord::SourceDeclared(source) => encode_source(source),
            LogRecord::CompleteUntil { source, until } => encode_complete_until(source, *until),
            LogRecord::SourceTotals { source, totals } => encode_totals(source, totals),
            LogRecord::Tick { at, epoch } => encode_tick(*at, *epoch),
            LogRecord::Command(command) => encode_command(command),
            LogRecord::DefinitionsActivated { hash, version } => encode_activated(hash, version),
        }
    }

    /// The same, owning its text.
    pub fn into_owned(self) -> LogRecord<'static> {
        match self {
            LogRecord::Event(event) => LogRecord::Event(event.into_owned()),
            LogRecord::SourceDeclared(source) => LogRecord::SourceDeclared(source),
            LogRecord::CompleteUntil { source, until } => {
                LogRecord::CompleteUntil { source, until }
            }
            LogRecord::SourceTotals { source, totals } => {
                LogRecord::SourceTotals { source, totals }
            }
            LogRecord::Tick { at, epoch } => LogRecord::Tick { at, epoch },
            LogRecord::Command(command) => LogRecord::Command(command),
            LogRecord::DefinitionsActivated { hash, version } => {
                LogRecord::DefinitionsActivated { hash, version }
            }
        }
    }
}

fn control(envelope: &CloudEvent) -> Result<LogRecord<'static>, Refusal> {
    let raw = match &envelope.data {
        Some(Data::Json(raw)) => raw.get(),
        _ => return Err(Refusal::missing("data")),
    };
    let start = Position::START;
    match envelope.kind.as_str() {
        SOURCE_DECLARED => {
            let source: Source = typed::read(raw, "data", start)?;
            if source.id != envelope.source {
                return Err(Refusal::bad_value(
                    ReasonCode::WrongType,
                    "data.id",
                    &source.id,
                ));
            }
            Ok(LogRecord::SourceDeclared(source))
        }
        COMPLETE_UNTIL => {
            let Completion { until, .. } = Completion::of(envelope)?;
            Ok(LogRecord::CompleteUntil {
                source: envelope.source.clone(),
                until,
            })
        }
        SOURCE_TOTALS => Ok(LogRecord::SourceTotals {
            source: envelope.source.clone(),
            totals: Totals::of(envelope)?,
        }),
        TICK => {
            let TickData { at, epoch } = typed::read(raw, "data", start)?;
            Ok(LogRecord::Tick { at, epoch })
        }
        COMMAND => {
            let command: Command = typed::read(raw, "data", start)?;
            if command.id != envelope.id {
                return Err(Refusal::bad_value(
                    ReasonCode::WrongType,
                    "data.id",
                    &command.id,
                ));
            }
            Ok(LogRecord::Command(Box::new(command)))
        }
        DEFINITIONS_ACTIVATED => {
            let ActivatedData { hash, version } = typed::read(raw, "data", start)?;
            Ok(LogRecord::DefinitionsActivated { hash, version })
        }
        other => Err(Refusal::bad_value(ReasonCode::UnknownType, "type", other)),
    }
}

/// The record by which a source declares itself.
pub fn encode_source(source: &Source) -> Vec<u8> {
    encode_control(SOURCE_DECLARED, &source.id, source)
}

/// The record that says `source` is complete up to `until`.
pub fn encode_complete_until(source: &str, until: Timestamp) -> Vec<u8> {
    let not_taken = 0;
    encode_control(COMPLETE_UNTIL, source, &Completion { until, not_taken })
}

/// The record by which `source` says how many events it has made on a day.
pub fn encode_totals(source: &str, totals: &Totals) -> Vec<u8> {
    encode_control(SOURCE_TOTALS, source, totals)
}

/// The record that moves a partition's clock to `at`.
pub fn encode_tick(at: Timestamp, epoch: u64) -> Vec<u8> {
    encode_control(TICK, PLATFORM, &TickData { at, epoch })
}

/// The record of a command. Its id is the command's own.
pub fn encode_command(command: &Command) -> Vec<u8> {
    encode_with(COMMAND, PLATFORM, &command.id, command)
}

/// The record that puts definitions in force.
pub fn encode_activated(hash: &str, version: &str) -> Vec<u8> {
    let data = ActivatedData {
        hash: hash.to_owned(),
        version: version.to_owned(),
    };
    encode_control(DEFINITIONS_ACTIVATED, PLATFORM, &data)
}

fn encode_control<D: Serialize>(ce_type: &str, source: &str, data: &D) -> Vec<u8> {
    let content = serde_json::to_string(data).expect("control data are text, numbers and instants");
    let id = derived_id(&[ce_type, source, &content]);
    encode_with(ce_type, source, &id, data)
}

fn encode_with<D: Serialize>(ce_type: &str, source: &str, id: &str, data: &D) -> Vec<u8> {
    #[derive(Serialize)]
    struct Record<'a, D> {
        specversion: &'static str,
        #[serde(rename = "type")]
        ce_type: &'a str,
        source: &'a str,
        id: &'a str,
        data: &'a D,
    }
    serde_json::to_vec(&Record {
        specversion: "1.0",
        ce_type,
        source,
        id,
        data,
    })
    .expect("control data are text, numbers and instants")
}
