//! A process of a model: its nodes, the flows between them, its lanes.

use crate::refusal::Position;
use crate::xml::Element;

/// A `process` with what stands in it, sub-processes included.
#[derive(Clone, Debug)]
pub(super) struct Process {
    pub(super) id: String,
    /// Its own name, or that of the pool that shows it.
    pub(super) name: Option<String>,
    pub(super) at: Position,
    /// Our own extension: what a flowchart has beside its steps.
    pub(super) extension: Option<Element>,
    pub(super) nodes: Vec<FlowNode>,
    pub(super) flows: Vec<Flow>,
    pub(super) lanes: Vec<Lane>,
    /// From compensation events to what they call.
    pub(super) compensations: Vec<(usize, usize)>,
}

/// An activity, event or gateway.
#[derive(Clone, Debug)]
pub(super) struct FlowNode {
    pub(super) id: String,
    /// Its element's name, like `userTask`.
    pub(super) tag: String,
    pub(super) kind: Kind,
    /// Its name on one line.
    pub(super) name: Option<String>,
    pub(super) at: Position,
    /// The sub-process it stands in.
    pub(super) parent: Option<usize>,
    pub(super) lane: Option<usize>,
    pub(super) documentation: Option<String>,
    /// Our own extension: what a step has that is not drawn.
    pub(super) extension: Option<Element>,
    pub(super) timer: Option<Timer>,
    /// The name of a link event.
    pub(super) link: Option<String>,
    /// It bears a loop marker.
    pub(super) looped: bool,
    /// It runs only to undo something.
    pub(super) undoes: bool,
}

/// What a node does to the course of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Somebody works: a step.
    Activity,
    /// A sub-process with something in it.
    Container(Inside),
    Gateway(Gateway),
    Start,
    End,
    /// An event on the way, waited for or caused.
    Event,
    /// An event at the edge of an activity or sub-process.
    Boundary {
        host: usize,
        interrupts: bool,
    },
}

/// How what is in a sub-process comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inside {
    /// In the course of things.
    Ordered,
    /// In any order, any number of times.
    AdHoc,
    /// When an event comes, at any time.
    OnEvent,
}

/// The kinds of gateways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gateway {
    Exclusive,
    Parallel,
    Inclusive,
    EventBased,
    Complex,
}

/// A timer as drawn.
#[derive(Clone, Debug)]
pub(super) struct Timer {
    /// `timeDuration`, `timeDate`, `timeCycle`; empty where nothing is said.
    pub(super) kind: String,
    pub(super) text: String,
}

/// A sequence flow.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flow {
    pub(super) from: usize,
    pub(super) to: usize,
}

/// A lane: who does what stands in it.
#[derive(Clone, Debug)]
pub(super) struct Lane {
    pub(super) id: String,
    pub(super) name: Option<String>,
    /// Our own extension: the office's code.
    pub(super) extension: Option<Element>,
}

impl FlowNode {
    pub(super) fn is_activity(&self) -> bool {
        self.kind == Kind::Activity
    }
}
