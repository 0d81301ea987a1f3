//! What intake asks of an event beyond its format: who it claims to be, when it says it happened, what it must not hold.
//!
//! Pure. The one change made to an event is the masking of numbers in its free texts.

use std::collections::BTreeMap;
use std::time::Duration;

use mingjing_domain::Timestamp;
use mingjing_domain::event::{CaseEvent, Value};
use mingjing_domain::source::{Source, SourceClock};
use mingjing_domain::text::Text;
use mingjing_domain::voice::EVENT_PREFIX;
use mingjing_wire::cloudevents::Extension;
use mingjing_wire::personal::{self, Masked};
use mingjing_wire::refusal::Words;
use mingjing_wire::{IncomingEvent, ReasonCode, Refusal};

use crate::Config;
use crate::secrecy;

/// 1949-10-01T00:00:00+08:00. Nothing an administration of today handles happened before it.
const FOUNDING: Timestamp = Timestamp::from_millis(-639_129_600_000);
/// 1900-01-01T00:00:00Z and 2200-01-01T00:00:00Z: what systems write for "no date" lies outside.
const POSSIBLE: (Timestamp, Timestamp) = (
    Timestamp::from_millis(-2_208_988_800_000),
    Timestamp::from_millis(7_258_118_400_000),
);

/// Who speaks, and when it was received.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    /// The source whose key was given.
    pub speaker: &'a Source,
    /// The receipt.
    pub received_at: Timestamp,
    /// The bounds.
    pub config: &'a Config,
}

impl Context<'_> {
    fn latest(&self, ahead: Duration) -> Timestamp {
        self.received_at
            .plus_millis(i64::try_from(ahead.as_millis()).unwrap_or(i64::MAX))
    }

    /// Refuses what claims to come from another source than the key's.
    pub fn speaks_for(&self, source: &str) -> Result<(), Refusal> {
        if source == self.speaker.id {
            return Ok(());
        }
        Err(Refusal::bad_value(
            ReasonCode::WrongSource,
            "source",
            source,
        ))
    }

    /// How far "complete until" may reach.
    pub fn completion(&self, until: Timestamp) -> Result<(), Refusal> {
        let latest = self.latest(self.config.complete_ahead_max);
        if until > latest || until < POSSIBLE.0 {
            return Err(impossible("data.until", until).help(
                "a source can be complete up to now, not further",
                "数据齐全的时点不能晚于当前时间",
            ));
        }
        Ok(())
    }
}

/// Holds one event to the rules and masks its free texts.
///
/// # Errors
/// The first rule it breaks; secrecy before all others, for then nothing of it may be told.
pub(crate) fn check(
    incoming: &mut IncomingEvent,
    context: &Context<'_>,
) -> Result<Masked, Refusal> {
    let event = &incoming.event;
    refuse_marks(event, &incoming.extensions)?;
    context.speaks_for(&event.source)?;
    refuse_reserved(&event.event_id)?;
    refuse_impossible_dates(event, context)?;
    if event
        .data
        .party_ref
        .as_deref()
        .is_some_and(personal::names_a_person)
    {
        let detail = Words::new("a number or a name of a person", "个人证件号、手机号或姓名");
        return Err(Refusal::new(ReasonCode::PersonalData, detail).field("data.party_ref"));
    }
    Ok(mask_texts(&mut incoming.event))
}

/// A refusal of a secret item tells nothing of it.
pub(crate) fn secret() -> Refusal {
    Refusal::new(ReasonCode::Secret, Words::new("a secrecy mark", "密级标志"))
}

/// The format's own mark was looked at while reading; here are the marks that departments add themselves.
fn refuse_marks(
    event: &CaseEvent<'_>,
    extensions: &BTreeMap<String, Extension>,
) -> Result<(), Refusal> {
    let attribute = event
        .data
        .attributes
        .iter()
        .any(|(name, value)| match value {
            Value::Text(text) => secrecy::is_mark(name, text),
            Value::Bool(mark) => *mark && secrecy::is_mark(name, "?"),
            Value::Int(_) | Value::Float(_) => secrecy::is_mark(name, "?"),
        });
    let extension = extensions.iter().any(|(name, value)| match value {
        Extension::Text(text) => secrecy::is_mark(name, text),
        Extension::Bool(mark) => *mark && secrecy::is_mark(name, "?"),
        Extension::Int(_) => secrecy::is_mark(name, "?"),
    });
    if attribute || extension {
        Err(secret())
    } else {
        Ok(())
    }
}

/// What the platform records itself is told from what a source says by its id: no source may write such a thing, or replace it.
fn refuse_reserved(id: &str) -> Result<(), Refusal> {
    match id.starts_with(EVENT_PREFIX) {
        true => Err(Refusal::bad_value(ReasonCode::ReservedId, "id", id)),
        false => Ok(()),
    }
}

fn impossible(field: &str, at: Timestamp) -> Refusal {
    Refusal::bad_value(ReasonCode::ImpossibleDate, field, &at.to_string())
}

fn refuse_impossible_dates(event: &CaseEvent<'_>, context: &Context<'_>) -> Result<(), Refusal> {
    if event.occurred_at > context.latest(context.config.ahead_max) {
        return Err(impossible("time", event.occurred_at).help(
            "it lies after its receipt: check the clock and the offset of your system",
            "晚于接收时间：请检查本系统的时钟和时区偏移",
        ));
    }
    if event.occurred_at < FOUNDING && context.speaker.clock == SourceClock::Live {
        return Err(impossible("time", event.occurred_at).help(
            "it lies before 1949-10-01; old records are imported by a source whose clock is `declared`",
            "早于 1949-10-01；历史数据请通过 clock 为 declared 的来源导入",
        ));
    }
    let stamp_latest = context.latest(context.config.stamp_ahead_max);
    let stamps = [
        ("data.entered_at", event.entered_at),
        ("data.sent_at", event.sent_at),
    ];
    for (field, at) in stamps {
        if let Some(at) = at.filter(|at| *at > stamp_latest) {
            return Err(impossible(field, at).help(
                "it lies in the future: check the clock and the offset of your system",
                "晚于当前时间：请检查本系统的时钟和时区偏移",
            ));
        }
    }
    let special = event.data.special.as_ref();
    let others = [
        (
            "data.special.planned_end",
            special.and_then(|s| s.planned_end),
        ),
        ("data.special.notice_at", special.and_then(|s| s.notice_at)),
    ];
    let uploads = event
        .data
        .attachments
        .iter()
        .map(|a| ("data.attachments", a.uploaded_at));
    for (field, at) in others.into_iter().chain(uploads) {
        if let Some(at) = at.filter(|at| *at < POSSIBLE.0 || *at >= POSSIBLE.1) {
            return Err(impossible(field, at).help(
                "leave the field out when there is no date; years run from 1900 to 2199",
                "没有日期时请省略该字段；年份须在 1900 至 2199 之间",
            ));
        }
    }
    Ok(())
}

fn mask_texts(event: &mut CaseEvent<'static>) -> Masked {
    let mut count = Masked::default();
    let mut mask = |text: &mut Text<'static>| {
        if let Some((masked, found)) = personal::mask(text) {
            *text = masked.into();
            count.add(found);
        }
    };
    let data = &mut event.data;
    let basis = data.special.as_mut().and_then(|s| s.basis.as_mut());
    let relief = data.fee.as_mut().and_then(|f| f.relief_ground.as_mut());
    let collector = data.collection.as_mut().map(|c| &mut c.collector);
    let document = data.jurisdiction.as_mut().and_then(|j| j.document.as_mut());
    let cause = data.inspection.as_mut().and_then(|i| i.cause.as_mut());
    let written = [data.reason.as_mut(), data.legal_basis.as_mut(), basis];
    let particulars = [relief, collector, document, cause];
    for text in written.into_iter().chain(particulars).flatten() {
        mask(text);
    }
    let mut numbers = 0;
    for value in data.attributes.values_mut() {
        match value {
            Value::Text(text) => mask(text),
            Value::Int(number) if personal::is_identity(*number) => {
                *value = Value::Text("***".into());
                numbers += 1;
            }
            Value::Int(_) | Value::Float(_) | Value::Bool(_) => {}
        }
    }
    count.identity += numbers;
    count
}

#[cfg(test)]
mod tests {
    use mingjing_wire::cloudevents::read_event;
    use serde_json::{Value as Json, json};

    use super::*;

    const NOW: &str = "2026-11-23T09:30:00+08:00";

    fn judge(clock: SourceClock, change: impl FnOnce(&mut Json)) -> Result<IncomingEvent, Refusal> {
        let mut json = json!({"specversion": "1.0", "type": "cn.mingjing.case.accepted.v1", "source": "zjj",
            "id": "1", "subject": "c", "time": NOW, "data": {}});
        change(&mut json);
        let received_at = Timestamp::parse(NOW).unwrap();
        let speaker = Source::new("zjj", clock);
        let context = Context {
            speaker: &speaker,
            received_at,
            config: &Config::default(),
        };
        let mut event = read_event(json.to_string().as_bytes(), received_at)?;
        check(&mut event, &context).map(|_| event)
    }

    #[track_caller]
    fn refused(path: &[&str], value: impl Into<Json>, reason: ReasonCode) {
        let value = value.into();
        let shown = format!("{path:?} {value}");
        let change = |json: &mut Json| {
            path.iter()
                .fold(json, |json, key| &mut json[*key])
                .clone_from(&value)
        };
        assert_eq!(
            judge(SourceClock::Live, change).unwrap_err().reason,
            reason,
            "{shown}"
        );
    }

    #[test]
    fn the_founding_is_the_instant_it_is_said_to_be() {
        assert_eq!(
            FOUNDING,
            Timestamp::parse("1949-10-01T00:00:00+08:00").unwrap()
        );
        assert_eq!(
            POSSIBLE.0,
            Timestamp::parse("1900-01-01T00:00:00Z").unwrap()
        );
        assert_eq!(
            POSSIBLE.1,
            Timestamp::parse("2200-01-01T00:00:00Z").unwrap()
        );
    }

    #[test]
    fn impossible_dates_are_refused_and_clocks_may_be_a_little_wrong() {
        use ReasonCode::ImpossibleDate;
        refused(&["time"], "2026-11-23T09:40:00.001+08:00", ImpossibleDate);
        refused(&["time"], "1949-09-30T23:59:59+08:00", ImpossibleDate);
        refused(
            &["data", "entered_at"],
            "2026-11-24T09:30:01+08:00",
            ImpossibleDate,
        );
        refused(
            &["data", "sent_at"],
            "2027-11-23T09:30:00+08:00",
            ImpossibleDate,
        );
        refused(
            &["data", "special"],
            json!({"kind": "hearing", "planned_end": "9999-12-31T00:00:00Z"}),
            ImpossibleDate,
        );
        refused(
            &["data", "attachments"],
            json!([{"kind": "a", "uploaded_at": "0001-01-01T00:00:00Z"}]),
            ImpossibleDate,
        );
        for time in ["2026-11-23T09:40:00+08:00", "1949-10-01T00:00:00+08:00"] {
            judge(SourceClock::Live, |json| json["time"] = time.into()).unwrap();
        }
    }

    #[test]
    fn an_import_may_be_of_any_past_date_and_not_of_the_future() {
        judge(SourceClock::Declared, |json| {
            json["time"] = "1912-02-12T00:00:00+08:00".into()
        })
        .unwrap();
        judge(SourceClock::Declared, |json| {
            json["time"] = "2026-11-23T09:41:00+08:00".into()
        })
        .unwrap_err();
    }

    #[test]
    fn marks_of_the_departments_own_are_secrecy_marks() {
        use ReasonCode::Secret;
        refused(&["data", "secrecy"], "机密", Secret);
        refused(&["data", "attributes"], json!({"密级": "秘密"}), Secret);
        refused(&["data", "attributes"], json!({"Secrecy": 2}), Secret);
        refused(&["secrecy"], "top", Secret);
        judge(SourceClock::Live, |json| {
            json["data"]["attributes"] = json!({"密级": "无", "secrecy": false});
        })
        .unwrap();
    }

    #[test]
    fn parties_are_hashes_and_free_texts_are_masked() {
        refused(
            &["data", "party_ref"],
            "11010519491231002X",
            ReasonCode::PersonalData,
        );
        let event = judge(SourceClock::Live, |json| {
            json["data"] = json!({
                "party_ref": "a9993e364706816aba3e25717850c26c9cd0d89d",
                "reason": "申请人11010519491231002X材料不齐",
                "attributes": {"联系": "13912345678", "号": 510502199001011256_i64, "金额": 13912345678_i64},
            });
        })
        .unwrap()
        .event;
        assert_eq!(event.data.reason.as_deref(), Some("申请人***材料不齐"));
        assert_eq!(event.data.attributes["联系"], Value::Text("***".into()));
        assert_eq!(event.data.attributes["号"], Value::Text("***".into()));
        assert_eq!(event.data.attributes["金额"], Value::Int(13_912_345_678));
    }

    #[test]
    fn the_platforms_own_ids_are_nobody_elses() {
        refused(&["id"], "mingjing-TS-7K3QF9XW2M", ReasonCode::ReservedId);
        judge(SourceClock::Live, |json| json["id"] = "mingjing".into()).unwrap();
    }

    #[test]
    fn nobody_speaks_for_another_source() {
        refused(&["source"], "rsj", ReasonCode::WrongSource);
    }
}
