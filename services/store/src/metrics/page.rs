//! The dictionary as a page of Markdown, for people, and for the end of a bulletin.

use std::fmt::Write;

use super::groups::GROUPS;
use super::{DICTIONARY_VERSION, Metric};

/// `schemas/metrics.md`: a table by group, then each metric in full.
pub fn page() -> String {
    let mut text = String::from(
        "# 指标词典 Metrics\n\n\
         由程序中的同一份字典生成，请勿手改（`UPDATE_SCHEMAS=1` 运行测试即重写）。Generated from the dictionary in the program; do not edit.\n\n",
    );
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "版本 {DICTIONARY_VERSION}。统计、通报和评分的每一个数字都出自这里，SQL（`services/store/src/metrics`）是唯一的实现。\
         期间按当地日历起止；存量（在办、超期未结）取期末，本期未满的取现在，其上期和上年同期取到相应的日（含当日）。\
         基数小于设定值的比率、中位数不显示，只给基数；个数一律显示。\n"
    );
    for group in GROUPS {
        let Some(first) = group.first() else {
            continue;
        };
        let (name, name_en) = first.group.names();
        let _ = writeln!(
            text,
            "## {name} {name_en}\n\n| 指标 | 名称 | Name | 单位 | 方向 | 对象 | 基数 |\n|---|---|---|---|---|---|---|"
        );
        for metric in group {
            let base = if metric.base.is_empty() {
                "—"
            } else {
                metric.base
            };
            let _ = writeln!(
                text,
                "| [{id}](#{id}) | {} | {} | {} | {} | {} | {base} |",
                metric.name,
                metric.name_en,
                metric.unit.name_zh(),
                metric.direction.name_zh(),
                metric.over.name_zh(),
                id = metric.id,
            );
        }
        text.push('\n');
    }
    for metric in GROUPS.iter().flat_map(|group| group.iter()) {
        in_full(&mut text, metric);
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn in_full(text: &mut String, metric: &Metric) {
    let Metric {
        id,
        name,
        name_en,
        definition,
        definition_en,
        formula,
        base,
        pitfalls,
        pitfalls_en,
        ..
    } = metric;
    let _ = writeln!(
        text,
        "<a id=\"{id}\"></a>\n\n### {name} {name_en}\n\n{definition}\n{definition_en}\n\n- 公式：{formula}"
    );
    if !base.is_empty() {
        let _ = writeln!(text, "- 基数：{base}");
    }
    let by: Vec<&str> = metric
        .over
        .dimensions()
        .iter()
        .map(|by| by.name_zh())
        .collect();
    let _ = writeln!(
        text,
        "- 可按：{}\n- 注意：{pitfalls}\n- Beware: {pitfalls_en}\n",
        by.join("、")
    );
}
