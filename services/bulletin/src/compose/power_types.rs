//! 二、分权力类别情况: which classes of power ran, and how.

use super::{Clause, Column, Whose, joined, said, sentence, table, words};
use crate::document::Part;
use crate::figures::{Figures, Row};

/// What the table tells of each class.
const COLUMNS: &[Column] = &[
    ("收件", 4, "received"),
    ("办结", 4, "closed"),
    ("按时办结率", 5, "on_time_rate"),
    ("其中补录占比", 5, "late_case_share"),
    ("超期率", 4, "overdue_rate"),
    ("用时中位数（天）", 5, "median_total_days"),
];
/// So many classes are named by their volume.
const NAMED_MAX: usize = 3;

pub(super) fn parts(figures: &Figures) -> Vec<Part> {
    let rows = &figures.power_types;
    if rows.is_empty() {
        return Vec::new();
    }
    let closed = |row: &Row| {
        row.values
            .get("closed")
            .and_then(|v| v.value)
            .unwrap_or(0.0)
    };
    let received = |row: &Row| {
        row.values
            .get("received")
            .and_then(|v| v.value)
            .unwrap_or(0.0)
    };
    let mut by_volume: Vec<&Row> = rows.iter().filter(|row| closed(row) > 0.0).collect();
    by_volume.sort_by(|a, b| closed(b).total_cmp(&closed(a)).then(a.key.cmp(&b.key)));
    let most = by_volume.iter().take(NAMED_MAX).filter_map(|row| {
        Whose::one(figures, "power_type", &row.key, &row.values).count("closed", &row.name)
    });
    let most: Vec<Clause> = most.collect();
    let lead = (!most.is_empty()).then(|| {
        let mut lead = words("办结量较多的是");
        lead.extend(joined(most, "、"));
        lead
    });
    let none: Vec<&str> = rows
        .iter()
        .filter(|row| closed(row) == 0.0 && received(row) == 0.0)
        .map(|row| row.name.as_str())
        .collect();
    let none = (!none.is_empty()).then(|| words(format!("{}本期无办件", none.join("、"))));
    let mut parts = said([sentence([lead, none])]);
    parts.push(Part::Table {
        table: table(
            figures,
            "分权力类别运行情况",
            "power_type",
            "权力类别",
            rows,
            COLUMNS,
        ),
    });
    parts.push(Part::note(small_bases(figures)));
    parts
}

/// What 基数小 means.
pub(super) fn small_bases(figures: &Figures) -> String {
    format!(
        "注：标“基数小”的，基数不足{}件，比率不计算、不参加排名；“—”为无数据。",
        figures.min_base
    )
}
