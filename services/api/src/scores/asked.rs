//! What is asked: a model, a period, whose sheet; a mark, and what is done about one.

use std::collections::BTreeMap;

use chrono::Datelike;
use chrono_tz::Tz;
use mingjing_domain::Timestamp;
use mingjing_domain::definitions::{Points, ScoreModel, ScorePeriod, ScoreSubject};
use mingjing_domain::period::{BadPeriod, Period, PeriodKind};
use serde::Deserialize;

use super::book::Act;
use crate::definitions::InForce;
use crate::{ApiError, query};

/// Of codes and ids.
const CODE_CHARS_MAX: usize = 128;

/// Which sheets, but for who asks.
pub(super) struct Question<'a> {
    pub model: &'a ScoreModel,
    pub period: Period,
    /// Bodies whose region begins so.
    pub region_prefix: Option<String>,
    /// 分组.
    pub class: Option<String>,
    /// This body's offices or officers.
    pub org: Option<String>,
    pub office: String,
    pub officer: String,
}

fn given(query: Option<&str>, known: &[&str]) -> Result<BTreeMap<String, String>, ApiError> {
    let mut pairs = query::pairs(query, known)?;
    pairs.retain(|_, value| !value.is_empty());
    Ok(pairs)
}

impl<'a> Question<'a> {
    /// Of `GET /api/v1/scores`.
    pub fn of_list(
        query: Option<&str>,
        in_force: &'a InForce,
        now: Timestamp,
        zone: Tz,
    ) -> Result<Self, ApiError> {
        let known = ["model", "period", "region", "class", "org"];
        let mut pairs = given(query, &known)?;
        let region_prefix = pairs
            .remove("region")
            .map(|code| query::region("region", &code));
        let region_prefix = region_prefix.transpose()?;
        let mut question = Self::of(&mut pairs, in_force, now, zone)?;
        question.region_prefix = region_prefix;
        question.class = pairs.remove("class");
        question.org = pairs.remove("org");
        if let Some(class) = &question.class {
            let known = &question.model.classes;
            if !known.iter().any(|one| *one.id.text == **class) {
                let ids: Vec<&str> = known.iter().map(|one| &*one.id.text).collect();
                return Err(ApiError::bad(
                    "class",
                    format!("该办法的分组有 {}", ids.join("、")),
                ));
            }
        }
        Ok(question)
    }

    /// Of one sheet of a body.
    pub fn of_sheet(
        query: Option<&str>,
        body: &str,
        in_force: &'a InForce,
        now: Timestamp,
        zone: Tz,
    ) -> Result<Self, ApiError> {
        let mut pairs = given(query, &["model", "period", "office", "officer"])?;
        let mut question = Self::of(&mut pairs, in_force, now, zone)?;
        question.org = Some(body.to_owned());
        question.office = pairs.remove("office").unwrap_or_default();
        question.officer = pairs.remove("officer").unwrap_or_default();
        question.subject_is_named()?;
        Ok(question)
    }

    fn of(
        pairs: &mut BTreeMap<String, String>,
        in_force: &'a InForce,
        now: Timestamp,
        zone: Tz,
    ) -> Result<Self, ApiError> {
        let id = pairs.remove("model");
        let id = id.ok_or_else(|| ApiError::bad("model", models_known(in_force)))?;
        let text = pairs.remove("period");
        let (model, period) = of_period(in_force, &id, text.as_deref(), now, zone)?;
        Ok(Self {
            model,
            period,
            region_prefix: None,
            class: None,
            org: None,
            office: String::new(),
            officer: String::new(),
        })
    }

    /// Office and officer are said where the model scores them, and nowhere else.
    pub fn subject_is_named(&self) -> Result<(), ApiError> {
        let (office, officer) = (!self.office.is_empty(), !self.officer.is_empty());
        match (self.model.subject, office, officer) {
            (ScoreSubject::Body, false, false)
            | (ScoreSubject::Office, true, false)
            | (ScoreSubject::Officer, false, true) => Ok(()),
            (ScoreSubject::Body, true, _) => {
                Err(ApiError::bad("office", "该办法考评单位，不写科室"))
            }
            (ScoreSubject::Body, _, true) => {
                Err(ApiError::bad("officer", "该办法考评单位，不写个人"))
            }
            (ScoreSubject::Office, ..) => Err(ApiError::bad(
                "office",
                "该办法考评科室，请写明科室，只写科室",
            )),
            (ScoreSubject::Officer, ..) => Err(ApiError::bad(
                "officer",
                "该办法考评个人，请写明人员编号，只写人员编号",
            )),
        }
    }
}

fn models_known(in_force: &InForce) -> String {
    let models = in_force.set.score_models.iter();
    let mut known: Vec<String> = models
        .map(|document| format!("{}（{}）", document.value.id, document.value.name))
        .collect();
    known.sort();
    known.dedup();
    match known.is_empty() {
        true => "没有已公布的考评办法：请先公布 kind: score_model 的定义".to_owned(),
        false => format!("请给出考评办法，现有 {}", known.join("、")),
    }
}

/// The version of a model by which a period is scored, and the period: the last that is over where none is said.
pub(super) fn of_period<'a>(
    in_force: &'a InForce,
    id: &str,
    period: Option<&str>,
    now: Timestamp,
    zone: Tz,
) -> Result<(&'a ScoreModel, Period), ApiError> {
    let models = in_force
        .set
        .score_models
        .iter()
        .map(|document| &document.value);
    let mut versions: Vec<&ScoreModel> = models.filter(|model| *model.id.text == *id).collect();
    versions.sort_by_key(|model| model.effective_from);
    let Some(latest) = versions.last() else {
        return Err(ApiError::bad("model", models_known(in_force)));
    };
    let period = match period {
        Some(text) => text
            .parse()
            .map_err(|error: BadPeriod| ApiError::bad("period", error.to_string()))?,
        None => running(latest.period, now, zone)?.previous(),
    };
    let model = by_which(&versions, &period)?;
    if period.kind() != model.period.kind() {
        return Err(ApiError::bad(
            "period",
            format!(
                "该办法按{}考评，期间应写作如 {}",
                named(model.period),
                example(model.period)
            ),
        ));
    }
    if period.from(zone) > now {
        return Err(ApiError::bad("period", "该期间尚未开始"));
    }
    Ok((model, period))
}

fn by_which<'a>(versions: &[&'a ScoreModel], period: &Period) -> Result<&'a ScoreModel, ApiError> {
    let begun = |model: &&&ScoreModel| model.effective_from <= period.first_day();
    let model = versions.iter().rfind(begun).copied();
    model.ok_or_else(|| {
        let first = versions
            .first()
            .map(|model| model.effective_from.to_string());
        ApiError::bad(
            "period",
            format!(
                "该办法自 {} 起施行，只考评其后开始的期间",
                first.unwrap_or_default()
            ),
        )
    })
}

/// The periods of a model's kind that lie in another and have begun, each with the version by which it is scored; those before the first
/// version are none.
pub(super) fn within<'a>(
    in_force: &'a InForce,
    id: &str,
    whole: &Period,
    now: Timestamp,
    zone: Tz,
) -> Result<Vec<(&'a ScoreModel, Period)>, ApiError> {
    let (latest, _) = of_period(in_force, id, None, now, zone)?;
    let mut found = Vec::new();
    let mut period = running(latest.period, now, zone)?;
    // From the running one back to the beginning.
    while period.last_day() >= whole.first_day() {
        if period.first_day() >= whole.first_day() && period.last_day() <= whole.last_day() {
            let text = period.to_string();
            if let Ok((model, period)) = of_period(in_force, id, Some(&text), now, zone) {
                found.push((model, period));
            }
        }
        let before = period.previous();
        if before >= period {
            break;
        }
        period = before;
    }
    found.reverse();
    Ok(found)
}

/// The period of a kind that runs.
fn running(kind: ScorePeriod, now: Timestamp, zone: Tz) -> Result<Period, ApiError> {
    let day = now.local_date(zone);
    let (year, month) = (day.year(), day.month());
    let period = match kind.kind() {
        PeriodKind::Quarter => Period::quarter(year, (month - 1) / 3 + 1),
        PeriodKind::Half => Period::half(year, (month - 1) / 6 + 1),
        PeriodKind::Year => Period::year(year),
        PeriodKind::Month | PeriodKind::Days => Some(Period::month_of(now, zone)),
    };
    period.ok_or_else(|| ApiError::Failed("today lies in no period".into()))
}

const fn named(period: ScorePeriod) -> &'static str {
    match period {
        ScorePeriod::Month => "月",
        ScorePeriod::Quarter => "季度",
        ScorePeriod::Half => "半年",
        ScorePeriod::Year => "年",
    }
}

const fn example(period: ScorePeriod) -> &'static str {
    match period {
        ScorePeriod::Month => "2026-10",
        ScorePeriod::Quarter => "2026-Q3",
        ScorePeriod::Half => "2026-H1",
        ScorePeriod::Year => "2026",
    }
}

/// A mark to give.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Marking {
    pub model: String,
    pub period: String,
    #[serde(default)]
    pub office: String,
    #[serde(default)]
    pub officer: String,
    pub item: String,
    points: f64,
}

impl Marking {
    /// The points, within the limits of the model's item.
    pub fn points(&self, model: &ScoreModel) -> Result<Points, ApiError> {
        for (field, text) in [
            ("office", &self.office),
            ("officer", &self.officer),
            ("item", &self.item),
        ] {
            if text.chars().count() > CODE_CHARS_MAX {
                return Err(ApiError::bad(
                    field,
                    format!("最多 {CODE_CHARS_MAX} 个字符"),
                ));
            }
        }
        let Some((min, max)) = model.marked_by_hand(&self.item) else {
            return Err(ApiError::bad(
                "item",
                "该办法没有这个手工考评项或者奖励项；按件和按公式的考评项由平台计分，对所依据的预警请在预警中申诉",
            ));
        };
        let points = Points::exactly(self.points)
            .map_err(|error| ApiError::bad("points", error.to_string()))?;
        match points != Points::ZERO && (min..=max).contains(&points) {
            true => Ok(points),
            false => Err(ApiError::bad(
                "points",
                format!("应在 {min} 与 {max} 之间，且不为 0"),
            )),
        }
    }
}

/// What is done about a mark.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Doing {
    #[serde(default)]
    upheld: Option<bool>,
}

impl Doing {
    pub fn act(&self, act: &str, mark: usize) -> Result<Act, ApiError> {
        match (act, self.upheld) {
            ("decide", Some(upheld)) => Ok(Act::Decided { mark, upheld }),
            ("decide", None) => Err(ApiError::bad(
                "upheld",
                "请写明 true（维持）或者 false（撤销）",
            )),
            ("appeal" | "void", Some(_)) => Err(ApiError::bad("upheld", "只有 decide 用这个字段")),
            ("appeal", None) => Ok(Act::Appealed { mark }),
            ("void", None) => Ok(Act::Voided { mark }),
            (other, _) => Err(ApiError::NotFound {
                what: format!("操作 {other}；可用的是 appeal、decide、void"),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use mingjing_domain::definitions::{DefinitionFile, DefinitionSet};

    use super::*;

    const ZONE: Tz = chrono_tz::Asia::Shanghai;

    fn in_force() -> InForce {
        let model = |id: &str, version: &str, from: &str, period: &str, subject: &str| {
            format!(
                "kind: score_model\nid: {id}\nversion: '{version}'\nname: 办法\neffective_from: {from}\nperiod: {period}\nsubject: {subject}\n\
                 min_base: 1\nappeal_within: 5wd\ngrades: {{excellent: 9, good: 8, qualified: 6}}\nclasses: [{{id: city, name: 市, level: city}}]\n\
                 parts: [{{id: p, name: 部分, points: 10, items: [{{id: hand, name: 手工, manual: {{min: -4}}}}]}}]\nbonuses: [{{id: more, name: 奖励, max: 2}}]\n"
            )
        };
        let text = [
            model("monthly", "1", "2026-01-01", "month", "body"),
            model("monthly", "2", "2026-09-15", "month", "body"),
            model("yearly", "1", "2020-01-01", "year", "officer"),
        ];
        let file = DefinitionFile {
            name: "m".into(),
            text: text.join("---\n"),
        };
        let (set, problems) = DefinitionSet::read(vec![file]);
        assert!(problems.is_empty(), "{problems:?}");
        InForce {
            hash: None,
            files: Vec::new(),
            set,
        }
    }

    fn now() -> Timestamp {
        Timestamp::parse("2026-11-20T10:00:00+08:00").unwrap()
    }

    fn field<T>(result: Result<T, ApiError>) -> String {
        match result {
            Err(ApiError::BadRequest { field, .. }) => field,
            Err(other) => other.to_string(),
            Ok(_) => String::new(),
        }
    }

    #[test]
    fn a_period_is_scored_by_the_version_in_force_on_its_first_day() {
        let in_force = in_force();
        for (period, version) in [
            (None, "2"),
            (Some("2026-10"), "2"),
            (Some("2026-09"), "1"),
            (Some("2026-01"), "1"),
        ] {
            let (model, _) = of_period(&in_force, "monthly", period, now(), ZONE).unwrap();
            assert_eq!(model.version, version, "{period:?}");
        }
        let (_, last) = of_period(&in_force, "monthly", None, now(), ZONE).unwrap();
        assert_eq!(last.to_string(), "2026-10");
        let (_, last) = of_period(&in_force, "yearly", None, now(), ZONE).unwrap();
        assert_eq!(last.to_string(), "2025");
        for (model, period, told) in [
            ("monthly", "2025-12", "period"),
            ("monthly", "2026-Q3", "period"),
            ("monthly", "2026-12", "period"),
            ("monthly", "october", "period"),
            ("nobodys", "2026-10", "model"),
        ] {
            let asked = of_period(&in_force, model, Some(period), now(), ZONE);
            assert_eq!(field(asked), told, "{model} {period}");
        }
    }

    #[test]
    fn a_year_has_the_months_that_were_scored() {
        let in_force = in_force();
        let year = Period::year(2026).unwrap();
        let months = within(&in_force, "monthly", &year, now(), ZONE).unwrap();
        let months: Vec<String> = months.iter().map(|(_, month)| month.to_string()).collect();
        assert_eq!(months.len(), 11);
        assert_eq!((&*months[0], &*months[10]), ("2026-01", "2026-11"));
    }

    #[test]
    fn office_and_officer_are_said_where_they_are_scored() {
        let in_force = in_force();
        let of = |query: &str| {
            let asked = Question::of_sheet(Some(query), "zjj", &in_force, now(), ZONE);
            field(asked.map(|_| ()))
        };
        assert_eq!(of("model=monthly"), "");
        assert_eq!(of("model=monthly&office=window"), "office");
        assert_eq!(of("model=monthly&officer=p"), "officer");
        assert_eq!(of("model=yearly"), "officer");
        assert_eq!(of("model=yearly&officer=p"), "");
        assert_eq!(of("period=2026-10"), "model");
        let list = |query: &str| {
            let asked = Question::of_list(Some(query), &in_force, now(), ZONE);
            field(asked.map(|_| ()))
        };
        assert_eq!(list("model=monthly&class=city&region=510500"), "");
        assert_eq!(list("model=monthly&class=town"), "class");
        assert_eq!(list("model=monthly&region=5105x"), "region");
        assert_eq!(list("model=monthly&office=window"), "office");
    }

    #[test]
    fn a_mark_lies_within_the_limits_of_an_item_by_hand() {
        let in_force = in_force();
        let model = &in_force.set.score_models[0].value;
        let marking = |item: &str, points: f64| {
            let marking: Marking = serde_json::from_value(serde_json::json!({
                "model": "monthly", "period": "2026-10", "item": item, "points": points,
            }))
            .unwrap();
            field(marking.points(model))
        };
        for (item, points, told) in [
            ("hand", -4.0, ""),
            ("hand", -0.5, ""),
            ("hand", -4.5, "points"),
            ("hand", 1.0, "points"),
            ("hand", 0.0, "points"),
            ("hand", -0.001, "points"),
            ("more", 2.0, ""),
            ("more", -1.0, "points"),
            ("other", -1.0, "item"),
        ] {
            assert_eq!(marking(item, points), told, "{item} {points}");
        }
    }

    #[test]
    fn only_a_decision_says_what_it_comes_to() {
        let act = |text: &str, act: &str| {
            let doing: Doing = serde_json::from_str(text).unwrap();
            doing.act(act, 3)
        };
        assert_eq!(act("{}", "appeal").unwrap(), Act::Appealed { mark: 3 });
        assert_eq!(act("{}", "void").unwrap(), Act::Voided { mark: 3 });
        let decided = Act::Decided {
            mark: 3,
            upheld: false,
        };
        assert_eq!(act(r#"{"upheld":false}"#, "decide").unwrap(), decided);
        assert_eq!(field(act("{}", "decide")), "upheld");
        assert_eq!(field(act(r#"{"upheld":true}"#, "void")), "upheld");
        assert!(matches!(
            act("{}", "praise"),
            Err(ApiError::NotFound { .. })
        ));
    }
}
