//! 评分 beside a bulletin: the sheets of its period as they were when it was signed, and in a correction both those and the ones of now.

use std::collections::BTreeSet;

use mingjing_bulletin::{Restated, Score};
use mingjing_domain::bulletin::{Draft, Matter};
use mingjing_domain::period::Period;
use serde::{Deserialize, Serialize};

use super::contents::{content, opened};
use super::failed;
use crate::people::gate::Caller;
use crate::scores::{Standing, of_bodies};
use crate::{ApiError, State};

/// So many scores a correction tells; all of them are in its snapshot.
const TOLD_MAX: usize = 40;

/// Sheets as they stood at an instant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Scores {
    /// When they were counted: an instant with its offset.
    pub(super) as_of: String,
    /// The sheets.
    pub(super) sheets: Vec<Standing>,
}

/// What a correction keeps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Restatement {
    /// As they were when the old bulletin was signed, or as the old one restated them where it is a correction itself; none: it was signed before sheets were kept.
    pub(super) then: Option<Scores>,
    /// As they are.
    pub(super) now: Scores,
}

/// The sheets of a bulletin's period and region as they are.
pub(super) async fn counted(state: &State, draft: &Draft) -> Result<Scores, ApiError> {
    let period: Period = draft.period.parse().map_err(failed)?;
    Ok(Scores {
        as_of: (state.now)().to_rfc3339(state.zone),
        sheets: of_bodies(state, &draft.region, &period).await?,
    })
}

/// Where the scores lie that a bulletin told last, by their SHA-256.
#[derive(Debug, PartialEq, Eq)]
enum LastTold<'r> {
    /// [`Scores`], kept with its signature.
    Signed(&'r str),
    /// A [`Restatement`]: it is a correction, and its signature keeps none.
    Restated(&'r str),
}

impl<'r> LastTold<'r> {
    fn by(matter: &Matter<'r>) -> Option<Self> {
        match (matter.draft.scores.as_str(), matter.scores()) {
            ("", "") => None,
            ("", signed) => Some(Self::Signed(signed)),
            (restated, _) => Some(Self::Restated(restated)),
        }
    }
}

/// The sheets of a published bulletin as they were and as they are.
pub(super) async fn restated(state: &State, old: &Matter<'_>) -> Result<Restatement, ApiError> {
    let then = match LastTold::by(old) {
        None => None,
        Some(LastTold::Signed(sha256)) => Some(opened(state, sha256).await?),
        Some(LastTold::Restated(sha256)) => {
            let restatement: Restatement = opened(state, sha256).await?;
            Some(restatement.now)
        }
    };
    let now = counted(state, old.draft).await?;
    Ok(Restatement { then, now })
}

/// What a correction says of scores.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Told {
    /// Of the bodies whose alerts were taken back, whatever became of their score.
    pub(super) scores: Vec<Restated>,
    /// How many more there are of these.
    pub(super) left: usize,
    /// How many other bodies' scores, grades or ranks moved. Whose they are is for whoever sees their sheets.
    pub(super) moved: usize,
}

/// What a correction about these bodies says.
pub(super) fn told(restatement: &Restatement, bodies: &BTreeSet<&str>) -> Told {
    let mut scores = Vec::new();
    let mut moved = BTreeSet::new();
    for now in &restatement.now.sheets {
        let same = |then: &&Standing| {
            (&then.model, &then.period, &then.body) == (&now.model, &now.period, &now.body)
        };
        let then = restatement.then.as_ref();
        let then = then.and_then(|then| then.sheets.iter().find(same));
        let (then, is) = (then.map(score), score(now));
        if bodies.contains(now.body.as_str()) {
            let period: Option<Period> = now.period.parse().ok();
            scores.push(Restated {
                body_name: now.body_name.clone(),
                model: now.model_name.clone(),
                period: period.map_or_else(|| now.period.clone(), |period| period.label()),
                then,
                now: is,
            });
        } else if then.is_some_and(|then| then != is) {
            moved.insert(now.body.as_str());
        }
    }
    let left = scores.len().saturating_sub(TOLD_MAX);
    scores.truncate(TOLD_MAX);
    Told {
        scores,
        left,
        moved: moved.len(),
    }
}

fn score(of: &Standing) -> Score {
    Score {
        total: of.total.to_string(),
        grade: of.grade.clone(),
        rank: of.rank.map(|rank| (rank, of.ranked)),
    }
}

/// The kept sheets as a file, for whoever sees all of the region: a department sees its own sheet where scores are.
pub(super) async fn file(
    state: &State,
    caller: &Caller,
    matter: &Matter<'_>,
) -> Result<Vec<u8>, ApiError> {
    let sight = caller.sight();
    let sees = sight.body.is_none() && sight.sees(Some(&matter.draft.region), &[]);
    let sha256 = matter.kept_scores();
    if sha256.is_empty() || !sees {
        return Err(ApiError::NotFound {
            what: "随文留存的评分：签发时留存，本区划的监督机关可以查看".to_owned(),
        });
    }
    Ok(content(state, sha256).await?.to_vec())
}

#[cfg(test)]
mod tests {
    use mingjing_domain::bulletin::Record;
    use mingjing_domain::definitions::Points;
    use serde_json::{Value, json};

    use super::*;

    fn standing(body: &str, total: i64, rank: usize) -> Standing {
        Standing {
            model: "monthly".into(),
            model_name: "月度考评".into(),
            model_version: "1".into(),
            period: "2026-10".into(),
            body: body.into(),
            body_name: body.into(),
            class: Some("city".into()),
            total: Points {
                hundredths: total * 100,
            },
            grade: "良好".into(),
            rank: Some(rank),
            ranked: 3,
            sheet: Value::Null,
        }
    }

    fn scores(sheets: [Standing; 3]) -> Scores {
        Scores {
            as_of: "2026-11-05T09:00:00+08:00".into(),
            sheets: sheets.into(),
        }
    }

    #[test]
    fn whom_it_is_about_is_told_and_others_whose_score_or_rank_moved_are_counted() {
        let restatement = Restatement {
            then: Some(scores([
                standing("a", 95, 1),
                standing("b", 80, 3),
                standing("c", 90, 2),
            ])),
            now: scores([
                standing("a", 95, 1),
                standing("b", 92, 2),
                standing("c", 90, 3),
            ]),
        };
        let of = |bodies: &[&str]| {
            let told = told(&restatement, &bodies.iter().copied().collect());
            let names = told.scores.into_iter().map(|one| one.body_name);
            (names.collect::<Vec<_>>(), told.moved)
        };
        assert_eq!(of(&["b"]), (vec!["b".to_owned()], 1));
        // Unchanged, and yet told: its alert was taken back.
        assert_eq!(of(&["a"]), (vec!["a".to_owned()], 2));
        let told = told(&restatement, &BTreeSet::from(["b"]));
        let score = &told.scores[0];
        let then = score.then.as_ref().map(|score| score.total.as_str());
        assert_eq!((then, score.now.total.as_str()), (Some("80"), "92"));
    }

    #[test]
    fn scores_that_are_not_listed_are_counted() {
        let names: Vec<String> = (0..TOLD_MAX + 3).map(|n| format!("b{n}")).collect();
        let sheets = names.iter().map(|name| standing(name, 90, 1)).collect();
        let as_of = "2026-11-05T09:00:00+08:00".into();
        let restatement = Restatement {
            then: None,
            now: Scores { as_of, sheets },
        };
        let told = told(&restatement, &names.iter().map(String::as_str).collect());
        assert_eq!((told.scores.len(), told.left), (TOLD_MAX, 3));
    }

    #[test]
    fn a_correction_told_last_what_it_restated() {
        let drafted = |scores: &str| {
            let record = json!({
                "at": "2026-11-20T09:00:00+08:00", "who": { "person": "p" }, "why": "", "key": "k",
                "what": { "act": "drafted", "kind": "correction", "period": "2026-10", "region": "510500", "title": "更正",
                    "figures": "f", "content": "c", "dictionary": "1", "as_of": "", "named": [], "scores": scores },
            });
            let record: Record = serde_json::from_value(record).unwrap();
            vec![record]
        };
        let (own, none) = (drafted("r"), drafted(""));
        let last = |records| Matter::of(records).map(|matter| LastTold::by(&matter));
        assert_eq!(last(&own), Some(Some(LastTold::Restated("r"))));
        assert_eq!(last(&none), Some(None));
    }

    #[test]
    fn where_nothing_was_kept_nothing_is_called_moved() {
        let sheets = [
            standing("a", 95, 1),
            standing("b", 92, 2),
            standing("c", 90, 3),
        ];
        let restatement = Restatement {
            then: None,
            now: scores(sheets),
        };
        let told = told(&restatement, &BTreeSet::from(["b"]));
        assert_eq!((told.scores.len(), told.moved), (1, 0));
        assert_eq!(told.scores[0].then, None);
    }
}
