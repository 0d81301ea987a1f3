//! Events of whole cases, page by page, for exports.

use mingjing_domain::event::CaseEvent;

use crate::rows::EventRow;
use crate::table::Table;
use crate::{Error, Store};

impl Store {
    /// The events of the next cases after one, in order of source and number: of each event the greatest data version, in
    /// the order in which they are judged. `after` is the last case of the page before; `source` narrows to one source.
    /// At most `cases` cases; none are left when none come.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`], [`Error::Damaged`].
    pub async fn events_of_cases(
        &self,
        source: Option<&str>,
        after: Option<(&str, &str)>,
        cases: u32,
    ) -> Result<Vec<CaseEvent<'static>>, Error> {
        let select = EventRow::select_list();
        let sql = format!(
            "SELECT * FROM (SELECT {select} FROM events FINAL WHERE (source, case_no) IN \
             (SELECT source, case_no FROM events WHERE (source, case_no) > ({{after_source:String}}, {{after_case:String}}) \
             AND ({{source:String}} = '' OR source = {{source:String}}) \
             GROUP BY source, case_no ORDER BY source, case_no LIMIT {{cases:UInt32}}) \
             ORDER BY data_version DESC, log_offset LIMIT 1 BY source, case_no, event_id) \
             ORDER BY source, case_no, occurred_at, source_seq, event_id"
        );
        let (after_source, after_case) = after.unwrap_or_default();
        let query = self
            .by_key(&sql)
            .param("after_source", after_source)
            .param("after_case", after_case)
            .param("source", source.unwrap_or_default())
            .param("cases", cases);
        let rows: Vec<EventRow> = self.fetch("reading cases' events", query).await?;
        rows.into_iter().map(CaseEvent::try_from).collect()
    }
}
