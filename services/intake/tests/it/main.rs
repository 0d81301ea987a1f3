//! Intake over real HTTP on a real embedded log. One platform a test.

mod admin;
mod conformance;
mod fairness;
mod gate;
mod modes;
mod order;
mod platform;
mod refusals;
mod secrecy;
