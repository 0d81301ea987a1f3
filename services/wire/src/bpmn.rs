//! Flowcharts from and to BPMN 2.0.
//!
//! [`Model::read`] takes a model as any modeler writes it. [`Model::flowcharts`] makes one flowchart of each process
//! with activities in it: activities become steps, the ways between them their successors, lanes offices, timers
//! limits. Every element that the platform cannot enforce is told in a [`Note`], with its place and what that means for
//! supervision. [`export`] goes the other way: into the drawing that the flowchart came from, of which nothing is lost, or, without
//! one, into a new drawing that is laid out simply.
//!
//! What BPMN has no element for (limits, control points, special procedures) lies in extension elements of our
//! own namespace, below `extensionElements` of the process and of its activities, where modelers keep what they do not know.
//! Loosening is allowed, tightening is not: where a construct cannot be held exactly, the flowchart permits more than the
//! model, so that lawful conduct raises nothing.

mod annotate;
mod derive;
mod draw;
mod duration;
mod extension;
mod graph;
mod layout;
mod meaning;
mod names;
mod note;
mod process;
mod read;

use std::fmt;
use std::sync::Arc;

pub use derive::{Derived, Options};
pub use draw::Offices;
pub use note::{Coverage, Note};
pub use read::Model;

use crate::datum::Datum;
use crate::refusal::{Position, Words};
use crate::xml;

/// BPMN 2.0's model namespace (ISO/IEC 19510).
const BPMN: &str = "http://www.omg.org/spec/BPMN/20100524/MODEL";
/// Its diagrams.
const BPMNDI: &str = "http://www.omg.org/spec/BPMN/20100524/DI";
/// Bounds.
const DC: &str = "http://www.omg.org/spec/DD/20100524/DC";
/// Waypoints.
const DI: &str = "http://www.omg.org/spec/DD/20100524/DI";
/// Our extension elements.
pub const MINGJING: &str = "urn:mingjing:bpmn:1";

/// Something in a file that keeps it from being read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where; columns count characters.
    pub at: Position,
    /// What is wrong, and what to do.
    pub what: Words,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Problem { at, what } = self;
        write!(f, "{}:{}: {} ({})", at.line, at.column, what.zh, what.en)
    }
}

impl Problem {
    fn new(at: Position, en: impl Into<Box<str>>, zh: impl Into<Box<str>>) -> Self {
        Self {
            at,
            what: Words::new(en, zh),
        }
    }
}

/// A model that cannot be read: every problem found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the file is not a BPMN 2.0 model that can be read: {} problem(s)", problems.len())]
pub struct Unreadable {
    /// In document order.
    pub problems: Vec<Problem>,
}

/// A flowchart that cannot be written as BPMN.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    /// The drawing beside it is no readable model.
    #[error("the drawing beside the definition cannot be read")]
    Drawing(#[source] Unreadable),
    /// Something in the definition has no place in XML.
    #[error("the definition holds {what}, which cannot be written as BPMN")]
    Unwritable {
        /// What, in words.
        what: String,
    },
}

/// What an export made.
#[derive(Clone, Debug)]
pub struct Exported {
    /// The document.
    pub xml: String,
    /// Flowcharts that their drawing no longer fits, with the reasons: they were drawn anew.
    pub redrawn: Vec<(String, Vec<String>)>,
}

/// Writes flowcharts as one BPMN document. With the drawing they came from, it is that drawing with the definitions'
/// present contents; a flowchart whose steps or ways differ from it is drawn anew, by itself, and so are all that come without.
///
/// # Errors
/// The drawing cannot be read, or a definition holds what XML cannot.
pub fn export(
    flowcharts: &[Datum],
    drawing: Option<&[u8]>,
    offices: &Offices,
) -> Result<Exported, ExportError> {
    let Some(drawing) = drawing else {
        let root = draw::draw(flowcharts, offices)?;
        return Ok(Exported {
            xml: xml::write(&root),
            redrawn: Vec::new(),
        });
    };
    let model = Model::read(drawing).map_err(ExportError::Drawing)?;
    let annotated = annotate::annotate(&model, &model.drawn(None, None), flowcharts)?;
    if annotated.misfits.is_empty() {
        return Ok(Exported {
            xml: xml::write(&annotated.root),
            redrawn: Vec::new(),
        });
    }
    let root = draw::draw(flowcharts, offices)?;
    Ok(Exported {
        xml: xml::write(&root),
        redrawn: annotated.misfits,
    })
}

/// The model with what its definitions say in it, to lie beside them: what an export begins with. Steps keep their codes
/// and flowcharts their ids whatever is renamed in the drawing.
///
/// # Errors
/// A definition holds what XML cannot.
pub fn companion(
    model: &Model,
    options: &Options,
    flowcharts: &[Datum],
) -> Result<String, ExportError> {
    let drawn = model.drawn(options.process.as_deref(), options.id.as_deref());
    let annotated = annotate::annotate(model, &drawn, flowcharts)?;
    Ok(xml::write(&annotated.root))
}

/// Namespaces as elements carry them.
fn bpmn() -> Arc<str> {
    BPMN.into()
}

#[cfg(test)]
mod tests;
