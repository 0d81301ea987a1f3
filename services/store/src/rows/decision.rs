//! `decisions`: one row a person's command that was decided.

use mingjing_domain::Timestamp;
use mingjing_domain::disposition::{Refused, RefusedBecause};
use mingjing_domain::fact::Fact;

use super::Place;
use crate::Error;
use crate::table::{Millis, Table, table};

table! {
    /// What became of a command, with its position.
    DecisionRow in "decisions" {
        /// The command.
        command_id: String,
        /// What it said, as a digest.
        digest: String,
        /// The alert.
        alert_id: String,
        /// The source of the alert's subject.
        source: String,
        /// The alert's case number, or its subject's key.
        case_no: String,
        /// The code of the act.
        act: String,
        /// The code of the conclusion; empty where it comes to none.
        conclusion: String,
        /// The code of why it was not applied; empty where it was.
        refused: String,
        /// What stands against it.
        message: String,
        /// The partition's clock.
        decided_at: Millis,
        /// See [`Place::log_id`].
        log_id: String,
        /// See [`Place::partition`].
        log_partition: u16,
        /// See [`Place::offset`].
        log_offset: u64,
        /// See [`Place::fact_offset`].
        version: u64,
    }
}

/// What became of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandOutcome {
    /// The command.
    pub command_id: String,
    /// What it said, as a digest.
    pub digest: String,
    /// The alert.
    pub alert_id: String,
    /// The code of the act.
    pub act: String,
    /// The partition's clock when it was decided.
    pub at: Timestamp,
    /// Why it was not applied; none where it was.
    pub refused: Option<Refused>,
}

impl DecisionRow {
    /// The row of a decision that was made at `place`; none where the fact is no decision.
    pub fn of(fact: Fact, place: &Place) -> Option<Self> {
        let Fact::Decision {
            at,
            command,
            digest,
            alert_id,
            source,
            case_no,
            act,
            conclusion,
            refused,
        } = fact
        else {
            return None;
        };
        let reason = refused.as_ref().map_or("", |r| r.reason.code());
        Some(DecisionRow {
            command_id: command,
            digest,
            alert_id,
            source,
            case_no,
            act,
            conclusion: conclusion.map_or("", |c| c.code()).into(),
            refused: reason.into(),
            message: refused.map_or(String::new(), |r| r.message),
            decided_at: at.into(),
            log_id: place.log_id.clone(),
            log_partition: place.partition,
            log_offset: place.offset,
            version: place.fact_offset,
        })
    }
}

impl TryFrom<DecisionRow> for CommandOutcome {
    type Error = Error;

    /// # Errors
    /// [`Error::Damaged`] for a reason this version does not know.
    fn try_from(row: DecisionRow) -> Result<Self, Error> {
        let refused = match row.refused.as_str() {
            "" => None,
            code => Some(Refused {
                reason: RefusedBecause::from_code(code)
                    .ok_or_else(|| Error::damaged(DecisionRow::TABLE, "refused", code))?,
                message: row.message,
            }),
        };
        Ok(CommandOutcome {
            command_id: row.command_id,
            digest: row.digest,
            alert_id: row.alert_id,
            act: row.act,
            at: row.decided_at.into(),
            refused,
        })
    }
}
