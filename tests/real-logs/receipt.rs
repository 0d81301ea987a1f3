//! What the receipt phase of environmental permits must raise.

use std::path::Path;

use anyhow::Result;
use chrono_tz::Europe::Amsterdam;

use crate::RealLog;
use crate::alerts::{Alert, issued};
use crate::log::{self, at, broken, get, instant};

pub const LOG: RealLog = RealLog {
    name: "permit-receipt",
    file: "log.xes.gz",
    control_points: &[
        "deadline-missed",
        "deadline-open",
        "same-person-check-decide",
    ],
    expected,
};

fn expected(data: &Path) -> Result<Vec<Alert>> {
    let verdicts = log::rows_by(&data.join("verdicts.csv.gz"), "case:concept:name")?;
    let mut alerts = Vec::new();
    for (trace, verdict) in log::judged(&data.join(LOG.file), &verdicts)? {
        let case_no = trace.case_no()?;
        let deadline = log::date(get(&trace.attributes, "deadline")?, Amsterdam)?;
        let breached_at = log::after(deadline, Amsterdam)?;
        if broken(&verdict, "end_after_deadline_date")? {
            let completed_at = Some(instant(get(&trace.attributes, "enddate")?)?);
            alerts.push(Alert {
                completed_at,
                ..issued("deadline-missed", case_no, "red").past(breached_at)
            });
        }
        if broken(&verdict, "open_and_overdue_asof")? {
            alerts.push(issued("deadline-open", case_no, "red").past(breached_at));
        }
        if broken(&verdict, "same_person_T02_T04")? {
            let checked_at = at(trace.need("T02 Check confirmation of receipt")?)?;
            let decided_at = at(trace.need("T04 Determine confirmation of receipt")?)?;
            let breached_at = Some(checked_at.max(decided_at));
            alerts.push(Alert {
                breached_at,
                ..issued("same-person-check-decide", case_no, "yellow")
            });
        }
    }
    Ok(alerts)
}
