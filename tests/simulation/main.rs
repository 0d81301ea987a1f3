//! The engine held against a second reading of its rules: scripts that anyone can read, and random histories.

mod calendars;
mod charts;
mod dispositions;
mod exceptions;
mod exchanged;
mod feeds;
mod inspections;
mod ledger;
mod life;
mod limits;
mod manual;
mod national;
mod orders;
mod procedure;
mod random;
mod records;
mod settings;
mod sources;
mod unanswered;
mod unsaid;
