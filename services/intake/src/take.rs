//! Makes durable what was sorted out, whichever way it came: events and completions in order, then refusals. The only
//! place that writes events and refusals.

use std::collections::BTreeMap;
use std::time::Instant as Stopwatch;

use bytes::Bytes;
use mingjing_domain::ids::{Slot, derived_id};
use mingjing_domain::source::Source;
use mingjing_log::{Record, Topic};
use mingjing_wire::cloudevents::encode_complete_until;
use mingjing_wire::rejects::RejectRecord;
use mingjing_wire::{ReasonCode, Refusal, personal};

use crate::answer::{Item, Outcome};
use crate::append;
use crate::error::ApiError;
use crate::intake::Intake;
use crate::numbers::Standing;
use crate::sort::{Kept, Origin, Sorted, Step};

/// Writes the steps one after the other, each durable before the next begins, and then what was refused in the parcels they were
/// sorted out of; counts all of it at the end.
///
/// # Errors
/// Something could not be written. All of it may be repeated: what was written already is recognised.
pub(crate) async fn take(
    intake: &Intake,
    speaker: &Source,
    steps: &[Step],
    parcels: &mut [Sorted],
) -> Result<(), ApiError> {
    let completions = write(intake, speaker, steps).await?;
    record_numbers(intake, speaker, parcels).await?;
    name_unknown_sources(intake, parcels).await?;
    let rejects: Vec<RejectRecord> = parcels
        .iter()
        .flat_map(|parcel| rejects(speaker, parcel))
        .collect();
    write_rejects(intake, speaker, &rejects).await?;
    count(intake, speaker, parcels, completions);
    Ok(())
}

/// Answers how many completions there were.
async fn write(intake: &Intake, speaker: &Source, steps: &[Step]) -> Result<u64, ApiError> {
    let begun = Stopwatch::now();
    let mut completions = 0;
    for step in steps {
        let written = match step {
            Step::Events(records) => {
                append::records(&*intake.log, Topic::Events, records.clone()).await
            }
            Step::Complete(until) => {
                completions += 1;
                let key = Bytes::from(speaker.id.clone());
                let value = encode_complete_until(&speaker.id, *until).into();
                append::everywhere(&*intake.log, key, value).await
            }
        };
        written.map_err(|error| ApiError::unavailable("appending events", &error))?;
    }
    if !steps.is_empty() {
        intake.metrics.appended(begun.elapsed());
    }
    Ok(completions)
}

/// Before anything is answered for: what comes again is counted then.
async fn record_numbers(
    intake: &Intake,
    speaker: &Source,
    parcels: &[Sorted],
) -> Result<(), ApiError> {
    let numbers = || parcels.iter().flat_map(|p| p.numbers.iter().copied());
    if speaker.numbered_from.is_none() {
        // One that has ceased to number its records has no gaps any more.
        intake.metrics.numbers(speaker, &Standing::default());
        return Ok(());
    }
    if numbers().next().is_none() {
        return Ok(());
    }
    let now = (intake.clock)();
    let standing = intake.numbers.record(speaker, numbers(), now).await?;
    if let Some(standing) = standing {
        intake.metrics.numbers(speaker, &standing);
        if standing.opened > 0 {
            tracing::warn!(
                source = speaker.id,
                gaps = standing.gaps.len(),
                missing = standing.missing,
                "numbers of a source are missing; it is not complete until they have come"
            );
        }
    }
    Ok(())
}

/// Tells a source that is not registered from one that is another's.
async fn name_unknown_sources(intake: &Intake, parcels: &mut [Sorted]) -> Result<(), ApiError> {
    let mut known: BTreeMap<Box<str>, bool> = BTreeMap::new();
    for item in parcels.iter_mut().flat_map(|parcel| &mut parcel.items) {
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

fn rejects(speaker: &Source, parcel: &Sorted) -> impl Iterator<Item = RejectRecord> {
    let record = |kept: &Kept| match &parcel.items[kept.index].outcome {
        Outcome::Refused(refusal) => Some(reject(speaker, parcel, refusal, kept)),
        Outcome::Accepted | Outcome::DuplicateOk => None,
    };
    parcel.kept.iter().filter_map(record)
}

fn reject(speaker: &Source, parcel: &Sorted, refusal: &Refusal, kept: &Kept) -> RejectRecord {
    let at = parcel.received_at;
    let event_id = refusal.event_id.as_deref();
    let detail = refusal.message_zh();
    let detail = personal::mask(&detail).map_or(detail, |(masked, _)| masked);
    let (place, detail) = match &parcel.origin {
        Origin::Request => (None, detail),
        Origin::Topic(place) => (
            Some(format!("{place}, item {}", kept.index)),
            format!("{place}：{detail}"),
        ),
    };
    RejectRecord {
        id: reject_id(speaker, parcel, refusal, kept),
        at,
        reason: refusal.reason.code().to_owned(),
        detail,
        source: Some(speaker.id.clone()),
        case_no: kept.case_no.clone(),
        event_id: event_id.map(str::to_owned),
        field: refusal.field.as_deref().map(str::to_owned),
        place,
        excerpt: kept.excerpt.clone(),
    }
}

/// A record of a topic is known by its place, so that reading it again gives the same reject; a request has none.
fn reject_id(speaker: &Source, parcel: &Sorted, refusal: &Refusal, kept: &Kept) -> String {
    let index = kept.index.to_string();
    match &parcel.origin {
        Origin::Topic(place) => derived_id(&[
            "reject of a topic",
            &format!("{:032x}", place.topic_id),
            &place.partition.to_string(),
            &place.offset.to_string(),
            &index,
        ]),
        Origin::Request => derived_id(&[
            "reject",
            &speaker.id,
            refusal.event_id.as_deref().unwrap_or_default(),
            refusal.reason.code(),
            &parcel.received_at.millis().to_string(),
            &index,
            kept.excerpt.as_deref().unwrap_or_default(),
        ]),
    }
}

async fn write_rejects(
    intake: &Intake,
    speaker: &Source,
    rejects: &[RejectRecord],
) -> Result<(), ApiError> {
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
    intake.metrics.rejects_written(rejects.len());
    Ok(())
}

fn count(intake: &Intake, speaker: &Source, parcels: &[Sorted], completions: u64) {
    let items = || parcels.iter().flat_map(|parcel| &parcel.items);
    let number = |outcome: &Outcome| items().filter(|item| item.outcome == *outcome).count() as u64;
    let (accepted, duplicates) = (number(&Outcome::Accepted), number(&Outcome::DuplicateOk));
    intake
        .metrics
        .taken(&speaker.id, accepted, duplicates, completions);
    for parcel in parcels {
        intake.metrics.masked(parcel.masked);
    }
    let mut refused = 0;
    for Item { outcome, .. } in items() {
        if let Outcome::Refused(refusal) = outcome {
            refused += 1;
            count_refused(intake, speaker, refusal.reason);
        }
    }
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
