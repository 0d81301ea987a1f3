//! What a record said in an earlier version, or before it was taken back: how long that stood.

use mingjing_domain::Timestamp;

use super::event::{Event, Reading};

/// Whether two codes mean the same special procedure.
pub(crate) type SameSpecial<'a> = &'a dyn Fn(u16, u16) -> bool;

impl Reading<'_> {
    /// Whether anything may have been told that is told so no more.
    pub(crate) fn may_hold_gone(&self) -> bool {
        self.holds_replaced() || self.holds_corrections()
    }

    /// When a version was told so no more, where that was later than so many milliseconds after it was first told.
    pub(crate) fn gone_too_late(
        &self,
        version: &Event<'_>,
        allowance_ms: i64,
        same: SameSpecial<'_>,
    ) -> Option<Timestamp> {
        let latest = self.first_told(version, same).plus_millis(allowance_ms);
        self.gone_at(version, same)
            .filter(|gone_at| *gone_at > latest)
    }

    /// Whether a version was told so no more within so many milliseconds after it was first told.
    pub(crate) fn was_put_right(
        &self,
        version: &Event<'_>,
        allowance_ms: i64,
        same: SameSpecial<'_>,
    ) -> bool {
        let latest = self.first_told(version, same).plus_millis(allowance_ms);
        self.gone_at(version, same)
            .is_some_and(|gone_at| gone_at <= latest)
    }

    /// When it was first received what a version of a record says.
    pub(crate) fn first_told(&self, version: &Event<'_>, same: SameSpecial<'_>) -> Timestamp {
        let versions = self.versions_of(version).into_iter();
        let told = versions.filter(|v| says_as(v, version, same));
        let told = told.map(|v| v.came_at()).min();
        told.unwrap_or_else(|| version.came_at())
    }

    /// When it was first received that a version is told so no more: by a newer one that says otherwise, or by what takes it back.
    fn gone_at(&self, version: &Event<'_>, same: SameSpecial<'_>) -> Option<Timestamp> {
        let newer = self.versions_of(version).into_iter();
        let newer = newer.filter(|v| v.version > version.version && !says_as(v, version, same));
        let taken_back = self.corrections_of(version).into_iter();
        newer.chain(taken_back).map(|v| v.came_at()).min()
    }
}

/// Whether two versions say that the same happened, in the same step, at the same time.
fn says_as(a: &Event<'_>, b: &Event<'_>, same: SameSpecial<'_>) -> bool {
    let special = |e: &Event<'_>| e.special().map_or(0, |entry| entry.kind);
    a.kind == b.kind
        && a.occurred_at == b.occurred_at
        && a.step == b.step
        && same(special(a), special(b))
}
