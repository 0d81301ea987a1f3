//! `POST /api/v1/alerts`: somebody of those who supervise raises an alert by hand 人工预警, about a case or a body.
//!
//! Like any other disposal it becomes a command in the log of its subject's partition, whose owner decides.

use axum::body::Bytes;
use axum::extract::State as Here;
use axum::response::Response;
use mingjing_domain::alert::Level;
use mingjing_domain::command::{Act, Author, Command, Subject, SubjectKind};
use mingjing_domain::disposition::{ManualAlert, manual_label};
use mingjing_store::Sight;
use serde::Deserialize;

use crate::cases::in_sight;
use crate::dispositions::{hashes, needed, put};
use crate::life::said::{SaidFields, read};
use crate::people::gate::Caller;
use crate::{ApiError, Operator, State};

/// A title is the first thing that is read of an alert, and stands in one line of a list.
const TITLE_CHARS_MAX: usize = 30;
const BASIS_CHARS_MAX: usize = 500;
const CODE_CHARS_MAX: usize = 64;

/// What is asked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    subject: AskedSubject,
    #[serde(default)]
    title: String,
    #[serde(default)]
    level: String,
    #[serde(default)]
    legal_basis: String,
    to: Option<String>,
    evidence: Option<Vec<String>>,
}

/// About what.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AskedSubject {
    kind: String,
    #[serde(default)]
    source: String,
    key: String,
}

impl Asked {
    fn alert(self, person: &str, key: &str) -> Result<(Subject, ManualAlert), ApiError> {
        let subject = self.subject.checked()?;
        let title = line(
            "title",
            &self.title,
            TITLE_CHARS_MAX,
            "请写明预警名称，如 超范围检查",
        )?;
        if title.contains('：') {
            return Err(ApiError::bad("title", "预警名称不用冒号"));
        }
        let levels = [Level::Notice, Level::Yellow, Level::Red];
        let level = levels.into_iter().find(|level| level.code() == self.level);
        let level = level.ok_or_else(|| {
            let known = levels.map(|level| format!("{}（{}）", level.code(), level.name_zh()));
            ApiError::bad("level", format!("请写明级别：{}", known.join("、")))
        })?;
        let legal_basis = line(
            "legal_basis",
            &self.legal_basis,
            BASIS_CHARS_MAX,
            "请写明依据的法律、法规、规章条款",
        )?;
        let to = self.to.filter(|to| !to.trim().is_empty());
        let to = to
            .map(|to| line("to", &to, CODE_CHARS_MAX, ""))
            .transpose()?;
        let alert = ManualAlert {
            label: manual_label(person, key),
            title,
            level,
            legal_basis,
            to,
            evidence: hashes(self.evidence.unwrap_or_default())?,
        };
        Ok((subject, alert))
    }
}

impl AskedSubject {
    fn checked(self) -> Result<Subject, ApiError> {
        let of_source = match self.kind.as_str() {
            "case" => true,
            "org" => false,
            _ => {
                return Err(ApiError::bad(
                    "subject.kind",
                    "人工预警的对象是 case（办件）或者 org（机构）",
                ));
            }
        };
        if self.key.trim().is_empty() {
            return Err(ApiError::bad("subject.key", "请写明办件编号或者机构代码"));
        }
        if of_source == self.source.is_empty() {
            return Err(ApiError::bad(
                "subject.source",
                "办件须写明来源系统，机构不写来源系统",
            ));
        }
        Ok(Subject {
            kind: match of_source {
                true => SubjectKind::Case,
                false => SubjectKind::Org,
            },
            source: self.source,
            key: self.key,
        })
    }
}

/// A text of one line.
fn line(field: &'static str, text: &str, most: usize, missing: &str) -> Result<String, ApiError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(ApiError::bad(field, missing));
    }
    if text.chars().count() > most || text.contains(char::is_control) {
        return Err(ApiError::bad(field, format!("一行，最多 {most} 个字符")));
    }
    Ok(text.to_owned())
}

/// `POST /api/v1/alerts`
pub(crate) async fn raise(
    Here(state): Here<State>,
    _: Operator,
    caller: Caller,
    body: Bytes,
) -> Result<Response, ApiError> {
    let (fields, asked): (SaidFields, Asked) = read(&body)?;
    let said = fields.by(&caller)?.said("raise")?;
    let key = needed(said.key)?;
    let (subject, alert) = asked.alert(&said.who.person, &key)?;
    seen(&state, &caller.sight(), &subject).await?;
    let by = Author::Person {
        id: said.who.person,
        body: said.who.body,
        office: said.who.office,
    };
    let what = Act::Raise {
        alert: Box::new(alert),
    };
    let command = Command::keyed(&key, by, (state.now)(), said.why, subject, what);
    put(&state, &command).await
}

/// Nobody raises an alert about what they do not see.
async fn seen(state: &State, sight: &Sight, subject: &Subject) -> Result<(), ApiError> {
    if sight.is_everything() {
        return Ok(());
    }
    let key = subject.key.as_str();
    let (is_seen, what) = match subject.kind {
        SubjectKind::Org => {
            let names = state.names.current();
            let region = names.regions.get(key).map(String::as_str);
            (sight.sees(region, &[Some(key)]), format!("机构 {key}"))
        }
        _ => {
            let found = state.store.case(&subject.source, key).await?;
            let is_seen = found.is_some_and(|found| in_sight(sight, &found));
            (is_seen, format!("办件 {}/{key}", subject.source))
        }
    };
    match is_seen {
        true => Ok(()),
        false => Err(ApiError::NotFound { what }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(more: &str) -> Result<(Subject, ManualAlert), ApiError> {
        let body = format!("{{\"who\":{{\"person\":\"li\"}},\"why\":\"群众反映\",{more}}}");
        let (_, asked): (SaidFields, Asked) = read(&body.into())?;
        asked.alert("li", "k")
    }

    const CASE: &str = r#""subject":{"kind":"case","source":"zjj","key":"2026-1"}"#;
    const SAID: &str = r#""title":"超范围检查","level":"yellow","legal_basis":"《行政检查办法》""#;

    #[test]
    fn what_is_raised_by_hand_says_about_what_how_grave_and_by_which_article() {
        let (subject, alert) = asked(&format!("{CASE},{SAID}")).unwrap();
        assert_eq!(
            (subject.kind, alert.level),
            (SubjectKind::Case, Level::Yellow)
        );
        assert_eq!(alert.label, manual_label("li", "k"));
        let org = r#""subject":{"kind":"org","key":"zjj"}"#;
        assert!(asked(&format!("{org},{SAID}")).is_ok());
        for wrong in [
            CASE.to_owned(),
            format!("{CASE},\"title\":\"甲：乙\",\"level\":\"red\",\"legal_basis\":\"某条\""),
            format!("{CASE},\"title\":\"甲\",\"level\":\"review\",\"legal_basis\":\"某条\""),
            format!("{CASE},\"title\":\"甲\",\"level\":\"red\",\"legal_basis\":\" \""),
            format!("\"subject\":{{\"kind\":\"case\",\"key\":\"2026-1\"}},{SAID}"),
            format!("\"subject\":{{\"kind\":\"org\",\"source\":\"zjj\",\"key\":\"zjj\"}},{SAID}"),
            format!("\"subject\":{{\"kind\":\"party\",\"key\":\"x\"}},{SAID}"),
            format!("{CASE},{SAID},\"evidence\":[\"photo.jpg\"]"),
            format!("{CASE},{SAID},\"conclusion\":\"data\""),
        ] {
            assert!(asked(&wrong).is_err(), "{wrong}");
        }
    }
}
