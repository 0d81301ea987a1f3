//! Rules of the house that no compiler checks: who may use whom, what lies in the repository, what the papers say.
//!
//! It reads manifests, lock files, sources and papers, never the platform's behaviour; that is for the other tests.

mod arrows;
mod configs;
mod papers;
mod routes;
mod sources;
mod tree;
