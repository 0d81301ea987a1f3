//! Secret items and personal data.

use mingjing_domain::event::Value as Attribute;
use mingjing_wire::LogRecord;
use serde_json::json;

use crate::platform::{BATCH, NDJSON, Platform, STRUCTURED, event};

#[tokio::test]
async fn nothing_of_a_secret_item_reaches_the_disk_and_an_alarm_is_raised() {
    let platform = Platform::start().await;
    let key = platform.source("zjj").await;
    // What is not secret is found on the disk by the same search.
    let mut plain = event("zjj", "0", "PLAINCASE");
    plain["data"]["reason"] = "PLAINWORDS".into();
    assert_eq!(platform.one(&key, &plain).await.status, 200);
    assert!(platform.on_disk("PLAINWORDS") && platform.on_disk("PLAINCASE"));

    let mut secret = event("zjj", "1", "SECRETCASE");
    secret["data"]["secrecy"] = "机密".into();
    secret["data"]["reason"] = "SECRETWORDS".into();
    let mut broken = secret.clone();
    broken["data"]["org_code"] = 7.into();
    let mut own_mark = event("zjj", "2", "SECRETCASE");
    own_mark["data"]["attributes"] = json!({"密级": "秘密", "说明": "SECRETWORDS"});
    let pretty = serde_json::to_string_pretty(&secret).unwrap();
    let cut = secret.to_string().replace("\"org_code\"", "\"org_code");
    let answers = [
        platform.one(&key, &secret).await,
        platform.one(&key, &broken).await,
        platform.one(&key, &own_mark).await,
        platform
            .post(
                &key,
                BATCH,
                json!([secret, event("zjj", "3", "c")]).to_string(),
            )
            .await,
        platform.post(&key, STRUCTURED, cut.clone()).await,
        platform.post(&key, NDJSON, pretty).await,
        platform.post(&key, BATCH, format!("[{cut}]")).await,
    ];
    assert_eq!(answers[0].outcomes(), ["secret"]);
    assert_eq!(answers[1].outcomes(), ["secret"]);
    assert_eq!(answers[2].outcomes(), ["secret"]);
    assert_eq!(
        (answers[3].status, answers[3].outcomes()),
        (207, vec!["secret", "accepted"])
    );
    assert_eq!(answers[4].outcomes(), ["secret"]);
    assert!(
        answers[5].outcomes().contains(&"secret") && !answers[5].outcomes().contains(&"accepted")
    );
    assert_eq!(answers[6].reason(), "secret");
    let header = platform
        .request(&key, "application/json")
        .header("ce-specversion", "1.0")
        .header("ce-secrecy", "top")
        .header("ce-id", "9")
        .body(r#"{"reason":"SECRETWORDS""#);
    assert_eq!(header.send().await.unwrap().status(), 400);

    assert!(!platform.on_disk("SECRETWORDS") && !platform.on_disk("SECRETCASE"));
    for answer in &answers {
        assert!(
            !answer.json.to_string().contains("SECRETWORDS"),
            "{answer:?}"
        );
    }
    let rejects = platform.rejects().await;
    let secret: Vec<_> = rejects
        .iter()
        .filter(|reject| reject.reason == "secret")
        .collect();
    assert_eq!(platform.metric("secret_total", ""), secret.len() as f64);
    assert!(secret.len() >= 8, "{rejects:?}");
    assert!(
        secret
            .iter()
            .all(|reject| reject.excerpt.is_none() && reject.case_no.is_none())
    );
}

#[tokio::test]
async fn numbers_of_persons_are_masked_before_they_are_stored_and_counted() {
    let platform = Platform::start().await;
    let key = platform.source("zjj").await;
    let mut told = event("zjj", "1", "c");
    told["data"]["reason"] = "申请人11010519491231002X，电话13912345678".into();
    told["data"]["attributes"] = json!({"备注": "联系139-1234-5678", "面积": 120});
    assert_eq!(platform.one(&key, &told).await.status, 200);
    let records = platform.records().await;
    let LogRecord::Event(stored) = &records[0].1 else {
        panic!("{records:?}")
    };
    assert_eq!(stored.data.reason.as_deref(), Some("申请人***，电话***"));
    assert_eq!(
        stored.data.attributes["备注"],
        Attribute::Text("联系***".into())
    );
    assert_eq!(stored.data.attributes["面积"], Attribute::Int(120));
    assert_eq!(platform.metric("masked_total", "identity"), 1.0);
    assert_eq!(platform.metric("masked_total", "mobile"), 2.0);
    for number in ["11010519491231002X", "13912345678", "139-1234-5678"] {
        assert!(!platform.on_disk(number), "{number}");
    }
}

#[tokio::test]
async fn a_party_by_number_or_name_is_refused_and_the_number_not_kept() {
    let platform = Platform::start().await;
    let key = platform.source("zjj").await;
    let party = |reference: &str| {
        let mut event = event("zjj", reference, "c");
        event["data"]["party_ref"] = reference.into();
        event
    };
    let mut by_number = party("11010519491231002X");
    by_number["id"] = "1".into();
    let answer = platform.one(&key, &by_number).await;
    assert_eq!(
        (answer.status, answer.outcomes()),
        (400, vec!["personal_data"])
    );
    assert_eq!(answer.json["items"][0]["field"], "data.party_ref");
    assert!(!platform.on_disk("11010519491231002X"));
    let rejects = platform.rejects().await;
    assert!(
        rejects[0]
            .excerpt
            .as_deref()
            .unwrap()
            .contains(r#""party_ref":"***""#),
        "{rejects:?}"
    );
    assert_eq!(
        platform
            .one(&key, &party("9f86d081884c7d659a2feaa0c55ad015"))
            .await
            .status,
        200
    );
}
