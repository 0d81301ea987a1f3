//! What is asked: a complaint or rating to take in, or something to do about one; checked, and made into an event.

use mingjing_domain::Timestamp;
use mingjing_domain::event::{Attachment, CaseData, CaseEvent, EventKind, Value};
use mingjing_domain::text::Text;
use mingjing_domain::voice::{self, Act, Kind, Outcome, Voice};
use mingjing_store::Sight;
use mingjing_wire::personal;
use serde::Deserialize;

use super::record::Request;
use crate::cases::in_sight;
use crate::life::said::Said;
use crate::portal::Device;
use crate::{ApiError, State};

/// By which way it came, with the words for it.
pub(super) const CHANNELS: [(&str, &str); 7] = [
    ("window", "窗口"),
    ("hotline", "12345 热线"),
    ("phone", "电话"),
    ("web", "网上"),
    ("app", "移动端"),
    ("letter", "来信"),
    ("other", "其他"),
];

/// The attribute with one of them.
pub(super) const CHANNEL: &str = "channel";
/// The attribute with the number under which the office that took it in knows who it was.
pub(super) const REFERENCE: &str = "reference";
/// Of files that prove an answer or what was put right.
const EVIDENCE: &str = "evidence";

const REFERENCE_CHARS_MAX: usize = 64;
const EVIDENCE_MAX: usize = 50;

/// A complaint or rating to take in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Opening {
    kind: String,
    source: Option<String>,
    case_no: Option<String>,
    org_code: Option<String>,
    item_code: Option<String>,
    topic: Option<String>,
    grade: Option<u8>,
    channel: Option<String>,
    reference: Option<String>,
    anonymous: Option<bool>,
    party_ref: Option<String>,
    /// No client says it.
    #[serde(skip)]
    device: Option<Device>,
}

/// What it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// A case: source and number.
    Case(String, String),
    /// An item, or nothing but a body: the body's code, and the item's.
    Body(String, Option<String>),
}

/// What somebody of the public says, without an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spoken {
    pub kind: Kind,
    pub about: About,
    pub topic: Option<String>,
    pub grade: Option<u8>,
    /// Nobody is there to be answered.
    pub anonymous: bool,
    /// Of a rating: from which device it comes, where that is looked at.
    pub device: Option<Device>,
}

impl From<Spoken> for Opening {
    fn from(spoken: Spoken) -> Self {
        let (source, case_no, org_code, item_code) = match spoken.about {
            About::Case(source, case_no) => (Some(source), Some(case_no), None, None),
            About::Body(org, item) => (None, None, Some(org), item),
        };
        Self {
            kind: spoken.kind.code().to_owned(),
            source,
            case_no,
            org_code,
            item_code,
            topic: spoken.topic,
            grade: spoken.grade,
            channel: Some("web".to_owned()),
            reference: None,
            anonymous: Some(spoken.anonymous),
            party_ref: None,
            device: spoken.device,
        }
    }
}

/// One that can be taken in.
pub(super) struct Checked {
    kind: Kind,
    source: String,
    case_no: String,
    receipt: String,
    /// Where it belongs, where it is about no case: body and region.
    belongs: Option<(String, String)>,
    item: Option<String>,
    topic: Option<String>,
    grade: Option<u8>,
    channel: Option<String>,
    reference: Option<String>,
    anonymous: bool,
    party: Option<String>,
    device: Option<Device>,
}

/// What is empty was left out of a form.
fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

fn one_of(
    field: &str,
    told: Option<String>,
    known: &[(&str, &str)],
) -> Result<Option<String>, ApiError> {
    let told = given(told);
    match told.as_ref() {
        Some(code) if !known.iter().any(|(known, _)| known == code) => {
            let known: Vec<String> = known.iter().map(|(c, zh)| format!("{c}（{zh}）")).collect();
            Err(ApiError::bad(
                field,
                format!("可用的是 {}", known.join("、")),
            ))
        }
        _ => Ok(told),
    }
}

impl Opening {
    pub(super) async fn checked(
        self,
        state: &State,
        sight: &Sight,
        digits: String,
    ) -> Result<Checked, ApiError> {
        let kind = Kind::from_code(&self.kind)
            .ok_or_else(|| ApiError::bad("kind", "应为 complaint（投诉）或者 rating（评价）"))?;
        let topic = one_of("topic", self.topic, &voice::TOPICS)?;
        let receipt = match kind {
            Kind::Complaint => format!("TS-{digits}"),
            Kind::Rating => format!("PJ-{digits}"),
        };
        match kind {
            Kind::Complaint if topic.is_none() => {
                return Err(ApiError::bad("topic", "请选择投诉类别"));
            }
            Kind::Complaint if self.grade.is_some() => {
                return Err(ApiError::bad("grade", "投诉没有满意度"));
            }
            Kind::Rating if topic.is_some() => {
                return Err(ApiError::bad("topic", "评价没有投诉类别"));
            }
            Kind::Rating if !self.grade.is_some_and(|grade| (1..=5).contains(&grade)) => {
                let grades: Vec<String> = (1..)
                    .zip(voice::GRADES)
                    .map(|(n, zh)| format!("{n} {zh}"))
                    .collect();
                return Err(ApiError::bad(
                    "grade",
                    format!("请选择满意度：{}", grades.join("、")),
                ));
            }
            _ => {}
        }
        let reference = given(self.reference);
        if reference
            .as_ref()
            .is_some_and(|r| r.chars().count() > REFERENCE_CHARS_MAX)
        {
            return Err(ApiError::bad(
                "reference",
                format!("最多 {REFERENCE_CHARS_MAX} 个字符"),
            ));
        }
        let party = given(self.party_ref);
        if party
            .as_ref()
            .is_some_and(|party| party.len() > 128 || personal::names_a_person(party))
        {
            return Err(ApiError::bad(
                "party_ref",
                "应为当事人的加密摘要，不得为姓名、证件号码或者电话号码",
            ));
        }
        let (org, item) = (given(self.org_code), given(self.item_code));
        let linked = (given(self.source), given(self.case_no));
        let (source, case_no, belongs) = match linked {
            (Some(source), Some(case_no)) => {
                of_case(
                    state,
                    sight,
                    &source,
                    &case_no,
                    org.as_ref().or(item.as_ref()),
                )
                .await?;
                (source, case_no, None)
            }
            (None, None) => {
                let belongs = of_no_case(state, sight, org, item.as_deref()).await?;
                (voice::SOURCE.to_owned(), receipt.clone(), Some(belongs))
            }
            _ => {
                return Err(ApiError::bad(
                    "case_no",
                    "关联办件须同时写明来源系统和办件编号；不关联的，两项都不写",
                ));
            }
        };
        Ok(Checked {
            kind,
            source,
            case_no,
            receipt,
            item: item.filter(|_| belongs.is_some()),
            party: party.filter(|_| belongs.is_some()),
            belongs,
            topic,
            grade: self.grade,
            channel: one_of("channel", self.channel, &CHANNELS)?,
            reference,
            anonymous: self.anonymous.unwrap_or(false),
            device: self.device,
        })
    }
}

/// A case that there is, that somebody sees, and that says itself where it belongs.
async fn of_case(
    state: &State,
    sight: &Sight,
    source: &str,
    case_no: &str,
    besides: Option<&String>,
) -> Result<(), ApiError> {
    if besides.is_some() {
        return Err(ApiError::bad(
            "org_code",
            "关联办件的，机构和事项以办件为准，不另写",
        ));
    }
    if source == voice::SOURCE {
        return Err(ApiError::bad("source", "投诉、评价不能再关联投诉、评价"));
    }
    let found = state.store.case(source, case_no).await?;
    let found = found.filter(|found| found.case.is_some() && in_sight(sight, found));
    match found {
        Some(_) => Ok(()),
        None => Err(ApiError::NotFound {
            what: format!("办件 {source}/{case_no}；请核对编号，或者不关联办件登记"),
        }),
    }
}

/// Body and region of what is about no case.
async fn of_no_case(
    state: &State,
    sight: &Sight,
    org: Option<String>,
    item: Option<&str>,
) -> Result<(String, String), ApiError> {
    let org = org.ok_or_else(|| ApiError::bad("org_code", "请选择被投诉、被评价的机构"))?;
    let in_force = state.definitions.in_force().await?;
    let body = in_force.body(&org)?;
    if !sight.sees(Some(body.region.as_str()), &[Some(org.as_str())]) {
        return Err(ApiError::bad("org_code", "该机构不在管辖范围内"));
    }
    if let Some(item) = item {
        let mut items = in_force.set.items.iter().map(|item| &item.value);
        let found = items.find(|listed| listed.code.text == item);
        let found = found.ok_or_else(|| ApiError::NotFound {
            what: format!("事项 {item}"),
        })?;
        // An event that names an item and another body says that the other one exercises it.
        if found.executing_body.text != org {
            return Err(ApiError::bad("item_code", "该事项不由该机构行使"));
        }
    }
    Ok((org, body.region.clone()))
}

fn owned(text: &str) -> Text<'static> {
    Text::from(text.to_owned())
}

fn word(text: &str) -> Value<'static> {
    Value::Text(owned(text))
}

/// Free text without identity and mobile numbers.
fn masked(text: &str) -> String {
    personal::mask(text).map_or_else(|| text.to_owned(), |(masked, _)| masked)
}

/// An event of now: what people say is known when it is said.
fn event(
    kind: EventKind,
    (source, case_no): (&str, &str),
    event_id: String,
    at: Timestamp,
    data: CaseData<'static>,
) -> CaseEvent<'static> {
    CaseEvent {
        event_id: event_id.into(),
        source: owned(source),
        source_seq: 0,
        data_version: 1,
        kind,
        occurred_at: at,
        entered_at: None,
        sent_at: None,
        received_at: at,
        case_no: owned(case_no),
        data,
    }
}

impl Checked {
    pub(super) fn event(&self, said: &Said, at: Timestamp) -> CaseEvent<'static> {
        let mut data = CaseData {
            reason: Some(masked(&said.why).into()),
            ..CaseData::default()
        };
        if let Some((org, region)) = &self.belongs {
            data.org_code = Some(owned(org));
            data.region_code = Some(owned(region));
            data.item_code = self.item.as_deref().map(owned);
            // In a department's case another party than the applicant would be another's case under its number (Q5).
            data.party_ref = self.party.as_deref().map(owned);
        }
        data.result_code = self.grade.map(|grade| grade.to_string().into());
        let topic = self.topic.as_deref();
        let words = [
            (voice::RECEIPT_NO, Some(self.receipt.as_str())),
            (voice::TOPIC, topic),
            (voice::COMPLAINT_KIND, topic),
            (CHANNEL, self.channel.as_deref()),
            (voice::BY, Some(said.who.person.as_str())),
            (voice::BY_BODY, Some(said.who.body.as_str())),
        ];
        let words = words
            .into_iter()
            .filter_map(|(name, told)| Some((name, told?)));
        for (name, told) in words.filter(|(_, told)| !told.is_empty()) {
            data.attributes.insert(owned(name), word(told));
        }
        if let Some(reference) = &self.reference {
            let reference = masked(reference);
            data.attributes
                .insert(owned(REFERENCE), Value::Text(reference.into()));
        }
        if self.kind == Kind::Complaint {
            let anonymous = Value::Bool(self.anonymous);
            data.attributes.insert(owned(voice::ANONYMOUS), anonymous);
        }
        if let Some(grade) = self.grade {
            let grade = Value::Int(i64::from(grade));
            data.attributes.insert(owned(voice::SATISFACTION), grade);
        }
        if let Some(Device { id, burst }) = &self.device {
            data.attributes.insert(owned(voice::DEVICE), word(id));
            if let Some(nth) = burst {
                let nth = Value::Int(i64::from(*nth));
                data.attributes.insert(owned(voice::BURST), nth);
            }
        }
        let id = format!("{}{}", voice::EVENT_PREFIX, self.receipt);
        event(
            self.kind.begun_by(),
            (self.source.as_str(), self.case_no.as_str()),
            id,
            at,
            data,
        )
    }
}

/// Something to do about one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Done {
    outcome: Option<String>,
    to: Option<String>,
    evidence: Option<Vec<String>>,
}

/// It can be done, as far as it says itself.
pub(super) struct CheckedDone {
    act: Act,
    outcome: Option<Outcome>,
    /// Body and region.
    to: Option<(String, String)>,
    evidence: Vec<String>,
}

impl Done {
    pub(super) async fn checked(self, act: Act, state: &State) -> Result<CheckedDone, ApiError> {
        let (outcome, to) = (given(self.outcome), given(self.to));
        if outcome.is_some() && act != Act::Review {
            return Err(ApiError::bad(
                "outcome",
                format!("{}不用这个字段", act.name_zh()),
            ));
        }
        if to.is_some() && act != Act::Transfer {
            return Err(ApiError::bad(
                "to",
                format!("{}不用这个字段", act.name_zh()),
            ));
        }
        let outcome = match act {
            Act::Refuse => Some(Outcome::Refused),
            Act::Withdraw => Some(Outcome::Withdrawn),
            Act::Review => {
                let told = outcome.as_deref().and_then(Outcome::from_code);
                let told = told.filter(|told| Outcome::OF_REVIEW.contains(told));
                let known = Outcome::OF_REVIEW.map(|o| format!("{}（{}）", o.code(), o.name_zh()));
                let wrong =
                    || ApiError::bad("outcome", format!("请写明复核结论：{}", known.join("、")));
                Some(told.ok_or_else(wrong)?)
            }
            _ => None,
        };
        let to = match act {
            Act::Transfer => {
                let to = to.ok_or_else(|| ApiError::bad("to", "请选择转往的机构"))?;
                let in_force = state.definitions.in_force().await?;
                let region = in_force.body(&to)?.region.clone();
                Some((to, region))
            }
            _ => None,
        };
        let evidence = self.evidence.unwrap_or_default();
        let takes = matches!(act, Act::Answer | Act::Rectify | Act::CallBack);
        if !evidence.is_empty() && !takes {
            return Err(ApiError::bad(
                "evidence",
                format!("{}不用这个字段", act.name_zh()),
            ));
        }
        let is_hash = |text: &String| {
            let digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
            text.len() == 64 && text.bytes().all(digit)
        };
        if evidence.len() > EVIDENCE_MAX || !evidence.iter().all(is_hash) {
            return Err(ApiError::bad(
                "evidence",
                "应为材料文件的 SHA-256，64 位小写十六进制数字，最多 50 份；文件本身不上传",
            ));
        }
        Ok(CheckedDone {
            act,
            outcome,
            to,
            evidence,
        })
    }
}

impl CheckedDone {
    /// `own`: it lies in a case of its own, so that the body it is handed to becomes the case's.
    pub(super) fn event(
        &self,
        about: &Voice<'_>,
        said: &Said,
        at: Timestamp,
        request: &Request,
        own: bool,
    ) -> CaseEvent<'static> {
        let opening = about.opening;
        let kind = self.act.said_by(self.outcome);
        let mut data = CaseData {
            reason: Some(masked(&said.why).into()),
            ..CaseData::default()
        };
        let to = self.to.as_ref().map(|(org, _)| org.as_str());
        let words = [
            (voice::ABOUT, Some(&*opening.event_id)),
            (voice::ACT, Some(self.act.code())),
            (voice::OUTCOME, self.outcome.map(Outcome::code)),
            (voice::TRANSFER_TO, to),
            (voice::BY, Some(said.who.person.as_str())),
            (voice::BY_BODY, Some(said.who.body.as_str())),
        ];
        let words = words
            .into_iter()
            .filter_map(|(name, told)| Some((name, told?)));
        for (name, told) in words.filter(|(_, told)| !told.is_empty()) {
            data.attributes.insert(owned(name), word(told));
        }
        if kind == EventKind::Corrected {
            data.corrects = Some(opening.event_id.clone());
        }
        if matches!(kind, EventKind::Corrected | EventKind::Note) {
            // What is handed on, and a rating that is not counted, change nothing of the record of a case that is closed (P11).
            let clerical = Value::Bool(true);
            data.attributes.insert(owned(voice::CLERICAL), clerical);
        }
        if let Some((org, region)) = self.to.as_ref().filter(|_| own) {
            data.org_code = Some(owned(org));
            data.region_code = Some(owned(region));
        }
        let file = |hash: &String| Attachment {
            kind: owned(EVIDENCE),
            sha256: Some(owned(hash)),
            uploaded_at: Some(at),
        };
        data.attachments = self.evidence.iter().map(file).collect();
        let place = (&*opening.source, &*opening.case_no);
        event(kind, place, request.event_id(), at, data)
    }
}
