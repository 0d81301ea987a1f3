//! What became of commands about alerts.

use crate::rows::{CommandOutcome, DecisionRow};
use crate::table::Table;
use crate::{Error, Store};

impl Store {
    /// What became of a command, newest answer first; several where contents were said under one key. Nothing where it is not archived.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`], [`Error::Damaged`].
    pub async fn command_outcomes(&self, command_id: &str) -> Result<Vec<CommandOutcome>, Error> {
        let sql = format!(
            "SELECT {} FROM decisions FINAL WHERE command_id = {{command_id:String}} ORDER BY version DESC",
            DecisionRow::select_list()
        );
        let query = self.by_key(&sql).param("command_id", command_id);
        let rows: Vec<DecisionRow> = self
            .fetch("reading what became of a command", query)
            .await?;
        rows.into_iter().map(CommandOutcome::try_from).collect()
    }

    /// Whether the log is known to hold a command.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn knows_command(&self, command_id: &str) -> Result<bool, Error> {
        let sql = "SELECT count() FROM commands FINAL WHERE command_id = {command_id:String}";
        let query = self.by_key(sql).param("command_id", command_id);
        let counts: Vec<u64> = self.fetch("looking for a command", query).await?;
        Ok(counts.iter().any(|count| *count > 0))
    }
}
