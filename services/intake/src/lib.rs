//! Intake: the front door. Who may speak, what is taken, what is refused and why.
//!
//! ```text
//! POST /v1/events ─▶ key → source ─▶ rate, fair share ─▶ body within limits ─▶ item by item: read, check, mask
//!                                                                                 ├▶ mj.log      durable, then answered
//!                                                                                 └▶ mj.rejects  with the reason
//! a source's own topic ─▶ source ─▶ record by record: read, check, mask ─▶ the same, then the offset is committed
//! ```
//!
//! | request | by | does |
//! |---|---|---|
//! | `POST /v1/events` | a source's key | takes CloudEvents: structured, batch, binary, NDJSON; answers item by item |
//! | `POST /v1/sources` | administrator | registers or changes a source (`Source` as JSON); a new one gets its key, once; not one that the definitions declare |
//! | `GET /v1/sources` | administrator | lists sources and how many keys each has |
//! | `POST /v1/sources/{id}/keys` | administrator | a fresh key; all earlier ones of this source end at once, or with `keep_hours` the newest of them a while later |
//! | `GET /v1/sources/{id}/keys` | administrator | its keys: made, ending and last used when, and what was done with them |
//! | `DELETE /v1/sources/{id}/keys/{key}` | administrator | ends one key at once |
//! | `POST /v1/definitions` | administrator | installs a folder of definitions `{"files":[{"name","text"}],"who","why"}` while nothing was published by review, or tells every problem with file and line |
//! | `POST /v1/query-codes` | a source's key | the codes 查询码 of its cases `{"case_nos":[…]}`, to be printed on acceptance slips |
//!
//! # Rules it keeps
//!
//! - **Answered means durable.** 2xx is sent when every accepted record has been fsynced (or acknowledged by all
//!   replicas). After any other answer the whole request may be sent again.
//! - **Idempotent by `source` + `id`.** An event that is sent again is appended again, and the engine recognises it;
//!   intake keeps no memory of ids. Only the very same event twice in one request is appended once (`duplicate-ok`).
//! - **Items stand alone.** The bad ones are refused with field, reason and remedy; the good ones are taken. 200: all
//!   taken, 207: some, 4xx: none. What concerns a whole request stands under `error`.
//! - **Order where it matters.** "Complete until" (`cn.mingjing.source.complete_until.v1`) goes to every partition after
//!   the events before it in the request are durable. After a refused item it is refused: the source is not complete then.
//!   Both hold in a topic too, over all of its records; see `topics`.
//! - **One source a key.** Keys lie salted and hashed in the table; they are shown once.
//! - **No one starves.** Each source has a rate, a few requests and a share of the memory at a time; waiting is first
//!   come, first served.
//! - **The platform's own events are its own.** Ids that begin with `mingjing-` are refused (`reserved_id`): what it records in a case,
//!   like a complaint at a window, is neither forged nor replaced by a source.
//! - **Secret items stay out** (涉密, domain study 11.3): refused, the body kept nowhere, an alarm raised.
//! - **Personal data stays away**: parties are hashes; identity and mobile numbers in free text are masked before the
//!   append.
//! - **Nothing is dropped uncounted.** A refused item lies in `mj.rejects`. Requests that were never read as items (no
//!   valid key, too fast, cut off) are counted in the metrics only: their sender has all of it, and an anonymous flood
//!   must not fill the disk.
//!
//! # Who is the administrator
//!
//! Whoever holds the configured key. Without one, requests from this machine itself: a loopback peer that asked for a
//! loopback host and came through no proxy that says so. Behind a proxy on the same machine, configure a key.
//!
//! # What is deliberately absent
//!
//! Judging, and any memory of events. TLS ends before us.

mod access;
mod admin;
mod admission;
mod answer;
mod append;
mod body;
mod bucket;
mod check;
mod config;
mod error;
mod events;
mod excerpt;
mod failpoint;
mod intake;
mod keys;
mod metrics;
mod numbers;
mod publish;
mod query_codes;
mod secrecy;
mod sort;
mod sources;
mod take;
mod topics;
mod topics_status;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{delete, get, post};
use mingjing_domain::Timestamp;

pub use access::is_administrator;
pub use body::drained;
pub use config::{AdminKey, BadConfig, Config};
pub use intake::{Intake, Parts, StartError};
pub use publish::{Folder, PublishError, Published, Publisher};
pub use sources::{Declared, Done, Former, Given, KeyShown, Rotation, SourceError, Sources, What};
pub use topics::{ReadingEnded, read_topics};

/// What time it is, in the platform's sense: the demo runs faster than the wall clock.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The routes. Serve them with `into_make_service_with_connect_info::<SocketAddr>()`: without a peer address and without
/// an administrator's key nobody is the administrator.
pub fn router(intake: Arc<Intake>) -> Router {
    Router::new()
        .route("/v1/events", post(events::post))
        .route(
            "/v1/sources",
            get(admin::list_sources).post(admin::declare_source),
        )
        .route(
            "/v1/sources/{id}/keys",
            get(admin::list_keys).post(admin::rotate_key),
        )
        .route("/v1/sources/{id}/keys/{key}", delete(admin::revoke_key))
        .route("/v1/definitions", post(admin::publish_definitions))
        .route("/v1/query-codes", post(query_codes::post))
        .layer(from_fn(body::drained))
        .with_state(intake)
}
