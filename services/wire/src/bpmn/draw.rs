//! A drawing for definitions that came without one.

use std::collections::{BTreeMap, BTreeSet};

use crate::datum::Datum;
use crate::xml::{Element, Node};

use super::annotate::{parallel, parted, texts, undrawn, unrestricted};
use super::derive::DrawnStep;
use super::layout::{self, Bounds, Item};
use super::{BPMN, BPMNDI, DC, DI, ExportError, MINGJING, bpmn, extension};

/// Names of offices by code, for lanes.
pub type Offices = BTreeMap<String, String>;

pub(super) fn draw(flowcharts: &[Datum], offices: &Offices) -> Result<Element, ExportError> {
    let mut root = Element::new("definitions", &bpmn())
        .with("xmlns", BPMN)
        .with("xmlns:bpmndi", BPMNDI)
        .with("xmlns:dc", DC)
        .with("xmlns:di", DI)
        .with(&format!("xmlns:{}", extension::PREFIX), MINGJING)
        .with("id", "definitions")
        .with("targetNamespace", "urn:mingjing:flowcharts")
        .with("exporter", "mingjing");
    let mut pools = Element::new("collaboration", &bpmn()).with("id", "pools");
    let mut plane = di("BPMNPlane")
        .with("id", "plane")
        .with("bpmnElement", "pools");
    let mut processes = Vec::new();
    let mut top = 80;
    for (at, chart) in flowcharts.iter().enumerate() {
        let id = format!("p{}", at + 1);
        let name = chart.text_of("name").unwrap_or_default();
        let sketch = Sketch::new(chart, &id);
        pools.push(
            Element::new("participant", &bpmn())
                .with("id", format!("{id}-pool"))
                .with("name", name)
                .with("processRef", &id),
        );
        processes.push(sketch.process(chart, name, offices)?);
        top = sketch.diagram(top, &mut plane) + 40;
    }
    root.push(pools);
    for process in processes {
        root.push(process);
    }
    root.push(di("BPMNDiagram").with("id", "diagram").holding(plane));
    Ok(root)
}

fn di(name: &str) -> Element {
    Element::new(format!("bpmndi:{name}"), &BPMNDI.into())
}

/// A node of the drawing.
struct Shape {
    id: String,
    tag: &'static str,
    /// The step's place, for activities.
    step: Option<usize>,
    lane: usize,
}

/// Nodes and flows of one flowchart.
struct Sketch {
    id: String,
    nodes: Vec<Shape>,
    flows: Vec<(usize, usize)>,
    /// Office codes; none for steps without office.
    lanes: Vec<Option<String>>,
    /// The node of each step.
    of_step: BTreeMap<String, usize>,
    drawn_pairs: BTreeSet<(String, String)>,
}

impl Sketch {
    fn new(chart: &Datum, id: &str) -> Self {
        let steps = chart.get("steps").map(Datum::items).unwrap_or_default();
        let mut lanes: Vec<Option<String>> = Vec::new();
        let mut sketch = Self {
            id: id.to_owned(),
            nodes: Vec::new(),
            flows: Vec::new(),
            lanes: Vec::new(),
            of_step: BTreeMap::new(),
            drawn_pairs: BTreeSet::new(),
        };
        let lane_of = |step: &Datum, lanes: &mut Vec<Option<String>>| {
            let office = step.scalar_of("office");
            lanes.iter().position(|l| *l == office).unwrap_or_else(|| {
                lanes.push(office);
                lanes.len() - 1
            })
        };
        let first_lane = steps.first().map_or(0, |step| lane_of(step, &mut lanes));
        let start = sketch.node("startEvent", None, first_lane);
        for (at, step) in steps.iter().enumerate() {
            let lane = lane_of(step, &mut lanes);
            let node = sketch.node("userTask", Some(at), lane);
            sketch
                .of_step
                .insert(step.scalar_of("code").unwrap_or_default(), node);
        }
        sketch.lanes = lanes;
        let explicit = steps
            .iter()
            .any(|s| s.get("first") == Some(&Datum::Bool(true)));
        let firsts: Vec<String> = steps
            .iter()
            .enumerate()
            .filter(|(at, s)| s.get("first") == Some(&Datum::Bool(true)) || (!explicit && *at == 0))
            .filter_map(|(_, s)| s.scalar_of("code"))
            .collect();
        sketch.fan(start, &firsts, &BTreeSet::new());
        let pairs = parallel(steps);
        let mut end = None;
        for step in steps {
            let from = sketch.of_step[&step.scalar_of("code").unwrap_or_default()];
            let next = texts(step.get("next"));
            // In the order of the list, so that the same definition makes the same drawing.
            let order = steps.iter().filter_map(|s| s.scalar_of("code"));
            let next: Vec<String> = order.filter(|code| next.contains(code)).collect();
            if !next.is_empty() {
                sketch.fan(from, &next, &pairs);
            } else if !unrestricted(step) {
                let lane = sketch.nodes[from].lane;
                let to = *end.get_or_insert_with(|| sketch.node("endEvent", None, lane));
                sketch.flows.push((from, to));
            }
        }
        sketch
    }

    fn node(&mut self, tag: &'static str, step: Option<usize>, lane: usize) -> usize {
        let id = format!("{}-n{}", self.id, self.nodes.len() + 1);
        self.nodes.push(Shape {
            id,
            tag,
            step,
            lane,
        });
        self.nodes.len() - 1
    }

    /// From a node to steps: those that may run at the same time behind a parallel gateway, the choice behind an
    /// exclusive one.
    fn fan(&mut self, from: usize, next: &[String], pairs: &BTreeSet<(String, String)>) {
        let mut groups: Vec<Vec<&String>> = Vec::new();
        for code in next {
            let fits = |group: &&mut Vec<&String>| {
                group
                    .iter()
                    .all(|other| pairs.contains(&(code.clone(), (*other).clone())))
            };
            match groups.iter_mut().find(fits) {
                Some(group) => group.push(code),
                None => groups.push(vec![code]),
            }
        }
        let lane = self.nodes[from].lane;
        let choice = match groups.len() {
            0 | 1 => from,
            _ => {
                let gateway = self.node("exclusiveGateway", None, lane);
                self.flows.push((from, gateway));
                gateway
            }
        };
        for group in groups {
            let fork = if group.len() == 1 {
                choice
            } else {
                let gateway = self.node("parallelGateway", None, lane);
                self.flows.push((choice, gateway));
                for (at, one) in group.iter().enumerate() {
                    for other in &group[at + 1..] {
                        self.drawn_pairs.insert(((*one).clone(), (*other).clone()));
                        self.drawn_pairs.insert(((*other).clone(), (*one).clone()));
                    }
                }
                gateway
            };
            for code in group {
                let to = self.of_step[code];
                self.flows.push((fork, to));
            }
        }
    }

    fn process(
        &self,
        chart: &Datum,
        name: &str,
        offices: &Offices,
    ) -> Result<Element, ExportError> {
        let mut process = Element::new("process", &bpmn())
            .with("id", &self.id)
            .with("name", name)
            .with("isExecutable", "false");
        let (whole, mut limits) = parted(chart);
        process.push(extensions(extension::element("flowchart", &whole)?));
        if self.lanes.iter().any(Option::is_some) {
            let mut set = Element::new("laneSet", &bpmn()).with("id", format!("{}-lanes", self.id));
            for (at, office) in self.lanes.iter().enumerate() {
                set.push(self.lane(at, office.as_deref(), offices)?);
            }
            process.push(set);
        }
        let steps = chart.get("steps").map(Datum::items).unwrap_or_default();
        for (at, node) in self.nodes.iter().enumerate() {
            let mut element = Element::new(node.tag, &bpmn()).with("id", &node.id);
            if let Some(step) = node.step.map(|step| &steps[step]) {
                let code = step.scalar_of("code").unwrap_or_default();
                element.set("name", step.text_of("name").unwrap_or_default());
                let drawn = self.as_drawn(step, at);
                if let Some(text) = &drawn.requirement {
                    let mut documentation = Element::new("documentation", &bpmn());
                    documentation.children.push(Node::Text(text.clone()));
                    element.push(documentation);
                }
                let limits = limits.remove(&code).unwrap_or_default();
                element.push(extensions(extension::element(
                    "step",
                    &undrawn(step, &drawn, limits),
                )?));
            }
            for (flow, (from, to)) in self.flows.iter().enumerate() {
                let mut reference = |tag: &str| {
                    let mut child = Element::new(tag, &bpmn());
                    child.children.push(Node::Text(self.flow_id(flow)));
                    element.push(child);
                };
                if *to == at {
                    reference("incoming");
                }
                if *from == at {
                    reference("outgoing");
                }
            }
            // The schema has all that come in before all that go out.
            element.children.sort_by_key(|node| match node {
                Node::Element(e) if e.is(BPMN, "incoming") => 1,
                Node::Element(e) if e.is(BPMN, "outgoing") => 2,
                _ => 0,
            });
            process.push(element);
        }
        for (flow, (from, to)) in self.flows.iter().enumerate() {
            process.push(
                Element::new("sequenceFlow", &bpmn())
                    .with("id", self.flow_id(flow))
                    .with("sourceRef", &self.nodes[*from].id)
                    .with("targetRef", &self.nodes[*to].id),
            );
        }
        Ok(process)
    }

    /// What the drawing says of a step by itself.
    fn as_drawn(&self, step: &Datum, node: usize) -> DrawnStep {
        let code = step.scalar_of("code").unwrap_or_default();
        let beside = self.drawn_pairs.iter().filter(|(a, _)| *a == code);
        DrawnStep {
            node,
            name: step.text_of("name").unwrap_or_default().to_owned(),
            // A reader trims what stands between tags.
            requirement: step
                .text_of("requirement")
                .filter(|text| !text.is_empty() && text.trim() == *text)
                .map(Into::into),
            office: step.scalar_of("office"),
            first: false,
            next: Vec::new(),
            parallel_with: beside.map(|(_, b)| b.clone()).collect(),
            repeatable: false,
            said: Datum::Null,
            code,
        }
    }

    fn lane(
        &self,
        at: usize,
        office: Option<&str>,
        offices: &Offices,
    ) -> Result<Element, ExportError> {
        let mut lane =
            Element::new("lane", &bpmn()).with("id", format!("{}-lane{}", self.id, at + 1));
        if let Some(code) = office {
            lane.set("name", offices.get(code).map_or(code, String::as_str));
            let code = Datum::Map(vec![("code".into(), Datum::text(code))]);
            lane.push(extensions(extension::element("office", &code)?));
        }
        for node in self.nodes.iter().filter(|node| node.lane == at) {
            let mut reference = Element::new("flowNodeRef", &bpmn());
            reference.children.push(Node::Text(node.id.clone()));
            lane.push(reference);
        }
        Ok(lane)
    }

    fn flow_id(&self, flow: usize) -> String {
        format!("{}-f{}", self.id, flow + 1)
    }

    /// Shapes and edges; answers where the pool ends.
    fn diagram(&self, top: i32, plane: &mut Element) -> i32 {
        let items: Vec<Item> = self.nodes.iter().map(Shape::item).collect();
        let layout = layout::place(&items, &self.flows, self.lanes.len(), top);
        let mut shape = |id: &str, bounds: Bounds, band: bool| {
            let mut shape = di("BPMNShape")
                .with("id", format!("{id}-shape"))
                .with("bpmnElement", id);
            if band {
                shape.set("isHorizontal", "true");
            }
            let bounds = Element::new("dc:Bounds", &DC.into())
                .with("x", bounds.x.to_string())
                .with("y", bounds.y.to_string())
                .with("width", bounds.width.to_string())
                .with("height", bounds.height.to_string());
            plane.push(shape.holding(bounds));
        };
        shape(&format!("{}-pool", self.id), layout.pool, true);
        if self.lanes.iter().any(Option::is_some) {
            for (at, bounds) in layout.lanes.iter().enumerate() {
                shape(&format!("{}-lane{}", self.id, at + 1), *bounds, true);
            }
        }
        for (node, bounds) in self.nodes.iter().zip(&layout.items) {
            shape(&node.id, *bounds, false);
        }
        for (flow, bends) in layout.edges.iter().enumerate() {
            let id = self.flow_id(flow);
            let mut edge = di("BPMNEdge")
                .with("id", format!("{id}-edge"))
                .with("bpmnElement", id);
            for (x, y) in bends {
                edge.push(
                    Element::new("di:waypoint", &DI.into())
                        .with("x", x.to_string())
                        .with("y", y.to_string()),
                );
            }
            plane.push(edge);
        }
        layout.pool.y + layout.pool.height
    }
}

impl Shape {
    fn item(&self) -> Item {
        let (width, height) = match self.tag {
            "userTask" => (100, 80),
            "exclusiveGateway" | "parallelGateway" => (50, 50),
            _ => (36, 36),
        };
        Item {
            width,
            height,
            lane: self.lane,
        }
    }
}

fn extensions(inside: Element) -> Element {
    Element::new("extensionElements", &bpmn()).holding(inside)
}
