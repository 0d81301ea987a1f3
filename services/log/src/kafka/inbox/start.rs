//! Where reading a partition begins, and what is missing before that. Pure.

/// What a topic no longer has of what was to come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loss {
    /// How it came.
    pub kind: LossKind,
    /// Records that are missing, as far as can be known: 1 where nobody can know how many.
    pub records: u64,
}

/// How records were lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LossKind {
    /// Retention removed them before they were read.
    Retention,
    /// The topic was removed and made anew.
    Remade,
    /// The partition ends before what was read of it.
    Shrunk,
}

/// What a partition holds at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Held {
    pub topic_id: u128,
    pub low: i64,
    pub high: i64,
}

/// What was done of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Done {
    pub topic_id: u128,
    pub next: i64,
    pub note: String,
}

impl Done {
    /// As it is committed beside the offset: the topic's id, a blank, the note.
    pub fn metadata(&self) -> String {
        format!("{:032x} {}", self.topic_id, self.note)
    }

    /// From what was committed. An offset without an id of ours was put there by somebody's tool, and is gone by.
    pub fn read(next: i64, metadata: &str, current_id: u128) -> Self {
        let (id, note) = metadata.split_once(' ').unwrap_or_default();
        Self {
            topic_id: u128::from_str_radix(id, 16).unwrap_or(current_id),
            next,
            note: note.to_owned(),
        }
    }
}

/// The first offset to read, and what is missing before it.
pub(super) fn start(done: Option<&Done>, held: Held) -> (i64, Option<Loss>) {
    let Held {
        topic_id,
        low,
        high,
    } = held;
    let loss = |kind, records| (low, Some(Loss { kind, records }));
    let beyond = |next: i64| low.saturating_sub(next).unsigned_abs();
    match done {
        Some(done) if done.topic_id != topic_id => loss(LossKind::Remade, 1),
        Some(done) if done.next < low => loss(LossKind::Retention, beyond(done.next)),
        Some(done) if done.next > high => loss(LossKind::Shrunk, 1),
        Some(done) => (done.next, None),
        // Never read, and not from its beginning: what retention removed was delivered all the same.
        None if low > 0 => loss(LossKind::Retention, beyond(0)),
        None => (low, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_begins_where_it_was_done_and_what_is_missing_is_told() {
        let held = |low, high| Held {
            topic_id: 7,
            low,
            high,
        };
        let done = |topic_id, next| Done {
            topic_id,
            next,
            note: String::new(),
        };
        let lost = |kind, records| Some(Loss { kind, records });
        use LossKind::*;
        for (done, held, expected) in [
            (None, held(0, 0), (0, None)),
            (None, held(0, 9), (0, None)),
            (None, held(4, 9), (4, lost(Retention, 4))),
            (Some(done(7, 4)), held(4, 9), (4, None)),
            (Some(done(7, 9)), held(4, 9), (9, None)),
            (Some(done(7, 3)), held(4, 9), (4, lost(Retention, 1))),
            (Some(done(7, 10)), held(4, 9), (4, lost(Shrunk, 1))),
            (Some(done(8, 5)), held(0, 9), (0, lost(Remade, 1))),
        ] {
            assert_eq!(start(done.as_ref(), held), expected, "{done:?} {held:?}");
        }
    }

    #[test]
    fn what_is_committed_reads_back() {
        let done = Done {
            topic_id: 0xabc,
            next: 5,
            note: "not_taken=3 x".into(),
        };
        assert_eq!(Done::read(5, &done.metadata(), 1), done);
        for foreign in ["", "somebody else's"] {
            assert_eq!(Done::read(5, foreign, 1).topic_id, 1);
        }
    }
}
