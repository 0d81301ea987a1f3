//! 逐级升级: alerts about unanswered orders by before whom these were brought.

use mingjing_domain::alert::{AlertRecord, Evidence};
use mingjing_domain::disposition::{BroughtBefore, EscalationRung, Instance, ORDER_POINT};
use mingjing_store::{AlertFilter, Batch, Brought, Sight};

use crate::samples::*;

/// The alert about an order to `body`, with such rungs: whether each is reached, and before whom it is brought.
fn about_order(name: &str, body: &str, rungs: &[(bool, &[(Instance, &str)])]) -> AlertRecord {
    let rung = |(reached, before): &(bool, &[(Instance, &str)])| EscalationRung {
        due: "late".into(),
        at: Some(at(0)),
        reached: *reached,
        level: None,
        before: before
            .iter()
            .map(|(instance, region)| BroughtBefore {
                instance: *instance,
                region: Some((*region).into()),
            })
            .collect(),
    };
    let note = Evidence::Note {
        text: "第1次督办".into(),
    };
    let rungs = rungs.iter().map(rung).collect();
    AlertRecord {
        control_point: ORDER_POINT.into(),
        org_code: Some("sfj".into()),
        responsible_org: Some(body.into()),
        region_code: Some("510502".into()),
        evidence: vec![note, Evidence::Escalation { rungs }],
        ..bare_alert(name)
    }
}

#[tokio::test]
async fn orders_are_found_by_before_whom_they_were_brought_and_where_as_they_stand_now() {
    use Instance::{DepartmentSupervisor, Leadership, Supervision, SupervisionAbove};
    let store = store().await;
    let own: &[_] = &[(DepartmentSupervisor, "510502"), (Supervision, "510502")];
    let above: &[_] = &[(SupervisionAbove, "510500"), (Leadership, "510502")];
    let mut all = vec![
        about_order("first", "zjj", &[(true, own), (false, above)]),
        about_order("second", "rsj", &[(true, own), (true, above)]),
        about_order("ahead", "zjj", &[(false, own)]),
        about_order("no-ladder", "zjj", &[]),
    ];
    // What is no alert about an order is brought before nobody, whatever its evidence says.
    let mut other = about_order("other", "zjj", &[(true, own)]);
    other.control_point = "late".into();
    all.push(other);
    let mut batch = Batch::default();
    for alert in &all {
        batch.alert(alert_row(alert.clone(), 1));
    }
    write(&store, &batch, &[]).await;

    let brought = |instance, of: &str| Brought {
        instance,
        of: Some(of.to_owned()).filter(|of| !of.is_empty()),
    };
    let everything = Sight::default();
    let of_rsj = Sight {
        region_prefix: Some("5105".into()),
        body: Some("rsj".into()),
    };
    for (asked, sight, wanted) in [
        (
            vec![brought(Supervision, "510502")],
            &everything,
            &["first", "second"][..],
        ),
        (
            vec![brought(Supervision, "")],
            &everything,
            &["first", "second"],
        ),
        // The one above of a county is not the county's, nor the city's own.
        (vec![brought(Supervision, "510500")], &everything, &[]),
        (
            vec![brought(SupervisionAbove, "510500")],
            &everything,
            &["second"],
        ),
        (
            vec![brought(Supervision, "510500"), brought(Leadership, "")],
            &everything,
            &["second"],
        ),
        // A department's supervisor is found by the body that owes the answer, which need not handle the case.
        (
            vec![brought(DepartmentSupervisor, "zjj")],
            &everything,
            &["first"],
        ),
        (vec![brought(DepartmentSupervisor, "sfj")], &everything, &[]),
        // It never shows more than whoever asks sees.
        (vec![brought(Supervision, "")], &of_rsj, &["second"]),
    ] {
        let filter = AlertFilter {
            brought: asked,
            sight: sight.clone(),
            ..AlertFilter::default()
        };
        let page = store.alerts(&filter, None, 10).await.unwrap();
        let mut found: Vec<&str> = page.alerts.iter().map(|a| a.case_no.as_str()).collect();
        found.sort_unstable();
        assert_eq!(found, wanted, "{filter:?}");
        assert!(page.alerts.iter().all(|a| !a.ladder().is_empty()));
        let counted = store.alerts_counted(&filter).await.unwrap();
        assert_eq!(counted, wanted.len() as u64);
    }

    // As it stands now: an order that is brought before one more, and one that no longer is before anybody.
    let mut batch = Batch::default();
    for alert in [
        about_order("first", "zjj", &[(true, own), (true, above)]),
        about_order("second", "rsj", &[(false, own), (false, above)]),
    ] {
        batch.alert(alert_row(alert, 2));
    }
    write(&store, &batch, &[]).await;
    let filter = AlertFilter {
        brought: vec![brought(Leadership, "510502")],
        ..AlertFilter::default()
    };
    let page = store.alerts(&filter, None, 10).await.unwrap();
    let found: Vec<&str> = page.alerts.iter().map(|a| a.case_no.as_str()).collect();
    assert_eq!(found, ["first"]);
}
