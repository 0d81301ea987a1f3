//! `POST /v1/events`: receive, sort out, take, answer.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use bytes::Bytes;
use mingjing_domain::source::Source;
use mingjing_wire::cloudevents::Binding;
use mingjing_wire::{ReasonCode, Refusal};
use tokio::time::Instant;

use crate::access::Speaker;
use crate::admin::finished;
use crate::admission::Lane;
use crate::answer::{Answer, EventsError};
use crate::error::ApiError;
use crate::intake::Intake;
use crate::sort::{Completing, Incoming, Origin, Sorted, Whole, sort};
use crate::{body, take, topics};

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
    let numbers = intake.numbers.taken(&speaker).await;
    let numbers = numbers.map_err(ApiError::from)?;
    let incoming = Incoming {
        binding: Binding::Http,
        headers: headers_of(&parts.headers),
        body,
        speaker: Arc::new(speaker),
        received_at,
        origin: Origin::Request,
        completing: Completing::After { not_taken: 0 },
        numbers,
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

async fn take(
    intake: &Arc<Intake>,
    lane: &Lane,
    mut incoming: Incoming,
) -> Result<Answer, Refused> {
    let speaker = incoming.speaker.clone();
    let mut sorted;
    loop {
        (incoming, sorted) = sort_out(intake, incoming).await?;
        // Asked only when it matters: the answer costs a question to the cluster.
        let says_complete = matches!(&sorted, Ok(sorted) if sorted.completes());
        if !says_complete || matches!(incoming.completing, Completing::Elsewhere(_)) {
            break;
        }
        let Some(topic) = topics::in_use(intake, &speaker.id).await? else {
            break;
        };
        incoming.completing = Completing::Elsewhere(topic);
    }
    let sorted = match sorted {
        Ok(sorted) => sorted,
        Err(whole) => {
            let Whole { refusal, excerpt } = *whole;
            return Err(refuse_whole(intake, lane, &speaker, refusal, excerpt).await);
        }
    };
    lane.charge(sorted.items.len().max(1), Instant::now());
    let mut parcels = [sorted];
    let steps = std::mem::take(&mut parcels[0].steps);
    take::take(intake, &speaker, &steps, &mut parcels).await?;
    let [sorted] = parcels;
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

/// Writes that a request was refused whole.
async fn refuse_whole(
    intake: &Intake,
    lane: &Lane,
    speaker: &Source,
    refusal: Refusal,
    excerpt: Option<String>,
) -> Refused {
    lane.charge(1, Instant::now());
    let whole = Whole {
        refusal: refusal.clone(),
        excerpt,
    };
    let parcel = Sorted::refused(whole, Origin::Request, (intake.clock)());
    match take::take(intake, speaker, &[], &mut [parcel]).await {
        Err(error) => Refused::TurnedAway(error),
        Ok(()) => Refused::Counted(refusal.into()),
    }
}

/// The headers that the binding reads.
fn headers_of(headers: &HeaderMap) -> Vec<(String, Bytes)> {
    let read = |(name, value): (&HeaderName, &HeaderValue)| {
        let name = name.as_str();
        let wanted = name == "content-type" || name.starts_with(Binding::Http.prefix());
        wanted.then(|| (name.to_owned(), Bytes::copy_from_slice(value.as_bytes())))
    };
    headers.iter().filter_map(read).collect()
}
