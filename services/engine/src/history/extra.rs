//! What few events carry beside the common fields: attributes, a special procedure, a correction.

use mingjing_domain::Timestamp;
use mingjing_domain::limit::Budget;
use serde::{Deserialize, Serialize};

/// What few events carry.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Extra<'a> {
    /// Amounts and attributes by the code of their name, as sent.
    #[serde(borrow)]
    pub(crate) attributes: Vec<(u16, Sent<'a>)>,
    pub(crate) special: Option<SpecialEntry>,
    /// The event id that this one corrects.
    pub(crate) corrects: Option<&'a str>,
}

/// An attribute's value as a department sent it, not yet held against its declared type.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Sent<'a> {
    Int(i64),
    Float(f64),
    Bool(bool),
    Text(&'a str),
}

/// A special procedure as entered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct SpecialEntry {
    /// Its code; 0 where none was named.
    pub(crate) kind: u16,
    pub(crate) planned_end: Option<Timestamp>,
    pub(crate) granted: Option<Budget>,
}

impl<'a> Extra<'a> {
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        postcard::to_io(self, out)
            .expect("memory takes them, and no value is one that postcard refuses");
    }

    /// None where the bytes are not an extra's.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let (extra, rest) = postcard::take_from_bytes(bytes).ok()?;
        rest.is_empty().then_some(extra)
    }
}
