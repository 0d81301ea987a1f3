//! Who stands where: only among its like, only where the base is large enough, and only by what may be ranked.

use std::collections::BTreeMap;

use crate::figures::{Direction, Figures, Row};

/// By this alone bodies are ranked: not by speed-up, volume, zero or a number of orders (domain study 11.13).
pub(crate) const RANKED_BY: &str = "on_time_rate";
/// Of fewer that can be compared there is no rank.
const COMPARED_MIN: usize = 3;

/// A place among how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) rank: usize,
    pub(crate) among: usize,
}

/// The places of rows by key, within each class. Rows without class, with a small base or without the number have none; equal to a tenth of a percent, they
/// share a place.
pub(crate) fn places<'r>(figures: &Figures, rows: &'r [Row]) -> BTreeMap<&'r str, Place> {
    let higher = figures
        .metric(RANKED_BY)
        .is_none_or(|metric| metric.direction != Direction::Lower);
    let mut classes: BTreeMap<&str, Vec<(i64, &str)>> = BTreeMap::new();
    for row in rows.iter().filter(|row| !row.class.is_empty()) {
        let value = row.values.get(RANKED_BY).filter(|value| !value.hidden);
        let enough = value.filter(|value| value.base.unwrap_or(0.0) >= figures.min_base as f64);
        if let Some(number) = enough.and_then(|value| value.value) {
            let thousandths = (number * 1000.0).round() as i64;
            let order = if higher { -thousandths } else { thousandths };
            classes
                .entry(&row.class)
                .or_default()
                .push((order, &row.key));
        }
    }
    let mut places = BTreeMap::new();
    for (_, mut compared) in classes {
        if compared.len() < COMPARED_MIN {
            continue;
        }
        compared.sort_unstable();
        let among = compared.len();
        let mut rank = 0;
        for (place, (order, key)) in compared.iter().enumerate() {
            if place == 0 || compared[place - 1].0 != *order {
                rank = place + 1;
            }
            places.insert(*key, Place { rank, among });
        }
    }
    places
}
