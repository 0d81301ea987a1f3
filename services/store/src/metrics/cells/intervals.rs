//! 时段: windows overlap and lie inside one another, so cells are added up once between each two of the instants at which any window begins,
//! ends or has its stock taken, and a window is the sum of the stretches it is made of.

use std::collections::BTreeSet;

use chrono_tz::Tz;
use mingjing_domain::period::Period;

use super::super::windows::Window;
use super::pieces::Kind;

/// Before everything that cells know.
const BEGINNING: i64 = -(1 << 62);

/// Where stretches begin, in milliseconds, in their order. Something lies in the one that begins last of those not after it; by its place, the
/// first instant after the day of what happened, that is one of which `since < place <= next`.
pub(super) fn bounds(windows: &[Window]) -> Vec<i64> {
    let of = |window: &Window| [window.from, window.until, window.at].map(|at| at.millis());
    let mut bounds: Vec<i64> = windows.iter().flat_map(of).collect();
    bounds.push(BEGINNING);
    bounds.sort_unstable();
    bounds.dedup();
    bounds
}

/// Whether what is added up of this kind, in the stretch that begins at one of the bounds, is in a window.
pub(super) const fn is_in(window: &Window, kind: Kind, since: i64) -> bool {
    match kind {
        Kind::Flow => window.from.millis() <= since && since < window.until.millis(),
        Kind::Stock => since < window.at.millis(),
        Kind::First => since < window.until.millis(),
        Kind::Last => since < window.from.millis(),
    }
}

/// The months within which windows begin or end, or a stock is taken: of each its first instant and the first after it. They are read by day.
/// Any other lies as a whole in a window or outside of it, and whatever bound of the others its place comes after, it does so for all of its days.
pub(super) fn cut_months(windows: &[Window], kind: Kind, zone: Tz) -> BTreeSet<(i64, i64)> {
    let instants = windows.iter().flat_map(|window| {
        let at = match kind {
            Kind::Flow => None,
            Kind::Stock | Kind::First | Kind::Last => Some(window.at),
        };
        [window.from, window.until].into_iter().chain(at)
    });
    let months = instants.filter_map(|at| {
        let month = Period::month_of(at, zone);
        let (from, until) = (month.from(zone), month.until(zone));
        (from < at).then(|| (from.millis(), until.millis()))
    });
    months.collect()
}

#[cfg(test)]
mod tests {
    use mingjing_domain::Timestamp;

    use super::super::super::windows::{Of, windows};
    use super::*;
    use crate::Sight;
    use crate::metrics::{Asked, Dimension, Filter, Known};

    const ZONE: Tz = chrono_tz::Asia::Shanghai;

    fn all_windows(period: &str, by: Option<Dimension>) -> Vec<Window> {
        windows(&Asked {
            period: period.parse().unwrap(),
            zone: ZONE,
            now: Timestamp::parse("2026-11-20T15:37:12+08:00").unwrap(),
            by,
            metrics: Vec::new(),
            filter: Filter::default(),
            sight: Sight::default(),
            compare: true,
            min_base: 0,
            limit: 10,
            known: Known::default(),
        })
    }

    #[test]
    fn a_month_that_is_cut_is_one_in_which_something_begins_ends_or_is_taken() {
        let told = |period: &str, kind: Kind| {
            let cut = cut_months(&all_windows(period, None), kind, ZONE);
            let month = |(from, _): (i64, i64)| {
                Timestamp::from_millis(from).to_rfc3339(ZONE)[..7].to_owned()
            };
            cut.into_iter().map(month).collect::<Vec<_>>()
        };
        assert_eq!(told("2026-10", Kind::Flow), Vec::<String>::new());
        assert_eq!(told("2026-10", Kind::Stock), Vec::<String>::new());
        // It runs: what it is compared with ends within a month, and its own stock is taken today.
        assert_eq!(told("2026-11", Kind::Flow), ["2025-11", "2026-10"]);
        assert_eq!(
            told("2026-11", Kind::Stock),
            ["2025-11", "2026-10", "2026-11"]
        );
        assert_eq!(told("2026", Kind::Flow), ["2025-11"]);
    }

    #[test]
    fn a_month_that_is_not_cut_lies_where_each_of_its_instants_does() {
        for (period, by) in [
            ("2026-10", None),
            ("2026-11", None),
            ("2025", None),
            ("2026", Some(Dimension::Month)),
            ("2026-10-05..2026-11-07", Some(Dimension::Month)),
            ("2026-11-20..2026-11-20", None),
        ] {
            let windows = all_windows(period, by);
            let bounds = bounds(&windows);
            for kind in [Kind::Flow, Kind::Stock, Kind::First, Kind::Last] {
                let cut = cut_months(&windows, kind, ZONE);
                // Every eight hours for three years: for as long as windows reach and longer.
                let begin = Timestamp::parse("2024-11-01T00:00:00+08:00").unwrap();
                for nth in 0..3_285 {
                    let instant = begin.plus_millis(nth * 8 * 3_600_000);
                    let month = Period::month_of(instant, ZONE);
                    let (from, until) = (month.from(ZONE).millis(), month.until(ZONE).millis());
                    if cut.contains(&(from, until)) {
                        continue;
                    }
                    // The first instant after it lies no earlier than what a flow's day or a stock's instant is placed at.
                    let by_month = round_down(&bounds, until - 1);
                    let by_day = round_down(&bounds, instant.millis());
                    for window in &windows {
                        let same = is_in(window, kind, by_month) == is_in(window, kind, by_day);
                        assert!(same, "{period}: {kind:?} at {instant:?} of {window:?}");
                    }
                }
            }
        }
    }

    fn window([from, until, at]: [i64; 3]) -> Window {
        Window {
            month: None,
            of: Of::Asked,
            from: Timestamp::from_millis(from),
            until: Timestamp::from_millis(until),
            at: Timestamp::from_millis(at),
        }
    }

    /// As ClickHouse's `roundDown`.
    fn round_down(bounds: &[i64], place: i64) -> i64 {
        let not_after = bounds.iter().rev().find(|bound| **bound <= place);
        *not_after.unwrap_or(&bounds[0])
    }

    #[test]
    fn a_window_is_made_of_the_stretches_that_lie_in_it() {
        let table: [(&str, &[[i64; 3]]); 7] = [
            ("one", &[[10, 20, 20]]),
            ("apart", &[[10, 20, 20], [30, 40, 40]]),
            ("touching", &[[10, 20, 20], [20, 30, 30]]),
            ("overlapping", &[[10, 20, 20], [15, 25, 25]]),
            ("inside one another", &[[10, 40, 40], [20, 30, 30]]),
            ("the same twice", &[[10, 20, 20], [10, 20, 20]]),
            // Its stock is taken within it, and that of a month to come before it begins.
            (
                "running",
                &[[10, 40, 23], [0, 10, 10], [10, 20, 20], [40, 50, 23]],
            ),
        ];
        for (name, windows) in table {
            let windows: Vec<Window> = windows.iter().copied().map(window).collect();
            let bounds = bounds(&windows);
            assert!(bounds.is_sorted_by(|a, b| a < b), "{name}: {bounds:?}");
            for window in &windows {
                for place in -5..60 {
                    let since = round_down(&bounds, place - 1);
                    let (from, until, at) = (
                        window.from.millis(),
                        window.until.millis(),
                        window.at.millis(),
                    );
                    for (kind, wanted) in [
                        (Kind::Flow, from < place && place <= until),
                        (Kind::Stock, place <= at),
                        (Kind::First, place <= until),
                        (Kind::Last, place <= from),
                    ] {
                        let found = is_in(window, kind, since);
                        assert_eq!(found, wanted, "{name}: {kind:?} at {place}, {window:?}");
                    }
                }
            }
        }
    }
}
