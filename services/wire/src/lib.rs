//! Formats, in and out: CloudEvents, logs to import (XES, CSV, NDJSON), calendars of a year, exported alerts and facts, flowcharts
//! as BPMN, signed evidence, codes of acceptance slips.
//!
//! Pure format code: bytes and files in, domain values out, and back. It opens no sockets, reads no clock,
//! and judges nothing. Whatever it cannot take it refuses with a reason its sender can act on
//! ([`refusal::Refusal`]).

pub mod alerts;
pub mod asker;
pub mod bpmn;
pub mod calendar;
pub mod chain;
pub mod cloudevents;
pub mod datum;
#[cfg(test)]
mod demo;
pub mod evidence;
pub mod export;
pub mod facts;
pub mod import;
pub mod packed;
pub mod personal;
pub mod query_code;
pub mod refusal;
pub mod rejects;
pub mod schema;
pub mod treasury;
pub mod xlsx;
mod xml;

pub use cloudevents::{IncomingEvent, LogRecord, encode_event, parse_event, read_request};
pub use refusal::{ReasonCode, Refusal};
