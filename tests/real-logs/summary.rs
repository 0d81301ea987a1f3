//! The checked-in summary of a log's alerts: how many of which kind, and a digest by which any change shows.
//!
//! Digests stand for the alerts because a public log's case numbers are not copied into the repository. Which alerts
//! changed is said before, by the comparison with the verdicts.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use mingjing_domain::ids::derived_id;

use crate::alerts::Alert;

const HEAD: &str = "# Alerts by control point, level and status, with a digest over those of the row.\n\
                    # Written by the test: UPDATE_GOLDEN=1 cargo test --release -p mingjing-tests --test real-logs\n";

/// Compares the summary of `alerts` with the checked-in one, or writes it where `UPDATE_GOLDEN` is set.
pub fn hold(file: &Path, alerts: &[Alert]) -> Result<()> {
    let now = of(alerts);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        return std::fs::write(file, now).with_context(|| format!("write {}", file.display()));
    }
    let before = std::fs::read_to_string(file)
        .with_context(|| format!("read {}; UPDATE_GOLDEN=1 writes it", file.display()))?;
    let changed = changes(&before, &now);
    ensure!(
        changed.is_empty(),
        "{} differs; UPDATE_GOLDEN=1 writes it anew:\n{changed}",
        file.display()
    );
    Ok(())
}

fn of(alerts: &[Alert]) -> String {
    let mut rows: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for alert in alerts {
        rows.entry((&alert.control_point, &alert.level, &alert.status))
            .or_default()
            .push(alert.to_string());
    }
    let mut text = HEAD.to_owned();
    for ((point, level, status), mut lines) in rows {
        lines.sort();
        let digest = derived_id(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        text += &format!("{point} {level} {status} {} {digest}\n", lines.len());
    }
    text
}

fn changes(before: &str, now: &str) -> String {
    let only_in = |sign: char, here: &str, there: &str| -> String {
        let lines = here
            .lines()
            .filter(|line| !there.lines().any(|other| other == *line));
        lines.map(|line| format!("{sign} {line}\n")).collect()
    };
    only_in('-', before, now) + &only_in('+', now, before)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alerts::issued;

    #[test]
    fn a_changed_alert_changes_its_row_and_no_other() {
        let (a, b) = (issued("late", "1", "red"), issued("early", "1", "yellow"));
        let before = of(&[a.clone(), b.clone()]);
        assert_eq!(before, of(&[b.clone(), a.clone()]));
        let changed = changes(
            &before,
            &of(&[
                Alert {
                    case_no: "2".into(),
                    ..a
                },
                b,
            ]),
        );
        let rows: Vec<&str> = changed.lines().collect();
        assert_eq!(rows.len(), 2, "{changed}");
        assert!(rows[0].starts_with("- late red issued 1 "), "{changed}");
        assert!(rows[1].starts_with("+ late red issued 1 "), "{changed}");
    }
}
