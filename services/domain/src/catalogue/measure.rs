//! What the parameters of periodic inspections are measured in. Those of the stream are checked by the control points that take
//! them; of an inspection there is none, and a value in the wrong unit would silence it without a word.

use super::Parameter;
use crate::time::TimeOfDay;

/// What a parameter's value is, as settings write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// `20`: so many.
    Count,
    /// `50%`; what grows may grow by more than all.
    Share,
    /// `100`: yuan, to the fen.
    Yuan,
    /// `30cd`: calendar days.
    Days,
    /// `10min` or `2h`.
    Minutes,
    /// `22:00`: a time of day.
    TimeOfDay,
    /// `a、b`: words.
    Words,
}

/// By rule and parameter.
const MEASURES: &[(&str, &str, Measure)] = &[
    ("T17", "over", Measure::Days),
    ("T17", "documents", Measure::Words),
    ("A9", "count", Measure::Count),
    ("A9", "night_from", Measure::TimeOfDay),
    ("A9", "night_until", Measure::TimeOfDay),
    ("A10", "count", Measure::Count),
    ("A12", "share", Measure::Share),
    ("C3", "count", Measure::Count),
    ("C3", "within", Measure::Days),
    ("D4", "share", Measure::Share),
    ("D5", "documents", Measure::Words),
    ("D8", "over", Measure::Yuan),
    ("D9", "share", Measure::Share),
    ("F6", "share", Measure::Share),
    ("F6", "base", Measure::Count),
    ("F7", "within", Measure::Days),
    ("F8", "within", Measure::Days),
    ("F8", "items", Measure::Words),
    ("Q2", "count", Measure::Count),
    ("Q2", "within", Measure::Minutes),
    ("Q6", "count", Measure::Count),
    ("Q11", "count", Measure::Count),
    ("Q12", "share", Measure::Share),
    ("Q14", "count", Measure::Count),
    ("Q15", "count", Measure::Count),
];

/// What a parameter of an inspection is measured in; none where a control point takes it.
pub fn measure(rule: &str, parameter: &str) -> Option<Measure> {
    let found = MEASURES
        .iter()
        .find(|(of, name, _)| (*of, *name) == (rule, parameter));
    found.map(|(_, _, measure)| *measure)
}

impl Measure {
    /// The number that a text says: a share as a part of one, days and minutes as such, a time of day in minutes after midnight; of words how many
    /// they are.
    ///
    /// # Errors
    /// What it should look like.
    pub fn number(self, text: &str) -> Result<f64, String> {
        let text = text.trim();
        let plain = |digits: &str| -> Option<f64> {
            let whole = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
            whole.then(|| digits.parse().ok())?
        };
        let unit = |unit: &str| plain(text.strip_suffix(unit)?);
        let number = match self {
            Measure::Count => plain(text),
            Measure::Share => text.strip_suffix('%').and_then(decimal).map(|n| n / 100.0),
            Measure::Yuan => decimal(text),
            Measure::Days => unit("cd"),
            Measure::Minutes => unit("min").or_else(|| unit("h").map(|hours| hours * 60.0)),
            Measure::TimeOfDay => {
                let time = text.parse::<TimeOfDay>().ok();
                time.map(|time| f64::from(time.minutes()))
            }
            Measure::Words => Some(words(text).len() as f64).filter(|n| *n > 0.0),
        };
        number.ok_or_else(|| format!("not {}: {text:?}", self.looks_like()))
    }

    const fn looks_like(self) -> &'static str {
        match self {
            Measure::Count => "a number like 20",
            Measure::Share => "a share like 50%",
            Measure::Yuan => "an amount in yuan like 100 or 0.5",
            Measure::Days => "calendar days like 30cd",
            Measure::Minutes => "a time like 10min or 2h",
            Measure::TimeOfDay => "a time of day like 22:00, in quotes",
            Measure::Words => "a list of words",
        }
    }
}

/// What a setting lists, with the signs that people use between.
pub fn words(text: &str) -> Vec<&str> {
    text.split(['、', ',', '，'])
        .map(str::trim)
        .filter(|one| !one.is_empty())
        .collect()
}

impl Parameter {
    /// The number that a setting's text means, or the default's where it means none: a set that was published before values were
    /// checked still judges.
    pub fn number_or_default(&self, rule: &str, text: &str) -> Option<f64> {
        let measure = measure(rule, self.name)?;
        let number = measure
            .number(text)
            .or_else(|_| measure.number(self.default));
        number.ok()
    }
}

/// Digits with at most two behind a point, and no sign.
fn decimal(text: &str) -> Option<f64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let fits = digits(whole) && digits(part) && part.len() <= 2;
    fits.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::super::{Tier, rules};
    use super::*;

    #[test]
    fn every_parameter_of_an_inspection_is_measured_and_its_default_is_a_value() {
        for rule in rules() {
            for parameter in rule.parameters {
                let measured = measure(rule.id, parameter.name);
                let inspected = matches!(rule.tier, Tier::Inspection | Tier::Import);
                assert_eq!(
                    measured.is_some(),
                    inspected,
                    "{} {}",
                    rule.id,
                    parameter.name
                );
                if let Some(measured) = measured {
                    assert!(measured.number(parameter.default).is_ok(), "{}", rule.id);
                }
            }
        }
    }

    #[test]
    fn a_value_without_its_unit_is_none() {
        let bad = [
            (Measure::Share, "50"),
            (Measure::Days, "1mo"),
            (Measure::Days, "20wd"),
            (Measure::Days, "30"),
            (Measure::Minutes, "10"),
            (Measure::TimeOfDay, "22"),
            (Measure::TimeOfDay, "24:00"),
            (Measure::TimeOfDay, "6:5"),
            (Measure::Count, "many"),
            (Measure::Count, "60%"),
            (Measure::Yuan, "-5"),
            (Measure::Yuan, "0.005"),
            (Measure::Words, "、"),
        ];
        for (measure, text) in bad {
            assert!(measure.number(text).is_err(), "{measure:?} {text}");
        }
        assert_eq!(Measure::Minutes.number("1h"), Ok(60.0));
        assert_eq!(Measure::TimeOfDay.number("6:30"), Ok(390.0));
        assert_eq!(Measure::Share.number("12.5%"), Ok(0.125));
        assert_eq!(Measure::Words.number("申请、撤回"), Ok(2.0));
    }
}
