//! What the platform promises of this data, whatever the machine: told of every run, and held to at full size.

use super::super::measured::number;
use super::Report;

/// Below so many cases times say nothing.
pub const FULL_SIZE: u32 = 2_500_000;
/// Ninety-five of a hundred askings of a dashboard take no longer, in milliseconds.
pub const P95_MAX_MS: f64 = 300.0;
/// A bulletin is drafted and written within so many seconds.
pub const BULLETIN_MAX_S: f64 = 10.0;
/// To all questions together cells are to cost no more of what rows do. A question that rows answer in a third of a second costs more than that of
/// it: planning its statements alone takes a tenth of that.
pub const SHARE_MAX: f64 = 0.1;

/// Of what that is held to.
const HELD: [&str; 2] = ["time", "processor time"];

/// How a bound is told.
pub const fn verdict(holds: bool) -> &'static str {
    if holds { "PASS" } else { "FAIL" }
}

/// What is not held to, a sentence each.
pub(super) fn broken(report: &Report) -> Vec<String> {
    let slow = report.questions.iter().filter(|q| !q.in_time);
    let mut broken: Vec<String> = slow
        .map(|q| {
            format!(
                "a dashboard is to be answered within {} ms at p95, and {:?} takes {} ms",
                number(P95_MAX_MS),
                q.question,
                number(q.cells.p95_ms)
            )
        })
        .collect();
    let dear = report.together.iter();
    broken.extend(dear.filter_map(|(sort, ratio)| {
        let ratio = ratio.filter(|ratio| HELD.contains(sort) && *ratio > SHARE_MAX)?;
        Some(format!(
            "out of cells all dashboards are to cost at most {} of what they cost of rows, and of {sort} they cost {}",
            number(SHARE_MAX),
            number(ratio)
        ))
    }));
    if let Some(bulletin) = report.bulletin.as_ref().filter(|b| !b.in_time()) {
        broken.push(format!(
            "a bulletin is to be drafted and written within {} s, and it takes up to {} s",
            number(BULLETIN_MAX_S),
            number(bulletin.whole_s.max)
        ));
    }
    broken
}
