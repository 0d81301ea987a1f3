//! How each drawn case stands, for whoever counts over many samplings.

use std::collections::BTreeMap;

use super::{Act, Member, Record, Verdict};
use crate::Timestamp;

/// How a drawn case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing<'r> {
    /// The case.
    pub case: &'r Member,
    /// When it was checked first: what is checked again stays in the period in which it was looked at. None: it was not checked.
    pub checked_at: Option<Timestamp>,
    /// By the plan's checks, as it was found last; empty: it was not checked.
    pub verdicts: &'r [Verdict],
    /// When its sampling was over; none: it runs.
    pub closed_at: Option<Timestamp>,
    /// So many records the journal had when this changed last: 1, if nothing followed the draw.
    pub records: usize,
}

impl<'r> Standing<'r> {
    /// Those of a journal, in the order of the draw; none of one that does not begin with a draw.
    pub fn of(journal: &'r [Record]) -> Vec<Self> {
        let Some((Act::Drawn { draw, .. }, later)) = journal
            .split_first()
            .map(|(drawn, later)| (&drawn.act, later))
        else {
            return Vec::new();
        };
        let drawn = |case| Standing {
            case,
            checked_at: None,
            verdicts: &[],
            closed_at: None,
            records: 1,
        };
        let mut all: Vec<Self> = draw.cases.iter().map(drawn).collect();
        let places: BTreeMap<(&str, &str), usize> = (draw.cases.iter().enumerate())
            .map(|(place, case)| ((case.source.as_str(), case.case_no.as_str()), place))
            .collect();
        for (record, records) in later.iter().zip(2..) {
            match &record.act {
                Act::Found(finding) => {
                    let case = (finding.source.as_str(), finding.case_no.as_str());
                    if let Some(one) = places.get(&case).and_then(|place| all.get_mut(*place)) {
                        one.checked_at = one.checked_at.or(Some(record.at));
                        one.verdicts = &finding.verdicts;
                        one.records = records;
                    }
                }
                Act::Closed => all.iter_mut().for_each(|one| {
                    one.closed_at = Some(record.at);
                    one.records = records;
                }),
                Act::Drawn { .. } => {}
            }
        }
        all
    }
}
