//! What stands the wrong way round in a row: an upper end below the lower, a last day before the first.

use crate::datum::Datum;
use crate::refusal::Words;

/// Entries of which the second is not below the first.
const PAIRS: &[(&str, &str)] = &[
    ("range.from", "range.to"),
    ("standard.range.from", "standard.range.to"),
    ("from", "until"),
    ("since", "until"),
    ("effective_from", "effective_to"),
    ("cert_from", "cert_until"),
];

/// The entries that are below what they must not be below, and what to say of each.
pub(super) fn upside_down(row: &Datum) -> impl Iterator<Item = (&'static str, Words)> {
    let of_pair = move |(first, last): &(&'static str, &'static str)| {
        let words = match (at(row, first)?, at(row, last)?) {
            (Datum::Int(from), Datum::Int(to)) if to < from => Words::new(
                format!(
                    "the upper end {} is below the lower {}; correct one of them",
                    yuan(*to),
                    yuan(*from)
                ),
                format!("上限 {} 元低于下限 {} 元；请改正", yuan(*to), yuan(*from)),
            ),
            // Days are written so that their texts are in their order.
            (Datum::Text(from), Datum::Text(to)) if to < from => Words::new(
                format!("{to} is before {from}; correct one of them"),
                format!("截止日期 {to} 早于起始日期 {from}；请改正"),
            ),
            _ => return None,
        };
        Some((*last, words))
    };
    PAIRS.iter().filter_map(of_pair)
}

/// The value at an entry inside entries, parted by dots.
fn at<'d>(datum: &'d Datum, entry: &str) -> Option<&'d Datum> {
    let mut names = entry.split('.');
    names.try_fold(datum, |here, name| here.get(name))
}

fn yuan(fen: i64) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}
