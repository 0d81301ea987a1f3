//! What a request asks for about an alert: its fields, read and checked, as the disposal that goes into the command.

use mingjing_domain::Timestamp;
use mingjing_domain::disposition::{Conclusion, Disposal, ObjectiveCause};
use serde::Deserialize;

use crate::ApiError;

/// So many files prove one appeal or answer at most.
const EVIDENCE_MAX: usize = 50;
/// As long may who signs be, too.
const PERSON_CHARS_MAX: usize = 128;

/// What is asked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    conclusion: Option<String>,
    cause: Option<String>,
    evidence: Option<Vec<String>>,
    to: Option<String>,
    due_at: Option<String>,
    rectify: Option<bool>,
    instruction: Option<String>,
}

impl Asked {
    /// Upon which instruction 批示 an order is given, by its id in the ledger.
    pub(super) fn instruction(&mut self, act: &str) -> Option<String> {
        match act {
            "order" => self.instruction.take(),
            _ => None,
        }
    }

    /// The disposal of many alerts with one reason: an order that names nobody goes to each alert's own body, and then says so by an empty
    /// one.
    pub(crate) fn disposal_of_many(&mut self, act: &str) -> Result<Disposal, ApiError> {
        let own = act == "order" && self.to.as_ref().is_none_or(|to| to.trim().is_empty());
        if own {
            self.to = Some("-".to_owned());
        }
        match self.disposal(act)? {
            Disposal::Order {
                due_at, rectify, ..
            } if own => Ok(Disposal::Order {
                to: String::new(),
                due_at,
                rectify,
            }),
            other => Ok(other),
        }
    }

    pub(crate) fn disposal(&mut self, act: &str) -> Result<Disposal, ApiError> {
        let disposal = match act {
            "hold" => Disposal::Hold,
            "issue" => Disposal::Issue,
            "confirm" => Disposal::Confirm,
            "dismiss" => {
                let (conclusion, cause, evidence) = self.grounds()?;
                Disposal::Dismiss {
                    conclusion,
                    cause,
                    evidence,
                }
            }
            "appeal" => Disposal::Appeal {
                evidence: self.evidence()?,
            },
            "uphold" => Disposal::Uphold,
            "withdraw" => {
                let (conclusion, cause, evidence) = self.grounds()?;
                Disposal::Withdraw {
                    conclusion,
                    cause,
                    evidence,
                }
            }
            "pass_up" => Disposal::PassUp { to: self.to()? },
            "order" => Disposal::Order {
                to: self.to()?,
                due_at: self.due_at()?,
                rectify: self.rectify.take().unwrap_or(false),
            },
            "answer" => Disposal::Answer {
                evidence: self.evidence()?,
            },
            "pass_on" => Disposal::PassOn {
                to: self.person()?,
                due_at: self.due_at()?,
            },
            "report" => Disposal::Report {
                evidence: self.evidence()?,
            },
            "ask_extension" => Disposal::AskExtension {
                due_at: self.until()?,
            },
            "extend" => Disposal::Extend {
                due_at: self.until()?,
            },
            "refuse_extension" => Disposal::RefuseExtension,
            "rectify" => Disposal::Rectify {
                evidence: self.evidence()?,
            },
            "accept_rectification" => Disposal::AcceptRectification,
            "reject_rectification" => Disposal::RejectRectification,
            "close" => Disposal::Close,
            other => {
                return Err(ApiError::NotFound {
                    what: format!("操作 {other}；可用的是 {}", Disposal::CODES.join("、")),
                });
            }
        };
        // A field that an act does not take was meant for another act.
        let left = [
            ("conclusion", self.conclusion.is_some()),
            ("cause", self.cause.is_some()),
            ("evidence", self.evidence.is_some()),
            ("to", self.to.is_some()),
            ("due_at", self.due_at.is_some()),
            ("rectify", self.rectify.is_some()),
            ("instruction", self.instruction.is_some()),
        ];
        match left.iter().find(|(_, given)| *given) {
            Some((field, _)) => Err(ApiError::bad(field, format!("{act} 不用这个字段"))),
            None => Ok(disposal),
        }
    }

    fn conclusion(&mut self) -> Result<Conclusion, ApiError> {
        let code = self.conclusion.take().unwrap_or_default();
        Conclusion::from_code(&code).ok_or_else(|| {
            let known = Conclusion::ALL.map(|c| format!("{}（{}）", c.code(), c.name_zh()));
            ApiError::bad("conclusion", format!("请写明结论：{}", known.join("、")))
        })
    }

    /// Why it is none. An objective cause is one of a closed list and is proven; another conclusion has neither.
    fn grounds(&mut self) -> Result<Grounds, ApiError> {
        let conclusion = self.conclusion()?;
        if conclusion != Conclusion::Objective {
            let given = [
                ("cause", self.cause.is_some()),
                ("evidence", self.evidence.is_some()),
            ];
            return match given.iter().find(|(_, given)| *given) {
                Some((field, _)) => {
                    let only = format!("只有结论为{}时才填写", Conclusion::Objective.name_zh());
                    Err(ApiError::bad(field, only))
                }
                None => Ok((conclusion, None, Vec::new())),
            };
        }
        let cause = self.cause()?;
        let evidence = self.evidence()?;
        match evidence.is_empty() {
            false => Ok((conclusion, Some(cause), evidence)),
            true => Err(ApiError::bad(
                "evidence",
                format!(
                    "结论为{}（{}）的，请附证明材料：{}，填写文件的 SHA-256，文件本身不上传",
                    conclusion.name_zh(),
                    cause.name_zh(),
                    cause.proof_zh()
                ),
            )),
        }
    }

    fn cause(&mut self) -> Result<ObjectiveCause, ApiError> {
        let code = self.cause.take().unwrap_or_default();
        ObjectiveCause::from_code(&code).ok_or_else(|| {
            let known = ObjectiveCause::ALL.map(|c| format!("{}（{}）", c.code(), c.name_zh()));
            let known = known.join("、");
            ApiError::bad(
                "cause",
                format!("请写明是哪一种客观原因：{known}；都不是的，不作客观原因"),
            )
        })
    }

    fn evidence(&mut self) -> Result<Vec<String>, ApiError> {
        hashes(self.evidence.take().unwrap_or_default())
    }

    fn to(&mut self) -> Result<String, ApiError> {
        let to = self.to.take().unwrap_or_default();
        match to.trim().is_empty() || to.chars().count() > 64 {
            false => Ok(to),
            true => Err(ApiError::bad("to", "请写明送达的机构代码")),
        }
    }

    /// To whom something is passed on.
    fn person(&mut self) -> Result<String, ApiError> {
        let to = self.to.take().unwrap_or_default().trim().to_owned();
        match to.is_empty() || to.chars().count() > PERSON_CHARS_MAX {
            false => Ok(to),
            true => Err(ApiError::bad("to", "请写明转办给哪位承办人（人员编号）")),
        }
    }

    fn until(&mut self) -> Result<Timestamp, ApiError> {
        self.due_at()?.ok_or_else(|| {
            ApiError::bad("due_at", "请写明延期至何时，如 2026-12-04T18:00:00+08:00")
        })
    }

    fn due_at(&mut self) -> Result<Option<Timestamp>, ApiError> {
        let read = |text: String| {
            Timestamp::parse(&text).map_err(|_| {
                ApiError::bad("due_at", "应为 RFC 3339 时间，如 2026-12-04T18:00:00+08:00")
            })
        };
        self.due_at.take().map(read).transpose()
    }
}

/// A conclusion other than a fault, with the objective cause and what proves it.
type Grounds = (Conclusion, Option<ObjectiveCause>, Vec<String>);

/// Hashes of files that prove something, checked.
pub(crate) fn hashes(evidence: Vec<String>) -> Result<Vec<String>, ApiError> {
    let is_hash = |text: &String| {
        text.len() == 64
            && text
                .bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    };
    if evidence.len() > EVIDENCE_MAX {
        return Err(ApiError::bad(
            "evidence",
            format!("最多 {EVIDENCE_MAX} 份材料"),
        ));
    }
    match evidence.iter().all(is_hash) {
        true => Ok(evidence),
        false => Err(ApiError::bad(
            "evidence",
            "应为材料文件的 SHA-256，64 位小写十六进制数字；文件本身不上传",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::life::said::{SaidFields, read};

    fn asked(act: &str, more: &str) -> Result<Disposal, ApiError> {
        let body = format!("{{\"who\":{{\"person\":\"li\"}},\"why\":\"核实\"{more}}}");
        let (_, mut asked): (SaidFields, Asked) = read(&body.into()).unwrap();
        asked.disposal(act)
    }

    #[test]
    fn an_act_takes_its_fields_and_no_others() {
        let hash = "0f".repeat(32);
        let objective = r#","conclusion":"objective""#;
        assert!(asked("appeal", &format!(",\"evidence\":[\"{hash}\"]")).is_ok());
        assert!(asked("extend", r#","due_at":"2026-12-04T18:00:00+08:00""#).is_ok());
        for (act, more) in [
            ("dismiss", ""),
            ("dismiss", r#","conclusion":"guilty""#),
            ("confirm", objective),
            ("appeal", r#","evidence":["contract.pdf"]"#),
            ("order", ""),
            ("extend", ""),
            ("extend", r#","due_at":"tomorrow""#),
            ("ask_extension", ""),
            (
                "refuse_extension",
                r#","due_at":"2026-12-04T18:00:00+08:00""#,
            ),
            ("pass_on", r#","due_at":"2026-12-04T18:00:00+08:00""#),
            ("pass_on", r#","to":" ""#),
            ("report", r#","to":"zhang""#),
            ("close", r#","rectify":true"#),
            ("close", r#","instruction":"0a1b""#),
            ("delete", ""),
        ] {
            assert!(asked(act, more).is_err(), "{act} {more}");
        }
    }

    #[test]
    fn an_objective_cause_is_of_the_list_and_proven_of_one_and_of_many() {
        let proof = format!(r#","evidence":["{}"]"#, "0f".repeat(32));
        let said = |conclusion: &str, cause: &str, proof: &str| {
            format!(r#","conclusion":"{conclusion}"{cause}{proof}"#)
        };
        let cause = r#","cause":"other_body""#;
        for act in ["dismiss", "withdraw"] {
            for given in [
                asked(act, &said("objective", cause, &proof)),
                many(act, &said("objective", cause, &proof)),
            ] {
                let Ok(
                    Disposal::Dismiss {
                        cause, evidence, ..
                    }
                    | Disposal::Withdraw {
                        cause, evidence, ..
                    },
                ) = given
                else {
                    panic!("{act}: it is proven and of the list")
                };
                assert_eq!(cause, Some(ObjectiveCause::OtherBody));
                assert_eq!(evidence.len(), 1);
            }
            for (more, field) in [
                (said("objective", "", ""), "cause"),
                (said("objective", "", &proof), "cause"),
                (said("objective", r#","cause":"busy""#, &proof), "cause"),
                (said("objective", cause, ""), "evidence"),
                (said("objective", cause, r#","evidence":[]"#), "evidence"),
                (
                    said("objective", cause, r#","evidence":["a.pdf"]"#),
                    "evidence",
                ),
                (said("data", cause, ""), "cause"),
                (said("rule", "", &proof), "evidence"),
            ] {
                for given in [asked(act, &more), many(act, &more)] {
                    assert!(
                        matches!(&given, Err(ApiError::BadRequest { field: at, .. }) if at == field),
                        "{act} {more}: {given:?}"
                    );
                }
            }
        }
        assert!(asked("confirm", cause).is_err());
        assert!(asked("appeal", cause).is_err());
    }

    fn many(act: &str, more: &str) -> Result<Disposal, ApiError> {
        let body = format!("{{\"who\":{{\"person\":\"li\"}},\"why\":\"核实\"{more}}}");
        let (_, mut asked): (SaidFields, Asked) = read(&body.into()).unwrap();
        asked.disposal_of_many(act)
    }

    #[test]
    fn an_order_upon_many_may_name_nobody() {
        for (more, wanted) in [("", ""), (r#","to":" ""#, ""), (r#","to":"zjj""#, "zjj")] {
            let ordered = many("order", more).unwrap();
            assert!(
                matches!(&ordered, Disposal::Order { to, .. } if to == wanted),
                "{ordered:?}"
            );
        }
        assert!(many("pass_up", "").is_err());
        assert!(many("close", r#","to":"zjj""#).is_err());
    }

    #[test]
    fn every_act_has_an_address() {
        for act in Disposal::CODES {
            let fields = match act {
                "dismiss" | "withdraw" => r#","conclusion":"data""#,
                "order" | "pass_up" | "pass_on" => r#","to":"zjj""#,
                "extend" | "ask_extension" => r#","due_at":"2026-12-04T18:00:00+08:00""#,
                _ => "",
            };
            assert_eq!(asked(act, fields).unwrap().code(), act);
        }
    }
}
