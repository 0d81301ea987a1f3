//! What a partition's engine holds.

use mingjing_domain::Timestamp;
use mingjing_domain::alert::Status as AlertStatus;
use mingjing_domain::calendar::WorkCalendar;
use mingjing_engine::Engine;

/// Every status an alert can have.
pub(super) const ALERT_STATUSES: [AlertStatus; 6] = [
    AlertStatus::Pending,
    AlertStatus::Issued,
    AlertStatus::Ended,
    AlertStatus::Withdrawn,
    AlertStatus::Cancelled,
    AlertStatus::Review,
];

/// What the engine counts.
pub(super) const COUNTED: [&str; 7] = [
    "events",
    "duplicates",
    "conflicts",
    "walked_anew",
    "judged",
    "exempt_from_late_entry",
    "unjudged_conditions",
];

/// What a partition's engine holds, for gauges.
#[derive(Clone, Debug, Default)]
pub(crate) struct Holdings {
    pub(super) cases: usize,
    pub(super) waiting: usize,
    pub(super) alerts: [usize; ALERT_STATUSES.len()],
    /// In the order of [`COUNTED`].
    pub(super) counts: [u64; COUNTED.len()],
    /// By calendar in use: the days from the partition's clock on whose holidays are known.
    pub(super) calendar_days: Vec<(String, i64)>,
}

impl Holdings {
    /// Looks at every alert: for every few seconds, not for every batch.
    pub(crate) fn of(engine: &Engine) -> Self {
        let mut alerts = [0; ALERT_STATUSES.len()];
        for alert in engine.alerts() {
            let place = ALERT_STATUSES.iter().position(|s| *s == alert.status);
            alerts[place.expect("every status is listed")] += 1;
        }
        let counts = engine.counts();
        let counts = [
            counts.events,
            counts.duplicates,
            counts.conflicts,
            counts.walked_anew,
            counts.judged,
            counts.exempt_from_late_entry,
            engine.unjudged_conditions(),
        ];
        Self {
            cases: engine.case_count(),
            waiting: engine.waiting_count(),
            alerts,
            counts,
            calendar_days: calendar_days(engine),
        }
    }
}

/// Before the clock's first tick nothing is counted in any year.
fn calendar_days(engine: &Engine) -> Vec<(String, i64)> {
    if engine.clock() == Timestamp::MIN {
        return Vec::new();
    }
    let days = |calendar: &WorkCalendar| {
        let today = engine.clock().local_date(calendar.tz());
        let known_until = calendar.known_until(today);
        (
            calendar.id().to_owned(),
            known_until.map_or(0, |last| (last - today).num_days()),
        )
    };
    engine.rules().calendars_in_use().map(days).collect()
}
