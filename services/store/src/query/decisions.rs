//! What became of commands about alerts.

use mingjing_domain::command::Command;

use super::among::{Among, STATEMENT_BYTES_MAX};
use crate::rows::{CommandOutcome, CommandRow, DecisionRow, from_json};
use crate::table::Table;
use crate::{Error, Store};

#[derive(clickhouse::Row, serde::Deserialize)]
struct Applied {
    body: String,
}

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

    /// What people did about these alerts and was applied, of each in the order in which it was: every order, answer, appeal and decision, where
    /// its record holds the last ones.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`], [`Error::Damaged`].
    pub async fn applied(&self, alerts: &Among) -> Result<Vec<Command>, Error> {
        let sql = format!(
            "SELECT body FROM commands FINAL WHERE command_id IN (\
             SELECT command_id FROM decisions FINAL WHERE {} AND refused = '')",
            alerts.condition()
        );
        let query = self
            .by_key(&sql)
            .with_setting("max_query_size", STATEMENT_BYTES_MAX);
        let rows: Vec<Applied> = self.fetch("reading what was done", query).await?;
        let commands = rows.iter();
        let mut commands: Vec<Command> = commands
            .map(|row| from_json(CommandRow::TABLE, "body", &row.body))
            .collect::<Result<_, _>>()?;
        // As an alert takes them: an earlier one is overtaken. Of one that was said again its answer lies further on than what it led to.
        commands.sort_by(|one, other| (one.at, &one.id).cmp(&(other.at, &other.id)));
        Ok(commands)
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
