//! `Folder`: CSV dumps of a preset's tables.
//!
//! A case of which a row is refused is held back whole, for half a case looks like a fault of its body.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use mingjing_domain::event::{CaseEvent, EventKind, Value};

use super::super::apply::Entry;
use super::super::input::{Input, Looks};
use super::super::mapping::{CsvFormat, MappingError};
use super::super::problem::ImportProblem;
use super::super::reader::OpenError;
use super::super::row::Names;
use super::super::rows::CsvReader;
use super::{Preset, Table, TableError};

/// What a folder holds.
#[derive(Debug, Default)]
pub struct Folder {
    /// Its events in order of time, and of what happened at one instant in the order of the preset.
    pub events: Vec<CaseEvent<'static>>,
    /// Cases of which a row was not taken: none of their events is there.
    pub held_back: BTreeSet<String>,
    /// What was not taken, with the file it stands in.
    pub problems: Vec<(PathBuf, ImportProblem)>,
    /// Tables of the preset that are not there.
    pub absent: Vec<String>,
}

/// Why a folder cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// It cannot be listed, or a table not be read.
    #[error("cannot read {path}")]
    Io {
        /// The folder or file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A table without which the others say nothing.
    #[error(
        "{folder} has no {table}.csv; the preset {preset} needs it, with its heading alone where there is nothing to tell"
    )]
    Missing {
        /// The folder.
        folder: PathBuf,
        /// The table.
        table: String,
        /// The preset.
        preset: String,
    },
    /// A table that does not fit.
    #[error("the table {path} does not fit")]
    Table {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: OpenError,
    },
    /// The source's id or the encoding is none.
    #[error(transparent)]
    Mapping(#[from] MappingError),
}

impl Preset {
    /// Reads a folder of CSV tables, plain or gzip, in UTF-8 or a Chinese encoding, as what `source` says.
    ///
    /// # Errors
    /// A table that is needed is missing, or one does not fit; rows that cannot be taken are problems of the [`Folder`].
    pub fn read(
        &self,
        folder: &Path,
        source: &str,
        encoding: Option<&str>,
    ) -> Result<Folder, FolderError> {
        if let Some(label) =
            encoding.filter(|e| encoding_rs::Encoding::for_label(e.as_bytes()).is_none())
        {
            let problem = format!("{label:?} is no encoding; write it like gb18030");
            return Err(MappingError {
                problems: vec![problem],
            }
            .into());
        }
        let files = tables(folder)?;
        let file_of = |table: &Table| {
            let of_table = files.iter().find(|(name, _)| table.is_called(name));
            of_table.map(|(_, path)| path)
        };
        let mut read = Folder::default();
        if let Some(table) = self
            .tables
            .iter()
            .find(|table| table.required && file_of(table).is_none())
        {
            return Err(FolderError::Missing {
                folder: folder.to_owned(),
                table: table.name.to_lowercase(),
                preset: self.name.clone(),
            });
        }
        let (counted, told): (Vec<&Table>, Vec<&Table>) =
            self.tables.iter().partition(|t| t.counted.is_some());
        for table in told.into_iter().chain(counted) {
            let Some(path) = file_of(table) else {
                read.absent.push(table.name.to_lowercase());
                continue;
            };
            let rows = Rows::open(table, path, encoding)?;
            match &table.counted {
                None => rows.tell(source, &mut read)?,
                Some(attribute) => rows.count(attribute, &mut read)?,
            }
        }
        let refused = read.problems.iter();
        read.held_back = refused.filter_map(|(_, p)| p.case_no.clone()).collect();
        let held_back = &read.held_back;
        read.events
            .retain(|event| !held_back.contains(&*event.case_no));
        read.events.sort_by(|a, b| {
            (a.occurred_at, a.source_seq, &a.event_id).cmp(&(
                b.occurred_at,
                b.source_seq,
                &b.event_id,
            ))
        });
        Ok(read)
    }
}

/// The CSV files of a folder by table: `up_pro_accept.csv`, `UP_PRO_ACCEPT.csv.gz`.
fn tables(folder: &Path) -> Result<BTreeMap<String, PathBuf>, FolderError> {
    let io = |source| FolderError::Io {
        path: folder.to_owned(),
        source,
    };
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).map_err(io)? {
        let path = entry.map_err(io)?.path();
        let name = path
            .file_name()
            .map(|n| n.to_string_lossy().to_lowercase())
            .unwrap_or_default();
        if let Some(table) = name
            .strip_suffix(".csv")
            .or_else(|| name.strip_suffix(".csv.gz"))
        {
            files.insert(table.to_owned(), path);
        }
    }
    Ok(files)
}

/// The rows of one file.
struct Rows<'t> {
    table: &'t Table,
    path: &'t Path,
    /// The columns that are looked at, in the order of their slots.
    columns: Vec<String>,
    csv: CsvReader,
    entry: Entry,
}

impl<'t> Rows<'t> {
    fn open(table: &'t Table, path: &'t Path, encoding: Option<&str>) -> Result<Self, FolderError> {
        let io = |source| FolderError::Io {
            path: path.to_owned(),
            source,
        };
        let does_not_fit = |source| FolderError::Table {
            path: path.to_owned(),
            source,
        };
        let name = path.display().to_string();
        let input = Input::open(path, encoding).map_err(io)?;
        if input.looks != Looks::Csv {
            let what = match input.looks {
                Looks::Empty => "is empty",
                _ => "is no CSV: dump the table as CSV with a heading",
            };
            return Err(does_not_fit(OpenError::Format { path: name, what }));
        }
        let headings = headings(Input::open(path, encoding).map_err(io)?)
            .map_err(|e| io(std::io::Error::other(e)))?;
        let columns = table.columns_of(&headings).map_err(|e| match e {
            TableError::Mapping(e) => FolderError::Mapping(e),
            TableError::Columns { .. } => does_not_fit(OpenError::Header {
                path: name.clone(),
                what: e.to_string(),
            }),
        })?;
        let mut names = Names::default();
        for column in &columns {
            names.add(column);
        }
        let csv = CsvReader::new(input.text, &CsvFormat::default(), &names).map_err(|bad| {
            does_not_fit(OpenError::Header {
                path: name.clone(),
                what: bad.what,
            })
        })?;
        Ok(Self {
            table,
            path,
            columns,
            csv,
            entry: Entry {
                row: names.row(),
                line: 0,
            },
        })
    }

    fn tell(mut self, source: &str, read: &mut Folder) -> Result<(), FolderError> {
        let reader = self.table.reader(source, &self.columns);
        let mut reader = reader.map_err(|e| match e {
            TableError::Mapping(e) => FolderError::Mapping(e),
            TableError::Columns { .. } => FolderError::Io {
                path: self.path.to_owned(),
                source: std::io::Error::other(e),
            },
        })?;
        while let Some(next) = self.csv.next(&mut self.entry) {
            if let Err(problem) = next {
                let fatal = problem.fatal;
                read.problems.push((self.path.to_owned(), problem));
                if fatal {
                    break;
                }
                continue;
            }
            let values: Vec<Option<&str>> = (0..self.columns.len())
                .map(|slot| self.entry.row.get(slot).map(|(_, text)| text))
                .collect();
            let row = reader.read(&values);
            match row.events {
                Ok(events) => read.events.extend(events),
                Err(refused) => {
                    read.problems.extend(refused.into_iter().map(|refusal| {
                        let problem = ImportProblem::at_line(self.entry.line, refusal);
                        let problem = match &row.case_no {
                            Some(case_no) => problem.of_case(case_no),
                            None => problem,
                        };
                        (self.path.to_owned(), problem)
                    }));
                }
            }
        }
        Ok(())
    }

    /// How many rows each case has, as an attribute of its acceptance.
    fn count(mut self, attribute: &str, read: &mut Folder) -> Result<(), FolderError> {
        let of_case = self.table.needs.first();
        let slot = of_case.and_then(|column| self.table.place(column, &self.columns));
        let mut counts: BTreeMap<String, i64> = BTreeMap::new();
        while let Some(next) = self.csv.next(&mut self.entry) {
            if let Err(problem) = next {
                let fatal = problem.fatal;
                read.problems.push((self.path.to_owned(), problem));
                if fatal {
                    break;
                }
                continue;
            }
            let case_no = slot.and_then(|slot| self.entry.row.get(slot));
            if let Some((_, case_no)) = case_no.filter(|(_, text)| !text.is_empty()) {
                *counts.entry(case_no.to_owned()).or_default() += 1;
            }
        }
        let accepted = read.events.iter_mut();
        for event in accepted.filter(|e| e.kind == EventKind::Accepted) {
            let count = counts.get(&*event.case_no).copied().unwrap_or(0);
            let attributes = &mut event.data.attributes;
            attributes.insert(attribute.to_owned().into(), Value::Int(count));
        }
        Ok(())
    }
}

/// The column names of a table, as they are written.
fn headings(input: Input) -> Result<Vec<String>, csv::Error> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(input.text);
    let mut row = csv::StringRecord::new();
    reader.read_record(&mut row)?;
    Ok(row.iter().map(|head| head.trim().to_owned()).collect())
}
