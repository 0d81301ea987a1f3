//! All that statistics are made of, and how it comes into the tables: by the same rows as the archive writes.
//!
//! Other tests take this file in too: those that hold the dictionary against real logs and against the demo's city.

use mingjing_domain::Timestamp;
use mingjing_domain::alert::AlertRecord;
use mingjing_domain::event::CaseEvent;
use mingjing_domain::fact::{CaseRecord, Fact};
use mingjing_domain::sampling;
use mingjing_store::metrics::Known;
use mingjing_store::{
    AlertRow, Backoff, Batch, CaseRow, DecisionRow, EventRow, Place, SampledCaseRow, Store,
    Watermark,
};

/// The log that all of it was concluded from.
const LOG: &str = "00000000000000000000000000000abc";
const PARTITION: u16 = 7;

/// All that there is.
pub struct World {
    pub cases: Vec<CaseRecord>,
    pub alerts: Vec<AlertRecord>,
    pub decisions: Vec<Fact>,
    pub events: Vec<CaseEvent<'static>>,
    /// Samples by their ids, each with its journal.
    pub samples: Vec<(String, Vec<sampling::Record>)>,
    pub known: Known,
}

fn place(fact_offset: u64) -> Place {
    Place {
        log_id: LOG.into(),
        partition: PARTITION,
        offset: fact_offset,
        n: 0,
        fact_offset,
    }
}

impl World {
    /// Writes it, and that every case of it was written.
    pub async fn write(&self, store: &Store) {
        let at = Timestamp::parse("2026-11-23T09:30:00+08:00").expect("an instant");
        let mut batch = Batch::default();
        for (n, case) in (0..).zip(&self.cases) {
            batch.case(CaseRow::new(case.clone(), at, &place(n)));
        }
        for (n, alert) in (0..).zip(&self.alerts) {
            batch.alert(AlertRow::new(alert.clone(), 1, at, &place(n)));
        }
        for (n, decision) in (0..).zip(&self.decisions) {
            let row = DecisionRow::of(decision.clone(), &place(n));
            batch.decision(row.expect("a decision"));
        }
        for (n, event) in (0..).zip(&self.events) {
            batch.event(EventRow::new(event, LOG, PARTITION, n, None));
        }
        let watermarks = [Watermark {
            log_id: LOG.into(),
            topic: "mj.facts".into(),
            partition: PARTITION,
            next_offset: self.cases.len() as u64,
            epoch: 1,
            written_at: at,
            chain: None,
        }];
        let (_go_on, stop) = tokio::sync::watch::channel(false);
        let written = store.insert_batch(&batch, &watermarks, Backoff::default(), &stop, &());
        written.await.expect("the archive takes it");
        // Whole, then as somebody who is behind would, then what followed the draw once more.
        for (records_left_out, known) in [(0, 0), (3, 0), (0, 1)] {
            let rows = self.samples.iter().flat_map(|(sample, journal)| {
                let records = journal.len().saturating_sub(records_left_out).max(1);
                SampledCaseRow::of_journal(sample, &journal[..records], known)
            });
            let written = store.put_sampled(&rows.collect::<Vec<_>>()).await;
            written.expect("the engine takes samples");
        }
    }
}
