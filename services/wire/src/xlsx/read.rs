//! From a workbook to definitions.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::datum::Datum;
use crate::refusal::Words;

use super::cells::from_cell;
use super::columns::{Column, Holds};
use super::order::upside_down;
use super::page::{Page, Value, pages};
use super::row::{Row, Said, at};
use super::sheets::{HELP, REST, SHEETS, Sheet};
use super::{Definition, Problem, cell_name};

/// What a workbook holds.
#[derive(Clone, Debug, Default)]
pub struct Workbook {
    /// Its definitions, by kind in the order of the sheets, each with its row.
    pub definitions: Vec<(Definition, Row)>,
    /// Why some of it cannot be read; then the definitions are not whole.
    pub problems: Vec<Problem>,
    /// What was read over.
    pub remarks: Vec<Problem>,
}

/// So many problems are told; whoever mends these reads the workbook again.
const PROBLEMS_MAX: usize = 1_000;

/// Reads a workbook.
pub fn read(bytes: &[u8]) -> Workbook {
    let mut reading = Reading::default();
    match pages(bytes) {
        Err(problem) => reading.out.problems.push(problem),
        Ok(pages) => reading.all(&pages),
    }
    reading.out
}

#[derive(Default)]
struct Reading {
    out: Workbook,
    /// By kind and the keys of each level: where it stands. The empty path is the definition itself.
    places: BTreeMap<(&'static str, &'static [&'static str], Vec<String>), Place>,
}

#[derive(Clone, Debug)]
struct Place {
    definition: usize,
    /// Which item of each list on the way.
    way: Vec<(&'static str, usize)>,
    cell: String,
}

/// The values of a row that name something, and the first cell of them.
struct Key {
    texts: Vec<String>,
    cell: String,
}

impl Reading {
    fn all(&mut self, pages: &[Page]) {
        for page in pages {
            let known = SHEETS.iter().any(|sheet| sheet.title == page.title.trim());
            if !known && page.title.trim() != HELP {
                self.remark(
                    &page.title,
                    None,
                    "not a sheet of this workbook's kinds; read over",
                    "不是本工作簿约定的工作表，未读取",
                );
            }
        }
        // Lists come after what they belong to.
        for sheet in SHEETS {
            if let Some(page) = pages.iter().find(|page| page.title.trim() == sheet.title) {
                self.sheet(sheet, page);
            }
        }
        if self.out.definitions.is_empty() && self.out.problems.is_empty() {
            let titles: Vec<&str> = SHEETS.iter().map(|s| s.title).collect();
            self.out.problems.push(Problem {
                sheet: String::new(),
                cell: None,
                what: Words::new(
                    format!(
                        "no definition in it; its sheets are named: {}",
                        titles.join(", ")
                    ),
                    format!("没有读到任何定义；工作表名称应为：{}", titles.join("、")),
                ),
            });
        }
    }

    fn problem(&mut self, sheet: &str, cell: Option<String>, what: Words) {
        let told = self.out.problems.len();
        let (cell, what) = match told.cmp(&PROBLEMS_MAX) {
            Ordering::Less => (cell, what),
            Ordering::Equal => (
                None,
                Words::new(
                    format!(
                        "more than {PROBLEMS_MAX} problems; the rest is not read: mend these first"
                    ),
                    format!("问题超过 {PROBLEMS_MAX} 个，其后的内容未再读取；请先改正以上各项"),
                ),
            ),
            Ordering::Greater => return,
        };
        self.out.problems.push(Problem {
            sheet: sheet.to_owned(),
            cell,
            what,
        });
    }

    fn told_all(&self) -> bool {
        self.out.problems.len() > PROBLEMS_MAX
    }

    fn remark(&mut self, sheet: &str, cell: Option<String>, en: &str, zh: &str) {
        self.out.remarks.push(Problem {
            sheet: sheet.to_owned(),
            cell,
            what: Words::new(en, zh),
        });
    }

    fn sheet(&mut self, sheet: &'static Sheet, page: &Page) {
        let columns: Vec<&Column> = sheet
            .above
            .iter()
            .copied()
            .flatten()
            .chain(sheet.columns)
            .collect();
        let known = |text: &str| text == REST || columns.iter().any(|c| c.heading == text);
        let Some((heading_row, headings)) = page.headings(&known) else {
            let needed: Vec<&str> = columns
                .iter()
                .filter(|c| c.required)
                .map(|c| c.heading)
                .collect();
            if !page.rows_after(0).is_empty() {
                let what = Words::new(
                    format!(
                        "no heading row; there must be one with at least: {}",
                        needed.join(", ")
                    ),
                    format!("没有找到表头行；表头至少应有：{}", needed.join("、")),
                );
                self.problem(sheet.title, None, what);
            }
            return;
        };
        let mut places: BTreeMap<&str, u32> = BTreeMap::new();
        for (column, text) in &headings {
            let cell = Some(cell_name(heading_row, *column));
            if !known(text) {
                let shown: String = text.chars().take(40).collect();
                self.remark(
                    sheet.title,
                    cell,
                    &format!("the column {shown:?} is not known; read over"),
                    &format!("不认识的列“{shown}”，未读取"),
                );
            } else if places.insert(text, *column).is_some() {
                let what = Words::new(
                    format!("a second column {text:?}; delete one"),
                    format!("“{text}”列重复；请删除其中一列"),
                );
                self.problem(sheet.title, cell, what);
            }
        }
        let missing: Vec<&str> = columns
            .iter()
            .filter(|c| c.required && !places.contains_key(c.heading))
            .map(|c| c.heading)
            .collect();
        if !missing.is_empty() {
            let what = Words::new(
                format!(
                    "columns are missing: {}; add them to the heading row",
                    missing.join(", ")
                ),
                format!("缺少列：{}；请在表头行补上", missing.join("、")),
            );
            return self.problem(sheet.title, Some(cell_name(heading_row, 0)), what);
        }
        for row in page.rows_after(heading_row) {
            if self.told_all() {
                return;
            }
            self.row(sheet, page, &places, row);
        }
    }

    fn row(&mut self, sheet: &'static Sheet, page: &Page, places: &BTreeMap<&str, u32>, row: u32) {
        let blank = places.values().all(|column| {
            matches!(page.cell(row, *column), Value::Empty) && !page.uncomputed(row, *column)
        });
        if blank {
            return;
        }
        let before = self.out.problems.len();
        let mut above = Vec::new();
        for level in sheet.above {
            above.push(self.key(sheet, page, places, row, level));
        }
        let mut value = Datum::Map(Vec::new());
        let mut said = Vec::new();
        for column in sheet.columns {
            if let Some(read) = self.value(sheet, page, places, row, column) {
                set(&mut value, column.entry, read);
                said.push(Said {
                    sheet: sheet.title,
                    cell: cell_name(row, places[column.heading]),
                    way: Vec::new(),
                    entry: column.entry,
                });
            }
        }
        self.rest(sheet, page, places, row, &mut value);
        for (entry, what) in upside_down(&value) {
            let column = sheet.columns.iter().find(|c| c.entry == entry);
            let cell = column.and_then(|c| places.get(c.heading));
            let cell = cell.map(|at| cell_name(row, *at));
            self.problem(sheet.title, cell, what);
        }
        if self.out.problems.len() > before {
            return;
        }
        let first = sheet
            .above
            .first()
            .and_then(|l| l.first())
            .or(sheet.columns.first());
        let cell = cell_name(row, first.map_or(0, |c| places[c.heading]));
        let own = &sheet.columns[..sheet.identity];
        let own: Vec<String> = own.iter().filter_map(|c| scalar(&value, c.entry)).collect();
        let mut keys: Vec<String> = above.iter().flat_map(|key| key.texts.clone()).collect();
        if sheet.path.is_empty() {
            let place = Place {
                definition: self.out.definitions.len(),
                way: Vec::new(),
                cell: cell.clone(),
            };
            if self.place(sheet, own, place, &cell) {
                let definition = Definition {
                    kind: sheet.kind.to_owned(),
                    value,
                };
                let number = row.saturating_add(1);
                self.out.definitions.push((
                    definition,
                    Row {
                        sheet: sheet.title,
                        number,
                        cells: said,
                    },
                ));
            }
            return;
        }
        let parent = (
            sheet.kind,
            &sheet.path[..sheet.path.len() - 1],
            keys.clone(),
        );
        let Some(parent) = self.places.get(&parent).cloned() else {
            let key = above.last();
            let named = keys.join(" / ");
            let home = SHEETS
                .iter()
                .find(|s| s.kind == sheet.kind && s.path == &sheet.path[..sheet.path.len() - 1]);
            let home = home.map_or("", |s| s.title);
            let what = Words::new(
                format!(
                    "{named:?} stands on no row of the sheet {home}; correct the code, or add the row there"
                ),
                format!("“{named}”不在工作表“{home}”中；请改正代码，或在该表中补上"),
            );
            return self.problem(sheet.title, key.map(|key| key.cell.clone()), what);
        };
        let list = sheet.path[sheet.path.len() - 1];
        let (definition, named) = &mut self.out.definitions[parent.definition];
        let Some(owner) = at(&mut definition.value, &parent.way) else {
            return;
        };
        let mut items = match owner.take(list) {
            Some(Datum::List(items)) => items,
            _ => Vec::new(),
        };
        let mut way = parent.way.clone();
        way.push((list, items.len()));
        items.push(value);
        named.cells.extend(said.into_iter().map(|said| Said {
            way: way.clone(),
            ..said
        }));
        owner.set(list, Datum::List(items));
        if sheet.identity > 0 {
            keys.extend(own);
            let place = Place {
                definition: parent.definition,
                way,
                cell: cell.clone(),
            };
            self.place(sheet, keys, place, &cell);
        }
    }

    /// Notes where something stands; false where it stands elsewhere already.
    fn place(
        &mut self,
        sheet: &'static Sheet,
        keys: Vec<String>,
        place: Place,
        cell: &str,
    ) -> bool {
        let named = keys.join(" / ");
        let key = (sheet.kind, sheet.path, keys);
        if let Some(known) = self.places.get(&key) {
            let what = Words::new(
                format!(
                    "{named:?} stands in {} already; codes are given once",
                    known.cell
                ),
                format!("“{named}”在 {} 已有；代码不得重复", known.cell),
            );
            self.problem(sheet.title, Some(cell.to_owned()), what);
            return false;
        }
        self.places.insert(key, place);
        true
    }

    fn key(
        &mut self,
        sheet: &Sheet,
        page: &Page,
        places: &BTreeMap<&str, u32>,
        row: u32,
        columns: &[Column],
    ) -> Key {
        let mut texts = Vec::new();
        for column in columns {
            if let Some(Datum::Text(text)) = self.value(sheet, page, places, row, column) {
                texts.push(text);
            }
        }
        let cell = columns.last().map_or(0, |c| places[c.heading]);
        Key {
            texts,
            cell: cell_name(row, cell),
        }
    }

    /// The value of a cell; its problem is told.
    fn value(
        &mut self,
        sheet: &Sheet,
        page: &Page,
        places: &BTreeMap<&str, u32>,
        row: u32,
        column: &Column,
    ) -> Option<Datum> {
        let at = *places.get(column.heading)?;
        let cell = Some(cell_name(row, at));
        if page.merged_across(row, at) {
            let what = Words::new(
                "merged with cells of other columns; unmerge it and fill each cell",
                "与其他列的单元格合并；请取消合并后逐格填写",
            );
            self.problem(sheet.title, cell, what);
            return None;
        }
        if page.uncomputed(row, at) {
            let what = Words::new(
                "a formula whose result the file does not hold; open and save it in a spreadsheet program, or paste the value",
                "公式没有计算结果；请用表格软件打开后保存，或粘贴为数值",
            );
            self.problem(sheet.title, cell, what);
            return None;
        }
        match from_cell(page.cell(row, at), column.holds) {
            Ok(None) if column.required => {
                let what = Words::new(
                    format!("empty; {:?} must be filled in", column.heading),
                    format!("未填；“{}”为必填项", column.heading),
                );
                self.problem(sheet.title, cell, what);
                None
            }
            Ok(value) => value,
            Err(what) => {
                self.problem(sheet.title, cell, what);
                None
            }
        }
    }

    /// What the last column holds beside the others.
    fn rest(
        &mut self,
        sheet: &Sheet,
        page: &Page,
        places: &BTreeMap<&str, u32>,
        row: u32,
        value: &mut Datum,
    ) {
        const COLUMN: Column = Column::new(REST, "", Holds::Text, "");
        let Some(Datum::Text(text)) = self.value(sheet, page, places, row, &COLUMN) else {
            return;
        };
        let wrong = match serde_json::from_str::<Datum>(&text) {
            Ok(more @ Datum::Map(_)) => match merge(value, more) {
                Ok(()) => return,
                Err(name) => format!("{name:?} has a column of its own"),
            },
            Ok(_) => "it is no JSON object".to_owned(),
            Err(e) => e.to_string(),
        };
        let cell = places.get(REST).map(|at| cell_name(row, *at));
        let what = Words::new(
            format!("cannot be read: {wrong}; leave this column as it was exported, or empty"),
            format!("无法读取：{wrong}；本列请保持导出时的内容，或留空"),
        );
        self.problem(sheet.title, cell, what);
    }
}

/// The scalar at an entry of entries.
fn scalar(value: &Datum, entry: &str) -> Option<String> {
    value.scalar_of(entry)
}

/// Sets an entry inside entries, parted by dots.
fn set(value: &mut Datum, entry: &str, read: Datum) {
    match entry.split_once('.') {
        None => value.set(entry, read),
        Some((outer, inner)) => {
            let mut map = value.take(outer).unwrap_or(Datum::Map(Vec::new()));
            set(&mut map, inner, read);
            value.set(outer, map);
        }
    }
}

/// Adds entries that are not there; errs with one that is.
fn merge(value: &mut Datum, more: Datum) -> Result<(), String> {
    let Datum::Map(entries) = more else {
        return Ok(());
    };
    for (name, more) in entries {
        match (value.take(&name), more) {
            (None, more) => value.set(&name, more),
            (Some(mut known @ Datum::Map(_)), more @ Datum::Map(_)) => {
                merge(&mut known, more)?;
                value.set(&name, known);
            }
            (Some(_), _) => return Err(name),
        }
    }
    Ok(())
}
