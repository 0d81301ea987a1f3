//! From definitions to a workbook.

use crate::datum::Datum;

use super::Definition;
use super::cells::{Cell, to_cell};
use super::columns::{Column, Holds};
use super::paper::{Paper, Style, workbook};
use super::sheets::{HELP, REST, SHEETS, Sheet};

/// A workbook that cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// What no column holds is longer than a cell.
    #[error("{kind} {id:?} holds more than a cell can beside its columns ({entries}); shorten it")]
    TooLong {
        /// The kind of definition.
        kind: String,
        /// Its id.
        id: String,
        /// The entries without a column.
        entries: String,
    },
    /// It would be larger than the format holds.
    #[error("the workbook cannot be packed")]
    Packing(#[from] std::io::Error),
}

/// A cell holds no more characters.
const CELL_CHARS_MAX: usize = 32_000;

/// Writes definitions of the kinds that a workbook holds ([`super::kinds`]); others are left out.
///
/// # Errors
/// What no column holds is longer than a cell, or the whole is larger than the format holds.
pub fn write(definitions: &[Definition]) -> Result<Vec<u8>, WriteError> {
    let mut papers = vec![help()];
    for sheet in SHEETS {
        let mut sketch = Sketch::new(sheet);
        for definition in definitions.iter().filter(|d| d.kind == sheet.kind) {
            let mut rows = Vec::new();
            gather(&definition.value, sheet, &mut rows);
            for (above, value) in rows {
                sketch.row(&above, &value)?;
            }
        }
        papers.push(sketch.paper);
    }
    Ok(workbook(&papers)?)
}

/// The rows that a definition has on a sheet: what names each level above, and the row's own value.
fn gather(definition: &Datum, sheet: &Sheet, rows: &mut Vec<(Vec<Datum>, Datum)>) {
    let mut level = vec![(Vec::new(), definition)];
    for (depth, list) in sheet.path.iter().enumerate() {
        let mut next = Vec::new();
        for (above, value) in level {
            let key = sheet.above[depth]
                .iter()
                .map(|c| value.get(c.entry).cloned().unwrap_or_default());
            let above: Vec<Datum> = above.into_iter().chain(key).collect();
            let here = &sheet.path[..=depth];
            if !listed(value, sheet.kind, here) {
                continue;
            }
            let items = value.get(list).map(Datum::items).unwrap_or_default();
            next.extend(items.iter().map(|item| (above.clone(), item)));
        }
        level = next;
    }
    rows.extend(
        level
            .into_iter()
            .map(|(above, value)| (above, value.clone())),
    );
}

/// Whether a list goes into its own sheet: every item must have what names it, and what names the level above must be
/// text. Else it stays in the last column of its owner.
fn listed(owner: &Datum, kind: &str, path: &[&str]) -> bool {
    let Some(sheet) = SHEETS.iter().find(|s| s.kind == kind && s.path == path) else {
        return false;
    };
    let Some(list) = path.last() else {
        return false;
    };
    let Some(Datum::List(items)) = owner.get(list) else {
        return false;
    };
    let texts = |value: &Datum, columns: &[Column]| {
        columns.iter().all(|c| {
            !c.required
                || value
                    .get(c.entry)
                    .and_then(|v| to_cell(v, c.holds))
                    .is_some()
        })
    };
    let mut ids: Vec<Vec<Option<&str>>> = Vec::new();
    for item in items {
        let id: Vec<Option<&str>> = sheet.columns[..sheet.identity]
            .iter()
            .map(|c| item.text_of(c.entry))
            .collect();
        if sheet.identity > 0 && ids.contains(&id) {
            return false;
        }
        ids.push(id);
    }
    let above = sheet.above.last().copied().unwrap_or_default();
    !items.is_empty()
        && texts(owner, above)
        && items
            .iter()
            .all(|item| matches!(item, Datum::Map(_)) && texts(item, sheet.columns))
}

struct Sketch {
    sheet: &'static Sheet,
    paper: Paper,
    columns: Vec<&'static Column>,
}

impl Sketch {
    fn new(sheet: &'static Sheet) -> Self {
        let columns: Vec<&Column> = sheet
            .above
            .iter()
            .copied()
            .flatten()
            .chain(sheet.columns)
            .collect();
        let mut paper = Paper::new(sheet.title);
        let mut heads = Vec::new();
        for column in &columns {
            let (style, width) = match column.holds {
                Holds::Date => (Style::Date, 12),
                Holds::Yuan => (Style::Money, 14),
                Holds::Texts => (Style::Text, 32),
                _ => (Style::Text, 20),
            };
            let choices = match column.holds {
                Holds::Choice(words) => words.iter().map(|(word, _)| *word).collect(),
                Holds::Truth => vec!["是", "否"],
                _ => Vec::new(),
            };
            paper.column(style, width, choices);
            heads.push(format!(
                "{}{}",
                column.heading,
                if column.required { "*" } else { "" }
            ));
        }
        paper.column(Style::Text, 24, Vec::new());
        heads.push(REST.into());
        paper.heading(heads);
        Self {
            sheet,
            paper,
            columns,
        }
    }

    fn row(&mut self, above: &[Datum], value: &Datum) -> Result<(), WriteError> {
        let mut rest = value.clone();
        let mut cells = Vec::new();
        for (column, key) in self.columns.iter().zip(above) {
            cells.push(to_cell(key, column.holds));
        }
        for column in &self.columns[above.len()..] {
            let cell = get(&rest, column.entry).and_then(|v| to_cell(v, column.holds));
            if cell.is_some() {
                take(&mut rest, column.entry);
            }
            cells.push(cell);
        }
        for inner in SHEETS.iter().filter(|s| {
            s.kind == self.sheet.kind
                && s.path.len() == self.sheet.path.len() + 1
                && s.path.starts_with(self.sheet.path)
        }) {
            if listed(value, inner.kind, inner.path)
                && let Some(list) = inner.path.last()
            {
                rest.take(list);
            }
        }
        if rest.entries().is_empty() {
            self.paper.row(cells);
            return Ok(());
        }
        let text = serde_json::to_string(&rest).unwrap_or_default();
        if text.chars().count() > CELL_CHARS_MAX {
            let entries: Vec<&str> = rest
                .entries()
                .iter()
                .map(|(name, _)| name.as_str())
                .collect();
            let id = value.scalar_of("id").or_else(|| value.scalar_of("code"));
            return Err(WriteError::TooLong {
                kind: self.sheet.kind.to_owned(),
                id: id.unwrap_or_default(),
                entries: entries.join(", "),
            });
        }
        cells.push(Some(Cell::Text(text)));
        self.paper.row(cells);
        Ok(())
    }
}

fn get<'d>(value: &'d Datum, entry: &str) -> Option<&'d Datum> {
    match entry.split_once('.') {
        None => value.get(entry),
        Some((outer, inner)) => get(value.get(outer)?, inner),
    }
}

/// Takes an entry out, and maps that are empty then.
pub(super) fn take(value: &mut Datum, entry: &str) {
    match entry.split_once('.') {
        None => {
            value.take(entry);
        }
        Some((outer, inner)) => {
            if let Some(mut map) = value.take(outer) {
                take(&mut map, inner);
                if !map.entries().is_empty() {
                    value.set(outer, map);
                }
            }
        }
    }
}

fn help() -> Paper {
    let mut paper = Paper::new(HELP);
    for width in [14, 20, 8, 44, 44] {
        paper.column(Style::Text, width, Vec::new());
    }
    paper.heading(
        ["工作表", "列", "必填", "填法", "说明"]
            .map(Into::into)
            .into(),
    );
    let cell = |text: &str| (!text.is_empty()).then(|| Cell::Text(text.to_owned()));
    for line in [
        "本工作簿用于导入导出权力清单、责任清单、机构和人员登记册、裁量基准、收费标准和检查计划。每类一个工作表，第一行为表头，带 * 的列必填。",
        "代码、编号一律按文本填写（表格软件会丢失数字的前导零和第 15 位以后的数字）。日期用日期格式，或写成 2026-01-01。",
        "内设机构、人员、岗位、依法代行、责任清单、违法行为、裁量档次、收费项目、减免情形各表以代码对应其所属的机构、事项、基准或标准。",
        "最后一列“其他（JSON）”保存没有专门列的内容，请勿改动；新增的行留空即可。",
    ] {
        paper.row(vec![cell("总说明"), None, None, None, cell(line)]);
    }
    for sheet in SHEETS {
        for column in sheet.above.iter().copied().flatten().chain(sheet.columns) {
            let required = if column.required { "是" } else { "" };
            let row = [
                sheet.title,
                column.heading,
                required,
                &column.form(),
                column.help,
            ];
            paper.row(row.into_iter().map(cell).collect());
        }
    }
    paper
}
