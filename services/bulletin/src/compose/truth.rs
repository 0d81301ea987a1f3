//! 九、数据质量情况: how far the other numbers can be trusted.

use super::{Clause, Whose, joined, said, sentence, words};
use crate::document::Part;
use crate::figures::{Figures, Row};

/// So many bodies are named for what they entered afterwards.
const NAMED_MAX: usize = 5;

pub(super) fn parts(figures: &Figures) -> Vec<Part> {
    let whole = Whose::whole(figures);
    let events = sentence([
        whole.changing(
            "late_entry_rate",
            whole.rate("late_entry_rate", "事后补录率（按环节记录计）"),
        ),
        whole.changing(
            "late_case_share",
            whole.rate("late_case_share", "含补录环节的办结件占"),
        ),
    ]);
    let feeds = sentence([
        whole.rate("resent_rate", "重复报送率"),
        whole.rate("reversed_rate", "时序颠倒率"),
        whole.some("bulk_entry_findings", "发现集中批量补录"),
    ]);
    let mut parts = said([events, feeds, latest(figures)]);
    if !parts.is_empty() {
        parts.extend(said([words(
            "补录占比高的单位，其按时办结率只反映事后录入的时间，不能说明实际办理情况。",
        )]));
    }
    parts
}

/// The departments with the largest share of what was entered afterwards, where the base is large enough.
fn latest(figures: &Figures) -> Clause {
    let share = |row: &Row| {
        let value = row.values.get("late_case_share").filter(|v| !v.hidden);
        value.and_then(|value| value.value)
    };
    let mut rows: Vec<&Row> = figures
        .departments
        .iter()
        .filter(|row| share(row).is_some_and(|share| share > 0.0))
        .collect();
    rows.sort_by(|a, b| {
        let order = share(b).unwrap_or(0.0).total_cmp(&share(a).unwrap_or(0.0));
        order.then(a.key.cmp(&b.key))
    });
    let rows = rows.iter().take(NAMED_MAX).filter_map(|row| {
        Whose::one(figures, "org", &row.key, &row.values).rate("late_case_share", &row.name)
    });
    let rows: Vec<Clause> = rows.collect();
    if rows.is_empty() {
        return Vec::new();
    }
    let mut clause = words("补录占比较高的部门：");
    clause.extend(joined(rows, "、"));
    sentence([Some(clause)])
}
