//! The engine from outside, where the scripts of `tests/simulation` do not reach: what it refuses, what it counts, and
//! what a source's flood of codes does to it.

mod arrivals;
mod codes;
mod conditions;
mod conflict;
mod measures;
mod register;
mod snapshots;
mod world;
