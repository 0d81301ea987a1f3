//! `/api/v1/rules/quality`: how often each control point's alerts stand, end, are taken back or put to a person, and what people make of
//! them.

use axum::Json;
use axum::extract::{RawQuery, State as Here};
use mingjing_domain::Timestamp;
use mingjing_store::RuleQuality;
use serde_json::{Value, json};

use crate::people::gate::Caller;
use crate::{ApiError, State, view};

/// A year before now is looked at where nothing is said.
const YEAR_MS: i64 = 366 * 86_400_000;

/// `GET /api/v1/rules/quality?raised_from=&raised_before=`
pub(crate) async fn quality(
    Here(state): Here<State>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let (from, to) = span(query.as_deref().unwrap_or_default(), (state.now)())?;
    let rules = state
        .store
        .rule_quality_in(from, to, &caller.sight())
        .await?;
    let rules: Vec<Value> = rules.iter().map(with_shares).collect();
    let told = json!({ "raised_from_at": from, "raised_before_at": to, "rules": rules });
    Ok(Json(view::json_in(&told, state.zone)))
}

fn span(query: &str, now: Timestamp) -> Result<(Timestamp, Timestamp), ApiError> {
    let pairs: Vec<(String, String)> =
        serde_urlencoded::from_str(query).map_err(|e| ApiError::bad("query", e.to_string()))?;
    let (mut from, mut to) = (None, None);
    for (field, value) in pairs {
        let slot = match field.as_str() {
            "raised_from" => &mut from,
            "raised_before" => &mut to,
            other => {
                return Err(ApiError::bad(
                    other,
                    "没有这个参数；可用的是 raised_from、raised_before",
                ));
            }
        };
        let at = Timestamp::parse(&value).map_err(|_| {
            ApiError::bad(&field, "应为 RFC 3339 时间，如 2026-11-23T09:00:00+08:00")
        })?;
        *slot = Some(at);
    }
    let to = to.unwrap_or(now);
    let from = from.unwrap_or(to.plus_millis(-YEAR_MS));
    match from < to {
        true => Ok((from, to)),
        false => Err(ApiError::bad("raised_from", "应早于 raised_before")),
    }
}

/// Shares are of what went out, of confirmed and wrong ones of what was decided; without any there is none: a share of a few says little, so the base stands beside it.
fn with_shares(of: &RuleQuality) -> Value {
    let share = |count: u64| match of.issued {
        0 => Value::Null,
        issued => json!(count as f64 / issued as f64),
    };
    let of_decided = |count: u64| {
        let dismissed = of.dismissed_objective + of.dismissed_data + of.dismissed_rule;
        match of.confirmed + dismissed {
            0 => Value::Null,
            decided => json!(count as f64 / decided as f64),
        }
    };
    let mut told = serde_json::to_value(of).expect("names and numbers");
    told["confirmed_share"] = of_decided(of.confirmed);
    // What the rule or its data are to blame for: an objective cause is none of the rule's.
    told["wrong_share"] = of_decided(of.dismissed_data + of.dismissed_rule);
    told["withdrawn_share"] = share(of.withdrawn);
    told["reviewed_share"] = share(of.reviewed);
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_a_year_where_nothing_is_said() {
        let now = Timestamp::from_millis(YEAR_MS * 2);
        let (from, to) = span("", now).unwrap();
        assert_eq!((from, to), (Timestamp::from_millis(YEAR_MS), now));
        assert!(
            span(
                "raised_before=1970-01-01T00:00:00Z&raised_from=1970-01-02T00:00:00Z",
                now
            )
            .is_err()
        );
        assert!(span("since=1970-01-01T00:00:00Z", now).is_err());
    }
}
