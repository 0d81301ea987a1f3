//! Development only: what tests hold the platform against, and how they say what should happen.
//!
//! [`evaluator`] is a second, slow and obvious reading of the rules in the engine's module documentation; it
//! shares the definitions, the calendar and the deadline arithmetic with the engine and nothing else.
//! [`script`] runs case scripts that anyone can read. [`kafka`] starts a real broker. Nothing here is part of the product.

pub mod evaluator;
pub mod kafka;
pub mod script;
