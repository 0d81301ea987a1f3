//! Folders of exchange tables, as departments dump them from a front-end database: several tables that tell one case.
//!
//! A preset says which tables there are and what a row of each becomes, by the same mappings that a single file uses. A table
//! that tells two things of a row (a step's start and its end) is passed over twice. Codes that a preset does not know are refused
//! with file and line: nothing is guessed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use mingjing_domain::event::{CaseEvent, EventKind, Value};

use crate::datum::Datum;

use super::mapping::Mapping;
use super::problem::ImportProblem;
use super::reader::{OpenError, open};

/// A kind of folder that is known.
#[derive(Debug)]
pub struct Preset {
    /// Its name on the command line.
    pub name: &'static str,
    /// 名称.
    pub name_zh: &'static str,
    /// The tables that must be there.
    required: &'static [&'static str],
    passes: &'static [Pass],
    /// A table whose rows are counted into the acceptance, and the column of its case number.
    counted: Option<(&'static str, &'static str, &'static str)>,
}

/// One way over one table.
#[derive(Debug)]
struct Pass {
    /// Part of the events' ids.
    name: &'static str,
    table: &'static str,
    mapping: &'static str,
}

/// The presets that are shipped.
pub const PRESETS: &[Preset] = &[Preset {
    name: "national",
    name_zh: "国家政务服务平台办件交换表",
    required: &["up_pro_accept"],
    passes: &[
        Pass {
            name: "apply",
            table: "up_pro_accept",
            mapping: include_str!("exchange/national-apply.yaml"),
        },
        Pass {
            name: "accept",
            table: "up_pro_accept",
            mapping: include_str!("exchange/national-accept.yaml"),
        },
        Pass {
            name: "process-start",
            table: "up_pro_process",
            mapping: include_str!("exchange/national-process-start.yaml"),
        },
        Pass {
            name: "process-end",
            table: "up_pro_process",
            mapping: include_str!("exchange/national-process-end.yaml"),
        },
        Pass {
            name: "special",
            table: "up_pro_special_procedure",
            mapping: include_str!("exchange/national-special.yaml"),
        },
        Pass {
            name: "special-end",
            table: "up_pro_special_procedure",
            mapping: include_str!("exchange/national-special-end.yaml"),
        },
        Pass {
            name: "result",
            table: "up_pro_result",
            mapping: include_str!("exchange/national-result.yaml"),
        },
    ],
    counted: Some(("up_pro_material", "project_no", "materials")),
}];

/// What a folder holds.
#[derive(Debug, Default)]
pub struct Folder {
    /// Its events in order of time; `source_seq` is that order.
    pub events: Vec<CaseEvent<'static>>,
    /// What was not taken, with the file it stands in.
    pub problems: Vec<(PathBuf, ImportProblem)>,
    /// Tables of the preset that are not there.
    pub absent: Vec<&'static str>,
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
    #[error("{folder} has no {table}.csv; the preset {preset} needs it")]
    Missing {
        /// The folder.
        folder: PathBuf,
        /// The table.
        table: &'static str,
        /// The preset.
        preset: &'static str,
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
    Mapping(#[from] super::mapping::MappingError),
}

impl Preset {
    /// The preset with this name.
    pub fn named(name: &str) -> Option<&'static Preset> {
        PRESETS.iter().find(|preset| preset.name == name)
    }

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
        let files = tables(folder)?;
        let mut read = Folder::default();
        for table in self.required {
            if !files.contains_key(*table) {
                return Err(FolderError::Missing {
                    folder: folder.to_owned(),
                    table,
                    preset: self.name,
                });
            }
        }
        for pass in self.passes {
            match files.get(pass.table) {
                None if read.absent.contains(&pass.table) => {}
                None => read.absent.push(pass.table),
                Some(path) => pass.read(path, source, encoding, &mut read)?,
            }
        }
        if let Some((table, column, attribute)) = self.counted {
            match files.get(table) {
                None => read.absent.push(table),
                Some(path) => count(path, column, attribute, encoding, &mut read)?,
            }
        }
        // Of what happened at one instant the earlier pass comes first: acceptance before its steps.
        read.events.sort_by_key(|event| event.occurred_at);
        for (seq, event) in (1..).zip(&mut read.events) {
            event.source_seq = seq;
        }
        Ok(read)
    }
}

impl Pass {
    fn read(
        &self,
        path: &Path,
        source: &str,
        encoding: Option<&str>,
        read: &mut Folder,
    ) -> Result<(), FolderError> {
        let heads = headings(path, encoding)?;
        let mapping = Mapping::from_yaml(&fitted(self.mapping, &heads, source, encoding))?;
        let reader = open(path, Some(&mapping)).map_err(|source| FolderError::Table {
            path: path.to_owned(),
            source,
        })?;
        for item in reader {
            match item {
                Ok(mut event) => {
                    event.event_id = format!("{}/{}", self.name, event.event_id).into();
                    read.events.push(event);
                }
                // What no pass can take is told once.
                Err(problem) => {
                    let known = read.problems.iter().any(|(file, p)| {
                        file == path && p.line == problem.line && p.refusal == problem.refusal
                    });
                    if !known {
                        read.problems.push((path.to_owned(), problem));
                    }
                }
            }
        }
        Ok(())
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

/// The column names of a table, as they are written.
fn headings(path: &Path, encoding: Option<&str>) -> Result<Vec<String>, FolderError> {
    let io = |source| FolderError::Io {
        path: path.to_owned(),
        source,
    };
    let input = super::input::Input::open(path, encoding).map_err(io)?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(input.text);
    let mut row = csv::StringRecord::new();
    reader
        .read_record(&mut row)
        .map_err(|e| io(std::io::Error::other(e)))?;
    Ok(row
        .iter()
        .map(|head| head.trim_start_matches('\u{feff}').trim().to_owned())
        .collect())
}

/// A preset's mapping with the columns as this table writes them; what is optional and has no column falls away.
fn fitted(mapping: &str, heads: &[String], source: &str, encoding: Option<&str>) -> String {
    let Ok(mut mapping) = Datum::from_yaml(mapping) else {
        return String::new();
    };
    mapping.set("source", Datum::text(source));
    if let Some(encoding) = encoding {
        mapping.set(
            "csv",
            Datum::Map(vec![("encoding".into(), Datum::text(encoding))]),
        );
    }
    let there = |name: &str| heads.iter().find(|head| head.eq_ignore_ascii_case(name));
    let absent = |rule: &Datum| {
        rule.text_of("from")
            .is_some_and(|from| there(from).is_none())
    };
    for optional in [
        "item",
        "org_code",
        "region_code",
        "case_kind",
        "entered_at",
        "sent_at",
    ] {
        if mapping.get(optional).is_some_and(absent) {
            mapping.take(optional);
        }
    }
    if mapping
        .get("actor")
        .and_then(|a| a.get("id"))
        .is_some_and(absent)
    {
        mapping.take("actor");
    }
    if let Some(Datum::Map(mut attributes)) = mapping.take("attributes") {
        attributes.retain(|(_, rule)| !absent(rule));
        mapping.set("attributes", Datum::Map(attributes));
    }
    rename(&mut mapping, &|name| there(name).cloned());
    mapping.to_yaml().unwrap_or_default()
}

/// Gives columns the names that the table has for them.
fn rename(datum: &mut Datum, to: &dyn Fn(&str) -> Option<String>) {
    match datum {
        Datum::Map(entries) => {
            for (name, value) in entries {
                match value {
                    Datum::Text(column) if name == "from" || name == "attr" => {
                        if let Some(found) = to(column) {
                            *column = found;
                        }
                    }
                    inner => rename(inner, to),
                }
            }
        }
        Datum::List(items) => items.iter_mut().for_each(|item| rename(item, to)),
        _ => {}
    }
}

/// How many rows of a table each case has, as an attribute of its acceptance.
fn count(
    path: &Path,
    column: &str,
    attribute: &'static str,
    encoding: Option<&str>,
    read: &mut Folder,
) -> Result<(), FolderError> {
    let io = |source| FolderError::Io {
        path: path.to_owned(),
        source,
    };
    let heads = headings(path, encoding)?;
    let Some(place) = heads
        .iter()
        .position(|head| head.eq_ignore_ascii_case(column))
    else {
        let what = format!("there is no column {column}");
        return Err(FolderError::Table {
            path: path.to_owned(),
            source: OpenError::Header {
                path: path.display().to_string(),
                what,
            },
        });
    };
    let input = super::input::Input::open(path, encoding).map_err(io)?;
    let mut rows = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(input.text);
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    for row in rows.records() {
        let row = row.map_err(|e| io(std::io::Error::other(e)))?;
        if let Some(case_no) = row.get(place).map(str::trim).filter(|c| !c.is_empty()) {
            *counts.entry(case_no.to_owned()).or_default() += 1;
        }
    }
    for event in read
        .events
        .iter_mut()
        .filter(|e| e.kind == EventKind::Accepted)
    {
        let count = counts.get(&*event.case_no).copied().unwrap_or(0);
        event
            .data
            .attributes
            .insert(attribute.into(), Value::Int(count));
    }
    Ok(())
}
