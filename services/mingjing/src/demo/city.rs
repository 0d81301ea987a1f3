//! Who is who in the demo city: sources, kinds of cases, the bodies that handle them. The names for people stand in
//! `deploy/demo/definitions`; a test holds the two together.

use std::ops::RangeInclusive;

use mingjing_domain::source::{Source, SourceClock};

/// A department's system as the demo registers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct System {
    /// The id that its events carry.
    pub id: &'static str,
    name: &'static str,
    org_code: &'static str,
}

/// Every source of the demo, in order of registration.
pub const SYSTEMS: [System; 4] = [
    System {
        id: "zjj-permit",
        name: "演示·住建局施工许可系统",
        org_code: "510500-zjj",
    },
    System {
        id: "scjg-case",
        name: "演示·市场监管执法办案系统",
        org_code: "510502-scjg",
    },
    System {
        id: SILENT_SOURCE,
        name: "演示·人社局工伤认定系统",
        org_code: "510500-rsj",
    },
    System {
        id: "mzj-relief",
        name: "演示·民政局社会救助系统",
        org_code: "510522-mzj",
    },
];

/// The source that falls silent for a while.
pub const SILENT_SOURCE: &str = "rsj-injury";

/// Silence of this many minutes is not normal for a source of the demo: they say every half hour how far they are.
const RHYTHM_MINUTES: u32 = 120;

impl System {
    /// What the source declares about itself.
    pub fn declaration(&self) -> Source {
        Source {
            name: self.name.into(),
            org_code: Some(self.org_code.into()),
            rhythm_minutes: Some(RHYTHM_MINUTES),
            ..Source::new(self.id, SourceClock::Live)
        }
    }
}

/// What a case is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// 施工许可.
    Permit,
    /// 食品经营处罚.
    Penalty,
    /// 查封扣押.
    Seizure,
    /// 工伤认定.
    Injury,
    /// 低保给付.
    Allowance,
}

impl Kind {
    /// Every kind, in the order in which a day's cases are numbered.
    pub const ALL: [Kind; 5] = [
        Kind::Permit,
        Kind::Penalty,
        Kind::Seizure,
        Kind::Injury,
        Kind::Allowance,
    ];

    /// The source whose cases these are.
    pub fn source(self) -> &'static str {
        match self {
            Kind::Permit => "zjj-permit",
            Kind::Penalty | Kind::Seizure => "scjg-case",
            Kind::Injury => SILENT_SOURCE,
            Kind::Allowance => "mzj-relief",
        }
    }

    /// How many begin on a working day; 15 of all kinds in the middle.
    pub fn a_day(self) -> RangeInclusive<i64> {
        match self {
            Kind::Permit => 4..=6,
            Kind::Penalty => 2..=4,
            Kind::Seizure => 1..=3,
            Kind::Injury => 1..=3,
            Kind::Allowance => 2..=4,
        }
    }

    /// The letters in case numbers.
    pub fn letters(self) -> &'static str {
        match self {
            Kind::Permit => "SG",
            Kind::Penalty => "CF",
            Kind::Seizure => "CK",
            Kind::Injury => "GS",
            Kind::Allowance => "DB",
        }
    }

    /// The regions whose bodies exercise this power.
    pub fn regions(self) -> &'static [&'static str] {
        match self {
            Kind::Permit => &["510500", "510502", "510504"],
            Kind::Penalty => &["510502", "510503", "510504", "510521"],
            Kind::Seizure => &["510502", "510504", "510521"],
            Kind::Injury => &["510500", "510521"],
            Kind::Allowance => &["510522", "510524", "510525"],
        }
    }

    /// The body that exercises this power in `region`.
    pub fn body(self, region: &str) -> String {
        let bureau = match self {
            Kind::Permit => "zjj",
            Kind::Penalty | Kind::Seizure => "scjg",
            Kind::Injury => "rsj",
            Kind::Allowance => "mzj",
        };
        format!("{region}-{bureau}")
    }

    /// The power item of `region`.
    pub fn item(self, region: &str) -> String {
        let number = match self {
            Kind::Permit => "XK-0101",
            Kind::Penalty => "CF-0201",
            Kind::Seizure => "QZ-0301",
            Kind::Injury => "QR-0401",
            Kind::Allowance => "JF-0501",
        };
        format!("{region}-{number}")
    }
}

/// The town that accepts applications for the living allowance in `region`.
pub fn town(region: &str) -> String {
    format!("{region}-xz")
}

/// An officer of an office, from 1.
pub fn officer(body: &str, office: &str, number: i64) -> String {
    format!("{body}-{office}-{number}")
}
