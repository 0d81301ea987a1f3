//! Instants: milliseconds since 1970-01-01T00:00:00Z, read and printed as RFC 3339 with offset.

use std::fmt;

use chrono::{
    DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone,
    Timelike, Utc,
};
use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// One minute in milliseconds.
pub const MINUTE_MS: i64 = 60_000;
/// One hour in milliseconds.
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
/// Twenty-four hours in milliseconds. Not a calendar day: use [`crate::calendar`] for those.
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// 0001-01-01T00:00:00Z.
const YEAR_1_MS: i64 = -62_135_596_800_000;
/// 9999-12-31T00:00:00Z: no zone is so far ahead that its date lies in another year.
const YEAR_9999_MS: i64 = 253_402_214_400_000;

/// An instant, in milliseconds since the Unix epoch (UTC).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Before every instant a case can know.
    pub const MIN: Timestamp = Timestamp(i64::MIN);
    /// After every instant a case can know.
    pub const MAX: Timestamp = Timestamp(i64::MAX);

    /// From milliseconds since the epoch.
    pub const fn from_millis(ms: i64) -> Self {
        Self(ms)
    }

    /// Milliseconds since the epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// The instant cut to its whole second; departments' clocks are judged to the second.
    pub const fn floor_second(self) -> Self {
        Self(self.0.saturating_sub(self.0.rem_euclid(1000)))
    }

    /// This instant moved by `ms` milliseconds, held inside the representable range.
    pub const fn plus_millis(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// The calendar date of this instant in `tz`.
    pub fn local_date(self, tz: Tz) -> NaiveDate {
        self.to_utc().with_timezone(&tz).date_naive()
    }

    /// The same instant as a chrono value. Instants outside chrono's range are held at its ends.
    pub fn to_utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).unwrap_or(if self.0 < 0 {
            DateTime::<Utc>::MIN_UTC
        } else {
            DateTime::<Utc>::MAX_UTC
        })
    }

    /// RFC 3339 text with the offset that `tz` has at this instant, to the second, or to the
    /// millisecond where the instant has any.
    pub fn to_rfc3339(self, tz: Tz) -> String {
        // RFC 3339 has years of four digits; what lies beyond is held at their ends, so that it can be read again.
        let shown = Self(self.0.clamp(YEAR_1_MS, YEAR_9999_MS));
        let local = shown.to_utc().with_timezone(&tz);
        let fixed: DateTime<FixedOffset> = local.with_timezone(&local.offset().fix());
        let format = if self.0.rem_euclid(1000) == 0 {
            chrono::SecondsFormat::Secs
        } else {
            chrono::SecondsFormat::Millis
        };
        fixed.to_rfc3339_opts(format, false)
    }

    /// Reads RFC 3339 text. An instant without offset is refused: whose midnight it means is not
    /// ours to guess (use [`Timestamp::from_local`] where a zone is declared).
    pub fn parse(text: &str) -> Result<Self, BadTimestamp> {
        if let Some(ms) = parse_common(text.as_bytes()) {
            return Ok(Self(ms));
        }
        DateTime::parse_from_rfc3339(text.trim())
            .map(|t| Self(t.timestamp_millis()))
            .map_err(|_| BadTimestamp { text: text.into() })
    }

    /// The instant of a wall-clock reading in `tz`. A reading that happens twice (clocks put back)
    /// is its first; one that never happens (clocks put forward) is the first instant after it.
    pub fn from_local(local: NaiveDateTime, tz: Tz) -> Self {
        let mut probe = local;
        for _ in 0..=24 * 4 {
            if let Some(found) = tz.from_local_datetime(&probe).earliest() {
                return Self(found.timestamp_millis());
            }
            probe += chrono::Duration::minutes(15);
        }
        Self(Utc.from_utc_datetime(&local).timestamp_millis())
    }

    /// The first instant of `date` in `tz`.
    pub fn start_of(date: NaiveDate, tz: Tz) -> Self {
        Self::from_local(date.and_time(NaiveTime::MIN), tz)
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(t: DateTime<Utc>) -> Self {
        Self(t.timestamp_millis())
    }
}

/// RFC 3339 text in UTC, as [`Timestamp::to_rfc3339`] gives it, without going through the general formatter: every instant in a record is
/// written so, a dozen in a case's state, and it stood out where a backlog is worked off.
struct UtcText {
    room: [u8; 29],
    length: usize,
}

impl UtcText {
    fn of(at: Timestamp) -> Self {
        let shown = at.0.clamp(YEAR_1_MS, YEAR_9999_MS);
        let utc = Timestamp(shown).to_utc();
        let mut room = *b"0000-00-00T00:00:00.000+00:00";
        let mut put = |from: usize, to: usize, mut number: u32| {
            for digit in room[from..to].iter_mut().rev() {
                *digit = b'0' + (number % 10) as u8;
                number /= 10;
            }
        };
        put(0, 4, utc.year().unsigned_abs());
        put(5, 7, utc.month());
        put(8, 10, utc.day());
        put(11, 13, utc.hour());
        put(14, 16, utc.minute());
        put(17, 19, utc.second());
        put(20, 23, shown.rem_euclid(1000) as u32);
        if at.0.rem_euclid(1000) != 0 {
            return Self { room, length: 29 };
        }
        room.copy_within(23.., 19);
        Self { room, length: 25 }
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.room[..self.length]).expect("digits and signs")
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(UtcText::of(*self).text())
    }
}

/// Text that is not an RFC 3339 instant with offset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 instant with offset: {text:?}; write it like 2026-11-23T09:30:00+08:00")]
pub struct BadTimestamp {
    /// The refused text.
    pub text: String,
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if s.is_human_readable() {
            s.serialize_str(UtcText::of(*self).text())
        } else {
            s.serialize_i64(self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Timestamp;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an RFC 3339 instant with offset, like 2026-11-23T09:30:00+08:00")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
                Timestamp::parse(text).map_err(E::custom)
            }
            fn visit_i64<E: de::Error>(self, ms: i64) -> Result<Timestamp, E> {
                Ok(Timestamp(ms))
            }
        }
        if d.is_human_readable() {
            d.deserialize_str(Visitor)
        } else {
            d.deserialize_i64(Visitor)
        }
    }
}

/// The shape nearly all feeds use, `YYYY-MM-DDTHH:MM:SS[.fff](Z|±HH:MM)`, read without the general
/// parser: instants are a quarter of the cost of reading an event.
fn parse_common(b: &[u8]) -> Option<i64> {
    fn num(b: &[u8]) -> Option<i64> {
        b.iter().try_fold(0i64, |n, c| {
            c.is_ascii_digit().then(|| n * 10 + i64::from(c - b'0'))
        })
    }
    if b.len() < 20 || b[4] != b'-' || b[7] != b'-' || (b[10] != b'T' && b[10] != b't') {
        return None;
    }
    if b[13] != b':' || b[16] != b':' {
        return None;
    }
    let (year, month, day) = (num(&b[0..4])?, num(&b[5..7])?, num(&b[8..10])?);
    let (hour, minute, second) = (num(&b[11..13])?, num(&b[14..16])?, num(&b[17..19])?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let date = NaiveDate::from_ymd_opt(year as i32, month as u32, day as u32)?;
    let mut rest = &b[19..];
    let mut ms = 0;
    if rest.first() == Some(&b'.') {
        let digits = rest[1..].iter().take_while(|c| c.is_ascii_digit()).count();
        if digits == 0 || digits > 9 {
            return None;
        }
        let kept = digits.min(3);
        ms = num(&rest[1..1 + kept])? * [100, 10, 1][kept - 1];
        rest = &rest[1 + digits..];
    }
    let offset_minutes = match rest {
        [b'Z' | b'z'] => 0,
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (h, m) = (num(&[*h1, *h2])?, num(&[*m1, *m2])?);
            if h > 23 || m > 59 {
                return None;
            }
            if *sign == b'+' {
                h * 60 + m
            } else {
                -(h * 60 + m)
            }
        }
        _ => return None,
    };
    let days = i64::from(date.to_epoch_days());
    Some(((days * 24 + hour) * 60 + minute - offset_minutes) * 60_000 + second * 1000 + ms)
}

/// A time of day to the minute, in whatever zone its holder counts; written like `22:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeOfDay(u16);

/// A text that is no time of day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a time of day like 22:00, in quotes: {0:?}")]
pub struct BadTimeOfDay(String);

impl TimeOfDay {
    /// So many hours and minutes after midnight; held below 24 hours.
    pub const fn at(hour: u16, minute: u16) -> Self {
        TimeOfDay((hour * 60 + minute) % (24 * 60))
    }

    /// The time of day of an instant, its seconds cut off.
    pub fn of(at: Timestamp, tz: Tz) -> Self {
        let local = at.to_utc().with_timezone(&tz);
        Self::at(local.hour() as u16, local.minute() as u16)
    }

    /// Minutes after midnight.
    pub const fn minutes(self) -> u16 {
        self.0
    }

    /// Whether it lies between two times, the first included and the second not; over midnight where the first is the later one.
    pub fn is_between(self, from: TimeOfDay, until: TimeOfDay) -> bool {
        match from <= until {
            true => from <= self && self < until,
            false => from <= self || self < until,
        }
    }
}

impl std::str::FromStr for TimeOfDay {
    type Err = BadTimeOfDay;

    fn from_str(text: &str) -> Result<Self, BadTimeOfDay> {
        let bad = || BadTimeOfDay(text.to_owned());
        let digits = |part: &str, least: usize, below: u16| {
            let plain = part.bytes().all(|b| b.is_ascii_digit());
            let number = part.parse::<u16>().ok().filter(|n| *n < below);
            number.filter(|_| plain && (least..=2).contains(&part.len()))
        };
        let (hour, minute) = text.trim().split_once(':').ok_or_else(bad)?;
        let hour: u16 = digits(hour, 1, 24).ok_or_else(bad)?;
        let minute: u16 = digits(minute, 2, 60).ok_or_else(bad)?;
        Ok(Self::at(hour, minute))
    }
}

impl std::fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl<'de> Deserialize<'de> for TimeOfDay {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_shape_agrees_with_the_general_parser() {
        for text in [
            "2026-11-23T09:30:00+08:00",
            "2007-03-09T00:00:00+01:00",
            "2011-10-11T13:42:22.688+02:00",
            "1969-12-31T23:59:59.5Z",
            "2024-02-29T00:00:00.123456789-00:30",
        ] {
            let general = DateTime::parse_from_rfc3339(text)
                .unwrap()
                .timestamp_millis();
            assert_eq!(parse_common(text.as_bytes()), Some(general), "{text}");
        }
        for text in [
            "2026-02-30T00:00:00Z",
            "2026-01-01 00:00:00",
            "2026-01-01T24:00:00Z",
            "",
            "x",
        ] {
            assert_eq!(parse_common(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_local_reading_that_never_happens_is_the_first_instant_after_it() {
        let tz = chrono_tz::Europe::Rome;
        let missing = NaiveDate::from_ymd_opt(2026, 3, 29)
            .unwrap()
            .and_hms_opt(2, 30, 0)
            .unwrap();
        assert_eq!(
            Timestamp::from_local(missing, tz).to_rfc3339(tz),
            "2026-03-29T03:00:00+02:00"
        );
    }

    #[test]
    fn what_is_written_agrees_with_the_general_formatter() {
        let odd = [
            i64::MIN,
            i64::MAX,
            YEAR_1_MS - 1,
            YEAR_9999_MS + 7,
            -1,
            0,
            999,
        ];
        let leap = [951_782_399_999, 951_782_400_000, 1_709_251_199_001];
        let many = (0..4_000).map(|n: i64| n * 76_543_210_987 - 60_000_000_000_000);
        for ms in odd.into_iter().chain(leap).chain(many) {
            let at = Timestamp(ms);
            assert_eq!(at.to_string(), at.to_rfc3339(Tz::UTC), "{ms}");
        }
    }

    #[test]
    fn an_instant_without_offset_is_refused() {
        assert!(Timestamp::parse("2026-11-23T09:30:00").is_err());
    }

    #[test]
    fn a_night_goes_over_midnight_and_ends_before_its_last_minute() {
        let time = |text: &str| text.parse::<TimeOfDay>().unwrap();
        let at_night = |text| time(text).is_between(time("22:00"), time("6:00"));
        for (text, night) in [
            ("21:59", false),
            ("22:00", true),
            ("0:00", true),
            ("5:59", true),
            ("6:00", false),
        ] {
            assert_eq!(at_night(text), night, "{text}");
        }
        assert!(time("3:00").is_between(time("0:00"), time("6:00")));
        assert!(!time("23:00").is_between(time("0:00"), time("6:00")));
        assert_eq!(time("6:05").to_string(), "6:05");
        for bad in ["22", "24:00", "6:5", "6:60", "-1:00", "a:00", "006:00", ""] {
            assert!(bad.parse::<TimeOfDay>().is_err(), "{bad}");
        }
    }
}
