//! `events`: one row an event that a department sent.

use mingjing_domain::Timestamp;
use mingjing_domain::event::{CaseData, CaseEvent, EventKind};

use super::to_json;
use crate::Error;
use crate::table::{Millis, Table, instant, millis, table};

table! {
    /// A case event: the columns that queries ask for, and all of its data as JSON.
    EventRow in "events" {
        /// See [`CaseEvent::source`].
        source: String,
        /// See [`CaseEvent::case_no`].
        case_no: String,
        /// See [`CaseEvent::event_id`].
        event_id: String,
        /// See [`CaseEvent::data_version`].
        data_version: u32,
        /// See [`CaseEvent::source_seq`].
        source_seq: u64,
        /// The code of [`CaseEvent::kind`].
        kind: String,
        /// See [`CaseEvent::occurred_at`].
        occurred_at: Millis,
        /// See [`CaseEvent::entered_at`].
        entered_at: Option<Millis>,
        /// See [`CaseEvent::sent_at`].
        sent_at: Option<Millis>,
        /// See [`CaseEvent::received_at`].
        received_at: Millis,
        /// See [`CaseData::item_code`].
        item_code: Option<String>,
        /// See [`CaseData::org_code`].
        org_code: Option<String>,
        /// See [`CaseData::region_code`].
        region_code: Option<String>,
        /// See [`CaseData::step_code`].
        step: Option<String>,
        /// The id in [`CaseData::actor`].
        actor: Option<String>,
        /// The role in [`CaseData::actor`].
        actor_role: Option<String>,
        /// See [`CaseData::result_code`].
        result_code: Option<String>,
        /// [`CaseData::amounts`] as a JSON object.
        amounts: String,
        /// [`CaseEvent::data`] as a JSON object.
        data: String,
        /// The incarnation of the log.
        log_id: String,
        /// The partition of `mj.log`.
        log_partition: u16,
        /// The offset in `mj.log`.
        log_offset: u64,
        /// Falls as the offset rises: of the same event sent twice the first counts.
        version: u64,
        /// The partition's clock when it was read from the log; none where that is not known.
        clock_at: Option<Millis>,
        /// Of what it says, but for when it was sent and received: one id and version with two contents is two rows.
        content: u64,
    }
}

impl EventRow {
    /// The row of the event at this position of `mj.log`, read when the partition's clock stood at `clock_at`.
    pub fn new(
        event: &CaseEvent<'_>,
        log_id: &str,
        partition: u16,
        offset: u64,
        clock_at: Option<Timestamp>,
    ) -> Self {
        let data = &event.data;
        let said = to_json(data);
        let text = |t: &Option<mingjing_domain::text::Text<'_>>| t.as_deref().map(str::to_owned);
        EventRow {
            source: event.source.to_string(),
            case_no: event.case_no.to_string(),
            event_id: event.event_id.to_string(),
            data_version: event.data_version,
            source_seq: event.source_seq,
            kind: event.kind.code().into(),
            occurred_at: event.occurred_at.into(),
            entered_at: millis(event.entered_at),
            sent_at: millis(event.sent_at),
            received_at: event.received_at.into(),
            item_code: text(&data.item_code),
            org_code: text(&data.org_code),
            region_code: text(&data.region_code),
            step: text(&data.step_code),
            actor: data.actor.as_ref().map(|a| a.id.to_string()),
            actor_role: data.actor.as_ref().and_then(|a| text(&a.role)),
            result_code: text(&data.result_code),
            amounts: to_json(&data.amounts),
            content: content(event, &said),
            data: said,
            log_id: log_id.into(),
            log_partition: partition,
            log_offset: offset,
            version: u64::MAX - offset,
            clock_at: millis(clock_at),
        }
    }
}

/// Part of the table's key: its bytes and function (XXH3-64) never change.
fn content(event: &CaseEvent<'_>, data: &str) -> u64 {
    let instant = |at: Option<Timestamp>| at.map_or(i64::MIN, Timestamp::millis).to_le_bytes();
    let mut bytes = Vec::with_capacity(data.len() + 64);
    bytes.extend_from_slice(event.kind.code().as_bytes());
    bytes.push(0xff);
    bytes.extend_from_slice(&instant(Some(event.occurred_at)));
    bytes.extend_from_slice(&instant(event.entered_at));
    bytes.extend_from_slice(&event.source_seq.to_le_bytes());
    bytes.extend_from_slice(data.as_bytes());
    xxhash_rust::xxh3::xxh3_64(&bytes)
}

impl TryFrom<EventRow> for CaseEvent<'static> {
    type Error = Error;

    /// # Errors
    /// [`Error::Damaged`] for a kind or data this version does not know.
    fn try_from(row: EventRow) -> Result<Self, Error> {
        let kind = EventKind::from_code(&row.kind)
            .ok_or_else(|| Error::damaged(EventRow::TABLE, "kind", &row.kind))?;
        let data: CaseData<'_> = serde_json::from_str(&row.data)
            .map_err(|_| Error::damaged(EventRow::TABLE, "data", &row.data))?;
        let data = data.into_owned();
        Ok(CaseEvent {
            kind,
            data,
            event_id: row.event_id.into(),
            source: row.source.into(),
            source_seq: row.source_seq,
            data_version: row.data_version,
            occurred_at: row.occurred_at.into(),
            entered_at: instant(row.entered_at),
            sent_at: instant(row.sent_at),
            received_at: row.received_at.into(),
            case_no: row.case_no.into(),
        })
    }
}
