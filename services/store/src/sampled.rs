//! `sampled_cases`: what was checked of each case of a sample. What a sample is, and its journal, is `domain::sampling`.

use mingjing_domain::sampling::{Record, Sampling, Standing, Verdict};

use crate::batch::block;
use crate::table::{Millis, millis, table};
use crate::{Error, Store};

/// Rows of one insert.
const INSERT_ROWS: usize = 2_000;

table! {
    /// A case of a sample, as it stands.
    SampledCaseRow in "sampled_cases" {
        /// The sample.
        sample_id: String,
        /// The case's source.
        source: String,
        /// Its number.
        case_no: String,
        /// What it was drawn among.
        stratum: String,
        /// Of which region was drawn; empty: of all.
        drawn_of: String,
        /// When.
        drawn_at: Millis,
        /// When it was checked first.
        checked_at: Option<Millis>,
        /// 检查要点.
        checks: Vec<String>,
        /// What was found by these last; empty: it was not checked.
        verdicts: Vec<String>,
        /// When the sample was over.
        closed_at: Option<Millis>,
        /// So many records the journal had when this changed last.
        version: u64,
    }
}

impl SampledCaseRow {
    /// The rows of a sample's journal that its records after the first `known` ones changed; none of what is no journal of a sample.
    pub fn of_journal(sample: &str, journal: &[Record], known: usize) -> Vec<Self> {
        let Some(Sampling { drawn, plan, .. }) = Sampling::of(journal) else {
            return Vec::new();
        };
        let row = |standing: Standing<'_>| Self {
            sample_id: sample.to_owned(),
            source: standing.case.source.clone(),
            case_no: standing.case.case_no.clone(),
            stratum: standing.case.stratum.clone(),
            drawn_of: plan.region.clone(),
            drawn_at: drawn.at.into(),
            checked_at: millis(standing.checked_at),
            checks: plan.checks.clone(),
            verdicts: (standing.verdicts.iter().copied())
                .map(|verdict| Verdict::code(verdict).to_owned())
                .collect(),
            closed_at: millis(standing.closed_at),
            version: standing.records as u64,
        };
        let changed = Standing::of(journal).into_iter();
        changed
            .filter(|standing| standing.records > known)
            .map(row)
            .collect()
    }
}

impl Store {
    /// Writes cases of samples; durable when it answers. Writing them again changes nothing, and what is older does not replace what is newer.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn put_sampled(&self, rows: &[SampledCaseRow]) -> Result<(), Error> {
        for rows in rows.chunks(INSERT_ROWS) {
            if let Some(block) = block(rows.iter()) {
                self.insert_once(&block).await?;
            }
        }
        Ok(())
    }
}
