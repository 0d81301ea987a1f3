//! How a metric is counted: its pieces of SQL, over the columns of its population (`sql/`) and the window that a row is looked at in.
//!
//! A window has a number `w`, its first instant `wf`, the first after it `wu`, and the instant of its stock `wat`, in milliseconds.

/// The pieces of SQL of a metric. What is null does not count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Measure {
    /// How many there are of which `of` holds.
    Count { of: &'static str },
    /// Of those of which `among` holds, the share of which `of` holds, too.
    Share {
        of: &'static str,
        among: &'static str,
    },
    /// How many `of` to one of `among`; neither is a part of the other.
    Ratio {
        of: &'static str,
        among: &'static str,
    },
    /// Of those of which `among` holds, all `of` added up to all `to` added up. Each of those is one of the base.
    Sums {
        of: &'static str,
        to: &'static str,
        among: &'static str,
    },
    /// The same where what is added up is counted itself: the base is all `to`.
    Parts {
        of: &'static str,
        to: &'static str,
        among: &'static str,
    },
    /// The mean of `of` of those of which `among` holds.
    Mean {
        of: &'static str,
        among: &'static str,
    },
    /// A quantile of it, between two where it lies between two.
    Quantile {
        level: f64,
        of: &'static str,
        among: &'static str,
    },
}

/// Which of the things behind a number are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Those that count.
    Numerator,
    /// Those that it is a share, mean or median of.
    Base,
}

impl Part {
    /// The code used in requests.
    pub const fn code(self) -> &'static str {
        match self {
            Part::Numerator => "numerator",
            Part::Base => "base",
        }
    }

    /// The part with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        [Part::Numerator, Part::Base]
            .into_iter()
            .find(|part| part.code() == code)
    }
}

/// The aggregates of a metric: what counts, what it is divided by, of how many; of a quantile the number itself first.
pub(super) struct Aggregates {
    pub(super) numerator: String,
    pub(super) denominator: String,
    pub(super) base: String,
}

impl Measure {
    pub(super) fn aggregates(&self) -> Aggregates {
        let all = |numerator: String, denominator: String, base: String| Aggregates {
            numerator,
            denominator,
            base,
        };
        let count = |of: &str| format!("countIf({of})");
        match *self {
            Measure::Count { of } => all(count(of), "0".into(), "0".into()),
            Measure::Share { of, among } => all(
                format!("countIf(({among}) AND ({of}))"),
                count(among),
                count(among),
            ),
            Measure::Ratio { of, among } => all(count(of), count(among), count(among)),
            Measure::Sums { of, to, among } => all(
                format!("sumIf({of}, {among})"),
                format!("sumIf({to}, {among})"),
                count(among),
            ),
            Measure::Parts { of, to, among } => all(
                format!("sumIf({of}, {among})"),
                format!("sumIf({to}, {among})"),
                format!("sumIf({to}, {among})"),
            ),
            Measure::Mean { of, among } => {
                all(format!("sumIf({of}, {among})"), count(among), count(among))
            }
            Measure::Quantile { level, of, among } => all(
                format!("quantileExactInclusiveIf({level})({of}, {among})"),
                "0".into(),
                count(among),
            ),
        }
    }

    /// Of which things a part consists, and how much each adds to it.
    pub(super) fn part(&self, part: Part) -> (String, &'static str) {
        match (*self, part) {
            (Measure::Count { of }, _) | (Measure::Ratio { of, .. }, Part::Numerator) => {
                (of.into(), "1")
            }
            (Measure::Share { of, among }, Part::Numerator) => {
                (format!("({among}) AND ({of})"), "1")
            }
            (
                Measure::Share { among, .. }
                | Measure::Ratio { among, .. }
                | Measure::Sums { among, .. }
                | Measure::Mean { among, .. },
                Part::Base,
            ) => (among.into(), "1"),
            (Measure::Parts { to, among, .. }, Part::Base) => {
                (format!("({among}) AND ({to}) > 0"), to)
            }
            (Measure::Parts { of, among, .. }, Part::Numerator) => {
                (format!("({among}) AND ({of}) > 0"), of)
            }
            (Measure::Sums { of, among, .. } | Measure::Mean { of, among }, Part::Numerator) => {
                (among.into(), of)
            }
            (Measure::Quantile { of, among, .. }, _) => (among.into(), of),
        }
    }

    /// Whether it is a rate, mean or median, which a small base makes meaningless.
    pub(super) const fn has_base(&self) -> bool {
        !matches!(self, Measure::Count { .. })
    }
}

/// `$at` lies in the window.
macro_rules! within {
    ($at:literal) => {
        concat!("(", $at, " >= wf AND ", $at, " < wu)")
    };
}
pub(super) use within;
