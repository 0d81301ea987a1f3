//! `/api/v1/statistics/deciders`: who decided what about the alerts of a period: confirmed, dismissed and withdrawn by conclusion, whose
//! confirmations were taken back by whom, how large each person's share of objective causes is, and what nobody has concluded yet.
//!
//! It speaks of persons, so it is for who supervises and who audits, and each look at it is an entry of the audit trail.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{RawQuery, State as Here};
use mingjing_domain::Timestamp;
use mingjing_domain::period::{BadPeriod, Period};
use mingjing_store::{Decided, Deciders};
use serde_json::{Value, json};

use crate::people::gate::Caller;
use crate::{ApiError, State, query};

/// `GET /api/v1/statistics/deciders?period=2026-10`
pub(crate) async fn list(
    Here(state): Here<State>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let period = period(query.as_deref(), (state.now)(), state.zone)?;
    let (from, until) = (period.from(state.zone), period.until(state.zone));
    let found = state
        .store
        .deciders_in(from, until, &caller.sight())
        .await?;
    let mut told = told(&found, state.min_base.into());
    told["period"] = json!({ "code": period.to_string(), "label": period.label() });
    Ok(Json(told))
}

fn period(query: Option<&str>, now: Timestamp, zone: chrono_tz::Tz) -> Result<Period, ApiError> {
    let pairs = query::pairs(query, &["period"])?;
    match pairs.get("period").filter(|text| !text.is_empty()) {
        None => Ok(Period::month_of(now, zone)),
        Some(text) => text
            .parse()
            .map_err(|error: BadPeriod| ApiError::bad("period", error.to_string())),
    }
}

/// Persons with most decisions first, each with the bodies whose alerts they were.
fn told(found: &Deciders, min_base: u64) -> Value {
    let mut people: BTreeMap<&str, Vec<&Decided>> = BTreeMap::new();
    for row in &found.decided {
        people.entry(&row.person).or_default().push(row);
    }
    let mut people: Vec<(Decided, Vec<&Decided>)> = people
        .into_values()
        .map(|mut bodies| {
            bodies.sort_by_key(|row| std::cmp::Reverse(row.concluded()));
            (sum(bodies.iter().copied()), bodies)
        })
        .collect();
    people.sort_by_key(|(all, _)| std::cmp::Reverse(all.concluded()));
    let people: Vec<Value> = people
        .iter()
        .map(|(all, bodies)| {
            let mut told = counts(all, min_base);
            told["person"] = json!(all.person);
            told["acting_for"] = json!(all.acting_for);
            told["taken_back"] = json!(taken_back(found, &all.person));
            told["bodies"] = bodies
                .iter()
                .map(|row| {
                    let mut told = counts(row, min_base);
                    told["org_code"] = json!(row.body);
                    told
                })
                .collect();
            told
        })
        .collect();
    json!({
        "min_base": min_base,
        "deciders": people,
        "total": counts(&sum(&found.decided), min_base),
        "taken_back": found.taken_back,
        "unconcluded": found.unconcluded,
    })
}

/// How many of a person's confirmations somebody else withdrew on appeal.
fn taken_back(found: &Deciders, person: &str) -> u64 {
    let theirs = found.taken_back.iter();
    let theirs = theirs.filter(|row| row.confirmed_by == person && row.person != person);
    theirs.map(|row| row.alerts).sum()
}

/// All of some rows as one, of the person of the first.
fn sum<'r>(rows: impl IntoIterator<Item = &'r Decided>) -> Decided {
    let mut rows = rows.into_iter();
    let first = rows.next().cloned().unwrap_or_default();
    rows.fold(first, |mut all, row| {
        all.add(row);
        all
    })
}

/// The numbers of a row; the share of objective causes is of all that was concluded, and hidden on a small base.
fn counts(row: &Decided, min_base: u64) -> Value {
    let concluded = row.concluded();
    let share = match concluded {
        base if base == 0 || base < min_base => Value::Null,
        base => json!(row.objective() as f64 / base as f64),
    };
    json!({
        "concluded": concluded,
        "confirmed": row.confirmed,
        "upheld": row.upheld,
        "dismissed": { "objective": row.dismissed_objective, "data": row.dismissed_data, "rule": row.dismissed_rule },
        "withdrawn": { "objective": row.withdrawn_objective, "data": row.withdrawn_data, "rule": row.withdrawn_rule },
        "objective": row.objective(),
        "objective_share": share,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use mingjing_store::{TakenBack, Unconcluded};

    fn of(person: &str, body: &str) -> Decided {
        Decided {
            person: person.into(),
            acting_for: "sfj".into(),
            body: body.into(),
            ..Decided::default()
        }
    }

    #[test]
    fn a_persons_rows_are_one_with_the_share_of_objective_causes_and_what_was_taken_back() {
        let found = Deciders {
            decided: vec![
                Decided {
                    confirmed: 1,
                    ..of("chen", "zjj")
                },
                Decided {
                    dismissed_objective: 1,
                    dismissed_rule: 1,
                    ..of("li", "rsj")
                },
                Decided {
                    confirmed: 4,
                    withdrawn_objective: 2,
                    ..of("li", "zjj")
                },
            ],
            taken_back: [("chen", "li", 3), ("li", "li", 1), ("li", "", 1)]
                .map(|(person, confirmed_by, alerts)| TakenBack {
                    person: person.into(),
                    confirmed_by: confirmed_by.into(),
                    alerts,
                })
                .into(),
            unconcluded: Unconcluded {
                open: 7,
                appealed: 2,
            },
        };
        let told = told(&found, 5);
        let people = told["deciders"].as_array().unwrap();
        let names: Vec<&Value> = people.iter().map(|one| &one["person"]).collect();
        assert_eq!(names, ["li", "chen"], "most first");
        let li = &people[0];
        assert_eq!((&li["concluded"], &li["objective"]), (&json!(8), &json!(3)));
        assert_eq!(li["objective_share"], 0.375);
        // Nobody takes back what is their own: the platform refuses it, and it would be no check.
        assert_eq!(
            (&li["taken_back"], &people[1]["taken_back"]),
            (&json!(3), &json!(0))
        );
        let bodies = li["bodies"].as_array().unwrap();
        let bodies: Vec<_> = bodies
            .iter()
            .map(|b| (&b["org_code"], &b["concluded"]))
            .collect();
        assert_eq!(
            bodies,
            [(&json!("zjj"), &json!(6)), (&json!("rsj"), &json!(2))]
        );
        assert_eq!(
            people[1]["objective_share"],
            Value::Null,
            "a base too small"
        );
        assert_eq!(told["total"]["concluded"], 9);
        assert_eq!(told["unconcluded"], json!({ "open": 7, "appealed": 2 }));
    }

    #[test]
    fn a_period_is_the_running_month_where_nothing_is_said() {
        let now = Timestamp::parse("2026-11-29T10:00:00+08:00").unwrap();
        let zone = chrono_tz::Asia::Shanghai;
        assert_eq!(period(None, now, zone).unwrap().to_string(), "2026-11");
        let year = period(Some("period=2026"), now, zone).unwrap();
        assert_eq!(year.to_string(), "2026");
        assert!(period(Some("period=autumn"), now, zone).is_err());
        assert!(period(Some("person=li"), now, zone).is_err());
    }
}
