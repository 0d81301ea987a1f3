//! An open order, the slow way: who holds what of it, and whether more time was asked for, is read anew from what was done since it was
//! given.

use mingjing_domain::Timestamp;
use mingjing_domain::disposition::{Disposal, RefusedBecause as Because};

use super::{Deed, Deeds};

/// Something that was passed on, by whom and to whom, and until when.
struct Leg<'a> {
    giver: &'a str,
    holder: &'a str,
    /// The place of the leg that the giver held then.
    from: Option<usize>,
    until: Option<Timestamp>,
}

impl Deeds {
    /// What stands against something that is done about the order given at this place.
    pub(super) fn objection_about_order(
        &self,
        order: usize,
        at: Timestamp,
        who: &str,
        what: &Disposal,
    ) -> Option<Because> {
        let since = &self.applied[order..];
        let due_at = due_of(since);
        let legs = legs(since);
        let held = legs.iter().rposition(|leg| leg.holder == who);
        let passed_it_on = |leg: &Leg<'_>| leg.from.is_none() && leg.giver == who;
        let not_theirs = !legs.is_empty() && !legs.iter().any(passed_it_on);
        let is_over = due_at.is_some_and(|due| at.floor_second() > due);
        let not_later = |until: Timestamp| due_at.is_some_and(|due| until <= due);
        let asker = asker(since);
        let all: Vec<(bool, Because)> = match what {
            Disposal::Answer { .. } => vec![(not_theirs, Because::NotAddressed)],
            Disposal::PassOn { to, due_at: until } => vec![
                (
                    to == who || hands(&legs, held).contains(&to.as_str()),
                    Because::InCircle,
                ),
                (until.is_some_and(|until| until <= at), Because::NotLater),
                (
                    later(
                        *until,
                        held.map_or(due_at, |held| legs[held].until.or(due_at)),
                    ),
                    Because::AfterParent,
                ),
            ],
            Disposal::Report { .. } => vec![(held.is_none(), Because::NotAddressed)],
            Disposal::AskExtension { due_at: until } => vec![
                (not_theirs, Because::NotAddressed),
                (is_over, Because::TooLate),
                (asker.is_some(), Because::ExtensionAsked),
                (not_later(*until), Because::NotLater),
            ],
            Disposal::Extend { due_at: until } => vec![
                (asker == Some(who), Because::OwnDecision),
                (asker.is_none() && is_over, Because::TooLate),
                (not_later(*until), Because::NotLater),
            ],
            Disposal::RefuseExtension => vec![
                (asker.is_none(), Because::NoExtensionAsked),
                (asker == Some(who), Because::OwnDecision),
            ],
            _ => vec![],
        };
        let first = all.iter().find(|(stands, _)| *stands);
        first.map(|(_, because)| *because)
    }
}

fn due_of(since: &[Deed]) -> Option<Timestamp> {
    since.iter().rev().find_map(|deed| deed.due_at)
}

fn later(until: Option<Timestamp>, than: Option<Timestamp>) -> bool {
    match (until, than) {
        (Some(until), Some(than)) => until > than,
        _ => false,
    }
}

fn legs(since: &[Deed]) -> Vec<Leg<'_>> {
    let mut legs: Vec<Leg<'_>> = Vec::new();
    for (place, deed) in since.iter().enumerate() {
        let Disposal::PassOn { to, due_at } = &deed.what else {
            continue;
        };
        let from = legs.iter().rposition(|leg| leg.holder == deed.person);
        let above = from.and_then(|from| legs[from].until);
        legs.push(Leg {
            giver: &deed.person,
            holder: to,
            from,
            until: due_at.or(above).or(due_of(&since[..place])),
        });
    }
    legs
}

/// Everybody through whose hands a leg came to where it is.
fn hands<'a>(legs: &[Leg<'a>], of: Option<usize>) -> Vec<&'a str> {
    let mut hands = Vec::new();
    let mut above = of;
    while let Some(place) = above {
        hands.extend([legs[place].giver, legs[place].holder]);
        above = legs[place].from;
    }
    hands
}

/// Who asked for more time and waits for an answer.
fn asker(since: &[Deed]) -> Option<&str> {
    let last = since.iter().rev().find(|deed| {
        matches!(
            deed.what,
            Disposal::AskExtension { .. } | Disposal::Extend { .. } | Disposal::RefuseExtension
        )
    });
    last.filter(|deed| matches!(deed.what, Disposal::AskExtension { .. }))
        .map(|deed| &*deed.person)
}
