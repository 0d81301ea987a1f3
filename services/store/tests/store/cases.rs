//! Paging through cases, and finding one.

use mingjing_domain::fact::CaseRecord;
use mingjing_store::{Batch, CaseCursor, CaseFilter, Sight, Store};

use crate::samples::*;

async fn put(store: &Store, cases: &[CaseRecord], version: u64) {
    let mut batch = Batch::default();
    cases
        .iter()
        .for_each(|case| batch.case(case_row(case.clone(), version)));
    write(store, &batch, &[]).await;
}

async fn found(store: &Store, filter: &CaseFilter) -> Vec<CaseRecord> {
    let page = store.cases(filter, None, 1000).await.unwrap();
    assert_eq!(page.next, None);
    page.cases
}

#[tokio::test]
async fn pages_are_complete_and_stable_while_cases_begin() {
    let store = store().await;
    // Several begin at one instant, and one has had all its events taken back.
    let cases = |numbers: std::ops::Range<i64>| -> Vec<CaseRecord> {
        numbers
            .map(|n| CaseRecord {
                opened_at: (n != 7).then(|| at(n / 3)),
                ..bare_case(&format!("c-{n:05}"))
            })
            .collect()
    };
    let mut before = cases(0..100);
    put(&store, &before, 1).await;
    let (mut listed, mut cursor, mut pages) = (Vec::new(), None::<CaseCursor>, 0);
    loop {
        let page = store
            .cases(&CaseFilter::default(), cursor.as_ref(), 13)
            .await
            .unwrap();
        listed.extend(page.cases);
        pages += 1;
        put(&store, &cases(100 + pages * 10..110 + pages * 10), 2).await;
        match page.next {
            // The cursor goes through its text, as it does through the API.
            Some(next) => cursor = Some(next.to_string().parse().unwrap()),
            None => break,
        }
    }
    before.sort_by(|a, b| (b.opened_at, &a.case_no).cmp(&(a.opened_at, &b.case_no)));
    assert_eq!((pages, listed), (8, before));
}

#[tokio::test]
async fn every_filter_finds_its_case_and_no_other() {
    let store = store().await;
    let (full, bare) = (full_case("SG-2026-0001"), bare_case("CF-2026-0002"));
    put(&store, &[full.clone(), bare.clone()], 1).await;
    let text = |s: &str| Some(s.to_owned());
    let any = CaseFilter::default;
    for filter in [
        CaseFilter {
            case_no: text("SG-2026-0001"),
            ..any()
        },
        CaseFilter {
            case_no_part: text("sg-20"),
            ..any()
        },
        CaseFilter {
            source: text("泸州住建"),
            ..any()
        },
        CaseFilter {
            org_code: text("510500-住建局"),
            ..any()
        },
        CaseFilter {
            region_prefix: text("5105"),
            ..any()
        },
        CaseFilter {
            item_code: text("51-施工许可-0001"),
            ..any()
        },
        CaseFilter {
            open: Some(false),
            ..any()
        },
        CaseFilter {
            opened_before: Some(at(-1)),
            ..any()
        },
        CaseFilter {
            sight: Sight {
                region_prefix: text("510502"),
                body: text("510500-住建局"),
            },
            ..any()
        },
    ] {
        assert_eq!(
            found(&store, &filter).await,
            std::slice::from_ref(&full),
            "{filter:?}"
        );
    }
    for filter in [
        CaseFilter {
            open: Some(true),
            ..any()
        },
        CaseFilter {
            opened_from: Some(at(-1)),
            ..any()
        },
    ] {
        assert_eq!(
            found(&store, &filter).await,
            std::slice::from_ref(&bare),
            "{filter:?}"
        );
    }
    assert_eq!(found(&store, &any()).await, [bare, full]);
    for filter in [
        CaseFilter {
            case_no: text("SG-2026"),
            ..any()
        },
        CaseFilter {
            case_no_part: text("%"),
            ..any()
        },
        CaseFilter {
            sight: Sight {
                region_prefix: text("510503"),
                body: None,
            },
            ..any()
        },
    ] {
        assert_eq!(found(&store, &filter).await, [], "{filter:?}");
    }
}
