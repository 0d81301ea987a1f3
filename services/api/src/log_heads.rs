//! 日志校验: the published heads of the log's hash chain, what they come to by day, and who held the log against them; and having the platform do so.
//!
//! The archive publishes them ([`mingjing_wire::chain`]); here they are read. Verifying is the binary's ([`LogVerifier`]), which has the archive's
//! reader: a log that one process holds can be read by no other while it runs.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{RawQuery, State as Here};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use futures::future::BoxFuture;
use mingjing_domain::Timestamp;
use mingjing_domain::life::Refusal;
use mingjing_log::Table;
use mingjing_wire::chain::{DayDigest, Head, Place, TABLE, Verification};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::operator::Operator;
use crate::people::gate::Caller;
use crate::{ApiError, State, query};

/// Days that are shown where nothing is said …
const DAYS: usize = 60;
/// … and at most.
const DAYS_MAX: usize = 400;
/// So many days back the public is told of.
const PUBLIC_DAYS: usize = 7;
/// Verifications that are shown.
const VERIFICATIONS: usize = 20;

/// Holds the log against its heads. The binary's matter.
pub trait LogVerifier: Send + Sync {
    /// Begins, as `by` asked; false: one is under way.
    fn begin(&self, by: String) -> BoxFuture<'_, bool>;
    /// How the one that is under way stands, or the last one that could not be carried out.
    fn standing(&self) -> Option<VerifierStanding>;
}

/// How a verification stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierStanding {
    /// Who asked for it.
    pub by: String,
    /// When it began.
    pub begun_at: Timestamp,
    /// Records read.
    pub read: u64,
    /// Of how many.
    pub total: u64,
    /// Why it ended without a result; none: it goes on.
    pub failed: Option<String>,
}

/// Everything of one log in the table.
#[derive(Default)]
struct Published {
    heads: BTreeMap<NaiveDate, Vec<Head>>,
    digests: BTreeMap<NaiveDate, DayDigest>,
    /// The newest last.
    verifications: Vec<Verification>,
}

impl Published {
    async fn read(table: &dyn Table, log_id: &str) -> Result<Self, ApiError> {
        let mut published = Self::default();
        let prefix = |of: &str| format!("{of}/{log_id}/");
        let (heads, days, verified) = (prefix("head"), prefix("day"), prefix("verified"));
        for (key, value) in table.scan(TABLE).await? {
            let key = String::from_utf8_lossy(&key);
            if key.starts_with(&heads) {
                let head: Head = decoded(&value)?;
                published.heads.entry(head.day).or_default().push(head);
            } else if key.starts_with(&days) {
                let digest: DayDigest = decoded(&value)?;
                published.digests.insert(digest.day, digest);
            } else if key.starts_with(&verified) {
                published.verifications.push(decoded(&value)?);
            }
        }
        Ok(published)
    }

    /// The last verification that a day was part of, or that found it otherwise.
    fn verified(&self, day: NaiveDate) -> Option<&Verification> {
        let mut newest = self.verifications.iter().rev();
        newest.find(|verification| verification.days.contains(&day))
    }
}

fn decoded<T: DeserializeOwned>(value: &[u8]) -> Result<T, ApiError> {
    serde_json::from_slice(value).map_err(|error| ApiError::Failed(Box::new(error)))
}

/// `GET /api/v1/log/heads?days=`: by day, newest first: the digest, the heads it is made of, and whether somebody verified them.
pub(crate) async fn list(
    Here(state): Here<State>,
    RawQuery(asked): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let asked = query::pairs(asked.as_deref(), &["days"])?;
    let days = match asked.get("days").map(|text| text.parse::<usize>()) {
        None => DAYS,
        Some(Ok(days)) if (1..=DAYS_MAX).contains(&days) => days,
        Some(_) => {
            return Err(ApiError::bad(
                "days",
                format!("应为 1 至 {DAYS_MAX} 之间的整数"),
            ));
        }
    };
    let log_id = state.log.id().to_string();
    let published = Published::read(state.definitions.table(), &log_id).await?;
    let zone = state.zone;
    let shown: Vec<Value> = published
        .heads
        .iter()
        .rev()
        .take(days)
        .map(|(day, heads)| {
            let digest = published.digests.get(day);
            let verified = published.verified(*day);
            json!({
                "day": day,
                "digest": digest.map(|digest| digest.digest),
                "at": digest.map(|digest| digest.at.to_rfc3339(zone)),
                "events": digest.map(|digest| digest.events),
                "facts": digest.map(|digest| digest.facts),
                "missing": missing(heads, state.partitions),
                "verified": verified.map(|verification| json!({
                    "at": verification.at.to_rfc3339(zone),
                    "by": verification.by,
                    "intact": verification.differences.is_empty(),
                })),
                "heads": heads.iter().map(|head| json!({
                    "partition": head.partition,
                    "at": head.at.to_rfc3339(zone),
                    "events": place(&head.events),
                    "facts": place(&head.facts),
                })).collect::<Vec<_>>(),
            })
        })
        .collect();
    let verifications = published.verifications.iter().rev().take(VERIFICATIONS);
    let verifications: Vec<Value> = verifications
        .map(|verification| {
            json!({
                "at": verification.at.to_rfc3339(zone),
                "by": verification.by,
                "days": verification.days.len(),
                "from": verification.days.first(),
                "to": verification.days.last(),
                "records": verification.records,
                "differences": verification.differences,
            })
        })
        .collect();
    let running = state.verifier.standing().map(|standing| {
        json!({
            "by": standing.by,
            "begun_at": standing.begun_at.to_rfc3339(zone),
            "read": standing.read,
            "total": standing.total,
            "failed": standing.failed,
        })
    });
    Ok(Json(json!({
        "log_id": log_id,
        "partitions": state.partitions,
        "days": shown,
        "verifications": verifications,
        "running": running,
    })))
}

fn place(place: &Place) -> Value {
    json!({
        "offset": place.next_offset,
        "since": place.chain.since,
        "records": place.chain.records,
        "hash": place.chain.hash,
    })
}

/// The partitions of which a day has no head.
fn missing(heads: &[Head], partitions: u16) -> Vec<u16> {
    let is_there = |partition: &u16| heads.iter().any(|head| head.partition == *partition);
    (0..partitions)
        .filter(|partition| !is_there(partition))
        .collect()
}

/// `POST /api/v1/log/verify`: reads the whole log again; how it goes and what came of it stands in `GET /api/v1/log/heads`.
pub(crate) async fn verify(
    Here(state): Here<State>,
    _: Operator,
    caller: Caller,
) -> Result<Response, ApiError> {
    let by = match &caller {
        Caller::Person(person) => person.account.rights.person.clone(),
        Caller::Key | Caller::Anybody => "administrator".to_owned(),
    };
    match state.verifier.begin(by).await {
        true => Ok((StatusCode::ACCEPTED, Json(json!({ "begun": true }))).into_response()),
        false => Err(ApiError::Refused(vec![Refusal::new(
            "under_way",
            "",
            "日志校验正在进行",
            "请等它结束，结果在本页列出",
        )])),
    }
}

/// The newest day's digest, for everybody: the day and the hash, and nothing else. None where the last days have none.
pub(crate) async fn newest(state: &State, today: NaiveDate) -> Result<Option<Value>, ApiError> {
    let log_id = state.log.id().to_string();
    let mut day = today;
    for _ in 0..PUBLIC_DAYS {
        let Some(before) = day.pred_opt() else { break };
        day = before;
        let key = DayDigest::key(&log_id, day);
        if let Some(value) = state.definitions.table().get(TABLE, key.as_bytes()).await? {
            let digest: DayDigest = decoded(&value)?;
            return Ok(Some(json!({ "day": day, "digest": digest.digest })));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use mingjing_wire::chain::Chain;

    use super::*;

    #[test]
    fn partitions_without_a_head_are_named() {
        let head = |partition| {
            let place = Place {
                next_offset: 0,
                epoch: 0,
                chain: Chain::begin("log", "mj.log", partition, 0),
            };
            Head {
                log_id: "log".into(),
                day: NaiveDate::default(),
                partition,
                at: Timestamp::from_millis(0),
                events: place,
                facts: place,
            }
        };
        assert_eq!(missing(&[head(0), head(2)], 4), [1, 3]);
        assert_eq!(missing(&[head(1), head(0)], 2), [0_u16; 0]);
    }
}
