//! What the catalogue says of a rule.

use crate::alert::Level;
use crate::definitions::PowerType;
use crate::event::EventKind;

/// One rule of the field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// Its id, like `T8`; alerts carry it.
    pub id: &'static str,
    /// 名称.
    pub name: &'static str,
    /// English name.
    pub name_en: &'static str,
    /// What it holds against what: one sentence, Chinese.
    pub checks: &'static str,
    /// Where it is judged.
    pub tier: Tier,
    /// What a finding of it means.
    pub finding: FindingKind,
    /// How grave, where neither the control point nor a setting says so.
    pub level: Level,
    /// 依据.
    pub legal_basis: &'static [Basis],
    /// What a place may set.
    pub parameters: &'static [Parameter],
    /// What an alert of it carries, Chinese.
    pub evidence: &'static [&'static str],
    /// What happened, for people, where the check itself cannot say it: Chinese, with `{when}` (the event's time),
    /// `{what}` (the event or its step) and `{before}` (the earlier event it rests on). Empty: the check's own words.
    pub message: &'static str,
    /// What to do, Chinese.
    pub remedy: &'static str,
    /// What looks like it and is lawful (domain study 11.7, 11.8).
    pub exceptions: &'static [Exception],
}

impl Rule {
    /// The articles that an alert about an item of this category cites: those that fit it and whose text was read.
    pub fn cited(&self, power_type: Option<PowerType>) -> Option<String> {
        self.cited_of_step(power_type, &[])
    }

    /// The same of an alert about a step that events of these kinds do.
    pub fn cited_of_step(
        &self,
        power_type: Option<PowerType>,
        done_by: &[EventKind],
    ) -> Option<String> {
        let fits = |basis: &&Basis| {
            let named = power_type.is_some_and(|t| basis.power_types.contains(&t));
            let kinds = basis.steps_done_by;
            let of_step = kinds.is_empty() || kinds.iter().any(|kind| done_by.contains(kind));
            let of_type = basis.power_types.is_empty() || named;
            basis.checked && basis.kind == BasisKind::Law && of_type && of_step
        };
        let articles: Vec<&str> = self
            .legal_basis
            .iter()
            .filter(fits)
            .map(|basis| basis.article)
            .collect();
        (!articles.is_empty()).then(|| articles.join("、"))
    }
}

/// Where a rule is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// 实时: of one case, as its events come.
    Stream,
    /// 定期巡检: over many cases, in the archive.
    Inspection,
    /// 导入比对: against figures that come from elsewhere.
    Import,
    /// 处置: of what people do about alerts.
    Disposition,
}

impl Tier {
    /// Every tier.
    pub const ALL: [Tier; 4] = [
        Tier::Stream,
        Tier::Inspection,
        Tier::Import,
        Tier::Disposition,
    ];

    /// The word used in lists.
    pub const fn code(self) -> &'static str {
        match self {
            Tier::Stream => "stream",
            Tier::Inspection => "inspection",
            Tier::Import => "import",
            Tier::Disposition => "disposition",
        }
    }

    /// The field's term.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Tier::Stream => "实时",
            Tier::Inspection => "定期巡检",
            Tier::Import => "导入比对",
            Tier::Disposition => "处置",
        }
    }
}

/// What a finding means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingKind {
    /// 过错: a rule was broken.
    Fault,
    /// 待核: worth a look, no fault is alleged.
    Review,
    /// 数据问题: the records contradict the law of time, each other or their form.
    Data,
    /// 提醒: something is about to be due, or to be asked about.
    Notice,
}

impl FindingKind {
    /// The word used in lists.
    pub const fn code(self) -> &'static str {
        match self {
            FindingKind::Fault => "fault",
            FindingKind::Review => "review",
            FindingKind::Data => "data",
            FindingKind::Notice => "notice",
        }
    }

    /// The field's term.
    pub const fn name_zh(self) -> &'static str {
        match self {
            FindingKind::Fault => "过错",
            FindingKind::Review => "待核",
            FindingKind::Data => "数据问题",
            FindingKind::Notice => "提醒",
        }
    }
}

/// An article that a rule rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Basis {
    /// The article, like `行政许可法第四十四条`.
    pub article: &'static str,
    /// The categories it is law for; empty: all.
    pub power_types: &'static [PowerType],
    /// Its text was read. What was not read is shown as such and never cited in an alert.
    pub checked: bool,
    /// What it is.
    pub kind: BasisKind,
    /// Of a missing step: it is law for steps that events of these kinds do; empty: it is about no step.
    pub steps_done_by: &'static [EventKind],
}

/// What a rule rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BasisKind {
    /// 法律、法规、规章.
    Law,
    /// 地方规定、政策文件: where the rule was found. An alert cites such a paper only where the place itself declares it, as its control
    /// point's or setting's `legal_basis`: another city's paper binds nobody here.
    Policy,
    /// 平台自定: a rule of this platform, which no paper was found for; the section of the domain study that says why. Never cited in an
    /// alert.
    Own,
}

impl BasisKind {
    /// The word used in lists.
    pub const fn code(self) -> &'static str {
        match self {
            BasisKind::Law => "law",
            BasisKind::Policy => "policy",
            BasisKind::Own => "own",
        }
    }
}

impl Basis {
    /// An article that was read and binds every category.
    pub const fn read(article: &'static str) -> Self {
        Self::read_for(article, &[])
    }

    /// An article that was read and binds these categories.
    pub const fn read_for(article: &'static str, power_types: &'static [PowerType]) -> Self {
        Self {
            article,
            power_types,
            checked: true,
            kind: BasisKind::Law,
            steps_done_by: &[],
        }
    }

    /// An article that was read and asks these categories for the steps that events of these kinds do.
    pub const fn of_steps(
        article: &'static str,
        power_types: &'static [PowerType],
        steps_done_by: &'static [EventKind],
    ) -> Self {
        Self {
            steps_done_by,
            ..Self::read_for(article, power_types)
        }
    }

    /// An article or rule known by name, whose text has still to be checked.
    pub const fn unread(article: &'static str) -> Self {
        Self::unread_for(article, &[])
    }

    /// The same, for these categories.
    pub const fn unread_for(article: &'static str, power_types: &'static [PowerType]) -> Self {
        Self {
            checked: false,
            ..Self::read_for(article, power_types)
        }
    }

    /// A local rule or a policy paper that has the rule.
    pub const fn policy(paper: &'static str) -> Self {
        Self {
            kind: BasisKind::Policy,
            ..Self::read_for(paper, &[])
        }
    }

    /// What this platform holds by itself, and the section of the domain study it is from.
    pub const fn own(reason: &'static str) -> Self {
        Self {
            kind: BasisKind::Own,
            ..Self::read_for(reason, &[])
        }
    }

    /// What lists put behind it; nothing for an article that was read.
    pub const fn mark(&self) -> &'static str {
        match (self.kind, self.checked) {
            (BasisKind::Law, true) => "",
            (BasisKind::Law, false) => "〔条文待核〕",
            (BasisKind::Policy, _) => "〔地方规定〕",
            (BasisKind::Own, _) => "〔平台自定〕",
        }
    }
}

/// A number that a place may set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name in settings, like `over`.
    pub name: &'static str,
    /// What it means, Chinese.
    pub meaning: &'static str,
    /// Its value where nothing is set, as settings write it.
    pub default: &'static str,
    /// Its unit, Chinese.
    pub unit: &'static str,
    /// Where the default comes from: an article, a source of the domain study like `S42`, or `D` for our own.
    pub source: &'static str,
}

/// What looks like a breach and is lawful.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exception {
    /// What, Chinese.
    pub text: &'static str,
    /// Where it is from: an article, or a section of the domain study.
    pub source: &'static str,
}
