//! The server with the real engine, as its clients see it.
//!
//! Every test that needs only a database gets one of its own on a shared server; tests that stop, kill or misuse a
//! server start their own. Without libchdb the tests fail and say how to get it.

// Helpers of tests are tests to clippy only inside `#[test]` functions.
#![allow(clippy::unwrap_used)]

mod abandoned;
mod durability;
mod plain;
mod supervision;
mod support;
mod truncated;
mod typed;
