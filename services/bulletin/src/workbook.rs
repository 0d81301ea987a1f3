//! All tables of a bulletin as one workbook, and behind them every figure as a number, with its base, the periods it is compared with and its query.

use std::collections::BTreeSet;
use std::io;

use mingjing_wire::xlsx::{self, Cell, Head};

use crate::compose::Whose;
use crate::document::{Document, Edition, Part, Table};
use crate::figures::{Figures, Row, Value, Values};
use crate::query::Of;

/// A sheet's name holds no more.
const TITLE_CHARS_MAX: usize = 31;
const ALL: &[Head<'_>] = &[
    ("范围", 12),
    ("代码", 20),
    ("名称", 32),
    ("指标", 20),
    ("指标名称", 20),
    ("数值", 12),
    ("分子", 12),
    ("基数", 12),
    ("基数过小", 10),
    ("上期", 12),
    ("上年同期", 12),
    ("查询", 60),
];

/// Writes the tables of an edition; all figures stand in the internal edition alone.
///
/// # Errors
/// It is larger than the format holds.
pub fn workbook(document: &Document, figures: &Figures, edition: Edition) -> io::Result<Vec<u8>> {
    let shown = document.edition(edition);
    let sections = shown.sections.iter().flat_map(|section| &section.parts);
    let annexes = shown.annexes.iter().flat_map(|annex| &annex.parts);
    let mut sheets: Vec<(String, xlsx::Table)> = Vec::new();
    let mut taken = BTreeSet::new();
    for part in sections.chain(annexes) {
        let (title, table) = match part {
            Part::Table { table } => (&table.title, plain(table)?),
            Part::Chart { chart } => {
                let mut table = xlsx::Table::new(&[("名称", 32), ("数值", 16)])?;
                for (label, _, number) in &chart.bars {
                    table.row([label.as_str(), number.text.as_str()])?;
                }
                (&chart.title, table)
            }
            Part::Heading { .. } | Part::Paragraph { .. } | Part::Note { .. } => continue,
        };
        sheets.push((named(title, &mut taken), table));
    }
    if edition == Edition::Internal {
        sheets.push((named("全部数据", &mut taken), all(figures)?));
    }
    xlsx::tables(sheets)
}

fn plain(table: &Table) -> io::Result<xlsx::Table> {
    let heads: Vec<Head<'_>> = table
        .columns
        .iter()
        .map(|(name, share)| (name.as_str(), u32::from(*share) * 4 + 4))
        .collect();
    let mut sheet = xlsx::Table::new(&heads)?;
    for row in &table.rows {
        sheet.row(row.iter().map(|span| span.text.as_str()))?;
    }
    Ok(sheet)
}

/// A name that the format takes and no other sheet has.
fn named(title: &str, taken: &mut BTreeSet<String>) -> String {
    let plain = |c: char| !matches!(c, ':' | '\\' | '/' | '?' | '*' | '[' | ']');
    let base: String = title
        .chars()
        .filter(|c| plain(*c))
        .take(TITLE_CHARS_MAX - 4)
        .collect();
    let mut name = base.clone();
    let mut n = 1;
    while !taken.insert(name.clone()) {
        n += 1;
        name = format!("{base}（{n}）");
    }
    name
}

fn all(figures: &Figures) -> io::Result<xlsx::Table> {
    let mut table = xlsx::Table::new(ALL)?;
    let whole = Whose::whole(figures);
    let scope = &figures.scope;
    put(
        &mut table,
        ["全部", &scope.region, &scope.name],
        &whole,
        &figures.total,
    )?;
    let groups: [(&str, &'static str, &[Row]); 5] = [
        ("权力类别", "power_type", &figures.power_types),
        ("部门", "org", &figures.departments),
        (&scope.parts, "region", &figures.regions),
        ("监察内容", "rule", &figures.rules),
        ("月份", "month", &figures.months),
    ];
    for (name, by, rows) in groups {
        for row in rows {
            let whose = Whose::one(figures, by, &row.key, &row.values);
            put(&mut table, [name, &row.key, &row.name], &whose, &row.values)?;
        }
    }
    Ok(table)
}

fn put(
    table: &mut xlsx::Table,
    of: [&str; 3],
    whose: &Whose<'_>,
    values: &Values,
) -> io::Result<()> {
    for (id, value) in values {
        let Value {
            value,
            numerator,
            base,
            hidden,
            previous,
            last_year,
        } = value;
        let name = whose.figures.metric(id).map_or("", |metric| &metric.name);
        let query = whose.query(id, Of::Value);
        let number = |number: Option<f64>| number.map_or(Cell::Text(""), Cell::Number);
        table.cells([
            Cell::Text(of[0]),
            Cell::Text(of[1]),
            Cell::Text(of[2]),
            Cell::Text(id),
            Cell::Text(name),
            number(value.filter(|_| !hidden)),
            number(*numerator),
            number(*base),
            Cell::Text(if *hidden { "是" } else { "" }),
            number(previous.and_then(|then| then.value)),
            number(last_year.and_then(|then| then.value)),
            Cell::Text(&query),
        ])?;
    }
    Ok(())
}
