//! 更正通报: drafted from alerts that an appeal took back after a bulletin was published; and the old bulletin, which says so.

use std::collections::BTreeSet;

use mingjing_bulletin::{Corrected, Correction, Figures, correct};
use mingjing_domain::bulletin::{Act, Draft, Record, State as Stage};

use super::asked::Drafting;
use super::drafting::{drafted, in_reach};
use super::{
    TRIES, decoded, encoded, failed, figures, journals, kept, matter, opened, records, refused,
    scores, today,
};
use crate::dispositions::known_alert;
use crate::people::gate::Caller;
use crate::{ApiError, State};

/// A correction: of a published bulletin, about alerts that an appeal took back after it was published.
pub(super) async fn corrected(
    state: &State,
    caller: &Caller,
    asked: &Drafting,
) -> Result<Draft, ApiError> {
    let (old, _) = records(state, &asked.corrects, caller).await?;
    let old = matter(&old)?;
    in_reach(caller, &old.draft.region)?;
    let Stage::Published { number, at, .. } = &old.state else {
        return Err(refused(
            "wrong_state",
            "所更正的通报尚未印发",
            "尚未印发的请退回修改",
        ));
    };
    let then: Figures = opened(state, &old.draft.figures).await?;
    let names = state.names.current();
    let mut alerts = Vec::new();
    for id in &asked.alerts {
        let alert = known_alert(state, id, &caller.sight()).await?;
        let done = alert.disposition.as_deref();
        let won = done
            .and_then(|done| {
                Some((
                    done.appeal.as_ref()?.outcome.as_ref()?,
                    done.decision.as_ref()?,
                ))
            })
            .filter(|(outcome, decision)| !outcome.upheld && decision.by.at > at.at);
        let Some((_, decision)) = won else {
            return Err(refused(
                "no_appeal_won",
                format!("预警 {id} 没有在该通报印发之后申诉成立"),
                "更正通报只针对印发后申诉成立的预警；其他差错请另行研究",
            ));
        };
        let body = alert.responsible_org.as_ref().or(alert.org_code.as_ref());
        let body = body.cloned().unwrap_or_default();
        let point = names.control_points.get(&alert.control_point);
        let rule = mingjing_domain::catalogue::rule(&alert.rule).map(|rule| rule.name);
        alerts.push(Corrected {
            body_name: names.orgs.get(&body).unwrap_or(&body).clone(),
            body,
            case_no: alert.case_no.clone(),
            level: alert.level.name_zh().to_owned(),
            point: point
                .cloned()
                .or(rule.map(str::to_owned))
                .unwrap_or_else(|| alert.rule.clone()),
            decided_on: decision.by.at.local_date(state.zone),
            named: then.problems.iter().any(|problem| problem.alert == *id),
        });
    }
    let now = figures::taken(state, then.period, &old.draft.region).await?;
    let restatement = scores::restated(state, &old).await?;
    let bodies: BTreeSet<&str> = alerts.iter().map(|alert| alert.body.as_str()).collect();
    let told = scores::told(&restatement, &bodies);
    let document = correct(&Correction {
        title: old.title,
        number,
        published_on: at.at.local_date(state.zone),
        then: &then,
        now: &now,
        alerts,
        scores: told.scores,
        scores_left: told.left,
        moved: told.moved,
        to: asked.to.clone(),
        copies: asked.copies.clone(),
        on: today(state).await?,
    });
    Ok(Draft {
        corrects: asked.corrects.clone(),
        alerts: asked.alerts.clone(),
        scores: kept(state, &restatement).await?,
        ..drafted(state, &now, &document).await?
    })
}

/// The old bulletin says which paper corrects it. A kill before that leaves it unsaid there; the correction itself names the old one.
pub(super) async fn told_in_the_old(
    state: &State,
    old: &str,
    by: &str,
    published: &Record,
) -> Result<(), ApiError> {
    let journals = journals(state);
    let record = Record {
        what: Act::Corrected { by: by.to_owned() },
        ..published.clone()
    };
    for _ in 0..TRIES {
        let records = decoded(&journals.read(old).await?)?;
        let known = matter(&records)?;
        let today = published.at.local_date(state.zone);
        if known.refused(&record.what, &record.who, today).is_some() {
            return Ok(());
        }
        if journals.add(old, records.len(), encoded(&record)?).await? {
            return Ok(());
        }
    }
    Err(failed("a bulletin is written to without an end"))
}
