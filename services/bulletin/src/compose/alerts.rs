//! 四、预警情况: issued, withdrawn, net; by colour and kind; what was concluded, and apart from it what is not.

use super::{Clause, Column, Whose, joined, said, sentence, table, words};
use crate::document::{Part, Span};
use crate::figures::{Figures, Row};

const COLUMNS: &[Column] = &[
    ("发出", 4, "alerts_issued"),
    ("撤销", 4, "alerts_withdrawn"),
    ("净数", 4, "alerts_net"),
    ("撤销率", 5, "alert_withdrawn_rate"),
];
/// So many kinds are named in the text, and stand in the body's table.
const KINDS_MAX: usize = 5;

pub(super) fn parts(figures: &Figures) -> Vec<Part> {
    let whole = Whose::whole(figures);
    if whole.value("alerts_issued").is_none() {
        return Vec::new();
    }
    let issued = sentence([
        whole.changing("alerts_issued", whole.count("alerts_issued", "共发出预警")),
        whole.count("alerts_withdrawn", "撤销"),
        whole.changing("alerts_net", whole.count("alerts_net", "净预警")),
        whole.count("yellow", "其中黄牌"),
        whole.count("red", "红牌"),
        whole.changing("alert_rate", whole.rate("alert_rate", "预警率")),
    ]);
    let concluded = sentence([
        whole.count("alerts_confirmed", "经核查已作结论的预警中，确认"),
        whole.count("confirmed_subjective", "认定为主观责任的"),
        whole.rate("alert_withdrawn_rate", "预警撤销率"),
    ]);
    let ranked = by_net(&figures.rules);
    let kinds: Vec<Clause> = ranked
        .iter()
        .take(KINDS_MAX)
        .filter_map(|row| {
            Whose::one(figures, "rule", &row.key, &row.values).some("alerts_net", &row.name)
        })
        .collect();
    let kinds = (!kinds.is_empty()).then(|| {
        let mut clause = words("净预警较多的监察内容是");
        clause.extend(joined(kinds, "、"));
        clause
    });
    let mut parts = said([issued, sentence([kinds]), concluded]);
    if let Some(apart) = apart(figures, &whole) {
        parts.push(Part::internal(apart));
    }
    let rows: Vec<Row> = ranked.into_iter().take(KINDS_MAX).cloned().collect();
    if !rows.is_empty() {
        parts.push(Part::Table {
            table: table(
                figures,
                "预警较多的监察内容",
                "rule",
                "监察内容",
                &rows,
                COLUMNS,
            ),
        });
    }
    parts
}

/// What has no conclusion yet, and what is under appeal: no part of any judgement.
fn apart(figures: &Figures, whole: &Whose<'_>) -> Option<Clause> {
    let open = whole.some("conclusions_open", "另有尚未作出结论的预警");
    let appealed = figures.appealed.filter(|n| *n > 0);
    let appealed = appealed.map(|n| words(format!("申诉尚未办结的预警{n}件")));
    if open.is_none() && appealed.is_none() {
        return None;
    }
    let mut said = sentence([open, appealed]);
    said.pop();
    said.push(Span::words("，单独列出，不计入任何单位的评价。"));
    Some(said)
}

/// Kinds by how many alerts stand, the most first; those without one left out.
pub(super) fn by_net(rules: &[Row]) -> Vec<&Row> {
    let net = |row: &Row| {
        let value = row.values.get("alerts_net");
        value.and_then(|v| v.value).unwrap_or(0.0)
    };
    let mut rows: Vec<&Row> = rows_with(rules, net);
    rows.sort_by(|a, b| net(b).total_cmp(&net(a)).then(a.key.cmp(&b.key)));
    rows
}

fn rows_with(rules: &[Row], net: impl Fn(&Row) -> f64) -> Vec<&Row> {
    rules.iter().filter(|row| net(row) > 0.0).collect()
}
