//! What the citizens' messages must raise, and the last day that the work calendar must give every one of them.

use std::path::Path;

use anyhow::{Context, Result};
use chrono::{NaiveDate, NaiveDateTime};
use chrono_tz::Asia::Shanghai;
use mingjing_domain::Timestamp;

use crate::RealLog;
use crate::alerts::{Alert, issued};
use crate::log::{self, broken, get};

pub const LOG: RealLog = RealLog {
    name: "citizen-messages-cn",
    file: "messages.csv",
    control_points: &["answer-late"],
    expected,
};

fn expected(data: &Path) -> Result<Vec<Alert>> {
    let mut alerts = Vec::new();
    for (message_no, row) in log::rows_by(&data.join(LOG.file), "message_no")? {
        if broken(&row, "late")? {
            let last_day: NaiveDate = get(&row, "due_15_working_days")?.parse()?;
            let completed_at = Some(local(get(&row, "answered_at")?)?);
            let alert =
                issued("answer-late", &message_no, "yellow").past(log::after(last_day, Shanghai)?);
            alerts.push(Alert {
                completed_at,
                ..alert
            });
        }
    }
    Ok(alerts)
}

/// A wall-clock reading of the file, like `2019-04-25 09:32:09`.
pub fn local(text: &str) -> Result<Timestamp> {
    let read = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S")
        .with_context(|| format!("no time: {text}"))?;
    let instant = read
        .and_local_timezone(Shanghai)
        .single()
        .with_context(|| format!("no such time: {text}"))?;
    Ok(Timestamp::from_millis(instant.timestamp() * 1000))
}
