//! Events of whole cases, page by page, for exports.

use mingjing_domain::Timestamp;
use mingjing_domain::event::CaseEvent;

use super::Sight;
use super::sight::all_of;
use crate::rows::EventRow;
use crate::table::Table;
use crate::{Error, Store};

/// Which cases come at least: those that may be meant. Whether one is can only be said of its events of the greatest versions.
/// Whoever sees not everything is told of those only that were judged: before that nobody knows where a case belongs.
#[derive(Clone, Copy, Debug, Default)]
pub struct CasesAsked<'a> {
    /// Of this source.
    pub source: Option<&'a str>,
    /// With an event that names this item.
    pub item: Option<&'a str>,
    /// With an event at this instant or later.
    pub from: Option<Timestamp>,
    /// With an event before this instant.
    pub before: Option<Timestamp>,
    /// That somebody sees; none: everything.
    pub sight: Option<&'a Sight>,
}

impl Store {
    /// The events of the next cases after one, in order of source and number: of each event the greatest data version, in
    /// the order in which they are judged. `after` is the last case of the page before.
    /// At most `cases` cases; none are left when none come.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`], [`Error::Damaged`].
    pub async fn events_of_cases(
        &self,
        asked: CasesAsked<'_>,
        after: Option<(&str, &str)>,
        cases: u32,
    ) -> Result<Vec<CaseEvent<'static>>, Error> {
        let select = EventRow::select_list();
        let everything = Sight::default();
        let sight = asked.sight.unwrap_or(&everything);
        let in_sight = match sight.is_everything() {
            true => String::new(),
            false => format!(
                "AND (source, case_no) IN (SELECT source, case_no FROM cases FINAL {})",
                all_of(&sight.on_cases())
            ),
        };
        let sql = format!(
            "SELECT * FROM (SELECT {select} FROM events FINAL WHERE (source, case_no) IN \
             (SELECT source, case_no FROM events WHERE (source, case_no) > ({{after_source:String}}, {{after_case:String}}) \
             AND ({{source:String}} = '' OR source = {{source:String}}) {in_sight} \
             GROUP BY source, case_no HAVING ({{item:String}} = '' OR countIf(item_code = {{item:String}}) > 0) \
             AND toUnixTimestamp64Milli(max(occurred_at)) >= {{from:Int64}} AND toUnixTimestamp64Milli(min(occurred_at)) < {{before:Int64}} \
             ORDER BY source, case_no LIMIT {{cases:UInt32}}) \
             ORDER BY data_version DESC, log_offset LIMIT 1 BY source, case_no, event_id) \
             ORDER BY source, case_no, occurred_at, source_seq, event_id"
        );
        let (after_source, after_case) = after.unwrap_or_default();
        let query = sight
            .bind(self.by_key(&sql))
            .param("after_source", after_source)
            .param("after_case", after_case)
            .param("source", asked.source.unwrap_or_default())
            .param("item", asked.item.unwrap_or_default())
            .param("from", asked.from.map_or(i64::MIN, Timestamp::millis))
            .param("before", asked.before.map_or(i64::MAX, Timestamp::millis))
            .param("cases", cases);
        let rows: Vec<EventRow> = self.fetch("reading cases' events", query).await?;
        rows.into_iter().map(CaseEvent::try_from).collect()
    }
}
