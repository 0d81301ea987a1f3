//! The store against the real engine: one engine a run, a database of its own for every test.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say where"
)]

mod audit;
mod brought;
mod cases;
mod causes;
mod decisions;
mod engine;
mod foresight;
mod gravest;
mod insert;
mod migrations;
mod paging;
mod queries;
mod rate;
mod round_trip;
mod samples;
mod scored;
mod shadows;
mod sorting;
mod sources;
mod statistics;
