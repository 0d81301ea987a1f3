//! The kinds of files that events came with, and lawful exceptions whose file came afterwards.

use super::{Context, Fold, Seen};
use crate::condition::{Attr, Side, Slot, Values};
use crate::history::{Event, FILE, present};
use crate::rules::Point;

impl Context<'_> {
    /// Whether an event or an earlier one of the case carried a file of a kind.
    pub(super) fn came_with(&self, event: &Event<'_>, kind: &str) -> bool {
        let mut known = self.history.up_to(event.place);
        known.any(|e| self.carries_file(&e, kind))
    }

    /// Whether an event carried a file of a kind. Of events that an engine took which kept no files, nobody
    /// knows which they had.
    pub(super) fn carries_file(&self, event: &Event<'_>, kind: &str) -> bool {
        let unknown = event.present & (present::ATTACHMENT | present::WHOLE) == present::ATTACHMENT;
        let kept = event.extra().into_iter().flat_map(|extra| extra.attributes);
        let mut files =
            kept.filter_map(|(name, _)| self.codes.text(name.into()).strip_prefix(FILE));
        unknown || files.any(|file| file == kind)
    }
}

/// What a condition sees at an event, had the case known by then what it knows now.
struct Afterwards<'a>(Seen<'a>);

impl Values for Afterwards<'_> {
    fn value(&self, slot: Slot) -> Attr {
        self.0.value(slot)
    }

    fn has_file(&self, side: Side, kind: &str) -> bool {
        let context = self.0.context;
        let of_case = || {
            let mut known = context.history.known();
            known.any(|e| context.carries_file(&e, kind))
        };
        self.0.has_file(side, kind) || (side == Side::Case && of_case())
    }
}

impl Fold {
    /// The first record after an event with a file that an exception of the point asks for, where by what the case knows now
    /// the exception would hold of the event. What is written afterwards a person weighs.
    pub(crate) fn excused_afterwards(
        &self,
        point: &Point,
        event: u32,
        context: &Context<'_>,
    ) -> Option<u32> {
        point.unless.iter().find_map(|condition| {
            let kinds: Vec<&str> = condition.case_files().collect();
            if kinds.is_empty() {
                return None;
            }
            let mut later = context.history.known().filter(|e| e.place > event);
            let carrying =
                later.find(|e| kinds.iter().any(|kind| context.carries_file(e, kind)))?;
            let seen = Afterwards(Seen {
                attributes: &self.attributes,
                event: context.history.event(event),
                context,
                with_event: false,
            });
            (condition.holds(&seen) == Ok(true)).then_some(carrying.place)
        })
    }
}
