//! CloudEvents 1.0 in JSON: how events come in and how they lie in our own log.
//!
//! - [`parse_event`] and [`LogRecord::parse`] are the fast path: our own log, one pass, borrowed.
//! - [`read_request`] is the careful path for what departments post or write to their topic, item by item, with refusals.
//! - [`CloudEvent`] is any CloudEvent, held against the specification and its examples.
//!
//! Pure: bytes in, values out. Who may speak, and for whom, is decided by intake.

mod binding;
mod case;
mod draft;
mod encode;
mod envelope;
mod record;
mod strict;
mod typed;

pub use binding::{Binding, Limits, Mode, Received, read_binary, read_request};
pub use case::{
    IncomingEvent, TYPE_PREFIX, TYPE_SUFFIX, kind_of, parse_event, read_event, type_of,
};
pub use draft::ATTRIBUTE_BYTES_MAX;
pub use encode::encode_event;
pub use envelope::{CloudEvent, Data, Extension};
pub use record::{
    COMPLETE_UNTIL, Completion, DEFINITIONS_ACTIVATED, LogRecord, SOURCE_DECLARED, SOURCE_TOTALS,
    TICK, Total, Totals, encode_activated, encode_command, encode_complete_until, encode_source,
    encode_tick, encode_totals,
};
pub use strict::DEPTH_MAX;
pub use typed::read_json;

pub(crate) use case::{plausible, refuse_secret};
pub(crate) use strict::{inspect, json_text};
pub(crate) use typed::read as read_typed;
