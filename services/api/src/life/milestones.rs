//! `/api/v1/milestones`: how far each body has come, and what is overdue.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State as Here};
use chrono::NaiveDate;
use mingjing_domain::life::{
    Milestone, MilestoneAct, MilestoneRecord, MilestoneStanding, milestones,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::said::{self, SaidFields};
use super::show;
use crate::operator::Operator;
use crate::people::gate::Caller;
use crate::{ApiError, State, query};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    milestone: String,
    /// One of these three.
    due: Option<NaiveDate>,
    done: Option<NaiveDate>,
    undone: Option<bool>,
}

/// `GET /api/v1/milestones?body=&overdue=`
pub async fn list(
    Here(state): Here<State>,
    RawQuery(asked): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let asked = query::pairs(asked.as_deref(), &["body", "overdue"])?;
    let lives = &*state.lives;
    let today = lives.today((state.now)()).await?;
    let in_force = lives.in_force().await?;
    let records = lives.journals::<MilestoneRecord>("milestones/").await?;
    let drafts = lives.all().await?;
    let mut bodies: Vec<String> = records.keys().cloned().collect();
    bodies.extend(
        in_force
            .set
            .bodies
            .iter()
            .map(|body| body.value.code.text.clone()),
    );
    bodies.sort();
    bodies.dedup();
    let mut listed = Vec::new();
    for body in bodies {
        if asked.get("body").is_some_and(|wanted| *wanted != body) {
            continue;
        }
        let own = records.get(&body).map_or(&[][..], Vec::as_slice);
        let sources = in_force.set.sources.iter();
        let sources = sources
            .filter(|source| source.value.org_code.as_deref() == Some(&*body))
            .count();
        let mut standings = milestones(&body, own, &in_force.set, &drafts, sources, today);
        if let Some(wanted) = asked.get("overdue") {
            standings.retain(|standing| standing.overdue == (wanted == "true"));
        }
        let history = own.iter().map(|record| {
            json!({
                "at": record.at.to_rfc3339(state.zone),
                "who": show::actor(&record.who),
                "why": record.why,
                "milestone": record.milestone.code(),
                "act": record.act,
            })
        });
        if standings.is_empty() {
            continue;
        }
        listed.push(json!({
            "body": body,
            "milestones": standings.iter().map(shown).collect::<Vec<_>>(),
            "history": history.collect::<Vec<_>>(),
        }));
    }
    Ok(Json(json!({ "on": today, "bodies": listed })))
}

fn shown(standing: &MilestoneStanding) -> Value {
    json!({
        "milestone": standing.milestone.code(),
        "name": standing.milestone.name_zh(),
        "due": standing.due,
        "done": standing.done,
        "done_on": standing.done_on,
        "items_with": standing.counted.map(|(have, _)| have),
        "items": standing.counted.map(|(_, all)| all),
        "contradicted": standing.contradicted,
        "overdue": standing.overdue,
    })
}

/// `POST /api/v1/milestones/{body}`: when one is due, that it is done, or that it is not after all.
pub(crate) async fn act(
    Here(state): Here<State>,
    Path(body): Path<String>,
    _: Operator,
    caller: Caller,
    request: Bytes,
) -> Result<Json<Value>, ApiError> {
    let (fields, asked): (SaidFields, Asked) = said::read(&request)?;
    let said = fields.by(&caller)?.said("")?;
    let Asked {
        milestone,
        due,
        done,
        undone,
    } = asked;
    let known = Milestone::ALL.into_iter().find(|m| m.code() == milestone);
    let milestone = known.ok_or_else(|| {
        let all = Milestone::ALL.map(|m| format!("{}（{}）", m.code(), m.name_zh()));
        ApiError::bad(
            "milestone",
            format!("没有节点 {milestone}；可用的是 {}", all.join("、")),
        )
    })?;
    let lives = &*state.lives;
    let now = (state.now)();
    let today = lives.today(now).await?;
    let act = match (due, done, undone) {
        (Some(due), None, None) => MilestoneAct::Planned { due },
        (None, Some(on), None) if on <= today => MilestoneAct::Done { on },
        (None, Some(on), None) => {
            return Err(ApiError::bad(
                "done",
                format!("{on} 尚未到来，完成之后再登记"),
            ));
        }
        (None, None, Some(true)) => MilestoneAct::Undone,
        _ => {
            return Err(ApiError::bad(
                "due",
                "请给出其中一个：due（应当完成的日期）、done（完成的日期）或者 undone: true（撤回完成）",
            ));
        }
    };
    lives.in_force().await?.body(&body)?;
    let record = MilestoneRecord {
        at: now,
        who: said.who,
        why: said.why,
        key: said.key,
        milestone,
        act,
    };
    lives
        .add(
            &format!("milestones/{body}"),
            |records: &[MilestoneRecord]| {
                let known = |r: &MilestoneRecord| r.key.is_some() && r.key == record.key;
                Ok((!records.iter().any(known)).then(|| record.clone()))
            },
        )
        .await?;
    let all = list(
        Here(state),
        RawQuery(Some(format!("body={}", urlencoded(&body)))),
    )
    .await?;
    Ok(all)
}

fn urlencoded(text: &str) -> String {
    serde_urlencoded::to_string([("", text)])
        .map(|pair| pair.trim_start_matches('=').to_owned())
        .unwrap_or_default()
}
