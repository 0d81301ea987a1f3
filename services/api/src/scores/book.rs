//! 评分簿: what people marked on one sheet, and what became of each mark, as a journal of records. Pure.
//!
//! ```text
//!  marked ──appeal──▶ 申诉中 ──decided──▶ upheld 维持
//!    │                   └──decided──▶ withdrawn 撤销
//!    └──void──▶ voided 作废 (entered in error, by who gave it)
//! ```
//! Nothing is changed and nothing removed. A mark is never given to one's own body, an appeal is made by the body that was marked, within the
//! model's window, once; and never decided by who gave the mark, nor by the body itself.

use chrono::NaiveDate;
use mingjing_domain::Timestamp;
use mingjing_domain::definitions::Points;
use mingjing_domain::ids::derived_id;
use mingjing_domain::life::Actor;
use mingjing_domain::score::Mark;
use serde::{Deserialize, Serialize};

/// Hexadecimal digits of a book's id.
const ID_DIGITS: usize = 16;

/// Which sheet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Of {
    /// The model's id.
    pub model: String,
    /// The period as it is written, like `2026-10`.
    pub period: String,
    /// 单位.
    pub body: String,
    /// 科室; empty: the body itself.
    #[serde(default)]
    pub office: String,
    /// 个人; empty: the body or the office itself.
    #[serde(default)]
    pub officer: String,
}

impl Of {
    /// The id of its book.
    pub fn id(&self) -> String {
        let Self {
            model,
            period,
            body,
            office,
            officer,
        } = self;
        derived_id(&["score", model, period, body, office, officer])[..ID_DIGITS].to_owned()
    }
}

/// One record of a book.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Record {
    pub at: Timestamp,
    pub who: Actor,
    pub why: String,
    pub key: String,
    pub what: Act,
}

/// What was done. A mark is named by the number of its record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub(super) enum Act {
    /// 评分.
    Marked {
        of: Of,
        /// The version of the model that it was given by.
        version: String,
        /// The item or the bonus.
        item: String,
        points: Points,
        /// 申诉截止: the last day of the window.
        appeal_until: NaiveDate,
    },
    /// 作废.
    Voided { mark: usize },
    /// 申诉.
    Appealed { mark: usize },
    /// 申诉决定.
    Decided {
        mark: usize,
        /// 维持; else 撤销.
        upheld: bool,
    },
}

impl Act {
    /// The mark that it is about; none: it is one.
    pub const fn mark(&self) -> Option<usize> {
        match self {
            Act::Marked { .. } => None,
            Act::Voided { mark } | Act::Appealed { mark } | Act::Decided { mark, .. } => {
                Some(*mark)
            }
        }
    }
}

/// How a mark stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It counts.
    Counts,
    /// 申诉中: what it takes is not taken.
    Appealed,
    /// 申诉维持: it counts.
    Upheld,
    /// 申诉撤销.
    Withdrawn,
    /// 作废.
    Voided,
}

impl Standing {
    /// The code in answers.
    pub const fn code(self) -> &'static str {
        match self {
            Standing::Counts => "counts",
            Standing::Appealed => "appealed",
            Standing::Upheld => "upheld",
            Standing::Withdrawn => "withdrawn",
            Standing::Voided => "voided",
        }
    }

    /// Whether nothing more becomes of it, and it does not count.
    const fn is_gone(self) -> bool {
        matches!(self, Standing::Withdrawn | Standing::Voided)
    }
}

/// A mark with what became of it.
#[derive(Clone, Debug)]
pub(super) struct Given<'a> {
    /// The number of its record.
    pub number: usize,
    pub record: &'a Record,
    pub of: &'a Of,
    pub version: &'a str,
    pub item: &'a str,
    pub points: Points,
    pub appeal_until: NaiveDate,
    pub standing: Standing,
    /// What was done about it since, in order.
    pub after: Vec<&'a Record>,
}

/// Every mark of a book, in order.
pub(super) fn marks(records: &[Record]) -> Vec<Given<'_>> {
    let mut marks: Vec<Given<'_>> = Vec::new();
    for (number, record) in records.iter().enumerate() {
        let standing = match &record.what {
            Act::Marked {
                of,
                version,
                item,
                points,
                appeal_until,
            } => {
                marks.push(Given {
                    number,
                    record,
                    of,
                    version,
                    item,
                    points: *points,
                    appeal_until: *appeal_until,
                    standing: Standing::Counts,
                    after: Vec::new(),
                });
                continue;
            }
            Act::Voided { .. } => Standing::Voided,
            Act::Appealed { .. } => Standing::Appealed,
            Act::Decided { upheld: true, .. } => Standing::Upheld,
            Act::Decided { upheld: false, .. } => Standing::Withdrawn,
        };
        let about = record.what.mark();
        if let Some(mark) = marks.iter_mut().find(|mark| Some(mark.number) == about) {
            mark.standing = standing;
            mark.after.push(record);
        }
    }
    marks
}

impl Given<'_> {
    /// Its id: the book's and its number.
    pub fn id(&self) -> String {
        mark_id(&self.of.id(), self.number)
    }

    /// As scoring takes it; none: it does not count any more.
    pub fn mark(&self) -> Option<Mark> {
        (!self.standing.is_gone()).then(|| Mark {
            id: self.id(),
            item: self.item.to_owned(),
            points: self.points,
            reason: self.record.why.clone(),
            appealed: self.standing == Standing::Appealed,
        })
    }

    /// Why this cannot be done about it by this person on this day; none: it can.
    pub fn refused(&self, act: &Act, who: &Actor, today: NaiveDate) -> Option<Refused> {
        let own = who.body == self.of.body;
        match (act, self.standing) {
            (Act::Marked { .. }, _) => None,
            (_, Standing::Voided) => Some(Refused::Gone("该笔评分已经作废")),
            (_, Standing::Withdrawn) => Some(Refused::Gone("该笔评分已因申诉撤销")),
            (Act::Voided { .. }, Standing::Appealed) => {
                Some(Refused::Gone("该笔评分正在申诉，应由申诉决定了结"))
            }
            (Act::Voided { .. }, _) if *who != self.record.who => Some(Refused::NotWhoGaveIt),
            (Act::Voided { .. }, _) => None,
            (Act::Appealed { .. }, _) if !own => Some(Refused::NotTheirs),
            (Act::Appealed { .. }, _) if self.points >= Points::ZERO => {
                Some(Refused::Gone("加分不需要申诉"))
            }
            (Act::Appealed { .. }, Standing::Appealed) => Some(Refused::Gone("该笔评分已在申诉中")),
            (Act::Appealed { .. }, Standing::Upheld) => {
                Some(Refused::Gone("该笔评分的申诉已经决定，不再受理"))
            }
            (Act::Appealed { .. }, Standing::Counts) => {
                (today > self.appeal_until).then_some(Refused::TooLate(self.appeal_until))
            }
            (Act::Decided { .. }, Standing::Appealed) => self.refused_to_decide(who, own),
            (Act::Decided { .. }, _) => Some(Refused::Gone("该笔评分没有待决定的申诉")),
        }
    }

    fn refused_to_decide(&self, who: &Actor, own: bool) -> Option<Refused> {
        let appellant = self.after.last().map(|record| &record.who.person);
        let gave = who.person == self.record.who.person;
        match gave || own || appellant == Some(&who.person) {
            true => Some(Refused::Biased),
            false => None,
        }
    }
}

/// Why something cannot be done about a mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// As it stands there is nothing to do.
    Gone(&'static str),
    /// Only who gave it takes it for an error.
    NotWhoGaveIt,
    /// Only the body that was marked appeals.
    NotTheirs,
    /// The window is over.
    TooLate(NaiveDate),
    /// Who gave the mark, who appealed and the body itself do not decide.
    Biased,
}

impl Refused {
    /// The reason's code, what stands against it, and what to do.
    pub fn told(&self) -> (&'static str, String, &'static str) {
        match self {
            Refused::Gone(why) => (
                "wrong_state",
                (*why).to_owned(),
                "请刷新考评表，核对该笔评分的状态",
            ),
            Refused::NotWhoGaveIt => (
                "not_who_gave_it",
                "评分有误的，由评分人本人作废".to_owned(),
                "请由评分人办理，或者由被评单位申诉",
            ),
            Refused::NotTheirs => (
                "not_theirs",
                "只有被评单位可以申诉".to_owned(),
                "请由被评单位的主管提出",
            ),
            Refused::TooLate(last) => (
                "too_late",
                format!("申诉期已于 {last} 届满"),
                "确有错误的，请评分人作废后重新评分",
            ),
            Refused::Biased => (
                "same_person",
                "评分人、申诉人和被评单位的人员不得决定该笔评分的申诉".to_owned(),
                "请由监察或者法制部门的其他人员决定",
            ),
        }
    }
}

/// The id of a mark.
pub(super) fn mark_id(book: &str, number: usize) -> String {
    format!("{book}-{number}")
}

/// The book and the number that a mark's id names.
pub(super) fn named(id: &str) -> Option<(&str, usize)> {
    let (book, number) = id.rsplit_once('-')?;
    let plain = |c: char| c.is_ascii_hexdigit() && !c.is_ascii_uppercase();
    let fits = book.len() == ID_DIGITS && book.chars().all(plain);
    Some((book, number.parse().ok()?)).filter(|_| fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actor(person: &str, body: &str) -> Actor {
        Actor {
            person: person.into(),
            body: body.into(),
            office: String::new(),
        }
    }

    fn of() -> Of {
        Of {
            model: "m".into(),
            period: "2026-10".into(),
            body: "zjj".into(),
            office: String::new(),
            officer: String::new(),
        }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn record(who: Actor, what: Act) -> Record {
        Record {
            at: Timestamp::from_millis(0),
            who,
            why: "经核实".into(),
            key: "k".into(),
            what,
        }
    }

    fn marked(points: i64) -> Record {
        let what = Act::Marked {
            of: of(),
            version: "1".into(),
            item: "attitude".into(),
            points: Points::whole(points),
            appeal_until: day("2026-11-09"),
        };
        record(actor("jc-1", "jcj"), what)
    }

    /// What each may do about a mark in each state.
    #[test]
    fn every_state_answers_every_act_by_everybody() {
        let (giver, colleague) = (actor("jc-1", "jcj"), actor("jc-2", "jcj"));
        let (theirs, other) = (actor("zj-1", "zjj"), actor("rs-1", "rsj"));
        let (appeal, void) = (Act::Appealed { mark: 0 }, Act::Voided { mark: 0 });
        let decide = Act::Decided {
            mark: 0,
            upheld: true,
        };
        let counts = vec![marked(-2)];
        let mut appealed = counts.clone();
        appealed.push(record(theirs.clone(), appeal.clone()));
        let mut upheld = appealed.clone();
        upheld.push(record(colleague.clone(), decide.clone()));
        let mut withdrawn = appealed.clone();
        let won = Act::Decided {
            mark: 0,
            upheld: false,
        };
        withdrawn.push(record(colleague.clone(), won));
        let mut voided = counts.clone();
        voided.push(record(giver.clone(), void.clone()));
        let bonus = vec![marked(2)];
        let (in_time, late) = (day("2026-11-09"), day("2026-11-10"));
        for (records, standing, act, who, today, told) in [
            (&counts, Standing::Counts, &appeal, &theirs, in_time, None),
            (
                &counts,
                Standing::Counts,
                &appeal,
                &theirs,
                late,
                Some("too_late"),
            ),
            (
                &counts,
                Standing::Counts,
                &appeal,
                &other,
                in_time,
                Some("not_theirs"),
            ),
            (
                &counts,
                Standing::Counts,
                &appeal,
                &giver,
                in_time,
                Some("not_theirs"),
            ),
            (&counts, Standing::Counts, &void, &giver, late, None),
            (
                &counts,
                Standing::Counts,
                &void,
                &colleague,
                late,
                Some("not_who_gave_it"),
            ),
            (
                &counts,
                Standing::Counts,
                &decide,
                &colleague,
                in_time,
                Some("wrong_state"),
            ),
            (
                &bonus,
                Standing::Counts,
                &appeal,
                &theirs,
                in_time,
                Some("wrong_state"),
            ),
            (
                &appealed,
                Standing::Appealed,
                &decide,
                &colleague,
                late,
                None,
            ),
            (
                &appealed,
                Standing::Appealed,
                &decide,
                &giver,
                late,
                Some("same_person"),
            ),
            (
                &appealed,
                Standing::Appealed,
                &decide,
                &theirs,
                late,
                Some("same_person"),
            ),
            (
                &appealed,
                Standing::Appealed,
                &appeal,
                &theirs,
                in_time,
                Some("wrong_state"),
            ),
            (
                &appealed,
                Standing::Appealed,
                &void,
                &giver,
                in_time,
                Some("wrong_state"),
            ),
            (
                &upheld,
                Standing::Upheld,
                &appeal,
                &theirs,
                in_time,
                Some("wrong_state"),
            ),
            (
                &upheld,
                Standing::Upheld,
                &decide,
                &colleague,
                in_time,
                Some("wrong_state"),
            ),
            (&upheld, Standing::Upheld, &void, &giver, in_time, None),
            (
                &withdrawn,
                Standing::Withdrawn,
                &appeal,
                &theirs,
                in_time,
                Some("wrong_state"),
            ),
            (
                &withdrawn,
                Standing::Withdrawn,
                &void,
                &giver,
                in_time,
                Some("wrong_state"),
            ),
            (
                &voided,
                Standing::Voided,
                &appeal,
                &theirs,
                in_time,
                Some("wrong_state"),
            ),
            (
                &voided,
                Standing::Voided,
                &decide,
                &colleague,
                in_time,
                Some("wrong_state"),
            ),
        ] {
            let marks = marks(records);
            assert_eq!((marks.len(), marks[0].standing), (1, standing));
            let refused = marks[0].refused(act, who, today);
            let told_now = refused.as_ref().map(|refused| refused.told().0);
            assert_eq!(told_now, told, "{standing:?} {act:?} {who:?} {today}");
        }
        let as_mark = |records: &[Record]| marks(records)[0].mark().map(|mark| mark.appealed);
        assert_eq!(as_mark(&counts), Some(false));
        assert_eq!(as_mark(&appealed), Some(true));
        assert_eq!(as_mark(&upheld), Some(false));
        assert_eq!(as_mark(&withdrawn), None);
        assert_eq!(as_mark(&voided), None);
    }

    #[test]
    fn a_mark_is_named_by_its_book_and_number() {
        let id = mark_id(&of().id(), 12);
        assert_eq!(named(&id), Some((of().id().as_str(), 12)));
        for bad in [
            "",
            "x-1",
            "0123456789abcdef",
            "0123456789ABCDEF-1",
            "0123456789abcdef-x",
        ] {
            assert_eq!(named(bad), None, "{bad}");
        }
        let other = Of {
            office: "window".into(),
            ..of()
        };
        assert_ne!(other.id(), of().id());
    }

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let record = marked(-2);
        let text = serde_json::to_string(&record).unwrap();
        assert_eq!(serde_json::from_str::<Record>(&text).unwrap(), record);
    }
}
