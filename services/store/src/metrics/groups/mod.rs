//! The metrics, one file a group.

mod alerts;
mod coverage;
mod orders;
mod procedure;
mod samples;
mod time;
mod truth;
mod voices;
mod volume;

use super::Metric;

/// Every group's metrics, in the order in which they are shown.
pub(super) const GROUPS: [&[Metric]; 9] = [
    volume::METRICS,
    time::METRICS,
    procedure::METRICS,
    alerts::METRICS,
    orders::METRICS,
    voices::METRICS,
    coverage::METRICS,
    truth::METRICS,
    samples::METRICS,
];
