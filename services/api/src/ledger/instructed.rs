//! An order 督办 upon a leader's instruction 批示.
//!
//! It is an order like any other, decided by the owner of its alert's partition, and its reason says whose words it follows from. Which
//! command it will be is written down before it is put into the log, so that no end in between leaves an order of which nobody knows where it
//! came from; whether it came there and was applied is what is known of the command. One that was refused or never came there may be
//! followed by another; beside one that stands there is none.
//!
//! With the order's closing the instruction is done. Nobody writes that down a second time: it is read from what was done about the alert, so
//! that a closing that was decided late, or whose answer nobody heard, counts like any other.

use std::collections::{BTreeMap, BTreeSet};

use mingjing_domain::command::Act::Dispose;
use mingjing_domain::command::{Author, Command};
use mingjing_domain::disposition::{Disposal, RefusedBecause};
use mingjing_domain::ledger::{Act, Kind, Matter, Ordered};
use mingjing_store::{Among, CommandOutcome};
use serde_json::{Value, json};

use super::{Day, TRIES, encoded, journals, person, record, records, refused};
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

/// 办结督办 of the orders upon instructions, by the order's command.
pub(super) struct Closings(BTreeMap<String, Command>);

/// What closed the orders upon these that nobody entered a result of.
pub(super) async fn closings<'a, 'r: 'a>(
    state: &State,
    matters: impl IntoIterator<Item = &'a Matter<'r>>,
) -> Result<Closings, ApiError> {
    let waiting = matters.into_iter().filter_map(|matter| {
        let order = matter.done_by()?;
        Some((order, matter.entry.alerts.first()?.as_str()))
    });
    let waiting: BTreeMap<&str, &str> = waiting.collect();
    let alerts: BTreeSet<&str> = waiting.values().copied().collect();
    if alerts.is_empty() {
        return Ok(Closings(BTreeMap::new()));
    }
    let among = Among::these(alerts)
        .ok_or_else(|| ApiError::bad("kind", "批示太多，请按机构或者预警缩小范围"))?;
    Ok(Closings::of(&waiting, state.store.applied(&among).await?))
}

impl Closings {
    /// Of an alert one order is open at a time, so that what is closed next is what was ordered last.
    fn of(waiting: &BTreeMap<&str, &str>, applied: Vec<Command>) -> Self {
        let mut open: BTreeMap<String, String> = BTreeMap::new();
        let mut closed = BTreeMap::new();
        for command in applied {
            let Dispose { alert_id, disposal } = &command.what else {
                continue;
            };
            match disposal {
                Disposal::Order { .. } => {
                    open.insert(alert_id.clone(), command.id.clone());
                }
                Disposal::Close => {
                    let order = open.remove(alert_id);
                    if let Some(order) = order.filter(|id| waiting.contains_key(id.as_str())) {
                        closed.insert(order, command);
                    }
                }
                _ => {}
            }
        }
        Self(closed)
    }

    fn closing(&self, matter: &Matter<'_>) -> Option<&Command> {
        self.0.get(matter.done_by()?)
    }

    /// Says it of an instruction.
    pub(super) fn tell(&self, matter: &mut Matter<'_>, day: &Day) {
        let zone = day.calendar.tz();
        matter.order_closed = self.closing(matter).map(|by| by.at.local_date(zone));
    }

    /// As it is told: when, by whom, with what result; null where it was not closed.
    pub(super) fn told(&self, matter: &Matter<'_>, day: &Day, state: &State) -> Value {
        let Some(command) = self.closing(matter) else {
            return Value::Null;
        };
        let by = match &command.by {
            Author::Person { id, body, office } => {
                json!({ "person": id, "body": body, "office": office })
            }
            Author::Inspection { run_by } => json!({ "person": run_by, "body": "", "office": "" }),
        };
        json!({
            "at": command.at.to_rfc3339(state.zone),
            "by": by,
            "why": command.reason,
            "late": matter.late(&day.calendar),
        })
    }
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

#[cfg(test)]
mod tests {
    use mingjing_domain::Timestamp;
    use mingjing_domain::command::{Subject, SubjectKind};

    use super::*;

    fn command(alert: &str, id: &str, disposal: Disposal) -> Command {
        let by = Author::Person {
            id: "s-1".into(),
            body: "sfj".into(),
            office: String::new(),
        };
        let subject = Subject {
            kind: SubjectKind::Case,
            source: "office".into(),
            key: "1".into(),
        };
        let alert_id = alert.to_owned();
        let what = Dispose { alert_id, disposal };
        let said = Command::new(by, Timestamp::from_millis(0), "理由".into(), subject, what);
        Command {
            id: id.into(),
            ..said
        }
    }

    #[test]
    fn what_is_closed_next_is_the_order_that_was_given_last_about_the_alert() {
        let order = || Disposal::Order {
            to: "zjj".into(),
            due_at: None,
            rectify: false,
        };
        let applied = vec![
            // One that no leader asked for, before it.
            command("a", "o-1", order()),
            command("a", "c-1", Disposal::Close),
            command("a", "o-2", order()),
            command("b", "o-3", order()),
            command("b", "c-3", Disposal::Close),
            command("a", "x", Disposal::Confirm),
            command("a", "c-2", Disposal::Close),
            command("a", "o-4", order()),
        ];
        let waiting = BTreeMap::from([("o-2", "a"), ("o-3", "b"), ("o-4", "a")]);
        let found = Closings::of(&waiting, applied).0;
        let found: Vec<(&str, &str)> = found.iter().map(|(o, c)| (&**o, &*c.id)).collect();
        assert_eq!(found, [("o-2", "c-2"), ("o-3", "c-3")]);
    }
}
