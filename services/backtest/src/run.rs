//! One run over a span: cases in one stream, judged by several threads.

use std::sync::Arc;

use mingjing_store::{Horizon, Store};

use crate::judge::{Judges, Verdicts};
use crate::span::{CaseOfPast, CasesOfPast, Span};
use crate::{Error, Report};

/// Batches that may wait for a thread.
const WAITING: usize = 2;

/// Hands the cases of a span to threads that judge them, and adds up what they say. Without a horizon all counts that is known now.
///
/// # Errors
/// [`Error::Store`], [`Error::Died`].
pub async fn backtest(
    store: &Store,
    span: Span,
    horizon: Option<Horizon>,
    judges: Arc<Judges>,
    threads: usize,
) -> Result<Report, Error> {
    let threads = threads.max(1);
    let mut inboxes = Vec::new();
    let mut workers = Vec::new();
    for _ in 0..threads {
        let (inbox, mut batches) = tokio::sync::mpsc::channel::<Vec<CaseOfPast>>(WAITING);
        let judges = judges.clone();
        inboxes.push(inbox);
        workers.push(tokio::task::spawn_blocking(move || {
            let mut verdicts = Verdicts::default();
            while let Some(batch) = batches.blocking_recv() {
                judges.judge(&batch, &mut verdicts)?;
            }
            Ok::<_, Error>(verdicts)
        }));
    }
    let mut cases = CasesOfPast::open(store, span, horizon, judges.against.is_none())?;
    let mut turn = 0;
    while let Some(batch) = cases.next_batch().await? {
        turn += 1;
        if inboxes[turn % threads].send(batch).await.is_err() {
            // It has ended over an error, which it tells below.
            break;
        }
    }
    drop(inboxes);
    let mut all = Verdicts::default();
    for worker in workers {
        all.add(worker.await??, judges.examples);
    }
    Ok(Report::new(span, &judges, all, cases.counts()))
}
