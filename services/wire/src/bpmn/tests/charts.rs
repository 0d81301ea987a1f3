//! Definitions without a drawing.

use proptest::prelude::*;

use crate::demo;

use super::*;

#[test]
fn the_demos_flowcharts_are_drawn_and_read_back() {
    let charts = demo::documents("flowchart");
    assert!(charts.len() >= 5);
    for text in charts {
        let mut chart = Datum::from_yaml(&text).expect("YAML");
        chart.take("kind");
        let exported =
            export(std::slice::from_ref(&chart), None, &Offices::new()).expect("it can be drawn");
        let again = import(exported.xml.as_bytes());
        // Drawn parallel is mutual; a definition says it on either side.
        let normal = |charts| mutual(in_order(charts));
        assert_eq!(
            normal(typed(&again.flowcharts)),
            normal(read(text)),
            "{}",
            exported.xml
        );
        assert_eq!(again.notes, [], "{}", exported.xml);
    }
}

fn mutual(mut charts: Vec<Flowchart>) -> Vec<Flowchart> {
    for chart in &mut charts {
        let place = |code: &str| chart.steps.iter().position(|s| &*s.code == code);
        let mut pairs = Vec::new();
        for (at, step) in chart.steps.iter().enumerate() {
            for other in step.parallel_with.iter().filter_map(|other| place(other)) {
                pairs.push((at.min(other), at.max(other)));
            }
        }
        pairs.sort_unstable();
        pairs.dedup();
        let codes: Vec<_> = chart.steps.iter().map(|s| s.code.clone()).collect();
        for (at, step) in chart.steps.iter_mut().enumerate() {
            let with = pairs.iter().filter(|(a, _)| *a == at);
            step.parallel_with = with.map(|(_, b)| codes[*b].clone()).collect();
            if let Some(next) = &mut step.next {
                next.sort_by_key(|code| codes.iter().position(|c| c == code));
            }
        }
    }
    charts
}

#[test]
fn lanes_bear_the_offices_names() {
    let text = demo::documents("flowchart")
        .into_iter()
        .find(|t| t.contains("office: window"))
        .expect("one with a window");
    let mut chart = Datum::from_yaml(&text).expect("YAML");
    chart.take("kind");
    let offices = Offices::from([("window".to_owned(), "政务服务窗口".to_owned())]);
    let exported = export(&[chart], None, &offices).expect("it can be drawn");
    assert!(exported.xml.contains("name=\"政务服务窗口\""));
    assert!(exported.xml.contains("office code=\"window\""));
}

/// A flowchart of some steps with any ways between them.
fn chart() -> impl Strategy<Value = String> {
    (1usize..7).prop_flat_map(|count| {
        let step = (
            proptest::option::of(proptest::collection::btree_set(0..count, 0..4)),
            proptest::collection::btree_set(0..count, 0..3),
            any::<bool>(),
            proptest::option::of(0..3u8),
            any::<bool>(),
        );
        proptest::collection::vec(step, count).prop_map(|steps| {
            let list = |of: &std::collections::BTreeSet<usize>| {
                of.iter().map(|n| format!("s{n}")).collect::<Vec<_>>().join(", ")
            };
            let mut text = String::from("kind: flowchart\nid: x\nversion: \"1\"\nname: 甲\neffective_from: 2026-01-01\nsteps:\n");
            let one_first = steps.iter().any(|s| s.2);
            for (at, (next, beside, first, office, repeatable)) in steps.iter().enumerate() {
                let beside: std::collections::BTreeSet<usize> = beside.iter().copied().filter(|b| *b > at).collect();
                text += &format!("  - {{code: s{at}, name: 环节{at}, parallel_with: [{}]", list(&beside));
                if let Some(next) = next {
                    text += &format!(", next: [{}]", list(next));
                }
                if let Some(office) = office {
                    text += &format!(", office: o{office}");
                }
                if *repeatable {
                    text += ", repeatable: true";
                }
                if *first || (!one_first && at == 0) {
                    text += ", first: true";
                }
                text += "}\n";
            }
            text
        })
    })
}

proptest! {
    #[test]
    fn any_flowchart_goes_through_a_new_drawing(text in chart()) {
        let mut chart = Datum::from_yaml(&text).expect("YAML");
        chart.take("kind");
        let exported = export(&[chart], None, &Offices::new()).expect("it can be drawn");
        let again = import(exported.xml.as_bytes());
        let mut read_back = mutual(typed(&again.flowcharts));
        // A step that cannot be drawn without a way to it is told; the point that a new import adds is not there.
        prop_assert_eq!(read_back.remove(0), mutual(read(text)).remove(0), "{}", exported.xml);
        let twice = export(&again.flowcharts, Some(exported.xml.as_bytes()), &Offices::new()).expect("again");
        prop_assert_eq!(&twice.redrawn, &[]);
    }

    #[test]
    fn no_damage_to_a_model_makes_it_panic(at in 0usize..LICENCE.len(), with in any::<u8>(), cut in 0usize..40) {
        let mut bytes = LICENCE.as_bytes().to_vec();
        bytes[at] = with;
        bytes.drain(at..(at + cut).min(LICENCE.len()));
        if let Ok(model) = Model::read(&bytes) {
            let derived = model.flowcharts(&options());
            let _ = export(&derived.flowcharts, Some(&bytes), &Offices::new());
        }
    }

    #[test]
    fn no_wiring_makes_it_panic(flows in proptest::collection::vec((0usize..20, 0usize..20), 0..30)) {
        let ids = ["s", "Activity_1", "fork", "review", "survey", "late", "remind", "join", "publicity", "decide", "granted",
            "SubProcess_1", "s2", "print", "hand", "e2", "refuse", "e", "fork", "join"];
        let mut more = String::new();
        for (at, (from, to)) in flows.iter().enumerate() {
            more += &format!("<bpmn:sequenceFlow id=\"x{at}\" sourceRef=\"{}\" targetRef=\"{}\"/>", ids[*from], ids[*to]);
        }
        let text = LICENCE.replacen("<bpmn:sequenceFlow id=\"f1\"", &format!("{more}<bpmn:sequenceFlow id=\"f1\""), 1);
        goes_there_and_back(text.as_bytes());
    }
}
