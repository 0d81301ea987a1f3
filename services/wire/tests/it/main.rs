//! The formats against their specifications, against real logs, and against noise.

mod alerts;
mod cloudevents;
mod import;
mod mapping;
mod real_logs;
mod records;
mod requests;
mod schemas;
mod scripts;
mod spec;
