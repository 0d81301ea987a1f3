//! Durations of ISO 8601, as BPMN's timers write them, and budgets.

use mingjing_domain::limit::{Budget, Unit};

/// The budget of a duration like `P3D` or `PT24H`; none where no single unit holds it exactly. Days of a drawing are
/// calendar days: ISO 8601 knows no working days.
pub(super) fn budget(text: &str) -> Option<Budget> {
    let rest = text.trim().strip_prefix('P')?;
    let (date, time) = rest.split_once('T').unwrap_or((rest, ""));
    if rest.is_empty() || rest.ends_with('T') {
        return None;
    }
    let [years, months, weeks, days] = parts(date, ['Y', 'M', 'W', 'D'])?;
    let [hours, minutes, seconds, _] = parts(time, ['H', 'M', 'S', '\0'])?;
    let months = years.checked_mul(12)?.checked_add(months)?;
    let days = weeks.checked_mul(7)?.checked_add(days)?;
    let clock = hours.checked_mul(60)?.checked_add(minutes)?;
    if seconds % 60 != 0 {
        return None;
    }
    let clock = clock.checked_add(seconds / 60)?;
    let (count, unit) = match (months, days, clock) {
        (0, 0, 0) => return None,
        (months, 0, 0) => (months, Unit::Months),
        (0, days, 0) => (days, Unit::CalendarDays),
        (0, days, clock) => {
            let minutes = days.checked_mul(24 * 60)?.checked_add(clock)?;
            match minutes % 60 {
                0 => (minutes / 60, Unit::Hours),
                _ => (minutes, Unit::Minutes),
            }
        }
        _ => return None,
    };
    (count <= 100_000).then(|| Budget::new(count, unit))
}

/// Whole numbers before their letters, which stand in this order.
fn parts(mut text: &str, letters: [char; 4]) -> Option<[u32; 4]> {
    let mut found = [0; 4];
    for (at, letter) in letters.into_iter().enumerate() {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 && text[digits..].starts_with(letter) {
            found[at] = text[..digits].parse().ok()?;
            text = &text[digits + 1..];
        }
    }
    text.is_empty().then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_become_budgets_where_one_unit_holds_them() {
        for (text, want) in [
            ("P3D", Some("3cd")),
            ("P2W", Some("14cd")),
            ("P1M", Some("1mo")),
            ("P1Y", Some("12mo")),
            ("PT24H", Some("24h")),
            ("PT90M", Some("90min")),
            ("P1DT12H", Some("36h")),
            ("PT120S", Some("2min")),
            ("P1M10D", None),
            ("PT5S", None),
            ("P", None),
            ("PT", None),
            ("P0D", None),
            ("3D", None),
            ("P3.5D", None),
            ("P99999999999D", None),
            ("R3/PT10H", None),
            ("${limit}", None),
        ] {
            let budget = budget(text).map(|b| b.to_string());
            assert_eq!(budget.as_deref(), want, "{text}");
        }
    }
}
