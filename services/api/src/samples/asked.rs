//! What is asked: a sample to draw, a case that was checked, or the end.

use mingjing_domain::Timestamp;
use mingjing_domain::sampling::{Act, CHECKS_MAX, Finding, PER_STRATUM_MAX, Plan, Strata, Verdict};
use mingjing_store::Sight;
use serde::Deserialize;

use crate::ApiError;

const TITLE_CHARS_MAX: usize = 100;
const CHECK_CHARS_MAX: usize = 200;
const SEED_CHARS_MAX: usize = 128;
const EVIDENCE_MAX: usize = 50;
/// Of a seed that the platform makes.
const SEED_BYTES: usize = 16;

/// A sample to draw.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Drawing {
    title: String,
    from: String,
    until: String,
    #[serde(default)]
    region: String,
    #[serde(default)]
    org_code: String,
    #[serde(default)]
    item_code: String,
    strata: String,
    per_stratum: u32,
    /// Settled outside; else the platform makes one.
    #[serde(default)]
    seed: String,
    checks: Vec<String>,
}

fn instant(field: &str, text: &str) -> Result<Timestamp, ApiError> {
    let wrong = |_| ApiError::bad(field, "应为 RFC 3339 时间，如 2026-10-01T00:00:00+08:00");
    Timestamp::parse(text).map_err(wrong)
}

/// Random bytes in hexadecimal digits.
fn random_seed() -> Result<String, ApiError> {
    let mut bytes = [0; SEED_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| ApiError::Failed(Box::new(error)))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

impl Drawing {
    /// As a plan, within the reach of who asks.
    pub(super) fn plan(self, sight: &Sight) -> Result<Plan, ApiError> {
        let long = |text: &str, most: usize| text.trim().is_empty() || text.chars().count() > most;
        if long(&self.title, TITLE_CHARS_MAX) {
            return Err(ApiError::bad(
                "title",
                format!("请填写名称，最多 {TITLE_CHARS_MAX} 个字符"),
            ));
        }
        let (from, until) = (instant("from", &self.from)?, instant("until", &self.until)?);
        if from >= until {
            return Err(ApiError::bad("until", "止期应晚于起期"));
        }
        let known = Strata::ALL.map(Strata::code).join("、");
        let strata = Strata::from_code(&self.strata)
            .ok_or_else(|| ApiError::bad("strata", format!("可用的是 {known}")))?;
        if !(1..=PER_STRATUM_MAX).contains(&self.per_stratum) {
            return Err(ApiError::bad(
                "per_stratum",
                format!("应为 1 至 {PER_STRATUM_MAX}"),
            ));
        }
        let checks_bad = self.checks.iter().any(|check| long(check, CHECK_CHARS_MAX));
        if self.checks.is_empty() || self.checks.len() > CHECKS_MAX || checks_bad {
            return Err(ApiError::bad(
                "checks",
                format!("请列出 1 至 {CHECKS_MAX} 项检查要点，每项最多 {CHECK_CHARS_MAX} 个字符"),
            ));
        }
        if !self.region.bytes().all(|b| b.is_ascii_digit()) {
            return Err(ApiError::bad("region", "应为区划代码或者其前缀，如 5105"));
        }
        // Whoever sees one region draws from it, and from nothing beyond.
        let region = match &sight.region_prefix {
            Some(prefix) if self.region.is_empty() => prefix.clone(),
            Some(prefix) if !self.region.starts_with(prefix.as_str()) => {
                return Err(ApiError::bad("region", "该区划不在管辖范围内"));
            }
            _ => self.region,
        };
        let seed = match self.seed.trim() {
            "" => random_seed()?,
            seed if seed.chars().count() > SEED_CHARS_MAX => {
                return Err(ApiError::bad(
                    "seed",
                    format!("最多 {SEED_CHARS_MAX} 个字符"),
                ));
            }
            seed => seed.to_owned(),
        };
        Ok(Plan {
            title: self.title,
            from,
            until,
            region,
            body: self.org_code,
            item: self.item_code,
            strata,
            per_stratum: self.per_stratum,
            seed,
            checks: self.checks,
        })
    }
}

/// What was done.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Done {
    source: Option<String>,
    case_no: Option<String>,
    verdicts: Option<Vec<Verdict>>,
    evidence: Option<Vec<String>>,
}

impl Done {
    pub(super) fn act(self, name: &str) -> Result<Act, ApiError> {
        match name {
            "find" => self.finding().map(Act::Found),
            "close" => {
                let left = [
                    ("source", self.source.is_some()),
                    ("case_no", self.case_no.is_some()),
                    ("verdicts", self.verdicts.is_some()),
                    ("evidence", self.evidence.is_some()),
                ];
                match left.iter().find(|(_, given)| *given) {
                    Some((field, _)) => Err(ApiError::bad(field, "close 不用这个字段")),
                    None => Ok(Act::Closed),
                }
            }
            other => Err(ApiError::NotFound {
                what: format!("操作 {other}；可用的是 find、close"),
            }),
        }
    }

    fn finding(self) -> Result<Finding, ApiError> {
        let given = |field: &str, told: Option<String>| {
            told.ok_or_else(|| ApiError::bad(field, "请写明检查的是哪一件"))
        };
        let evidence = self.evidence.unwrap_or_default();
        let is_hash = |text: &String| {
            let digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
            text.len() == 64 && text.bytes().all(digit)
        };
        if evidence.len() > EVIDENCE_MAX || !evidence.iter().all(is_hash) {
            return Err(ApiError::bad(
                "evidence",
                "应为材料文件的 SHA-256，64 位小写十六进制数字，最多 50 份；文件本身不上传",
            ));
        }
        let verdicts = self.verdicts.ok_or_else(|| {
            ApiError::bad(
                "verdicts",
                "请逐项填写：pass 符合、fail 不符合、not_applicable 不适用",
            )
        })?;
        Ok(Finding {
            source: given("source", self.source)?,
            case_no: given("case_no", self.case_no)?,
            verdicts,
            evidence,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawing(change: impl FnOnce(&mut serde_json::Value)) -> Result<Plan, ApiError> {
        let mut asked = serde_json::json!({
            "title": "四季度抽查", "from": "2026-10-01T00:00:00+08:00", "until": "2026-11-01T00:00:00+08:00",
            "strata": "body", "per_stratum": 5, "checks": ["是否送达"],
        });
        change(&mut asked);
        let drawing: Drawing = serde_json::from_value(asked).unwrap();
        drawing.plan(&Sight {
            region_prefix: Some("510502".into()),
            body: None,
        })
    }

    #[test]
    fn nobody_draws_beyond_their_region_and_each_draw_has_a_seed() {
        let plan = drawing(|_| {}).unwrap();
        assert_eq!(plan.region, "510502");
        assert!(plan.seed.len() >= 32);
        assert_ne!(plan.seed, drawing(|_| {}).unwrap().seed);
        let inside = drawing(|asked| asked["region"] = "510502001".into()).unwrap();
        assert_eq!(inside.region, "510502001");
        let given = drawing(|asked| asked["seed"] = "03 17 22".into()).unwrap();
        assert_eq!(given.seed, "03 17 22");
        assert!(drawing(|asked| asked["region"] = "5105".into()).is_err());
    }

    #[test]
    fn what_cannot_be_drawn_is_refused_with_its_field() {
        for (field, value) in [
            ("title", serde_json::json!(" ")),
            ("from", serde_json::json!("2026-10-01")),
            ("until", serde_json::json!("2026-09-01T00:00:00+08:00")),
            ("strata", serde_json::json!("weather")),
            ("per_stratum", serde_json::json!(0)),
            ("checks", serde_json::json!([])),
            ("checks", serde_json::json!([""])),
            ("region", serde_json::json!("泸州")),
        ] {
            let refused = drawing(|asked| asked[field] = value.clone());
            let told =
                matches!(&refused, Err(ApiError::BadRequest { field: told, .. }) if told == field);
            assert!(told, "{field} {value} {refused:?}");
        }
    }
}
