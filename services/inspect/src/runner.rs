//! The loop that inspects by the calendar, and inspections by hand.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use chrono::NaiveDate;
use chrono_tz::Asia::Shanghai;
use mingjing_domain::Timestamp;
use mingjing_domain::calendar::{WorkCalendar, built_in};
use mingjing_domain::catalogue;
use mingjing_domain::command::{Window, inspection_point};
use mingjing_domain::definitions::DefinitionSet;
use mingjing_domain::source::Source;
use mingjing_log::{Record, Topic};
use mingjing_wire::cloudevents::encode_command;
use mingjing_wire::facts::case_key;
use tokio::sync::watch;

use crate::agenda::{self, Progress, due};
use crate::error::{Error, chain};
use crate::gate::Ends;
use crate::list::{PLANS, Plan};
use crate::parts::{Config, Parts};
use crate::pass::{Known, Outcome, Said, inspect};
use crate::silence;
use crate::standing;
use crate::window::windows_between;

/// The table that keeps how far each inspection has come.
pub const TABLE: &str = "inspections";

/// Records in one append.
const APPEND_MAX: usize = 500;

/// How often the archive is asked whether it has caught up.
const ASK_EVERY: Duration = Duration::from_millis(200);

/// The rule about silent sources.
pub(crate) const SILENCE: &str = "Q7";

/// Inspects until stopped, and then ends at once: a question that is under way is dropped, which cancels it. What was found and not
/// said, or said and not written down, is found and said again, and counts once. What fails is counted, told and tried again at
/// the next look.
pub async fn run(inspector: Arc<Inspector>, mut stop: watch::Receiver<bool>) {
    let for_ever = async {
        loop {
            if let Err(error) = inspector.pass().await {
                tracing::warn!(error = chain(&error), "inspections wait");
            }
            tokio::time::sleep(inspector.config.every).await;
        }
    };
    tokio::select! {
        // Whoever could stop it is gone: as good as stopped.
        _ = stop.wait_for(|stop| *stop) => {}
        () = for_ever => {}
    }
}

/// Runs inspections.
pub struct Inspector {
    parts: Parts,
    config: Config,
}

struct Situation {
    set: DefinitionSet,
    calendar: WorkCalendar,
    sources: Vec<Source>,
    at: Timestamp,
}

impl Situation {
    fn known<'a>(&'a self, run_by: &'a str) -> Known<'a> {
        Known {
            set: &self.set,
            calendar: &self.calendar,
            sources: &self.sources,
            at: self.at,
            run_by,
        }
    }
}

impl Inspector {
    /// An inspector of these parts.
    pub fn new(parts: Parts, config: Config) -> Self {
        Self { parts, config }
    }

    /// Inspects everything that is due now.
    ///
    /// # Errors
    /// Where nothing could be inspected at all; one inspection that fails is counted and does not keep the others from running.
    pub async fn pass(&self) -> Result<(), Error> {
        let now = (self.parts.now)();
        let mut due_now = Vec::new();
        for plan in PLANS {
            let progress = self.progress(plan).await?;
            let mut windows = due(plan, &progress, now);
            if plan.curable && !windows.is_empty() {
                windows = self.with_uncured(plan, windows).await?;
            }
            if !windows.is_empty() {
                due_now.push((plan, progress, windows));
            }
        }
        let situation = self.situation().await?;
        self.silences(&situation).await;
        if due_now.is_empty() {
            return Ok(());
        }
        self.caught_up().await?;
        for (plan, progress, windows) in due_now {
            self.run_plan(plan, progress, windows, &situation).await?;
        }
        Ok(())
    }

    /// The windows of what stands and may be cured, however long ago they are, before those that are due.
    async fn with_uncured(&self, plan: &Plan, due: Vec<Window>) -> Result<Vec<Window>, Error> {
        let point = inspection_point(plan.inspection.rule());
        let standing = self.parts.store.standing_findings(&point, None).await?;
        let uncured = standing
            .iter()
            .filter_map(|alert| standing::finding(&alert.0))
            .map(|finding| finding.window);
        Ok(agenda::with_uncured(due, uncured))
    }

    async fn run_plan(
        &self,
        plan: &Plan,
        mut progress: Progress,
        windows: Vec<Window>,
        situation: &Situation,
    ) -> Result<(), Error> {
        let rule = plan.inspection.rule();
        for window in windows {
            let began = Instant::now();
            let outcome = inspect(
                plan,
                &window,
                &situation.known("mingjing"),
                &self.parts.store,
            )
            .await;
            let outcome = match outcome {
                Ok(outcome) => self.say(outcome).await,
                Err(error) => Err(error),
            };
            match outcome {
                Ok(outcome) => {
                    let found = outcome.findings.len();
                    self.parts
                        .metrics
                        .ran(rule, situation.at, began.elapsed(), found);
                    progress.through = progress.through.max(Some(window.until));
                    progress.last_run_at = Some(situation.at);
                    progress.findings = found;
                    (progress.failures, progress.error) = (0, None);
                }
                Err(error) => {
                    self.parts.metrics.failed(rule);
                    let (window, error) = (window.label, chain(&error));
                    tracing::warn!(rule, window, error, "an inspection failed");
                    progress.failures += 1;
                    progress.error = Some(error);
                    return self.keep(plan, &progress).await;
                }
            }
        }
        progress.again_on = Some(situation.at.local_date(Shanghai));
        self.keep(plan, &progress).await
    }

    /// Looks for silent sources; needs no finished window, for the present is what it looks at.
    async fn silences(&self, situation: &Situation) {
        let began = Instant::now();
        let looked = async {
            let rule = catalogue::rule(SILENCE).ok_or_else(|| Error::UnknownRule {
                rule: SILENCE.into(),
            })?;
            // What is said already has to be seen, or the archive's own delay would look like a silence.
            self.caught_up().await?;
            let heard = self.parts.store.last_said().await?;
            let standing = self
                .parts
                .store
                .standing_findings(&inspection_point(SILENCE), None)
                .await?;
            let standing: Vec<_> = standing.into_iter().map(|s| s.0).collect();
            let said = silence::look(rule, &heard, &standing, &situation.known("mingjing"));
            self.append(SILENCE, &said).await?;
            Ok::<usize, Error>(said.len())
        };
        match looked.await {
            Ok(said) => self
                .parts
                .metrics
                .ran(SILENCE, situation.at, began.elapsed(), said),
            Err(error) => {
                self.parts.metrics.failed(SILENCE);
                tracing::warn!(error = chain(&error), "looking for silent sources failed");
            }
        }
    }

    /// Inspects by hand every whole window between two days, both included, under a rule. A dry run says nothing to anybody.
    ///
    /// # Errors
    /// [`Error::UnknownRule`], [`Error::Window`], [`Error::NotOver`], [`Error::Behind`], and what the parts fail with.
    pub async fn by_hand(
        &self,
        rule: &str,
        (from, until): (NaiveDate, NaiveDate),
        dry_run: bool,
        run_by: &str,
    ) -> Result<Vec<Outcome>, Error> {
        let plans: Vec<&Plan> = PLANS
            .iter()
            .filter(|p| p.inspection.rule() == rule)
            .collect();
        if plans.is_empty() {
            return Err(Error::UnknownRule { rule: rule.into() });
        }
        self.caught_up().await?;
        let situation = self.situation().await?;
        let mut outcomes = Vec::new();
        let windows: Vec<_> = plans
            .into_iter()
            .map(|plan| (plan, windows_between(plan.every, from, until)))
            .collect();
        // One rule may look at days and at months: what holds no whole month is still looked at by the day.
        let none = windows.iter().all(|(_, windows)| windows.is_err());
        for (plan, windows) in windows {
            if windows.is_err() && !none {
                continue;
            }
            for window in windows? {
                if window.until > situation.at {
                    return Err(Error::NotOver {
                        label: window.label,
                    });
                }
                let outcome =
                    inspect(plan, &window, &situation.known(run_by), &self.parts.store).await?;
                outcomes.push(match dry_run {
                    true => outcome,
                    false => self.say(outcome).await?,
                });
            }
        }
        Ok(outcomes)
    }

    /// How far each inspection has come: rule, and what is kept of it as JSON.
    ///
    /// # Errors
    /// [`Error::Log`].
    pub async fn states(&self) -> Result<Vec<(&'static str, serde_json::Value)>, Error> {
        let mut states = Vec::new();
        for plan in PLANS {
            let progress = self.progress(plan).await?;
            let state = serde_json::to_value(&progress).unwrap_or_default();
            states.push((plan.inspection.rule(), state));
        }
        Ok(states)
    }

    async fn say(&self, outcome: Outcome) -> Result<Outcome, Error> {
        self.append(outcome.rule, &outcome.commands).await?;
        Ok(outcome)
    }

    async fn append(&self, rule: &str, said: &[Said]) -> Result<(), Error> {
        let log = &*self.parts.log;
        let mut by_partition: std::collections::BTreeMap<_, Vec<Record>> = Default::default();
        for Said { command } in said {
            let subject = &command.subject;
            let partition = subject.slot().partition(log.partitions()).0;
            let record = Record {
                key: case_key(&subject.source, &subject.key).into(),
                value: encode_command(command).into(),
            };
            by_partition.entry(partition).or_default().push(record);
        }
        for (partition, records) in by_partition {
            for records in records.chunks(APPEND_MAX) {
                let partition = mingjing_domain::ids::Partition(partition);
                let appended = log.append(Topic::Events, partition, records.to_vec()).await;
                appended.map_err(|source| Error::Log {
                    attempted: "writing what was found",
                    source,
                })?;
            }
        }
        for Said { command } in said {
            self.parts.metrics.said(rule, command.what.code());
        }
        Ok(())
    }

    /// Waits until the archive holds what the log holds now.
    async fn caught_up(&self) -> Result<(), Error> {
        let log = &*self.parts.log;
        let ends = Ends::now(log).await?;
        let deadline = Instant::now() + self.config.settle;
        loop {
            let missing = ends.missing(log, &self.parts.store).await?;
            self.parts.metrics.waits(missing.len());
            if missing.is_empty() {
                return Ok(());
            }
            if Instant::now() >= deadline {
                return Err(Error::Behind {
                    partitions: missing,
                });
            }
            tokio::time::sleep(ASK_EVERY).await;
        }
    }

    async fn situation(&self) -> Result<Situation, Error> {
        let set = self
            .parts
            .definitions
            .in_force()
            .await
            .map_err(Error::Definitions)?;
        let own = set
            .calendars
            .iter()
            .map(|d| &d.value)
            .find(|c| c.id == "cn");
        let calendar = match own.or_else(|| built_in("cn")) {
            Some(definition) => WorkCalendar::compile(definition, None).map_err(Error::Calendar)?,
            None => return Err(Error::Calendar(Vec::new())),
        };
        let mut sources = self.parts.store.declared_sources().await?;
        // Where the definitions declare a source, they are the one place that does.
        sources.retain(|source| set.sources.iter().all(|d| d.value.id != source.id));
        sources.extend(set.sources.iter().map(|d| d.value.clone()));
        Ok(Situation {
            at: (self.parts.now)(),
            set,
            calendar,
            sources,
        })
    }

    async fn progress(&self, plan: &Plan) -> Result<Progress, Error> {
        let kept = self.parts.table.get(TABLE, key(plan).as_bytes()).await;
        let kept = kept.map_err(|source| Error::Log {
            attempted: "reading how far an inspection has come",
            source,
        })?;
        // What cannot be read is begun anew: running twice is harmless.
        Ok(kept
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default())
    }

    async fn keep(&self, plan: &Plan, progress: &Progress) -> Result<(), Error> {
        let value = serde_json::to_vec(progress).unwrap_or_default();
        let key = Bytes::from(key(plan));
        let kept = self.parts.table.put(TABLE, key, Some(value.into())).await;
        kept.map_err(|source| Error::Log {
            attempted: "keeping how far an inspection has come",
            source,
        })
    }
}

fn key(plan: &Plan) -> String {
    format!("{}/{:?}", plan.inspection.rule(), plan.inspection)
}
