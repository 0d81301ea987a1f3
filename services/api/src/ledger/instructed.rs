//! An order 督办 upon a leader's instruction 批示.
//!
//! It is an order like any other, decided by the owner of its alert's partition, and its reason says whose words it follows from. Which
//! command it will be is written down before it is put into the log, so that no end in between leaves an order of which nobody knows where it
//! came from; whether it came there and was applied is what is known of the command. One that was refused or never came there may be
//! followed by another; beside one that stands there is none.

use mingjing_domain::command::Command;
use mingjing_domain::disposition::{Disposal, RefusedBecause};
use mingjing_domain::ledger::{Act, Kind, Matter, Ordered};
use mingjing_store::CommandOutcome;
use serde_json::{Value, json};

use super::{TRIES, encoded, journals, person, record, records, refused};
use crate::dispositions::needed;
use crate::life::said::Said;
use crate::people::gate::Caller;
use crate::{ApiError, State};

/// What is said of an order upon an instruction: under a key of the instruction's, and with its words.
pub(crate) async fn upon(
    state: &State,
    caller: &Caller,
    id: &str,
    alert_id: &str,
    disposal: &Disposal,
    said: Said,
) -> Result<Said, ApiError> {
    let Disposal::Order { to, due_at, .. } = disposal else {
        return Err(ApiError::bad("instruction", "只有督办可以依据批示作出"));
    };
    let key = needed(said.key.clone())?;
    for _ in 0..TRIES {
        let records = records(state, id, caller).await?;
        let matter = Matter::of(&records);
        let matter =
            matter.ok_or_else(|| ApiError::Failed("an entry that was not entered".into()))?;
        let entry = matter.entry;
        if entry.kind != Kind::Instruction || !entry.alerts.iter().any(|one| one == alert_id) {
            return Err(ApiError::bad(
                "instruction",
                "该条台账不是针对这条预警的批示",
            ));
        }
        // Sent again, it is the same one.
        let mut before = matter.orders.iter();
        let again = before.position(|(record, _)| record.key == key && record.who == said.who);
        let own_key = format!("instruction-{id}-{}", again.unwrap_or(matter.orders.len()));
        let upon = Said {
            why: reason(&matter, &said.why),
            key: Some(own_key.clone()),
            ..said.clone()
        };
        if again.is_some() {
            return Ok(upon);
        }
        let ordered = Act::Ordered(Ordered {
            command: Command::keyed_id(&own_key, &said.who.person, alert_id),
            to: to.clone(),
            due_at: *due_at,
        });
        if let Some(why) = matter.refused(&ordered) {
            return Err(refused(
                "wrong_state",
                "instruction",
                why,
                "请核对该条批示的办理状态",
            ));
        }
        if let Some((_, last)) = matter.orders.last()
            && matches!(
                standing(state, &last.command).await?,
                Standing::Waits | Standing::Applied
            )
        {
            return Err(refused(
                "already_ordered",
                "instruction",
                "该批示已经交办督办",
                "请查看该预警的处置经过",
            ));
        }
        let record = record(state, &said, key.clone(), ordered);
        let record = encoded(&record)?;
        if journals(state).add(id, records.len(), record).await? {
            return Ok(upon);
        }
    }
    Err(ApiError::Failed(
        "an entry is written to without an end".into(),
    ))
}

/// Whose words it follows from, then what who orders has to say.
fn reason(matter: &Matter<'_>, why: &str) -> String {
    let (leader, words) = (&matter.entered.who.person, matter.entered.why.trim());
    let words = words.trim_end_matches('。');
    let on = matter.entry.on;
    format!("落实领导批示（{leader}，{on}）：{words}。{why}")
}

/// How a command stands.
enum Standing {
    /// It is not known to lie in the log.
    Unknown,
    /// It lies there and is not decided.
    Waits,
    /// It was applied.
    Applied,
    /// It was not, with why.
    Refused(String),
}

async fn standing(state: &State, command: &str) -> Result<Standing, ApiError> {
    let mut outcomes = state.hub.outcomes_of(command);
    if outcomes.is_empty() {
        outcomes = state.store.command_outcomes(command).await?;
    }
    // Under a key that came with several contents the first was decided.
    let reused = |outcome: &CommandOutcome| {
        let reason = outcome.refused.as_ref().map(|refused| refused.reason);
        reason == Some(RefusedBecause::KeyReused)
    };
    let decided = outcomes.into_iter().find(|outcome| !reused(outcome));
    Ok(match decided.map(|outcome| outcome.refused) {
        Some(None) => Standing::Applied,
        Some(Some(refused)) => Standing::Refused(refused.message),
        None if state.store.knows_command(command).await? => Standing::Waits,
        None => Standing::Unknown,
    })
}

/// The order that was given last upon an instruction, and what became of it; null where there is none.
pub(super) async fn order(state: &State, matter: &Matter<'_>) -> Result<Value, ApiError> {
    let Some((entered, ordered)) = matter.orders.last() else {
        return Ok(Value::Null);
    };
    let (told, message) = match standing(state, &ordered.command).await? {
        Standing::Unknown => return Ok(Value::Null),
        Standing::Waits => ("accepted", None),
        Standing::Applied => ("applied", None),
        Standing::Refused(message) => ("refused", Some(message)),
    };
    Ok(json!({
        "command_id": ordered.command,
        "to": ordered.to,
        "due_at": ordered.due_at.map(|due| due.to_rfc3339(state.zone)),
        "state": told,
        "message": message,
        "entered_at": entered.at.to_rfc3339(state.zone),
        "entered_by": person(&entered.who),
    }))
}
