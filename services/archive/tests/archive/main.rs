//! The archive between the real embedded log and the real engine.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say where"
)]

#[path = "../../../store/tests/store/engine.rs"]
mod engine;

mod cells;
mod chain;
mod effect;
mod outage;
mod poison;
mod process;
mod proxy;
mod rate;
mod scenario;
mod start;
