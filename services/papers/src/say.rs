//! What papers say. Which occasions an alert has follows from its record; the words follow from the record, what is owed upon it and the hashes of
//! what it rests on. No account of a person is named: a paper is from one body to another.

mod occasions;
mod parts;
mod words;

use chrono_tz::Tz;
use mingjing_domain::Timestamp;
use mingjing_domain::alert::AlertRecord;
use mingjing_domain::ledger;

use crate::sheet::Sheet;
use crate::site::{Issuer, Kind};

pub use occasions::{basis, happened};

/// Characters of a name or reason that a paper repeats; what is longer is kept where it was said.
const TEXT_CHARS_MAX: usize = 2_000;

/// What a paper is made from.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// The kind.
    pub kind: &'a Kind,
    /// Who issues it.
    pub issuer: &'a Issuer,
    /// The alert as it stands.
    pub alert: &'a AlertRecord,
    /// Names for its codes.
    pub names: Named,
    /// The recommendation, where the kind serves one.
    pub recommended: Option<(&'a ledger::Record, &'a ledger::Entry)>,
    /// Until when it may be appealed; none where no calendar says so.
    pub appeal_until: Option<Timestamp>,
    /// What it rests on.
    pub hashed: Vec<Hashed>,
    /// When it is made.
    pub made_at: Timestamp,
    /// The zone of its days.
    pub zone: Tz,
    /// What stands across every page, like 演示数据.
    pub mark: Option<&'a str>,
}

/// Names, as definitions have them; a code where they have none.
#[derive(Clone, Debug, Default)]
pub struct Named {
    /// To whom the paper goes.
    pub to: String,
    /// The body that handles the case.
    pub body: String,
    /// The body that answers for it.
    pub responsible: String,
    /// Its office.
    pub office: String,
    /// The power item.
    pub item: String,
    /// The step.
    pub step: String,
    /// The control point.
    pub point: String,
    /// The source.
    pub source: String,
}

/// Something that a paper rests on, by its SHA-256.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hashed {
    /// What it is.
    pub what: String,
    /// 64 hexadecimal digits.
    pub sha256: String,
}

/// Composes a paper; none where the alert has no such occasion.
pub fn compose(facts: &Facts<'_>) -> Option<Sheet> {
    let mut body = words::opening(facts)?;
    let numerals = ["一", "二", "三", "四", "五", "六"];
    let sections = [
        ("基本情况", parts::case(facts)),
        ("依据", parts::legal_basis(facts)),
        ("期限的逐日计算", parts::account(facts)),
        (words::heading(facts.kind.serves), words::demand(facts)),
        ("权利告知", words::appeal(facts)),
        ("证据", parts::evidence(facts)),
    ];
    let said = sections
        .into_iter()
        .filter(|(_, blocks)| !blocks.is_empty());
    for ((heading, blocks), numeral) in said.zip(numerals) {
        body.push(crate::Block::heading(format!("{numeral}、{heading}")));
        body.extend(blocks);
    }
    let sheet = Sheet {
        head: facts.issuer.name.clone(),
        title: facts.kind.title.clone(),
        to: facts.names.to.clone(),
        body,
        signed: facts.issuer.name.clone(),
        on: facts.made_at.local_date(facts.zone),
        mark: facts.mark.map(str::to_owned),
        annexes: Vec::new(),
        foot: None,
    };
    Some(sheet.cleaned())
}

/// A text as far as a paper repeats it.
fn shortened(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(TEXT_CHARS_MAX) {
        Some((end, _)) => format!("{}……（下略，全文载于平台）", &text[..end]),
        None => text.to_owned(),
    }
}

/// Its full stop, where a text has none.
fn ended(text: &str) -> String {
    let text = shortened(text);
    match text.chars().last() {
        None => text,
        Some('。' | '！' | '？' | '…' | '.' | '）') => text,
        Some('；' | '，' | '、' | ';' | ',') => {
            let mut text = text;
            text.pop();
            format!("{text}。")
        }
        Some(_) => format!("{text}。"),
    }
}

/// An instant as papers write it; the last second of a day is the day.
fn instant_zh(at: Timestamp, zone: Tz) -> String {
    use chrono::Timelike as _;
    let local = at.to_utc().with_timezone(&zone);
    let day = crate::sheet::day_zh(local.date_naive());
    match (local.hour(), local.minute(), local.second()) {
        (23, 59, 59) => day,
        (hour, minute, _) => format!("{day}{hour}时{minute:02}分"),
    }
}

#[cfg(test)]
mod tests;
