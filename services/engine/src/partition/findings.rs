//! Findings of periodic inspections: what commands say should be alleged, beside what was published of it.
//!
//! They stand apart from the cases, whose alerts follow from their own history alone. Of the commands about one alert the latest by
//! `(at, id)` counts, whatever the order of arrival.

use mingjing_domain::Timestamp;
use mingjing_domain::alert::{AlertRecord, Evidence, Level, Status};
use mingjing_domain::command::{Act, Command, Finding, INSPECTION_POINT, inspection_point};
use mingjing_domain::deadline;
use mingjing_domain::fact::{Cause, Change, Fact};

use super::Engine;
use super::orders::Ordered;
use crate::ENGINE_VERSION;
use crate::life::Published;
use crate::rules::{ANSWER_WITHIN, Rules};

/// What is known of one alert of an inspection.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    /// The command that counts. None where only its publication is known so far, which recovery folds first.
    pub(crate) command: Option<Command>,
    /// The alert as last published.
    pub(crate) published: Option<Published>,
}

/// Whether an alert is an inspection's, by its control point.
pub(crate) fn is_inspections(record: &AlertRecord) -> bool {
    record.control_point.starts_with(INSPECTION_POINT)
}

impl Engine {
    pub(super) fn command(&mut self, command: &Command, facts: &mut Vec<Fact>) {
        if let Act::Dispose { alert_id, disposal } = &command.what {
            return self.dispose(command, alert_id, disposal, facts);
        }
        if let Act::Raise { alert } = &command.what {
            return self.raise(command, alert, facts);
        }
        if let Some(id) = self.note_command(command) {
            let cause = Cause::Command {
                id: command.id.clone(),
            };
            self.judge_finding(&id, &cause, facts);
        }
    }

    /// Takes a command without judging; answers with the alert it is about where it counts now.
    pub(super) fn note_command(&mut self, command: &Command) -> Option<String> {
        let id = command.alert_id();
        let known = self.findings.entry(id.clone()).or_default();
        let counts = known
            .command
            .as_ref()
            .is_none_or(|other| command.is_later_than(other));
        if counts {
            known.command = Some(command.clone());
        }
        counts.then_some(id)
    }

    /// Brings every finding to what its command says.
    pub(super) fn judge_findings(&mut self, cause: &Cause, facts: &mut Vec<Fact>) {
        let ids: Vec<String> = self.findings.keys().cloned().collect();
        for id in ids {
            self.judge_finding(&id, cause, facts);
        }
    }

    pub(super) fn fold_finding(&mut self, alert: &AlertRecord, revision: u32) {
        let known = self.findings.entry(alert.alert_id.clone()).or_default();
        let alleged = !matches!(alert.automatic_status(), Status::Withdrawn);
        match &mut known.published {
            Some(known) if known.revision < revision => known.retake(alert, revision, alleged),
            Some(_) => {}
            None => known.published = Some(Published::of_published(alert, revision, alleged)),
        }
    }

    fn judge_finding(&mut self, id: &str, cause: &Cause, facts: &mut Vec<Fact>) {
        let clock = self.clock;
        let Some(known) = self.findings.get_mut(id) else {
            return;
        };
        let Some(command) = &known.command else {
            return;
        };
        let now = match clock {
            Timestamp::MIN => command.at,
            clock => clock,
        };
        let old = known.published.as_ref().map(|p| &*p.record);
        let Some(change) = due(command, old, now, &self.rules) else {
            return;
        };
        let published = &mut known.published;
        let published = published.get_or_insert_with(|| Published::untold(&change.0));
        published.say(change, cause, now, facts);
        let about = Ordered::of(&command.subject, id);
        self.follow_order(about, cause, facts);
    }
}

/// What is still to be published: the alert's new state and what became of it.
fn due(
    command: &Command,
    old: Option<&AlertRecord>,
    now: Timestamp,
    rules: &Rules,
) -> Option<(AlertRecord, Change)> {
    let mut record = match &command.what {
        Act::Found { finding } => build(command, finding, now, rules),
        Act::Over { finding, over_at } => AlertRecord {
            status: Status::Ended,
            ended_at: Some(*over_at),
            ended_reason: Some(command.reason.clone()),
            ..build(command, finding, now, rules)
        },
        Act::NotFound { .. } => {
            let mut record = old.filter(|old| old.status != Status::Withdrawn)?.clone();
            record.status = Status::Withdrawn;
            record.withdrawn_at = Some(now);
            record.withdrawn_reason = Some(command.reason.clone());
            return Some((record, Change::Withdrawn));
        }
        // What a person does or raises is no finding: see `Engine::dispose` and `Engine::raise`.
        Act::Dispose { .. } | Act::Raise { .. } => return None,
    };
    let alleged = old.filter(|old| old.status != Status::Withdrawn);
    if alleged.is_some_and(|old| same(old, &record)) {
        return None;
    }
    let change = match (old.map(|old| old.status), record.status) {
        (Some(Status::Ended), Status::Ended) => Change::Revised,
        (_, Status::Ended) => Change::Ended,
        (Some(Status::Withdrawn | Status::Ended), _) => Change::Reopened,
        (Some(Status::Review), Status::Review) => Change::Revised,
        (_, Status::Review) => Change::SentToReview,
        (None, _) => Change::Issued,
        (Some(was), now) if was != now => Change::Issued,
        _ if old.is_some_and(|old| record.level > old.level) => Change::Escalated,
        _ => Change::Revised,
    };
    if let Some(old) = alleged {
        record.raised_at = old.raised_at;
        record.issued_at = old.issued_at.or(record.issued_at);
        if record.level <= old.level {
            record.answer_due_at = old.answer_due_at;
        }
    }
    Some((record, change))
}

/// Whether two records say the same: what differs by when or by which command it was found is no difference.
fn same(a: &AlertRecord, b: &AlertRecord) -> bool {
    let said = |record: &AlertRecord| {
        record.evidence.iter().find_map(|e| match e {
            Evidence::Inspection {
                figures,
                parameters,
                total,
                rows,
                ..
            } => Some((figures.clone(), parameters.clone(), *total, rows.clone())),
            _ => None,
        })
    };
    (a.level, a.status, &a.message) == (b.level, b.status, &b.message)
        && (a.breached_at, a.ended_at) == (b.breached_at, b.ended_at)
        && said(a) == said(b)
}

fn build(command: &Command, finding: &Finding, now: Timestamp, rules: &Rules) -> AlertRecord {
    let (subject, review) = (&command.subject, finding.level == Level::Review);
    let calendar = rules.calendar_of_body(finding.org_code.as_deref().unwrap_or_default());
    let answer_due_at = calendar
        .filter(|_| finding.level >= Level::Yellow)
        .map(|c| deadline::deadline(c, now, ANSWER_WITHIN, &deadline::Ledger::default()).due_at);
    let mut evidence = vec![Evidence::Inspection {
        command: command.id.clone(),
        window: finding.window.clone(),
        known_at: command.at,
        figures: finding.figures.clone(),
        parameters: finding.parameters.clone(),
        total: finding.total,
        rows: finding.rows.clone(),
    }];
    if !finding.settings.is_empty() {
        evidence.push(Evidence::Note {
            text: format!("适用规则设置：{}。", finding.settings.join("、")),
        });
    }
    AlertRecord {
        alert_id: command.alert_id(),
        subject_kind: subject.kind.code().into(),
        source: subject.source.clone(),
        case_no: subject.key.clone(),
        item_code: finding.item_code.clone(),
        org_code: finding.org_code.clone(),
        region_code: finding.region_code.clone(),
        responsible_org: finding.org_code.clone(),
        responsible_office: None,
        responsible_actor: finding.actor.clone(),
        control_point: inspection_point(&finding.rule),
        rule: finding.rule.clone(),
        step: finding.window.label.clone(),
        visit: 1,
        level: finding.level,
        status: match review {
            true => Status::Review,
            false => Status::Issued,
        },
        due_at: None,
        breached_at: finding.breached_at,
        raised_at: now,
        issued_at: (!review).then_some(now),
        completed_at: None,
        ended_at: None,
        ended_reason: None,
        withdrawn_at: None,
        withdrawn_reason: None,
        statutory: None,
        legal_basis: finding.legal_basis.clone(),
        limit: None,
        answer_due_at,
        definitions_version: rules.definitions_version().into(),
        calendar_version: calendar
            .map(|c| format!("{} {}", c.id(), c.version()))
            .unwrap_or_default(),
        engine_version: ENGINE_VERSION.into(),
        message: finding.message.clone(),
        evidence,
        disposition: None,
    }
}
