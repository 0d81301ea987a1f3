//! What the department is asked about before it is held against it: words that nobody knows.
//!
//! A special procedure that is called by a word of its own counts for nothing, since nobody knows whether the law lists it. Whoever is asked
//! may yet answer that it does, so while the question is open the case is also walked as if the word meant this procedure of the flowchart
//! or that one. A limit that is past due in the one walk and not in the other waits.

use std::collections::BTreeMap;

use mingjing_domain::Timestamp;
use mingjing_domain::calendar::WorkCalendar;
use mingjing_domain::deadline;
use mingjing_domain::event::EventKind;
use mingjing_domain::limit::{Budget, Unit};

use super::stay::Stay;
use super::{Context, Fold};

/// For so long what the register or the record may have wrong is only asked (domain study 11.13, as for unmapped codes).
pub(crate) const QUERY_GRACE: Budget = Budget::new(2, Unit::WorkingDays);

/// The first instant at which what was asked about since an instant is asked about no more.
pub(crate) fn query_over(at: Timestamp, grace: Budget, calendar: &WorkCalendar) -> Timestamp {
    let none = deadline::Ledger::default();
    deadline::first_late_instant(deadline::deadline(calendar, at, grace, &none).due_at)
}

/// What words are supposed to mean that are asked about.
#[derive(Clone, Copy)]
pub(crate) struct Supposed<'a> {
    words: &'a [&'a str],
    /// Place of the special procedure in the plan.
    special: u16,
}

impl Supposed<'_> {
    /// The special procedure that a word is supposed to mean.
    pub(super) fn meant_by(&self, word: &str) -> Option<u16> {
        self.words.contains(&word).then_some(self.special)
    }
}

/// A case whose department is asked what it means by a special procedure.
pub(crate) struct Queried {
    /// The case as it would be, for each procedure of the flowchart.
    supposed: Vec<Fold>,
    /// The first instant at which one of the questions is over.
    over: Timestamp,
    /// Of whoever asks.
    clock: Timestamp,
}

impl Queried {
    /// None where nothing is asked about. A word is asked about once in a case, from where it first comes.
    pub(crate) fn of(fold: &Fold, context: &Context<'_>, clock: Timestamp) -> Option<Self> {
        if !fold.names_unknown_special() {
            return None;
        }
        let mut asked: BTreeMap<&str, Timestamp> = BTreeMap::new();
        for event in context.history.known() {
            let enters = matches!(event.kind, EventKind::Suspend | EventKind::Extend);
            let special = event.special().filter(|_| enters);
            if let Some(special) = special.filter(|_| context.special_is_unknown(&event)) {
                let word = context.special_word(special.kind);
                asked.entry(word).or_insert(event.occurred_at);
            }
        }
        let over = |at| query_over(at, QUERY_GRACE, &context.plan.calendar);
        let open = asked.into_iter().map(|(word, at)| (word, over(at)));
        let open: Vec<(&str, Timestamp)> = open.filter(|(_, over)| clock < *over).collect();
        let over = open.iter().map(|(_, over)| *over).min()?;
        let words: Vec<&str> = open.into_iter().map(|(word, _)| word).collect();
        let walked = |special: usize| {
            let supposed = Supposed {
                words: &words,
                special: special as u16,
            };
            let context = Context {
                supposed: Some(supposed),
                ..*context
            };
            Fold::walk(fold.plan, &context)
        };
        Some(Queried {
            supposed: (0..context.plan.specials.len()).map(walked).collect(),
            over,
            clock,
        })
    }

    /// Where what is alleged of a stay would not be so if the procedure counted: the instant at which that is to be looked at again,
    /// which is when a question is over, or before that when the stay is past due whatever the answer.
    pub(crate) fn waits(&self, stay: &Stay, is_so: impl Fn(&Stay) -> bool) -> Option<Timestamp> {
        let same = |s: &&Stay| (s.timed, s.step, s.visit) == (stay.timed, stay.step, stay.visit);
        let supposed = || {
            self.supposed
                .iter()
                .map(|fold| fold.stays.iter().find(same))
        };
        // A stay that was in time is not kept.
        let doubted = supposed().any(|stay| !stay.is_some_and(&is_so));
        let rungs = supposed().flatten().flat_map(|stay| stay.rungs);
        let next = rungs.filter(|at| *at > self.clock).min();
        doubted.then_some(next.map_or(self.over, |at| at.min(self.over)))
    }
}
