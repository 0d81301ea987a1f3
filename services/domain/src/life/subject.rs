//! What a draft is about: documents of one kind, each with its id and, where its kind has versions, its version.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::definitions::{DefinitionFile, DefinitionSet, Problem};

/// The kinds of definitions, as their documents say in `kind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 行使主体、内设机构、岗位与人员.
    Body,
    /// 权力事项.
    Item,
    /// 流程图.
    Flowchart,
    /// 通用监察点.
    GeneralPoints,
    /// 裁量基准.
    Discretion,
    /// 收费标准.
    Fees,
    /// 检查计划.
    InspectionPlan,
    /// 规则设置.
    RuleSettings,
    /// 考评办法.
    ScoreModel,
    /// 工作日历.
    Calendar,
    /// 来源系统.
    Source,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 11] = [
        Kind::Body,
        Kind::Item,
        Kind::Flowchart,
        Kind::GeneralPoints,
        Kind::Discretion,
        Kind::Fees,
        Kind::InspectionPlan,
        Kind::RuleSettings,
        Kind::ScoreModel,
        Kind::Calendar,
        Kind::Source,
    ];

    /// The word in documents.
    pub const fn code(self) -> &'static str {
        match self {
            Kind::Body => "body",
            Kind::Item => "item",
            Kind::Flowchart => "flowchart",
            Kind::GeneralPoints => "general_points",
            Kind::Discretion => "discretion",
            Kind::Fees => "fees",
            Kind::InspectionPlan => "inspection_plan",
            Kind::RuleSettings => "rule_settings",
            Kind::ScoreModel => "score_model",
            Kind::Calendar => "calendar",
            Kind::Source => "source",
        }
    }

    /// The field's term.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Kind::Body => "行使主体",
            Kind::Item => "权力事项",
            Kind::Flowchart => "流程图",
            Kind::GeneralPoints => "通用监察点",
            Kind::Discretion => "裁量基准",
            Kind::Fees => "收费标准",
            Kind::InspectionPlan => "检查计划",
            Kind::RuleSettings => "规则设置",
            Kind::ScoreModel => "考评办法",
            Kind::Calendar => "工作日历",
            Kind::Source => "来源系统",
        }
    }

    /// The kind with this word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Whether several versions of one id are in force side by side, each for the cases of its time. Of other kinds a new document
    /// takes the old one's place.
    pub const fn has_versions(self) -> bool {
        matches!(
            self,
            Kind::Flowchart | Kind::Discretion | Kind::Fees | Kind::RuleSettings | Kind::ScoreModel
        )
    }
}

/// One document of a draft.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Subject {
    /// Its kind.
    pub kind: Kind,
    /// Its id or code.
    pub id: String,
    /// Its version, where it says one.
    pub version: Option<String>,
    /// 名称.
    pub name: String,
    /// 生效日期 that it says itself.
    pub effective_from: Option<NaiveDate>,
}

impl Subject {
    /// What no two documents in force may share.
    pub fn key(&self) -> (Kind, &str, Option<&str>) {
        let version = self.version.as_deref().filter(|_| self.kind.has_versions());
        (self.kind, &self.id, version)
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}“{}”（{}", self.kind.name_zh(), self.name, self.id)?;
        match &self.version {
            Some(version) => write!(f, "，版本 {version}）"),
            None => f.write_str("）"),
        }
    }
}

/// A draft's text, read.
#[derive(Clone, Debug)]
pub struct Content {
    /// Its kind.
    pub kind: Kind,
    /// Its documents, in order.
    pub subjects: Vec<Subject>,
    /// What they say.
    pub set: DefinitionSet,
}

impl Content {
    /// Reads a draft's text: one or more documents of one kind.
    ///
    /// # Errors
    /// Every problem with its line; references to other definitions are not asked about here.
    pub fn read(name: &str, text: &str) -> Result<Self, Vec<Problem>> {
        let file = DefinitionFile {
            name: name.to_owned(),
            text: text.to_owned(),
        };
        let (set, problems) = DefinitionSet::read(vec![file]);
        if !problems.is_empty() {
            return Err(problems);
        }
        let subjects = subjects(&set);
        let whole = |message: String| {
            vec![Problem {
                file: name.to_owned(),
                line: 0,
                message,
            }]
        };
        let Some(kind) = subjects.first().map(|subject| subject.kind) else {
            return Err(whole(
                "草案里没有定义：请放入一个或几个同类的文档（kind: flowchart 等）".into(),
            ));
        };
        if let Some(other) = subjects.iter().find(|subject| subject.kind != kind) {
            return Err(whole(format!(
                "草案里既有{}又有{}：各类定义的审核不同，请分开起草",
                kind.name_zh(),
                other.kind.name_zh()
            )));
        }
        Ok(Self {
            kind,
            subjects,
            set,
        })
    }
}

/// Every document of a set.
pub(super) fn subjects(set: &DefinitionSet) -> Vec<Subject> {
    let mut found = Vec::new();
    let mut add = |kind, id: &str, version: Option<&str>, name: &str, from: Option<NaiveDate>| {
        found.push(Subject {
            kind,
            id: id.to_owned(),
            version: version.map(Into::into),
            name: name.to_owned(),
            effective_from: from,
        });
    };
    for body in set.bodies.iter().map(|d| &d.value) {
        add(Kind::Body, &body.code, None, &body.name, body.since);
    }
    for item in set.items.iter().map(|d| &d.value) {
        add(
            Kind::Item,
            &item.code,
            None,
            &item.name,
            Some(item.effective_from),
        );
    }
    for chart in set.flowcharts.iter().map(|d| &d.value) {
        let from = Some(chart.effective_from);
        add(
            Kind::Flowchart,
            &chart.id,
            Some(&chart.version),
            &chart.name,
            from,
        );
    }
    for points in set.general_points.iter().map(|d| &d.value) {
        add(
            Kind::GeneralPoints,
            &points.id,
            Some(&points.version),
            &points.id,
            None,
        );
    }
    for table in set.discretions.iter().map(|d| &d.value) {
        let name = table.name.as_deref().unwrap_or(&table.id);
        let from = Some(table.effective_from);
        add(
            Kind::Discretion,
            &table.id,
            Some(&table.version),
            name,
            from,
        );
    }
    for fees in set.fees.iter().map(|d| &d.value) {
        let (name, from) = (
            fees.name.as_deref().unwrap_or(&fees.id),
            Some(fees.effective_from),
        );
        add(Kind::Fees, &fees.id, Some(&fees.version), name, from);
    }
    for plan in set.inspection_plans.iter().map(|d| &d.value) {
        add(
            Kind::InspectionPlan,
            &plan.id,
            None,
            &plan.name,
            Some(plan.from),
        );
    }
    for settings in set.rule_settings.iter().map(|d| &d.value) {
        let name = settings.name.as_deref().unwrap_or(&settings.id);
        let from = Some(settings.effective_from);
        add(
            Kind::RuleSettings,
            &settings.id,
            Some(&settings.version),
            name,
            from,
        );
    }
    for model in set.score_models.iter().map(|d| &d.value) {
        let from = Some(model.effective_from);
        add(
            Kind::ScoreModel,
            &model.id,
            Some(&model.version),
            &model.name,
            from,
        );
    }
    for calendar in set.calendars.iter().map(|d| &d.value) {
        let version = calendar.versions.last().map(|v| v.version.as_str());
        add(Kind::Calendar, &calendar.id, version, &calendar.name, None);
    }
    for source in set.sources.iter().map(|d| &d.value) {
        add(Kind::Source, &source.id, None, &source.name, None);
    }
    found
}
