//! 六、零办件和低办件单位: told to be looked into, and never held against anyone.

use super::{names, said, sentence, words};
use crate::document::Part;
use crate::figures::{Figures, Row};

/// So many are named in the text; the annex names all.
const NAMED_MAX: usize = 12;

pub(super) fn parts(figures: &Figures) -> Vec<Part> {
    let zero = &figures.zero_volume;
    let low = low(figures);
    if zero.is_empty() && low.is_empty() {
        return Vec::new();
    }
    let none = (!zero.is_empty()).then(|| {
        let all = names(zero.iter().map(|(_, name)| name.as_str()), NAMED_MAX);
        words(format!("零办件单位{}个：{all}", zero.len()))
    });
    let few = (!low.is_empty()).then(|| {
        let all = names(low.iter().map(|row| row.name.as_str()), NAMED_MAX);
        words(format!(
            "受理不足{}件的单位{}个：{all}",
            figures.min_base,
            low.len()
        ))
    });
    said([
        sentence([none]),
        sentence([few]),
        words(
            "零办件、低办件只作提示，不作评价：请有关单位对照本单位往年同期和业务季节自行核对，有办件未上网运行的应予补报，确无业务的不需处理。",
        ),
    ])
}

/// Departments that accepted something, and less than a base.
fn low(figures: &Figures) -> Vec<&Row> {
    let few = |row: &&Row| {
        let accepted = row.values.get("accepted").and_then(|value| value.value);
        accepted.is_some_and(|n| n > 0.0 && n < figures.min_base as f64)
    };
    figures.departments.iter().filter(few).collect()
}
