//! The register of papers: numbers that are given once, in order and without gaps, however many processes give them.
//!
//! | table | key | value |
//! |---|---|---|
//! | `paper_contents` | SHA-256 of the sheet | the sheet as it was composed |
//! | `papers` | journal of the paper, one record | what is issued: of which alert, upon which decision, in which series, by whom, with which content |
//! | `paper_numbers` | journal of the series | which paper has the number that the record's place says |
//!
//! The content is there before the paper is, and the paper before its number: a kill in between leaves a paper without a number, which whoever asks for it
//! next gives it. A place in a series is taken by a paper alone, so no number is missing; before a paper takes one, whoever gives it has read all
//! that were taken, so no paper has two.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use chrono::NaiveDate;
use mingjing_domain::Timestamp;
use mingjing_domain::ids::derived_id;
use mingjing_domain::life::Actor;
use mingjing_log::{Journals, Table};
use mingjing_papers::Sheet;
use mingjing_papers::number::Series;
use mingjing_wire::evidence::sha256_hex;
use serde::{Deserialize, Serialize};

use crate::ApiError;

const CONTENTS: &str = "paper_contents";
const PAPERS: &str = "papers";
const NUMBERS: &str = "paper_numbers";
/// Others may take a number meanwhile; so often the next is tried. In one process they wait for one another.
const TRIES: usize = 64;
/// Hexadecimal digits of a paper's id.
const ID_DIGITS: usize = 16;

/// A paper as it was issued, without its number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Paper {
    /// When.
    pub at: Timestamp,
    /// 成文日期.
    pub on: NaiveDate,
    /// By whom.
    pub by: Actor,
    /// About which alert.
    pub alert: String,
    /// What the alert is about: its source, and the case's number or another key.
    pub source: String,
    pub case_no: String,
    /// The region and the bodies by which the alert is seen, as they were then.
    pub region: Option<String>,
    pub bodies: Vec<String>,
    /// The kind's code, title and occasion, as they were then.
    pub kind: String,
    pub title: String,
    pub occasion: String,
    /// The decision that it rests on.
    pub basis: String,
    /// The series of its number, see [`Series::text`].
    pub series: String,
    /// Who issues it.
    pub issuer: String,
    /// To which body, by code and name.
    pub to: String,
    pub to_name: String,
    /// SHA-256 of its content.
    pub sha256: String,
}

/// A paper with its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Issued {
    pub id: String,
    pub paper: Paper,
    pub number: String,
    /// Its place in its series, from 1.
    pub n: u64,
}

/// What a place in a series is taken by. It holds the paper alone, so that two who number the same one write the same.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Taken {
    paper: String,
}

/// The register.
#[derive(Clone)]
pub(super) struct Register {
    table: Arc<dyn Table>,
    papers: Journals,
    numbers: Journals,
    turn: Arc<tokio::sync::Mutex<()>>,
}

/// The id of a paper: of one alert, of one kind, upon one decision.
pub(super) fn paper_id(alert: &str, kind: &str, basis: &str) -> String {
    derived_id(&["paper", alert, kind, basis])[..ID_DIGITS].to_owned()
}

fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ApiError {
    ApiError::Failed(error.into())
}

fn encoded(value: &impl Serialize) -> Result<Bytes, ApiError> {
    Ok(serde_json::to_vec(value).map_err(failed)?.into())
}

fn decoded<T: serde::de::DeserializeOwned>(bytes: &Bytes) -> Result<T, ApiError> {
    serde_json::from_slice(bytes).map_err(failed)
}

impl Register {
    pub(super) fn new(table: Arc<dyn Table>, turn: Arc<tokio::sync::Mutex<()>>) -> Self {
        Self {
            papers: Journals::new(table.clone(), PAPERS),
            numbers: Journals::new(table.clone(), NUMBERS),
            table,
            turn,
        }
    }

    /// Issues a paper, or answers how it was issued before: then neither content nor number are others.
    pub(super) async fn issue(
        &self,
        id: &str,
        paper: Paper,
        sheet: &Sheet,
    ) -> Result<Issued, ApiError> {
        if self.papers.read(id).await?.is_empty() {
            let content = encoded(sheet)?;
            let sha256 = sha256_hex(&content);
            self.table
                .create(CONTENTS, sha256.clone().into(), content)
                .await?;
            let paper = Paper { sha256, ..paper };
            // Of two who issue the same at once, one was first.
            self.papers.add(id, 0, encoded(&paper)?).await?;
        }
        let issued = self.one(id).await?;
        issued.ok_or_else(|| failed("a paper that was issued is not there"))
    }

    /// A paper by its id; none where there is no such paper.
    pub(super) async fn one(&self, id: &str) -> Result<Option<Issued>, ApiError> {
        let records = self.papers.read(id).await?;
        let Some(record) = records.first() else {
            return Ok(None);
        };
        let paper: Paper = decoded(record)?;
        let n = self.number(id, &paper.series).await?;
        issued(id, paper, n).map(Some)
    }

    /// Its number: the one that it has, else the next.
    async fn number(&self, id: &str, series: &str) -> Result<u64, ApiError> {
        let journal = journal_of(series);
        let taken = encoded(&Taken {
            paper: id.to_owned(),
        })?;
        let _turn = self.turn.lock().await;
        for _ in 0..TRIES {
            let records = self.numbers.read(&journal).await?;
            let known = records.iter().position(|record| *record == taken);
            if let Some(place) = known {
                return Ok(place as u64 + 1);
            }
            let next = records.len();
            if self.numbers.add(&journal, next, taken.clone()).await? {
                return Ok(next as u64 + 1);
            }
        }
        Err(ApiError::Busy)
    }

    /// Every paper that has a number.
    pub(super) async fn all(&self) -> Result<Vec<Issued>, ApiError> {
        let mut numbers: BTreeMap<String, u64> = BTreeMap::new();
        for records in self.numbers.read_all().await?.values() {
            for (place, record) in records.iter().enumerate() {
                let Taken { paper } = decoded(record)?;
                numbers.insert(paper, place as u64 + 1);
            }
        }
        let mut all = Vec::with_capacity(numbers.len());
        for (id, records) in self.papers.read_all().await? {
            if let (Some(record), Some(n)) = (records.first(), numbers.get(&id)) {
                all.push(issued(&id, decoded(record)?, *n)?);
            }
        }
        Ok(all)
    }

    /// What a paper says, as it was composed.
    pub(super) async fn sheet(&self, paper: &Paper) -> Result<Sheet, ApiError> {
        let content = self.table.get(CONTENTS, paper.sha256.as_bytes()).await?;
        let content = content.ok_or_else(|| failed("the content of a paper is not there"))?;
        if sha256_hex(&content) != paper.sha256 {
            return Err(failed(format!(
                "the content of a paper is not what was issued: {}",
                paper.sha256
            )));
        }
        decoded(&content)
    }
}

fn journal_of(series: &str) -> String {
    derived_id(&["paper-series", series])
}

fn issued(id: &str, paper: Paper, n: u64) -> Result<Issued, ApiError> {
    let series = Series::from_text(&paper.series);
    let series = series.ok_or_else(|| failed(format!("no series: {:?}", paper.series)))?;
    Ok(Issued {
        id: id.to_owned(),
        number: series.number(n),
        paper,
        n,
    })
}

#[cfg(test)]
mod tests;
