//! The platform's clock, set ahead: `MINGJING_CLOCK_AHEAD=26h mingjing up` lives in tomorrow. For rehearsals of a day on which definitions come into
//! force, and for tests of it. It is for a copy of the data: what was judged ahead of time stays judged, and ticks never go back.

use std::sync::Arc;

use anyhow::Context as _;
use async_trait::async_trait;
use mingjing_domain::Timestamp;
use mingjing_supervise::{Clock, System};

/// The environment variable: whole hours, like `26h`.
const VARIABLE: &str = "MINGJING_CLOCK_AHEAD";
const HOUR_MS: i64 = 3_600_000;

/// The machine's clock, set ahead where the environment says so.
pub fn machine_clock(environment: &[(String, String)]) -> anyhow::Result<Arc<dyn Clock>> {
    let said = environment.iter().find(|(name, _)| name == VARIABLE);
    let Some((_, text)) = said else {
        return Ok(Arc::new(System));
    };
    let hours: i64 = text
        .strip_suffix('h')
        .and_then(|hours| hours.parse().ok())
        .filter(|hours| (0..=24 * 366).contains(hours))
        .with_context(|| format!("{VARIABLE}={text}: write whole hours up to a year, like 26h"))?;
    tracing::warn!(hours, "the clock is set ahead: this is a rehearsal");
    Ok(Arc::new(Ahead(hours * HOUR_MS)))
}

/// Ahead of the machine's clock by so many milliseconds.
struct Ahead(i64);

#[async_trait]
impl Clock for Ahead {
    fn now(&self) -> Timestamp {
        System.now().plus_millis(self.0)
    }

    async fn until(&self, at: Timestamp) {
        System.until(at.plus_millis(-self.0)).await;
    }
}
