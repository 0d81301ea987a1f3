//! The Kafka adapter against the suite, and what is its own: its topics, their identity, and brokers that die.
//!
//! One real broker serves all tests of this binary but those that kill theirs.

mod broker;
mod group;
mod inbox;
mod kills;
mod topics;

mod suite {
    use crate::broker::Clusters;

    mingjing_log::conformance_suite!(Clusters::new());
}
