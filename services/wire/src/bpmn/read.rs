//! From XML to processes, with every problem's place.

use std::collections::BTreeMap;

use crate::refusal::Position;
use crate::xml::{self, Element};

use super::names::one_line;
use super::process::{Flow, FlowNode, Gateway, Inside, Kind, Lane, Process, Timer};
use super::{BPMN, MINGJING, Problem, Unreadable};

/// A flowchart of more steps is refused: nobody reads it, and successors are counted for every pair.
const ACTIVITIES_MAX: usize = 500;

/// A BPMN 2.0 model as read.
#[derive(Clone, Debug)]
pub struct Model {
    pub(super) root: Element,
    pub(super) processes: Vec<Process>,
}

impl Model {
    /// Reads a model.
    ///
    /// # Errors
    /// It is no well-formed XML, no BPMN 2.0, or its references lead nowhere: every problem with its place.
    pub fn read(bytes: &[u8]) -> Result<Self, Unreadable> {
        let root = xml::parse(bytes).map_err(|e| Unreadable {
            problems: vec![Problem {
                at: e.at,
                what: e.what,
            }],
        })?;
        if !root.is(BPMN, "definitions") {
            return Err(Unreadable {
                problems: vec![not_bpmn(&root)],
            });
        }
        let mut reading = Reading::default();
        reading.ids(&root);
        let mut pools = BTreeMap::new();
        for participant in root
            .elements()
            .filter(|e| e.is(BPMN, "collaboration"))
            .flat_map(Element::elements)
            .filter(|e| e.is(BPMN, "participant"))
        {
            if let (Some(process), Some(name)) = (
                participant.attribute("processRef"),
                participant.attribute("name"),
            ) {
                pools.insert(local_ref(process).to_owned(), one_line(name));
            }
        }
        let mut processes = Vec::new();
        for element in root.elements().filter(|e| e.is(BPMN, "process")) {
            processes.push(reading.process(element, &pools));
        }
        reading.problems.sort_by_key(|p| (p.at.line, p.at.column));
        if reading.problems.is_empty() {
            Ok(Self { root, processes })
        } else {
            Err(Unreadable {
                problems: reading.problems,
            })
        }
    }

    /// The ids of its processes that hold activities, with their names, in document order.
    pub fn process_ids(&self) -> Vec<(&str, Option<&str>)> {
        self.processes
            .iter()
            .filter(|p| p.nodes.iter().any(FlowNode::is_activity))
            .map(|p| (p.id.as_str(), p.name.as_deref()))
            .collect()
    }
}

fn not_bpmn(root: &Element) -> Problem {
    let name: String = root.name.chars().take(80).collect();
    Problem::new(
        root.at,
        format!(
            "the root is <{name}>, not <definitions> of {BPMN}; in the modeler choose to save as BPMN 2.0 (XML), not \
             XPDL, BPMN 1.x or an image"
        ),
        format!(
            "根元素是 <{name}>，不是 BPMN 2.0 的 <definitions>；请在建模工具中另存为 BPMN 2.0（XML）格式"
        ),
    )
}

/// A reference without its prefix: they are qualified names.
fn local_ref(text: &str) -> &str {
    let text = text.trim();
    text.rsplit(':').next().unwrap_or(text)
}

#[derive(Default)]
struct Reading {
    problems: Vec<Problem>,
}

/// Nodes and what refers to them, of one process.
#[derive(Default)]
struct Gathered<'e> {
    nodes: Vec<FlowNode>,
    elements: Vec<&'e Element>,
    by_id: BTreeMap<&'e str, usize>,
    flows: Vec<&'e Element>,
    associations: Vec<&'e Element>,
}

impl Reading {
    fn problem(&mut self, at: Position, en: String, zh: String) {
        self.problems.push(Problem::new(at, en, zh));
    }

    /// Every id once, as XML has it; what others put into extensions is theirs.
    fn ids(&mut self, root: &Element) {
        let mut seen: BTreeMap<&str, Position> = BTreeMap::new();
        let mut open = vec![root];
        while let Some(element) = open.pop() {
            if element.is(BPMN, "extensionElements") {
                continue;
            }
            if let Some(id) = element.attribute("id")
                && let Some(first) = seen.insert(id, element.at)
            {
                let (a, b) = if (first.line, first.column) < (element.at.line, element.at.column) {
                    (first, element.at)
                } else {
                    (element.at, first)
                };
                self.problem(
                    b,
                    format!(
                        "the id {id:?} stands at line {} too; give one of them another",
                        a.line
                    ),
                    format!("标识 {id:?} 在第 {} 行已使用；请改其中一个", a.line),
                );
            }
            open.extend(element.elements());
        }
    }

    fn process(&mut self, element: &Element, pools: &BTreeMap<String, String>) -> Process {
        let id = self.id(element);
        let mut gathered = Gathered::default();
        self.gather(element, None, &mut gathered);
        let activities = gathered.nodes.iter().filter(|n| n.is_activity()).count();
        if activities > ACTIVITIES_MAX {
            self.problem(
                element.at,
                format!("{activities} activities in one process; at most {ACTIVITIES_MAX}: part it into several"),
                format!("一个流程中有 {activities} 个活动，最多 {ACTIVITIES_MAX} 个；请拆分为多个流程"),
            );
        }
        self.hosts(&mut gathered);
        let flows = self.flows(&gathered);
        let compensations = gathered
            .associations
            .iter()
            .filter_map(|association| {
                let end = |name| {
                    gathered
                        .by_id
                        .get(local_ref(association.attribute(name)?))
                        .copied()
                };
                let (from, to) = (end("sourceRef")?, end("targetRef")?);
                let boundary = matches!(gathered.nodes[from].kind, Kind::Boundary { .. });
                (boundary && gathered.nodes[to].undoes).then_some((from, to))
            })
            .collect();
        let mut lanes = Vec::new();
        self.lanes(element, &mut lanes, &mut gathered);
        let own_name = element
            .attribute("name")
            .map(one_line)
            .filter(|n| !n.is_empty());
        Process {
            name: own_name.or_else(|| pools.get(&id).cloned()),
            id,
            at: element.at,
            extension: extension(element, "flowchart"),
            nodes: gathered.nodes,
            flows,
            lanes,
            compensations,
        }
    }

    fn id(&mut self, element: &Element) -> String {
        match element.attribute("id") {
            Some(id) if !id.is_empty() => id.to_owned(),
            _ => {
                let tag = element.local();
                self.problem(
                    element.at,
                    format!("this <{tag}> has no id; open the model in a modeler and save it again, which gives it one"),
                    format!("此 <{tag}> 没有标识（id）；请用建模工具打开后重新保存"),
                );
                String::new()
            }
        }
    }

    fn gather<'e>(
        &mut self,
        scope: &'e Element,
        parent: Option<usize>,
        gathered: &mut Gathered<'e>,
    ) {
        for element in scope.elements().filter(|e| &*e.namespace == BPMN) {
            match element.local() {
                "sequenceFlow" => gathered.flows.push(element),
                "association" => gathered.associations.push(element),
                tag => {
                    let Some(kind) = kind(tag, element) else {
                        continue;
                    };
                    let id = self.id(element);
                    let at = gathered.nodes.len();
                    if let Some(id) = element.attribute("id") {
                        gathered.by_id.insert(id, at);
                    }
                    gathered.nodes.push(node(id, kind, element, parent));
                    gathered.elements.push(element);
                    if matches!(kind, Kind::Container(_)) {
                        self.gather(element, Some(at), gathered);
                    }
                }
            }
        }
    }

    /// What boundary events are attached to.
    fn hosts(&mut self, gathered: &mut Gathered<'_>) {
        for at in 0..gathered.nodes.len() {
            let Kind::Boundary { interrupts, .. } = gathered.nodes[at].kind else {
                continue;
            };
            let element = gathered.elements[at];
            let named = element.attribute("attachedToRef").unwrap_or_default();
            let host = gathered.by_id.get(local_ref(named)).copied();
            let host = host.filter(|host| {
                matches!(
                    gathered.nodes[*host].kind,
                    Kind::Activity | Kind::Container(_)
                )
            });
            match host {
                Some(host) => gathered.nodes[at].kind = Kind::Boundary { host, interrupts },
                None => self.problem(
                    element.at,
                    format!("attachedToRef={named:?} names no activity of this process; attach the event to one"),
                    format!("attachedToRef={named:?} 不是本流程中的活动；请将该事件附着到某个活动上"),
                ),
            }
        }
    }

    fn flows(&mut self, gathered: &Gathered<'_>) -> Vec<Flow> {
        let mut flows = Vec::new();
        for element in &gathered.flows {
            let mut end = |name: &str| {
                let named = element.attribute(name).unwrap_or_default();
                let found = gathered.by_id.get(local_ref(named)).copied();
                if found.is_none() {
                    self.problem(
                        element.at,
                        format!(
                            "{name}={named:?} names no activity, event or gateway of this process; draw the flow again \
                             (between pools only message flows are allowed)"
                        ),
                        format!("{name}={named:?} 不是本流程中的活动、事件或网关；请重画此顺序流（跨泳池只能用消息流）"),
                    );
                }
                found
            };
            let (from, to) = (end("sourceRef"), end("targetRef"));
            if let (Some(from), Some(to)) = (from, to) {
                flows.push(Flow { from, to });
            }
        }
        flows
    }

    /// Lanes; what stands in an inner one stands in the outer one too, and the inner one says who does it.
    fn lanes(&mut self, scope: &Element, lanes: &mut Vec<Lane>, gathered: &mut Gathered<'_>) {
        let sets = scope
            .elements()
            .filter(|e| e.is(BPMN, "laneSet") || e.is(BPMN, "childLaneSet"));
        for lane in sets
            .flat_map(Element::elements)
            .filter(|e| e.is(BPMN, "lane"))
        {
            let at = lanes.len();
            lanes.push(Lane {
                id: self.id(lane),
                name: lane
                    .attribute("name")
                    .map(one_line)
                    .filter(|n| !n.is_empty()),
                extension: extension(lane, "office"),
            });
            for reference in lane.elements().filter(|e| e.is(BPMN, "flowNodeRef")) {
                let text = reference.text();
                if let Some(node) = gathered.by_id.get(local_ref(&text)) {
                    gathered.nodes[*node].lane = Some(at);
                }
            }
            self.lanes(lane, lanes, gathered);
        }
    }
}

/// What an element is to the course of a case; none where it is no node.
fn kind(tag: &str, element: &Element) -> Option<Kind> {
    let truth = |name: &str| element.attribute(name) == Some("true");
    Some(match tag {
        "task" | "userTask" | "manualTask" | "serviceTask" | "scriptTask" | "businessRuleTask"
        | "sendTask" | "receiveTask" | "callActivity" | "callChoreography" | "subChoreography"
        | "choreographyTask" => Kind::Activity,
        "subProcess" | "transaction" | "adHocSubProcess" => {
            let holds = element
                .elements()
                .any(|e| &*e.namespace == BPMN && kind(e.local(), e).is_some());
            match tag {
                _ if !holds => Kind::Activity,
                "adHocSubProcess" => Kind::Container(Inside::AdHoc),
                _ if truth("triggeredByEvent") => Kind::Container(Inside::OnEvent),
                _ => Kind::Container(Inside::Ordered),
            }
        }
        "exclusiveGateway" => Kind::Gateway(Gateway::Exclusive),
        "parallelGateway" => Kind::Gateway(Gateway::Parallel),
        "inclusiveGateway" => Kind::Gateway(Gateway::Inclusive),
        "eventBasedGateway" => Kind::Gateway(Gateway::EventBased),
        "complexGateway" => Kind::Gateway(Gateway::Complex),
        "startEvent" => Kind::Start,
        "endEvent" => Kind::End,
        "intermediateCatchEvent" | "intermediateThrowEvent" | "implicitThrowEvent" => Kind::Event,
        "boundaryEvent" => Kind::Boundary {
            host: usize::MAX,
            interrupts: element.attribute("cancelActivity") != Some("false"),
        },
        _ => return None,
    })
}

fn node(id: String, kind: Kind, element: &Element, parent: Option<usize>) -> FlowNode {
    let has = |local: &str| element.child(BPMN, local).is_some();
    let documentation: Vec<String> = element
        .elements()
        .filter(|e| e.is(BPMN, "documentation"))
        .map(|e| e.text().trim().to_owned())
        .filter(|text| !text.is_empty())
        .collect();
    let link = element.child(BPMN, "linkEventDefinition");
    FlowNode {
        id,
        tag: element.local().to_owned(),
        kind,
        name: element
            .attribute("name")
            .map(one_line)
            .filter(|n| !n.is_empty()),
        at: element.at,
        parent,
        lane: None,
        documentation: (!documentation.is_empty()).then(|| documentation.join("\n")),
        extension: extension(element, "step"),
        timer: element.child(BPMN, "timerEventDefinition").map(timer),
        link: link.map(|l| {
            l.attribute("name")
                .or(element.attribute("name"))
                .unwrap_or_default()
                .to_owned()
        }),
        looped: has("standardLoopCharacteristics") || has("multiInstanceLoopCharacteristics"),
        undoes: element.attribute("isForCompensation") == Some("true"),
    }
}

fn timer(element: &Element) -> Timer {
    let said = element.elements().find(|e| {
        &*e.namespace == BPMN && matches!(e.local(), "timeDuration" | "timeDate" | "timeCycle")
    });
    Timer {
        kind: said.map(|e| e.local().to_owned()).unwrap_or_default(),
        text: said.map(|e| e.text().trim().to_owned()).unwrap_or_default(),
    }
}

/// Our own element below `extensionElements`.
fn extension(element: &Element, local: &str) -> Option<Element> {
    let extensions = element.child(BPMN, "extensionElements")?;
    extensions.child(MINGJING, local).cloned()
}
