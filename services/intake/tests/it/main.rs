//! Intake over real HTTP on a real embedded log. One platform a test.

#![allow(
    clippy::unwrap_used,
    reason = "a helper of a test fails as the test does"
)]

mod admin;
mod conformance;
mod fairness;
mod gate;
mod keys;
mod modes;
mod numbers;
mod order;
mod platform;
mod query_codes;
mod refusals;
mod secrecy;
