//! 时段: windows overlap and lie inside one another, so cells are added up once between each two of the instants at which any window begins,
//! ends or has its stock taken, and a window is the sum of the stretches it is made of.

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

#[cfg(test)]
mod tests {
    use mingjing_domain::Timestamp;

    use super::super::super::windows::Of;
    use super::*;

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
