//! Dead letters: messages that could not be delivered, each with why. They lie in a table until somebody sends them again or they
//! are forgotten for newer ones. Any process that reaches the table may list them and send them again; whoever delivers notices.

use bytes::Bytes;
use mingjing_domain::Timestamp;
use mingjing_log::{Result, Table};
use serde::{Deserialize, Serialize};

use crate::desk::{OUTBOX, delivery_key};
use crate::plan::Delivery;

/// The table.
pub(crate) const DEAD: &str = "notify_dead";

/// A message that was given up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeadLetter {
    /// When.
    pub at: Timestamp,
    /// A code, like `timeout` or `http_4xx`.
    pub reason: String,
    /// What was answered last, for people; no more than a status and a code.
    pub detail: String,
    /// The message.
    pub delivery: Delivery,
}

/// All dead letters, oldest first. An entry that cannot be read is left out.
///
/// # Errors
/// As [`Table::scan`].
pub async fn dead_letters(table: &dyn Table) -> Result<Vec<DeadLetter>> {
    let entries = table.scan(DEAD).await?;
    let read = entries
        .iter()
        .filter_map(|(_, value)| serde_json::from_slice::<DeadLetter>(value).ok());
    let mut letters: Vec<DeadLetter> = read.collect();
    letters.sort_by(|a, b| (a.at, &a.delivery.id).cmp(&(b.at, &b.delivery.id)));
    Ok(letters)
}

/// Sends a dead letter again, under the id it had: a receiver that has it after all discards it. Its time to be tried begins anew. Answers
/// whether there was one.
///
/// # Errors
/// As [`Table::put`]. It is then a dead letter still, and may be on its way as well.
pub async fn replay(table: &dyn Table, id: &str, now: Timestamp) -> Result<bool> {
    let Some(found) = table.get(DEAD, id.as_bytes()).await? else {
        return Ok(false);
    };
    let Ok(letter) = serde_json::from_slice::<DeadLetter>(&found) else {
        return Ok(false);
    };
    let again = Delivery {
        made_at: now,
        attempts: 0,
        ..letter.delivery
    };
    let key = delivery_key(&again.id);
    let value = serde_json::to_vec(&again).expect("a message has only text keys");
    table.put(OUTBOX, key, Some(value.into())).await?;
    let key = Bytes::copy_from_slice(id.as_bytes());
    table.put(DEAD, key, None).await?;
    Ok(true)
}

/// Forgets a dead letter that nobody needs any more. Answers whether there was one.
///
/// # Errors
/// As [`Table::put`].
pub async fn forget(table: &dyn Table, id: &str) -> Result<bool> {
    if table.get(DEAD, id.as_bytes()).await?.is_none() {
        return Ok(false);
    }
    let key = Bytes::copy_from_slice(id.as_bytes());
    table.put(DEAD, key, None).await?;
    Ok(true)
}
