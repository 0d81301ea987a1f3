//! What is asked: entries to list, one to enter, its result, or that it was an error.

use chrono::NaiveDate;
use mingjing_domain::ledger::{
    Act, Assigned, Entry, Kind, LINKED_MAX, LinkedCase, Matter, Outcome, PRESENT_MAX, Passage,
    Standing,
};
use serde::Deserialize;

use crate::ApiError;
use crate::dispositions::hashes;
use crate::query::pairs;

const LIMIT_DEFAULT: usize = 50;
const LIMIT_MAX: usize = 200;
/// Of codes, numbers and ids.
const CODE_CHARS_MAX: usize = 128;
/// Of a body's or a person's name, and of a paper's number.
const NAME_CHARS_MAX: usize = 100;
/// Of an article, and of what is demanded.
const TEXT_CHARS_MAX: usize = 1_000;

/// Of a passage of a bulletin.
const PASSAGE_CHARS_MAX: usize = 4_000;

/// Which entries are listed.
#[derive(Debug)]
pub(super) struct Wanted {
    kind: Option<Kind>,
    body: Option<String>,
    alert: Option<String>,
    pub(super) state: Option<Standing>,
    pub(super) cursor: Option<String>,
    pub(super) limit: usize,
}

impl Wanted {
    pub(super) fn of(query: Option<&str>) -> Result<Self, ApiError> {
        const KNOWN: &[&str] = &["kind", "org_code", "alert_id", "state", "cursor", "limit"];
        let mut asked = pairs(query, KNOWN)?;
        asked.retain(|_, value| !value.is_empty());
        let kind = asked.remove("kind").map(|code| kind(&code)).transpose()?;
        let state = asked.remove("state").map(|code| {
            let known = Standing::ALL.map(Standing::code).join("、");
            let standing = Standing::from_code(&code);
            standing.ok_or_else(|| ApiError::bad("state", format!("可用的是 {known}")))
        });
        let limit = asked.remove("limit").map(|text| {
            let limit = text.parse::<usize>().ok();
            let limit = limit.filter(|limit| (1..=LIMIT_MAX).contains(limit));
            limit.ok_or_else(|| ApiError::bad("limit", format!("应为 1 至 {LIMIT_MAX}")))
        });
        Ok(Self {
            kind,
            body: asked.remove("org_code"),
            alert: asked.remove("alert_id"),
            state: state.transpose()?,
            cursor: asked.remove("cursor"),
            limit: limit.transpose()?.unwrap_or(LIMIT_DEFAULT),
        })
    }

    /// Whether what is about one alert is asked for.
    pub(super) fn of_one_alert(&self) -> bool {
        self.alert.is_some()
    }

    /// Whether an entry is asked for, however it stands. It is found under the body that it is about, and under the one that an order upon it was given to.
    pub(super) fn concerns(&self, matter: &Matter<'_>) -> bool {
        let entry = matter.entry;
        let alert = |id: &String| entry.alerts.contains(id);
        let ordered = matter.assigned.map(|(_, assigned)| &assigned.to);
        let about = |body: &String| *body == entry.body || ordered == Some(body);
        self.kind.is_none_or(|kind| kind == entry.kind)
            && self.body.as_ref().is_none_or(about)
            && self.alert.as_ref().is_none_or(alert)
    }
}

fn kind(code: &str) -> Result<Kind, ApiError> {
    Kind::from_code(code).ok_or_else(|| {
        let known = Kind::ALL.map(|kind| format!("{}（{}）", kind.code(), kind.name_zh()));
        ApiError::bad("kind", format!("可用的是 {}", known.join("、")))
    })
}

/// One to enter.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entering {
    kind: String,
    org_code: String,
    #[serde(default)]
    officer: String,
    on: NaiveDate,
    #[serde(default)]
    document_no: String,
    #[serde(default)]
    handed_to: String,
    #[serde(default)]
    legal_basis: String,
    #[serde(default)]
    present: Vec<String>,
    #[serde(default)]
    demand: String,
    #[serde(default)]
    due: Option<NaiveDate>,
    #[serde(default)]
    alerts: Vec<String>,
    #[serde(default)]
    cases: Vec<LinkedCase>,
    #[serde(default)]
    passage: Option<Passage>,
}

/// A text without blanks around it; too long it is refused.
fn text(field: &str, text: &str, most: usize) -> Result<String, ApiError> {
    let text = text.trim();
    match text.chars().count() > most {
        false => Ok(text.to_owned()),
        true => Err(ApiError::bad(field, format!("最多 {most} 个字符"))),
    }
}

/// The same, which must not be empty.
fn given(field: &str, said: &str, most: usize, missing: &str) -> Result<String, ApiError> {
    let text = text(field, said, most)?;
    match text.is_empty() {
        false => Ok(text),
        true => Err(ApiError::bad(field, missing)),
    }
}

/// A day that has come.
fn past(field: &str, on: NaiveDate, today: NaiveDate) -> Result<NaiveDate, ApiError> {
    match on > today {
        false => Ok(on),
        true => Err(ApiError::bad(
            field,
            format!("{on} 尚未到来，办理之后再登记"),
        )),
    }
}

impl Entering {
    /// As an entry, without the region of its body; `today` is the day of the platform.
    pub(super) fn entry(self, today: NaiveDate) -> Result<Entry, ApiError> {
        let kind = kind(&self.kind)?;
        let body = given("org_code", &self.org_code, CODE_CHARS_MAX, "请写明机构代码")?;
        let on = past("on", self.on, today)?;
        let handed_to = match kind {
            Kind::Clue => given(
                "handed_to",
                &self.handed_to,
                NAME_CHARS_MAX,
                "请写明受移送的机关",
            )?,
            _ if self.handed_to.is_empty() => String::new(),
            _ => return Err(ApiError::bad("handed_to", "只有移送线索填写受移送的机关")),
        };
        let (demand, due) = self.demanded(kind, on)?;
        if self.present.len() > PRESENT_MAX {
            return Err(ApiError::bad("present", format!("最多 {PRESENT_MAX} 人")));
        }
        let present = self.present.iter();
        let present =
            present.map(|name| given("present", name, NAME_CHARS_MAX, "参加人员不得为空"));
        if self.alerts.len() > LINKED_MAX || self.cases.len() > LINKED_MAX {
            let field = match self.alerts.len() > LINKED_MAX {
                true => "alerts",
                false => "cases",
            };
            return Err(ApiError::bad(field, format!("最多关联 {LINKED_MAX} 件")));
        }
        let passage = self.passage.map(passage).transpose()?;
        match (kind, self.alerts.len(), &passage) {
            (Kind::Instruction, 1, None) | (Kind::Instruction, 0, Some(_)) => {}
            (Kind::Instruction, ..) => {
                return Err(ApiError::bad(
                    "alerts",
                    "批示须针对一条预警（alerts），或者已印发通报中的一段（passage）",
                ));
            }
            (_, _, Some(_)) => {
                return Err(ApiError::bad("passage", "只有领导批示针对通报中的一段"));
            }
            (_, _, None) => {}
        }
        Ok(Entry {
            kind,
            body,
            region: String::new(),
            officer: text("officer", &self.officer, CODE_CHARS_MAX)?,
            on,
            document_no: text("document_no", &self.document_no, NAME_CHARS_MAX)?,
            handed_to,
            legal_basis: text("legal_basis", &self.legal_basis, TEXT_CHARS_MAX)?,
            present: present.collect::<Result<_, _>>()?,
            demand,
            due,
            alerts: self.alerts,
            cases: self.cases,
            passage,
        })
    }

    /// What is demanded and until which day; of a lead nothing, of an instruction the day at most.
    fn demanded(&self, kind: Kind, on: NaiveDate) -> Result<(String, Option<NaiveDate>), ApiError> {
        let demand = text("demand", &self.demand, TEXT_CHARS_MAX)?;
        if kind == Kind::Instruction {
            return match self.due {
                _ if !demand.is_empty() => {
                    Err(ApiError::bad("demand", "批示的内容写在 why，不另填写要求"))
                }
                Some(due) if due < on => Err(ApiError::bad("due", "期限早于批示的日期")),
                due => Ok((demand, due)),
            };
        }
        if !kind.demands() {
            return match (demand.is_empty(), self.due) {
                (true, None) => Ok((demand, None)),
                _ => Err(ApiError::bad(
                    "demand",
                    "线索如何处置由受移送的机关决定，不填写要求和期限",
                )),
            };
        }
        if demand.is_empty() {
            return Err(ApiError::bad("demand", "请写明要求达到的结果"));
        }
        match self.due {
            Some(due) if due >= on => Ok((demand, Some(due))),
            Some(_) => Err(ApiError::bad("due", "期限早于该事项本身的日期")),
            None => Err(ApiError::bad("due", "请写明期限，如 2026-12-31")),
        }
    }
}

fn passage(said: Passage) -> Result<Passage, ApiError> {
    Ok(Passage {
        bulletin: given(
            "passage.bulletin",
            &said.bulletin,
            CODE_CHARS_MAX,
            "请写明通报编号",
        )?,
        text: given(
            "passage.text",
            &said.text,
            PASSAGE_CHARS_MAX,
            "请给出通报中的一段原文",
        )?,
    })
}

/// What was done about one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Done {
    /// Of an order: to which body.
    to: Option<String>,
    /// Of an order: until which day.
    due: Option<NaiveDate>,
    on: Option<NaiveDate>,
    by: Option<String>,
    evidence: Option<Vec<String>>,
}

impl Done {
    pub(super) fn act(&self, name: &str, today: NaiveDate) -> Result<Act, ApiError> {
        let ordered = [("to", self.to.is_some()), ("due", self.due.is_some())];
        if name != "order"
            && let Some((field, _)) = ordered.iter().find(|(_, given)| *given)
        {
            return Err(ApiError::bad(field, format!("{name} 不用这个字段")));
        }
        match name {
            "order" => {
                let to = self.to.as_deref().unwrap_or_default();
                let due = self
                    .due
                    .ok_or_else(|| ApiError::bad("due", "请写明期限，如 2026-12-31"))?;
                if due < today {
                    return Err(ApiError::bad("due", "期限已过"));
                }
                Ok(Act::Assigned(Assigned {
                    to: given("to", to, CODE_CHARS_MAX, "请写明承办单位的机构代码")?,
                    due,
                }))
            }
            "result" => {
                let on = self
                    .on
                    .ok_or_else(|| ApiError::bad("on", "请写明结果的日期，如 2026-12-31"))?;
                let by = self.by.as_deref().unwrap_or_default();
                Ok(Act::Resulted(Outcome {
                    on: past("on", on, today)?,
                    by: given("by", by, NAME_CHARS_MAX, "请写明由哪个单位或者人员作出")?,
                    evidence: hashes(self.evidence.clone().unwrap_or_default())?,
                }))
            }
            "void" => {
                let left = [
                    ("on", self.on.is_some()),
                    ("by", self.by.is_some()),
                    ("evidence", self.evidence.is_some()),
                ];
                match left.iter().find(|(_, given)| *given) {
                    Some((field, _)) => Err(ApiError::bad(field, "void 不用这个字段")),
                    None => Ok(Act::Voided),
                }
            }
            other => Err(ApiError::NotFound {
                what: format!("操作 {other}；可用的是 order、result、void"),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use mingjing_domain::Timestamp;
    use mingjing_domain::ledger::Record;
    use mingjing_domain::life::Actor;
    use serde_json::{Value, json};

    use super::*;

    fn today() -> NaiveDate {
        "2026-11-27".parse().unwrap()
    }

    fn entering(change: impl FnOnce(&mut Value)) -> Result<Entry, ApiError> {
        let mut asked = json!({
            "kind": "interview", "org_code": "zjj", "on": "2026-11-20", "present": ["分管副局长"],
            "demand": "整改超期办件", "due": "2026-12-04",
        });
        change(&mut asked);
        let asked: Entering = serde_json::from_value(asked).unwrap();
        asked.entry(today())
    }

    fn clue(asked: &mut Value) {
        *asked = json!({
            "kind": "clue", "org_code": "zjj", "officer": "zjj-07", "on": "2026-11-20", "handed_to": "区纪委监委",
        });
    }

    fn names(refused: &Result<impl std::fmt::Debug, ApiError>, field: &str) -> bool {
        matches!(refused, Err(ApiError::BadRequest { field: told, .. }) if told == field)
    }

    #[test]
    fn an_interview_demands_something_until_a_day_and_a_lead_names_who_takes_it() {
        let entry = entering(|_| {}).unwrap();
        assert_eq!(entry.due, Some("2026-12-04".parse().unwrap()));
        assert_eq!(entry.region, "");
        let lead = entering(clue).unwrap();
        assert_eq!((lead.kind, lead.due), (Kind::Clue, None));
        for (field, value) in [
            ("kind", json!("praise")),
            ("org_code", json!(" ")),
            ("on", json!("2026-11-28")),
            ("demand", json!("")),
            ("due", json!(null)),
            ("due", json!("2026-11-19")),
            ("handed_to", json!("区纪委监委")),
            ("present", json!([" "])),
            ("alerts", json!(vec!["a"; LINKED_MAX + 1])),
        ] {
            let refused = entering(|asked| asked[field] = value.clone());
            assert!(names(&refused, field), "{field} {value} {refused:?}");
        }
        let instruction = |asked: &mut Value| {
            *asked = json!({ "kind": "instruction", "org_code": "zjj", "on": "2026-11-20", "alerts": ["a1"] });
        };
        assert_eq!(entering(instruction).unwrap().due, None);
        for (field, value) in [
            ("alerts", json!([])),
            ("alerts", json!(["a1", "a2"])),
            ("demand", json!("查处")),
            ("due", json!("2026-11-19")),
        ] {
            let refused = entering(|asked| {
                instruction(asked);
                asked[field] = value.clone();
            });
            assert!(names(&refused, field), "{field} {value} {refused:?}");
        }
        for (field, value) in [("handed_to", json!("")), ("demand", json!("立案"))] {
            let refused = entering(|asked| {
                clue(asked);
                asked[field] = value.clone();
            });
            assert!(names(&refused, field), "{field} {value} {refused:?}");
        }
    }

    #[test]
    fn a_result_has_a_day_that_has_come_and_says_by_whom() {
        let done = |text: &str, act: &str| {
            let done: Done = serde_json::from_str(text).unwrap();
            done.act(act, today())
        };
        assert!(done(r#"{"on":"2026-11-27","by":"住建局"}"#, "result").is_ok());
        assert_eq!(done("{}", "void").unwrap(), Act::Voided);
        for (text, act, field) in [
            ("{}", "result", "on"),
            (r#"{"on":"2026-11-28","by":"住建局"}"#, "result", "on"),
            (r#"{"on":"2026-11-27"}"#, "result", "by"),
            (
                r#"{"on":"2026-11-27","by":"a","evidence":["photo.jpg"]}"#,
                "result",
                "evidence",
            ),
            (r#"{"by":"a"}"#, "void", "by"),
        ] {
            assert!(names(&done(text, act), field), "{act} {text}");
        }
        assert!(matches!(
            done("{}", "close"),
            Err(ApiError::NotFound { .. })
        ));
    }

    #[test]
    fn what_is_looked_for_is_known_or_refused() {
        let wanted = Wanted::of(Some("kind=clue&state=overdue&org_code=&limit=20")).unwrap();
        assert_eq!(
            (wanted.kind, wanted.state, wanted.limit),
            (Some(Kind::Clue), Some(Standing::Overdue), 20)
        );
        let record = |what: Act| Record {
            at: Timestamp::from_millis(0),
            who: Actor::platform(),
            why: "事实".into(),
            key: "k".into(),
            what,
        };
        let entry = entering(|asked| asked["alerts"] = json!(["a1"])).unwrap();
        let assigned = Assigned {
            to: "hbj".into(),
            due: today(),
        };
        let records = [
            record(Act::Entered(Box::new(entry))),
            record(Act::Assigned(assigned)),
        ];
        let matter = Matter::of(&records).unwrap();
        for (query, concerns) in [
            (None, true),
            (Some("kind=interview&org_code=zjj&alert_id=a1"), true),
            (Some("kind=clue"), false),
            (Some("org_code=rsj"), false),
            // Under the body that has to answer.
            (Some("org_code=hbj"), true),
            (Some("alert_id=a2"), false),
        ] {
            assert_eq!(
                Wanted::of(query).unwrap().concerns(&matter),
                concerns,
                "{query:?}"
            );
        }
        for (query, field) in [
            ("kind=praise", "kind"),
            ("state=late", "state"),
            ("limit=0", "limit"),
            ("limit=x", "limit"),
            ("who=li", "who"),
        ] {
            assert!(names(&Wanted::of(Some(query)), field), "{query}");
        }
    }
}
