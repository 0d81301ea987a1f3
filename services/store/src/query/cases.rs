//! Cases: a page of them, the last to begin first.

use std::fmt;
use std::str::FromStr;

use clickhouse::query::Query;
use mingjing_domain::Timestamp;
use mingjing_domain::fact::CaseRecord;

use super::filter::InvalidCursor;
use super::sight::all_of;
use super::{PAGE_MAX, Sight, given};
use crate::rows::CaseRow;
use crate::table::Table;
use crate::{Error, Store};

/// When a case began, in milliseconds since 1970; one whose events are all taken back comes last.
const BEGAN: &str = "ifNull(toUnixTimestamp64Milli(opened_at), toInt64(0))";

/// Which cases are asked for. Every part narrows; an empty part asks for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseFilter {
    /// This case number, of whatever source.
    pub case_no: Option<String>,
    /// Case numbers that hold this text, in capitals or not.
    pub case_no_part: Option<String>,
    /// This source.
    pub source: Option<String>,
    /// This body, as the events named it.
    pub org_code: Option<String>,
    /// A region whose code begins so: 5105 is Luzhou and all its districts.
    pub region_prefix: Option<String>,
    /// This power item.
    pub item_code: Option<String>,
    /// Only those that are not closed; or only those that are.
    pub open: Option<bool>,
    /// Begun at this instant or later.
    pub opened_from: Option<Timestamp>,
    /// Begun before this instant.
    pub opened_before: Option<Timestamp>,
    /// How far whoever asks sees.
    pub sight: Sight,
}

impl CaseFilter {
    /// The conditions as SQL, without values.
    pub(super) fn conditions(&self) -> Vec<&'static str> {
        let mut all = self.sight.on_cases();
        let mut when = |asked: bool, condition| {
            if asked {
                all.push(condition);
            }
        };
        when(self.case_no.is_some(), "case_no = {case_no:String}");
        when(
            self.case_no_part.is_some(),
            "positionCaseInsensitiveUTF8(case_no, {case_no_part:String}) > 0",
        );
        when(self.source.is_some(), "source = {source:String}");
        when(self.org_code.is_some(), "org_code = {org_code:String}");
        when(
            self.region_prefix.is_some(),
            "startsWith(ifNull(region_code, ''), {region_prefix:String})",
        );
        when(self.item_code.is_some(), "item_code = {item_code:String}");
        when(
            self.open == Some(true),
            "isNull(closed_at) AND isNotNull(opened_at)",
        );
        when(self.open == Some(false), "isNotNull(closed_at)");
        when(
            self.opened_from.is_some(),
            "opened_at >= fromUnixTimestamp64Milli({opened_from:Int64}, 'UTC')",
        );
        when(
            self.opened_before.is_some(),
            "opened_at < fromUnixTimestamp64Milli({opened_before:Int64}, 'UTC')",
        );
        all
    }

    /// The values of those conditions.
    pub(super) fn bind(&self, query: Query) -> Query {
        let texts = [
            ("case_no", &self.case_no),
            ("case_no_part", &self.case_no_part),
            ("source", &self.source),
            ("org_code", &self.org_code),
            ("region_prefix", &self.region_prefix),
            ("item_code", &self.item_code),
        ];
        let instants = [
            ("opened_from", self.opened_from),
            ("opened_before", self.opened_before),
        ];
        given::bind(self.sight.bind(query), texts, instants)
    }
}

/// The last case of a page: the next one begins after it. Of those that began within one millisecond the order is that of source and
/// number, so cases that begin meanwhile do not shift a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseCursor {
    /// When it began, in milliseconds since 1970.
    pub began: i64,
    /// Its source.
    pub source: String,
    /// Its number.
    pub case_no: String,
}

impl CaseCursor {
    fn condition() -> String {
        format!(
            "({BEGAN} < {{cursor_at:Int64}} OR ({BEGAN} = {{cursor_at:Int64}} \
             AND (source, case_no) > ({{cursor_source:String}}, {{cursor_no:String}})))"
        )
    }

    fn bind(&self, query: Query) -> Query {
        query
            .param("cursor_at", self.began)
            .param("cursor_source", self.source.as_str())
            .param("cursor_no", self.case_no.as_str())
    }
}

/// With the source's length in bytes before it: sources and numbers may hold any character.
impl fmt::Display for CaseCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let CaseCursor {
            began,
            source,
            case_no,
        } = self;
        write!(f, "{began}.{}.{source}{case_no}", source.len())
    }
}

impl FromStr for CaseCursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let read = || {
            let (began, rest) = text.split_once('.')?;
            let (length, rest) = rest.split_once('.')?;
            let (source, case_no) = rest.split_at_checked(length.parse().ok()?)?;
            Some(CaseCursor {
                began: began.parse().ok()?,
                source: source.to_owned(),
                case_no: case_no.to_owned(),
            })
        };
        read().ok_or_else(|| InvalidCursor::of(text))
    }
}

/// Some cases, the last to begin first.
#[derive(Clone, Debug, PartialEq)]
pub struct CasePage {
    /// The cases.
    pub cases: Vec<CaseRecord>,
    /// Where the next page begins; none if this is the last.
    pub next: Option<CaseCursor>,
}

impl Store {
    /// A page of cases, the last to begin first; `limit` is held within 1..=1000.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn cases(
        &self,
        filter: &CaseFilter,
        cursor: Option<&CaseCursor>,
        limit: u32,
    ) -> Result<CasePage, Error> {
        let limit = limit.clamp(1, PAGE_MAX);
        let after = cursor.map(|_| CaseCursor::condition());
        let mut conditions: Vec<&str> = filter.conditions();
        conditions.extend(after.as_deref());
        let sql = format!(
            "SELECT {} FROM cases FINAL {} ORDER BY {BEGAN} DESC, source, case_no LIMIT {{limit:UInt32}}",
            CaseRow::select_list(),
            all_of(&conditions)
        );
        let mut query = filter
            .bind(self.client().query_raw(&sql))
            .param("limit", limit + 1);
        if let Some(cursor) = cursor {
            query = cursor.bind(query);
        }
        let rows: Vec<CaseRow> = self.fetch("reading a page of cases", query).await?;
        Ok(page(rows, limit as usize))
    }
}

/// Cuts the one row too many, which only shows that there are more.
fn page(mut rows: Vec<CaseRow>, limit: usize) -> CasePage {
    let more = rows.len() > limit;
    rows.truncate(limit);
    let cases: Vec<CaseRecord> = rows.into_iter().map(CaseRecord::from).collect();
    let next = cases.last().filter(|_| more).map(|last| CaseCursor {
        began: last.opened_at.map_or(0, Timestamp::millis),
        source: last.source.clone(),
        case_no: last.case_no.clone(),
    });
    CasePage { cases, next }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_whatever_a_number_holds_and_nonsense_does_not() {
        for (source, case_no) in [
            ("zjj-permit", "510504-SG-1"),
            ("泸州.住建", "a.b/7号"),
            ("", ""),
        ] {
            let cursor = CaseCursor {
                began: -5,
                source: source.into(),
                case_no: case_no.into(),
            };
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        for text in ["", "5", "5.", "x.1.ab", "5.9.ab", "5.1.泸州", "5.-1.ab"] {
            assert!(text.parse::<CaseCursor>().is_err(), "{text:?}");
        }
    }
}
