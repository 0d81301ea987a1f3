//! Definitions: bodies, power items, flowcharts with their limits and control points, as published data.
//!
//! A definitions folder holds YAML files; a file holds one or more documents parted by `---`, each with
//! a `kind`: `body`, `item`, `flowchart`, `general_points`, `discretion`, `fees`, `inspection_plan`, `rule_settings`,
//! `score_model`, `calendar`, `regions` or `source`. A published
//! version never changes. [`DefinitionSet::read`] reads texts (the folder is somebody else's) and answers
//! with the set and every problem found, each with file and line.

mod alignment;
mod certificates;
mod discretion;
mod duty;
mod fees;
mod findings;
mod flowchart;
mod inspection_plan;
mod phone;
mod point;
mod power;
mod read;
pub mod regions;
mod register;
pub mod score_model;
mod settings;
mod usage;
mod vain;

pub use alignment::{Difference, differences};
pub use certificates::{CertificateStanding, ENDING_DAYS};
pub use discretion::{BadRatio, Discretion, DiscretionAct, Range, Ratio, RatioOf, Tier};
pub use duty::{Expectation, Responsibility};
pub use fees::{FeeItem, Fees, Rate, Relief, Standard};
pub use flowchart::{
    Anchor, Attribute, AttributeType, BadAnchor, DeemedFrom, Effect, Flowchart, Judged, Limit,
    LimitKind, Occurrence, REVIEW_AFTER, RiskGrade, RiskPoint, SpecialProcedure, Step,
};
pub use inspection_plan::InspectionPlan;
pub use phone::{BadPhone, OfficePhone};
pub use point::{ControlPoint, GeneralPoints, Percent, PointKind, Rung, RungAt};
pub use power::{
    ActingBody, ActingGround, Material, MaterialForm, PowerItem, PowerLevel, PowerStatus,
    PowerType, RunningCases,
};
pub use read::{DefinitionFile, DefinitionSet, Document, Problem, split_documents};
pub use regions::{Region, Regions};
pub use register::{Body, BodyNature, Certificate, Office, Officer, Post, Rank, StandIn};
pub use score_model::{
    BadPoints, Bonus, Conversion, Count, Formula, Grade, Grades, LeftOut, Limits, Per, Points,
    ScoreClass, ScoreItem, ScoreModel, ScorePart, ScorePeriod, ScoreSubject, Term, TermOf,
};
pub use settings::{Adjusted, Place, RuleSettings, Scalar, Setting, adjusted};
pub use usage::{Borne, CodeOf, Usage};

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use serde_saphyr::Spanned;

/// A text that remembers the line it stands on, for problems that name the place. Where it stands is no part of what
/// it is: equal texts are equal names.
#[derive(Clone, Debug)]
pub struct Name {
    /// The text.
    pub text: String,
    /// Its line in its document, from 1; 0 where unknown.
    pub line: u32,
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Name {}

impl Name {
    /// A name from nowhere, for definitions built in code.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            line: 0,
        }
    }
}

impl std::ops::Deref for Name {
    type Target = str;
    fn deref(&self) -> &str {
        &self.text
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<String>::deserialize(d)?;
        let line = u32::try_from(spanned.referenced.line()).unwrap_or(0);
        Ok(Name {
            text: spanned.value,
            line,
        })
    }
}

impl JsonSchema for Name {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Name".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(g: &mut schemars::SchemaGenerator) -> schemars::Schema {
        String::json_schema(g)
    }
}

/// The JSON Schema of one kind of document (`kind` itself included); none for an unknown kind.
pub fn json_schema(kind: &str) -> Option<serde_json::Value> {
    let schema = match kind {
        "body" => schemars::schema_for!(Body),
        "item" => schemars::schema_for!(PowerItem),
        "flowchart" => schemars::schema_for!(Flowchart),
        "general_points" => schemars::schema_for!(GeneralPoints),
        "discretion" => schemars::schema_for!(Discretion),
        "fees" => schemars::schema_for!(Fees),
        "inspection_plan" => schemars::schema_for!(InspectionPlan),
        "rule_settings" => schemars::schema_for!(RuleSettings),
        "score_model" => schemars::schema_for!(ScoreModel),
        "calendar" => schemars::schema_for!(crate::calendar::CalendarDefinition),
        "regions" => schemars::schema_for!(Regions),
        "source" => schemars::schema_for!(crate::source::Source),
        _ => return None,
    };
    let mut schema = schema.to_value();
    schema["properties"]["kind"] = serde_json::json!({ "const": kind });
    if let Some(required) = schema["required"].as_array_mut() {
        required.insert(0, "kind".into());
    }
    Some(schema)
}
