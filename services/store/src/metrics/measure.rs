//! How a metric is counted: its pieces of SQL, over the columns of its population (`sql/`) and the window that a row is looked at in.
//!
//! A window has a number `w`, its first instant `wf`, the first after it `wu`, and the instant of its stock `wat`, in milliseconds.

/// The pieces of SQL of a metric. What is null does not count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Measure {
    /// How many there are of which `of` holds; `of` is about the window's stretch, not about its stock.
    Count { of: &'static str },
    /// How many there are at the instant of the stock; `of` is about `wat` alone.
    Stock { of: &'static str },
    /// Of those of which `among` holds, the share of which `of` holds, too.
    Share {
        of: &'static str,
        among: &'static str,
    },
    /// The same with a stock beside it: what holds of the stock at its instant counts, and is of the base, too. Nothing is of both, but for
    /// what came to an end after the instant of a running period's stock.
    Stocked {
        of: &'static str,
        among: &'static str,
        stock: &'static str,
    },
    /// How many `of` to one of `among`; neither is a part of the other.
    Ratio {
        of: &'static str,
        among: &'static str,
    },
    /// Of those of which `among` holds, all `of` added up to all `to` added up, both whole numbers of which `per` make one. Each of those is
    /// one of the base.
    Sums {
        of: &'static str,
        to: &'static str,
        per: u32,
        among: &'static str,
    },
    /// The same where what is added up is counted itself: the base is all `to`.
    Parts {
        of: &'static str,
        to: &'static str,
        among: &'static str,
    },
    /// All `of` added up, of those of which `among` holds: a count of things of which one thing has several.
    Total {
        of: &'static str,
        among: &'static str,
    },
    /// The mean of `of` of those of which `among` holds, a whole number of which `per` make one.
    Mean {
        of: &'static str,
        per: u32,
        among: &'static str,
    },
    /// A quantile of it, between two where it lies between two.
    Quantile {
        level: f64,
        of: &'static str,
        per: u32,
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
        let per = |sum: String, per: u32| match per {
            1 => sum,
            per => format!("{sum} / {per}"),
        };
        match *self {
            Measure::Count { of } | Measure::Stock { of } => all(count(of), "0".into(), "0".into()),
            Measure::Share { of, among } => all(
                format!("countIf(({among}) AND ({of}))"),
                count(among),
                count(among),
            ),
            Measure::Stocked { of, among, stock } => {
                let base = format!("countIf({among}) + countIf({stock})");
                all(
                    format!("countIf(({among}) AND ({of})) + countIf({stock})"),
                    base.clone(),
                    base,
                )
            }
            Measure::Ratio { of, among } => all(count(of), count(among), count(among)),
            Measure::Sums {
                of,
                to,
                per: one,
                among,
            } => all(
                per(format!("sumIf({of}, {among})"), one),
                per(format!("sumIf({to}, {among})"), one),
                count(among),
            ),
            Measure::Parts { of, to, among } => all(
                format!("sumIf({of}, {among})"),
                format!("sumIf({to}, {among})"),
                format!("sumIf({to}, {among})"),
            ),
            Measure::Total { of, among } => {
                all(format!("sumIf({of}, {among})"), "0".into(), "0".into())
            }
            Measure::Mean {
                of,
                per: one,
                among,
            } => all(
                per(format!("sumIf({of}, {among})"), one),
                count(among),
                count(among),
            ),
            Measure::Quantile {
                level,
                of,
                per: one,
                among,
            } => all(
                per(
                    format!("quantileExactInclusiveIf({level})({of}, {among})"),
                    one,
                ),
                "0".into(),
                count(among),
            ),
        }
    }

    /// Of which things a part consists, and how much each adds to it.
    pub(super) fn part(&self, part: Part) -> (String, String) {
        let one = || "1".to_owned();
        let per = |of: &str, per: u32| match per {
            1 => of.to_owned(),
            per => format!("({of}) / {per}"),
        };
        match (*self, part) {
            (Measure::Count { of } | Measure::Stock { of }, _)
            | (Measure::Ratio { of, .. }, Part::Numerator) => (of.into(), one()),
            (Measure::Share { of, among }, Part::Numerator) => {
                (format!("({among}) AND ({of})"), one())
            }
            (Measure::Stocked { of, among, stock }, Part::Numerator) => {
                (format!("(({among}) AND ({of})) OR ({stock})"), one())
            }
            (Measure::Stocked { among, stock, .. }, Part::Base) => {
                (format!("({among}) OR ({stock})"), one())
            }
            (
                Measure::Share { among, .. }
                | Measure::Ratio { among, .. }
                | Measure::Sums { among, .. }
                | Measure::Mean { among, .. },
                Part::Base,
            ) => (among.into(), one()),
            (Measure::Parts { to, among, .. }, Part::Base) => {
                (format!("({among}) AND ({to}) > 0"), to.into())
            }
            (Measure::Total { of, among }, _)
            | (Measure::Parts { of, among, .. }, Part::Numerator) => {
                (format!("({among}) AND ({of}) > 0"), of.into())
            }
            (
                Measure::Sums {
                    of,
                    per: one,
                    among,
                    ..
                }
                | Measure::Mean {
                    of,
                    per: one,
                    among,
                },
                Part::Numerator,
            )
            | (
                Measure::Quantile {
                    of,
                    per: one,
                    among,
                    ..
                },
                _,
            ) => (among.into(), per(of, one)),
        }
    }

    /// Whether it is a rate, mean or median, which a small base makes meaningless.
    pub(super) const fn has_base(&self) -> bool {
        !matches!(
            self,
            Measure::Count { .. } | Measure::Stock { .. } | Measure::Total { .. }
        )
    }
}

/// `$at` lies in the window.
macro_rules! within {
    ($at:literal) => {
        concat!("(", $at, " >= wf AND ", $at, " < wu)")
    };
}
pub(super) use within;
