//! What every changing request says: who, why, and the client's own key.

use axum::body::Bytes;
use mingjing_domain::Timestamp;
use mingjing_domain::life::{Act, Actor, Record};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::ApiError;
use crate::people::gate::Caller;

/// Why something is done is said in so many characters at most.
const WHY_CHARS_MAX: usize = 2_000;
/// Ids and keys are no longer than this.
const ID_CHARS_MAX: usize = 128;

/// Who says it, why, and under which key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    pub who: Actor,
    pub why: String,
    pub key: Option<String>,
    /// What tells one draft from another where there is no key.
    pub about: String,
}

/// The fields of a request that say it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct SaidFields {
    who: Actor,
    why: String,
    key: Option<String>,
}

impl SaidFields {
    /// As whoever signed in says it: who it is follows from the account, and a request that names somebody else means something else.
    pub fn by(mut self, caller: &Caller) -> Result<Self, ApiError> {
        if let Caller::Person(person) = caller {
            let named = &self.who.person;
            let person = &person.account.rights;
            if !named.is_empty() && *named != person.person {
                return Err(ApiError::bad(
                    "who.person",
                    format!(
                        "登录的是 {}，不能以他人名义办理；可以不写 who",
                        person.person
                    ),
                ));
            }
            self.who = Actor {
                person: person.person.clone(),
                body: person.body.clone(),
                office: person.office.clone(),
            };
        }
        Ok(self)
    }

    /// With a reason where none is given: what is done says why it is done.
    pub fn or_why(mut self, why: &str) -> Self {
        if self.why.trim().is_empty() {
            self.why = why.to_owned();
        }
        self
    }

    /// Checked.
    pub fn said(self, about: &str) -> Result<Said, ApiError> {
        let Self { who, why, key } = self;
        let blank = |text: &str| text.trim().is_empty();
        if blank(&who.person) {
            return Err(ApiError::bad(
                "who.person",
                "请写明由谁作出：人员编号或者岗位，如 {\"person\": \"fz-07\", \"body\": \"510500-sfj\", \"office\": \"执法监督科\"}",
            ));
        }
        if who == Actor::platform() {
            return Err(ApiError::bad(
                "who.person",
                "mingjing 是平台自身，请写明具体人员",
            ));
        }
        if blank(&why) {
            return Err(ApiError::bad("why", "请写明为什么：文号、会议、事由"));
        }
        let long = |text: &str, most: usize| text.chars().count() > most;
        for (field, text) in [
            ("who.person", &who.person),
            ("who.body", &who.body),
            ("who.office", &who.office),
            ("key", key.as_ref().unwrap_or(&String::new())),
        ] {
            if long(text, ID_CHARS_MAX) {
                return Err(ApiError::bad(field, format!("最多 {ID_CHARS_MAX} 个字符")));
            }
        }
        if long(&why, WHY_CHARS_MAX) {
            return Err(ApiError::bad("why", format!("最多 {WHY_CHARS_MAX} 个字符")));
        }
        let key = key.filter(|key| !blank(key));
        Ok(Said {
            who,
            why,
            key,
            about: about.to_owned(),
        })
    }
}

impl Said {
    /// As a record.
    pub fn record(&self, at: Timestamp, day: chrono::NaiveDate, act: Act) -> Record {
        Record {
            at,
            day,
            who: self.who.clone(),
            why: self.why.clone(),
            key: self.key.clone(),
            act,
        }
    }

    /// The id of the draft that this begins: of the client's key where there is one.
    pub fn draft_id(&self, now: Timestamp) -> String {
        let mut hash = Sha256::new();
        let mut part = |text: &str| {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text);
        };
        match &self.key {
            Some(key) => {
                part("key");
                part(key);
            }
            None => {
                part("text");
                part(&self.about);
                part(&self.who.person);
                part(&now.floor_second().millis().to_string());
            }
        }
        let digest = hash.finalize();
        digest[..6]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

/// Reads a body: who says what why, and what. Unknown fields are refused by the types themselves.
pub(crate) fn read<T: DeserializeOwned>(body: &Bytes) -> Result<(SaidFields, T), ApiError> {
    let wrong = |error: serde_json::Error| {
        let at = match error.line() {
            0 => String::new(),
            line => format!("第 {line} 行第 {} 列", error.column()),
        };
        ApiError::bad("body", format!("{at}不是所要的 JSON：{error}"))
    };
    let mut more: Map<String, Value> = serde_json::from_slice(body).map_err(wrong)?;
    let fields = ["who", "why", "key"].into_iter();
    let said: Map<String, Value> = fields.filter_map(|name| more.remove_entry(name)).collect();
    let said = serde_json::from_value(said.into()).map_err(wrong)?;
    let more = serde_json::from_value(more.into()).map_err(wrong)?;
    Ok((said, more))
}
