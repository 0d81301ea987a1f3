//! The past as far as it was known, and what passes of shadows leave behind.

use mingjing_domain::Timestamp;
use mingjing_store::{
    Batch, DifferenceFilter, Horizon, PastAsked, ShadowDifferenceRow, ShadowId, ShadowPassRow,
    ShadowTallyRow, Store,
};

use crate::samples::*;

fn horizon(log_id: &str, positions: &[(u16, u64)]) -> Option<Horizon> {
    Some(Horizon {
        log_id: log_id.to_owned(),
        positions: positions.to_vec(),
    })
}

async fn offsets(store: &Store, asked: &PastAsked) -> Vec<u64> {
    let mut past = store.past_events(asked).unwrap();
    let mut found = Vec::new();
    while let Some(event) = past.next().await.unwrap() {
        found.push(event.log_offset);
    }
    found.sort_unstable();
    found
}

#[tokio::test]
async fn what_came_behind_the_horizon_is_not_known_and_changes_nothing_before_it() {
    let store = store().await;
    let event = |id: &str, case: &str, seconds: i64| {
        let mut event = bare_event(id, case);
        event.occurred_at = at(seconds);
        event
    };
    let mut batch = Batch::default();
    let first = event("a", "c", 0);
    batch.event(event_row(&first, 10));
    batch.event(event_row(&event("b", "c", 5), 20));
    batch.event(event_row(&event("e", "ended long before", -100), 22));
    write(&store, &batch, &[]).await;
    // The first one sent again, and a new one.
    let mut batch = Batch::default();
    batch.event(event_row(&first, 30));
    let mut of_region = event("d", "c", 6);
    of_region.data.region_code = Some("510502".into());
    batch.event(event_row(&of_region, 40));
    write(&store, &batch, &[]).await;

    let log_id = place(0).log_id;
    let asked = |horizon| PastAsked {
        from: at(-50),
        before: at(100),
        horizon,
        region_prefix: None,
    };
    for (horizon, wanted) in [
        (None, vec![10, 20, 40]),
        (horizon(&log_id, &[(7, 25)]), vec![10, 20]),
        (horizon(&log_id, &[(3, 99), (7, 20)]), vec![10]),
        (horizon(&log_id, &[]), vec![]),
        // Events of an earlier log are known whatever this one's positions are.
        (horizon("another", &[(7, 1)]), vec![10, 20, 40]),
    ] {
        let asked = asked(horizon);
        assert_eq!(offsets(&store, &asked).await, wanted, "{asked:?}");
        let counted = store.count_past_events(&asked).await.unwrap();
        assert!(counted >= wanted.len() as u64, "{counted} of {asked:?}");
    }
    let earlier = PastAsked {
        before: at(6),
        ..asked(None)
    };
    assert_eq!(offsets(&store, &earlier).await, [10, 20]);
    // A region's cases are all that is known of those in which something names it, or one within it.
    for (region, wanted) in [("5105", vec![10, 20, 40]), ("510503", vec![])] {
        let asked = PastAsked {
            region_prefix: Some(region.into()),
            ..asked(None)
        };
        assert_eq!(offsets(&store, &asked).await, wanted, "{region}");
    }
}

fn id() -> ShadowId {
    ShadowId {
        draft: "d".into(),
        text: "t".repeat(64),
        since: at(-1000),
    }
}

fn pass(judged_at: Timestamp, raised: u64, problem: &str) -> ShadowPassRow {
    ShadowPassRow {
        draft: id().draft,
        text: id().text,
        since: id().since.into(),
        judged_at: judged_at.into(),
        in_force_from: "2026-11-01".into(),
        compared_with: "s".repeat(64),
        definitions: "abc".into(),
        engine: "4".into(),
        log_id: place(0).log_id,
        log_partitions: vec![0, 1],
        log_offsets: vec![5, 7],
        cases: 3,
        events: 9,
        cases_left_out: 1,
        unjudged: 0,
        raised,
        withdrawn: 0,
        changed: 0,
        same: 2,
        listed: raised,
        problem: problem.into(),
        took_ms: 1,
        version: judged_at.millis().unsigned_abs(),
    }
}

fn rows(pass: &ShadowPassRow) -> (Vec<ShadowTallyRow>, Vec<ShadowDifferenceRow>) {
    let tally = ShadowTallyRow {
        draft: pass.draft.clone(),
        text: pass.text.clone(),
        since: pass.since,
        judged_at: pass.judged_at,
        control_point: "p".into(),
        name: "超期".into(),
        org: "住建局".into(),
        raised: pass.raised,
        withdrawn: 0,
        changed: 0,
        same: pass.same,
        version: pass.version,
    };
    let difference = |nth: u64| ShadowDifferenceRow {
        draft: pass.draft.clone(),
        text: pass.text.clone(),
        since: pass.since,
        judged_at: pass.judged_at,
        control_point: "p".into(),
        difference: "raised".into(),
        org: "住建局".into(),
        source: "s".into(),
        case_no: format!("c-{nth}"),
        step: String::new(),
        visit: 1,
        alert_id: format!("a-{nth}"),
        was: String::new(),
        would: "{}".into(),
        version: pass.version,
    };
    (vec![tally], (0..pass.raised).map(difference).collect())
}

#[tokio::test]
async fn readers_see_the_last_whole_pass_and_the_one_before_it_stays_for_those_who_read_it() {
    let store = store().await;
    let every = DifferenceFilter {
        most: 1000,
        ..DifferenceFilter::default()
    };
    let passes = [pass(at(1), 1, ""), pass(at(2), 2, ""), pass(at(3), 3, "")];
    for whole in &passes {
        let (tallies, differences) = rows(whole);
        store.put_shadow_rows(&tallies, &differences).await.unwrap();
        let before = store.shadow_judged_at(&id()).await.unwrap();
        store.end_shadow_pass(whole).await.unwrap();
        if let Some(before) = before {
            store.forget_shadow_rows(&id(), before).await.unwrap();
        }
    }
    // One that was cut off, and one that judged nothing.
    let (tallies, differences) = rows(&pass(at(4), 4, ""));
    store.put_shadow_rows(&tallies, &differences).await.unwrap();
    store
        .end_shadow_pass(&pass(at(5), 0, "太多"))
        .await
        .unwrap();

    let mut other = pass(at(1), 9, "");
    other.text = "u".repeat(64);
    store.end_shadow_pass(&other).await.unwrap();
    let last = store.last_shadow_passes(Some("d")).await.unwrap();
    assert_eq!(last, [pass(at(5), 0, "太多"), passes[2].clone(), other]);
    assert_eq!(last[1].shadow(), id());
    assert_eq!(
        last[1].horizon(),
        horizon(&place(0).log_id, &[(0, 5), (1, 7)]).unwrap()
    );
    assert_eq!(store.last_shadow_passes(Some("e")).await.unwrap(), []);
    assert_eq!(store.last_shadow_passes(None).await.unwrap().len(), 3);
    assert_eq!(store.shadow_judged_at(&id()).await.unwrap(), Some(at(3)));

    for (pass, kept) in passes.iter().zip([false, true, true]) {
        let (tallies, differences) = rows(pass);
        let found = store.shadow_tallies(pass).await.unwrap();
        let listed = store.shadow_differences(pass, &every).await.unwrap();
        match kept {
            true => assert_eq!((found, listed), (tallies, differences)),
            false => assert_eq!((found, listed), (vec![], vec![])),
        }
    }
    let few = DifferenceFilter {
        control_point: Some("p".into()),
        org: Some("住建局".into()),
        most: 2,
    };
    let listed = store.shadow_differences(&passes[2], &few).await.unwrap();
    assert_eq!(listed.len(), 2);
    let elsewhere = DifferenceFilter {
        org: Some("城管局".into()),
        ..few
    };
    let listed = store.shadow_differences(&passes[2], &elsewhere).await;
    assert_eq!(listed.unwrap(), []);
}
