//! The sheets of bodies as they stand at an instant, for papers that keep them: a bulletin keeps those of its period when it is signed, a correction both those and the ones of now.

use std::collections::BTreeSet;

use mingjing_domain::definitions::{Points, ScoreSubject};
use mingjing_domain::period::Period;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::asked;
use super::counted::{self, Wanted};
use crate::people::account::subtree;
use crate::{ApiError, State};

/// A body's sheet as it stood.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Standing {
    /// The model, its name and its version.
    pub model: String,
    /// 名称.
    pub model_name: String,
    /// 版本.
    pub model_version: String,
    /// The period, as it is written.
    pub period: String,
    /// 机构代码.
    pub body: String,
    /// Its name.
    pub body_name: String,
    /// 分组; none: it is compared with nobody.
    pub class: Option<String>,
    /// 得分.
    pub total: Points,
    /// 等次, in the field's term.
    pub grade: String,
    /// 名次; none: it has none.
    pub rank: Option<usize>,
    /// Among how many.
    pub ranked: usize,
    /// The sheet: parts, items, and the rows that made it.
    pub sheet: Value,
}

/// The sheets of the bodies of a region for every period of a model of bodies that lies in another and is over. Ranks are those among all bodies.
pub(crate) async fn of_bodies(
    state: &State,
    region: &str,
    whole: &Period,
) -> Result<Vec<Standing>, ApiError> {
    let in_force = state.definitions.in_force().await?;
    let names = state.names.current();
    let prefix = subtree(region).unwrap_or(region);
    let (now, zone) = ((state.now)(), state.zone);
    let models = in_force.set.score_models.iter();
    let of_bodies = models.filter(|model| model.value.subject == ScoreSubject::Body);
    let ids: BTreeSet<&str> = of_bodies.map(|model| &*model.value.id.text).collect();
    let mut found = Vec::new();
    for id in ids {
        // A model of which no version is in force yet scores nothing.
        let Ok(periods) = asked::within(&in_force, id, whole, now, zone) else {
            continue;
        };
        for (model, period) in periods {
            if model.subject != ScoreSubject::Body || period.running(now, zone) {
                continue;
            }
            let wanted = Wanted {
                model,
                period,
                org: None,
                region_prefix: None,
            };
            let all = match counted::count(state, &in_force, &wanted).await {
                // More rows than are scored: there is no sheet that could be kept.
                Err(ApiError::BadRequest { .. }) => continue,
                counted => counted?,
            };
            for one in all.iter().filter(|one| one.region.starts_with(prefix)) {
                let body = &one.of.body;
                let sheet = serde_json::to_value(&one.sheet);
                found.push(Standing {
                    model: id.to_owned(),
                    model_name: model.name.clone(),
                    model_version: model.version.clone(),
                    period: period.to_string(),
                    body: body.clone(),
                    body_name: names.orgs.get(body).unwrap_or(body).clone(),
                    class: one.class.clone(),
                    total: one.sheet.total,
                    grade: one.sheet.grade.name_zh().to_owned(),
                    rank: one.rank.ok(),
                    ranked: one.ranked,
                    sheet: sheet.map_err(|error| ApiError::Failed(error.into()))?,
                });
            }
        }
    }
    Ok(found)
}
