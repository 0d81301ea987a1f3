//! The formats against their specifications, against real logs, and against noise.
#![allow(
    clippy::unwrap_used,
    reason = "a helper of a test fails as the test does"
)]

mod alerts;
mod calendar;
mod cloudevents;
mod evidence;
mod exchange;
mod export;
mod import;
mod kafka_binding;
mod mapping;
mod real_logs;
mod records;
mod requests;
mod schemas;
mod scripts;
mod spec;
