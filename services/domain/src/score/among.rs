//! Sheets beside each other: ranks within a class, and the mean of several periods.

use std::collections::BTreeMap;

use super::Sheet;
use crate::definitions::Points;

/// 名次 of each: among those of its class alone, the same total the same rank and the next ones after all of them. None: without a class,
/// with too small a base, or alone of its class with a base.
pub fn ranks(sheets: &[(Option<&str>, &Sheet)]) -> Vec<Option<usize>> {
    let mut classes: BTreeMap<&str, Vec<Points>> = BTreeMap::new();
    let ranked = |(class, sheet): &(Option<&str>, &Sheet)| class.is_some() && !sheet.base_small;
    for (class, sheet) in sheets.iter().filter(|one| ranked(one)) {
        classes
            .entry(class.unwrap_or_default())
            .or_default()
            .push(sheet.total);
    }
    let rank = |one: &(Option<&str>, &Sheet)| {
        let among = classes.get(one.0?)?;
        let better = among.iter().filter(|total| **total > one.1.total).count();
        (ranked(one) && among.len() > 1).then_some(better + 1)
    };
    sheets.iter().map(rank).collect()
}

/// The mean of a longer period's totals, half away from zero; none: there is none.
pub fn mean(totals: &[Points]) -> Option<Points> {
    let sum: Points = totals.iter().copied().sum();
    #[expect(clippy::cast_precision_loss, reason = "periods are few")]
    let count = totals.len() as f64;
    (!totals.is_empty()).then(|| Points::rounded(sum.number() / count))
}
