//! Texts of foreign logs into values: exact amounts, instants, dates, codes.
//!
//! Nothing here rounds or guesses: what cannot be read exactly is an error for the caller to report.

use std::borrow::Cow;

use chrono::format::{Item, StrftimeItems};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};
use chrono_tz::Tz;
use mingjing_domain::Timestamp;

/// How instants are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TimeFormat {
    /// RFC 3339, or one of the usual forms of local time.
    Auto,
    /// RFC 3339 alone.
    Rfc3339,
    /// A `strftime` pattern.
    Pattern(String),
}

impl TimeFormat {
    /// The format that a mapping names.
    pub(super) fn new(name: Option<&str>) -> Result<Self, String> {
        match name {
            None => Ok(Self::Auto),
            Some("rfc3339") => Ok(Self::Rfc3339),
            Some(pattern) => {
                let bad = StrftimeItems::new(pattern).any(|item| matches!(item, Item::Error));
                if bad || !pattern.contains('%') {
                    return Err(format!(
                        "{pattern:?} is neither rfc3339 nor a pattern like %Y-%m-%d %H:%M:%S"
                    ));
                }
                Ok(Self::Pattern(pattern.to_owned()))
            }
        }
    }

    /// The instant that `text` tells; a reading without offset is in `zone`. A date alone is its first
    /// instant.
    pub(super) fn instant(&self, text: &str, zone: Option<Tz>) -> Option<Timestamp> {
        let local = match self {
            Self::Rfc3339 => return Timestamp::parse(text).ok(),
            Self::Auto => match Timestamp::parse(text) {
                Ok(at) => return Some(at),
                Err(_) => local_reading(text)?,
            },
            Self::Pattern(pattern) => {
                if let Ok(at) = DateTime::parse_from_str(text, pattern) {
                    return Some(Timestamp::from_millis(at.timestamp_millis()));
                }
                let whole = NaiveDateTime::parse_from_str(text, pattern);
                let date = || NaiveDate::parse_from_str(text, pattern).map(midnight);
                whole.or_else(|_| date()).ok()?
            }
        };
        Some(Timestamp::from_local(local, zone?))
    }
}

fn midnight(date: NaiveDate) -> NaiveDateTime {
    date.and_time(NaiveTime::MIN)
}

/// `2019-04-25`, `2019/4/25 9:32`, `2019-04-25T09:32:09.5`, `2019年4月25日 9:32:09`.
fn local_reading(text: &str) -> Option<NaiveDateTime> {
    let (date, time) = match text.split_once([' ', 'T']) {
        Some((date, time)) => (date, Some(time.trim())),
        None => (text, None),
    };
    let date = date.strip_suffix('日').unwrap_or(date);
    let mut parts = date.split(['-', '/', '.', '年', '月']);
    let (year, month, day) = (
        parts.next()?,
        number(parts.next()?)?,
        number(parts.next()?)?,
    );
    if year.len() != 4 || parts.next().is_some() {
        return None;
    }
    let date = NaiveDate::from_ymd_opt(number(year)? as i32, month, day)?;
    let Some(time) = time.filter(|time| !time.is_empty()) else {
        return Some(midnight(date));
    };
    let (clock, fraction) = time.split_once('.').unwrap_or((time, ""));
    let mut parts = clock.split(':');
    let (hour, minute) = (number(parts.next()?)?, number(parts.next()?)?);
    let second = parts.next().map_or(Some(0), number)?;
    if parts.next().is_some() {
        return None;
    }
    let ms = match fraction.len() {
        0 => 0,
        1..=9 if fraction.bytes().all(|b| b.is_ascii_digit()) => {
            format!("{fraction:0<3}")[..3].parse().ok()?
        }
        _ => return None,
    };
    date.and_hms_milli_opt(hour, minute, second, ms)
}

fn number(digits: &str) -> Option<u32> {
    let plain = (1..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| digits.parse().ok())?
}

/// Why a text is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BadAmount {
    /// Not a decimal number.
    NotANumber,
    /// A fraction of a minor unit remains.
    Inexact,
    /// Beyond 64 bits.
    TooLarge,
}

/// Decimal text times `scale`, exactly, without floating point: `"36.5"` at 100 is 3650. Exponents are
/// read, because XES writers print floats as Java does (`1.0E7`).
pub(super) fn minor_units(text: &str, scale: u32) -> Result<i64, BadAmount> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (
            mantissa,
            exponent.parse::<i32>().map_err(|_| BadAmount::NotANumber)?,
        ),
        None => (digits, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut value: i128 = 0;
    for digit in whole.bytes().chain(fraction.bytes()) {
        if !digit.is_ascii_digit() {
            return Err(BadAmount::NotANumber);
        }
        let next = value
            .checked_mul(10)
            .and_then(|v| v.checked_add(i128::from(digit - b'0')));
        value = next.ok_or(BadAmount::TooLarge)?;
    }
    if whole.len() + fraction.len() == 0 {
        return Err(BadAmount::NotANumber);
    }
    if value == 0 {
        return Ok(0);
    }
    value = value
        .checked_mul(i128::from(scale))
        .ok_or(BadAmount::TooLarge)?;
    let shift = i64::from(exponent) - fraction.len() as i64;
    for _ in 0..shift.clamp(-40, 40).abs() {
        if shift > 0 {
            value = value.checked_mul(10).ok_or(BadAmount::TooLarge)?;
        } else if value % 10 == 0 {
            value /= 10;
        } else {
            return Err(BadAmount::Inexact);
        }
    }
    if shift.abs() > 40 {
        return Err(if shift > 0 {
            BadAmount::TooLarge
        } else {
            BadAmount::Inexact
        });
    }
    i64::try_from(if negative { -value } else { value }).map_err(|_| BadAmount::TooLarge)
}

/// True or false, as exports write it.
pub(super) fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "是" => Some(true),
        "false" | "0" | "no" | "否" => Some(false),
        _ => None,
    }
}

/// Lower-case letters and digits of any script, all else as single hyphens between them.
pub(super) fn slug(text: &str) -> String {
    let mut slug = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.chars() {
        if c.is_alphanumeric() {
            if gap && !slug.is_empty() {
                slug.push('-');
            }
            gap = false;
            slug.extend(c.to_lowercase());
        } else {
            gap = true;
        }
    }
    slug
}

/// The text as it is, or its slug.
pub(super) fn code(text: &str, as_slug: bool) -> Cow<'_, str> {
    if as_slug {
        Cow::Owned(slug(text))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_are_exact_or_refused() {
        for (text, scale, want) in [
            ("36.0", 100, Ok(3600)),
            ("36", 100, Ok(3600)),
            ("0.29", 100, Ok(29)),
            ("-21.84", 100, Ok(-2184)),
            ("+.5", 100, Ok(50)),
            ("1.0E7", 100, Ok(1_000_000_000)),
            ("4.25e-1", 1000, Ok(425)),
            ("0.000", 1, Ok(0)),
            ("0e-99999", 1, Ok(0)),
            ("1.5", 1, Err(BadAmount::Inexact)),
            ("131.04000000000002", 100, Err(BadAmount::Inexact)),
            ("1e-50", 100, Err(BadAmount::Inexact)),
            ("92233720368547758.08", 100, Err(BadAmount::TooLarge)),
            ("1e99", 1, Err(BadAmount::TooLarge)),
            ("1,000", 100, Err(BadAmount::NotANumber)),
            ("", 100, Err(BadAmount::NotANumber)),
            (".", 100, Err(BadAmount::NotANumber)),
            ("NaN", 100, Err(BadAmount::NotANumber)),
            ("１２", 100, Err(BadAmount::NotANumber)),
        ] {
            assert_eq!(minor_units(text, scale), want, "{text}");
        }
    }

    proptest! {
        #[test]
        fn two_decimals_come_back_as_they_were(cents in -10_000_000_000i64..10_000_000_000) {
            let sign = if cents < 0 { "-" } else { "" };
            let text = format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100);
            prop_assert_eq!(minor_units(&text, 100), Ok(cents));
        }

        #[test]
        fn no_text_makes_a_panic(text in ".{0,30}", scale in 1u32..1_000_000) {
            let _ = minor_units(&text, scale);
            let _ = TimeFormat::Auto.instant(&text, Some(Tz::Asia__Shanghai));
            let _ = slug(&text);
        }
    }

    #[test]
    fn instants_are_read_in_the_forms_that_exports_use() {
        let zone = Some(Tz::Asia__Shanghai);
        let at = |text: &str| {
            TimeFormat::Auto
                .instant(text, zone)
                .map(|at| at.to_rfc3339(Tz::Asia__Shanghai))
        };
        for (text, want) in [
            ("2019-04-25 09:32:09", "2019-04-25T09:32:09+08:00"),
            ("2019/4/5 9:05", "2019-04-05T09:05:00+08:00"),
            ("2019-04-25T09:32:09.5", "2019-04-25T09:32:09.500+08:00"),
            ("2019年4月25日", "2019-04-25T00:00:00+08:00"),
            ("2019年4月25日 9:32:09", "2019-04-25T09:32:09+08:00"),
            ("2019-04-25T01:32:09Z", "2019-04-25T09:32:09+08:00"),
        ] {
            assert_eq!(at(text).as_deref(), Some(want), "{text}");
        }
        for text in [
            "2019-02-30",
            "25.04.2019",
            "2019-04-25 25:00",
            "2019-04-25 09:32:09 PM",
            "昨天",
            "",
        ] {
            assert_eq!(at(text), None, "{text}");
        }
        assert_eq!(TimeFormat::Auto.instant("2019-04-25", None), None);
        let compact = TimeFormat::new(Some("%Y%m%d%H%M%S")).unwrap();
        assert_eq!(
            compact.instant("20190425093209", zone),
            TimeFormat::Auto.instant("2019-04-25 09:32:09", zone)
        );
        let dotted = TimeFormat::new(Some("%d.%m.%Y")).unwrap();
        assert_eq!(
            dotted.instant("25.04.2019", zone),
            TimeFormat::Auto.instant("2019-04-25", zone)
        );
        let offset = TimeFormat::new(Some("%Y-%m-%d %H:%M:%S %z")).unwrap();
        assert_eq!(
            offset.instant("2019-04-25 01:32:09 +0000", None),
            TimeFormat::Auto.instant("2019-04-25T01:32:09Z", None)
        );
        assert!(TimeFormat::new(Some("%Q")).is_err());
        assert!(TimeFormat::new(Some("iso")).is_err());
    }

    #[test]
    fn slugs_keep_letters_of_every_script() {
        assert_eq!(
            slug("T02 Check confirmation of receipt"),
            "t02-check-confirmation-of-receipt"
        );
        assert_eq!(slug("  受理（初审）— A/B "), "受理-初审-a-b");
    }
}
