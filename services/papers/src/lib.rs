//! Papers 文书: what an alert's occasions are told in, as numbered DOCX and PDF.
//!
//! [`say`] has the words and [`Sheet`] is what it comes to: head, title, paragraphs, tables, signature, date, and nothing of how a page looks.
//! [`docx`] and [`pdf`] lay any sheet out near GB/T 9704-2012 and know no occasion. A sheet is kept as it was composed, so that a paper says the
//! same when it is drawn again years later; the number is given apart from it ([`number`]).
//!
//! Pure: no file, no clock. Fonts come as something that can be opened ([`pdf::FontFile`]).

pub mod docx;
pub mod number;
pub mod pdf;
pub mod say;
mod sheet;
mod site;

pub use sheet::{Annex, Bar, Block, Column, Foot, Sheet, Stamp, plain};
pub use site::{BadSite, Given, GivenKind, GivenRegion, Issuer, Kind, Occasion, Site};
