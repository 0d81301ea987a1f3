//! What the power list says of each item, and whether there is all that its control points ask for.

use std::collections::{BTreeMap, BTreeSet};

use mingjing_domain::definitions::{PowerLevel, PowerType};
use mingjing_engine::notes;

use super::Samples;

#[test]
fn the_power_list_has_all_ten_categories_on_both_levels_and_twenty_four_items() {
    let samples = Samples::read();
    let names: BTreeSet<&str> = samples.items().map(|item| item.name.as_str()).collect();
    assert!(names.len() >= 24, "{}: {names:?}", names.len());
    let mut levels: BTreeMap<PowerType, Vec<PowerLevel>> = BTreeMap::new();
    for item in samples.items() {
        levels.entry(item.power_type).or_default().push(item.level);
    }
    assert_eq!(levels.len(), 10, "{levels:?}");
    for (power_type, levels) in levels {
        // 给付 is the counties' alone: they confirm and pay.
        let city = power_type == PowerType::Payment || levels.contains(&PowerLevel::City);
        assert!(city, "{}: no item of the city", power_type.name_zh());
        assert!(
            levels.contains(&PowerLevel::County),
            "{}: no item of a county",
            power_type.name_zh()
        );
    }
}

#[test]
fn every_item_says_what_it_asks_for_what_it_owes_and_how_much_it_may_take() {
    let samples = Samples::read();
    let mut lacking = Vec::new();
    for item in samples.items() {
        let mut lacks = |what: &str| lacking.push(format!("{} {}: {what}", item.code, item.name));
        if item.legal_basis.is_empty() {
            lacks("no basis");
        }
        if item.materials.is_empty() {
            lacks("no materials");
        }
        if item.responsibilities.len() < 2 {
            lacks("fewer than two duties");
        }
        for duty in &item.responsibilities {
            if duty.basis.is_none() || duty.accountability.is_none() {
                lacks(&format!("{:?} without basis or accountability", duty.duty));
            }
        }
        let expected = item
            .responsibilities
            .iter()
            .any(|d| d.expectation.is_some());
        if !expected {
            lacks("no duty that a case could show to be neglected");
        }
        match item.power_type {
            PowerType::Penalty if item.discretion.is_none() => lacks("no discretion standard"),
            PowerType::Levy if item.fees.is_none() => lacks("no fee standard"),
            PowerType::Penalty | PowerType::Coercion | PowerType::Inspection
                if item.enforcement_field.is_none() =>
            {
                lacks("no field that an officer's certificate must cover");
            }
            _ => {}
        }
    }
    assert!(lacking.is_empty(), "{}", lacking.join("\n"));
}

#[test]
fn discretion_has_tiers_of_money_for_every_act() {
    let samples = Samples::read();
    for table in &samples.set.discretions {
        let table = &table.value;
        assert!(table.filed_no.is_some(), "{}: not filed", table.id);
        for act in &table.acts {
            assert!(
                act.tiers.len() >= 3,
                "{}: {}: few tiers",
                table.id,
                act.code
            );
            for tier in &act.tiers {
                let money = tier.fixed.is_some() || tier.range.is_some() || tier.ratio.is_some();
                assert!(money, "{}: {}: {}: no money", table.id, act.code, tier.code);
            }
        }
    }
}

#[test]
fn nobody_is_left_unjudged_for_want_of_a_register_a_standard_or_a_plan() {
    let samples = Samples::read();
    assert_eq!(notes(&samples.set), []);
    // And every step is some post's, so that 非本岗位人员办理 is judged at each.
    for item in samples.items() {
        let bodies: Vec<_> = std::iter::once(&item.executing_body)
            .chain(&item.entrusted_bodies)
            .collect();
        let posts: BTreeSet<&str> = samples
            .set
            .bodies
            .iter()
            .filter(|body| bodies.contains(&&body.value.code))
            .flat_map(|body| &body.value.posts)
            .flat_map(|post| post.steps.iter().map(|step| step.text.as_str()))
            .collect();
        let mut flowcharts = samples.flowcharts();
        let flowchart = flowcharts
            .find(|flowchart| flowchart.id == item.flowchart)
            .expect("held by the check of definitions");
        for step in &flowchart.steps {
            let step = format!("{}/{}", flowchart.id, step.code);
            assert!(
                posts.contains(step.as_str()),
                "{}: no post does {step}",
                item.code
            );
        }
    }
}
