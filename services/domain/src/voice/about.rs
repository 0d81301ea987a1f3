//! Which complaint or rating of a case a record is about.
//!
//! What names one by [`super::ABOUT`] is about that one and no other. What names none, as old sources send it, is about the only one that
//! waits for such a record. Where several wait, nobody knows about which it is: none of them is taken as done, and none as surely not done,
//! until as many such records have come as there are that wait; then each has had its own. A record whose name nobody knows may be about any.

use super::{Kind, Outcome};
use crate::event::EventKind;

/// What is told of a complaint or rating after it was made, and is about one of them.
pub const FOLLOWING: [EventKind; 4] = [
    EventKind::ComplaintAccepted,
    EventKind::ComplaintAnswered,
    EventKind::CalledBack,
    EventKind::Rectified,
];

const ACCEPTED: usize = 0;
const ANSWERED: usize = 1;
const CALLED_BACK: usize = 2;
const RECTIFIED: usize = 3;

/// A rating that changes another.
const CHANGED: usize = FOLLOWING.len();
const KINDS: usize = FOLLOWING.len() + 1;

/// What a record names as what it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named<I> {
    /// Nothing.
    Nothing,
    /// A record of the case.
    One(I),
    /// Something that the case does not have.
    Unknown,
}

/// One record of a case, as far as it says which complaint or rating is meant. `I` finds a record again.
#[derive(Clone, Copy, Debug)]
pub struct Said<I> {
    /// Its kind.
    pub kind: EventKind,
    /// The record itself.
    pub at: I,
    /// What it names.
    pub named: Named<I>,
    /// Of a rating: it is a bad one.
    pub bad: bool,
    /// Of a rating: it changes one that was given before.
    pub changes: bool,
    /// Of a complaint: nobody is there to be answered.
    pub anonymous: bool,
    /// Of an answer: what came of the complaint.
    pub outcome: Option<Outcome>,
}

/// What a record is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meant<I> {
    /// What it is about.
    pub surely: Vec<I>,
    /// What it may be about, or not.
    pub perhaps: Vec<I>,
}

impl<I> Default for Meant<I> {
    fn default() -> Self {
        Meant {
            surely: Vec::new(),
            perhaps: Vec::new(),
        }
    }
}

/// The complaints and ratings of a case while its records are read in order.
#[derive(Clone, Debug)]
pub struct Spoken<I> {
    all: Vec<One<I>>,
    /// By kind of record, of those that are owed one and of the others: how many came of which nobody knows about which of them.
    unclear: [[usize; 2]; KINDS],
}

impl<I> Default for Spoken<I> {
    fn default() -> Self {
        Spoken {
            all: Vec::new(),
            unclear: Default::default(),
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct One<I> {
    at: I,
    kind: Kind,
    bad: bool,
    anonymous: bool,
    /// By place in [`FOLLOWING`], and [`CHANGED`]: such a record was about it.
    told: [bool; KINDS],
    /// Not accepted, or taken back.
    given_up: bool,
}

impl<I> One<I> {
    /// Whether a record of this kind is owed to it; none where it has had its own.
    fn is_owed(&self, what: usize) -> Option<bool> {
        if (self.kind, what) == (Kind::Complaint, CHANGED) {
            return None;
        }
        let told = self.told;
        let over = match what {
            ACCEPTED => told[ACCEPTED] || told[ANSWERED],
            CALLED_BACK => told[CALLED_BACK] || told[RECTIFIED] || told[CHANGED],
            RECTIFIED => told[RECTIFIED] || told[CHANGED],
            _ => told[what],
        };
        let owed = match (self.kind, what) {
            (Kind::Complaint, ACCEPTED) => true,
            (Kind::Complaint, ANSWERED) => !(self.anonymous && told[ACCEPTED]),
            (Kind::Complaint, CALLED_BACK) => (told[ACCEPTED] || told[ANSWERED]) && !self.given_up,
            (Kind::Rating, CALLED_BACK | RECTIFIED | CHANGED) => self.bad,
            _ => false,
        };
        (!over).then_some(owed)
    }
}

impl<I: Copy + Eq> Spoken<I> {
    /// Takes the next record; answers what it is about. Nothing where it is none of [`FOLLOWING`], and no rating that changes another.
    pub fn take(&mut self, said: &Said<I>) -> Meant<I> {
        let what = match said.kind {
            EventKind::Rated => said.changes.then_some(CHANGED),
            kind => FOLLOWING.iter().position(|following| *following == kind),
        };
        let meant = match what {
            Some(what) => self.meant(said.named, what),
            None => Meant::default(),
        };
        if let Some(what) = what {
            self.tell(&meant.surely, what, said);
        }
        let kinds = [Kind::Complaint, Kind::Rating];
        if let Some(kind) = kinds.into_iter().find(|kind| kind.begun_by() == said.kind) {
            self.all.push(One {
                at: said.at,
                kind,
                bad: said.bad,
                anonymous: said.anonymous,
                told: [false; KINDS],
                given_up: false,
            });
        }
        meant
    }

    fn meant(&mut self, named: Named<I>, what: usize) -> Meant<I> {
        let waiting = |owed| {
            let all = self.all.iter();
            let waiting = all.filter(move |one| one.is_owed(what) == Some(owed));
            waiting.map(|one| one.at).collect::<Vec<I>>()
        };
        let (owed, others) = (waiting(true), waiting(false));
        let (nobody, both) = (Vec::new(), [owed.as_slice(), &others].concat());
        match named {
            Named::One(at) => Meant {
                surely: vec![at],
                perhaps: nobody,
            },
            Named::Unknown => Meant {
                surely: nobody,
                perhaps: both,
            },
            Named::Nothing => {
                // What is owed comes first.
                let (rank, among, rest) = match owed.is_empty() {
                    true => (1, others, nobody),
                    false => (0, owed, others),
                };
                let unclear = &mut self.unclear[what][rank];
                if among.len() <= *unclear + 1 {
                    return Meant {
                        surely: among,
                        perhaps: rest,
                    };
                }
                *unclear += 1;
                Meant {
                    surely: Vec::new(),
                    perhaps: both,
                }
            }
        }
    }

    /// Writes down what was surely told. One that waits no more may have had one of the unclear records: that is not counted for others.
    fn tell(&mut self, about: &[I], what: usize, said: &Said<I>) {
        let before = self.waiting();
        for one in self.all.iter_mut().filter(|one| about.contains(&one.at)) {
            // What was changed waits no more: into another bad one, that one does. No rating changes a complaint, whatever it names.
            one.told[what] |= (one.kind, what) != (Kind::Complaint, CHANGED);
            one.given_up |= matches!(said.outcome, Some(Outcome::Refused | Outcome::Withdrawn));
        }
        let after = self.waiting();
        let left = before.iter().flatten().zip(after.iter().flatten());
        let left = left.map(|(before, after)| before.saturating_sub(*after));
        for (unclear, left) in self.unclear.iter_mut().flatten().zip(left) {
            *unclear = unclear.saturating_sub(left);
        }
    }

    /// By kind of record: how many are owed one, and how many may have one all the same.
    fn waiting(&self) -> [[usize; 2]; KINDS] {
        let mut waiting = [[0; 2]; KINDS];
        for (what, counts) in waiting.iter_mut().enumerate() {
            for owed in self.all.iter().filter_map(|one| one.is_owed(what)) {
                counts[usize::from(!owed)] += 1;
            }
        }
        waiting
    }
}
