//! Which rows of cells a question reads.

use std::collections::BTreeSet;

use super::super::windows::Window;
use super::grain::{Grain, Span, name};
use super::pieces::{Kind, PieceId};

/// So many windows are looked for one by one.
const WINDOWS_APART: usize = 6;

/// A stretch of time by the places in it: after the first instant, not after the second.
type Stretch = (i64, i64);

/// Cells of some pieces at a grain that lie in these stretches: by day in the months that are cut, by month in all others. What comes to nothing
/// is left out, and a stretch is told as what is left of it: ClickHouse takes some 0.2 ms to plan a comparison.
pub(super) fn cells(
    pieces: &[PieceId],
    grain: Grain,
    stretches: &[Stretch],
    cut: &BTreeSet<Stretch>,
) -> Vec<String> {
    let told = |span: Span, stretches: Vec<Stretch>| {
        let names = pieces.iter().map(|id| name(*id, grain, span).to_string());
        let names = names.collect::<Vec<_>>().join(", ");
        let lies = stretches.iter().map(|(from, until)| match *from {
            i64::MIN => format!("at <= {until}"),
            from => format!("(at > {from} AND at <= {until})"),
        });
        let lies = lies.collect::<Vec<_>>().join(" OR ");
        (!names.is_empty() && !lies.is_empty())
            .then(|| format!("(piece IN ({names}) AND ({lies}))"))
    };
    let days = told(Span::Day, within(stretches, cut));
    let months = told(Span::Month, without(stretches, cut));
    days.into_iter().chain(months).collect()
}

/// On which days what is of this kind bears on any window: what happens in its own, and stock from the beginning. On anything after the end of
/// the last one no stock hangs.
pub(super) fn days(all: &[Window], kind: Kind) -> Vec<Stretch> {
    let days = all
        .iter()
        .map(|window| (window.from.millis(), window.until.millis()));
    let days = joined(days.collect());
    let (Some(&(begin, _)), Some(&(_, end))) = (days.first(), days.last()) else {
        return days;
    };
    match kind {
        Kind::Stock | Kind::First | Kind::Last => vec![(i64::MIN, end)],
        Kind::Flow if all.len() > WINDOWS_APART => vec![(begin, end)],
        Kind::Flow => days,
    }
}

/// In their order, those that touch as one.
fn joined(mut stretches: Vec<Stretch>) -> Vec<Stretch> {
    stretches.sort_unstable();
    let mut joined: Vec<Stretch> = Vec::new();
    for (from, until) in stretches {
        match joined.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(until),
            _ => joined.push((from, until)),
        }
    }
    joined
}

/// What of them lies in the months.
fn within(stretches: &[Stretch], months: &BTreeSet<Stretch>) -> Vec<Stretch> {
    let of = |(from, until): &Stretch| {
        let common = months
            .iter()
            .map(|month| (month.0.max(*from), month.1.min(*until)));
        common
            .filter(|(from, until)| from < until)
            .collect::<Vec<_>>()
    };
    joined(stretches.iter().flat_map(of).collect())
}

/// What of them lies in none of the months.
fn without(stretches: &[Stretch], months: &BTreeSet<Stretch>) -> Vec<Stretch> {
    let mut left = Vec::new();
    for (from, until) in stretches {
        let mut rest = *from;
        for month in months {
            left.push((rest, month.0.min(*until)));
            rest = rest.max(month.1);
        }
        left.push((rest, *until));
    }
    left.retain(|(from, until)| from < until);
    joined(left)
}

#[cfg(test)]
mod tests {
    use mingjing_domain::Timestamp;

    use super::super::super::windows::Of;
    use super::*;

    fn window(from: i64, until: i64) -> Window {
        Window {
            month: None,
            of: Of::Asked,
            from: Timestamp::from_millis(from),
            until: Timestamp::from_millis(until),
            at: Timestamp::from_millis(until),
        }
    }

    #[test]
    fn a_window_reads_its_days_and_stock_all_before_its_end() {
        let two = [window(10, 20), window(1, 5)];
        assert_eq!(days(&two, Kind::Flow), [(1, 5), (10, 20)]);
        for kind in [Kind::Stock, Kind::First, Kind::Last] {
            assert_eq!(days(&two, kind), [(i64::MIN, 20)]);
        }
        let inside = [window(0, 30), window(1, 5), window(30, 40)];
        assert_eq!(days(&inside, Kind::Flow), [(0, 40)]);
        let many: Vec<Window> = (0..9).map(|n| window(2 * n, 2 * n + 1)).collect();
        assert_eq!(days(&many, Kind::Flow), [(0, 17)]);
    }

    #[test]
    fn whole_months_are_read_by_month_and_others_by_day() {
        let named = |grain, span| {
            let names = [7, 8].map(|id| name(id, grain, span).to_string());
            format!("piece IN ({})", names.join(", "))
        };
        for grain in [Grain::All, Grain::Bodies] {
            let (days, months) = (named(grain, Span::Day), named(grain, Span::Month));
            let told = |stretches: &[Stretch], cut: &[Stretch]| {
                let cut = cut.iter().copied().collect();
                cells(&[7, 8], grain, stretches, &cut)
            };
            let of_months = |lies: &str| format!("({months} AND ({lies}))");
            let of_days = |lies: &str| format!("({days} AND ({lies}))");
            let whole = told(&[(10, 30)], &[]);
            assert_eq!(whole, [of_months("(at > 10 AND at <= 30)")]);
            let part = told(&[(12, 17)], &[(10, 20)]);
            assert_eq!(part, [of_days("(at > 12 AND at <= 17)")]);
            let stock = told(&[(i64::MIN, 30)], &[(10, 20), (20, 30)]);
            let wanted = [of_days("(at > 10 AND at <= 30)"), of_months("at <= 10")];
            assert_eq!(stock, wanted);
        }
        assert!(cells(&[], Grain::All, &[(1, 2)], &BTreeSet::new()).is_empty());
    }

    #[test]
    fn a_place_is_read_by_day_or_by_month_and_once() {
        // Months of ten, some of them cut.
        let months: Vec<Stretch> = (0..6).map(|n| (n * 10, n * 10 + 10)).collect();
        let is_in = |place: i64, of: &[Stretch]| {
            let found = of.iter().filter(|s| s.0 < place && place <= s.1);
            found.count()
        };
        for which in 0..64_usize {
            let cut = months.iter().enumerate();
            let cut = cut.filter(|(n, _)| which & (1 << n) != 0);
            let cut: BTreeSet<Stretch> = cut.map(|(_, month)| *month).collect();
            for asked in [
                vec![(0, 60)],
                vec![(i64::MIN, 45)],
                vec![(3, 4), (10, 20), (27, 51)],
                vec![(-20, -10), (70, 80)],
            ] {
                let (days, rest) = (within(&asked, &cut), without(&asked, &cut));
                for place in -25..90 {
                    let in_cut = is_in(place, &cut.iter().copied().collect::<Vec<_>>());
                    let in_asked = is_in(place, &asked);
                    assert_eq!(is_in(place, &days), in_asked * in_cut, "{place}");
                    assert_eq!(is_in(place, &rest), in_asked * (1 - in_cut), "{place}");
                }
            }
        }
    }
}
