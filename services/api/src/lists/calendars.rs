//! `/api/v1/calendars`: work calendars with the notices they rest on, and a year of one day by day, as any version left it.

use axum::Json;
use axum::extract::{Path, RawQuery, State as Here};
use chrono::{Datelike, NaiveDate};
use mingjing_domain::calendar::{CalendarDefinition, DayKind, WorkCalendar, china};
use mingjing_domain::definitions::DefinitionSet;
use serde_json::{Value, json};

use crate::{ApiError, State, query};

/// Years that may be asked for: notices are for years within them (`domain::calendar`).
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2999;

/// `GET /api/v1/calendars`
pub(super) async fn list(
    Here(state): Here<State>,
    RawQuery(asked): RawQuery,
) -> Result<Json<Value>, ApiError> {
    query::pairs(asked.as_deref(), &[])?;
    let in_force = state.definitions.in_force().await?;
    let calendars = all(&in_force.set);
    let told = calendars
        .iter()
        .map(|calendar| brief(calendar, &in_force.set, &state));
    Ok(Json(json!({ "calendars": told.collect::<Vec<_>>() })))
}

/// `GET /api/v1/calendars/{id}?year=&version=`: this year and the latest version where nothing is said.
pub(super) async fn year(
    Here(state): Here<State>,
    Path(id): Path<String>,
    RawQuery(asked): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let asked = query::pairs(asked.as_deref(), &["year", "version"])?;
    let today = state.lives.today((state.now)()).await?;
    let year = match asked.get("year") {
        None => today.year(),
        Some(text) => text
            .parse::<i32>()
            .ok()
            .filter(|year| YEARS.contains(year))
            .ok_or_else(|| ApiError::bad("year", "应为年份，如 2026"))?,
    };
    let in_force = state.definitions.in_force().await?;
    let calendars = all(&in_force.set);
    let calendar = calendars.iter().find(|calendar| calendar.id == id);
    let calendar = calendar.ok_or_else(|| ApiError::NotFound {
        what: format!("工作日历 {id}"),
    })?;
    let version = asked.get("version").map(String::as_str);
    if let Some(named) = version
        && !calendar.versions.iter().any(|one| one.version == named)
    {
        return Err(ApiError::NotFound {
            what: format!("工作日历 {id} 的版本 {named}"),
        });
    }
    let compiled = WorkCalendar::compile(calendar, version).map_err(|problems| {
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        ApiError::Failed(told.join("; ").into())
    })?;
    let mut told = brief(calendar, &in_force.set, &state);
    told["year"] = in_words(&compiled, year);
    Ok(Json(told))
}

/// Those of the definitions, and the built-in one where none of them takes its place.
fn all(set: &DefinitionSet) -> Vec<&CalendarDefinition> {
    let mut all: Vec<&CalendarDefinition> = set
        .calendars
        .iter()
        .map(|document| &document.value)
        .collect();
    if !all.iter().any(|calendar| calendar.id == china().id) {
        all.push(china());
    }
    all.sort_by(|a, b| a.id.cmp(&b.id));
    all
}

fn brief(calendar: &CalendarDefinition, set: &DefinitionSet, state: &State) -> Value {
    let versions = calendar.versions.iter().map(|version| {
        let years: Vec<i32> = version.years.keys().copied().collect();
        let local = version.local.off.len() + version.local.work.len();
        json!({
            "version": version.version,
            "published_at": version.published_at.to_rfc3339(state.zone),
            "basis": version.basis,
            "years": years,
            "local_days": local,
        })
    });
    let charts = set.flowcharts.iter().map(|document| &document.value);
    let used = charts.filter(|chart| chart.calendar.text == calendar.id);
    json!({
        "id": calendar.id,
        "name": calendar.name,
        "time_zone": calendar.time_zone,
        "weekend": calendar.weekend,
        "bases": calendar.bases,
        "regions": calendar.regions,
        "plain": calendar.plain,
        "flowcharts": used.count(),
        "versions": versions.collect::<Vec<_>>(),
    })
}

/// A year day by day. Ordinary working days and rest days say their kind only.
fn in_words(calendar: &WorkCalendar, year: i32) -> Value {
    let first = NaiveDate::from_ymd_opt(year, 1, 1);
    let days = first.into_iter().flat_map(|first| first.iter_days());
    let days: Vec<NaiveDate> = days.take_while(|day| day.year() == year).collect();
    let told = days.iter().map(|day| {
        let kind = match calendar.day(*day) {
            DayKind::Working => "working",
            DayKind::MakeUp => "make_up",
            DayKind::Rest => "rest",
            DayKind::Holiday => "holiday",
        };
        match calendar.holiday_name(*day) {
            Some(name) => json!({
                "date": day,
                "kind": kind,
                "name": name,
                "statutory": calendar.is_statutory(*day),
            }),
            None => json!({ "date": day, "kind": kind }),
        }
    });
    let worked = days.iter().filter(|day| calendar.is_working(**day)).count();
    json!({
        "year": year,
        "version": calendar.version(),
        "provisional": !calendar.covers(year),
        "working_days": worked,
        "days": told.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_is_told_day_by_day_and_says_when_its_notice_is_still_to_come() {
        let calendar = WorkCalendar::compile(china(), Some("2020.1")).unwrap();
        let told = in_words(&calendar, 2020);
        assert_eq!(told["days"].as_array().unwrap().len(), 366);
        assert_eq!(told["provisional"], false);
        assert_eq!(told["days"][0]["kind"], "holiday");
        assert_eq!(told["days"][0]["name"], "元旦");
        let later = in_words(&calendar, 2021);
        assert_eq!(later["provisional"], true);
        assert_eq!(later["days"][0]["kind"], "working");
    }

    #[test]
    fn the_built_in_calendar_is_there_without_being_defined() {
        let set = DefinitionSet::default();
        let ids: Vec<&str> = all(&set).iter().map(|c| c.id.as_str()).collect();
        assert_eq!(ids, ["cn"]);
    }
}
