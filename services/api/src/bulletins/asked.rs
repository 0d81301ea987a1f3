//! What is asked: a bulletin to draft, an act upon one, a file of one.

use mingjing_bulletin::{Document, Edition, is_periodic};
use mingjing_domain::bulletin::{Kind, NUMBER_CHARS_MAX};
use mingjing_domain::period::Period;
use serde::Deserialize;

use crate::ApiError;

/// 主送 is no longer, nor is 抄送.
const TO_CHARS_MAX: usize = 120;
/// A correction is about no more alerts.
pub(crate) const ALERTS_MAX: usize = 20;

/// A bulletin to draft.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Drafting {
    kind: String,
    #[serde(default)]
    period: String,
    #[serde(default)]
    region: String,
    #[serde(default)]
    pub(super) to: String,
    /// 抄送.
    #[serde(default)]
    pub(super) copies: String,
    /// The bulletin that is corrected, and the alerts that were taken back.
    #[serde(default)]
    pub(super) corrects: String,
    #[serde(default)]
    pub(super) alerts: Vec<String>,
}

/// What is drafted.
#[derive(Debug)]
pub(super) enum Wanted {
    Periodic {
        kind: Kind,
        period: Period,
        region: String,
    },
    Correction,
}

impl Drafting {
    pub(super) fn wanted(&self) -> Result<Wanted, ApiError> {
        let kind = Kind::from_code(&self.kind).ok_or_else(|| {
            let known: Vec<String> = Kind::ALL
                .iter()
                .map(|kind| format!("{}（{}）", kind.code(), kind.name_zh()))
                .collect();
            ApiError::bad("kind", format!("可用的是 {}", known.join("、")))
        })?;
        for (field, text) in [("to", &self.to), ("copies", &self.copies)] {
            if text.chars().count() > TO_CHARS_MAX {
                return Err(ApiError::bad(field, format!("最多 {TO_CHARS_MAX} 个字符")));
            }
        }
        let corrects = !self.corrects.is_empty() || !self.alerts.is_empty();
        if kind == Kind::Correction {
            if self.corrects.is_empty() || self.alerts.is_empty() {
                return Err(ApiError::bad(
                    "corrects",
                    "更正通报请写明所更正的通报（corrects）和申诉成立的预警（alerts）",
                ));
            }
            if self.alerts.len() > ALERTS_MAX {
                return Err(ApiError::bad("alerts", format!("最多 {ALERTS_MAX} 条")));
            }
            return Ok(Wanted::Correction);
        }
        if corrects {
            return Err(ApiError::bad(
                "corrects",
                "只有更正通报填写 corrects 和 alerts",
            ));
        }
        let period: Period =
            self.period
                .parse()
                .map_err(|error: mingjing_domain::period::BadPeriod| {
                    ApiError::bad("period", error.to_string())
                })?;
        if !is_periodic(period) {
            return Err(ApiError::bad(
                "period",
                "通报按月、季度、半年、年编制，如 2026-10、2026-Q3、2026-H1、2026",
            ));
        }
        if self.region.is_empty() {
            return Err(ApiError::bad("region", "请写明行政区划代码，如 510500"));
        }
        Ok(Wanted::Periodic {
            kind,
            period,
            region: self.region.clone(),
        })
    }
}

/// What an act says besides who, why and key.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Done {
    /// Of an edit: the text.
    pub(super) document: Option<Document>,
    /// Of a statement: whose it is.
    pub(super) org_code: String,
    /// Of a number: the number.
    number: String,
}

/// What is done to a bulletin.
#[derive(Debug)]
pub(super) enum Doing {
    Edit(Box<Document>),
    Review,
    Ask,
    State { body: String },
    Return,
    Sign,
    Number { number: String },
    Publish,
    Discard,
}

impl Done {
    pub(super) fn doing(self, act: &str) -> Result<Doing, ApiError> {
        Ok(match act {
            "edit" => Doing::Edit(Box::new(self.document.ok_or_else(|| {
                ApiError::bad("document", "请给出修改后的全文（见该通报的 document）")
            })?)),
            "review" => Doing::Review,
            "ask" => Doing::Ask,
            "state" => Doing::State {
                body: self.org_code,
            },
            "return" => Doing::Return,
            "sign" => Doing::Sign,
            "number"
                if self.number.is_empty() || self.number.chars().count() > NUMBER_CHARS_MAX =>
            {
                return Err(ApiError::bad(
                    "number",
                    format!("请填写登记簿上的发文字号，最多 {NUMBER_CHARS_MAX} 个字符"),
                ));
            }
            "number" => Doing::Number {
                number: self.number,
            },
            "publish" => Doing::Publish,
            "discard" => Doing::Discard,
            _ => {
                return Err(ApiError::NotFound {
                    what: format!(
                        "操作 {act}；可用的是 edit、review、ask、state、return、sign、number、publish、discard"
                    ),
                });
            }
        })
    }
}

/// A file of a bulletin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum File {
    Pdf(Edition),
    Docx(Edition),
    Xlsx(Edition),
    /// The data snapshot.
    Figures,
    /// The score sheets that lie beside it.
    Scores,
}

impl File {
    /// `internal.pdf`, `public.docx`, `internal.xlsx` …, `figures.json`, `scores.json`.
    pub(super) fn of(name: &str) -> Result<Self, ApiError> {
        let of = |name: &str| {
            if name == "figures.json" {
                return Some(File::Figures);
            }
            if name == "scores.json" {
                return Some(File::Scores);
            }
            let (edition, ending) = name.split_once('.')?;
            let edition = Edition::ALL.into_iter().find(|one| one.code() == edition)?;
            Some(match ending {
                "pdf" => File::Pdf(edition),
                "docx" => File::Docx(edition),
                "xlsx" => File::Xlsx(edition),
                _ => return None,
            })
        };
        of(name).ok_or_else(|| ApiError::NotFound {
            what: format!(
                "文件 {name}；可用的是 internal.pdf、public.pdf、internal.docx、public.docx、internal.xlsx、public.xlsx、figures.json、scores.json"
            ),
        })
    }

    pub(super) fn media_type(self) -> &'static str {
        match self {
            File::Pdf(_) => "application/pdf",
            File::Docx(_) => {
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
            }
            File::Xlsx(_) => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            File::Figures | File::Scores => "application/json",
        }
    }

    pub(super) fn ending(self) -> &'static str {
        match self {
            File::Pdf(_) => "pdf",
            File::Docx(_) => "docx",
            File::Xlsx(_) => "xlsx",
            File::Figures | File::Scores => "json",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drafting(text: &str) -> Result<Wanted, ApiError> {
        let drafting: Drafting = serde_json::from_str(text).unwrap();
        drafting.wanted()
    }

    #[test]
    fn a_bulletin_is_of_a_period_and_a_correction_of_a_bulletin() {
        let good = r#"{"kind":"bulletin","period":"2026-10","region":"510500"}"#;
        assert!(matches!(drafting(good), Ok(Wanted::Periodic { .. })));
        let good = r#"{"kind":"correction","corrects":"b1","alerts":["a1"]}"#;
        assert!(matches!(drafting(good), Ok(Wanted::Correction)));
        for wrong in [
            r#"{"kind":"paper","period":"2026-10","region":"510500"}"#,
            r#"{"kind":"bulletin","period":"2026-13","region":"510500"}"#,
            r#"{"kind":"bulletin","period":"2026-10-01..2026-10-15","region":"510500"}"#,
            r#"{"kind":"report","period":"2026"}"#,
            r#"{"kind":"correction","corrects":"b1"}"#,
            r#"{"kind":"bulletin","period":"2026","region":"510500","alerts":["a1"]}"#,
        ] {
            assert!(drafting(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_file_is_named_by_its_edition() {
        assert_eq!(File::of("public.pdf").unwrap(), File::Pdf(Edition::Public));
        assert_eq!(File::of("figures.json").unwrap(), File::Figures);
        for wrong in ["pdf", "x.pdf", "internal.exe", "figures.pdf", ""] {
            assert!(File::of(wrong).is_err(), "{wrong}");
        }
    }
}
