//! The parts of the platform as this process runs them: all of them in `mingjing up`, one of them in a role of a cluster.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use futures::future::{BoxFuture, join_all};
use mingjing_api::{Check, Operations, Readiness};
use mingjing_domain::Timestamp;
use mingjing_domain::life::Days;
use mingjing_intake::Intake;
use mingjing_store::Store;
use mingjing_supervise::{Clock, Ports, Status};
use prometheus::Registry;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};

use crate::archive_group::{self, ShareSize};
use crate::assets::ASSETS;
use crate::backtests;
use crate::folders::{Active, Folders};
use crate::log_port::OpenLog;
use crate::notifications;
use crate::provider_http::OverHttp;
use crate::settings::Settings;
use crate::snapshots;
use crate::source_keys;

/// How long running requests and tasks may take to end.
const GRACE: Duration = Duration::from_secs(10);
/// How many ticks may be missing before a partition stands still, however short the time that is set for it.
const TICKS_MISSING: u32 = 3;

/// A process's parts, as they are begun.
pub struct Platform {
    pub settings: Settings,
    pub log: OpenLog,
    pub registry: Registry,
    pub clock: Arc<dyn Clock>,
    tasks: JoinSet<(&'static str, anyhow::Result<()>)>,
    stop: watch::Sender<bool>,
}

impl Platform {
    pub fn new(
        settings: Settings,
        log: OpenLog,
        registry: Registry,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            settings,
            log,
            registry,
            clock,
            tasks: JoinSet::new(),
            stop: watch::Sender::new(false),
        }
    }

    fn now(&self) -> Arc<dyn Fn() -> Timestamp + Send + Sync> {
        let clock = self.clock.clone();
        Arc::new(move || clock.now())
    }

    /// Becomes true when the parts are to end.
    pub fn stopping(&self) -> watch::Receiver<bool> {
        self.stop.subscribe()
    }

    /// Runs work beside the parts; its end is the platform's, but for the demo's.
    pub fn spawn(
        &mut self,
        name: &'static str,
        work: impl Future<Output = anyhow::Result<()>> + Send + 'static,
    ) {
        self.tasks.spawn(async move { (name, work.await) });
    }

    pub fn supervise(&mut self) -> anyhow::Result<Arc<dyn Readiness>> {
        let settings = &self.settings;
        let config = mingjing_supervise::Config {
            tick_every: settings.tick_every,
            snapshot_every: settings.snapshot_every,
            snapshot_records: settings.snapshot_records,
            append_records: settings.append_records as usize,
            stall_after: self.stall_after(),
            ..mingjing_supervise::Config::default()
        };
        let ports = Ports {
            log: self.log.log.clone(),
            table: self.log.table.clone(),
            snapshots: snapshots::open(settings)?,
            clock: self.clock.clone(),
        };
        let metrics = Arc::new(mingjing_supervise::Metrics::new(&self.registry)?);
        let status = Status::new();
        let work = mingjing_supervise::run(
            ports,
            config,
            metrics,
            status.clone(),
            self.log.membership("supervise")?,
            self.stopping(),
        );
        self.spawn(
            "supervise",
            async move { work.await.context("supervision") },
        );
        Ok(Arc::new(Partitions(status)))
    }

    /// Periodic inspections by the calendar, and the routes by which they are run by hand.
    pub fn inspect(&mut self, store: &Store) -> anyhow::Result<axum::Router> {
        let parts = mingjing_inspect::Parts {
            log: self.log.log.clone(),
            table: self.log.table.clone(),
            store: store.clone(),
            definitions: Arc::new(crate::inspections::InForce(self.log.clone())),
            now: self.now(),
            metrics: Arc::new(mingjing_inspect::Metrics::new(&self.registry)?),
        };
        let config = mingjing_inspect::Config {
            every: self.settings.inspect_every,
            ..mingjing_inspect::Config::default()
        };
        let inspector = Arc::new(mingjing_inspect::Inspector::new(parts, config));
        let work = mingjing_inspect::run(inspector.clone(), self.stopping());
        self.spawn("inspect", async move {
            work.await;
            Ok(())
        });
        self.shadows(store)?;
        let admin_key = self.settings.admin_key.as_ref();
        Ok(crate::inspections::router(
            inspector,
            store.clone(),
            admin_key.map(|key| mingjing_intake::AdminKey::new(&key.0)),
            self.now(),
        ))
    }

    /// Drafts judged by beside what is in force.
    fn shadows(&mut self, store: &Store) -> anyhow::Result<()> {
        let definitions = Arc::new(mingjing_api::Definitions::new(self.log.table.clone()));
        let parts = mingjing_backtest::Parts {
            log: self.log.log.clone(),
            store: store.clone(),
            drafts: Arc::new(crate::shadows::OfLives(Arc::new(self.lives(definitions)))),
            now: self.now(),
            metrics: Arc::new(mingjing_backtest::Metrics::new(&self.registry)?),
        };
        let config = mingjing_backtest::Config {
            look_every: self.settings.inspect_every,
            every: self.settings.shadow_every,
            events_max: self.settings.shadow_events_max,
            threads: self.settings.shadow_threads as usize,
            ..mingjing_backtest::Config::default()
        };
        let shadows = Arc::new(mingjing_backtest::Shadows::new(parts, config));
        let work = mingjing_backtest::run_shadows(shadows, self.stopping());
        self.spawn("shadows", async move {
            work.await;
            Ok(())
        });
        Ok(())
    }

    fn lives(&self, definitions: Arc<mingjing_api::Definitions>) -> mingjing_api::Lives {
        mingjing_api::Lives::new(
            self.log.table.clone(),
            definitions,
            Arc::new(Active(self.log.clone())),
            Days {
                review: self.settings.review_days,
                approval: self.settings.approval_days,
            },
        )
    }

    /// Who may sign in. Sessions run by the machine's clock, also where the platform's is a demo's.
    fn people(
        &self,
        store: Store,
        metrics: &mingjing_api::Metrics,
    ) -> anyhow::Result<mingjing_api::People> {
        let settings = &self.settings;
        let config = mingjing_api::PeopleConfig {
            required: settings.accounts_required,
            session_idle: settings.session_idle,
            session_most: settings.session_most,
            origin: settings.origin.clone(),
            proxies: settings.proxies.clone(),
            zone: settings.time_zone,
            audit_keep_days: settings.audit_keep_days,
            password_days: settings.password_days,
        };
        let clock = Arc::new(|| mingjing_supervise::System.now());
        let made = mingjing_api::People::new(self.log.table.clone(), store, config, clock, metrics);
        let (people, recording) = made
            .map_err(|error| anyhow::anyhow!(error))
            .context("cannot hash passwords")?;
        tokio::spawn(recording);
        let Some(oidc) = &settings.oidc else {
            return Ok(people);
        };
        let config = mingjing_api::OidcConfig {
            issuer: oidc.issuer.clone(),
            client_id: oidc.client_id.clone(),
            client_secret: oidc.client_secret.0.clone(),
            name: oidc.name.clone(),
            scopes: oidc.scopes.clone(),
            claim: oidc.claim.clone(),
            matched: oidc.matched,
            body_claim: oidc.body_claim.clone(),
            clock_skew: oidc.clock_skew,
            origin: settings.origin.clone().unwrap_or_default(),
        };
        let http = Arc::new(OverHttp::new()?);
        Ok(people.with_provider(mingjing_api::Oidc::new(config, http)))
    }

    /// What the public is told. Lock-outs run by the machine's clock, as sessions do.
    fn portal(&self) -> anyhow::Result<mingjing_api::Portal> {
        let config = mingjing_api::PortalConfig {
            listed: self.settings.portal_items,
            query_keys: self.settings.query_keys.clone(),
            ratings_of_device: self.settings.ratings_of_device,
        };
        let clock = Arc::new(|| mingjing_supervise::System.now());
        mingjing_api::Portal::new(self.log.table.clone(), config, clock)
            .map_err(|error| anyhow::anyhow!(error))
            .context("cannot draw random numbers")
    }

    /// What papers are made with.
    fn papers(&self) -> anyhow::Result<mingjing_api::Papers> {
        let papers = &self.settings.papers;
        let files = crate::paper_fonts::files(&papers.fonts)?;
        let open = move || crate::paper_fonts::open(&files);
        Ok(mingjing_api::Papers::new(papers.site.clone(), open))
    }

    fn stall_after(&self) -> Duration {
        let settings = &self.settings;
        settings
            .stall_after
            .max(settings.tick_every * TICKS_MISSING)
    }

    pub fn archive(&mut self, store: &Store) -> anyhow::Result<Arc<dyn Readiness>> {
        let metrics = Arc::new(mingjing_archive::Metrics::new(&self.registry)?);
        let share_size = ShareSize::new(None);
        let readiness = Archive(metrics.clone(), share_size.subscribe());
        let parts = archive_group::Parts {
            log: self.log.log.clone(),
            store: store.clone(),
            metrics,
            clock: self.now(),
            heads: mingjing_archive::Heads {
                table: self.log.table.clone(),
                zone: self.settings.time_zone,
            },
            stall_after: self.stall_after(),
        };
        let membership = self.log.membership("archive")?;
        let work = archive_group::run(parts, share_size, membership, self.stopping());
        self.spawn("archive", async move { work.await.context("archiving") });
        Ok(Arc::new(readiness))
    }

    /// Tells people and programs what becomes of alerts; none where the site names nobody.
    pub fn notify(&mut self) -> anyhow::Result<Option<Arc<dyn Readiness>>> {
        let (table, now) = (self.log.table.clone(), self.now());
        let told = |config: Option<Arc<mingjing_notify::Config>>| async move {
            // Only the console misses it.
            let told = mingjing_notify::tell(&*table, config.as_deref(), now()).await;
            if let Err(error) = told {
                tracing::warn!(%error, "how notifications are configured could not be written down");
            }
        };
        let Some(path) = &self.settings.notify_config else {
            tokio::spawn(told(None));
            return Ok(None);
        };
        let config = Arc::new(notifications::read(path)?);
        tokio::spawn(told(Some(config.clone())));
        let metrics = Arc::new(mingjing_notify::Metrics::new(&self.registry)?);
        let parts = mingjing_notify::Parts {
            log: self.log.log.clone(),
            table: self.log.table.clone(),
            site: Arc::new(notifications::OfTables::new(self.log.clone())),
            config,
            metrics: metrics.clone(),
            clock: self.now(),
        };
        let work = mingjing_notify::run(parts, self.log.membership("notify")?, self.stopping());
        self.spawn("notify", async move { work.await.context("notifying") });
        Ok(Some(Arc::new(Notifying(metrics))))
    }

    /// The routes of the keys of sources.
    fn source_keys(&self) -> axum::Router {
        let (log, settings) = (&self.log, &self.settings);
        let folders = Folders::new(log.clone(), settings.installing, settings.time_zone);
        let sources =
            mingjing_intake::Sources::new(log.table.clone(), log.log.clone(), Arc::new(folders));
        let admin_key = settings.admin_key.as_ref();
        source_keys::router(
            sources,
            admin_key.map(|key| mingjing_intake::AdminKey::new(&key.0)),
            self.now(),
        )
    }

    /// The routes by which it is seen how notifications stand, and to messages that could not be delivered.
    pub fn dead_letters(&self) -> axum::Router {
        let admin_key = self.settings.admin_key.as_ref();
        notifications::router(
            self.log.table.clone(),
            admin_key.map(|key| mingjing_intake::AdminKey::new(&key.0)),
            self.now(),
        )
    }

    /// The front door; where the log lies in a cluster, it also reads the departments' own topics there.
    pub fn intake(&mut self) -> anyhow::Result<Arc<Intake>> {
        let (topics, inbox) = self.log.topics()?.unzip();
        let settings = &self.settings;
        let config = mingjing_intake::Config {
            admin_key: settings
                .admin_key
                .as_ref()
                .map(|k| mingjing_intake::AdminKey::new(&k.0)),
            body_bytes_max: settings.body_mib_max as usize * 1024 * 1024,
            events_per_second: settings.events_per_second,
            query_keys: settings.query_keys.clone(),
            ..mingjing_intake::Config::default()
        };
        let parts = mingjing_intake::Parts {
            log: self.log.log.clone(),
            table: self.log.table.clone(),
            publisher: Arc::new(Folders::new(
                self.log.clone(),
                self.settings.installing,
                self.settings.time_zone,
            )),
            clock: self.now(),
            topics,
        };
        let intake = Intake::new(parts, config, &self.registry)?;
        if let Some(inbox) = inbox {
            let work = mingjing_intake::read_topics(intake.clone(), inbox, self.stopping());
            self.spawn(
                "intake",
                async move { work.await.context("reading topics") },
            );
        }
        Ok(intake)
    }

    /// The console's API, and what administrators look after at the console.
    pub fn api(
        &self,
        store: &Store,
        readiness: Arc<dyn Readiness>,
        watermark: Option<&'static str>,
    ) -> anyhow::Result<axum::Router> {
        let metrics = Arc::new(mingjing_api::Metrics::new(&self.registry)?);
        let (hub, feeding) = mingjing_api::follow(self.log.log.clone(), metrics.clone(), 4096);
        let (names, naming) = mingjing_api::names(self.log.table.clone());
        let (samples, carrying) =
            mingjing_api::carry_samples(self.log.table.clone(), store.clone());
        // They follow for as long as the process lives and are cut at its end.
        tokio::spawn(feeding);
        tokio::spawn(naming);
        tokio::spawn(carrying);
        let definitions = Arc::new(mingjing_api::Definitions::new(self.log.table.clone()));
        let lives = Arc::new(self.lives(definitions.clone()).told_to(metrics.clone()));
        tokio::spawn(mingjing_api::settle(lives.clone(), self.now()));
        let people = self.people(store.clone(), &metrics)?;
        let beside = self.source_keys().merge(self.dead_letters());
        let state = mingjing_api::State {
            store: store.clone(),
            hub,
            log: self.log.log.clone(),
            names,
            verifier: Arc::new(crate::log_verifier::InProcess::new(
                self.log.clone(),
                store.clone(),
                self.now(),
            )),
            signer: crate::evidence_key::open(&self.settings)?,
            definitions,
            lives,
            backtests: Arc::new(backtests::of(&self.settings, store)),
            people: Arc::new(people),
            portal: Arc::new(self.portal()?),
            papers: Arc::new(self.papers()?),
            foresight: Arc::default(),
            samples,
            min_base: self.settings.min_base,
            operator_key: self
                .settings
                .admin_key
                .as_ref()
                .map(|key| mingjing_api::OperatorKey::new(&key.0)),
            metrics,
            registry: self.registry.clone(),
            readiness,
            now: self.now(),
            partitions: self.log.log.partitions(),
            zone: self.settings.time_zone,
            watermark,
            assets: ASSETS,
        };
        if !self.settings.plans.is_empty() {
            let plans = self.settings.plans.clone();
            // It is cut at the process's end, as safe as a kill.
            tokio::spawn(mingjing_api::draft_by_plan(state.clone(), plans));
        }
        Ok(mingjing_api::router(state, beside))
    }

    /// What operators ask of a process that serves nothing else.
    pub fn operations(&self, readiness: Arc<dyn Readiness>, store: Option<Store>) -> axum::Router {
        mingjing_api::operations(Operations {
            registry: self.registry.clone(),
            readiness,
            store,
        })
    }

    /// Serves HTTP until stopped.
    pub fn serve(&mut self, listener: TcpListener, router: axum::Router) {
        let (mut closing, stopped) = (self.stopping(), self.stopping());
        let origin = self.settings.origin.as_deref();
        let tls = origin.is_some_and(|origin| origin.starts_with("https://"));
        let router = mingjing_api::protected(router, tls);
        let router = router.layer(axum::middleware::from_fn(mingjing_intake::drained));
        self.spawn("http", async move {
            let service = router.into_make_service_with_connect_info::<SocketAddr>();
            let server = axum::serve(listener, service).with_graceful_shutdown(async move {
                let _ = closing.wait_for(|s| *s).await;
            });
            // Live readers never end by themselves: what has not ended within the grace is cut.
            let served = tokio::select! {
                served = server => served,
                () = grace(stopped) => Ok(()),
            };
            served.context("serving HTTP")
        });
    }

    /// Runs until a signal stops it or a part ends, and ends the parts; intake first, so that what it took is written.
    pub async fn run(mut self, intake: Option<Arc<Intake>>) -> anyhow::Result<()> {
        let ended = until_stopped(&mut self.tasks).await;
        tracing::info!("stopping");
        if let Some(intake) = intake {
            intake.stop().await;
        }
        let _ = self.stop.send(true);
        let drained = tokio::time::timeout(GRACE * 2, async {
            while let Some(task) = self.tasks.join_next().await {
                report(task);
            }
        });
        if drained.await.is_err() {
            tracing::warn!(
                "some tasks did not end in time and were cut off; nothing acknowledged is lost"
            );
            self.tasks.abort_all();
        }
        ended
    }
}

/// Waits for a signal, or for a task to end that should not.
async fn until_stopped(
    tasks: &mut JoinSet<(&'static str, anyhow::Result<()>)>,
) -> anyhow::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt()).context("watch for SIGINT")?;
    let mut terminate = signal(SignalKind::terminate()).context("watch for SIGTERM")?;
    loop {
        tokio::select! {
            _ = interrupt.recv() => return Ok(()),
            _ = terminate.recv() => return Ok(()),
            Some(task) = tasks.join_next() => match task {
                // The demo's end is not the platform's.
                Ok(("demo", Ok(()))) => {}
                Ok((name, done)) => {
                    return done.and_then(|()| anyhow::bail!("it ended")).with_context(|| format!("{name} stopped"));
                }
                Err(error) => return Err(error).context("a part of the platform panicked"),
            },
        }
    }
}

fn report(task: Result<(&'static str, anyhow::Result<()>), JoinError>) {
    match task {
        Ok((_, Ok(()))) => {}
        Ok((name, Err(error))) => {
            tracing::error!(task = name, error = format!("{error:#}"), "ended badly")
        }
        Err(error) => tracing::error!(%error, "a task was lost"),
    }
}

/// Some time after stopping began.
async fn grace(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|s| *s).await;
    tokio::time::sleep(GRACE).await;
}

/// Everything that the parts of a process check.
pub struct AllOf(pub Vec<Arc<dyn Readiness>>);

impl Readiness for AllOf {
    fn checks(&self) -> BoxFuture<'_, Vec<Check>> {
        Box::pin(async {
            let all = join_all(self.0.iter().map(|part| part.checks())).await;
            all.concat()
        })
    }
}

/// What a process says that has no partition: it is ready to take some over.
const STANDS_BY: &str =
    "no partition is this process's: there are more processes than partitions, it stands by";

/// How the reading of the departments' topics goes.
pub struct DeliveredTopics(pub Arc<Intake>);

impl Readiness for DeliveredTopics {
    fn checks(&self) -> BoxFuture<'_, Vec<Check>> {
        Box::pin(async {
            let check = self.0.topics_check();
            let check = check.map(|(ready, detail)| Check {
                name: "topics".into(),
                ready,
                detail,
            });
            check.into_iter().collect()
        })
    }
}

struct Notifying(Arc<mingjing_notify::Metrics>);

impl Readiness for Notifying {
    fn checks(&self) -> BoxFuture<'_, Vec<Check>> {
        Box::pin(async {
            let well = match self.0.works() {
                true => "every change of an alert is looked at as it comes",
                false => "another process notifies, or none yet: it stands by",
            };
            vec![check("notify", self.0.standing_still(), well)]
        })
    }
}

struct Partitions(Status);

impl Readiness for Partitions {
    fn checks(&self) -> BoxFuture<'_, Vec<Check>> {
        Box::pin(async {
            let well = match self.0.stands_by() {
                true => STANDS_BY,
                false => "every partition follows its log",
            };
            vec![check("supervision", self.0.unready(), well)]
        })
    }
}

struct Archive(
    Arc<mingjing_archive::Metrics>,
    watch::Receiver<Option<usize>>,
);

impl Readiness for Archive {
    fn checks(&self) -> BoxFuture<'_, Vec<Check>> {
        Box::pin(async {
            let (mut wrong, share) = (self.0.standing_still(), *self.1.borrow());
            if share.is_none() {
                wrong.push("no partitions are assigned to this process yet".to_owned());
            }
            let well = match share {
                Some(0) => STANDS_BY,
                _ => "nothing that waits stands still",
            };
            vec![check("archive", wrong, well)]
        })
    }
}

fn check(name: &str, wrong: Vec<String>, well: &str) -> Check {
    Check {
        name: name.into(),
        ready: wrong.is_empty(),
        detail: match wrong.is_empty() {
            true => well.into(),
            false => wrong.join("; "),
        },
    }
}
