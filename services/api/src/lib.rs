//! The console API: alerts, cases, counts, the live stream, health, metrics, and the first page.
//!
//! Reads ClickHouse (what was archived) and follows `mj.facts` (what happens now). What people do about alerts it puts into `mj.log`
//! and answers when the partition's owner has decided. It concludes nothing of its own: where
//! it explains a case, the engine itself reads the case's archived log once more. Definitions have their life here (`life`): drafts, reviews, publication; and so have
//! accounts (`people`), whose gate every request passes. An entry point parses and maps; the store holds the SQL.
//!
//! Instants are printed with the offset of the display zone (Asia/Shanghai by default).

mod alerts;
mod board;
mod body;
mod bulletins;
mod cases;
mod deciders;
mod definitions;
mod dispositions;
mod error;
mod events;
mod evidence;
mod explain;
mod foresight;
mod headers;
mod incidents;
mod ledger;
mod life;
mod lists;
mod live;
mod log_heads;
mod metrics;
mod names;
mod openapi;
mod operation;
mod operator;
mod papers;
mod people;
mod portal;
mod query;
mod query_code;
mod raising;
mod rules;
mod samples;
mod scores;
mod sources;
mod statistics;
mod view;
mod voices;

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use chrono_tz::Tz;
use mingjing_domain::Timestamp;
use mingjing_log::{Log, Table};
use mingjing_store::Store;
use mingjing_wire::evidence::Signer;
use prometheus::Registry;

pub use board::{Asset, Assets};
pub use body::bounded;
pub use bulletins::{PublishedBulletin, draft_by_plan, published_bulletins};
pub use definitions::{Definitions, DefinitionsError};
pub use error::ApiError;
pub use foresight::Foresight;
pub use headers::protected;
pub use life::{
    ActivateError, Activated, Activator, BacktestAsked, BacktestError, BacktestExample,
    BacktestFound, BacktestItem, BacktestLevelChange, BacktestPoint, BacktestProgress,
    BacktestStands, BacktestTally, Backtester, Backtests, InShadow, InstallError, Installer, Lives,
    ShadowSets, settle,
};
pub use live::Hub;
pub use log_heads::{LogVerifier, VerifierStanding};
pub use metrics::Metrics;
pub use names::Names;
pub use openapi::document as openapi_document;
pub use operation::{Check, Operations, Readiness};
pub use operator::{Operator, OperatorKey};
pub use papers::Papers;
pub use people::oidc::provider::{ProviderHttp, ProviderRequest, is_safe_address};
pub use people::oidc::{Matched, Oidc, OidcConfig};
pub use people::{Denied, People, PeopleConfig, let_in};
pub use portal::{Listed, Portal, PortalConfig};
pub use samples::{SamplesWritten, carry as carry_samples};

/// What the API needs.
#[derive(Clone)]
pub struct State {
    /// ClickHouse.
    pub store: Store,
    /// What happens now.
    pub hub: Arc<Hub>,
    /// Where commands go.
    pub log: Arc<dyn Log>,
    /// Names for codes, from the definitions in force.
    pub names: Arc<Names>,
    /// Definitions by their hash, for explaining.
    pub definitions: Arc<Definitions>,
    /// Drafts, and what becomes of them.
    pub lives: Arc<Lives>,
    /// Backtests of drafts.
    pub backtests: Arc<Backtests>,
    /// Accounts and sessions.
    pub people: Arc<People>,
    /// What the public is told.
    pub portal: Arc<Portal>,
    /// What papers are made with.
    pub papers: Arc<Papers>,
    /// How like cases went.
    pub foresight: Arc<Foresight>,
    /// Wakes up whoever carries what was found of samples, see [`carry_samples`].
    pub samples: SamplesWritten,
    /// The administrator's key; none: whoever comes from this machine, where accounts are off.
    pub operator_key: Option<OperatorKey>,
    /// Holds the log against its published heads.
    pub verifier: Arc<dyn LogVerifier>,
    /// Signs evidence.
    pub signer: Arc<Signer>,
    /// What the API itself counts.
    pub metrics: Arc<Metrics>,
    /// Everything that counts.
    pub registry: Registry,
    /// What must be well before traffic is taken.
    pub readiness: Arc<dyn Readiness>,
    /// What the clock says; the demo's is not the machine's.
    pub now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// How many partitions the log has.
    pub partitions: u16,
    /// The zone in which instants are printed.
    pub zone: Tz,
    /// 最小基数: rates of a smaller base are not shown.
    pub min_base: u32,
    /// Shown on every page, like 演示数据; none in earnest.
    pub watermark: Option<&'static str>,
    /// The console's files.
    pub assets: Assets,
}

/// Every route; those of `beside`, which other parts of the process serve and have [`bounded`], pass the same gate. Where accounts are
/// off it lets everybody pass, and they ask for the key themselves: see [`let_in`].
pub fn router(state: State, beside: Router) -> Router {
    let counted = from_fn_with_state(state.metrics.clone(), metrics::count);
    let gate = from_fn_with_state(state.clone(), people::gate::pass);
    let of_console = Router::new()
        .route("/api/v1/alerts", get(alerts::list).post(raising::raise))
        .route("/api/v1/alerts/export", get(alerts::export))
        .route("/api/v1/alerts/stream", get(live::stream))
        .route("/api/v1/alerts/{alert_id}", get(alerts::one))
        .route("/api/v1/alerts/{alert_id}/evidence", get(evidence::package))
        .route("/api/v1/alerts/{alert_id}/{act}", post(dispositions::act))
        .route("/api/v1/commands/{command_id}", get(dispositions::outcome))
        .route("/api/v1/evidence-key", get(evidence::key))
        .route("/api/v1/cases", get(cases::list))
        .route("/api/v1/cases/{source}/{case_no}", get(cases::one))
        .route(
            "/api/v1/cases/{source}/{case_no}/explain",
            get(explain::case),
        )
        .route(
            "/api/v1/cases/{source}/{case_no}/query-code",
            get(query_code::one),
        )
        .route("/api/v1/events/export", get(events::export))
        .route("/api/v1/sources", get(sources::list))
        .route("/api/v1/sources/{source}", get(sources::one))
        .route("/api/v1/rules/quality", get(rules::quality))
        .route("/api/v1/statistics/deciders", get(deciders::list))
        .route("/api/v1/counts", get(alerts::counts))
        .route("/api/v1/log/heads", get(log_heads::list))
        .route("/api/v1/log/verify", post(log_heads::verify))
        .route("/api/v1/platform", get(operation::platform))
        .route("/api/v1/openapi.json", get(openapi::serve))
        .merge(life::routes())
        .merge(lists::routes())
        .merge(people::routes())
        .merge(voices::routes())
        .merge(samples::routes())
        .merge(ledger::routes())
        .merge(incidents::routes())
        .merge(papers::routes())
        .merge(bulletins::routes())
        .merge(scores::routes())
        .merge(statistics::routes())
        .merge(foresight::routes());
    bounded(of_console)
        .merge(portal::routes())
        .merge(of_operators())
        .fallback(board::serve)
        .with_state::<()>(state)
        .merge(beside)
        .layer(gate)
        .layer(counted)
}

/// The routes of a process that serves operators only.
pub fn operations(operations: Operations) -> Router {
    of_operators().with_state(operations)
}

fn of_operators<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Operations: FromRef<S>,
{
    Router::new()
        .route("/healthz", get(operation::healthz))
        .route("/readyz", get(operation::readyz))
        .route("/metrics", get(operation::metrics))
}

/// Starts following the log for live readers; ends when `log` is dropped or `shutdown` says so.
pub fn follow(
    log: Arc<dyn Log>,
    metrics: Arc<Metrics>,
    capacity: usize,
) -> (Arc<Hub>, impl Future<Output = ()> + Send) {
    live::follow(log, metrics, capacity)
}

/// Names that follow the definitions table.
pub fn names(table: Arc<dyn Table>) -> (Arc<Names>, impl Future<Output = ()> + Send) {
    names::follow(table)
}
