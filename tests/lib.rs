//! Whole-platform tests live in the folders beside this file, one test binary a folder. Here is what several of them need.

#[path = "common/expressions.rs"]
pub mod expressions;
#[path = "common/program.rs"]
pub mod program;
#[path = "common/prometheus.rs"]
pub mod prometheus;
