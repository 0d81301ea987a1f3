//! The reference models of the BPMN Model Interchange Working Group, where they are (they are not part of this
//! repository).

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::*;

fn model(name: &str) -> Option<Vec<u8>> {
    let folder = std::env::var_os("MINGJING_REAL_LOGS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    let path = folder.join("bpmn-miwg").join(name);
    if !path.exists() {
        eprintln!(
            "SKIPPED: {} is not there; set MINGJING_REAL_LOGS",
            path.display()
        );
        return None;
    }
    Some(std::fs::read(path).expect("it can be read"))
}

/// `step → successors`, `∥` before those that may run beside it.
fn listing(charts: &[Flowchart]) -> Vec<String> {
    let mut lines = Vec::new();
    for chart in charts {
        lines.push(format!("{}:", chart.name));
        for step in &chart.steps {
            let names = |list: &[mingjing_domain::definitions::Name]| {
                let named = list.iter().map(|code| {
                    let step = chart.steps.iter().find(|s| s.code == *code);
                    step.expect("a step of the chart").name.clone()
                });
                named.collect::<Vec<_>>().join(", ")
            };
            let mut line = format!(
                "{}{} → {}",
                if step.first { "*" } else { "" },
                step.name,
                names(step.next.as_deref().expect("drawn"))
            );
            if let Some(office) = &step.office {
                line = format!("{line} @{office}");
            }
            if !step.parallel_with.is_empty() {
                line = format!("{line} ∥ {}", names(&step.parallel_with));
            }
            lines.push(line);
        }
    }
    lines
}

/// Elements with an id that are neither a step, nor on the way between steps, nor told.
fn untold(bytes: &[u8], derived: &Derived) -> Vec<String> {
    const ON_THE_WAY: &[&str] = &[
        "association",
        "boundaryEvent",
        "collaboration",
        "definitions",
        "endEvent",
        "eventBasedGateway",
        "exclusiveGateway",
        "intermediateCatchEvent",
        "intermediateThrowEvent",
        "lane",
        "laneSet",
        "parallelGateway",
        "participant",
        "process",
        "sequenceFlow",
        "startEvent",
        "subProcess",
        "task",
        "timerEventDefinition",
        "userTask",
    ];
    fn walk(element: &Element, told: &BTreeSet<(u32, u32)>, untold: &mut Vec<String>) {
        if &*element.namespace != BPMN || element.local() == "extensionElements" {
            return;
        }
        let id = element.attribute("id").unwrap_or_default();
        let known = told.contains(&(element.at.line, element.at.column));
        if known && !ON_THE_WAY.contains(&element.local()) {
            return;
        }
        if !id.is_empty() && !known && !ON_THE_WAY.contains(&element.local()) {
            untold.push(format!("{} {id}", element.local()));
        }
        for child in element.elements() {
            walk(child, told, untold);
        }
    }
    let told = derived
        .notes
        .iter()
        .map(|n| (n.at.line, n.at.column))
        .collect();
    let mut found = Vec::new();
    walk(&xml::parse(bytes).expect("XML"), &told, &mut found);
    found
}

fn check(name: &str, want: &[&str], notes: &[(&str, usize)]) {
    let Some(bytes) = model(name) else {
        return;
    };
    let derived = goes_there_and_back(&bytes);
    assert_eq!(listing(&typed(&derived.flowcharts)), want, "{name}");
    assert_eq!(untold(&bytes, &derived), Vec::<String>::new(), "{name}");
    let mut counted: Vec<(&str, usize)> = Vec::new();
    for note in &derived.notes {
        assert!(note.at.line > 1 && !note.meaning.zh.is_empty());
        match counted
            .iter_mut()
            .find(|(element, _)| *element == note.element)
        {
            Some((_, count)) => *count += 1,
            None => counted.push((&note.element, 1)),
        }
    }
    counted.sort_unstable();
    assert_eq!(counted, notes, "{name}: {:#?}", derived.notes);
}

#[test]
fn a_1_0_a_sequence() {
    check(
        "A.1.0.bpmn",
        &["A.1.0:", "*Task 1 → Task 2", "Task 2 → Task 3", "Task 3 → "],
        &[],
    );
}

#[test]
fn a_2_0_a_choice() {
    check(
        "A.2.0.bpmn",
        &[
            "A.2.0:",
            "*Task 1 → Task 2, Task 3, Task 4",
            "Task 2 → ",
            "Task 3 → ",
            "Task 4 → ",
        ],
        &[],
    );
}

#[test]
fn a_3_0_events_at_the_edge_of_a_sub_process() {
    check(
        "A.3.0.bpmn",
        &[
            "A.3.0:",
            "*Task 1 → Collapsed Sub-Process",
            "Collapsed Sub-Process → Task 4, Task 3, Task 2 ∥ Task 3",
            "Task 4 → ",
            "Task 3 →  ∥ Task 2",
            "Task 2 → ",
        ],
        &[
            ("escalationEventDefinition", 1),
            ("messageEventDefinition", 1),
        ],
    );
}

#[test]
fn a_4_0_pools_lanes_and_sub_processes() {
    check(
        "A.4.0.bpmn",
        &[
            "Pool:",
            "*Task 1 → Task 2",
            "Task 2 → ",
            "flowchart-1:",
            "Task 5 →  @lane-1",
            "Task 4 → Task 5 @lane-1 ∥ Task 6",
            "*Task 3 → Task 4, Task 6 @lane-1",
            "Task 6 →  @lane-2",
        ],
        &[("message", 2), ("messageFlow", 2)],
    );
}

#[test]
fn b_1_0_much_at_once() {
    check(
        "B.1.0.bpmn",
        &[
            "flowchart-1:",
            "*Abstract Task 4 → ",
            "Participant:",
            "*Abstract Task 1 → User Task 2",
            "User Task 2 → Service Task 3",
            "Service Task 3 → ",
            "Pool:",
            "*Call Activity Calling a Global Task → User Task 5 @lane-1 ∥ User Task 5",
            "Call Activity - Expanded →  @lane-1",
            "*Call Activity Collapsed → Call Activity - Expanded, User Task 5 @lane-1 ∥ User Task 5",
            "Collapsed Sub-Process → Abstract Task 6 @lane-2",
            "*User Task 5 → Call Activity Calling a Global Task, Call Activity Collapsed, Collapsed Sub-Process, Service Task 7 @lane-2",
            "Abstract Task 6 →  @lane-2",
            "Service Task 7 →  @lane-2",
            "flowchart-2:",
            "*Abstract Task 8 → ",
        ],
        &[
            ("callActivity", 3),
            ("category", 1),
            ("dataInputAssociation", 1),
            ("dataObject", 1),
            ("dataObjectReference", 1),
            ("dataOutputAssociation", 1),
            ("dataStore", 1),
            ("dataStoreReference", 1),
            ("globalTask", 1),
            ("group", 1),
            ("ioSpecification", 1),
            ("message", 2),
            ("messageEventDefinition", 2),
            ("messageFlow", 2),
            ("serviceTask", 2),
            ("startEvent", 1),
            ("terminateEventDefinition", 1),
            ("textAnnotation", 1),
        ],
    );
}

#[test]
fn c_1_0_an_invoice() {
    check(
        "C.1.0.bpmn",
        &[
            "Team-Assistant:",
            "*Scan Invoice → Archive original",
            "Archive original → Assign approver",
            "Assign approver → Review and document result",
            "Review and document result → ",
            "BPMN MIWG Test Case C.1.0:",
            "Approve Invoice → Rechnung klären, Prepare Bank Transfer @Approver",
            "*Assign Approver → Approve Invoice @teamAssistant",
            "Rechnung klären → Approve Invoice @teamAssistant",
            "Prepare Bank Transfer → Archive Invoice @Accountant",
            "Archive Invoice →  @Accountant",
        ],
        &[
            ("camunda:field", 1),
            ("conditionExpression", 4),
            ("eventBasedGateway", 1),
            ("intermediateCatchEvent", 1),
            ("message", 1),
            ("messageEventDefinition", 4),
            ("messageFlow", 5),
            ("potentialOwner", 4),
            ("resource", 3),
            ("serviceTask", 1),
            ("signavio:signavioMetaData", 1),
            ("w4graph:graphStyle", 1),
        ],
    );
}
