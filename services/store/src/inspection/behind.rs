//! Whether what was concluded is archived as far as what was said.

use serde::Deserialize;

use crate::{Error, Store};

#[derive(Deserialize, clickhouse::Row)]
struct Behind {
    log_partition: u16,
}

/// Every batch with an event ends with a fact about its source, whose position is not before the event's.
const BEHIND: &str = "SELECT e.log_partition AS log_partition FROM \
     (SELECT log_partition, max(log_offset) AS said FROM events WHERE log_id = {log:String} \
      AND log_offset < transform(log_partition, {partitions:Array(UInt16)}, {ends:Array(UInt64)}, toUInt64(0)) GROUP BY log_partition) AS e \
     LEFT JOIN (SELECT log_partition, max(log_offset) AS concluded FROM source_health WHERE log_id = {log:String} GROUP BY log_partition) AS h \
     ON h.log_partition = e.log_partition WHERE h.concluded < e.said ORDER BY log_partition";

impl Store {
    /// The partitions of whose events before these ends (partition, offset) not every conclusion is in the tables yet. The
    /// events themselves must be: see [`Store::watermarks`].
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn conclusions_behind(
        &self,
        log_id: &str,
        ends: &[(u16, u64)],
    ) -> Result<Vec<u16>, Error> {
        if ends.is_empty() {
            return Ok(Vec::new());
        }
        let (partitions, offsets): (Vec<u16>, Vec<u64>) = ends.iter().copied().unzip();
        let query = self
            .client()
            .query_raw(BEHIND)
            .param("log", log_id)
            .param("partitions", partitions)
            .param("ends", offsets);
        let rows: Vec<Behind> = self
            .fetch("asking how far conclusions are archived", query)
            .await?;
        Ok(rows.into_iter().map(|row| row.log_partition).collect())
    }
}
