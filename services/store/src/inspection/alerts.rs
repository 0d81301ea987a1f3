//! What an inspection had found before of a window.

use mingjing_domain::alert::{AlertRecord, Status};

use crate::rows::AlertRow;
use crate::table::Table;
use crate::{Error, Store};

/// An alert of an inspection that stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing(pub AlertRecord);

impl Store {
    /// The alerts of a rule's inspections about a window that stand for the platform: neither withdrawn nor over, whatever people
    /// decided. Of every window where none is named.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`], [`Error::Damaged`].
    pub async fn standing_findings(
        &self,
        control_point: &str,
        window: Option<&str>,
    ) -> Result<Vec<Standing>, Error> {
        let sql = format!(
            "SELECT {} FROM alerts FINAL WHERE control_point = {{point:String}} AND ({{any:UInt8}} = 1 OR step = {{window:String}}) \
             AND if(automatic = '', status, automatic) IN ('issued', 'review') ORDER BY alert_id",
            AlertRow::select_list()
        );
        let query = self
            .client()
            .query_raw(&sql)
            .param("point", control_point)
            .param("any", u8::from(window.is_none()))
            .param("window", window.unwrap_or_default());
        let rows: Vec<AlertRow> = self.fetch("reading what inspections found", query).await?;
        let records = rows.into_iter().map(AlertRecord::try_from);
        let stand = |record: &AlertRecord| {
            matches!(record.automatic_status(), Status::Issued | Status::Review)
        };
        let records: Result<Vec<AlertRecord>, Error> = records.collect();
        Ok(records?.into_iter().filter(stand).map(Standing).collect())
    }
}
