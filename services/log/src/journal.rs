//! Journals: numbered records in a table, each written once and for ever, so that what is decided upon the whole of them is
//! decided by one writer at a time, however many processes there are.
//!
//! A table has no compare-and-set, and a compacted topic keeps of one key what was written last: of two who change an entry
//! at the same time the first would be told that it was done, and be overwritten. So nothing is changed here. A record is
//! [created](Table::create) under the next number; whoever finds the number taken reads again, decides again upon what it
//! then knows, and takes the next. Nothing is removed.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;

use crate::{Error, Result, Table};

/// Digits of a record's number in its key: keys sort as numbers do.
const DIGITS: usize = 8;

/// The journals of one table.
#[derive(Clone)]
pub struct Journals {
    table: Arc<dyn Table>,
    name: &'static str,
}

impl Journals {
    /// Those that lie in a table, which holds nothing else.
    pub fn new(table: Arc<dyn Table>, name: &'static str) -> Self {
        Self { table, name }
    }

    /// Adds the record that follows `known` ones, and answers whether it did; it did not where somebody else's has that number.
    /// A value that is there already, to the byte, counts as added: a call whose answer was lost may be repeated, so
    /// values should hold what tells one writer from another.
    ///
    /// # Errors
    /// As [`Table::create`]: it may have been added, which reading again tells.
    pub async fn add(&self, journal: &str, known: usize, value: Bytes) -> Result<bool> {
        let key = key(journal, known);
        if self
            .table
            .create(self.name, key.clone(), value.clone())
            .await?
        {
            return Ok(true);
        }
        Ok(self.table.get(self.name, &key).await? == Some(value))
    }

    /// The records of one journal in order; none where there is no such journal.
    ///
    /// # Errors
    /// As [`Table::get`].
    pub async fn read(&self, journal: &str) -> Result<Vec<Bytes>> {
        let mut records = Vec::new();
        while let Some(value) = self
            .table
            .get(self.name, &key(journal, records.len()))
            .await?
        {
            records.push(value);
        }
        Ok(records)
    }

    /// Every journal by name, each with its records in order.
    ///
    /// # Errors
    /// As [`Table::scan`]; [`Error::Damaged`] for a key that is none of ours.
    pub async fn read_all(&self) -> Result<BTreeMap<String, Vec<Bytes>>> {
        let mut journals: BTreeMap<String, Vec<Bytes>> = BTreeMap::new();
        for (entry, value) in self.table.scan(self.name).await? {
            let named = std::str::from_utf8(&entry).ok();
            let Some((journal, _)) = named.and_then(|key| key.rsplit_once('/')) else {
                return Err(Error::Damaged {
                    attempted: format!("reading the journals of table {}", self.name),
                    found: "a key that names no record of a journal".to_owned(),
                });
            };
            journals.entry(journal.to_owned()).or_default().push(value);
        }
        Ok(journals)
    }
}

fn key(journal: &str, number: usize) -> Bytes {
    format!("{journal}/{number:0DIGITS$}").into()
}
