//! A draft: of a period's figures, by hand or by plan, or a correction.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State as Here;
use mingjing_bulletin::{Asked, Document, Figures, compose};
use mingjing_domain::bulletin::{Act, Draft, Kind, Matter, Named, Record};
use mingjing_domain::ids::derived_id;
use mingjing_domain::period::Period;
use serde_json::Value;

use super::asked::{Drafting, Wanted};
use super::{
    ID_DIGITS, corrections, decoded, encoded, figures, journals, kept, record, records, refused,
    shown, today,
};
use crate::dispositions::needed;
use crate::life::said::{SaidFields, read};
use crate::people::gate::Caller;
use crate::{ApiError, Operator, State};

/// `POST /api/v1/bulletins`: makes a draft from the data as it is.
pub(super) async fn draft(
    Here(state): Here<State>,
    _: Operator,
    caller: Caller,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let (fields, asked): (SaidFields, Drafting) = read(&body)?;
    let said = fields.or_why("起草").by(&caller)?.said("bulletin")?;
    let key = needed(said.key.clone())?;
    let wanted = asked.wanted()?;
    let id = derived_id(&["bulletin", &said.who.person, &key])[..ID_DIGITS].to_owned();
    let journals = journals(&state);
    let before = decoded(&journals.read(&id).await?)?;
    if before.is_empty() {
        let draft = match &wanted {
            Wanted::Periodic {
                kind,
                period,
                region,
            } => {
                in_reach(&caller, region)?;
                let of = Of {
                    kind: *kind,
                    period: *period,
                    region,
                    to: &asked.to,
                    copies: &asked.copies,
                };
                periodic(&state, &of).await?
            }
            Wanted::Correction => corrections::corrected(&state, &caller, &asked).await?,
        };
        let record = record(&state, &said, key, Act::Drafted(Box::new(draft)));
        journals.add(&id, 0, encoded(&record)?).await?;
    }
    // Of two who sent the same at once, one was first.
    let (records, seen) = records(&state, &id, &caller).await?;
    if !is_as_asked(&records, &wanted) {
        return Err(refused(
            "key_reused",
            "同一 key 之前提交过不同的内容",
            "内容不同的请求请换一个 key",
        ));
    }
    shown(&state, &id, &records, seen, &caller).await
}

/// What a bulletin of a period is drafted of.
pub(super) struct Of<'a> {
    pub(super) kind: Kind,
    pub(super) period: Period,
    pub(super) region: &'a str,
    pub(super) to: &'a str,
    pub(super) copies: &'a str,
}

/// A bulletin or report from the figures as they are now.
pub(super) async fn periodic(state: &State, of: &Of<'_>) -> Result<Draft, ApiError> {
    let figures = figures::taken(state, of.period, of.region).await?;
    let on = today(state).await?;
    let calendar = state.lives.calendar().await?;
    let asked = Asked {
        kind: of.kind,
        to: of.to.to_owned(),
        copies: of.copies.to_owned(),
        on,
        dates: figures::dates(&calendar, on),
    };
    let document = compose(&figures, &asked);
    drafted(state, &figures, &document).await
}

fn is_as_asked(records: &[Record], wanted: &Wanted) -> bool {
    Matter::of(records).is_some_and(|matter| match wanted {
        Wanted::Periodic {
            kind,
            period,
            region,
        } => {
            let draft = matter.draft;
            draft.kind == *kind && draft.period == period.to_string() && draft.region == *region
        }
        Wanted::Correction => matter.draft.kind == Kind::Correction,
    })
}

/// Nobody drafts of more than they see.
pub(super) fn in_reach(caller: &Caller, region: &str) -> Result<(), ApiError> {
    let sight = caller.sight();
    match sight.body.is_none() && sight.sees(Some(region), &[]) {
        true => Ok(()),
        false => Err(ApiError::bad("region", "没有这个区划，或者不在管辖范围内")),
    }
}

pub(super) async fn drafted(
    state: &State,
    figures: &Figures,
    document: &Document,
) -> Result<Draft, ApiError> {
    let named = document.named.iter().map(|(body, name)| Named {
        body: body.clone(),
        name: name.clone(),
    });
    Ok(Draft {
        kind: document.kind,
        period: figures.period.to_string(),
        region: figures.scope.region.clone(),
        title: document.title.clone(),
        figures: kept(state, figures).await?,
        content: kept(state, document).await?,
        dictionary: figures.dictionary_version.clone(),
        as_of: figures.as_of.clone(),
        named: named.collect(),
        corrects: String::new(),
        alerts: Vec::new(),
        scores: String::new(),
    })
}
