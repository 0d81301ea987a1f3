//! What is asked: incidents to list, one to open, and what is done with one.

use std::collections::BTreeSet;

use mingjing_domain::Timestamp;
use mingjing_domain::disposition::Conclusion;
use mingjing_domain::incident::{Act, CHANGED_MAX, Cause, CauseKind, Head, Incident};
use serde::Deserialize;

use crate::ApiError;
use crate::dispositions::hashes;
use crate::query::pairs;

const LIMIT_DEFAULT: usize = 50;
const LIMIT_MAX: usize = 200;
/// Of codes, numbers and ids.
const CODE_CHARS_MAX: usize = 128;
/// Of a title: it stands in the reason of every command.
const TITLE_CHARS_MAX: usize = 60;

/// Which incidents are listed.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) open: Option<bool>,
    cause: Option<CauseKind>,
    source: Option<String>,
    body: Option<String>,
    pub(super) cursor: Option<String>,
    pub(super) limit: usize,
}

impl Wanted {
    pub(super) fn of(query: Option<&str>) -> Result<Self, ApiError> {
        const KNOWN: &[&str] = &["state", "cause", "source", "org_code", "cursor", "limit"];
        let mut asked = pairs(query, KNOWN)?;
        asked.retain(|_, value| !value.is_empty());
        let open = match asked.remove("state").as_deref() {
            None => None,
            Some("open") => Some(true),
            Some("closed") => Some(false),
            Some(_) => return Err(ApiError::bad("state", "可用的是 open、closed")),
        };
        let cause = asked.remove("cause").map(|code| {
            let known = CauseKind::ALL.map(CauseKind::code).join("、");
            let kind = CauseKind::from_code(&code);
            kind.ok_or_else(|| ApiError::bad("cause", format!("可用的是 {known}")))
        });
        Ok(Self {
            open,
            cause: cause.transpose()?,
            source: asked.remove("source"),
            body: asked.remove("org_code"),
            cursor: asked.remove("cursor"),
            limit: limit(asked.remove("limit"), LIMIT_DEFAULT, LIMIT_MAX)?,
        })
    }

    /// Whether an incident is asked for, open or not.
    pub(super) fn concerns(&self, incident: &Incident<'_>) -> bool {
        let head = incident.head;
        let source = |source: &String| head.cause.source() == Some(source);
        self.cause.is_none_or(|kind| kind == head.cause.kind())
            && self.source.as_ref().is_none_or(source)
            && self.body.as_ref().is_none_or(|body| *body == head.body)
    }
}

/// Rows of an answer.
pub(super) fn limit(asked: Option<String>, usual: usize, most: usize) -> Result<usize, ApiError> {
    let Some(text) = asked else { return Ok(usual) };
    let limit = text.parse::<usize>().ok();
    let limit = limit.filter(|limit| (1..=most).contains(limit));
    limit.ok_or_else(|| ApiError::bad("limit", format!("应为 1 至 {most}")))
}

/// One to open.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Opening {
    title: String,
    cause: Cause,
    #[serde(default)]
    from: Option<String>,
    #[serde(default)]
    until: Option<String>,
    org_code: String,
    #[serde(default)]
    alerts: Vec<String>,
}

impl Opening {
    /// As a head, without the region of its body, and the alerts it begins with.
    pub(super) fn head(self) -> Result<(Head, Vec<String>), ApiError> {
        let title = given("title", &self.title, TITLE_CHARS_MAX, "请写明事件名称")?;
        if title.contains(['\n', '\r']) {
            return Err(ApiError::bad("title", "名称只写一行"));
        }
        let body = given(
            "org_code",
            &self.org_code,
            CODE_CHARS_MAX,
            "请写明责任单位的机构代码",
        )?;
        let (from, until) = span(self.from, self.until)?;
        let head = Head {
            title,
            cause: cause(self.cause)?,
            from,
            until,
            body,
            region: String::new(),
        };
        Ok((head, chosen(self.alerts)?))
    }
}

/// A text without blanks around it, not empty and not too long.
fn given(field: &str, said: &str, most: usize, missing: &str) -> Result<String, ApiError> {
    let text = said.trim();
    if text.is_empty() {
        return Err(ApiError::bad(field, missing));
    }
    match text.chars().count() > most {
        false => Ok(text.to_owned()),
        true => Err(ApiError::bad(field, format!("最多 {most} 个字符"))),
    }
}

/// A cause that says what it is about.
fn cause(cause: Cause) -> Result<Cause, ApiError> {
    let text = |field: &str, said: &str| {
        let field = format!("cause.{field}");
        match said.chars().count() > CODE_CHARS_MAX {
            false => Ok(said.trim().to_owned()),
            true => Err(ApiError::bad(
                &field,
                format!("最多 {CODE_CHARS_MAX} 个字符"),
            )),
        }
    };
    let must = |field: &str, said: &str, missing: &str| match text(field, said)? {
        text if text.is_empty() => Err(ApiError::bad(&format!("cause.{field}"), missing)),
        text => Ok(text),
    };
    const SOURCE: &str = "请写明来源系统";
    Ok(match cause {
        Cause::SourceDown { source } => Cause::SourceDown {
            source: must("source", &source, SOURCE)?,
        },
        Cause::SourceLate { source } => Cause::SourceLate {
            source: must("source", &source, SOURCE)?,
        },
        Cause::Fault {
            rule,
            control_point,
            definitions_version,
        } => Cause::Fault {
            rule: must("rule", &rule, "请写明规则，如 T3")?,
            control_point: text("control_point", &control_point)?,
            definitions_version: text("definitions_version", &definitions_version)?,
        },
        Cause::Matter { source, case_no } => Cause::Matter {
            source: must("source", &source, SOURCE)?,
            case_no: must("case_no", &case_no, "请写明办件编号")?,
        },
        Cause::Other {} => Cause::Other {},
    })
}

type Span = (Option<Timestamp>, Option<Timestamp>);

fn span(from: Option<String>, until: Option<String>) -> Result<Span, ApiError> {
    let read = |field: &str, text: Option<String>| {
        let text = text.filter(|text| !text.is_empty());
        let read = text.map(|text| {
            Timestamp::parse(&text).map_err(|_| {
                ApiError::bad(field, "应为 RFC 3339 时间，如 2026-12-04T18:00:00+08:00")
            })
        });
        read.transpose()
    };
    let (from, until) = (read("from", from)?, read("until", until)?);
    match (from, until) {
        (Some(from), Some(until)) if until <= from => {
            Err(ApiError::bad("until", "截止时间应晚于起始时间"))
        }
        span => Ok(span),
    }
}

/// Alerts that were chosen, each once.
fn chosen(alerts: Vec<String>) -> Result<Vec<String>, ApiError> {
    if alerts.len() > CHANGED_MAX {
        return Err(ApiError::bad(
            "alerts",
            format!("一次最多 {CHANGED_MAX} 条，其余请分次并入"),
        ));
    }
    let mut seen = BTreeSet::new();
    let mut alerts = alerts;
    alerts.retain(|alert| seen.insert(alert.clone()));
    match alerts.iter().all(|alert| is_id(alert)) {
        true => Ok(alerts),
        false => Err(ApiError::bad("alerts", "应为预警编号")),
    }
}

/// Whether a text can be an alert's id: it becomes part of a key.
pub(super) fn is_id(text: &str) -> bool {
    let digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    (1..=64).contains(&text.len()) && text.bytes().all(digit)
}

/// What is done with one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Done {
    alerts: Option<Vec<String>>,
    evidence: Option<Vec<String>>,
    from: Option<String>,
    until: Option<String>,
    conclusion: Option<String>,
}

impl Done {
    /// The alerts that are to be added.
    pub(super) fn alerts_to_add(mut self) -> Result<Vec<String>, ApiError> {
        let alerts = self.alerts()?;
        self.nothing_left("add")?;
        Ok(alerts)
    }

    /// Everything but adding, which needs the alerts themselves.
    pub(super) fn act(&self, name: &str) -> Result<Act, ApiError> {
        let mut left = Self {
            alerts: self.alerts.clone(),
            evidence: self.evidence.clone(),
            from: self.from.clone(),
            until: self.until.clone(),
            conclusion: self.conclusion.clone(),
        };
        let act = match name {
            "remove" => Act::Removed {
                alerts: left.alerts()?,
            },
            "state" => Act::Stated {
                evidence: hashes(left.evidence.take().unwrap_or_default())?,
            },
            "span" => {
                let (from, until) = span(left.from.take(), left.until.take())?;
                Act::Spanned { from, until }
            }
            "halt" => Act::Halted,
            "close" => {
                let code = left.conclusion.take().unwrap_or_default();
                let conclusion = Conclusion::from_code(&code).ok_or_else(|| {
                    let known = Conclusion::ALL.map(|c| format!("{}（{}）", c.code(), c.name_zh()));
                    ApiError::bad("conclusion", format!("请写明结论：{}", known.join("、")))
                })?;
                Act::Closed { conclusion }
            }
            other => {
                return Err(ApiError::NotFound {
                    what: format!("操作 {other}；可用的是 add、remove、state、span、halt、close"),
                });
            }
        };
        left.nothing_left(name)?;
        Ok(act)
    }

    fn alerts(&mut self) -> Result<Vec<String>, ApiError> {
        let alerts = chosen(self.alerts.take().unwrap_or_default())?;
        match alerts.is_empty() {
            false => Ok(alerts),
            true => Err(ApiError::bad("alerts", "请写明预警编号，至少一条")),
        }
    }

    /// A field that an act does not take was meant for another act.
    fn nothing_left(&self, act: &str) -> Result<(), ApiError> {
        let left = [
            ("alerts", self.alerts.is_some()),
            ("evidence", self.evidence.is_some()),
            ("from", self.from.is_some()),
            ("until", self.until.is_some()),
            ("conclusion", self.conclusion.is_some()),
        ];
        match left.iter().find(|(_, given)| *given) {
            Some((field, _)) => Err(ApiError::bad(field, format!("{act} 不用这个字段"))),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn names(refused: &Result<impl std::fmt::Debug, ApiError>, field: &str) -> bool {
        matches!(refused, Err(ApiError::BadRequest { field: told, .. }) if told == field)
    }

    fn opening(change: impl FnOnce(&mut Value)) -> Result<(Head, Vec<String>), ApiError> {
        let mut asked = json!({
            "title": " 住建局接口断报 ", "cause": { "kind": "source_down", "source": "zjj" }, "org_code": "zjj",
            "from": "2026-11-20T09:00:00+08:00", "alerts": ["0a", "0b", "0a"],
        });
        change(&mut asked);
        serde_json::from_value::<Opening>(asked).unwrap().head()
    }

    #[test]
    fn an_incident_says_what_it_is_called_what_its_cause_is_and_whose() {
        let (head, alerts) = opening(|_| {}).unwrap();
        assert_eq!(head.title, "住建局接口断报");
        assert_eq!(alerts, ["0a", "0b"]);
        for (field, change) in [
            ("title", json!({ "title": " " })),
            ("title", json!({ "title": "一\n二" })),
            ("title", json!({ "title": "长".repeat(61) })),
            ("org_code", json!({ "org_code": "" })),
            (
                "cause.source",
                json!({ "cause": { "kind": "source_late", "source": " " } }),
            ),
            (
                "cause.rule",
                json!({ "cause": { "kind": "fault", "rule": "" } }),
            ),
            (
                "cause.case_no",
                json!({ "cause": { "kind": "matter", "source": "s", "case_no": "" } }),
            ),
            ("from", json!({ "from": "昨天" })),
            ("until", json!({ "until": "2026-11-20T09:00:00+08:00" })),
            ("alerts", json!({ "alerts": ["0a/1"] })),
            ("alerts", json!({ "alerts": vec!["0a"; CHANGED_MAX + 1] })),
        ] {
            let refused = opening(|asked| {
                let (asked, Value::Object(change)) =
                    (asked.as_object_mut().unwrap(), change.clone())
                else {
                    panic!("{change}")
                };
                asked.extend(change);
            });
            assert!(names(&refused, field), "{change} {refused:?}");
        }
    }

    #[test]
    fn an_act_takes_its_fields_and_no_others() {
        let done = |act: &str, text: &str| {
            let done: Done = serde_json::from_str(text).unwrap();
            done.act(act)
        };
        assert!(done("remove", r#"{"alerts":["0a"]}"#).is_ok());
        assert!(done("state", "{}").is_ok());
        assert!(done("span", "{}").is_ok());
        assert_eq!(done("halt", "{}").unwrap(), Act::Halted);
        assert!(done("close", r#"{"conclusion":"data"}"#).is_ok());
        for (act, text, field) in [
            ("remove", "{}", "alerts"),
            ("close", "{}", "conclusion"),
            ("close", r#"{"conclusion":"guilty"}"#, "conclusion"),
            ("halt", r#"{"alerts":["0a"]}"#, "alerts"),
            ("state", r#"{"evidence":["a.pdf"]}"#, "evidence"),
            ("state", r#"{"until":""}"#, "until"),
        ] {
            assert!(names(&done(act, text), field), "{act} {text}");
        }
        assert!(matches!(
            done("forget", "{}"),
            Err(ApiError::NotFound { .. })
        ));
        let add: Done = serde_json::from_str(r#"{"alerts":["0a"],"conclusion":"data"}"#).unwrap();
        assert!(names(&add.alerts_to_add(), "conclusion"));
    }

    #[test]
    fn what_is_looked_for_is_known_or_refused() {
        let wanted = Wanted::of(Some("state=open&cause=fault&limit=20&source=")).unwrap();
        assert_eq!((wanted.open, wanted.limit), (Some(true), 20));
        for (query, field) in [
            ("state=late", "state"),
            ("cause=weather", "cause"),
            ("limit=0", "limit"),
            ("who=li", "who"),
        ] {
            assert!(names(&Wanted::of(Some(query)), field), "{query}");
        }
    }
}
