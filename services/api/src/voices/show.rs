//! A complaint or rating as a reader sees it: its terms by the work calendar, its thread, and what can be done about it now.

use std::sync::Arc;

use chrono_tz::Tz;
use mingjing_domain::Timestamp;
use mingjing_domain::alert::AlertRecord;
use mingjing_domain::catalogue;
use mingjing_domain::deadline::is_late;
use mingjing_domain::event::CaseEvent;
use mingjing_domain::fact::CaseRecord;
use mingjing_domain::voice::{
    self, Act, GRADES, Kind, Outcome, SOURCE, State as Standing, TOPICS, Voice, text,
};
use mingjing_engine::Rules;
use serde_json::{Value, json};

use super::asked::{CHANNEL, CHANNELS, REFERENCE};
use crate::{ApiError, State, view};

/// What is needed to show them.
pub(super) struct Shown {
    /// None before anything was published: no term is known then.
    rules: Option<Arc<Rules>>,
    now: Timestamp,
    zone: Tz,
}

/// What is owed: rule, parameter, what it is called.
type Owed = (&'static str, &'static str, &'static str);

const OF_COMPLAINT: [Owed; 2] = [("C1", "accept", "受理"), ("C1", "answer", "答复")];
const OF_BAD_RATING: [Owed; 2] = [("C2", "call_back", "回访"), ("C2", "rectify", "整改")];

impl Shown {
    /// By what is in force.
    pub(super) async fn now(state: &State) -> Result<Self, ApiError> {
        let in_force = state.definitions.in_force().await?;
        let rules = match &in_force.hash {
            Some(hash) => state.definitions.rules(hash).await?,
            None => None,
        };
        Ok(Self {
            rules,
            now: (state.now)(),
            zone: state.zone,
        })
    }

    fn instant(&self, at: Timestamp) -> String {
        at.to_rfc3339(self.zone)
    }

    /// For lists.
    pub(super) fn brief(&self, voice: &Voice<'_>, case: Option<&CaseRecord>) -> Value {
        let opening = voice.opening;
        let data = &opening.data;
        let own = |told: Option<&str>, of_case: Option<&String>| {
            told.map(str::to_owned).or_else(|| of_case.cloned())
        };
        let org = own(
            data.org_code.as_deref(),
            case.and_then(|c| c.org_code.as_ref()),
        );
        let region = own(
            data.region_code.as_deref(),
            case.and_then(|c| c.region_code.as_ref()),
        );
        let item = own(
            data.item_code.as_deref(),
            case.and_then(|c| c.item_code.as_ref()),
        );
        let responsible = voice.handed_to.clone().or_else(|| org.clone());
        let terms = self.terms(voice, responsible.as_deref(), item.as_deref());
        let overdue = terms
            .iter()
            .any(|term| term["late"] == true && term["done_at"].is_null());
        json!({
            "receipt_no": voice.receipt_no(),
            "kind": voice.kind.code(),
            "source": &*opening.source,
            "case_no": &*opening.case_no,
            "event_id": &*opening.event_id,
            "linked": &*opening.source != SOURCE,
            "at": self.instant(opening.occurred_at),
            "org_code": org,
            "responsible_org": responsible,
            "region_code": region,
            "item_code": item,
            "topic": text(opening, voice::TOPIC),
            "topic_zh": text(opening, voice::TOPIC).and_then(|code| called(&TOPICS, code)),
            "grade": voice.grade,
            "grade_zh": voice.grade.and_then(|grade| GRADES.get(usize::from(grade).wrapping_sub(1)).copied()),
            "bad": voice.is_bad(),
            "burst": voice.burst,
            "anonymous": voice.is_anonymous(),
            "channel_zh": text(opening, CHANNEL).and_then(|code| called(&CHANNELS, code)),
            "reference": text(opening, REFERENCE),
            "text": data.reason.as_deref(),
            "state": voice.state.code(),
            "state_zh": voice.state.name_zh(),
            "open": voice.state.is_open(),
            "overdue": overdue,
            "terms": terms,
        })
    }

    /// With all that was done about it, what can be, and what is alleged of it.
    pub(super) fn whole(
        &self,
        voice: &Voice<'_>,
        case: Option<&CaseRecord>,
        alerts: &[AlertRecord],
        state: &State,
    ) -> Value {
        let mut whole = self.brief(voice, case);
        let acts = Act::ALL.iter().map(|act| {
            json!({ "act": act.code(), "act_zh": act.name_zh(), "refused": act.refused(voice) })
        });
        let thread = voice.thread.iter().map(|event| self.entry(event));
        let about = |alert: &&AlertRecord| matches!(&*alert.rule, "C1" | "C2" | "C3" | "C4");
        let alerts = alerts.iter().filter(about);
        whole["registered_by"] = json!(text(voice.opening, voice::BY));
        whole["thread"] = thread.collect();
        whole["acts"] = acts.collect();
        whole["alerts"] = alerts.map(|alert| view::brief(alert, state.zone)).collect();
        whole
    }

    fn entry(&self, event: &CaseEvent<'_>) -> Value {
        let act = text(event, voice::ACT).and_then(Act::from_code);
        let outcome = text(event, voice::OUTCOME).and_then(Outcome::from_code);
        let files = event.data.attachments.iter();
        let files: Vec<Option<&str>> = files.map(|file| file.sha256.as_deref()).collect();
        json!({
            "event_id": &*event.event_id,
            "at": self.instant(event.occurred_at),
            "event_type": event.kind.code(),
            "act": act.map(Act::code),
            "act_zh": act.map_or(event.kind.name_zh(), Act::name_zh),
            "outcome_zh": outcome.map(Outcome::name_zh),
            "to": text(event, voice::TRANSFER_TO),
            "by": text(event, voice::BY),
            "by_body": text(event, voice::BY_BODY),
            "text": event.data.reason.as_deref(),
            "evidence": files,
        })
    }

    /// What is or was owed, each with its day and whether it is late; nothing of what nobody owes anything about.
    fn terms(&self, voice: &Voice<'_>, body: Option<&str>, item: Option<&str>) -> Vec<Value> {
        let (Some(rules), Some(body)) = (&self.rules, body) else {
            return Vec::new();
        };
        let owed: &[Owed] = match (voice.kind, voice.state) {
            (Kind::Complaint, _) => &OF_COMPLAINT,
            (Kind::Rating, Standing::ToRectify | Standing::Rectified) => &OF_BAD_RATING,
            (Kind::Rating, Standing::ToReview) if voice.is_bad() => &OF_BAD_RATING,
            (Kind::Rating, _) => &[],
        };
        let from = voice.opening.occurred_at;
        let term = |(rule, parameter, what): &Owed| {
            let done = match *parameter {
                "accept" => voice.accepted_at,
                "answer" if voice.is_anonymous() => return None,
                "answer" => voice.answered_at,
                // Whoever put it right has spoken to them (C2).
                "call_back" => voice.called_back_at.or(voice.rectified_at),
                _ => voice.rectified_at,
            };
            let term = rules.term(rule, parameter, (body, item), from)?;
            let listed = catalogue::rule(rule)?;
            let basis = listed.legal_basis.iter();
            let basis = basis.map(|b| format!("{}{}", b.article, b.mark()));
            Some(json!({
                "what": parameter,
                "what_zh": what,
                "within_zh": term.within.text_zh(),
                "due_at": self.instant(term.due_at),
                "provisional": term.provisional,
                "source": term.source,
                "rule": rule,
                "rule_zh": listed.name,
                "basis_zh": basis.collect::<Vec<_>>().join("；"),
                "done_at": done.map(|at| self.instant(at)),
                "late": is_late(done.unwrap_or(self.now), term.due_at),
            }))
        };
        owed.iter().filter_map(term).collect()
    }
}

fn called(words: &[(&str, &'static str)], code: &str) -> Option<&'static str> {
    let mut words = words.iter();
    words.find(|(known, _)| *known == code).map(|(_, zh)| *zh)
}
