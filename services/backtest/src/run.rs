//! One run over a span: cases in one stream, judged by several threads.

use std::sync::Arc;

use mingjing_domain::definitions::DefinitionSet;
use mingjing_engine::Rules;
use mingjing_store::Store;

use crate::judge::{Judges, Verdicts};
use crate::span::{CaseOfPast, CasesOfPast, Counts, Window};
use crate::{Error, Report};

/// Batches that may wait for a thread.
const WAITING: usize = 2;

/// A draft beside what is in force over the past: both are judged, and what differs is told.
pub struct Comparison {
    /// Which cases; they are judged as of its end.
    pub window: Window,
    /// What is in force.
    pub in_force: Arc<DefinitionSet>,
    /// The same with the draft in it, as if it were.
    pub with_draft: Arc<DefinitionSet>,
    /// More events than this are not judged.
    pub events_max: u64,
    /// Examples of each kind of difference at each control point.
    pub examples: usize,
    /// Whether examples carry the whole alerts, with what they stand on.
    pub records: bool,
    /// Threads that judge.
    pub threads: usize,
}

/// Judges by a draft and by what is in force. `told` how many events there are at most, and how much was handed out.
///
/// # Errors
/// [`Error`]; [`Error::TooLarge`] where the window holds more than may be judged.
pub async fn compare(
    store: &Store,
    of: &Comparison,
    told: &(dyn Fn(u64, Counts) + Send + Sync),
) -> Result<Report, Error> {
    let events = store.count_past_events(&of.window.asked()).await?;
    if events > of.events_max {
        let most = of.events_max;
        return Err(Error::TooLarge { events, most });
    }
    told(events, Counts::default());
    let judges = Arc::new(Judges {
        draft: compiled(&of.with_draft).await?,
        against: Some(compiled(&of.in_force).await?),
        sources: store.declared_sources().await?,
        judged_at: of.window.span.to,
        examples: of.examples,
        records: of.records,
    });
    let told = |counts| told(events, counts);
    backtest(store, &of.window, judges, of.threads, &told).await
}

async fn compiled(set: &Arc<DefinitionSet>) -> Result<Arc<Rules>, Error> {
    let set = set.clone();
    let compiled = tokio::task::spawn_blocking(move || Rules::compile(&set)).await?;
    compiled.map(Arc::new).map_err(Error::Definitions)
}

/// Hands the cases of a window to threads that judge them, tells how many it handed out, and adds up what they say. Dropped on the way, the
/// threads end with the few batches that they have.
///
/// # Errors
/// [`Error::Store`], [`Error::Died`].
pub async fn backtest(
    store: &Store,
    window: &Window,
    judges: Arc<Judges>,
    threads: usize,
    told: &(dyn Fn(Counts) + Send + Sync),
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
    let mut cases = CasesOfPast::open(store, window, judges.against.is_none())?;
    let mut turn = 0;
    while let Some(batch) = cases.next_batch().await? {
        turn += 1;
        if inboxes[turn % threads].send(batch).await.is_err() {
            // It has ended over an error, which it tells below.
            break;
        }
        told(cases.counts());
    }
    drop(inboxes);
    let mut all = Verdicts::default();
    for worker in workers {
        all.add(worker.await??, judges.examples);
    }
    Ok(Report::new(window.span, &judges, all, cases.counts()))
}
