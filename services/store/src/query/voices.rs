//! Complaints and ratings: a page of the events that began them, the last first, and all that was said in the cases that they lie in.

use std::fmt;
use std::str::FromStr;

use clickhouse::query::Query;
use mingjing_domain::event::CaseEvent;
use mingjing_domain::fact::CaseRecord;
use mingjing_domain::voice::{Kind, RECEIPT_NO, TRANSFER_TO};

use super::filter::InvalidCursor;
use super::sight::all_of;
use super::{PAGE_MAX, Sight};
use crate::rows::{CaseRow, EventRow};
use crate::table::Table;
use crate::{Error, Store};

/// Which of them are asked for. Every part narrows; an empty part asks for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VoiceFilter {
    /// Complaints or ratings alone.
    pub kind: Option<Kind>,
    /// The number that whoever spoke was given, or the source's own.
    pub receipt_no: Option<String>,
    /// Of the case with this number, of whatever source.
    pub case_no: Option<String>,
    /// Of this body: named in the complaint, or the case's.
    pub org_code: Option<String>,
    /// Of a region whose code begins so.
    pub region_prefix: Option<String>,
    /// How far whoever asks sees.
    pub sight: Sight,
}

impl VoiceFilter {
    fn conditions(&self) -> Vec<String> {
        let kinds = match self.kind {
            Some(kind) => format!("kind = '{}'", kind.begun_by().code()),
            None => "kind IN ('complaint', 'rated')".to_owned(),
        };
        let mut all = vec![kinds];
        let mut when = |asked: bool, condition: String| {
            if asked {
                all.push(condition);
            }
        };
        when(
            self.receipt_no.is_some(),
            format!(
                "(event_id = {{receipt_no:String}} OR \
                 JSONExtractString(data, 'attributes', '{RECEIPT_NO}') = {{receipt_no:String}})"
            ),
        );
        when(
            self.case_no.is_some(),
            "case_no = {case_no:String}".to_owned(),
        );
        // What names no body of its own belongs where its case does.
        let asked = Sight {
            region_prefix: self.region_prefix.clone(),
            body: self.org_code.clone(),
        };
        when(
            !asked.is_everything(),
            belonging(&asked).replace("sight_", "asked_"),
        );
        when(!self.sight.is_everything(), belonging(&self.sight));
        all
    }

    fn bind(&self, query: Query) -> Query {
        let mut query = self.sight.bind(query);
        for (name, value) in [
            ("receipt_no", &self.receipt_no),
            ("case_no", &self.case_no),
            ("asked_region", &self.region_prefix),
            ("asked_body", &self.org_code),
        ] {
            if let Some(value) = value {
                query = query.param(name, value.as_str());
            }
        }
        query
    }
}

/// By its own body and region, by those of its case, or because it was handed to that body.
fn belonging(sight: &Sight) -> String {
    let here = sight.on_cases();
    let own = here.join(" AND ");
    let handed = match sight.body {
        Some(_) => format!(
            " OR (source, case_no) IN (SELECT source, case_no FROM events WHERE kind = 'note' \
             AND JSONExtractString(data, 'attributes', '{TRANSFER_TO}') = {{sight_body:String}})"
        ),
        None => String::new(),
    };
    format!(
        "(({own}) OR (source, case_no) IN (SELECT source, case_no FROM cases FINAL {}){handed})",
        all_of(&here)
    )
}

/// The cases given by [`of_cases`].
const THESE_CASES: &str = "(SELECT one.1, one.2 FROM (SELECT arrayJoin(arrayZip({sources:Array(String)}, {numbers:Array(String)})) AS one))";

fn of_cases(query: Query, cases: &[(&str, &str)]) -> Query {
    let (sources, numbers): (Vec<&str>, Vec<&str>) = cases.iter().copied().unzip();
    query.param("sources", sources).param("numbers", numbers)
}

/// The last one of a page: the next begins after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoiceCursor {
    /// When it was said, in milliseconds since 1970.
    pub at: i64,
    /// The source.
    pub source: String,
    /// The case.
    pub case_no: String,
    /// The event.
    pub event_id: String,
}

impl VoiceCursor {
    /// That of an opening.
    pub fn of(opening: &CaseEvent<'_>) -> Self {
        Self {
            at: opening.occurred_at.millis(),
            source: opening.source.to_string(),
            case_no: opening.case_no.to_string(),
            event_id: opening.event_id.to_string(),
        }
    }
}

/// With the lengths in bytes before the parts, which may hold any character.
impl fmt::Display for VoiceCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            at,
            source,
            case_no,
            event_id,
        } = self;
        let (first, second) = (source.len(), case_no.len());
        write!(f, "{at}.{first}.{second}.{source}{case_no}{event_id}")
    }
}

impl FromStr for VoiceCursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let read = || {
            let (at, rest) = text.split_once('.')?;
            let (first, rest) = rest.split_once('.')?;
            let (second, rest) = rest.split_once('.')?;
            let (source, rest) = rest.split_at_checked(first.parse().ok()?)?;
            let (case_no, event_id) = rest.split_at_checked(second.parse().ok()?)?;
            Some(VoiceCursor {
                at: at.parse().ok()?,
                source: source.to_owned(),
                case_no: case_no.to_owned(),
                event_id: event_id.to_owned(),
            })
        };
        read().ok_or_else(|| InvalidCursor::of(text))
    }
}

impl Store {
    /// The events that began complaints and ratings, the last first; those that were taken back too. `limit` is held within 1..=1000.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`], [`Error::Damaged`].
    pub async fn voices(
        &self,
        filter: &VoiceFilter,
        cursor: Option<&VoiceCursor>,
        limit: u32,
    ) -> Result<Vec<CaseEvent<'static>>, Error> {
        let conditions = filter.conditions();
        let conditions: Vec<&str> = conditions.iter().map(String::as_str).collect();
        let after = match cursor {
            Some(_) => {
                "WHERE (toUnixTimestamp64Milli(occurred_at) < {cursor_at:Int64} OR \
                 (toUnixTimestamp64Milli(occurred_at) = {cursor_at:Int64} AND (source, case_no, event_id) > \
                 ({cursor_source:String}, {cursor_case:String}, {cursor_event:String})))"
            }
            None => "",
        };
        let sql = format!(
            "SELECT * FROM (SELECT {} FROM events {} ORDER BY data_version DESC, log_offset LIMIT 1 BY source, case_no, event_id) \
             {after} ORDER BY occurred_at DESC, source, case_no, event_id LIMIT {{limit:UInt32}}",
            EventRow::select_list(),
            all_of(&conditions)
        );
        let query = filter.bind(self.client().query_raw(&sql));
        let mut query = query.param("limit", limit.clamp(1, PAGE_MAX));
        if let Some(cursor) = cursor {
            query = query
                .param("cursor_at", cursor.at)
                .param("cursor_source", cursor.source.as_str())
                .param("cursor_case", cursor.case_no.as_str())
                .param("cursor_event", cursor.event_id.as_str());
        }
        let rows: Vec<EventRow> = self.fetch("reading complaints and ratings", query).await?;
        rows.into_iter().map(CaseEvent::try_from).collect()
    }

    /// What was said in these cases about complaints and ratings, case by case in the order in which it is judged.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`], [`Error::Damaged`].
    pub async fn said_about_voices(
        &self,
        cases: &[(&str, &str)],
    ) -> Result<Vec<CaseEvent<'static>>, Error> {
        if cases.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT * FROM (SELECT {} FROM events WHERE (source, case_no) IN \
             {THESE_CASES} \
             AND kind IN ('complaint', 'rated', 'complaint_accepted', 'complaint_answered', 'called_back', 'rectified', 'corrected', 'note') \
             ORDER BY data_version DESC, log_offset LIMIT 1 BY source, case_no, event_id) \
             ORDER BY source, case_no, occurred_at, source_seq, event_id",
            EventRow::select_list()
        );
        let query = of_cases(self.by_key(&sql), cases);
        let rows: Vec<EventRow> = self
            .fetch("reading what was said about complaints", query)
            .await?;
        rows.into_iter().map(CaseEvent::try_from).collect()
    }

    /// These cases as concluded; those that are not judged yet are not among them.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn cases_of(&self, cases: &[(&str, &str)]) -> Result<Vec<CaseRecord>, Error> {
        if cases.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT {} FROM cases FINAL WHERE (source, case_no) IN {}",
            CaseRow::select_list(),
            THESE_CASES
        );
        let query = of_cases(self.by_key(&sql), cases);
        let rows: Vec<CaseRow> = self.fetch("reading cases", query).await?;
        Ok(rows.into_iter().map(CaseRecord::from).collect())
    }

    /// An event of a case by its id, of the greatest version; none where it is not archived.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`], [`Error::Damaged`].
    pub async fn event(
        &self,
        source: &str,
        case_no: &str,
        event_id: &str,
    ) -> Result<Option<CaseEvent<'static>>, Error> {
        let sql = format!(
            "SELECT {} FROM events WHERE source = {{source:String}} AND case_no = {{case_no:String}} AND event_id = {{event_id:String}} \
             ORDER BY data_version DESC, log_offset LIMIT 1",
            EventRow::select_list()
        );
        let query = self
            .by_key(&sql)
            .param("source", source)
            .param("case_no", case_no)
            .param("event_id", event_id);
        let rows: Vec<EventRow> = self.fetch("reading an event", query).await?;
        rows.into_iter().next().map(CaseEvent::try_from).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_whatever_its_parts_hold_and_nonsense_does_not() {
        for (source, case_no, event_id) in [
            ("complaints", "TS-7K3QF9XW2M", "mingjing-TS-7K3QF9XW2M"),
            ("泸州.住建", "a.b/7号", "e.1"),
            ("", "", ""),
        ] {
            let cursor = VoiceCursor {
                at: -5,
                source: source.into(),
                case_no: case_no.into(),
                event_id: event_id.into(),
            };
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        for text in ["", "5", "5.1", "x.1.1.ab", "5.9.0.ab", "5.1.1.泸州"] {
            assert!(text.parse::<VoiceCursor>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn who_sees_a_part_is_asked_about_case_event_and_transfer_and_who_sees_all_about_nothing() {
        let filter = VoiceFilter {
            sight: Sight {
                region_prefix: Some("510502".into()),
                body: Some("zjj".into()),
            },
            ..VoiceFilter::default()
        };
        let told = filter.conditions().join(" AND ");
        assert_eq!(told.matches("sight_region").count(), 2, "{told}");
        assert_eq!(told.matches("sight_body").count(), 3, "{told}");
        assert_eq!(VoiceFilter::default().conditions().len(), 1);
        let asked = VoiceFilter {
            org_code: Some("zjj".into()),
            ..VoiceFilter::default()
        };
        let told = asked.conditions().join(" AND ");
        assert!(
            told.contains("asked_body") && !told.contains("sight_"),
            "{told}"
        );
    }
}
