//! Which complaint or rating an event is about that comes after it.

use std::collections::BTreeMap;

use mingjing_domain::event::{CaseEvent, EventKind, Value};

use super::history::Case;

/// What an event does to a stay that its kind ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ends {
    Yes,
    Perhaps,
    No,
}

/// What the events of a case are about that are told of complaints and ratings, by their place.
pub(super) struct Abouts {
    following: BTreeMap<usize, About>,
    /// Of ratings that change others.
    changes: BTreeMap<usize, About>,
}

#[derive(Debug, Default)]
struct About {
    names: bool,
    surely: Vec<usize>,
    perhaps: Vec<usize>,
}

/// A complaint or rating, and what was surely told of it so far.
struct One {
    opening: usize,
    /// A changed rating is told `rated`.
    told: Vec<EventKind>,
    given_up: bool,
}

impl Abouts {
    /// Reads a case from its beginning.
    pub fn of(case: &Case<'_>) -> Self {
        let mut all: Vec<One> = Vec::new();
        let mut unclear: BTreeMap<(EventKind, bool), usize> = BTreeMap::new();
        let mut abouts = Abouts {
            following: BTreeMap::new(),
            changes: BTreeMap::new(),
        };
        for (index, event) in case.events.iter().enumerate() {
            let opens = is_opening(event.kind).then(|| One {
                opening: index,
                told: Vec::new(),
                given_up: false,
            });
            if !follows(event.kind) && !changes(event) {
                all.extend(opens);
                continue;
            }
            let waiting = |all: &[One], kind, owed| -> Vec<usize> {
                let waits = |one: &&One| waits(case, one, kind) == Some(owed);
                all.iter().filter(waits).map(|one| one.opening).collect()
            };
            let first = waiting(&all, event.kind, true);
            let then = waiting(&all, event.kind, false);
            let everything: Vec<usize> = first.iter().chain(&then).copied().collect();
            let mut about = About::default();
            if let Some(id) = text(event, "about").filter(|id| !id.is_empty()) {
                about.names = true;
                // What was taken back is still known, and nothing of it waits; what comes after it is not.
                let is_known = case.has_till(id, event);
                match is_known {
                    true => about
                        .surely
                        .extend(case.events.iter().position(|e| *e.event_id == *id)),
                    false => about.perhaps = everything,
                }
            } else {
                let owed = !first.is_empty();
                let (pool, rest) = if owed { (first, then) } else { (then, first) };
                let so_far = unclear.entry((event.kind, owed)).or_default();
                if pool.len() > *so_far + 1 {
                    *so_far += 1;
                    about.perhaps = everything;
                } else {
                    (about.surely, about.perhaps) = (pool, rest);
                }
            }
            let counted = |all: &[One]| {
                let kinds = FOLLOWING.iter().chain(&[EventKind::Rated]);
                let each = kinds.flat_map(|kind| [(*kind, true), (*kind, false)]);
                each.map(|(kind, owed)| ((kind, owed), waiting(all, kind, owed).len()))
                    .collect::<BTreeMap<_, _>>()
            };
            let before = counted(&all);
            for one in all.iter_mut().filter(|o| about.surely.contains(&o.opening)) {
                one.told.push(event.kind);
                let outcome = text(event, "outcome");
                one.given_up |= matches!(outcome, Some("refused" | "withdrawn"));
            }
            for (pool, now) in counted(&all) {
                let fewer = before[&pool].saturating_sub(now);
                let count = unclear.entry(pool).or_default();
                *count = count.saturating_sub(fewer);
            }
            all.extend(opens);
            match event.kind {
                EventKind::Rated => abouts.changes.insert(index, about),
                _ => abouts.following.insert(index, about),
            };
        }
        abouts
    }

    /// The ratings up to a place that change another than the one at `start`, surely or perhaps; that one too, where it changes another.
    pub fn changes_of_others(&self, start: usize, until: usize) -> Vec<usize> {
        let changes = self.changes.range(..until + 1);
        let others =
            changes.filter(|(index, about)| **index == start || !about.surely.contains(&start));
        others.map(|(index, _)| *index).collect()
    }

    /// Whether the event at a place changes the rating at another into one that is bad, too.
    pub fn replaces(&self, case: &Case<'_>, start: usize, index: usize) -> bool {
        let change = self.changes.get(&index).filter(|_| index != start);
        change.is_some_and(|about| about.surely.contains(&start)) && is_bad(case.events[index])
    }

    /// The first event that may have changed the rating at a place into a better one, or into another from which the limit runs.
    pub fn perhaps_changed(
        &self,
        case: &Case<'_>,
        start: usize,
        starts: &[usize],
    ) -> Option<usize> {
        let mut changes = self.changes.range(start + 1..);
        let perhaps = |(index, about): &(&usize, &About)| {
            let counts = !is_bad(case.events[**index]) || starts.contains(*index);
            about.perhaps.contains(&start) && counts
        };
        changes.find(perhaps).map(|(index, _)| *index)
    }

    /// What the event at a place does to what runs from the one at another.
    pub fn ends(&self, case: &Case<'_>, start: usize, index: usize) -> Ends {
        let Some(about) = self.following.get(&index) else {
            return Ends::Yes;
        };
        if about.surely.contains(&start) {
            Ends::Yes
        } else if !is_opening(case.events[start].kind) {
            match about.names {
                true => Ends::No,
                false => Ends::Yes,
            }
        } else if about.perhaps.contains(&start) {
            Ends::Perhaps
        } else {
            Ends::No
        }
    }

    /// The first event that does what is owed since the one at a place, and the first that may have done so before.
    pub fn done(
        &self,
        case: &Case<'_>,
        start: usize,
        owed: impl Iterator<Item = usize>,
    ) -> (Option<usize>, Option<usize>) {
        let mut perhaps = None;
        for index in owed.filter(|index| *index > start) {
            match self.ends(case, start, index) {
                Ends::Yes => return (Some(index), perhaps),
                Ends::Perhaps => perhaps = perhaps.or(Some(index)),
                Ends::No => {}
            }
        }
        (None, perhaps)
    }
}

const FOLLOWING: [EventKind; 4] = [
    EventKind::ComplaintAccepted,
    EventKind::ComplaintAnswered,
    EventKind::CalledBack,
    EventKind::Rectified,
];

fn follows(kind: EventKind) -> bool {
    FOLLOWING.contains(&kind)
}

fn is_opening(kind: EventKind) -> bool {
    matches!(kind, EventKind::Complaint | EventKind::Rated)
}

/// Whether a complaint or rating waits for an event of a kind: as one that is owed, or as one that may come. None: it has had its own.
fn waits(case: &Case<'_>, one: &One, kind: EventKind) -> Option<bool> {
    use EventKind::{CalledBack, ComplaintAccepted, ComplaintAnswered, Rated, Rectified};
    let opening = case.events[one.opening];
    let told = |kind| one.told.contains(&kind);
    if told(kind) {
        return None;
    }
    if opening.kind == EventKind::Rated {
        return match kind {
            CalledBack if told(Rectified) => None,
            CalledBack | Rectified if told(Rated) => None,
            CalledBack | Rectified | Rated => Some(is_bad(opening)),
            ComplaintAccepted if told(ComplaintAnswered) => None,
            _ => Some(false),
        };
    }
    let anonymous = opening.data.attributes.get("anonymous") == Some(&Value::Bool(true));
    match kind {
        ComplaintAccepted if told(ComplaintAnswered) => None,
        ComplaintAccepted => Some(true),
        ComplaintAnswered => Some(!anonymous || !told(ComplaintAccepted)),
        Rated => None,
        CalledBack if told(Rectified) => None,
        CalledBack => {
            let begun = told(ComplaintAccepted) || told(ComplaintAnswered);
            Some(begun && !one.given_up)
        }
        _ => Some(false),
    }
}

/// Whether an event is a rating that changes another.
fn changes(event: &CaseEvent<'_>) -> bool {
    let changed = event.data.attributes.get("rating_changed") == Some(&Value::Bool(true));
    event.kind == EventKind::Rated && changed
}

fn is_bad(event: &CaseEvent<'_>) -> bool {
    grade(event).is_some_and(|grade| grade >= 4)
}

/// The grade of a rating, where it is one of the five.
fn grade(event: &CaseEvent<'_>) -> Option<i64> {
    let result = event.data.result_code.as_deref();
    let result = result.and_then(|code| code.trim().parse::<u8>().ok());
    let attribute = match event.data.attributes.get("satisfaction") {
        Some(Value::Int(grade)) => Some(*grade),
        _ => None,
    };
    let told = result.map(i64::from).or(attribute);
    told.filter(|grade| (1..=5).contains(grade))
}

fn text<'e>(event: &'e CaseEvent<'_>, name: &str) -> Option<&'e str> {
    match event.data.attributes.get(name) {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    }
}
