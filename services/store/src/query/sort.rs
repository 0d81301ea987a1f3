//! In which order alerts come, and where a page of that order begins.

use std::fmt;
use std::str::FromStr;

use clickhouse::query::Query;
use mingjing_domain::Timestamp;
use mingjing_domain::alert::{AlertRecord, Level};

use super::filter::InvalidCursor;

/// After every instant that a record can hold: what nobody waits for comes last.
const NEVER: i64 = 1 << 50;
/// Between two levels, in milliseconds: more than any instant.
const LEVEL: i64 = 1 << 51;

/// Until when a department owes something, in milliseconds since 1970. The column is computed when a row is written
/// (`0008_orders.sql`), as [`owed`] tells it of a record.
const OWED_SQL: &str = "ifNull(toUnixTimestamp64Milli(owed_at), bitShiftLeft(toInt64(1), 50))";

/// By when an appeal that waits has to be decided, in milliseconds since 1970; the column is `0016_appeal_due.sql`'s.
const APPEAL_SQL: &str = "ifNull(if(disposition = 'appealed', toUnixTimestamp64Milli(appeal_due_at), NULL), bitShiftLeft(toInt64(1), 50))";

macro_rules! rank {
    () => {
        "multiIf(level = 'red', 0, level = 'yellow', 1, level = 'review', 2, 3)"
    };
}

/// Red, yellow, review, notice: the gravest is the least.
pub(super) const RANK_SQL: &str = rank!();

/// By that rank; of one level what has stood longest.
const GRAVITY_SQL: &str = concat!(
    "bitShiftLeft(toInt64(",
    rank!(),
    "), 51) + toUnixTimestamp64Milli(ifNull(breached_at, raised_at))"
);

/// In which order alerts come. Those that are alike come in the order of their ids.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AlertSort {
    /// What was raised last comes first.
    #[default]
    Newest,
    /// What a department owes first comes first.
    Owed,
    /// The gravest first, and of one level what has stood longest.
    Gravest,
    /// The appeal that has to be decided first comes first: what is overdue, and for longest.
    Appeal,
}

impl AlertSort {
    /// All of them.
    pub const ALL: [AlertSort; 4] = [
        AlertSort::Newest,
        AlertSort::Owed,
        AlertSort::Gravest,
        AlertSort::Appeal,
    ];

    /// The code used in addresses.
    pub const fn code(self) -> &'static str {
        match self {
            AlertSort::Newest => "newest",
            AlertSort::Owed => "owed",
            AlertSort::Gravest => "gravest",
            AlertSort::Appeal => "appeal",
        }
    }

    /// The order with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.code() == code)
    }

    /// What alerts are sorted by, as SQL, and the direction.
    const fn key(self) -> (&'static str, &'static str) {
        match self {
            AlertSort::Newest => ("toUnixTimestamp64Milli(raised_at)", "DESC"),
            AlertSort::Owed => (OWED_SQL, "ASC"),
            AlertSort::Gravest => (GRAVITY_SQL, "ASC"),
            AlertSort::Appeal => (APPEAL_SQL, "ASC"),
        }
    }

    /// The same of a record.
    fn key_of(self, alert: &AlertRecord) -> i64 {
        match self {
            AlertSort::Newest => alert.raised_at.millis(),
            AlertSort::Owed => owed(alert).map_or(NEVER, Timestamp::millis),
            AlertSort::Gravest => {
                let rank = match alert.level {
                    Level::Red => 0,
                    Level::Yellow => 1,
                    Level::Review => 2,
                    Level::Notice => 3,
                };
                rank * LEVEL + alert.breached_at.unwrap_or(alert.raised_at).millis()
            }
            AlertSort::Appeal => {
                let appeal = alert.disposition.as_ref().and_then(|d| d.appeal.as_ref());
                let waits = appeal.filter(|appeal| appeal.outcome.is_none());
                let due_at = waits.and_then(|appeal| appeal.due_at);
                due_at.map_or(NEVER, Timestamp::millis)
            }
        }
    }

    /// `ORDER BY …`
    pub(super) fn clause(self) -> String {
        let (key, direction) = self.key();
        format!("ORDER BY {key} {direction}, alert_id")
    }

    /// The page after this alert begins here.
    pub(super) fn after(self, alert: &AlertRecord) -> AlertCursor {
        AlertCursor {
            sort: self,
            key: self.key_of(alert),
            alert_id: alert.alert_id.clone(),
        }
    }
}

/// Until when a department owes something; none where it owes nothing that has a day.
fn owed(alert: &AlertRecord) -> Option<Timestamp> {
    let disposition = alert.disposition.as_ref();
    let order = disposition.and_then(|d| d.order.as_ref());
    match order {
        Some(order) if order.closed.is_none() => order.due_at.filter(|_| order.answers.is_empty()),
        _ if alert.breached_at.is_none() && alert.due_at.is_some() => alert.due_at,
        Some(_) => None,
        None => {
            let answered = disposition.is_some_and(|d| !d.answers.is_empty());
            alert.answer_due_at.filter(|_| !answered)
        }
    }
}

/// The last alert of a page: the next one of the same order begins after it, so what is raised meanwhile does not shift a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertCursor {
    /// In which order the pages come.
    pub sort: AlertSort,
    /// What that sorts by.
    key: i64,
    alert_id: String,
}

impl AlertCursor {
    /// The condition as SQL, without values.
    pub(super) fn condition(&self) -> String {
        let (key, direction) = self.sort.key();
        let beyond = if direction == "DESC" { "<" } else { ">" };
        format!(
            "({key} {beyond} {{cursor_key:Int64}} OR ({key} = {{cursor_key:Int64}} AND alert_id > {{cursor_id:String}}))"
        )
    }

    pub(super) fn bind(&self, query: Query) -> Query {
        query
            .param("cursor_key", self.key)
            .param("cursor_id", self.alert_id.as_str())
    }
}

/// Of the first order there was, its code is left out.
impl fmt::Display for AlertCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.sort != AlertSort::Newest {
            write!(f, "{}.", self.sort.code())?;
        }
        write!(f, "{}.{}", self.key, self.alert_id)
    }
}

impl FromStr for AlertCursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let read = || {
            let (first, rest) = text.split_once('.')?;
            let (sort, key, alert_id) = match AlertSort::from_code(first) {
                Some(sort) => {
                    let (key, alert_id) = rest.split_once('.')?;
                    (sort, key, alert_id)
                }
                None => (AlertSort::Newest, first, rest),
            };
            let named = !alert_id.is_empty() && alert_id.bytes().all(|b| b.is_ascii_alphanumeric());
            named.then_some(AlertCursor {
                sort,
                key: key.parse().ok()?,
                alert_id: alert_id.to_owned(),
            })
        };
        read().ok_or_else(|| InvalidCursor::of(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_nonsense_does_not() {
        for sort in AlertSort::ALL {
            let cursor = AlertCursor {
                sort,
                key: -5,
                alert_id: "00ff".into(),
            };
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        for text in [
            "",
            "5",
            "5.",
            "x.00",
            "5.a'b",
            "owed.00",
            "owed.x.00",
            "newer.5.00",
        ] {
            assert!(text.parse::<AlertCursor>().is_err(), "{text:?}");
        }
    }
}
