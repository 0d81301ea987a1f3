//! Who is who in the demo city: sources, kinds of cases, the bodies that handle them. The names for people, and what each source
//! declares of itself, stand in `deploy/demo/definitions`; tests hold the two together.

use std::ops::RangeInclusive;

/// Every source of the demo, as `deploy/demo/definitions/sources.yaml` declares them.
pub const SYSTEMS: [&str; 7] = [
    "zjj-permit",
    "scjg-case",
    SILENT_SOURCE,
    "mzj-relief",
    "cgj-road",
    "zrzy-land",
    "lz-platform",
];

/// The source that falls silent for a while.
pub const SILENT_SOURCE: &str = "rsj-injury";

/// What a case is about: one kind a flowchart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// 施工许可.
    Permit,
    /// 食品经营许可.
    FoodLicence,
    /// Licences by the common procedure: 公共场所卫生许可, 排水许可.
    Licence,
    /// 食品经营处罚.
    Penalty,
    /// Penalties by the common procedure: building without a permit, digging up roads.
    CityPenalty,
    /// 当场处罚.
    Litter,
    /// 查封扣押.
    Seizure,
    /// 代履行.
    Substitute,
    /// 道路占用、挖掘收费.
    RoadFee,
    /// 低保给付.
    Allowance,
    /// 补贴津贴.
    Welfare,
    /// 白酒企业检查.
    Liquor,
    /// Inspections by the common procedure: building sites, polluters.
    Inspection,
    /// 工伤认定.
    Injury,
    /// 不动产登记.
    RealEstate,
    /// 举报奖励.
    Reward,
    /// 土地权属裁决.
    Land,
    /// 政府采购投诉.
    Procurement,
    /// 竣工验收备案.
    Filing,
    /// 表彰奖励.
    Commendation,
}

/// A power item in the hands of one region's bureau.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Power {
    /// 行政区划.
    pub region: &'static str,
    bureau: &'static str,
    number: &'static str,
}

impl Power {
    const fn new(region: &'static str, bureau: &'static str, number: &'static str) -> Self {
        Self {
            region,
            bureau,
            number,
        }
    }

    /// The body that exercises it.
    pub fn body(self) -> String {
        format!("{}-{}", self.region, self.bureau)
    }

    /// Its code in the power list.
    pub fn item(self) -> String {
        format!("{}-{}", self.region, self.number)
    }
}

impl Kind {
    /// Every kind, in the order in which a day's cases are numbered.
    pub const ALL: [Kind; 20] = [
        Kind::Permit,
        Kind::FoodLicence,
        Kind::Licence,
        Kind::Penalty,
        Kind::CityPenalty,
        Kind::Litter,
        Kind::Seizure,
        Kind::Substitute,
        Kind::RoadFee,
        Kind::Allowance,
        Kind::Welfare,
        Kind::Liquor,
        Kind::Inspection,
        Kind::Injury,
        Kind::RealEstate,
        Kind::Reward,
        Kind::Land,
        Kind::Procurement,
        Kind::Filing,
        Kind::Commendation,
    ];

    /// The source whose cases these are.
    pub fn source(self) -> &'static str {
        match self {
            Kind::Permit | Kind::Filing => "zjj-permit",
            Kind::Penalty | Kind::Seizure | Kind::Liquor | Kind::Reward => "scjg-case",
            Kind::Injury => SILENT_SOURCE,
            Kind::Allowance | Kind::Welfare => "mzj-relief",
            Kind::RoadFee | Kind::Litter => "cgj-road",
            Kind::RealEstate | Kind::Land => "zrzy-land",
            Kind::FoodLicence
            | Kind::Licence
            | Kind::CityPenalty
            | Kind::Substitute
            | Kind::Inspection
            | Kind::Procurement
            | Kind::Commendation => "lz-platform",
        }
    }

    /// How many begin on a working day; 31 of all kinds in the middle.
    pub fn a_day(self) -> RangeInclusive<i64> {
        match self {
            Kind::Permit => 4..=6,
            Kind::Penalty | Kind::Allowance | Kind::RealEstate => 2..=4,
            Kind::Seizure | Kind::Injury => 1..=3,
            Kind::FoodLicence
            | Kind::Licence
            | Kind::CityPenalty
            | Kind::Litter
            | Kind::RoadFee
            | Kind::Welfare
            | Kind::Inspection
            | Kind::Filing => 1..=2,
            Kind::Substitute
            | Kind::Liquor
            | Kind::Reward
            | Kind::Land
            | Kind::Procurement
            | Kind::Commendation => 0..=1,
        }
    }

    /// The letters in case numbers.
    pub fn letters(self) -> &'static str {
        match self {
            Kind::Permit => "SG",
            Kind::FoodLicence => "SP",
            Kind::Licence => "XK",
            Kind::Penalty => "CF",
            Kind::CityPenalty => "JC",
            Kind::Litter => "DC",
            Kind::Seizure => "CK",
            Kind::Substitute => "LX",
            Kind::RoadFee => "DL",
            Kind::Allowance => "DB",
            Kind::Welfare => "BT",
            Kind::Liquor => "BJ",
            Kind::Inspection => "ZJ",
            Kind::Injury => "GS",
            Kind::RealEstate => "BD",
            Kind::Reward => "JL",
            Kind::Land => "TD",
            Kind::Procurement => "CG",
            Kind::Filing => "BA",
            Kind::Commendation => "BZ",
        }
    }

    /// The powers that cases of this kind exercise.
    pub fn powers(self) -> &'static [Power] {
        const fn power(region: &'static str, bureau: &'static str, number: &'static str) -> Power {
            Power::new(region, bureau, number)
        }
        match self {
            Kind::Permit => {
                const {
                    &[
                        power("510500", "zjj", "XK-0101"),
                        power("510502", "zjj", "XK-0101"),
                        power("510504", "zjj", "XK-0101"),
                    ]
                }
            }
            Kind::FoodLicence => {
                const {
                    &[
                        power("510502", "scjg", "XK-0102"),
                        power("510504", "scjg", "XK-0102"),
                    ]
                }
            }
            Kind::Licence => {
                const {
                    &[
                        power("510502", "wjw", "XK-0103"),
                        power("510504", "wjw", "XK-0103"),
                        power("510500", "zjj", "XK-0104"),
                    ]
                }
            }
            Kind::Penalty => {
                const {
                    &[
                        power("510502", "scjg", "CF-0201"),
                        power("510503", "scjg", "CF-0201"),
                        power("510504", "scjg", "CF-0201"),
                        power("510521", "scjg", "CF-0201"),
                    ]
                }
            }
            Kind::CityPenalty => {
                const {
                    &[
                        power("510500", "zjj", "CF-0202"),
                        power("510502", "zjj", "CF-0202"),
                        power("510500", "cgj", "CF-0203"),
                        power("510502", "cgj", "CF-0203"),
                    ]
                }
            }
            Kind::Litter => const { &[power("510502", "cgj", "CF-0204")] },
            Kind::Seizure => {
                const {
                    &[
                        power("510502", "scjg", "QZ-0301"),
                        power("510504", "scjg", "QZ-0301"),
                        power("510521", "scjg", "QZ-0301"),
                    ]
                }
            }
            Kind::Substitute => {
                const {
                    &[
                        power("510500", "sthj", "QZ-0302"),
                        power("510502", "cgj", "QZ-0303"),
                    ]
                }
            }
            Kind::RoadFee => {
                const {
                    &[
                        power("510500", "cgj", "ZS-0601"),
                        power("510502", "cgj", "ZS-0601"),
                        power("510500", "cgj", "ZS-0602"),
                        power("510502", "cgj", "ZS-0602"),
                    ]
                }
            }
            Kind::Allowance => {
                const {
                    &[
                        power("510522", "mzj", "JF-0501"),
                        power("510524", "mzj", "JF-0501"),
                        power("510525", "mzj", "JF-0501"),
                    ]
                }
            }
            Kind::Welfare => {
                const {
                    &[
                        power("510522", "mzj", "JF-0502"),
                        power("510524", "mzj", "JF-0502"),
                        power("510525", "mzj", "JF-0502"),
                        power("510522", "mzj", "JF-0503"),
                        power("510524", "mzj", "JF-0503"),
                    ]
                }
            }
            Kind::Liquor => {
                const {
                    &[
                        power("510500", "scjg", "JC-0701"),
                        power("510525", "scjg", "JC-0701"),
                    ]
                }
            }
            Kind::Inspection => {
                const {
                    &[
                        power("510500", "zjj", "JC-0702"),
                        power("510502", "zjj", "JC-0702"),
                        power("510500", "sthj", "JC-0703"),
                    ]
                }
            }
            Kind::Injury => {
                const {
                    &[
                        power("510500", "rsj", "QR-0401"),
                        power("510521", "rsj", "QR-0401"),
                    ]
                }
            }
            Kind::RealEstate => {
                const {
                    &[
                        power("510500", "zrzy", "QR-0402"),
                        power("510522", "zrzy", "QR-0402"),
                    ]
                }
            }
            Kind::Reward => {
                const {
                    &[
                        power("510500", "scjg", "JL-0801"),
                        power("510502", "scjg", "JL-0801"),
                        power("510500", "yjj", "JL-0802"),
                    ]
                }
            }
            // The government rules; its bureau handles the case.
            Kind::Land => {
                const {
                    &[
                        power("510522", "zrzy", "CJ-0901"),
                        power("510524", "zrzy", "CJ-0901"),
                    ]
                }
            }
            Kind::Procurement => const { &[power("510500", "czj", "CJ-0902")] },
            Kind::Filing => {
                const {
                    &[
                        power("510500", "zjj", "QT-1001"),
                        power("510502", "zjj", "QT-1001"),
                        power("510500", "zjj", "QT-1002"),
                    ]
                }
            }
            Kind::Commendation => {
                const {
                    &[
                        power("510500", "jtj", "JL-0803"),
                        power("510502", "jtj", "JL-0803"),
                    ]
                }
            }
        }
    }
}

/// The bank into which fines are paid.
pub const BANK: &str = "bank-luzhou-demo";

/// The town that accepts applications for the living allowance in `region`.
pub fn town(region: &str) -> String {
    format!("{region}-xz")
}

/// An officer of an office, from 1.
pub fn officer(body: &str, office: &str, number: i64) -> String {
    format!("{body}-{office}-{number}")
}

/// The government of a county, which rules on land rights.
pub fn government(region: &str) -> String {
    format!("{region}-zf")
}
