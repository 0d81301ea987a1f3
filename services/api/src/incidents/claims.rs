//! Which incident an alert lies in: in one open one at most, however many processes add alerts at the same time.
//!
//! Journals do not know each other, so each alert has one of its own, of claims. A claim says into which incident an alert is meant to come
//! and under which number the record stands that adds it. It holds where that record is there and adds it, as long as nothing later takes
//! the alert out or closes the incident; so a claim of somebody who died before adding holds nothing. Whoever finds one whose record is not
//! written yet takes its number first (`Act::Fenced`): the other then finds the number taken, and claims anew or is told.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use mingjing_domain::incident::{Act, Incident, Member, Record};
use mingjing_domain::life::Actor;
use mingjing_log::Journals;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{TRIES, decoded, encoded, journals, without_an_end};
use crate::life::said::Said;
use crate::{ApiError, State};

/// The claims' table: a journal an alert.
const CLAIMS: &str = "incident_alerts";
/// Claims that are read or written at a time; a table writes what comes together with one sync.
const AT_ONCE: usize = 32;

/// A claim. It tells one writer from another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Claim {
    incident: String,
    /// The number of the record that adds it.
    record: usize,
    who: Actor,
    key: String,
}

impl Claim {
    pub(super) fn new(incident: &str, record: usize, said: &Said, key: &str) -> Self {
        Self {
            incident: incident.to_owned(),
            record,
            who: said.who.clone(),
            key: key.to_owned(),
        }
    }
}

/// What a claim comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// The alert lies in that incident, which is open.
    Holds,
    /// It was in it; the incident is closed.
    Closed,
    /// It does not lie in it.
    Void,
    /// The record that adds it is not written.
    Meant,
}

impl Standing {
    /// What the claim on an alert comes to, by the records of the incident that it names.
    fn of(claim: &Claim, alert: &str, records: &[Record]) -> Self {
        let adds = |record: &Record| match &record.what {
            Act::Added { members } => members.iter().any(|member| member.alert == alert),
            _ => false,
        };
        match records.get(claim.record) {
            None => Standing::Meant,
            Some(record) if !adds(record) => Standing::Void,
            Some(_) => match Incident::of(records) {
                Some(incident) if !incident.members.contains_key(alert) => Standing::Void,
                Some(incident) if incident.closed.is_some() => Standing::Closed,
                Some(_) => Standing::Holds,
                None => Standing::Void,
            },
        }
    }
}

fn claims(state: &State) -> Journals {
    Journals::new(state.definitions.shared_table(), CLAIMS)
}

/// An alert's last claim, and how many there are.
async fn last(claims: &Journals, alert: &str) -> Result<(usize, Option<Claim>), ApiError> {
    let kept = claims.read(alert).await?;
    let claim = kept.last().map(|bytes| serde_json::from_slice(bytes));
    let claim = claim
        .transpose()
        .map_err(|error| ApiError::Failed(format!("an entry of table {CLAIMS}: {error}").into()))?;
    Ok((kept.len(), claim))
}

/// Incidents' records by id.
type Read = BTreeMap<String, Vec<Record>>;

async fn read(state: &State, ids: BTreeSet<String>) -> Result<Read, ApiError> {
    let mut read = Read::new();
    for id in ids {
        let records = decoded(&journals(state).read(&id).await?)?;
        read.insert(id, records);
    }
    Ok(read)
}

/// In which incident each alert lies, or lay when that was closed: the incident's id and records, by alert.
pub(super) async fn lie_in(
    state: &State,
    alerts: &[String],
) -> Result<(BTreeMap<String, String>, Read), ApiError> {
    let claims = &claims(state);
    let lasts: Vec<(String, Option<Claim>)> = stream::iter(alerts.to_vec())
        .map(|alert| async move {
            let (_, claim) = last(claims, &alert).await?;
            Ok::<_, ApiError>((alert, claim))
        })
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    let named = lasts.iter().filter_map(|(_, claim)| claim.as_ref());
    let named = named.map(|claim| claim.incident.clone()).collect();
    let read = read(state, named).await?;
    let mut found = BTreeMap::new();
    for (alert, claim) in &lasts {
        let Some(claim) = claim else { continue };
        let records = read.get(&claim.incident).map_or(&[][..], Vec::as_slice);
        if matches!(
            Standing::of(claim, alert, records),
            Standing::Holds | Standing::Closed
        ) {
            found.insert(alert.clone(), claim.incident.clone());
        }
    }
    Ok((found, read))
}

/// Claims alerts; answers those that are claimed, and tells of the others in which incident they lie.
pub(super) async fn claim(
    state: &State,
    claim: &Claim,
    members: Vec<Member>,
) -> Result<(Vec<Member>, Vec<Value>), ApiError> {
    let bytes = serde_json::to_vec(claim).map_err(|error| ApiError::Failed(Box::new(error)))?;
    let bytes = Bytes::from(bytes);
    let claims = &claims(state);
    let (mut claimed, mut left) = (Vec::new(), Vec::new());
    let mut waiting = members;
    for _ in 0..TRIES {
        let lasts: Vec<(Member, usize, Option<Claim>)> = stream::iter(waiting)
            .map(|member| async move {
                let (known, last) = last(claims, &member.alert).await?;
                Ok::<_, ApiError>((member, known, last))
            })
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        let named = lasts.iter().filter_map(|(_, _, claim)| claim.as_ref());
        let named = named.map(|claim| claim.incident.clone()).collect();
        let read = read(state, named).await?;
        let (mut free, mut fences) = (Vec::new(), BTreeSet::new());
        waiting = Vec::new();
        for (member, known, last) in lasts {
            let Some(last) = last else {
                free.push((member, known));
                continue;
            };
            let records = read.get(&last.incident).map_or(&[][..], Vec::as_slice);
            match Standing::of(&last, &member.alert, records) {
                Standing::Holds => left.push(taken(&member.alert, &last.incident, records)),
                Standing::Void | Standing::Closed => free.push((member, known)),
                // Our own, of a request that came twice.
                Standing::Meant if last == *claim => claimed.push(member),
                Standing::Meant => {
                    fences.insert((last.incident, last.record));
                    waiting.push(member);
                }
            }
        }
        for (incident, record) in fences {
            fence(state, claim, &incident, record).await?;
        }
        let bytes = &bytes;
        let made: Vec<(Member, bool)> = stream::iter(free)
            .map(|(member, known)| async move {
                let made = claims.add(&member.alert, known, bytes.clone()).await?;
                Ok::<_, ApiError>((member, made))
            })
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        for (member, made) in made {
            match made {
                true => claimed.push(member),
                false => waiting.push(member),
            }
        }
        if waiting.is_empty() {
            return Ok((claimed, left));
        }
    }
    Err(without_an_end())
}

/// Takes the number under which somebody else meant to write, unless it is written by now. It is the next one: whoever claimed had read
/// all before it.
async fn fence(
    state: &State,
    claim: &Claim,
    incident: &str,
    record: usize,
) -> Result<(), ApiError> {
    let fenced = Record {
        at: (state.now)(),
        who: claim.who.clone(),
        why: String::new(),
        key: claim.key.clone(),
        what: Act::Fenced,
    };
    journals(state)
        .add(incident, record, encoded(&fenced)?)
        .await?;
    Ok(())
}

fn taken(alert: &str, incident: &str, records: &[Record]) -> Value {
    let title = Incident::of(records).map(|incident| incident.head.title.clone());
    let title = title.unwrap_or_default();
    json!({
        "alert_id": alert,
        "incident": incident,
        "title": title,
        "message": format!("已属于同因事件“{title}”（{incident}），请先移出"),
    })
}

/// Of alerts that were to be added before: those that do not lie in it.
pub(super) async fn left(
    state: &State,
    id: &str,
    incident: &Incident<'_>,
    alerts: &[String],
) -> Result<Vec<Value>, ApiError> {
    let out = alerts
        .iter()
        .filter(|alert| !incident.members.contains_key(alert.as_str()));
    let out: Vec<String> = out.cloned().collect();
    let (found, read) = lie_in(state, &out).await?;
    let others = found.iter().filter(|(_, incident)| *incident != id);
    let told = others.map(|(alert, incident)| {
        let records = read.get(incident).map_or(&[][..], Vec::as_slice);
        taken(alert, incident, records)
    });
    Ok(told.collect())
}

#[cfg(test)]
mod tests {
    use mingjing_domain::Timestamp;
    use mingjing_domain::alert::Level;
    use mingjing_domain::disposition::Conclusion;
    use mingjing_domain::incident::{Cause, Head};

    use super::*;

    fn records(acts: Vec<Act>) -> Vec<Record> {
        let record = |what| Record {
            at: Timestamp::from_millis(0),
            who: Actor::default(),
            why: "事由".into(),
            key: "k".into(),
            what,
        };
        acts.into_iter().map(record).collect()
    }

    fn opened() -> Act {
        Act::Opened(Head {
            title: "断报".into(),
            cause: Cause::Other {},
            from: None,
            until: None,
            body: "zjj".into(),
            region: "510500".into(),
        })
    }

    fn added(alert: &str) -> Act {
        Act::Added {
            members: vec![Member {
                alert: alert.into(),
                source: "s".into(),
                case_no: "1".into(),
                rule: "T3".into(),
                level: Level::Red,
                region: None,
                body: None,
                responsible: None,
            }],
        }
    }

    /// A claim on `a` under number 1.
    #[test]
    fn a_claim_holds_as_long_as_the_record_that_it_names_does() {
        let claim = Claim {
            incident: "i".into(),
            record: 1,
            who: Actor::default(),
            key: "k".into(),
        };
        let removed = Act::Removed {
            alerts: vec!["a".into()],
        };
        let closed = Act::Closed {
            conclusion: Conclusion::Data,
        };
        for (acts, wanted) in [
            (vec![], Standing::Meant),
            (vec![opened()], Standing::Meant),
            (vec![opened(), added("a")], Standing::Holds),
            (vec![opened(), added("b")], Standing::Void),
            (vec![opened(), Act::Fenced], Standing::Void),
            // What was added under another number was claimed anew.
            (vec![opened(), Act::Fenced, added("a")], Standing::Void),
            (vec![opened(), added("a"), removed], Standing::Void),
            (vec![opened(), added("a"), closed], Standing::Closed),
        ] {
            let told = format!("{acts:?}");
            assert_eq!(Standing::of(&claim, "a", &records(acts)), wanted, "{told}");
        }
    }
}
