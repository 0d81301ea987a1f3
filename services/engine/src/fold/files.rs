//! The kinds of files that events came with.

use super::Context;
use crate::history::{Event, FILE, present};

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
