//! What people did about an alert, act by act: its record holds the last appeal and the last order, and an alert may have had several.

use mingjing_domain::alert::AlertRecord;
use mingjing_domain::command::{Act, Author, Command};
use mingjing_domain::disposition::{Disposal, ObjectiveCause};
use mingjing_store::Among;
use serde_json::{Value, json};

use crate::{ApiError, State};

/// Every act that was applied, the first one first.
pub(super) async fn acts(state: &State, alert: &AlertRecord) -> Result<Vec<Value>, ApiError> {
    let among = Among::these([alert.alert_id.as_str()]);
    let Some(among) = among.filter(|_| alert.disposition.is_some()) else {
        return Ok(Vec::new());
    };
    let applied = state.store.applied(&among).await?;
    let told = applied.iter().filter_map(|command| told(command, state));
    Ok(told.collect())
}

fn told(command: &Command, state: &State) -> Option<Value> {
    let Act::Dispose { disposal, .. } = &command.what else {
        return None;
    };
    let Author::Person { id, body, office } = &command.by else {
        return None;
    };
    let (mut to, mut due, mut must_rectify) = (None, None, false);
    let mut evidence: &[String] = &[];
    let mut cause = None;
    match disposal {
        Disposal::Order {
            to: body,
            due_at,
            rectify,
        } => (to, due, must_rectify) = (Some(body), *due_at, *rectify),
        Disposal::PassOn { to: person, due_at } => (to, due) = (Some(person), *due_at),
        Disposal::PassUp { to: body } => to = Some(body),
        Disposal::AskExtension { due_at } | Disposal::Extend { due_at } => due = Some(*due_at),
        Disposal::Appeal { evidence: files }
        | Disposal::Answer { evidence: files }
        | Disposal::Report { evidence: files }
        | Disposal::Rectify { evidence: files } => evidence = files,
        Disposal::Dismiss {
            cause: which,
            evidence: files,
            ..
        }
        | Disposal::Withdraw {
            cause: which,
            evidence: files,
            ..
        } => (cause, evidence) = (*which, files),
        Disposal::Hold
        | Disposal::Issue
        | Disposal::Confirm
        | Disposal::Uphold
        | Disposal::RefuseExtension
        | Disposal::AcceptRectification
        | Disposal::RejectRectification
        | Disposal::Close => {}
    }
    Some(json!({
        "act": disposal.code(),
        "by": {
            "person": id, "body": body, "office": office,
            "at": command.at.to_rfc3339(state.zone),
            "reason": command.reason,
            "command": command.id,
        },
        "conclusion": disposal.conclusion().map(|conclusion| conclusion.code()),
        "cause": cause.map(ObjectiveCause::code),
        "to": to,
        "due_at": due.map(|due| due.to_rfc3339(state.zone)),
        "evidence": evidence,
        "must_rectify": must_rectify,
    }))
}
