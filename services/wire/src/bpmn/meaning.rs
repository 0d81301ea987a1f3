//! What each element of BPMN means for supervision where it is not enforced as drawn.

use std::collections::BTreeMap;

use crate::refusal::Words;
use crate::xml::Element;

use super::names::one_line;
use super::note::{Coverage, Note};
use super::{BPMN, MINGJING};

use Coverage::{Kept, NotEnforced, Partly};

/// Elements that are enforced as drawn, or are told by [`super::derive`], or only hold others.
const HELD: &[&str] = &[
    "association",
    "boundaryEvent",
    "childLaneSet",
    "collaboration",
    "documentation",
    "endEvent",
    "eventBasedGateway",
    "exclusiveGateway",
    "extensionElements",
    "flowNodeRef",
    "incoming",
    "intermediateCatchEvent",
    "intermediateThrowEvent",
    "lane",
    "laneSet",
    "linkEventDefinition",
    "manualTask",
    "outgoing",
    "parallelGateway",
    "participant",
    "process",
    "sequenceFlow",
    "startEvent",
    "subProcess",
    "task",
    "timeDate",
    "timeCycle",
    "timeDuration",
    "timerEventDefinition",
    "userTask",
];

type Row = (
    &'static [&'static str],
    Coverage,
    &'static str,
    &'static str,
);

const ROWS: &[Row] = &[
    (
        &["messageFlow"],
        NotEnforced,
        "泳池之间的消息不是办件事件，其先后和有无都不评判；如须监察，请让来源系统上报相应事件（如告知、补正告知），并设时限或监察点",
        "messages between pools are no events of a case, so neither their order nor their absence is judged; have the source report an event and give it a limit or a control point",
    ),
    (
        &["callActivity"],
        Partly,
        "作为一个环节监察；被调用流程的内部环节不在此评判，应为其另设流程图",
        "held as one step; what runs inside the called process is judged only by a flowchart of its own",
    ),
    (
        &["transaction"],
        Partly,
        "按普通子流程监察；事务的回退不评判",
        "held as a plain sub-process; that it is undone as a whole is not judged",
    ),
    (
        &["adHocSubProcess"],
        Partly,
        "其中的环节可以任意顺序、任意次数办理；完成条件不评判",
        "its steps may come in any order, any number of times; its completion condition is not judged",
    ),
    (
        &["inclusiveGateway", "complexGateway"],
        Partly,
        "各分支可以同时办理，也可以只办其中几个；应走哪些分支、汇合时等待哪些分支不评判",
        "its branches may run at the same time or not at all; which of them must be taken or waited for is not judged",
    ),
    (
        &[
            "standardLoopCharacteristics",
            "multiInstanceLoopCharacteristics",
        ],
        Partly,
        "该环节可以重复办理；次数和循环条件不评判",
        "the step may be repeated; how often and under which condition is not judged",
    ),
    (
        &[
            "serviceTask",
            "scriptTask",
            "businessRuleTask",
            "sendTask",
            "receiveTask",
        ],
        Partly,
        "作为一个环节监察，以来源系统上报的环节事件为准；自动执行的内容不评判",
        "held as a step by the events the source reports of it; what the machine does in it is not judged",
    ),
    (
        &[
            "messageEventDefinition",
            "signalEventDefinition",
            "conditionalEventDefinition",
        ],
        NotEnforced,
        "平台不知道此消息、信号或条件何时出现：路径放行，不评判是否等到；如须监察，请让来源系统上报相应事件",
        "the platform does not see the message, signal or condition: the way is open, and that it was waited for is not judged",
    ),
    (
        &[
            "errorEventDefinition",
            "escalationEventDefinition",
            "cancelEventDefinition",
        ],
        NotEnforced,
        "差错、升级或取消由谁引起不评判：由此引出的路径始终放行",
        "what caused the error, escalation or cancellation is not judged: the way from it is always open",
    ),
    (
        &["compensateEventDefinition"],
        NotEnforced,
        "补偿不评判：平台不要求撤销已完成的环节，补偿环节随时放行",
        "compensation is not judged: nobody is held to undo what was done, and what undoes it may come at any time",
    ),
    (
        &["terminateEventDefinition"],
        Partly,
        "办件以来源系统上报的办结事件为准；终止后仍在办理的并行环节不因此评判",
        "a case ends with the closing event of its source; that parallel steps stop is not judged",
    ),
    (
        &["conditionExpression"],
        NotEnforced,
        "分支条件不评判：任一分支都放行；如须监察，请设条件式监察点（CEL）",
        "the condition of a branch is not judged: every branch is open; write a control point with a condition where it matters",
    ),
    (
        &[
            "potentialOwner",
            "performer",
            "humanPerformer",
            "resourceRole",
        ],
        NotEnforced,
        "图中的办理人不评判：办理权限以机构和人员登记册为准",
        "who is assigned in the drawing is not judged: authority goes by the register of bodies and officers",
    ),
    (
        &[
            "choreography",
            "globalConversation",
            "conversation",
            "subConversation",
            "callConversation",
            "conversationLink",
            "choreographyTask",
            "subChoreography",
            "callChoreography",
        ],
        NotEnforced,
        "编排与会话描述机构之间的约定，不是一个机构的办理流程，不评判",
        "choreographies and conversations are agreements between bodies and no course of a case; not judged",
    ),
    (
        &[
            "dataObject",
            "dataObjectReference",
            "dataStore",
            "dataStoreReference",
            "dataInput",
            "dataOutput",
            "dataInputAssociation",
            "dataOutputAssociation",
            "ioSpecification",
            "property",
            "dataState",
        ],
        Kept,
        "数据和材料只作说明；材料是否齐全应由监察点按事件附件评判",
        "data is explanation; whether documents are complete is for control points over the attachments of events",
    ),
    (
        &[
            "textAnnotation",
            "group",
            "category",
            "categoryValue",
            "text",
            "auditing",
            "monitoring",
        ],
        Kept,
        "注释和分组只作说明",
        "notes and groups are explanation",
    ),
    (
        &[
            "message",
            "signal",
            "error",
            "escalation",
            "resource",
            "itemDefinition",
            "interface",
            "operation",
            "import",
            "endPoint",
            "partnerEntity",
            "partnerRole",
            "correlationProperty",
            "correlationKey",
            "correlationSubscription",
            "globalTask",
            "globalUserTask",
            "globalManualTask",
            "globalScriptTask",
            "globalBusinessRuleTask",
            "relationship",
            "extension",
            "ioBinding",
            "supportedInterfaceRef",
            "script",
            "completionCondition",
            "eventDefinitionRef",
            "messageFlowAssociation",
            "participantAssociation",
            "participantMultiplicity",
            "rendering",
        ],
        Kept,
        "供流程引擎使用的声明，与办件过程无关",
        "a declaration for process engines; it says nothing about the course of a case",
    ),
];

/// Everything that is not enforced as drawn, but for what depends on its surroundings.
pub(super) fn notes(root: &Element) -> Vec<Note> {
    let mut walk = Walk {
        notes: Vec::new(),
        foreign: BTreeMap::new(),
    };
    walk.children(root);
    for (namespace, (first, count)) in walk.foreign {
        let shown: String = namespace.chars().take(100).collect();
        walk.notes.push(Note {
            at: first.at,
            element: first.name.clone(),
            id: None,
            name: None,
            coverage: Kept,
            meaning: Words::new(
                format!("{count} extension element(s) of {shown}: other tools' data, not read"),
                format!("{shown} 的扩展元素 {count} 个：其他工具的数据，不读取"),
            ),
        });
    }
    walk.notes
}

struct Walk<'e> {
    notes: Vec<Note>,
    /// Extension elements of others: the first, and how many.
    foreign: BTreeMap<&'e str, (&'e Element, usize)>,
}

impl<'e> Walk<'e> {
    fn children(&mut self, element: &'e Element) {
        for child in element.elements() {
            if &*child.namespace == BPMN {
                self.element(child, element);
            } else if element.is(BPMN, "extensionElements") && &*child.namespace != MINGJING {
                self.foreign.entry(&child.namespace).or_insert((child, 0)).1 += 1;
            }
        }
    }

    fn element(&mut self, element: &'e Element, owner: &'e Element) {
        let tag = element.local();
        let coverage = match ROWS.iter().find(|row| row.0.contains(&tag)) {
            Some((_, coverage, zh, en)) => {
                self.notes
                    .push(note(element, owner, *coverage, Words::new(*en, *zh)));
                Some(*coverage)
            }
            None if HELD.contains(&tag) => None,
            // References and the like inside what was told already.
            None if element.attribute("id").is_none() && element.elements().next().is_none() => {
                None
            }
            None => {
                let meaning = Words::new(
                    "an element that the platform does not know; not judged",
                    "平台不认识此元素，不评判",
                );
                self.notes.push(note(element, owner, NotEnforced, meaning));
                Some(NotEnforced)
            }
        };
        if element.attribute("isForCompensation") == Some("true") {
            let meaning = Words::new(
                "a compensation activity: held as a step that may come at any time after what it undoes",
                "补偿活动：作为环节监察，在其所撤销的环节之后随时放行",
            );
            self.notes.push(note(element, owner, Partly, meaning));
        }
        if element.attribute("triggeredByEvent") == Some("true") {
            let meaning = Words::new(
                "an event sub-process: its steps may begin at any time; that they begin when the event comes is not judged",
                "事件子流程：其中的环节随时可以开始；事件出现时是否启动不评判",
            );
            self.notes.push(note(element, owner, Partly, meaning));
        }
        if coverage != Some(Kept) {
            self.children(element);
        }
    }
}

/// What says something of the element it stands in, and is known by that one's id and name.
fn is_trait(tag: &str) -> bool {
    tag.ends_with("EventDefinition")
        || tag.ends_with("LoopCharacteristics")
        || matches!(
            tag,
            "conditionExpression"
                | "ioSpecification"
                | "performer"
                | "humanPerformer"
                | "potentialOwner"
        )
}

/// A note about an element.
fn note(element: &Element, owner: &Element, coverage: Coverage, meaning: Words) -> Note {
    let known = if is_trait(element.local()) {
        owner
    } else {
        element
    };
    Note {
        at: element.at,
        element: element.local().to_owned(),
        id: known.attribute("id").map(Into::into),
        name: known
            .attribute("name")
            .map(one_line)
            .filter(|n| !n.is_empty()),
        coverage,
        meaning,
    }
}
