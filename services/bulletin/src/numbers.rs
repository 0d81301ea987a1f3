//! Numbers as texts write them.

use crate::figures::Unit;

/// A whole number, without separators.
pub(crate) fn count(number: f64) -> String {
    format!("{:.0}", number + 0.0)
}

/// A fraction as percent with one decimal; with more where it would read as all or nothing and is not.
pub(crate) fn percent(fraction: f64) -> String {
    let whole = fraction * 100.0;
    for decimals in 1..4 {
        let text = format!("{whole:.decimals$}");
        let rounded: f64 = text.parse().unwrap_or(whole);
        let ends = rounded == 0.0 || rounded == 100.0;
        if !ends || rounded == whole {
            return format!("{text}%");
        }
    }
    // Closer to the end than a text tells.
    match fraction < 0.5 {
        true => "不足0.001%".to_owned(),
        false => "99.999%".to_owned(),
    }
}

/// A number of a unit, with the unit's sign; counted things get theirs from whoever says them.
pub(crate) fn of_unit(unit: Unit, number: f64) -> String {
    match unit {
        Unit::Count => count(number),
        Unit::Share => percent(number),
        Unit::Days => format!("{}天", short(number)),
        Unit::Hours => format!("{}小时", short(number)),
        Unit::Number => short(number),
    }
}

/// With one decimal.
fn short(number: f64) -> String {
    format!("{:.1}", number + 0.0)
}

/// How a number stands against an earlier one, like 上升3.2%; shares in points, days in days. None where nothing can be said: an earlier number of zero, or
/// a count so small that a percentage of it says nothing.
pub(crate) fn change(unit: Unit, now: f64, then: f64, base_min: f64) -> Option<String> {
    let (up, down) = match unit {
        Unit::Count | Unit::Number => ("上升", "下降"),
        Unit::Share => ("提高", "降低"),
        Unit::Days | Unit::Hours => ("增加", "减少"),
    };
    let (by, text) = match unit {
        Unit::Count | Unit::Number if then < base_min => return None,
        Unit::Count | Unit::Number => {
            let by = (now - then) / then * 100.0;
            (by, format!("{:.1}%", by.abs()))
        }
        Unit::Share => {
            let by = (now - then) * 100.0;
            (by, format!("{:.1}个百分点", by.abs()))
        }
        Unit::Days | Unit::Hours => (now - then, of_unit(unit, (now - then).abs())),
    };
    if by.abs() < 0.05 {
        return Some("基本持平".to_owned());
    }
    Some(format!("{}{text}", if by > 0.0 { up } else { down }))
}

/// What things of a kind are counted by.
pub(crate) fn classifier(over: &str) -> &'static str {
    match over {
        "items" => "项",
        "bodies" => "个",
        "steps" => "环节次",
        "events" | "ratings" => "条",
        _ => "件",
    }
}

/// 一 to 十.
pub(crate) fn ordinal(n: usize) -> &'static str {
    const WORDS: [&str; 12] = [
        "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二",
    ];
    WORDS[n.min(WORDS.len() - 1)]
}

/// A day as papers write it.
pub(crate) fn day(day: chrono::NaiveDate) -> String {
    use chrono::Datelike as _;
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_all_does_not_read_as_all() {
        for (fraction, text) in [
            (1.0, "100.0%"),
            (0.0, "0.0%"),
            (0.974, "97.4%"),
            (0.9996, "99.96%"),
            (0.0004, "0.04%"),
            (0.99996, "99.996%"),
            (0.999_999_9, "99.999%"),
            (0.000_000_1, "不足0.001%"),
            (1.032, "103.2%"),
        ] {
            assert_eq!(percent(fraction), text, "{fraction}");
        }
    }

    #[test]
    fn a_change_is_said_in_what_the_number_is_counted_in() {
        let said = |unit, now, then| change(unit, now, then, 5.0);
        assert_eq!(said(Unit::Count, 110.0, 100.0).unwrap(), "上升10.0%");
        assert_eq!(said(Unit::Count, 2.0, 4.0), None);
        assert_eq!(said(Unit::Count, 5.0, 0.0), None);
        assert_eq!(said(Unit::Share, 0.97, 0.98).unwrap(), "降低1.0个百分点");
        assert_eq!(said(Unit::Days, 4.5, 3.0).unwrap(), "增加1.5天");
        assert_eq!(said(Unit::Count, 1000.0, 1000.0).unwrap(), "基本持平");
    }
}
