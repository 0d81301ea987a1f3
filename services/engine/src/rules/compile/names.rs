//! What names in control points stand for: conditions, fields, codes, anchors.

use std::collections::BTreeMap;

use mingjing_domain::definitions::{Anchor, AttributeType, ControlPoint, Name, PointKind, Scalar};

use super::{Builder, Home};
use crate::condition::Condition;
use crate::rules::plan::{Code, CodeHolder, CodeKind, FILE_FIELD, Field};

/// The name of the field that is the start of the visit which an event ends.
const STEP_START: &str = "step_start";

impl Builder<'_> {
    /// A condition of a limit.
    pub(super) fn condition(
        &mut self,
        text: &Name,
        with_event: bool,
        home: &Home<'_>,
    ) -> Option<Condition> {
        self.compiled(text, with_event, &BTreeMap::new(), home)
    }

    /// A condition of the point at hand, which sees its parameters.
    pub(super) fn own_condition(
        &mut self,
        text: &Name,
        with_event: bool,
        home: &Home<'_>,
    ) -> Option<Condition> {
        let parameters = std::mem::take(&mut self.parameters);
        let compiled = self.compiled(text, with_event, &parameters, home);
        self.parameters = parameters;
        compiled
    }

    fn compiled(
        &mut self,
        text: &Name,
        with_event: bool,
        parameters: &BTreeMap<String, Scalar>,
        home: &Home<'_>,
    ) -> Option<Condition> {
        let attributes = self.plan.attributes.iter();
        let attributes: Vec<String> = attributes.map(|a| a.name.clone()).collect();
        let compiled = Condition::compile(text, &attributes, parameters).and_then(|condition| {
            if !with_event && condition.uses_event() {
                return Err("`event.…` has no meaning here: no single event is judged".into());
            }
            Ok(condition)
        });
        compiled
            .map_err(|message| self.problems.push((home.problem)(text.line, message)))
            .ok()
    }

    /// Where codes of a kind stand.
    pub(super) fn codes(&mut self, names: &[Name], kind: CodeKind, home: &Home<'_>) -> Vec<Code> {
        let mut codes = Vec::new();
        for name in names {
            let holder = match (&**name, kind) {
                ("org_code", CodeKind::Credit) => Some(CodeHolder::Org),
                ("region_code", CodeKind::Region) => Some(CodeHolder::Region),
                (other, _) => other
                    .strip_prefix("attributes.")
                    .and_then(|attribute| self.plan.attribute(attribute))
                    .filter(|place| {
                        let declared = &self.plan.attributes[usize::from(*place)];
                        declared.value_type == AttributeType::Text
                    })
                    .map(CodeHolder::Attribute),
            };
            match holder {
                Some(holder) => codes.push(Code {
                    holder,
                    kind,
                    name: name.text.clone(),
                }),
                None => {
                    let own = match kind {
                        CodeKind::Credit => "org_code",
                        CodeKind::Region => "region_code",
                    };
                    let message = format!(
                        "{:?} holds no such code; write {own} or attributes.<declared text>",
                        name.text
                    );
                    self.problems.push((home.problem)(name.line, message));
                }
            }
        }
        codes
    }

    pub(super) fn field(&mut self, name: &Name, home: &Home<'_>) -> Option<(Field, String)> {
        if let Some(field) = Field::plain(&name.text) {
            return Some((field, name.text.clone()));
        }
        let field = match name.text.as_str() {
            STEP_START => Field::Start,
            other if other.len() > FILE_FIELD.len() && other.starts_with(FILE_FIELD) => Field::File,
            other => {
                let attribute = other
                    .strip_prefix("attributes.")
                    .or_else(|| other.strip_prefix("amounts."))
                    .and_then(|a| self.plan.attribute(a));
                let Some(place) = attribute else {
                    let message = format!(
                        "unknown field {other:?}; write actor.id, actor.cert_no, result_code, reason, \
                         legal_basis, party_ref, item_code, org_code, region_code, attachments, step_code, \
                         case_kind, discretion_tier, parent_case_no, step_start, attachments.<kind>, or \
                         attributes.<declared name>"
                    );
                    self.problems.push((home.problem)(name.line, message));
                    return None;
                };
                Field::Attribute(place)
            }
        };
        Some((field, name.text.clone()))
    }

    /// Steps named by anchors must exist: a misspelt one would never speak.
    pub(super) fn anchors_exist(&mut self, point: &ControlPoint, home: &Home<'_>) {
        let lists: Vec<&Vec<Anchor>> = match &point.check {
            PointKind::RequiresBefore {
                event,
                before,
                once,
                ..
            } => vec![event, before, once],
            PointKind::Repeated { event, until, .. } => vec![event, until],
            PointKind::AmountsDiffer {
                owed_on,
                paid_on,
                at,
                ..
            } => vec![owed_on, paid_on, at],
            PointKind::EndedBeforeDue { on, .. } => vec![on],
            PointKind::WrongOrder { first, then } => vec![first, then],
            PointKind::NotTogether { groups } => groups.iter().collect(),
            PointKind::NothingAfter {
                after,
                what,
                except,
                lifted_by,
                ..
            } => vec![after, what, except, lifted_by],
            PointKind::RequiredStep { at, .. } => vec![at],
            PointKind::SamePerson { one, other, .. } => vec![one, other],
            PointKind::ResentAfter { after, lifted_by } => vec![after, lifted_by],
            PointKind::MissingField { on, .. }
            | PointKind::MalformedCode { on, .. }
            | PointKind::StartMoved { on }
            | PointKind::Unclosed { after: on, .. }
            | PointKind::Condition { on, .. }
            | PointKind::NightOrHoliday { on, .. }
            | PointKind::TooFewOfficers { on, .. }
            | PointKind::Certificate { on, .. }
            | PointKind::NotAssigned { on, .. }
            | PointKind::UnplannedInspection { on }
            | PointKind::DiscretionAmount { on, .. }
            | PointKind::DiscretionTier { on }
            | PointKind::Fee { on }
            | PointKind::Collector { on } => vec![on],
            _ => Vec::new(),
        };
        for anchor in lists.into_iter().flatten() {
            self.anchor_exists(anchor, home);
        }
    }
}
