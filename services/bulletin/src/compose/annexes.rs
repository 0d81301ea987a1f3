//! Annexes 附件: charts, the large tables, and what the metrics mean.

use std::collections::BTreeSet;

use super::alerts::by_net;
use super::power_types::small_bases;
use super::{Column, Whose, table, with_places};
use crate::document::{Annex, Chart, Document, Part, Span, Table};
use crate::figures::{Figures, Row, Unit};
use crate::numbers::{classifier, of_unit};
use crate::query::Of;

/// Bars of a chart.
const BARS_MAX: usize = 15;
/// From so many on zero-volume bodies have an annex of their own.
const ZERO_FROM: usize = 13;

const BODIES: &[Column] = &[
    ("受理", 3, "accepted"),
    ("办结", 3, "closed"),
    ("按时办结率", 4, "on_time_rate"),
    ("补录占比", 4, "late_case_share"),
    ("超期率", 4, "overdue_rate"),
    ("净预警", 3, "alerts_net"),
];
const TIMES: &[Column] = &[
    ("用时中位数（天）", 4, "median_total_days"),
    ("九成不超过（天）", 4, "p90_total_days"),
    ("受理前等待（天）", 4, "median_acceptance_days"),
    ("停止计时占比", 4, "suspended_share"),
    ("结果否定率", 4, "negative_rate"),
];
const KINDS: &[Column] = &[
    ("发出", 3, "alerts_issued"),
    ("撤销", 3, "alerts_withdrawn"),
    ("净数", 3, "alerts_net"),
    ("撤销率", 4, "alert_withdrawn_rate"),
];
const VOICES: &[Column] = &[
    ("评价", 3, "ratings"),
    ("评议率", 4, "rating_coverage"),
    ("满意率", 4, "satisfied_rate"),
    ("投诉", 3, "complaints"),
];

/// All that there are figures for.
pub(super) fn annexes(figures: &Figures) -> Vec<Annex> {
    let mut annexes = vec![charts(figures)];
    let parts = figures.scope.parts.clone();
    for (name, by, rows) in [
        ("部门".to_owned(), "org", &figures.departments),
        (parts, "region", &figures.regions),
    ] {
        if rows.is_empty() {
            continue;
        }
        let title = format!("{name}运行情况表");
        let kept = table(figures, &title, by, "单位", rows, BODIES);
        let mut shown = vec![
            Part::Table {
                table: with_places(figures, kept, rows),
            },
            Part::note(small_bases(figures)),
        ];
        let more = [
            (format!("{name}办理用时情况表"), TIMES),
            (format!("{name}投诉和评价情况表"), VOICES),
        ];
        for (title, columns) in more {
            let known = columns
                .iter()
                .any(|(_, _, metric)| rows.iter().any(|row| row.values.contains_key(*metric)));
            if known {
                shown.push(Part::Table {
                    table: table(figures, &title, by, "单位", rows, columns),
                });
            }
        }
        annexes.push(Annex {
            title,
            parts: shown,
        });
    }
    let kinds: Vec<Row> = by_net(&figures.rules).into_iter().cloned().collect();
    if !kinds.is_empty() {
        let title = "预警分监察内容情况表";
        annexes.push(Annex {
            title: title.to_owned(),
            parts: vec![Part::Table {
                table: table(figures, title, "rule", "监察内容", &kinds, KINDS),
            }],
        });
    }
    if figures.zero_volume.len() >= ZERO_FROM {
        let row = |(n, (code, name)): (usize, &(String, String))| {
            [(n + 1).to_string(), name.clone(), code.clone()]
                .map(Span::words)
                .to_vec()
        };
        let rows = figures.zero_volume.iter().enumerate().map(row);
        annexes.push(Annex {
            title: "零办件单位名单".to_owned(),
            parts: vec![
                Part::Table {
                    table: Table {
                        title: "零办件单位名单".to_owned(),
                        columns: [("序号", 1), ("单位", 5), ("机构代码", 3)]
                            .map(|(head, share)| (head.to_owned(), share))
                            .to_vec(),
                        rows: rows.collect(),
                    },
                },
                Part::note("注：零办件只作提示，不作评价。"),
            ],
        });
    }
    annexes.retain(|annex| !annex.parts.is_empty());
    annexes
}

fn charts(figures: &Figures) -> Annex {
    let name = |row: &Row| row.name.clone();
    let mut charts = Vec::new();
    charts.extend(chart(
        figures,
        "各月办结量",
        "month",
        &figures.months,
        "closed",
        name,
        false,
    ));
    charts.extend(chart(
        figures,
        "各权力类别办结量",
        "power_type",
        &figures.power_types,
        "closed",
        name,
        false,
    ));
    charts.extend(chart(
        figures,
        &format!("各{}办结量", figures.scope.parts),
        "region",
        &figures.regions,
        "closed",
        name,
        false,
    ));
    let kinds: Vec<Row> = by_net(&figures.rules).into_iter().cloned().collect();
    charts.extend(chart(
        figures,
        "净预警较多的监察内容",
        "rule",
        &kinds,
        "alerts_net",
        name,
        true,
    ));
    Annex {
        title: "图表".to_owned(),
        parts: charts
            .into_iter()
            .map(|chart| Part::Chart { chart })
            .collect(),
    }
}

/// A bar a row, the longest first where they are sorted; none where no row has a number.
fn chart(
    figures: &Figures,
    title: &str,
    by: &'static str,
    rows: &[Row],
    metric: &str,
    label: impl Fn(&Row) -> String,
    sorted: bool,
) -> Option<Chart> {
    let known = figures.metric(metric)?;
    let number = |row: &Row| {
        let value = row.values.get(metric).filter(|value| !value.hidden);
        value.and_then(|value| value.value)
    };
    // Months before the platform ran are no bars.
    let begun = rows
        .iter()
        .skip_while(|row| by == "month" && number(row) == Some(0.0));
    let mut shown: Vec<(&Row, f64)> = begun
        .filter_map(|row| Some((row, number(row)?)))
        .filter(|(_, number)| *number >= 0.0)
        .collect();
    if sorted {
        shown.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.key.cmp(&b.0.key)));
        shown.truncate(BARS_MAX);
    }
    let longest = shown.iter().map(|(_, number)| *number).fold(0.0, f64::max);
    if longest <= 0.0 {
        return None;
    }
    let bars = shown.into_iter().map(|(row, number)| {
        let whose = Whose::one(figures, by, &row.key, &row.values);
        let thousandths = (number / longest * 1000.0).round() as u16;
        let text = of_unit(known.unit, number);
        (
            label(row),
            thousandths,
            whose.figure(metric, Of::Value, text),
        )
    });
    Some(Chart {
        title: title.to_owned(),
        unit: match known.unit {
            Unit::Count => classifier(&known.over).to_owned(),
            _ => String::new(),
        },
        bars: bars.collect(),
    })
}

/// What the metrics mean that a document speaks of, as the dictionary has them.
pub(super) fn definitions(figures: &Figures, document: &Document) -> Annex {
    let queries = document.spans().filter_map(|span| span.query.as_deref());
    let spoken: BTreeSet<&str> = queries
        .filter_map(|query| Some(query.split_once('?')?.0))
        .collect();
    let used = figures.metrics.iter();
    let used = used.filter(|metric| spoken.contains(metric.id.as_str()));
    let rows = used.map(|metric| {
        let base = match metric.base.is_empty() {
            true => "—",
            false => &metric.base,
        };
        [&metric.name, &metric.definition, base, &metric.pitfalls]
            .map(Span::words)
            .to_vec()
    });
    let title = "指标定义";
    Annex {
        title: title.to_owned(),
        parts: vec![
            Part::note(format!(
                "指标词典版本{}。比率均以分数的分子、分母计算，基数不足{}件的不计算比率。",
                figures.dictionary_version, figures.min_base
            )),
            Part::Table {
                table: Table {
                    title: title.to_owned(),
                    columns: [("指标", 3), ("定义", 8), ("基数", 4), ("使用时注意", 7)]
                        .map(|(head, share)| (head.to_owned(), share))
                        .to_vec(),
                    rows: rows.collect(),
                },
            },
        ],
    }
}
