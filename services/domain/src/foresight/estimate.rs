//! The product-limit estimate over stays of like cases.

use super::Span;

/// One like case: how long it stayed in the step, and how long it was from entering it to the end of the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stay {
    /// Until it left the step; where it has not, until now.
    pub stayed: Span,
    /// Until the limit came to an end; where it runs, until now.
    pub whole: Span,
    /// Whether the limit has come to an end.
    pub ended: bool,
}

impl Stay {
    /// Whether it was seen open through all of the days before `at`, `at` itself still to come.
    fn reached(&self, at: Span) -> bool {
        self.stayed >= at
            && if self.ended {
                self.whole >= at
            } else {
                self.whole > at
            }
    }

    /// Whether it is known that it was not done by the end of `due`. Of one that is open, today is not over.
    fn outlasted(&self, due: Span) -> bool {
        self.whole > due
    }
}

/// How likely, and on how many cases it stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// From 0 to 1.
    pub likelihood: f64,
    /// 基数: like cases that stayed as long.
    pub base: usize,
    /// Those of them that are open and have not come to that day yet: they count for as long as they were followed.
    pub undecided: usize,
}

/// How likely a case that has been in the step for `elapsed` is not to be done by the end of `due`; both from entering the step. None: fewer
/// than `least` like cases are known to the end, none of them was followed as far, or it is past due.
///
/// The case is known to be open before today, and today is still to come; so are the cases it is held against: of those that were open at
/// the beginning of the same day of their stay, day by day the share is taken that was done on it.
pub fn estimate(
    stays: impl IntoIterator<Item = Stay>,
    elapsed: Span,
    due: Span,
    least: usize,
) -> Option<Estimate> {
    if elapsed > due {
        return None;
    }
    let mut like: Vec<Stay> = stays
        .into_iter()
        .filter(|stay| stay.reached(elapsed))
        .collect();
    let base = like.len();
    let undecided = like
        .iter()
        .filter(|stay| !stay.ended && !stay.outlasted(due))
        .count();
    if base - undecided < least.max(1) {
        return None;
    }
    // Of one length those that are open go first: they were not followed through their last day.
    like.sort_unstable_by_key(|stay| (stay.whole, stay.ended));
    let outlasted = like.iter().filter(|stay| stay.outlasted(due)).count();
    let mut likelihood = 1.0;
    let mut at = 0;
    while let Some(first) = like.get(at).filter(|stay| !stay.outlasted(due)) {
        let of_length = like[at..].partition_point(|stay| stay.whole == first.whole);
        let open = like[at..at + of_length].partition_point(|stay| !stay.ended);
        let (done, at_risk) = (of_length - open, base - at - open);
        if done > 0 {
            likelihood *= share(at_risk - done, at_risk);
        }
        at += of_length;
    }
    // Whoever was left was not followed to that day: what became of them nobody knows.
    let known = likelihood == 0.0 || outlasted > 0;
    known.then_some(Estimate {
        likelihood,
        base,
        undecided,
    })
}

#[expect(clippy::cast_precision_loss, reason = "cases of one item are few")]
fn share(of: usize, among: usize) -> f64 {
    of as f64 / among as f64
}
