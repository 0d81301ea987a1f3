//! `POST /api/v1/alerts/{alert_id}/{act}`: people work an alert; `/api/v1/commands/{command_id}`: what became of what they asked for.
//!
//! Nothing is decided here. What is asked becomes a command in the log of the alert's partition, and its owner decides; this waits for the
//! answer among the facts and passes it on. After [`PATIENCE`] it says where the answer will stand. The client's key makes the command's
//! id: whoever did not hear the answer asks the same again, is answered the same, and nothing is done twice.

use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State as Here};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use mingjing_domain::Timestamp;
use mingjing_domain::alert::AlertRecord;
use mingjing_domain::command::{Act, Author, Command, Subject, SubjectKind};
use mingjing_domain::disposition::{Conclusion, Disposal, RefusedBecause};
use mingjing_domain::life::Refusal;
use mingjing_log::{Record, Topic};
use mingjing_store::{CommandOutcome, Sight};
use mingjing_wire::cloudevents::encode_command;
use mingjing_wire::facts::case_key;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;

use crate::life::said::{SaidFields, read};
use crate::people::gate::Caller;
use crate::{ApiError, Operator, State, view};

/// So long an answer is waited for; then the client is told where it will stand.
const PATIENCE: Duration = Duration::from_secs(5);
/// So many files prove one appeal or answer at most.
const EVIDENCE_MAX: usize = 50;
/// As long may who signs be, too.
const PERSON_CHARS_MAX: usize = 128;

/// What is asked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    conclusion: Option<String>,
    evidence: Option<Vec<String>>,
    to: Option<String>,
    due_at: Option<String>,
}

impl Asked {
    fn disposal(&mut self, act: &str) -> Result<Disposal, ApiError> {
        let disposal = match act {
            "hold" => Disposal::Hold,
            "issue" => Disposal::Issue,
            "confirm" => Disposal::Confirm,
            "dismiss" => Disposal::Dismiss {
                conclusion: self.conclusion()?,
            },
            "appeal" => Disposal::Appeal {
                evidence: self.evidence()?,
            },
            "uphold" => Disposal::Uphold,
            "withdraw" => Disposal::Withdraw {
                conclusion: self.conclusion()?,
            },
            "pass_up" => Disposal::PassUp { to: self.to()? },
            "order" => Disposal::Order {
                to: self.to()?,
                due_at: self.due_at()?,
            },
            "answer" => Disposal::Answer {
                evidence: self.evidence()?,
            },
            "pass_on" => Disposal::PassOn {
                to: self.person()?,
                due_at: self.due_at()?,
            },
            "report" => Disposal::Report {
                evidence: self.evidence()?,
            },
            "ask_extension" => Disposal::AskExtension {
                due_at: self.until()?,
            },
            "extend" => Disposal::Extend {
                due_at: self.until()?,
            },
            "refuse_extension" => Disposal::RefuseExtension,
            "close" => Disposal::Close,
            other => {
                return Err(ApiError::NotFound {
                    what: format!("操作 {other}；可用的是 {}", Disposal::CODES.join("、")),
                });
            }
        };
        // A field that an act does not take was meant for another act.
        let left = [
            ("conclusion", self.conclusion.is_some()),
            ("evidence", self.evidence.is_some()),
            ("to", self.to.is_some()),
            ("due_at", self.due_at.is_some()),
        ];
        match left.iter().find(|(_, given)| *given) {
            Some((field, _)) => Err(ApiError::bad(field, format!("{act} 不用这个字段"))),
            None => Ok(disposal),
        }
    }

    fn conclusion(&mut self) -> Result<Conclusion, ApiError> {
        let code = self.conclusion.take().unwrap_or_default();
        Conclusion::from_code(&code).ok_or_else(|| {
            let known = Conclusion::ALL.map(|c| format!("{}（{}）", c.code(), c.name_zh()));
            ApiError::bad("conclusion", format!("请写明结论：{}", known.join("、")))
        })
    }

    fn evidence(&mut self) -> Result<Vec<String>, ApiError> {
        let hashes = self.evidence.take().unwrap_or_default();
        let is_hash = |text: &String| {
            text.len() == 64
                && text
                    .bytes()
                    .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        };
        if hashes.len() > EVIDENCE_MAX {
            return Err(ApiError::bad(
                "evidence",
                format!("最多 {EVIDENCE_MAX} 份材料"),
            ));
        }
        match hashes.iter().all(is_hash) {
            true => Ok(hashes),
            false => Err(ApiError::bad(
                "evidence",
                "应为材料文件的 SHA-256，64 位小写十六进制数字；文件本身不上传",
            )),
        }
    }

    fn to(&mut self) -> Result<String, ApiError> {
        let to = self.to.take().unwrap_or_default();
        match to.trim().is_empty() || to.chars().count() > 64 {
            false => Ok(to),
            true => Err(ApiError::bad("to", "请写明送达的机构代码")),
        }
    }

    /// To whom something is passed on.
    fn person(&mut self) -> Result<String, ApiError> {
        let to = self.to.take().unwrap_or_default().trim().to_owned();
        match to.is_empty() || to.chars().count() > PERSON_CHARS_MAX {
            false => Ok(to),
            true => Err(ApiError::bad("to", "请写明转办给哪位承办人（人员编号）")),
        }
    }

    fn until(&mut self) -> Result<Timestamp, ApiError> {
        self.due_at()?.ok_or_else(|| {
            ApiError::bad("due_at", "请写明延期至何时，如 2026-12-04T18:00:00+08:00")
        })
    }

    fn due_at(&mut self) -> Result<Option<Timestamp>, ApiError> {
        let read = |text: String| {
            Timestamp::parse(&text).map_err(|_| {
                ApiError::bad("due_at", "应为 RFC 3339 时间，如 2026-12-04T18:00:00+08:00")
            })
        };
        self.due_at.take().map(read).transpose()
    }
}

/// `POST /api/v1/alerts/{alert_id}/{act}`
pub(crate) async fn act(
    Here(state): Here<State>,
    Path((alert_id, act)): Path<(String, String)>,
    _: Operator,
    caller: Caller,
    body: Bytes,
) -> Result<Response, ApiError> {
    let (fields, mut asked): (SaidFields, Asked) = read(&body)?;
    let disposal = asked.disposal(&act)?;
    let said = fields.by(&caller)?.said(&act)?;
    let key = said.key.ok_or_else(|| {
        ApiError::bad(
            "key",
            "请给出客户端自定的键：未收到答复时以同一键重发，只算一次",
        )
    })?;
    let alert = known_alert(&state, &alert_id, &caller.sight()).await?;
    let by = Author::Person {
        id: said.who.person,
        body: said.who.body,
        office: said.who.office,
    };
    let what = Act::Dispose { alert_id, disposal };
    let subject = subject_of(&alert)?;
    let command = Command::keyed(&key, by, (state.now)(), said.why, subject, what);
    match settle(&state, &command).await? {
        Some(outcome) => answered(&state, &outcome).await,
        None => Ok(accepted(&command.id)),
    }
}

/// `GET /api/v1/commands/{command_id}`
pub(crate) async fn outcome(
    Here(state): Here<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let mut outcomes = state.hub.outcomes_of(&id);
    if outcomes.is_empty() {
        outcomes = state.store.command_outcomes(&id).await?;
    }
    // Of one key that came with several contents only the first was decided; the others were told so.
    let reused = |o: &CommandOutcome| {
        let reason = o.refused.as_ref().map(|refused| refused.reason);
        reason == Some(RefusedBecause::KeyReused)
    };
    outcomes.sort_by_key(reused);
    let sight = caller.sight();
    if !sight.is_everything() {
        for outcome in &outcomes {
            known_alert(&state, &outcome.alert_id, &sight).await?;
        }
    }
    let outcomes: Vec<Value> = outcomes.iter().map(|o| told(&state, o)).collect();
    let state_of = match outcomes.first() {
        Some(first) => first["state"].clone(),
        None if state.store.knows_command(&id).await? => json!("accepted"),
        None => {
            return Err(ApiError::NotFound {
                what: format!("指令 {id}（刚刚提交的，请稍后再查）"),
            });
        }
    };
    Ok(Json(
        json!({ "command_id": id, "state": state_of, "outcomes": outcomes }),
    ))
}

/// Puts the command into the log and waits for its answer, unless it has been answered before.
async fn settle(state: &State, command: &Command) -> Result<Option<CommandOutcome>, ApiError> {
    let mut answers = state.hub.answers();
    let digest = command.digest();
    let is_answer = |o: &CommandOutcome| o.command_id == command.id && o.digest == digest;
    let known = state.hub.outcomes_of(&command.id);
    if let Some(known) = known.into_iter().find(is_answer) {
        return Ok(Some(known));
    }
    // What was answered before this process began. Where the archive is away the owner answers again.
    let archived = state.store.command_outcomes(&command.id).await;
    if let Some(known) = archived.unwrap_or_default().into_iter().find(is_answer) {
        return Ok(Some(known));
    }
    let subject = &command.subject;
    let record = Record {
        key: case_key(&subject.source, &subject.key).into(),
        value: encode_command(command).into(),
    };
    let partition = subject.slot().partition(state.partitions);
    let appended = state.log.append(Topic::Events, partition, vec![record]);
    appended.await?;
    let answer = async {
        loop {
            match answers.recv().await {
                Ok(outcome) if is_answer(&outcome) => return Some((*outcome).clone()),
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => {
                    let known = state.hub.outcomes_of(&command.id);
                    if let Some(known) = known.into_iter().find(is_answer) {
                        return Some(known);
                    }
                }
                Err(RecvError::Closed) => return None,
            }
        }
    };
    Ok(tokio::time::timeout(PATIENCE, answer).await.ok().flatten())
}

/// An alert that there is, and that somebody sees.
async fn known_alert(
    state: &State,
    alert_id: &str,
    sight: &Sight,
) -> Result<AlertRecord, ApiError> {
    let found = match state.hub.alert(alert_id) {
        Some(alert) => Some(AlertRecord::clone(&alert)),
        None => state.store.alert(alert_id).await?.map(|found| found.alert),
    };
    let found = found.filter(|alert| sight.sees_alert(alert));
    found.ok_or_else(|| ApiError::NotFound {
        what: format!("预警 {alert_id}"),
    })
}

fn subject_of(alert: &AlertRecord) -> Result<Subject, ApiError> {
    let kind = SubjectKind::from_code(&alert.subject_kind);
    let kind = kind.ok_or_else(|| {
        ApiError::Failed(format!("an alert about a {:?}", alert.subject_kind).into())
    })?;
    Ok(Subject {
        kind,
        source: alert.source.clone(),
        key: alert.case_no.clone(),
    })
}

async fn answered(state: &State, outcome: &CommandOutcome) -> Result<Response, ApiError> {
    if let Some(refused) = &outcome.refused {
        return Err(ApiError::Refused(vec![Refusal::new(
            refused.reason.code(),
            "",
            refused.message.clone(),
            refused.reason.remedy_zh(),
        )]));
    }
    let alert = known_alert(state, &outcome.alert_id, &Sight::default()).await?;
    let mut answer = told(state, outcome);
    answer["alert"] = view::brief(&alert, state.zone);
    Ok(Json(answer).into_response())
}

fn told(state: &State, outcome: &CommandOutcome) -> Value {
    let mut told = json!({
        "command_id": outcome.command_id,
        "alert_id": outcome.alert_id,
        "act": outcome.act,
        "state": match outcome.refused { None => "applied", Some(_) => "refused" },
        "decided_at": outcome.at.to_rfc3339(state.zone),
    });
    if let Some(refused) = &outcome.refused {
        told["reason"] = json!(refused.reason.code());
        told["message"] = json!(refused.message);
        told["remedy"] = json!(refused.reason.remedy_zh());
    }
    told
}

/// It lies in the log and will be decided; where the answer will stand.
fn accepted(command_id: &str) -> Response {
    let place = format!("/api/v1/commands/{command_id}");
    let body = json!({
        "command_id": command_id,
        "state": "accepted",
        "status_address": place,
        "message_zh": "指令已记入日志，尚未作出决定，请按 status_address 查询结果；以同一键重发不会重复处置",
        "message_en": "the command is in the log and not decided yet; ask at status_address, sending it again under its key does nothing twice",
    });
    (
        StatusCode::ACCEPTED,
        [(header::LOCATION, place)],
        Json(body),
    )
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(act: &str, more: &str) -> Result<Disposal, ApiError> {
        let body = format!("{{\"who\":{{\"person\":\"li\"}},\"why\":\"核实\"{more}}}");
        let (_, mut asked): (_, Asked) = read(&body.into()).unwrap();
        asked.disposal(act)
    }

    #[test]
    fn an_act_takes_its_fields_and_no_others() {
        let hash = "0f".repeat(32);
        let objective = r#","conclusion":"objective""#;
        assert!(matches!(
            asked("dismiss", objective),
            Ok(Disposal::Dismiss {
                conclusion: Conclusion::Objective
            })
        ));
        assert!(asked("appeal", &format!(",\"evidence\":[\"{hash}\"]")).is_ok());
        assert!(asked("extend", r#","due_at":"2026-12-04T18:00:00+08:00""#).is_ok());
        for (act, more) in [
            ("dismiss", ""),
            ("dismiss", r#","conclusion":"guilty""#),
            ("confirm", objective),
            ("appeal", r#","evidence":["contract.pdf"]"#),
            ("order", ""),
            ("extend", ""),
            ("extend", r#","due_at":"tomorrow""#),
            ("ask_extension", ""),
            (
                "refuse_extension",
                r#","due_at":"2026-12-04T18:00:00+08:00""#,
            ),
            ("pass_on", r#","due_at":"2026-12-04T18:00:00+08:00""#),
            ("pass_on", r#","to":" ""#),
            ("report", r#","to":"zhang""#),
            ("delete", ""),
        ] {
            assert!(asked(act, more).is_err(), "{act} {more}");
        }
    }

    #[test]
    fn every_act_has_an_address() {
        for act in Disposal::CODES {
            let fields = match act {
                "dismiss" | "withdraw" => r#","conclusion":"data""#,
                "order" | "pass_up" | "pass_on" => r#","to":"zjj""#,
                "extend" | "ask_extension" => r#","due_at":"2026-12-04T18:00:00+08:00""#,
                _ => "",
            };
            assert_eq!(asked(act, fields).unwrap().code(), act);
        }
    }
}
