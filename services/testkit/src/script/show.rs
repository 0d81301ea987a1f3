//! Alerts as rows: what two alert sets are compared by, printed as a script writes it.

use chrono_tz::Tz;
use mingjing_domain::Timestamp;
use mingjing_domain::alert::{AlertRecord, Level, Status};
use mingjing_domain::disposition::DispositionState;

use crate::evaluator::life::{AlertKey, AlertStand};

/// An alert, as far as it counts when two alert sets are compared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    /// The source.
    pub source: String,
    /// The case.
    pub case_no: String,
    /// The control point's id.
    pub control_point: String,
    /// The step, empty for the whole case.
    pub step: String,
    /// From 1.
    pub visit: u16,
    /// How grave.
    pub level: Level,
    /// Its place in its life.
    pub status: Status,
    /// The last second in time.
    pub due_at: Option<Timestamp>,
    /// The instant it became true.
    pub breached_at: Option<Timestamp>,
    /// When the late thing was done after all.
    pub completed_at: Option<Timestamp>,
    /// Where it stands with people.
    pub disposition: Option<DispositionState>,
}

impl From<&AlertRecord> for Row {
    fn from(alert: &AlertRecord) -> Self {
        Self {
            source: alert.source.clone(),
            case_no: alert.case_no.clone(),
            control_point: alert.control_point.clone(),
            step: alert.step.clone(),
            visit: alert.visit,
            level: alert.level,
            status: alert.status,
            due_at: alert.due_at,
            breached_at: alert.breached_at,
            completed_at: alert.completed_at,
            disposition: alert.disposition.as_ref().map(|d| d.state),
        }
    }
}

impl From<(AlertKey, AlertStand, Option<DispositionState>)> for Row {
    fn from((key, stand, disposition): (AlertKey, AlertStand, Option<DispositionState>)) -> Self {
        Self {
            source: key.source,
            case_no: key.case_no,
            control_point: key.control_point,
            step: key.step,
            visit: key.visit,
            level: stand.level,
            status: stand.status,
            due_at: stand.due_at,
            breached_at: stand.breached_at,
            completed_at: stand.completed_at,
            disposition,
        }
    }
}

impl Row {
    /// Whether both are about one alert, whatever they say of it.
    pub fn names_the_same_alert(&self, other: &Row) -> bool {
        let name = |row: &Row| {
            let Row {
                source,
                case_no,
                control_point,
                step,
                visit,
                ..
            } = row.clone();
            (source, case_no, control_point, step, visit)
        };
        name(self) == name(other)
    }

    /// The row as an `expect` line would have it, without the source.
    pub fn text(&self, zone: Tz) -> String {
        let mut text = format!("expect {}/{}", self.case_no, self.control_point);
        if !self.step.is_empty() {
            text += &format!("@{}", self.step);
        }
        if self.visit != 1 {
            text += &format!("#{}", self.visit);
        }
        text += &format!(" {} {}", self.level.code(), self.status.code());
        let dates = [
            (" due ", self.due_at, "23:59:59"),
            (" breached ", self.breached_at, "00:00:00"),
            (" done ", self.completed_at, "00:00:00"),
        ];
        for (word, at, plain) in dates {
            if let Some(at) = at {
                let local = at.to_utc().with_timezone(&zone);
                let (date, time) = (
                    local.format("%Y-%m-%d"),
                    local.format("%H:%M:%S%.f").to_string(),
                );
                text += &match time == plain {
                    true => format!("{word}{date}"),
                    false => format!("{word}{date} {time}"),
                };
            }
        }
        if let Some(state) = self.disposition {
            text += &format!(" is {}", state.code());
        }
        text
    }
}

/// What is missing in `found` and what it has besides; nothing where both hold the same rows.
pub fn difference(wanted: &[Row], found: &[Row], zone: Tz) -> Option<String> {
    let count = |rows: &[Row], row: &Row| rows.iter().filter(|r| *r == row).count();
    let mut lines: Vec<(&Row, &str)> = Vec::new();
    for row in wanted {
        let place = if count(found, row) == 0 {
            "missing "
        } else {
            "        "
        };
        lines.push((row, place));
    }
    for row in found
        .iter()
        .filter(|row| count(wanted, row) != count(found, row))
    {
        lines.push((row, "besides "));
    }
    if wanted.len() == found.len() && lines.iter().all(|(_, place)| place.trim().is_empty()) {
        return None;
    }
    lines.sort();
    Some(
        lines
            .iter()
            .map(|(row, place)| format!("{place}{}\n", row.text(zone)))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(point: &str, status: Status) -> Row {
        Row {
            source: "s".into(),
            case_no: "1".into(),
            control_point: point.into(),
            step: String::new(),
            visit: 1,
            level: Level::Red,
            status,
            due_at: None,
            breached_at: None,
            completed_at: None,
            disposition: None,
        }
    }

    #[test]
    fn a_difference_shows_what_is_missing_and_what_is_there_besides() {
        let wanted = [row("a", Status::Issued), row("b", Status::Issued)];
        let found = [
            row("a", Status::Issued),
            row("b", Status::Ended),
            row("c", Status::Pending),
        ];
        let text = difference(&wanted, &found, Tz::UTC).unwrap();
        assert_eq!(
            text,
            "        expect 1/a red issued\nmissing expect 1/b red issued\n\
             besides expect 1/b red ended\nbesides expect 1/c red pending\n"
        );
        assert_eq!(difference(&wanted, &wanted, Tz::UTC), None);
    }

    #[test]
    fn an_alert_that_is_there_twice_is_a_difference() {
        let (once, twice) = (
            [row("a", Status::Issued)],
            [row("a", Status::Issued), row("a", Status::Issued)],
        );
        assert!(difference(&once, &twice, Tz::UTC).is_some());
        assert!(difference(&twice, &once, Tz::UTC).is_some());
    }
}
