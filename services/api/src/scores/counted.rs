//! Sheets, counted: the rows of the store, the numbers of the dictionary and the marks of the books, by whose they are.
//!
//! A body's sheet is ranked among its class wherever it is seen, so that all bodies are counted and those out of sight left out afterwards;
//! offices and officers are compared within their body.

use std::collections::{BTreeMap, BTreeSet};

use mingjing_domain::definitions::score_model::scorable;
use mingjing_domain::definitions::{Body, ScoreModel, ScoreSubject, TermOf};
use mingjing_domain::period::Period;
use mingjing_domain::score::{Inputs, Mark, Metric, Sheet, ranks, score};
use mingjing_store::metrics::{
    Asked, Dimension, Filter, Known, Metric as Entry, Value as Number, Was, metric,
};
use mingjing_store::{SCORED_MAX, Scored, ScoredAsked, Sight, Whose};

use super::book::{self, Of, Record};
use super::{books, decoded};
use crate::definitions::InForce;
use crate::{ApiError, State};

/// So many bodies are told apart at once.
const BODIES_MAX: usize = 1000;

/// The sheet of one subject, with what it was made of.
pub(super) struct One {
    pub of: Of,
    /// 行政区划 of the body.
    pub region: String,
    /// The class that the body belongs to.
    pub class: Option<String>,
    pub inputs: Inputs,
    pub sheet: Sheet,
    /// 垂直管理 of the body.
    vertical: bool,
    /// 名次, or why it has none.
    pub rank: Result<usize, Unranked>,
    /// Among how many.
    pub ranked: usize,
}

/// Why a sheet has no rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unranked {
    /// 垂直管理: the region's government does not lead it, and no class names it.
    Vertical,
    /// No class of the model fits the body.
    NoClass,
    /// Its base is too small.
    BaseSmall,
    /// It is the only one of its class with a base.
    Alone,
}

impl Unranked {
    /// The code in answers.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Unranked::Vertical => "vertical",
            Unranked::NoClass => "no_class",
            Unranked::BaseSmall => "base_small",
            Unranked::Alone => "alone",
        }
    }

    /// What lasts is told before what the period brought.
    const fn of(grouped: bool, vertical: bool, base_small: bool) -> Self {
        match (grouped, vertical, base_small) {
            (false, true, _) => Unranked::Vertical,
            (false, false, _) => Unranked::NoClass,
            (true, _, true) => Unranked::BaseSmall,
            (true, _, false) => Unranked::Alone,
        }
    }
}

/// What is counted.
pub(super) struct Wanted<'a> {
    pub model: &'a ScoreModel,
    pub period: Period,
    /// This body alone.
    pub org: Option<&'a str>,
    /// Bodies whose region begins so.
    pub region_prefix: Option<&'a str>,
}

/// Every sheet of what is wanted, in order of bodies, offices, officers.
pub(super) async fn count(
    state: &State,
    in_force: &InForce,
    wanted: &Wanted<'_>,
) -> Result<Vec<One>, ApiError> {
    let Wanted { model, period, .. } = *wanted;
    let subjects = subjects(in_force, wanted)?;
    let rows = ScoredAsked {
        from: period.from(state.zone),
        until: period.until(state.zone),
        now: (state.now)(),
        org: wanted.org.map(str::to_owned),
    };
    let rows = async { Ok::<_, ApiError>(state.store.scored(&rows).await?) };
    let (scored, metrics, marks) =
        tokio::try_join!(rows, metrics(state, wanted), marks(state, model, &period))?;
    if scored.too_many {
        return Err(ApiError::bad(
            "period",
            format!("该期间的预警或者超期办件超过 {SCORED_MAX} 件，请缩短期间"),
        ));
    }
    let mut inputs = by_subject(model.subject, scored);
    let mut all: Vec<One> = Vec::new();
    for Subject { of, body, class } in subjects {
        let mut mine = inputs.remove(&whose(&of)).unwrap_or_default();
        let key = key_of(model.subject, &of);
        mine.metrics = metrics.get(key).cloned().unwrap_or_default();
        mine.marks = marks.get(&of).cloned().unwrap_or_default();
        // Whoever had nothing accepted had none, and not an unknown number.
        let base = mine.metrics.entry(scorable::BASE.to_owned()).or_default();
        base.value = base.value.or(Some(0.0));
        let sheet = score(model, &of.body, &mine);
        all.push(One {
            of,
            region: body.region.clone(),
            vertical: body.vertical,
            class,
            inputs: mine,
            sheet,
            rank: Err(Unranked::Alone),
            ranked: 0,
        });
    }
    rank(model.subject, &mut all);
    Ok(all)
}

/// Somebody who is scored.
struct Subject<'a> {
    of: Of,
    body: &'a Body,
    /// The class that the body belongs to.
    class: Option<String>,
}

/// Who is scored: everybody of the register who was there for any of the period, with the body and its class.
fn subjects<'a>(in_force: &'a InForce, wanted: &Wanted<'_>) -> Result<Vec<Subject<'a>>, ApiError> {
    let Wanted {
        model,
        period,
        org,
        region_prefix,
    } = *wanted;
    let bodies = in_force.set.bodies.iter().map(|document| &document.value);
    let there = |body: &&Body| {
        body.since.is_none_or(|day| day <= period.last_day())
            && body.until.is_none_or(|day| day >= period.first_day())
            && org.is_none_or(|org| *body.code.text == *org)
            && region_prefix.is_none_or(|prefix| body.region.starts_with(prefix))
    };
    let mut found = Vec::new();
    for body in bodies.filter(there) {
        let class = model.class_of(body);
        let class = class.map(|class| class.id.text.clone());
        let mut add = |office: &str, officer: &str| {
            let of = Of {
                model: model.id.text.clone(),
                period: period.to_string(),
                body: body.code.text.clone(),
                office: office.to_owned(),
                officer: officer.to_owned(),
            };
            let class = class.clone();
            found.push(Subject { of, body, class });
        };
        match model.subject {
            ScoreSubject::Body => add("", ""),
            ScoreSubject::Office => body.offices.iter().for_each(|office| add(&office.code, "")),
            ScoreSubject::Officer => {
                let officers = body.offices.iter().flat_map(|office| &office.officers);
                let here = officers.filter(|officer| {
                    officer.from.is_none_or(|day| day <= period.last_day())
                        && officer.until.is_none_or(|day| day >= period.first_day())
                });
                // Somebody may work in two offices.
                let ids: BTreeSet<&str> = here.map(|officer| &*officer.id.text).collect();
                ids.into_iter().for_each(|id| add("", id));
            }
        }
    }
    found.sort_by(|one, other| one.of.cmp(&other.of));
    if model.subject == ScoreSubject::Body && found.len() > BODIES_MAX {
        return Err(ApiError::bad(
            "region",
            format!("单位超过 {BODIES_MAX} 个，请以 region 缩小范围"),
        ));
    }
    Ok(found)
}

/// The numbers of the dictionary, by the code of whose they are.
async fn metrics(
    state: &State,
    wanted: &Wanted<'_>,
) -> Result<BTreeMap<String, BTreeMap<String, Metric>>, ApiError> {
    let Wanted {
        model, period, org, ..
    } = *wanted;
    let by = match model.subject {
        ScoreSubject::Body => Dimension::Org,
        ScoreSubject::Office => Dimension::Office,
        ScoreSubject::Officer => Dimension::Handler,
    };
    // The base first: rows with most of it are told where there are more than fit.
    let mut entries: Vec<&'static Entry> = metric(scorable::BASE).into_iter().collect();
    let named = model
        .metrics()
        .into_iter()
        .filter(|id| *id != scorable::BASE);
    entries.extend(named.filter_map(metric));
    let items = model.parts.iter().flat_map(|part| &part.items);
    let mut terms = items
        .filter_map(|item| item.formula.as_ref())
        .flat_map(|f| &f.terms);
    let answer = state
        .store
        .statistics(&Asked {
            period,
            zone: state.zone,
            now: (state.now)(),
            by: Some(by),
            metrics: entries,
            filter: Filter {
                org: org.map(str::to_owned),
                ..Filter::default()
            },
            sight: Sight::default(),
            compare: terms.any(|term| term.of != TermOf::Value),
            min_base: 0,
            limit: BODIES_MAX,
            known: Known::default(),
        })
        .await?;
    let row = |values: &BTreeMap<&'static str, Number>| {
        let read = values
            .iter()
            .map(|(id, number)| ((*id).to_owned(), number_of(number)));
        read.collect::<BTreeMap<String, Metric>>()
    };
    let rows = answer
        .rows
        .iter()
        .map(|one| (one.key.clone(), row(&one.values)));
    Ok(rows.collect())
}

fn number_of(number: &Number) -> Metric {
    let was = |was: Option<Was>| was.and_then(|was| was.value);
    Metric {
        value: number.value,
        base: number.base,
        previous: was(number.previous),
        last_year: was(number.last_year),
    }
}

/// The marks that count, by the sheet.
async fn marks(
    state: &State,
    model: &ScoreModel,
    period: &Period,
) -> Result<BTreeMap<Of, Vec<Mark>>, ApiError> {
    let period = period.to_string();
    let mut found: BTreeMap<Of, Vec<Mark>> = BTreeMap::new();
    for (_, records) in books(state).read_all().await? {
        let records: Vec<Record> = decoded(&records)?;
        for given in book::marks(&records) {
            if given.of.model == *model.id.text
                && given.of.period == period
                && let Some(mark) = given.mark()
            {
                found.entry(given.of.clone()).or_default().push(mark);
            }
        }
    }
    Ok(found)
}

/// The rows, by whose they are as far as the model tells them apart.
fn by_subject(subject: ScoreSubject, scored: Scored) -> BTreeMap<Whose, Inputs> {
    let narrow = |whose: Whose| match subject {
        ScoreSubject::Body => Whose {
            org: whose.org,
            ..Whose::default()
        },
        ScoreSubject::Office => Whose {
            officer: String::new(),
            ..whose
        },
        ScoreSubject::Officer => Whose {
            office: String::new(),
            ..whose
        },
    };
    let mut inputs: BTreeMap<Whose, Inputs> = BTreeMap::new();
    for (whose, alert) in scored.alerts {
        inputs.entry(narrow(whose)).or_default().alerts.push(alert);
    }
    for (whose, row) in scored.overdue_cases {
        let mine = inputs.entry(narrow(whose)).or_default();
        mine.overdue_cases.push(row);
    }
    for (whose, row) in scored.unanswered_orders {
        let mine = inputs.entry(narrow(whose)).or_default();
        mine.unanswered_orders.push(row);
    }
    inputs
}

fn whose(of: &Of) -> Whose {
    Whose {
        org: of.body.clone(),
        office: of.office.clone(),
        officer: of.officer.clone(),
    }
}

fn key_of(subject: ScoreSubject, of: &Of) -> &str {
    match subject {
        ScoreSubject::Body => &of.body,
        ScoreSubject::Office => &of.office,
        ScoreSubject::Officer => &of.officer,
    }
}

/// Bodies are ranked among their class, offices and officers among those of their body.
fn rank(subject: ScoreSubject, all: &mut [One]) {
    let groups: Vec<Option<String>> = all
        .iter()
        .map(|one| match subject {
            ScoreSubject::Body => one.class.clone(),
            ScoreSubject::Office | ScoreSubject::Officer => Some(one.of.body.clone()),
        })
        .collect();
    let sheets: Vec<(Option<&str>, &Sheet)> = groups
        .iter()
        .zip(&*all)
        .map(|(group, one)| (group.as_deref(), &one.sheet))
        .collect();
    let given = ranks(&sheets);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (group, rank) in groups.iter().zip(&given) {
        if let (Some(group), Some(_)) = (group, rank) {
            *counts.entry(group).or_default() += 1;
        }
    }
    for ((one, rank), group) in all.iter_mut().zip(given).zip(&groups) {
        one.rank = rank.ok_or(Unranked::of(
            group.is_some(),
            one.vertical,
            one.sheet.base_small,
        ));
        one.ranked = group
            .as_deref()
            .and_then(|g| counts.get(g))
            .copied()
            .unwrap_or(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn why_there_is_no_rank_is_told_by_what_lasts_first() {
        for (grouped, vertical, small, wanted) in [
            (false, true, true, Unranked::Vertical),
            (false, false, true, Unranked::NoClass),
            // A class that names it takes it in.
            (true, true, true, Unranked::BaseSmall),
            (true, true, false, Unranked::Alone),
        ] {
            assert_eq!(Unranked::of(grouped, vertical, small), wanted);
        }
    }
}
