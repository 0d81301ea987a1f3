//! What was found of samples goes on from their journals into ClickHouse, where statistics count it.
//!
//! The journals are what counts, and lie where they are for good; ClickHouse may be away meanwhile. Whoever writes a record wakes this up; what
//! could not be carried is tried again. How far each journal was carried is known in memory alone: a process that starts carries all of them
//! once more, which changes nothing, since a row is named by its case and the number of records that made it. What a process wrote and did not
//! carry before its end, any other carries when it looks next.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use mingjing_log::{Journals, Table};
use mingjing_store::{SampledCaseRow, Store};
use tokio::sync::Notify;

use super::{SAMPLES, decoded};
use crate::ApiError;

/// How often is looked whether another process wrote something.
const LOOK_EVERY: Duration = Duration::from_secs(300);
/// After so long it is tried again.
const AGAIN_AFTER: Duration = Duration::from_secs(5);

/// Wakes up whoever carries.
#[derive(Clone, Default)]
pub struct SamplesWritten(Arc<Notify>);

impl SamplesWritten {
    /// A record was written.
    pub(super) fn tell(&self) {
        self.0.notify_one();
    }
}

/// Carries for as long as the process lives.
pub fn carry(
    table: Arc<dyn Table>,
    store: Store,
) -> (SamplesWritten, impl Future<Output = ()> + Send) {
    let written = SamplesWritten::default();
    let carrier = Carrier {
        journals: Journals::new(table, SAMPLES),
        store,
        carried: BTreeMap::new(),
    };
    let work = carrier.run(written.clone());
    (written, work)
}

struct Carrier {
    journals: Journals,
    store: Store,
    /// By sample, how many records were carried. There are as many as samplings.
    carried: BTreeMap<String, usize>,
}

impl Carrier {
    async fn run(mut self, written: SamplesWritten) {
        loop {
            let wait = match self.pass().await {
                Ok(()) => LOOK_EVERY,
                // Tried again: what is not carried lies in the journals.
                Err(error) => {
                    tracing::error!(?error, "findings of samples wait for ClickHouse");
                    AGAIN_AFTER
                }
            };
            // Either will do; what is told during a pass wakes up the next.
            let _ = tokio::time::timeout(wait, written.0.notified()).await;
        }
    }

    /// Carries what was not.
    async fn pass(&mut self) -> Result<(), ApiError> {
        for (sample, journal) in self.journals.read_all().await? {
            let records = journal.len();
            let known = self.carried.get(&sample).copied().unwrap_or(0);
            if records <= known {
                continue;
            }
            match decoded(&journal) {
                Ok(journal) => {
                    let rows = SampledCaseRow::of_journal(&sample, &journal, known);
                    match self.store.put_sampled(&rows).await {
                        Ok(()) => {}
                        Err(error) if error.passes() => return Err(error.into()),
                        // It keeps no other from being carried, and is tried again whenever is looked.
                        Err(error) => {
                            tracing::error!(
                                ?error,
                                sample,
                                "findings of a sample were refused, and are missing from statistics"
                            );
                            continue;
                        }
                    }
                }
                // It keeps no other from being carried.
                Err(error) => tracing::error!(?error, sample, "a sample cannot be read"),
            }
            self.carried.insert(sample, records);
        }
        Ok(())
    }
}
