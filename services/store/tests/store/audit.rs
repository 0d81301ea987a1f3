//! The audit trail: what is written twice is there once, is chosen on the server, and goes when its time is over.

use mingjing_store::{AuditFilter, AuditKind, AuditRow, Millis};

use crate::samples::store;

fn row(day: &str, block: u32, at: i64, account: &str, method: &str, status: u16) -> AuditRow {
    AuditRow {
        day: day.into(),
        journal: format!("{day}/p-1"),
        block,
        place: 0,
        at: Millis(at),
        account: account.into(),
        person: format!("{account}-07"),
        sender: "10.0.0.7".into(),
        method: method.into(),
        path: format!("/api/v1/cases/zjj/B-{block}"),
        status,
        before: String::new(),
        hash: "ab".into(),
    }
}

#[tokio::test]
async fn entries_are_there_once_are_chosen_paged_and_forgotten_by_day() {
    let store = store().await;
    let (first, second) = ("2026-11-28", "2026-11-29");
    let rows = [
        row(first, 0, 1_000, "li", "GET", 200),
        row(first, 1, 2_000, "wang", "POST", 200),
        row(first, 2, 3_000, "li", "GET", 403),
        row(second, 0, 4_000, "li", "HEAD", 200),
    ];
    store.put_audit(&rows).await.unwrap();
    // Once more, and cut otherwise, as whoever goes on after a kill would.
    store.put_audit(&rows).await.unwrap();
    store.put_audit(&rows[1..]).await.unwrap();
    let all = AuditFilter {
        from: first.into(),
        until: second.into(),
        ..AuditFilter::default()
    };
    let chosen = async |filter: AuditFilter| -> Vec<i64> {
        let found = store.audit_entries(&filter, false, 0, 100).await.unwrap();
        assert_eq!(
            store.audit_count(&filter).await.unwrap(),
            found.len() as u64
        );
        found.iter().map(|row| row.at.0).collect()
    };
    assert_eq!(chosen(all.clone()).await, [1_000, 2_000, 3_000, 4_000]);
    let of = |kind| AuditFilter {
        kind: Some(kind),
        ..all.clone()
    };
    assert_eq!(chosen(of(AuditKind::Views)).await, [1_000, 4_000]);
    assert_eq!(chosen(of(AuditKind::Changes)).await, [2_000]);
    assert_eq!(chosen(of(AuditKind::Refused)).await, [3_000]);
    let of_wang = AuditFilter {
        person: Some("wang-07".into()),
        path: Some("zjj/B-1".into()),
        ..all.clone()
    };
    assert_eq!(chosen(of_wang.clone()).await, [2_000]);
    let nobody = AuditFilter {
        account: Some("li".into()),
        ..of_wang
    };
    assert!(chosen(nobody).await.is_empty());
    let page = store.audit_entries(&all, true, 1, 2).await.unwrap();
    let page: Vec<i64> = page.iter().map(|row| row.at.0).collect();
    assert_eq!(page, [3_000, 2_000]);

    let runs = store.audit_runs(first, second).await.unwrap();
    let told: Vec<_> = runs.iter().map(|r| (&*r.day, r.run, r.rows)).collect();
    assert_eq!(told, [(first, 0, 3), (second, 0, 1)]);
    assert_eq!(store.audit_run(&runs[0]).await.unwrap(), rows[..3]);
    // Written once more it is what it was; rewritten or taken further it is not, and other runs stay what they are.
    store.put_audit(&rows).await.unwrap();
    assert_eq!(store.audit_runs(first, second).await.unwrap(), runs);
    let rewritten = AuditRow {
        status: 404,
        ..rows[2].clone()
    };
    let last = 1_024;
    let further = row(second, last, 5_000, "li", "GET", 200);
    store
        .put_audit(&[rewritten, further.clone()])
        .await
        .unwrap();
    let later = store.audit_runs(first, second).await.unwrap();
    assert_eq!((later.len(), later[0].rows), (3, 3));
    assert_ne!(later[0].print, runs[0].print);
    assert_eq!(later[1], runs[1]);
    assert_eq!(later[2].run, 1);
    assert_eq!(store.audit_run(&later[2]).await.unwrap(), [further]);

    assert_eq!(store.audit_days().await.unwrap(), [first, second]);
    assert!(!store.has_audit_before(first).await.unwrap());
    assert!(store.has_audit_before(second).await.unwrap());
    store.forget_audit(second).await.unwrap();
    assert_eq!(store.audit_days().await.unwrap(), [second]);
    assert_eq!(chosen(all).await, [4_000, 5_000]);
}
