//! 通报的办理: from the draft that was made from data to the paper that is published and frozen.
//!
//! ```text
//!            edited            edited, returned
//!            ┌──┐       ┌────────────┬──────────┬─────────┐
//!  drafted ─▶ Draft ─▶ Reviewed ─▶ Hearing ─▶ Signed ─▶ Numbered ─▶ Published ─▶ (corrected by another)
//!               └─────────┴───────────┴──────────┴─────────┴──▶ Discarded
//! ```
//!
//! A body that is named for a fault is heard before anybody signs: three working days from when it is asked, or until it has said what it has to say
//! (domain study 11.10; design 16). Who reviews has not written the text, and who signs neither wrote nor reviewed it. The number 发文字号 is entered as the
//! office has it in its register, and never made here. What is published does not change: an appeal that is won later makes another paper, a 更正通报, and
//! the old one says which.
//!
//! A bulletin is a journal of records; what it is follows from them in their order. Texts and figures are kept elsewhere and named by their SHA-256.

mod schedule;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::life::Actor;

pub use schedule::{PLAN_DAY_MAX, Plan};

/// 听取意见: so many working days a named body has. The document study names no term for bulletins; three is the platform's own, as issue 6 asks.
pub const HEARING_DAYS: i64 = 3;
/// A 发文字号 has no more characters.
pub const NUMBER_CHARS_MAX: usize = 60;

/// What kind of paper it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 通报, to all.
    Bulletin,
    /// 运行情况报告, to the government.
    Report,
    /// 更正通报, of a bulletin that an appeal won later made wrong.
    Correction,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 3] = [Kind::Bulletin, Kind::Report, Kind::Correction];

    /// The code used in requests and answers.
    pub const fn code(self) -> &'static str {
        match self {
            Kind::Bulletin => "bulletin",
            Kind::Report => "report",
            Kind::Correction => "correction",
        }
    }

    /// The field's term.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Kind::Bulletin => "通报",
            Kind::Report => "运行情况报告",
            Kind::Correction => "更正通报",
        }
    }

    /// The kind with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Kind::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// A body that is named for a fault.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Named {
    /// 机构代码.
    pub body: String,
    /// Its name as it stands in the text.
    pub name: String,
}

/// What was drafted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// What kind of paper.
    pub kind: Kind,
    /// The period, as [`crate::period::Period`] is written.
    pub period: String,
    /// 行政区划代码.
    pub region: String,
    /// 标题 as it was drafted.
    pub title: String,
    /// SHA-256 of the figures: the data snapshot 数据快照, with the dictionary's version and how far the logs had been read.
    pub figures: String,
    /// SHA-256 of the text.
    pub content: String,
    /// The version of the metric dictionary.
    pub dictionary: String,
    /// Of when the figures are.
    pub as_of: String,
    /// Who is named.
    pub named: Vec<Named>,
    /// The bulletin that a correction corrects; empty for others.
    #[serde(default)]
    pub corrects: String,
    /// The alerts that were taken back after an appeal, which the correction is about.
    #[serde(default)]
    pub alerts: Vec<String>,
    /// Of a correction: SHA-256 of the score sheets as they were when the old bulletin was signed, and as they are; empty for others.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub scores: String,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// 起草: it was made from data.
    Drafted(Box<Draft>),
    /// 修改: the text was changed.
    Edited {
        /// SHA-256 of the text.
        content: String,
        /// 标题 as it is now.
        title: String,
    },
    /// 核稿.
    Reviewed,
    /// 听取意见: named bodies were asked.
    Asked {
        /// The last day on which they may say something.
        until: NaiveDate,
    },
    /// 陈述意见: what a named body says is the record's reason.
    Stated {
        /// 机构代码.
        body: String,
    },
    /// 退回修改: back to the draft; the record's reason says why.
    Returned,
    /// 签发.
    Signed {
        /// SHA-256 of the score sheets of its period as they were then; empty of what keeps none.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        scores: String,
    },
    /// 编号.
    Numbered {
        /// 发文字号.
        number: String,
    },
    /// 印发, from then on frozen.
    Published {
        /// SHA-256 of what is frozen: figures, text, number, day.
        frozen: String,
    },
    /// 更正: another paper corrects it.
    Corrected {
        /// That paper's id.
        by: String,
    },
    /// 作废, before it was published.
    Discarded,
}

/// One record of a bulletin's journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: Actor,
    /// Why; of a statement what was said.
    pub why: String,
    /// The client's key.
    pub key: String,
    /// What.
    pub what: Act,
}

/// How a bulletin stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State<'r> {
    /// 草稿.
    Draft,
    /// 已核稿: by whom.
    Reviewed {
        /// The review.
        by: &'r Record,
    },
    /// 听取意见.
    Hearing {
        /// The review.
        by: &'r Record,
        /// The last day.
        until: NaiveDate,
    },
    /// 已签发.
    Signed {
        /// The signature.
        by: &'r Record,
    },
    /// 已编号.
    Numbered {
        /// The signature.
        by: &'r Record,
        /// 发文字号.
        number: &'r str,
    },
    /// 已印发.
    Published {
        /// The signature.
        by: &'r Record,
        /// 发文字号.
        number: &'r str,
        /// The publication.
        at: &'r Record,
        /// SHA-256 of what is frozen.
        frozen: &'r str,
        /// The papers that correct it.
        corrected: Vec<&'r str>,
    },
    /// 作废.
    Discarded,
}

impl State<'_> {
    /// The code used in answers.
    pub const fn code(&self) -> &'static str {
        match self {
            State::Draft => "draft",
            State::Reviewed { .. } => "reviewed",
            State::Hearing { .. } => "hearing",
            State::Signed { .. } => "signed",
            State::Numbered { .. } => "numbered",
            State::Published { .. } => "published",
            State::Discarded => "discarded",
        }
    }

    /// The field's term.
    pub const fn name_zh(&self) -> &'static str {
        match self {
            State::Draft => "草稿",
            State::Reviewed { .. } => "已核稿",
            State::Hearing { .. } => "听取意见",
            State::Signed { .. } => "已签发",
            State::Numbered { .. } => "已编号",
            State::Published { .. } => "已印发",
            State::Discarded => "作废",
        }
    }
}

/// A bulletin as its journal tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matter<'r> {
    /// The record that drafted it.
    pub drafted: &'r Record,
    /// What was drafted.
    pub draft: &'r Draft,
    /// SHA-256 of the text as it is now.
    pub content: &'r str,
    /// 标题 as it is now.
    pub title: &'r str,
    /// How it stands.
    pub state: State<'r>,
    /// Who wrote the text as it is now: drafted or edited it.
    pub writers: BTreeSet<&'r str>,
    /// What named bodies said, by body, in order.
    pub stated: BTreeMap<&'r str, Vec<&'r Record>>,
    /// The last day of each hearing that was opened, in order; a body is heard once, however often the text went back.
    pub hearings: Vec<NaiveDate>,
}

impl<'r> Matter<'r> {
    /// That of a journal; none of one that does not begin with a draft.
    pub fn of(records: &'r [Record]) -> Option<Self> {
        let (drafted, later) = records.split_first()?;
        let Act::Drafted(draft) = &drafted.what else {
            return None;
        };
        let mut matter = Matter {
            drafted,
            draft,
            content: &draft.content,
            title: &draft.title,
            state: State::Draft,
            writers: BTreeSet::from([drafted.who.person.as_str()]),
            stated: BTreeMap::new(),
            hearings: Vec::new(),
        };
        for record in later {
            matter.apply(record);
        }
        Some(matter)
    }

    /// Takes a record that was not refused when it was written; one that does not fit changes nothing.
    fn apply(&mut self, record: &'r Record) {
        match (&record.what, &mut self.state) {
            (Act::Edited { content, title }, _) => {
                self.content = content;
                self.title = title;
                self.writers.insert(&record.who.person);
                self.state = State::Draft;
            }
            (Act::Reviewed, _) => self.state = State::Reviewed { by: record },
            (Act::Asked { until }, State::Reviewed { by }) => {
                self.hearings.push(*until);
                self.state = State::Hearing { by, until: *until };
            }
            (Act::Stated { body }, _) => self.stated.entry(body).or_default().push(record),
            (Act::Returned, _) => self.state = State::Draft,
            (Act::Signed { .. }, _) => self.state = State::Signed { by: record },
            (Act::Numbered { number }, State::Signed { by }) => {
                self.state = State::Numbered { by, number };
            }
            (Act::Published { frozen }, State::Numbered { by, number }) => {
                self.state = State::Published {
                    by,
                    number,
                    at: record,
                    frozen,
                    corrected: Vec::new(),
                };
            }
            (Act::Corrected { by }, State::Published { corrected, .. }) => corrected.push(by),
            (Act::Discarded, _) => self.state = State::Discarded,
            (
                Act::Drafted(_)
                | Act::Asked { .. }
                | Act::Numbered { .. }
                | Act::Published { .. }
                | Act::Corrected { .. },
                _,
            ) => {}
        }
    }

    /// SHA-256 of the score sheets as they were when it was signed; empty before that, and of what kept none.
    pub fn scores(&self) -> &'r str {
        let by: &'r Record = match &self.state {
            State::Signed { by } | State::Numbered { by, .. } | State::Published { by, .. } => by,
            _ => return "",
        };
        match &by.what {
            Act::Signed { scores } => scores.as_str(),
            _ => "",
        }
    }

    /// SHA-256 of the score sheets that lie beside it: of a correction those of then and now, else those of its signature; empty where there are none.
    pub fn kept_scores(&self) -> &'r str {
        match self.draft.scores.as_str() {
            "" => self.scores(),
            own => own,
        }
    }

    /// Whether everybody that it names has been heard by a day: they said something, or the last day of a hearing is over.
    pub fn heard(&self, today: NaiveDate) -> bool {
        let over = self.hearings.iter().any(|until| *until < today);
        let said = |named: &Named| self.stated.contains_key(named.body.as_str());
        over || self.draft.named.iter().all(said)
    }

    /// Why something cannot be done by somebody on a day as it stands, in Chinese; none where it can.
    pub fn refused(&self, act: &Act, who: &Actor, today: NaiveDate) -> Option<&'static str> {
        let person = who.person.as_str();
        match (&self.state, act) {
            (State::Discarded, _) => Some("该通报已经作废"),
            (_, Act::Drafted(_)) => Some("该通报已经起草"),
            (State::Published { .. }, Act::Corrected { by }) => {
                let State::Published { corrected, .. } = &self.state else {
                    return None;
                };
                let known = corrected.contains(&by.as_str());
                known.then_some("该更正通报已经登记")
            }
            (State::Published { .. }, _) => {
                Some("该通报已经印发，内容和数据不再改变；有误的请另发更正通报")
            }
            (_, Act::Corrected { .. }) => Some("该通报尚未印发，请直接修改"),
            (_, Act::Discarded) => None,
            (State::Draft, Act::Edited { .. }) => None,
            (State::Draft, Act::Reviewed) => self
                .writers
                .contains(person)
                .then_some("起草、修改过的人不能核稿，请由他人核稿"),
            (State::Draft, _) => Some("该通报还是草稿，请先核稿"),
            (_, Act::Returned) => None,
            (_, Act::Edited { .. }) => Some("该通报已经核稿，修改前请先退回"),
            (_, Act::Reviewed) => Some("该通报已经核稿"),
            (State::Reviewed { .. }, Act::Asked { .. }) if self.draft.named.is_empty() => {
                Some("该通报没有点名的单位，不需要听取意见")
            }
            (State::Reviewed { .. }, Act::Asked { .. }) if self.heard(today) => {
                Some("点名的单位都已听取意见")
            }
            (State::Reviewed { .. }, Act::Asked { .. }) => None,
            (State::Hearing { .. }, Act::Asked { .. }) => Some("正在听取意见"),
            (State::Hearing { .. }, Act::Stated { body }) => {
                let named = self.draft.named.iter().any(|named| named.body == *body);
                (!named).then_some("该通报没有点名该单位")
            }
            (_, Act::Stated { .. }) => Some("现在不是听取意见的阶段"),
            (State::Reviewed { by } | State::Hearing { by, .. }, Act::Signed { .. }) => {
                if !self.heard(today) {
                    Some("点名的单位尚未听取意见，或者听取意见的期限未到")
                } else if self.writers.contains(person) {
                    Some("起草、修改过的人不能签发")
                } else if by.who.person == person {
                    Some("核稿的人不能签发")
                } else {
                    None
                }
            }
            (
                State::Signed { .. } | State::Numbered { .. },
                Act::Signed { .. } | Act::Asked { .. },
            ) => Some("该通报已经签发"),
            (State::Signed { .. }, Act::Numbered { number }) => number_refused(number),
            (State::Numbered { .. }, Act::Numbered { .. }) => Some("该通报已经编号"),
            (State::Numbered { .. }, Act::Published { .. }) => None,
            (State::Signed { .. }, Act::Published { .. }) => Some("请先填写发文字号"),
            (_, Act::Numbered { .. } | Act::Published { .. }) => Some("该通报尚未签发"),
        }
    }
}

/// Why a text is no 发文字号 by GB/T 9704-2012, 7.2.5: `代字〔2026〕3号`; none where it is one.
pub fn number_refused(number: &str) -> Option<&'static str> {
    let read = || {
        let (mark, rest) = number.split_once('〔')?;
        let (year, rest) = rest.split_once('〕')?;
        let n = rest.strip_suffix('号')?;
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let sound = !mark.trim().is_empty()
            && !mark.contains(['〔', '〕', '第'])
            && !number.chars().any(char::is_whitespace)
            && number.chars().count() <= NUMBER_CHARS_MAX
            && year.len() == 4
            && digits(year)
            && digits(n)
            && !n.starts_with('0');
        sound.then_some(())
    };
    read().is_none().then_some(
        "发文字号应写作“机关代字〔年份〕序号号”，如 泸府办函〔2026〕31号：用六角括号，年份四位，序号不加“第”、不编虚位",
    )
}

#[cfg(test)]
mod tests;
