//! The tasks of this process, one a partition: begun and ended as partitions come and go.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use mingjing_log::{Assignment, Membership, Partition};
use tokio::sync::watch;
use tokio::task::{self, JoinError, JoinSet};
use tokio::time::Instant;

use crate::definitions::RulesCache;
use crate::shelf::Shelf;
use crate::status::{State, Status};
use crate::task::Task;
use crate::{Config, Error, Metrics, Ports, chain, stopped, watchdog};

/// Supervises the partitions that `membership` gives it until `stop` turns true. What it gives away is drained first: judged
/// to the end of a batch and laid down in a snapshot, so that the next owner begins warm.
///
/// A partition whose log cannot be reached is tried again. One that stops with another error leaves the others running;
/// when all have ended and no others can come, the first error is answered.
///
/// # Errors
/// [`Error`].
pub async fn run(
    ports: Ports,
    config: Config,
    metrics: Arc<Metrics>,
    status: Status,
    mut membership: Box<dyn Membership>,
    stop: watch::Receiver<bool>,
) -> Result<(), Error> {
    let mut crew = Crew {
        rules: Arc::new(RulesCache::new(Arc::clone(&ports.table))),
        ports,
        config,
        metrics,
        status,
        tasks: JoinSet::new(),
        running: HashMap::new(),
        stops: BTreeMap::new(),
        retries: BTreeMap::new(),
        may_change: true,
        first: Ok(()),
    };
    let mut stopping = stop;
    let mut beside = watchdog::begin(&crew.ports, &crew.config, &crew.metrics, &crew.status);
    loop {
        if !crew.may_change && crew.tasks.is_empty() && crew.retries.is_empty() {
            return crew.first;
        }
        let retry_at = crew.retries.values().min().copied();
        tokio::select! {
            biased;
            () = stopped(&mut stopping) => {
                crew.drain(&BTreeSet::new()).await;
                return crew.first;
            }
            Some(ended) = crew.tasks.join_next_with_id() => crew.ended(ended),
            Some(Err(failure)) = beside.join_next() => std::panic::resume_unwind(failure.into_panic()),
            () = tokio::time::sleep_until(retry_at.unwrap_or_else(Instant::now)), if retry_at.is_some() => crew.retry(),
            changed = membership.changed(), if crew.may_change => match changed {
                Ok(Some(assignment)) => crew.follow(assignment).await,
                Ok(None) => crew.may_change = false,
                Err(error) => {
                    tracing::error!(error = chain(&error), "the group of supervisors cannot be reached: trying again");
                    tokio::time::sleep(crew.config.retry_after).await;
                }
            },
        }
    }
}

type Ended = Result<(task::Id, Result<(), Error>), JoinError>;

struct Crew {
    ports: Ports,
    config: Config,
    metrics: Arc<Metrics>,
    status: Status,
    rules: Arc<RulesCache>,
    tasks: JoinSet<Result<(), Error>>,
    /// By task: its partition.
    running: HashMap<task::Id, Partition>,
    /// What stops each running task.
    stops: BTreeMap<Partition, watch::Sender<bool>>,
    /// Partitions whose log failed, and when to try again.
    retries: BTreeMap<Partition, Instant>,
    /// Other assignments may come.
    may_change: bool,
    first: Result<(), Error>,
}

impl Crew {
    async fn follow(&mut self, assignment: Assignment) {
        let (partitions, settled) = (assignment.partitions.clone(), assignment.settled);
        tracing::info!(
            settled,
            log = %self.ports.log.id(),
            partitions = ?partitions.iter().map(|p| p.0).collect::<Vec<_>>(),
            "supervising"
        );
        self.drain(&partitions).await;
        assignment.drained();
        for (partition, _) in self.status.all() {
            if !partitions.contains(&partition) {
                self.metrics.forget(partition);
            }
        }
        self.status.assign(&partitions, settled);
        for partition in partitions {
            if !self.stops.contains_key(&partition) {
                self.begin(partition);
            }
        }
    }

    /// Ends the tasks of all partitions but these, and waits for them.
    async fn drain(&mut self, kept: &BTreeSet<Partition>) {
        self.retries.retain(|partition, _| kept.contains(partition));
        for (_, stop) in self.stops.iter().filter(|(p, _)| !kept.contains(p)) {
            let _ = stop.send(true);
        }
        while self.stops.keys().any(|partition| !kept.contains(partition)) {
            match self.tasks.join_next_with_id().await {
                Some(ended) => self.ended(ended),
                None => return,
            }
        }
    }

    fn begin(&mut self, partition: Partition) {
        self.retries.remove(&partition);
        if self.stops.contains_key(&partition) {
            return;
        }
        let shelf = Shelf {
            store: Arc::clone(&self.ports.snapshots),
            log_id: self.ports.log.id(),
            partition,
        };
        let task = Task {
            partition,
            ports: self.ports.clone(),
            shelf,
            rules: Arc::clone(&self.rules),
            config: self.config.clone(),
            metrics: Arc::clone(&self.metrics),
            status: self.status.clone(),
        };
        let (stop, stopping) = watch::channel(false);
        self.stops.insert(partition, stop);
        let handle = self.tasks.spawn(task.run(stopping));
        self.running.insert(handle.id(), partition);
    }

    fn retry(&mut self) {
        let now = Instant::now();
        let due: Vec<Partition> = self
            .retries
            .iter()
            .filter(|(_, at)| **at <= now)
            .map(|(partition, _)| *partition)
            .collect();
        for partition in due {
            self.retries.remove(&partition);
            self.begin(partition);
        }
    }

    fn ended(&mut self, ended: Ended) {
        let id = match &ended {
            Ok((id, _)) => *id,
            Err(failure) => failure.id(),
        };
        let Some(partition) = self.running.remove(&id) else {
            return;
        };
        let was_asked = self.stops.remove(&partition).is_some_and(|s| *s.borrow());
        let result = match ended {
            Ok((_, result)) => result,
            Err(failure) => Err(Error::Panicked {
                partition,
                message: failure.to_string(),
            }),
        };
        let error = result.as_ref().err().map(|error| chain(error));
        if let Some(error) = &error {
            tracing::error!(
                partition = partition.0,
                error,
                "supervision of a partition stopped"
            );
        }
        self.status.set(partition, State::Stopped { error });
        // Another process took it. If the group gives it to that one, it is about to tell us; if it does not, that one was
        // slow or is dead, and without us nobody would have it.
        let contested = matches!(result, Err(Error::Superseded { .. })) && self.may_change;
        match result {
            Err(error) if (error.passes() || contested) && !was_asked => {
                let at = Instant::now() + self.config.retry_after;
                self.retries.insert(partition, at);
            }
            Err(_) if contested => {}
            Err(_) if self.first.is_err() => {}
            result => self.first = result.and(std::mem::replace(&mut self.first, Ok(()))),
        }
    }
}
