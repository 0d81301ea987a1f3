//! 人工预警: what people raise about a case or a body, beside the cases.
//!
//! It stands as it was raised: nothing that the platform learns takes it back, only people do (dismissed, or withdrawn upon an appeal), and
//! it is worked like any other. Raised again under the same key by the same person it is the same alert.

use mingjing_domain::Timestamp;
use mingjing_domain::alert::{AlertRecord, Evidence, Level, Status};
use mingjing_domain::command::{Author, Command, Subject, SubjectKind};
use mingjing_domain::deadline::{self, Ledger};
use mingjing_domain::disposition::{
    MANUAL_POINT, MANUAL_RULE, ManualAlert, Refused, RefusedBecause,
};
use mingjing_domain::fact::{Cause, Change, Fact};

use super::Engine;
use super::dispositions::decision;
use crate::ENGINE_VERSION;
use crate::dispose::{Answered, refused};
use crate::life::Published;
use crate::rules::{ANSWER_WITHIN, Rules};

/// Whether an alert was raised by a person, by its control point.
pub(crate) fn is_manual(record: &AlertRecord) -> bool {
    record.control_point == MANUAL_POINT
}

/// Where what it is about belongs, as known when it is raised.
struct Place {
    item: Option<String>,
    org: Option<String>,
    region: Option<String>,
}

impl Engine {
    /// Raises an alert and answers the command. Said again it is answered the same.
    pub(super) fn raise(&mut self, command: &Command, alert: &ManualAlert, facts: &mut Vec<Fact>) {
        let at = match self.clock {
            Timestamp::MIN => command.at,
            clock => clock,
        };
        let id = command.alert_id();
        let refused = match self.owed.get(&id) {
            Some(known) => raised_before(known, command),
            None => match self.place_of(&command.subject) {
                None => Some(refused(
                    RefusedBecause::NoSuchSubject,
                    "平台没有收到过这个办件，或者没有这个机构",
                )),
                Some(place) => {
                    let record = build(command, alert, place, at, &self.rules);
                    let published = self.owed.entry(id);
                    let published = published.or_insert_with(|| Published::untold(&record));
                    let cause = Cause::Command {
                        id: command.id.clone(),
                    };
                    let answered = Answered {
                        command: command.id.clone(),
                        digest: command.digest(),
                        refused: None,
                    };
                    published.handled.get_or_insert_default().remember(answered);
                    published.say((record, Change::Issued), &cause, at, facts);
                    None
                }
            },
        };
        facts.push(decision(command, None, refused, at));
    }

    /// None for a case of which nothing has arrived, a body that nobody defines, and other subjects.
    fn place_of(&mut self, subject: &Subject) -> Option<Place> {
        match subject.kind {
            SubjectKind::Case => {
                let source = *self.source_ix.get(subject.source.as_str())?;
                let ix = self.find_case(source, &subject.key)?;
                let case = self.case_record(ix);
                Some(Place {
                    item: case.item_code,
                    org: case.org_code,
                    region: case.region_code,
                })
            }
            SubjectKind::Org => {
                let body = self.rules.body(&subject.key)?;
                Some(Place {
                    item: None,
                    org: Some(subject.key.clone()),
                    region: Some(body.region.clone()),
                })
            }
            SubjectKind::Source | SubjectKind::Item | SubjectKind::Officer | SubjectKind::Party => {
                None
            }
        }
    }
}

/// What a command is answered whose alert there is.
fn raised_before(known: &Published, command: &Command) -> Option<Refused> {
    let answered = known.handled.as_ref();
    let same = match answered.and_then(|handled| handled.answer_to(&command.id)) {
        Some(answered) => answered.digest == command.digest(),
        // It was raised, and the answer got lost on the way.
        None => known.record.evidence.contains(&raised_by(command)),
    };
    (!same).then(|| refused(RefusedBecause::KeyReused, "同一 key 之前提交过不同的内容"))
}

fn raised_by(command: &Command) -> Evidence {
    Evidence::Note {
        text: format!("人工预警，指令 {}。", command.id),
    }
}

fn build(
    command: &Command,
    alert: &ManualAlert,
    place: Place,
    now: Timestamp,
    rules: &Rules,
) -> AlertRecord {
    let subject = &command.subject;
    let responsible = alert.to.clone().or_else(|| place.org.clone());
    let calendar = rules.calendar_of_body(responsible.as_deref().unwrap_or_default());
    let answer_due_at = calendar
        .filter(|_| alert.level >= Level::Yellow)
        .map(|c| deadline::deadline(c, now, ANSWER_WITHIN, &Ledger::default()).due_at);
    let files = alert.evidence.iter().map(|hash| Evidence::Note {
        text: format!("材料 SHA-256：{hash}。"),
    });
    AlertRecord {
        alert_id: command.alert_id(),
        subject_kind: subject.kind.code().into(),
        source: subject.source.clone(),
        case_no: subject.key.clone(),
        item_code: place.item,
        org_code: place.org,
        region_code: place.region,
        responsible_org: responsible,
        responsible_office: None,
        responsible_actor: None,
        control_point: MANUAL_POINT.into(),
        rule: MANUAL_RULE.into(),
        step: alert.label.clone(),
        visit: 1,
        level: alert.level,
        status: Status::Issued,
        due_at: None,
        breached_at: None,
        raised_at: now,
        issued_at: Some(now),
        completed_at: None,
        ended_at: None,
        ended_reason: None,
        withdrawn_at: None,
        withdrawn_reason: None,
        statutory: None,
        legal_basis: Some(alert.legal_basis.clone()),
        limit: None,
        answer_due_at,
        definitions_version: rules.definitions_version().into(),
        calendar_version: calendar
            .map(|c| format!("{} {}", c.id(), c.version()))
            .unwrap_or_default(),
        engine_version: ENGINE_VERSION.into(),
        message: message(command, alert, rules),
        evidence: std::iter::once(raised_by(command)).chain(files).collect(),
        disposition: None,
    }
}

fn message(command: &Command, alert: &ManualAlert, rules: &Rules) -> String {
    let (person, body, office) = match &command.by {
        Author::Person { id, body, office } => (id.as_str(), body.as_str(), office.as_str()),
        Author::Inspection { run_by } => (run_by.as_str(), "", ""),
    };
    let body = rules.body(body).map_or(body, |body| body.name.as_str());
    format!(
        "人工预警（{}）：{body}{office}（{person}）提出：“{}”。依据：{}。请查明情况，反馈办理情况；不服的可以申诉。",
        alert.title, command.reason, alert.legal_basis,
    )
}
