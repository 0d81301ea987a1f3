//! What a condition sees at one event: what the case knows, and the event.

use super::{Context, Profile};
use crate::condition::{Attr, BuiltIn, Side, Slot, Values};
use crate::history::{Event, present};
use crate::rules::FILE_FIELD;
use crate::symbols::Symbol;

/// The values a condition sees at one event.
pub(crate) struct Seen<'a> {
    pub(crate) attributes: &'a [Attr],
    /// The event judged, or the last one taken where no single event is judged.
    pub(crate) event: Event<'a>,
    pub(crate) context: &'a Context<'a>,
    /// Whether `case.<attribute>` is what the case knows with the event, rather than before it.
    pub(crate) with_event: bool,
}

impl Seen<'_> {
    fn text(&self, symbol: Symbol) -> Attr {
        self.context
            .texts
            .option(symbol)
            .map_or(Attr::Unknown, Attr::of_text)
    }

    fn code(&self, symbol: u16) -> Attr {
        self.context
            .codes
            .option(symbol.into())
            .map_or(Attr::Unknown, Attr::of_text)
    }

    fn present(&self, bit: u16) -> Attr {
        if self.event.present & bit == 0 {
            Attr::Unknown
        } else {
            Attr::Bool(true)
        }
    }

    fn first_named(&self, of: impl Fn(&Profile) -> Symbol) -> Attr {
        self.text(self.context.first_named(self.event.place, of))
    }

    fn latest_named(&self, of: impl Fn(&Profile) -> Symbol) -> Attr {
        self.text(self.context.latest_named(self.event.place, of))
    }
}

impl Values for Seen<'_> {
    fn value(&self, slot: Slot) -> Attr {
        let (event, context) = (&self.event, self.context);
        match slot {
            Slot::Attribute(Side::Case, place) => {
                let carried = self.with_event.then(|| context.carried(event, place));
                let carried = carried.flatten();
                carried.unwrap_or_else(|| self.attributes[usize::from(place)].clone())
            }
            Slot::Attribute(Side::Event, place) => {
                context.carried(event, place).unwrap_or(Attr::Unknown)
            }
            Slot::File(..) => Attr::Unknown,
            Slot::BuiltIn(side, what) => match (side, what) {
                (_, BuiltIn::CaseKind) => self.first_named(|p| p.case_kind),
                (_, BuiltIn::Item) => self.first_named(|p| p.item),
                (Side::Case, BuiltIn::Org) => self.latest_named(|p| p.org),
                (Side::Case, BuiltIn::Region) => self.latest_named(|p| p.region),
                (Side::Event, BuiltIn::Org) => self.text(context.profile(event).org),
                (Side::Event, BuiltIn::Region) => self.text(context.profile(event).region),
                (_, BuiltIn::Kind) => Attr::of_text(event.kind.code()),
                (_, BuiltIn::Step) => self.code(context.step_symbol(event)),
                (_, BuiltIn::Actor) => self.text(event.actor),
                (_, BuiltIn::Result) => self.code(event.result),
                (_, BuiltIn::OccurredAt) => Attr::Instant(event.occurred_at),
                (_, BuiltIn::BegunAt) => context
                    .begun_at(event.place)
                    .map_or(Attr::Unknown, Attr::Instant),
                (_, BuiltIn::Reason) => self.present(present::REASON),
                (_, BuiltIn::Basis) => self.present(present::BASIS),
                (_, BuiltIn::Attachments) => self.present(present::ATTACHMENT),
            },
        }
    }

    fn has_file(&self, side: Side, kind: &str) -> bool {
        let (event, context) = (&self.event, self.context);
        let cannot_come = || {
            if context.lacks.fields.is_empty() {
                return false;
            }
            let field = format!("{FILE_FIELD}{kind}");
            context.lacks.has_field(event.kind, &field)
        };
        let there = match side {
            Side::Event => context.carries_file(event, kind),
            Side::Case => context.came_with(event, kind),
        };
        // What its source cannot send is held against nobody.
        there || cannot_come()
    }
}
