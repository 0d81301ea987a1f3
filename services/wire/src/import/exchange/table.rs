//! `TableReader`: rows of one table as events, wherever they come from.
//!
//! Of one row all events are taken, or none. An event's id is made of the row's key, so that a row that is read again, from
//! a database or from a dump of it, says the same again; a dump without a key column is numbered by case.

use std::collections::HashMap;

use mingjing_domain::event::CaseEvent;

use crate::refusal::{ReasonCode, Refusal};

use super::super::mapping::MappingError;
use super::super::plan::{Plan, Shape};
use super::super::row::{CellKind, Row};
use super::super::scope::{Outcome, Scope};
use super::{RANK, Table, plain};

/// What a row became.
#[derive(Debug)]
pub struct RowRead {
    /// The values of its key, where all of them are there.
    pub key: Option<Vec<String>>,
    /// Its case, where it has one.
    pub case_no: Option<String>,
    /// Its events, or everything that is wrong with it; the field of a refusal is the column.
    pub events: Result<Vec<CaseEvent<'static>>, Vec<Refusal>>,
}

/// Why the rows of a table cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// Columns that the table cannot do without.
    #[error("there is no column {missing}; the columns are {there}")]
    Columns {
        /// The missing ones, each with its other names.
        missing: String,
        /// All there are.
        there: String,
    },
    /// The source's id is none.
    #[error(transparent)]
    Mapping(#[from] MappingError),
}

/// Reads rows of one table.
pub struct TableReader {
    passes: Vec<Ready>,
    key: Option<Vec<usize>>,
    known: Vec<(usize, String, Vec<String>)>,
    absent: Vec<String>,
    /// How many rows of each case were met; only where there is no key.
    met: HashMap<String, u32>,
}

struct Ready {
    name: String,
    rank: u64,
    plan: Plan,
    /// Column and slot.
    columns: Vec<(usize, usize)>,
    row: Row,
    /// By our field the column's heading.
    fields: HashMap<String, String>,
}

impl Table {
    /// Those of a table's columns that are looked at, as they are written there: nothing else need be read.
    ///
    /// # Errors
    /// One that is needed is not there.
    pub fn columns_of(&self, there: &[String]) -> Result<Vec<String>, TableError> {
        let missing: Vec<String> = self
            .needs
            .iter()
            .filter(|name| self.place(name, there).is_none())
            .map(|name| {
                let others = self.columns.get(name).into_iter().flatten();
                others.fold(name.clone(), |all, other| format!("{all} or {other}"))
            })
            .collect();
        if !missing.is_empty() {
            return Err(TableError::Columns {
                missing: missing.join(", "),
                there: there.join(", "),
            });
        }
        let wanted = self.passes.iter().flat_map(|pass| &pass.columns);
        let wanted = wanted.chain(&self.key).chain(self.known.keys());
        let wanted = wanted.chain(&self.updated).chain(&self.needs);
        let mut places: Vec<usize> = wanted.filter_map(|name| self.place(name, there)).collect();
        places.sort_unstable();
        places.dedup();
        Ok(places.into_iter().map(|at| there[at].clone()).collect())
    }

    /// Where a column stands under one of its names.
    pub fn place(&self, name: &str, there: &[String]) -> Option<usize> {
        let others = self.columns.get(name).into_iter().flatten();
        let names = std::iter::once(name).chain(others.map(String::as_str));
        names
            .map(plain)
            .find_map(|name| there.iter().position(|heading| plain(heading) == name))
    }

    /// Whether this is a name of the table, bare or with its schema.
    pub fn is_called(&self, name: &str) -> bool {
        let name = plain(name);
        plain(&self.name) == name || self.aka.iter().any(|aka| plain(aka) == name)
    }

    /// Whether its rows are events, and not only counted.
    pub fn tells_events(&self) -> bool {
        self.counted.is_none()
    }

    /// Reads rows with these columns as what `source` says.
    ///
    /// # Errors
    /// A column that is needed is not there, or the source's id is none.
    pub fn reader(&self, source: &str, there: &[String]) -> Result<TableReader, TableError> {
        self.columns_of(there)?;
        let mut passes = Vec::new();
        for pass in &self.passes {
            let mut mapping = pass.mapping.clone();
            source.clone_into(&mut mapping.source);
            let plan = Plan::new(&mapping, Shape::Rows)?;
            let names = plan.names.all().iter().enumerate();
            let columns = names
                .filter_map(|(slot, name)| Some((self.place(name, there)?, slot)))
                .collect();
            let heading = |column: &String| {
                self.place(column, there)
                    .map_or_else(|| column.clone(), |at| there[at].clone())
            };
            let fields = pass.fields.iter();
            passes.push(Ready {
                name: pass.name.clone(),
                rank: pass.rank,
                columns,
                row: plan.names.row(),
                fields: fields.map(|(f, c)| (f.clone(), heading(c))).collect(),
                plan,
            });
        }
        let key: Option<Vec<usize>> = self.key.iter().map(|k| self.place(k, there)).collect();
        let known = self.known.iter().filter_map(|(column, codes)| {
            let at = self.place(column, there)?;
            Some((at, there[at].clone(), codes.clone()))
        });
        Ok(TableReader {
            known: known.collect(),
            absent: passes
                .first()
                .map_or_else(Vec::new, |p| p.plan.absent.clone()),
            passes,
            key: key.filter(|key| !key.is_empty()),
            met: HashMap::new(),
        })
    }
}

impl TableReader {
    /// Whether rows have a key.
    pub fn keyed(&self) -> bool {
        self.key.is_some()
    }

    fn value<'v>(&self, values: &[Option<&'v str>], at: usize) -> Option<&'v str> {
        let text = values.get(at).copied().flatten()?.trim();
        let absent = text.is_empty() || self.absent.iter().any(|absent| absent == text);
        (!absent).then_some(text)
    }

    /// Reads a row: its values in the order of the columns that this was made for.
    pub fn read(&mut self, values: &[Option<&str>]) -> RowRead {
        let key = self.key.as_ref().and_then(|columns| {
            let values = columns.iter().map(|at| self.value(values, *at));
            let key: Option<Vec<&str>> = values.collect();
            key.map(|parts| parts.into_iter().map(str::to_owned).collect::<Vec<_>>())
        });
        let unknown = self.known.iter().filter_map(|(at, heading, codes)| {
            let code = self.value(values, *at)?;
            let refused = || Refusal::bad_value(ReasonCode::UnmappedValue, heading, code);
            (!codes.iter().any(|known| known == code)).then(refused)
        });
        let mut refused: Vec<Refusal> = unknown.collect();
        let mut events = Vec::new();
        let mut case_no = None;
        for pass in &mut self.passes {
            pass.row.clear();
            for (column, slot) in &pass.columns {
                if let Some(text) = values.get(*column).copied().flatten() {
                    pass.row.set(*slot, CellKind::Text, text);
                }
            }
            let scope = Scope {
                plan: &pass.plan,
                case: &pass.row,
                entry: &pass.row,
            };
            let read = scope
                .text("case_no", &pass.plan.case_no)
                .and_then(|found| found.ok_or_else(|| Refusal::missing("case_no")))
                .and_then(|found| {
                    let first = case_no.is_none();
                    let case_no = &*case_no.insert(found.into_owned());
                    let index = match &key {
                        Some(_) => 0,
                        None => {
                            let met = self.met.entry(case_no.clone()).or_default();
                            *met += u32::from(first);
                            *met
                        }
                    };
                    Ok((index, scope.entry(case_no, index)?))
                });
            match read {
                Ok((_, Outcome::Skipped(_))) => {}
                Ok((index, Outcome::Event(mut event, _))) => {
                    let whose = match &key {
                        Some(key) => key.join("/"),
                        None => format!("{}/{index}", event.case_no),
                    };
                    event.event_id = format!("{}/{whose}", pass.name).into();
                    let order = event.source_seq.max(u64::from(index)).min(RANK - 1);
                    event.source_seq = pass.rank + order;
                    events.push(*event);
                }
                Err(refusal) => {
                    let column = refusal.field.as_deref().and_then(|f| pass.fields.get(f));
                    let refusal = match column {
                        Some(column) => refusal.field(column),
                        None => refusal,
                    };
                    // What no pass can take is told once.
                    if !refused.contains(&refusal) {
                        refused.push(refusal);
                    }
                }
            }
        }
        RowRead {
            key,
            case_no,
            events: if refused.is_empty() {
                Ok(events)
            } else {
                Err(refused)
            },
        }
    }
}
