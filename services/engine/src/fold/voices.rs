//! 投诉与评价: which complaint or rating an event is about that comes after it, so that each is judged by what was done about itself.

use mingjing_domain::event::EventKind;
use mingjing_domain::voice::about::{FOLLOWING, Meant, Named, Said, Spoken};
use mingjing_domain::voice::{self, Kind, Outcome};

use super::seen::Seen;
use super::{Context, Fold, NONE, Stay, Taken, typed};
use crate::condition::{Attr, Condition};
use crate::history::{Event, Sent};

/// What an event does to a stay of a limit that runs from each of several events.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ends {
    Yes,
    /// It may, or may not.
    Perhaps,
    No,
}

/// What was said in a case, up to an event, of changed ratings.
pub(super) struct Changes {
    /// Those that do not surely change this one, by place; itself, where it changes another.
    pub(super) others: Vec<u32>,
    /// Whether the event taken now changes it.
    pub(super) now: Ends,
    /// The event taken now is a bad rating.
    pub(super) bad: bool,
}

impl Taken<'_> {
    /// Of a stay that began with a rating: which ratings changed what, also before it. None of any other.
    pub(super) fn changes(&self, stay: &Stay) -> Option<Changes> {
        let (context, start) = (self.context, stay.start_event);
        if start == NONE || context.history.event(start).kind != EventKind::Rated {
            return None;
        }
        let mut spoken = Spoken::default();
        let mut changes = Changes {
            others: Vec::new(),
            now: Ends::No,
            bad: false,
        };
        for event in context.history.up_to(self.event.place) {
            if !is_opening(&event) && !FOLLOWING.contains(&event.kind) {
                continue;
            }
            let said = context.said(&event);
            let meant = spoken.take(&said);
            if event.kind != EventKind::Rated || !said.changes {
                continue;
            }
            let surely = event.place != start && meant.surely.contains(&start);
            let changes_this = match meant.perhaps.contains(&start) {
                _ if surely => Ends::Yes,
                true => Ends::Perhaps,
                false => Ends::No,
            };
            if changes_this != Ends::Yes {
                changes.others.push(event.place);
            }
            if event.place == self.event.place {
                (changes.now, changes.bad) = (changes_this, said.bad);
            }
        }
        Some(changes)
    }

    /// What the event is about, where it is told of a complaint or rating.
    pub(super) fn meant(&self) -> Option<Meant<u32>> {
        if !FOLLOWING.contains(&self.event.kind) {
            return None;
        }
        let mut spoken = Spoken::default();
        let mut meant = Meant::default();
        // Such events are few: what was said before is read anew for each of them.
        for event in self.context.history.up_to(self.event.place) {
            if is_opening(&event) || FOLLOWING.contains(&event.kind) {
                meant = spoken.take(&self.context.said(&event));
            }
        }
        Some(meant)
    }

    /// Whether it ends a stay that its kind ends. What runs from something else than complaints and ratings is ended by all that names
    /// nothing else.
    pub(super) fn ends_one(&self, stay: &Stay, meant: &Meant<u32>) -> Ends {
        let context = self.context;
        let start = stay.start_event;
        let of_voice = start != NONE && is_opening(&context.history.event(start));
        if meant.surely.contains(&start) {
            Ends::Yes
        } else if of_voice {
            match meant.perhaps.contains(&start) {
                true => Ends::Perhaps,
                false => Ends::No,
            }
        } else {
            match context.named(&self.event) {
                Named::Nothing => Ends::Yes,
                _ => Ends::No,
            }
        }
    }
}

impl Fold {
    /// Whether a condition holds with this event, as if some others were not there.
    pub(super) fn holds_but_for(
        &mut self,
        condition: &Condition,
        taken: &Taken<'_>,
        others: &[u32],
    ) -> bool {
        let context = taken.context;
        let declared = &context.plan.attributes;
        let mut attributes: Vec<Attr> = declared.iter().map(|a| a.default.clone()).collect();
        for event in context.history.up_to(taken.event.place) {
            let Some(extra) = event.extra().filter(|_| !others.contains(&event.place)) else {
                continue;
            };
            for (name, value) in extra.attributes {
                let Some(place) = context.attribute(name).map(usize::from) else {
                    continue;
                };
                if let Some(value) = typed(value, declared[place].value_type) {
                    attributes[place] = value;
                }
            }
        }
        let seen = Seen {
            attributes: &attributes,
            event: taken.event,
            context,
            with_event: false,
        };
        let holds = condition.holds(&seen);
        self.judged(holds)
    }
}

impl Context<'_> {
    fn said(&self, event: &Event<'_>) -> Said<u32> {
        let result = self.codes.option(event.result.into());
        let grade = match self.said_as(event, voice::SATISFACTION) {
            Some(Sent::Int(grade)) => Some(grade),
            _ => None,
        };
        let grade = voice::grade_of(result, grade);
        let outcome = match self.said_as(event, voice::OUTCOME) {
            Some(Sent::Text(outcome)) => Outcome::from_code(outcome),
            _ => None,
        };
        Said {
            kind: event.kind,
            at: event.place,
            named: self.named(event),
            bad: grade.is_some_and(|grade| grade >= voice::BAD_FROM),
            changes: self.said_as(event, voice::RATING_CHANGED) == Some(Sent::Bool(true)),
            anonymous: self.said_as(event, voice::ANONYMOUS) == Some(Sent::Bool(true)),
            outcome,
        }
    }

    /// The event that an event names as what it is about. What comes after it was not there to be named: else what it means would hang
    /// on what has arrived when it is taken.
    fn named(&self, event: &Event<'_>) -> Named<u32> {
        match self.said_as(event, voice::ABOUT) {
            Some(Sent::Text(id)) if !id.is_empty() => {
                let named = self.history.by_id(id);
                let named = named.filter(|named| named.place <= event.place);
                named.map_or(Named::Unknown, |named| Named::One(named.place))
            }
            _ => Named::Nothing,
        }
    }

    /// What an event carries as an attribute, declared or not.
    fn said_as<'e>(&self, event: &Event<'e>, name: &str) -> Option<Sent<'e>> {
        let extra = event.extra()?;
        let code = self.codes.find(name)?;
        let mut sent = extra.attributes.into_iter();
        let found = sent.find(|(known, _)| u32::from(*known) == code);
        found.map(|(_, value)| value)
    }
}

fn is_opening(event: &Event<'_>) -> bool {
    [Kind::Complaint, Kind::Rating]
        .iter()
        .any(|kind| kind.begun_by() == event.kind)
}
