//! Which rows of cells a question reads.

use std::collections::BTreeSet;

use super::super::windows::Window;
use super::grain::{Grain, Span, name};
use super::pieces::PieceId;

/// So many windows are looked for one by one.
const WINDOWS_APART: usize = 6;

/// Cells of some pieces at a grain: by day in the months that are cut, by month in all others.
pub(super) fn by_month_or_day(
    pieces: &[PieceId],
    grain: Grain,
    cut: &BTreeSet<(i64, i64)>,
) -> String {
    let list = |span: Span| {
        let names = pieces.iter().map(|id| name(*id, grain, span).to_string());
        format!("piece IN ({})", names.collect::<Vec<_>>().join(", "))
    };
    let (days, months) = (list(Span::Day), list(Span::Month));
    if cut.is_empty() {
        return months;
    }
    let cut = cut
        .iter()
        .map(|(from, until)| format!("(at > {from} AND at <= {until})"));
    let cut = cut.collect::<Vec<_>>().join(" OR ");
    format!("({days} AND ({cut})) OR ({months} AND NOT ({cut}))")
}

/// The end of the last window: no stock hangs on anything after it.
pub(super) fn end(all: &[Window]) -> i64 {
    let ends = all.iter().map(|window| window.until.millis());
    ends.max().unwrap_or(i64::MIN)
}

/// On which days what happens is in any window.
pub(super) fn days(all: &[Window]) -> String {
    let day = |from: i64, until: i64| format!("(at > {from} AND at <= {until})");
    if all.len() > WINDOWS_APART {
        let begins = all.iter().map(|window| window.from.millis());
        return day(begins.min().unwrap_or(i64::MAX), end(all));
    }
    let days = all
        .iter()
        .map(|window| day(window.from.millis(), window.until.millis()));
    days.collect::<Vec<_>>().join(" OR ")
}

#[cfg(test)]
mod tests {
    use mingjing_domain::Timestamp;

    use super::super::super::windows::Of;
    use super::*;

    #[test]
    fn a_window_reads_its_days_and_stock_all_before_its_end() {
        let window = |from: i64, until: i64| Window {
            month: None,
            of: Of::Asked,
            from: Timestamp::from_millis(from),
            until: Timestamp::from_millis(until),
            at: Timestamp::from_millis(until),
        };
        let two = [window(10, 20), window(1, 5)];
        assert_eq!(days(&two), "(at > 10 AND at <= 20) OR (at > 1 AND at <= 5)");
        assert_eq!(end(&two), 20);
        let many: Vec<Window> = (0..9).map(|n| window(n, n + 1)).collect();
        assert_eq!(days(&many), "(at > 0 AND at <= 9)");
    }

    #[test]
    fn whole_months_are_read_by_month_and_others_by_day() {
        for grain in [Grain::All, Grain::Bodies] {
            let named = |span| [7, 8].map(|id| name(id, grain, span).to_string());
            let days = format!("piece IN ({})", named(Span::Day).join(", "));
            let months = format!("piece IN ({})", named(Span::Month).join(", "));
            assert_eq!(by_month_or_day(&[7, 8], grain, &BTreeSet::new()), months);
            let cut = BTreeSet::from([(10, 20), (40, 50)]);
            let told = by_month_or_day(&[7, 8], grain, &cut);
            let cut = "(at > 10 AND at <= 20) OR (at > 40 AND at <= 50)";
            assert_eq!(
                told,
                format!("({days} AND ({cut})) OR ({months} AND NOT ({cut}))")
            );
        }
    }
}
