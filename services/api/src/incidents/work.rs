//! `POST /api/v1/incidents/{id}/members/{act}`: one act upon all.
//!
//! The act is written down first, with the members it is meant for as they follow from the journal. Then each is given the usual command, under
//! a key of the act's, and what the owner of its partition decided is written down, a piece at a time. A request works for [`WORKED_FOR`] and
//! tells how far it came; sent again under its key it goes on. Whoever dies in between sends some commands once more, and since their ids
//! follow from the act and the alert, they are answered as they were and nothing is done twice.
//!
//! Commands carry the name of whoever began the act, so nobody else goes on with it; it can be halted, and another one given.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State as Here};
use futures::{StreamExt, stream};
use mingjing_domain::alert::AlertRecord;
use mingjing_domain::disposition::Disposal;
use mingjing_domain::incident::{Act, Incident, Outcome, Progress, Run};
use mingjing_domain::life::{Actor, Refusal};
use mingjing_store::Sight;
use serde_json::{Value, json};

use super::{
    TRIES, encoded, journals, key_reused, members, of, reach_of, record, records, refused,
    said_before, show, without_an_end,
};
use crate::dispositions::{Asked, dispose, needed};
use crate::life::said::{Said, SaidFields, read};
use crate::people::gate::Caller;
use crate::{ApiError, Operator, State};

/// So long one request works at an act.
const WORKED_FOR: Duration = Duration::from_secs(5);
/// Members whose outcomes are written down together.
const PIECE: usize = 64;
/// Commands under way at a time.
const AT_ONCE: usize = 16;

/// The handler.
pub(super) async fn upon_all(
    Here(state): Here<State>,
    Path((id, act)): Path<(String, String)>,
    _: Operator,
    caller: Caller,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let (fields, mut asked): (SaidFields, Asked) = read(&body)?;
    let disposal = asked.disposal_of_many(&act)?;
    let said = fields.by(&caller)?.said(&act)?;
    let key = needed(said.key.clone())?;
    let sight = caller.sight();
    let begun = begin(&state, &id, &said, &key, disposal, &sight).await?;
    let began = Instant::now();
    while work(&state, &id, begun, &sight).await? && began.elapsed() < WORKED_FOR {}
    let records = records(&state, &id, &sight).await?;
    let incident = of(&records)?;
    let mut told = show::whole(&id, &incident, &sight, &state);
    told["done"] = json!(run(&incident, begun)?.progress(&incident.members) != Progress::UnderWay);
    told["begun"] = json!(begun);
    Ok(Json(told))
}

fn run<'i, 'r>(incident: &'i Incident<'r>, begun: usize) -> Result<&'i Run<'r>, ApiError> {
    let run = incident.runs.iter().find(|run| run.number == begun);
    run.ok_or_else(|| ApiError::Failed("an act upon all that was not begun".into()))
}

/// Writes the act down, once; answers the number of the record that began it.
async fn begin(
    state: &State,
    id: &str,
    said: &Said,
    key: &str,
    disposal: Disposal,
    sight: &Sight,
) -> Result<usize, ApiError> {
    let journals = journals(state);
    let what = Act::Begun {
        disposal,
        reach: reach_of(sight),
    };
    for _ in 0..TRIES {
        let records = records(state, id, sight).await?;
        if let Some(before) = said_before(&records, said, key) {
            let number = records.iter().position(|record| record == before);
            let same = match (&before.what, &what) {
                // How far somebody sees may have changed since.
                (
                    Act::Begun { disposal, .. },
                    Act::Begun {
                        disposal: asked, ..
                    },
                ) => disposal == asked && before.why == said.why,
                _ => false,
            };
            return match number {
                Some(number) if same => Ok(number),
                _ => Err(key_reused()),
            };
        }
        if let Some(why) = of(&records)?.refused(&what) {
            return Err(refused(why));
        }
        let record = record(state, said, key.to_owned(), what.clone());
        if journals.add(id, records.len(), encoded(&record)?).await? {
            return Ok(records.len());
        }
    }
    Err(without_an_end())
}

/// Does a piece of what is left; answers whether there is more that can be done now.
async fn work(state: &State, id: &str, begun: usize, sight: &Sight) -> Result<bool, ApiError> {
    let records = records(state, id, sight).await?;
    let incident = of(&records)?;
    let run = run(&incident, begun)?;
    if run.progress(&incident.members) != Progress::UnderWay {
        return Ok(false);
    }
    let left = run.left(&incident.members);
    let more = left.len() > PIECE;
    let piece: Vec<String> = left.iter().take(PIECE).map(|id| (*id).to_owned()).collect();
    let alerts = members::read(state, &piece, sight).await?;
    let given = Given {
        key: format!("incident-{id}-{begun}"),
        who: run.begun.who.clone(),
        why: reason(&incident, id, &run.begun.why),
        disposal: run.disposal.clone(),
    };
    let given = &given;
    let alerts = &alerts;
    let outcomes: Vec<(String, Result<Option<Outcome>, ApiError>)> = stream::iter(piece)
        .map(|alert| async move {
            let outcome = upon(state, alerts.get(&alert), given, sight).await;
            (alert, outcome)
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let mut results = BTreeMap::new();
    let (mut failed, mut waits) = (None, false);
    for (alert, outcome) in outcomes {
        match outcome {
            Ok(Some(outcome)) => {
                results.insert(alert, outcome);
            }
            Ok(None) => waits = true,
            Err(error) => failed = Some(error),
        }
    }
    if !results.is_empty() {
        worked(state, id, begun, results, sight).await?;
    }
    match failed {
        Some(error) => Err(error),
        None => Ok(more && !waits),
    }
}

/// What is given to each member.
struct Given {
    key: String,
    who: Actor,
    why: String,
    disposal: Disposal,
}

/// Which incident an alert was decided in, then what whoever decided has to say.
fn reason(incident: &Incident<'_>, id: &str, why: &str) -> String {
    format!("同因事件“{}”（{id}）：{why}", incident.head.title)
}

/// What became of the act upon one; none while that is not decided.
async fn upon(
    state: &State,
    alert: Option<&AlertRecord>,
    given: &Given,
    sight: &Sight,
) -> Result<Option<Outcome>, ApiError> {
    let Some(alert) = alert else {
        return Ok(Some(refusal("not_in_reach", "不在您的管辖范围内")));
    };
    let disposal = match &given.disposal {
        Disposal::Order {
            to,
            due_at,
            rectify,
        } if to.is_empty() => {
            let own = alert.responsible_org.as_ref().or(alert.org_code.as_ref());
            let Some(own) = own else {
                return Ok(Some(refusal("no_body", "没有责任机构，须单独督办")));
            };
            Disposal::Order {
                to: own.clone(),
                due_at: *due_at,
                rectify: *rectify,
            }
        }
        other => other.clone(),
    };
    let why = given.why.clone();
    match dispose(state, alert, &given.key, &given.who, why, disposal, sight).await {
        Ok(outcome) => Ok(outcome.map(|outcome| match outcome.refused {
            None => Outcome::Applied,
            Some(refused) => refusal(refused.reason.code(), &refused.message),
        })),
        // It goes to nobody.
        Err(ApiError::Refused(refusals)) => Ok(refusals.first().map(said)),
        Err(error) => Err(error),
    }
}

fn said(refused: &Refusal) -> Outcome {
    refusal(refused.reason, &refused.message)
}

fn refusal(reason: &str, message: &str) -> Outcome {
    Outcome::Refused {
        reason: reason.to_owned(),
        message: message.to_owned(),
    }
}

/// Writes down what became of a piece. What another request wrote meanwhile of the same act is the same.
async fn worked(
    state: &State,
    id: &str,
    begun: usize,
    results: BTreeMap<String, Outcome>,
    sight: &Sight,
) -> Result<(), ApiError> {
    let journals = journals(state);
    for _ in 0..TRIES {
        let records = records(state, id, sight).await?;
        let incident = of(&records)?;
        let run = run(&incident, begun)?;
        let new = |(alert, _): &(&String, &Outcome)| !run.results.contains_key(alert.as_str());
        let results: BTreeMap<String, Outcome> = results
            .iter()
            .filter(new)
            .map(|(alert, outcome)| (alert.clone(), outcome.clone()))
            .collect();
        if results.is_empty() {
            return Ok(());
        }
        let said = Said {
            who: run.begun.who.clone(),
            why: String::new(),
            key: None,
            about: String::new(),
        };
        let key = run.begun.key.clone();
        let record = record(state, &said, key, Act::Worked { begun, results });
        if journals.add(id, records.len(), encoded(&record)?).await? {
            return Ok(());
        }
    }
    Err(without_an_end())
}
