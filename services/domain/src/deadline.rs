//! Legal time arithmetic: from a start, a budget and a ledger to a due instant that explains itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The day-by-day account of a deadline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Account {}
