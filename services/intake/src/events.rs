//! `POST /v1/events`: receive, sort out, write, answer. The only place that writes events and refusals.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant as Stopwatch;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use mingjing_domain::Timestamp;
use mingjing_domain::ids::{Slot, derived_id};
use mingjing_domain::source::Source;
use mingjing_log::{Record, Topic};
use mingjing_wire::cloudevents::encode_complete_until;
use mingjing_wire::rejects::RejectRecord;
use mingjing_wire::{ReasonCode, Refusal};
use tokio::time::Instant;

use crate::access::Speaker;
use crate::admin::finished;
use crate::admission::Lane;
use crate::answer::{Answer, EventsError, Item, Outcome};
use crate::error::ApiError;
use crate::intake::Intake;
use crate::sort::{Incoming, Kept, Sorted, Step, Whole, sort};
use crate::{append, body, personal};

/// Bodies from this size on are sorted out on a thread of their own, so that they do not hold up others.
const LARGE_BYTES: usize = 64 * 1024;

/// Takes events from the source whose key came along.
pub(crate) async fn post(
    State(intake): State<Arc<Intake>>,
    Speaker(speaker): Speaker,
    request: Request,
) -> Result<Answer, EventsError> {
    let source = speaker.id.clone();
    receive(&intake, speaker, request).await.map_err(|refused| {
        let error = match refused {
            Refused::Counted(error) => error,
            Refused::TurnedAway(error) => {
                intake.metrics.turned_away(error.refusal.reason);
                error
            }
        };
        if error.refusal.reason == ReasonCode::RateLimited {
            intake.metrics.rate_limited(&source);
        }
        EventsError(error)
    })
}

/// Why a request was refused whole, and whether that lies in the rejects.
enum Refused {
    Counted(ApiError),
    TurnedAway(ApiError),
}

impl From<ApiError> for Refused {
    fn from(error: ApiError) -> Self {
        Refused::TurnedAway(error)
    }
}

async fn receive(
    intake: &Arc<Intake>,
    speaker: Source,
    request: Request,
) -> Result<Answer, Refused> {
    let working = intake.admission.begin()?;
    let lane = intake.admission.lane(&speaker.id);
    lane.ready(Instant::now())?;
    let (parts, body) = request.into_parts();
    let bytes_max = intake.config.body_bytes_max;
    let announced = body::announced(&parts.headers);
    if let Some(refusal) = refuse_head(&parts.headers, announced, bytes_max) {
        return Err(refuse_whole(intake, &lane, &speaker, refusal, None).await);
    }
    let mut room = intake
        .admission
        .enter(&lane, announced.unwrap_or(bytes_max))
        .await?;
    let body = match body::read(body, bytes_max, &intake.config).await {
        Ok(body) => body,
        Err(refusal) if refusal.reason == ReasonCode::TooLarge => {
            return Err(refuse_whole(intake, &lane, &speaker, refusal, None).await);
        }
        // It never came, so nothing was refused: the sender has it all.
        Err(refusal) => return Err(ApiError::from(refusal).into()),
    };
    room.shrink(body.len());
    intake.metrics.read(body.len());
    let received_at = (intake.clock)();
    let incoming = Incoming {
        headers: parts.headers,
        body,
        speaker,
        received_at,
    };
    let intake = Arc::clone(intake);
    // A client that goes away does not stop what was begun: half a request would be taken and never answered for.
    let task = tokio::spawn(async move {
        let _held = (working, room);
        Ok(take(&intake, &lane, incoming).await)
    });
    finished(task.await)?
}

fn refuse_head(headers: &HeaderMap, announced: Option<usize>, bytes_max: usize) -> Option<Refusal> {
    if let Some(encoding) = headers.get(header::CONTENT_ENCODING)
        && encoding.as_bytes() != b"identity"
    {
        let shown = String::from_utf8_lossy(encoding.as_bytes());
        let refusal = Refusal::bad_value(
            ReasonCode::UnsupportedContentType,
            "content-encoding",
            &shown,
        );
        return Some(refusal.help("send the body as it is, not compressed", "请勿压缩请求内容"));
    }
    announced
        .filter(|bytes| *bytes > bytes_max)
        .map(|bytes| body::too_large(Some(bytes), bytes_max))
}

async fn take(intake: &Arc<Intake>, lane: &Lane, incoming: Incoming) -> Result<Answer, Refused> {
    let (incoming, sorted) = sort_out(intake, incoming).await?;
    let Incoming {
        speaker,
        received_at,
        ..
    } = incoming;
    let mut sorted = match sorted {
        Ok(sorted) => sorted,
        Err(whole) => {
            let Whole { refusal, excerpt } = *whole;
            return Err(refuse_whole(intake, lane, &speaker, refusal, excerpt).await);
        }
    };
    lane.charge(sorted.items.len().max(1), Instant::now());
    intake.metrics.masked(sorted.masked);
    let completions = write(intake, &speaker, std::mem::take(&mut sorted.steps)).await?;
    name_unknown_sources(intake, &mut sorted).await?;
    let rejects = rejects(&speaker, received_at, &sorted);
    write_rejects(intake, &speaker, rejects).await?;
    count(intake, &speaker, &sorted, completions);
    Ok(Answer(sorted.items))
}

type SortedOut = Result<Sorted, Box<Whole>>;

async fn sort_out(
    intake: &Arc<Intake>,
    incoming: Incoming,
) -> Result<(Incoming, SortedOut), ApiError> {
    if incoming.body.len() < LARGE_BYTES {
        let sorted = sort(&incoming, &intake.config, intake.log.partitions());
        return Ok((incoming, sorted));
    }
    let intake = Arc::clone(intake);
    let task = tokio::task::spawn_blocking(move || {
        let sorted = sort(&incoming, &intake.config, intake.log.partitions());
        Ok((incoming, sorted))
    });
    finished(task.await)
}

/// Writes step by step: each is durable before the next begins. Answers how many completions there were.
async fn write(intake: &Intake, speaker: &Source, steps: Vec<Step>) -> Result<u64, ApiError> {
    let begun = Stopwatch::now();
    let mut completions = 0;
    let nothing = steps.is_empty();
    for step in steps {
        let written = match step {
            Step::Events(records) => append::records(&*intake.log, Topic::Events, records).await,
            Step::Complete(until) => {
                completions += 1;
                let key = Bytes::from(speaker.id.clone());
                let value = encode_complete_until(&speaker.id, until).into();
                append::everywhere(&*intake.log, key, value).await
            }
        };
        written.map_err(|error| ApiError::unavailable("appending events", &error))?;
    }
    if !nothing {
        intake.metrics.appended(begun.elapsed());
    }
    Ok(completions)
}

/// Tells a source that is not registered from one that is another's.
async fn name_unknown_sources(intake: &Intake, sorted: &mut Sorted) -> Result<(), ApiError> {
    let mut known: BTreeMap<Box<str>, bool> = BTreeMap::new();
    for item in &mut sorted.items {
        let Outcome::Refused(refusal) = &mut item.outcome else {
            continue;
        };
        let (ReasonCode::WrongSource, Some(source)) = (refusal.reason, &refusal.source) else {
            continue;
        };
        let registered = match known.get(source) {
            Some(registered) => *registered,
            None => {
                let registered = intake.sources.get(source).await?.is_some();
                known.insert(source.clone(), registered);
                registered
            }
        };
        if !registered {
            refusal.reason = ReasonCode::UnknownSource;
        }
    }
    Ok(())
}

fn rejects(speaker: &Source, at: Timestamp, sorted: &Sorted) -> Vec<RejectRecord> {
    let record = |kept: &Kept| match &sorted.items[kept.index].outcome {
        Outcome::Refused(refusal) => Some(reject(speaker, at, refusal, kept)),
        Outcome::Accepted | Outcome::DuplicateOk => None,
    };
    sorted.kept.iter().filter_map(record).collect()
}

fn reject(speaker: &Source, at: Timestamp, refusal: &Refusal, kept: &Kept) -> RejectRecord {
    let reason = refusal.reason.code();
    let event_id = refusal.event_id.as_deref();
    let (instant, index) = (at.millis().to_string(), kept.index.to_string());
    let parts = [
        "reject",
        &speaker.id,
        event_id.unwrap_or_default(),
        reason,
        &instant,
        &index,
        kept.excerpt.as_deref().unwrap_or_default(),
    ];
    let detail = refusal.message_zh();
    let detail = personal::mask(&detail).map_or(detail, |(masked, _)| masked);
    RejectRecord {
        id: derived_id(&parts),
        at,
        reason: reason.to_owned(),
        detail,
        source: Some(speaker.id.clone()),
        case_no: kept.case_no.clone(),
        event_id: event_id.map(str::to_owned),
        field: refusal.field.as_deref().map(str::to_owned),
        excerpt: kept.excerpt.clone(),
    }
}

async fn write_rejects(
    intake: &Intake,
    speaker: &Source,
    rejects: Vec<RejectRecord>,
) -> Result<(), ApiError> {
    let number = rejects.len();
    let partition = Slot::of(&speaker.id, "").partition(intake.log.partitions());
    let key = Bytes::from(speaker.id.clone());
    let record = |reject: &RejectRecord| {
        (
            partition,
            Record {
                key: key.clone(),
                value: reject.encode().into(),
            },
        )
    };
    let records = rejects.iter().map(record).collect();
    let written = append::records(&*intake.log, Topic::Rejects, records).await;
    written.map_err(|error| ApiError::unavailable("appending rejects", &error))?;
    intake.metrics.rejects_written(number);
    Ok(())
}

fn count(intake: &Intake, speaker: &Source, sorted: &Sorted, completions: u64) {
    let number = |outcome: &Outcome| {
        sorted
            .items
            .iter()
            .filter(|item| item.outcome == *outcome)
            .count() as u64
    };
    let (accepted, duplicates) = (number(&Outcome::Accepted), number(&Outcome::DuplicateOk));
    intake
        .metrics
        .taken(&speaker.id, accepted, duplicates, completions);
    for Item { outcome, .. } in &sorted.items {
        if let Outcome::Refused(refusal) = outcome {
            count_refused(intake, speaker, refusal.reason);
        }
    }
    let refused = sorted.kept.len();
    tracing::debug!(
        source = speaker.id,
        accepted,
        duplicates,
        refused,
        completions,
        "events taken"
    );
}

fn count_refused(intake: &Intake, speaker: &Source, reason: ReasonCode) {
    intake.metrics.refused(&speaker.id, reason);
    if reason == ReasonCode::Secret {
        // Someone has to call the department: it must not happen again (domain study 11.3).
        tracing::error!(
            source = speaker.id,
            "an item with a secrecy mark was sent; it was refused and nothing of it kept"
        );
    }
}

/// Writes that a request was refused whole.
async fn refuse_whole(
    intake: &Intake,
    lane: &Lane,
    speaker: &Source,
    refusal: Refusal,
    excerpt: Option<String>,
) -> Refused {
    lane.charge(1, Instant::now());
    let kept = Kept {
        excerpt,
        ..Kept::default()
    };
    let record = reject(speaker, (intake.clock)(), &refusal, &kept);
    if let Err(error) = write_rejects(intake, speaker, vec![record]).await {
        return Refused::TurnedAway(error);
    }
    count_refused(intake, speaker, refusal.reason);
    Refused::Counted(refusal.into())
}
