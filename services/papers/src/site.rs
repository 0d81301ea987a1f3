//! What a site sets: who supervises where, and which papers it issues on which occasions under which numbers.

use std::collections::{BTreeMap, BTreeSet};

use mingjing_domain::definitions::regions;

use crate::number::{Pattern, bad_mark};
use crate::sheet::plain;

/// Characters of a body's name or of a paper's title: what fits a line of the head and two of the title.
const NAME_CHARS_MAX: usize = 40;
/// Kinds of papers a site has at most.
const KINDS_MAX: usize = 40;

/// On what a paper rests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Occasion {
    /// An alert went out.
    Issued,
    /// An order was given.
    Ordered,
    /// A fault was confirmed.
    Confirmed,
    /// An order was not answered in time, or what was put right was not enough.
    Unmended,
    /// A recommendation stands in the ledger.
    Recommended,
    /// An appeal was decided.
    AppealDecided,
    /// What had gone out was withdrawn.
    Withdrawn,
}

impl Occasion {
    /// All of them, in the course of an alert.
    pub const ALL: [Occasion; 7] = [
        Occasion::Issued,
        Occasion::Ordered,
        Occasion::Confirmed,
        Occasion::Unmended,
        Occasion::Recommended,
        Occasion::AppealDecided,
        Occasion::Withdrawn,
    ];

    /// The code used in settings and answers.
    pub const fn code(self) -> &'static str {
        match self {
            Occasion::Issued => "issued",
            Occasion::Ordered => "ordered",
            Occasion::Confirmed => "confirmed",
            Occasion::Unmended => "unmended",
            Occasion::Recommended => "recommended",
            Occasion::AppealDecided => "appeal_decided",
            Occasion::Withdrawn => "withdrawn",
        }
    }

    /// In Chinese.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Occasion::Issued => "预警发出",
            Occasion::Ordered => "督办",
            Occasion::Confirmed => "认定",
            Occasion::Unmended => "逾期未反馈或者整改不到位",
            Occasion::Recommended => "监察建议",
            Occasion::AppealDecided => "申诉决定",
            Occasion::Withdrawn => "预警撤销",
        }
    }

    /// The occasion with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// A kind of papers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Its code.
    pub code: String,
    /// 文种, like 督办通知书.
    pub title: String,
    /// How its numbers are written. Kinds of one pattern share their numbers.
    pub number: Pattern,
    /// On which occasion it is issued.
    pub serves: Occasion,
}

/// Who issues papers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    /// Its name, as it stands in the head and under the text.
    pub name: String,
    /// 机关代字.
    pub mark: String,
}

/// The papers of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    issuer: Issuer,
    regions: BTreeMap<String, Issuer>,
    kinds: Vec<Kind>,
}

/// A kind as settings have it; what is not said is as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GivenKind {
    /// Its title.
    pub title: Option<String>,
    /// The pattern of its numbers.
    pub number: Option<String>,
    /// The code of its occasion.
    pub serves: Option<String>,
    /// False: the site issues none of these.
    pub issued: Option<bool>,
}

/// Who supervises a region, as settings have it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GivenRegion {
    /// Its name.
    pub body: String,
    /// 机关代字.
    pub mark: String,
}

/// What settings say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// Who supervises where no region says otherwise.
    pub body: String,
    /// Its 机关代字.
    pub mark: String,
    /// By 行政区划代码.
    pub regions: BTreeMap<String, GivenRegion>,
    /// By code.
    pub kinds: BTreeMap<String, GivenKind>,
}

/// What cannot be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadSite {
    /// The setting, below the section: `kinds.order.number`.
    pub at: String,
    /// What is wrong with it and what to write.
    pub why: String,
}

/// Code, title, pattern, occasion.
const USUAL: [(&str, &str, &str, Occasion); 7] = [
    (
        "notice",
        "预警告知单",
        "{mark}告〔{year}〕{n}号",
        Occasion::Issued,
    ),
    (
        "order",
        "督办通知书",
        "{mark}督〔{year}〕{n}号",
        Occasion::Ordered,
    ),
    (
        "opinion",
        "行政执法监督意见书",
        "{mark}意〔{year}〕{n}号",
        Occasion::Confirmed,
    ),
    (
        "decision",
        "行政执法监督决定书",
        "{mark}决〔{year}〕{n}号",
        Occasion::Unmended,
    ),
    (
        "recommendation",
        "监察建议书",
        "{mark}建〔{year}〕{n}号",
        Occasion::Recommended,
    ),
    (
        "appeal",
        "申诉决定书",
        "{mark}申〔{year}〕{n}号",
        Occasion::AppealDecided,
    ),
    (
        "correction",
        "预警撤销通知书",
        "{mark}撤〔{year}〕{n}号",
        Occasion::Withdrawn,
    ),
];

impl Site {
    /// The papers that settings come to.
    ///
    /// # Errors
    /// Every setting that cannot be meant.
    pub fn new(given: &Given) -> Result<Self, Vec<BadSite>> {
        let mut reader = Reader::default();
        let issuer = reader.issuer("", &given.body, &given.mark);
        let regions: BTreeMap<String, Issuer> = given
            .regions
            .iter()
            .map(|(code, region)| (code.clone(), reader.region(code, region)))
            .collect();
        reader.distinct(&issuer, &regions);
        let kinds = reader.kinds(&given.kinds, !regions.is_empty());
        match reader.0.is_empty() {
            true => Ok(Self {
                issuer,
                regions,
                kinds,
            }),
            false => Err(reader.0),
        }
    }

    /// Every kind that is issued, those of an earlier occasion first.
    pub fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// The kind with this code.
    pub fn kind(&self, code: &str) -> Option<&Kind> {
        self.kinds.iter().find(|kind| kind.code == code)
    }

    /// Who issues papers to a region: the closest of those that are set.
    pub fn issuer(&self, region: Option<&str>) -> &Issuer {
        let Some(region) = region else {
            return &self.issuer;
        };
        let covering = self.regions.iter();
        let covering = covering.filter(|(area, _)| regions::covers(area, region));
        let closest = covering.max_by_key(|(area, _)| regions::head(area).len());
        closest.map_or(&self.issuer, |(_, issuer)| issuer)
    }
}

#[derive(Default)]
struct Reader(Vec<BadSite>);

impl Reader {
    fn refuse(&mut self, at: &str, why: impl Into<String>) {
        self.0.push(BadSite {
            at: at.to_owned(),
            why: why.into(),
        });
    }

    fn name(&mut self, at: &str, text: &str, what: &str) -> String {
        let chars = text.chars().count();
        if text.trim().is_empty() || chars > NAME_CHARS_MAX || plain(text) != text {
            self.refuse(
                at,
                format!("{what}为 1 至 {NAME_CHARS_MAX} 个字，首尾没有空格，不含换行和控制字符"),
            );
        }
        text.to_owned()
    }

    fn issuer(&mut self, under: &str, body: &str, mark: &str) -> Issuer {
        let name = self.name(&format!("{under}body"), body, "监察机关名称");
        if let Some(why) = bad_mark(mark) {
            self.refuse(&format!("{under}mark"), why);
        }
        Issuer {
            name,
            mark: mark.to_owned(),
        }
    }

    fn region(&mut self, code: &str, region: &GivenRegion) -> Issuer {
        let under = format!("regions.{code}.");
        if !(2..=12).contains(&code.len()) || !code.bytes().all(|b| b.is_ascii_digit()) {
            self.refuse(&under[..under.len() - 1], "地区写行政区划代码，如 510502");
        }
        self.issuer(&under, &region.body, &region.mark)
    }

    /// Two bodies under one 机关代字 would have one another's numbers.
    fn distinct(&mut self, issuer: &Issuer, regions: &BTreeMap<String, Issuer>) {
        let mut by_mark = BTreeMap::from([(issuer.mark.as_str(), issuer.name.as_str())]);
        for (code, region) in regions {
            let known = *by_mark.entry(&region.mark).or_insert(&region.name);
            if known != region.name {
                self.refuse(
                    &format!("regions.{code}.mark"),
                    format!(
                        "机关代字 {} 已由“{known}”使用，两个机关的文号会混淆，请换一个",
                        region.mark
                    ),
                );
            }
        }
    }

    fn kinds(&mut self, given: &BTreeMap<String, GivenKind>, several: bool) -> Vec<Kind> {
        let usual = |code: &str| USUAL.iter().find(|(usual, ..)| *usual == code);
        let codes: BTreeSet<&str> = USUAL
            .iter()
            .map(|(code, ..)| *code)
            .chain(given.keys().map(String::as_str))
            .collect();
        if codes.len() > KINDS_MAX {
            self.refuse("kinds", format!("最多 {KINDS_MAX} 种"));
        }
        let nothing = GivenKind::default();
        let mut kinds: Vec<Kind> = codes
            .into_iter()
            .filter_map(|code| {
                let said = given.get(code).unwrap_or(&nothing);
                if said.issued == Some(false) {
                    return None;
                }
                let usual = usual(code);
                self.kind(code, said, usual, several)
            })
            .collect();
        let place = |kind: &Kind| USUAL.iter().position(|(code, ..)| *code == kind.code);
        kinds.sort_by_key(|kind| (kind.serves, place(kind).unwrap_or(USUAL.len())));
        kinds
    }

    fn kind(
        &mut self,
        code: &str,
        said: &GivenKind,
        usual: Option<&(&str, &str, &str, Occasion)>,
        several: bool,
    ) -> Option<Kind> {
        let under = format!("kinds.{code}");
        let plain_code = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_');
        if !(1..=40).contains(&code.len()) || !code.bytes().all(plain_code) {
            self.refuse(&under, "文书种类的代码用小写字母、数字和下划线，如 order");
            return None;
        }
        let mut text = |name: &str, said: &Option<String>, usual: Option<&str>| {
            let found = said.as_deref().or(usual).map(str::to_owned);
            if found.is_none() {
                self.refuse(
                    &format!("{under}.{name}"),
                    "自定的文书种类须写明 title（文种）、number（文号格式）、serves（用于何种情形）",
                );
            }
            found
        };
        let title = text("title", &said.title, usual.map(|u| u.1));
        let number = text("number", &said.number, usual.map(|u| u.2));
        let serves = text("serves", &said.serves, usual.map(|u| u.3.code()));
        let (title, number, serves) = (title?, number?, serves?);
        let title = self.name(&format!("{under}.title"), &title, "文种");
        let pattern = match Pattern::parse(&number) {
            Ok(pattern) if several && !pattern.has_mark() => {
                self.refuse(
                    &format!("{under}.number"),
                    "各地区监察机关不同，文号格式须含 {mark}（机关代字），否则两个机关的文号会混淆",
                );
                None
            }
            Ok(pattern) => Some(pattern),
            Err(why) => {
                self.refuse(&format!("{under}.number"), why);
                None
            }
        };
        let occasion = Occasion::from_code(&serves);
        if occasion.is_none() {
            let known = Occasion::ALL.map(|one| format!("{}（{}）", one.code(), one.name_zh()));
            self.refuse(
                &format!("{under}.serves"),
                format!("没有这种情形；可用的是 {}", known.join("、")),
            );
        }
        Some(Kind {
            code: code.to_owned(),
            title,
            number: pattern?,
            serves: occasion?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given() -> Given {
        Given {
            body: "泸州市司法局".into(),
            mark: "泸司监".into(),
            ..Given::default()
        }
    }

    fn kind(number: &str) -> GivenKind {
        GivenKind {
            number: Some(number.into()),
            ..GivenKind::default()
        }
    }

    #[test]
    fn a_site_that_sets_nothing_has_a_kind_for_every_occasion() {
        let site = Site::new(&given()).unwrap();
        let served: BTreeSet<Occasion> = site.kinds().iter().map(|kind| kind.serves).collect();
        assert_eq!(served.len(), Occasion::ALL.len());
        let order = site.kind("order").unwrap();
        let issuer = site.issuer(Some("510502"));
        let number = order.number.series(&issuer.mark, 2026).number(1);
        assert_eq!(number, "泸司监督〔2026〕1号");
    }

    #[test]
    fn the_closest_region_issues() {
        let region = |body: &str, mark: &str| GivenRegion {
            body: body.into(),
            mark: mark.into(),
        };
        let site = Site::new(&Given {
            regions: BTreeMap::from([
                ("510500".into(), region("泸州市司法局", "泸司监")),
                ("510502".into(), region("江阳区司法局", "江司监")),
            ]),
            ..given()
        });
        let site = site.unwrap();
        assert_eq!(site.issuer(Some("510502")).name, "江阳区司法局");
        assert_eq!(site.issuer(Some("510502101")).name, "江阳区司法局");
        assert_eq!(site.issuer(Some("510521")).name, "泸州市司法局");
        assert_eq!(site.issuer(None).name, "泸州市司法局");
    }

    #[test]
    fn a_kind_is_renamed_left_out_or_added() {
        let kinds = BTreeMap::from([
            (
                "order".to_owned(),
                GivenKind {
                    title: Some("行政执法监督通知书".into()),
                    ..kind("川监督〔{year}〕{n}号")
                },
            ),
            (
                "notice".to_owned(),
                GivenKind {
                    issued: Some(false),
                    ..GivenKind::default()
                },
            ),
            (
                "warning".to_owned(),
                GivenKind {
                    title: Some("红牌告知书".into()),
                    serves: Some("issued".into()),
                    ..kind("{mark}红〔{year}〕{n}号")
                },
            ),
        ]);
        let site = Site::new(&Given { kinds, ..given() }).unwrap();
        assert_eq!(site.kind("order").unwrap().title, "行政执法监督通知书");
        assert_eq!(site.kind("notice"), None);
        assert_eq!(site.kinds()[0].code, "warning");
    }

    #[test]
    fn every_setting_that_cannot_be_meant_is_told_with_its_place() {
        let kinds = BTreeMap::from([
            ("order".to_owned(), kind("督[{year}]{n}号")),
            ("own".to_owned(), kind("自〔{year}〕{n}号")),
            (
                "appeal".to_owned(),
                GivenKind {
                    serves: Some("never".into()),
                    ..GivenKind::default()
                },
            ),
            ("Bad".to_owned(), GivenKind::default()),
        ]);
        let regions = BTreeMap::from([
            (
                "江阳".to_owned(),
                GivenRegion {
                    body: String::new(),
                    mark: "江".into(),
                },
            ),
            (
                "510504".to_owned(),
                GivenRegion {
                    body: "龙马潭区司法局".into(),
                    mark: "泸司监".into(),
                },
            ),
        ]);
        let refused = Site::new(&Given {
            kinds,
            regions,
            ..given()
        });
        let refused = refused.unwrap_err();
        let places: Vec<&str> = refused.iter().map(|bad| bad.at.as_str()).collect();
        for place in [
            "regions.江阳",
            "regions.江阳.body",
            "regions.510504.mark",
            "kinds.order.number",
            "kinds.own.title",
            "kinds.own.serves",
            "kinds.appeal.serves",
            "kinds.Bad",
        ] {
            assert!(places.contains(&place), "{place}: {places:?}");
        }
    }

    #[test]
    fn bodies_that_share_a_site_do_not_share_numbers() {
        let regions = BTreeMap::from([(
            "510502".to_owned(),
            GivenRegion {
                body: "江阳区司法局".into(),
                mark: "江司监".into(),
            },
        )]);
        let kinds = BTreeMap::from([("order".to_owned(), kind("川监督〔{year}〕{n}号"))]);
        let refused = Site::new(&Given {
            regions,
            kinds,
            ..given()
        });
        assert!(refused.unwrap_err()[0].why.contains("{mark}"));
    }
}
