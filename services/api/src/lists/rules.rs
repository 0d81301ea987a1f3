//! `/api/v1/rules`: the catalogue in words, as `schemas/rules.md` has it.

use axum::Json;
use axum::extract::RawQuery;
use mingjing_domain::catalogue::{self, Rule};
use serde_json::{Value, json};

use crate::{ApiError, query};

/// `GET /api/v1/rules`
pub(super) async fn list(RawQuery(asked): RawQuery) -> Result<Json<Value>, ApiError> {
    query::pairs(asked.as_deref(), &[])?;
    let families: Vec<Value> = catalogue::families()
        .map(|(name, name_en, rules)| {
            json!({
                "name": name,
                "name_en": name_en,
                "rules": rules.iter().map(told).collect::<Vec<_>>(),
            })
        })
        .collect();
    Ok(Json(json!({ "families": families })))
}

fn told(rule: &Rule) -> Value {
    let basis = rule.legal_basis.iter().map(|basis| {
        let types = basis.power_types.iter().map(|kind| kind.name_zh());
        json!({
            "article": basis.article,
            "power_types_zh": types.collect::<Vec<_>>(),
            "mark": basis.mark(),
        })
    });
    let parameters = rule.parameters.iter().map(|parameter| {
        json!({
            "name": parameter.name,
            "meaning": parameter.meaning,
            "default": parameter.default,
            "unit": parameter.unit,
            "source": parameter.source,
        })
    });
    let exceptions = rule
        .exceptions
        .iter()
        .map(|exception| json!({ "text": exception.text, "source": exception.source }));
    json!({
        "id": rule.id,
        "name": rule.name,
        "name_en": rule.name_en,
        "checks": rule.checks,
        "tier_zh": rule.tier.name_zh(),
        "finding_zh": rule.finding.name_zh(),
        "level": rule.level.code(),
        "level_zh": rule.level.name_zh(),
        "needs": catalogue::needs(rule.id),
        "legal_basis": basis.collect::<Vec<_>>(),
        "parameters": parameters.collect::<Vec<_>>(),
        "evidence": rule.evidence,
        "remedy": rule.remedy,
        "exceptions": exceptions.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_told_once_with_what_it_rests_on() {
        let told: Vec<Value> = catalogue::families()
            .flat_map(|(_, _, rules)| rules.iter().map(told))
            .collect();
        assert_eq!(told.len(), catalogue::rules().count());
        for rule in told {
            assert!(!rule["checks"].as_str().unwrap().is_empty(), "{rule}");
            assert!(
                !rule["legal_basis"].as_array().unwrap().is_empty(),
                "{rule}"
            );
        }
    }
}
