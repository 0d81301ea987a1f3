//! Exchange tables, as departments keep them in a front-end database: several tables that tell one case.
//!
//! A preset says which tables there are and what a row of each becomes, by the same mappings that a single file uses. A row
//! may tell several things (a step's start and its end): all of them are taken, or none. Codes that a preset does not know are
//! refused with their column: nothing is guessed. A preset is data, so a place may bring its own. Here are presets and the
//! tables of one; [`table`] reads rows, wherever they come from, and [`folder`] the rows of CSV dumps.

mod folder;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use mingjing_domain::source::Lacks;
use serde::Deserialize;

use crate::datum::Datum;

use super::mapping::{Mapping, MappingError, Scalar};
use super::plan::{Plan, Shape};

pub use folder::{Folder, FolderError};
pub use table::{RowRead, TableError, TableReader};

/// The presets that are shipped: name and document.
pub const PRESETS: &[(&str, &str)] = &[
    ("national", include_str!("exchange/national.yaml")),
    ("guangdong", include_str!("exchange/guangdong.yaml")),
    ("shandong", include_str!("exchange/shandong.yaml")),
    ("jiangsu", include_str!("exchange/jiangsu.yaml")),
];

/// Ranks of passes are so far apart in an event's `source_seq`; what a row says of its order comes in between.
const RANK: u64 = 1_000_000;

/// A kind of exchange tables.
#[derive(Clone, Debug)]
pub struct Preset {
    /// Its name.
    pub name: String,
    /// 名称.
    pub name_zh: String,
    lacks: Lacks,
    tables: Vec<Table>,
}

/// One table of a preset.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Other names of it.
    pub aka: Vec<String>,
    /// Without it cases would look overdue, or without steps, that are not.
    pub required: bool,
    /// The columns that tell a row from all others.
    pub key: Vec<String>,
    /// The column that tells when a row was last written.
    pub updated: Option<String>,
    /// Columns that must be there.
    needs: Vec<String>,
    /// Codes of columns that decide nothing but whether a row can be taken.
    known: BTreeMap<String, Vec<String>>,
    /// Other names of columns.
    columns: BTreeMap<String, Vec<String>>,
    /// Its rows are counted, and the acceptance gets the number under this name.
    counted: Option<String>,
    passes: Vec<Pass>,
}

/// One thing that rows of a table tell.
#[derive(Clone, Debug)]
struct Pass {
    /// Part of the events' ids.
    name: String,
    /// Of what happened at one instant the earlier pass comes first: acceptance before its steps.
    rank: u64,
    mapping: Mapping,
    /// By our field's name the column that it comes from.
    fields: BTreeMap<String, String>,
    /// All columns that it looks at.
    columns: Vec<String>,
}

/// A preset's document.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    name: String,
    name_zh: String,
    #[serde(default)]
    lacks: Lacks,
    #[serde(default)]
    common: Datum,
    tables: Vec<TableDocument>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TableDocument {
    name: String,
    #[serde(default)]
    aka: Vec<String>,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    key: Vec<String>,
    #[serde(default)]
    updated: Option<String>,
    #[serde(default)]
    needs: Vec<String>,
    #[serde(default)]
    known: BTreeMap<String, Vec<Scalar>>,
    #[serde(default)]
    columns: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    counted: Option<String>,
    #[serde(default)]
    rows: Vec<Datum>,
}

impl Preset {
    /// The shipped preset with this name.
    ///
    /// # Errors
    /// None in fact: a test reads all that are shipped.
    pub fn named(name: &str) -> Option<Result<Self, MappingError>> {
        let (_, text) = PRESETS.iter().find(|(known, _)| *known == name)?;
        Some(Self::from_yaml(text))
    }

    /// Reads a preset and checks it whole.
    ///
    /// # Errors
    /// All problems at once; where the YAML itself cannot be read, the first with line and column.
    pub fn from_yaml(text: &str) -> Result<Self, MappingError> {
        let options = serde_saphyr::options! { with_snippet: false };
        let document: Document =
            serde_saphyr::from_str_with_options(text, options).map_err(|e| MappingError {
                problems: vec![e.to_string()],
            })?;
        let (mut problems, mut names, mut rank) = (Vec::new(), BTreeSet::new(), 0);
        let mut tables = Vec::new();
        for table in document.tables {
            let mut passes = Vec::new();
            for rows in table.rows {
                rank += 1;
                match Pass::new(&document.common, rows, rank) {
                    Ok(pass) if names.insert(pass.name.clone()) => passes.push(pass),
                    Ok(pass) => problems.push(format!(
                        "{}: {:?} is the name of other rows already; events' ids are made of it",
                        table.name, pass.name
                    )),
                    Err(found) => {
                        problems.extend(found.iter().map(|p| format!("{}: {p}", table.name)));
                    }
                }
            }
            if passes.is_empty() == table.counted.is_none() && problems.is_empty() {
                problems.push(format!("{}: give either `rows` or `counted`", table.name));
            }
            let known = table.known.into_iter();
            tables.push(Table {
                name: table.name,
                aka: table.aka,
                required: table.required,
                key: table.key,
                updated: table.updated,
                needs: table.needs,
                known: known
                    .map(|(column, codes)| (column, codes.into_iter().map(|c| c.0).collect()))
                    .collect(),
                columns: table.columns,
                counted: table.counted,
                passes,
            });
        }
        if tables.is_empty() {
            problems.push("there is no table".to_owned());
        }
        if !problems.is_empty() {
            return Err(MappingError { problems });
        }
        Ok(Self {
            name: document.name,
            name_zh: document.name_zh,
            lacks: document.lacks,
            tables,
        })
    }

    /// What its tables have no place for: what a source that speaks by them lacks.
    pub fn lacks(&self) -> &Lacks {
        &self.lacks
    }

    /// Its tables, in order.
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }
}

impl Pass {
    fn new(common: &Datum, mut rows: Datum, rank: u64) -> Result<Self, Vec<String>> {
        let Some(Datum::Text(name)) = rows.take("name") else {
            return Err(vec!["rows without a `name`".to_owned()]);
        };
        let at = |problem: String| format!("rows {name}: {problem}");
        let mut whole = common.clone();
        for (key, value) in rows.entries() {
            whole.set(key, value.clone());
        }
        // Whoever reads the rows says for whom they speak.
        whole.set("source", Datum::text("to-be-named"));
        let text = whole.to_yaml().map_err(|e| vec![at(e.to_string())])?;
        let mapping = Mapping::from_yaml(&text)
            .map_err(|e| e.problems.into_iter().map(&at).collect::<Vec<_>>())?;
        let plan = Plan::new(&mapping, Shape::Rows)
            .map_err(|e| e.problems.into_iter().map(&at).collect::<Vec<_>>())?;
        let mut fields = BTreeMap::new();
        fields_of(&whole, "", &mut fields);
        Ok(Self {
            rank: rank * RANK,
            columns: plan.names.all().to_vec(),
            mapping,
            fields,
            name,
        })
    }
}

/// Which column each of our fields comes from, by the names that refusals give to fields.
fn fields_of(datum: &Datum, within: &str, fields: &mut BTreeMap<String, String>) {
    for (name, value) in datum.entries() {
        let path = match within {
            "special" | "actor" | "amounts" | "attributes" => format!("{within}.{name}"),
            _ => name.clone(),
        };
        match (name.as_str(), value) {
            ("order", Datum::Text(column)) => {
                fields.insert(path, column.clone());
            }
            _ => {
                if let Some(column) = value.text_of("from") {
                    fields.insert(path, column.to_owned());
                }
                fields_of(value, name, fields);
                for item in value.items() {
                    fields_of(item, "", fields);
                }
            }
        }
    }
}

/// Names of tables and columns are the same whatever their case, and with underscores or without.
fn plain(name: &str) -> String {
    name.trim_start_matches('\u{feff}')
        .trim()
        .chars()
        .filter(|c| *c != '_')
        .flat_map(char::to_lowercase)
        .collect()
}
