//! Steps and attributes of a flowchart.

use mingjing_domain::Timestamp;
use mingjing_domain::definitions::{Attribute, AttributeType, Document, Flowchart, Name};

use super::{Builder, Home};
use crate::condition::Attr;
use crate::rules::plan::{PlanAttribute, PlanStep};

impl Builder<'_> {
    pub(super) fn attributes(&mut self, attributes: &[Attribute], home: &Home<'_>) {
        for attribute in attributes {
            if self.plan.attribute(&attribute.name).is_some() {
                let message = format!("attribute {:?} is declared twice", attribute.name.text);
                self.problems
                    .push((home.problem)(attribute.name.line, message));
            }
            let default = match &attribute.default {
                None => Attr::Unknown,
                Some(value) => match attr_from_json(value, attribute.value_type) {
                    Some(value) => value,
                    None => {
                        let message = format!(
                            "the default of {:?} is not of its type",
                            attribute.name.text
                        );
                        self.problems
                            .push((home.problem)(attribute.name.line, message));
                        Attr::Unknown
                    }
                },
            };
            self.plan.attributes.push(PlanAttribute {
                name: attribute.name.text.clone(),
                value_type: attribute.value_type,
                default,
            });
        }
    }

    pub(super) fn steps(&mut self, document: &Document<Flowchart>) {
        let steps = &document.value.steps;
        for (at, step) in steps.iter().enumerate() {
            let place = at as u16;
            if self
                .plan
                .step_by_code
                .insert(step.code.text.clone(), place)
                .is_some()
            {
                let message = format!("step {:?} is defined twice", step.code.text);
                self.problems
                    .push(document.problem(step.code.line, message));
            }
            for kind in &step.done_by {
                let slot = &mut self.plan.step_by_kind[*kind as usize];
                if let Some(other) = slot.replace(place) {
                    let message = format!(
                        "`{}` already means step {:?}",
                        kind.code(),
                        steps[usize::from(other)].code.text
                    );
                    self.problems
                        .push(document.problem(step.code.line, message));
                }
            }
        }
        let none_first = !steps.iter().any(|s| s.first);
        for (at, step) in steps.iter().enumerate() {
            let next = step
                .next
                .as_ref()
                .map(|names| self.step_places(names, document));
            let parallel = self.step_places(&step.parallel_with, document);
            self.plan.steps.push(PlanStep {
                code: step.code.text.clone(),
                name: step.name.clone(),
                office: step.office.clone(),
                first: step.first || (none_first && at == 0),
                next,
                parallel,
                repeatable: step.repeatable,
                done_by: step.done_by.clone(),
                if_missing: [true, false].map(|left_open| step.grave_if_missing(left_open)),
            });
        }
        // Running at the same time is mutual, whichever of the two says it.
        for at in 0..self.plan.steps.len() {
            for other in self.plan.steps[at].parallel.clone() {
                let back = &mut self.plan.steps[usize::from(other)].parallel;
                if !back.contains(&(at as u16)) {
                    back.push(at as u16);
                }
            }
        }
    }

    fn step_places(&mut self, names: &[Name], document: &Document<Flowchart>) -> Vec<u16> {
        let mut places = Vec::new();
        for name in names {
            match self.plan.step_by_code.get(name.text.as_str()) {
                Some(place) => places.push(*place),
                None => self
                    .problems
                    .push(document.problem(name.line, format!("unknown step {:?}", name.text))),
            }
        }
        places
    }
}

/// A JSON value as a declared attribute's value; none where it is not of the type.
fn attr_from_json(value: &serde_json::Value, value_type: AttributeType) -> Option<Attr> {
    Some(match value_type {
        AttributeType::Amount | AttributeType::Int => Attr::Int(value.as_i64()?),
        AttributeType::Float => Attr::Float(value.as_f64()?),
        AttributeType::Bool => Attr::Bool(value.as_bool()?),
        AttributeType::Text => Attr::of_text(value.as_str()?),
        AttributeType::Instant => Attr::Instant(Timestamp::parse(value.as_str()?).ok()?),
    })
}
