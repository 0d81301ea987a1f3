//! Codes of acceptance slips: a source gets those of its own cases, the same each time.

use mingjing_intake::Config;
use mingjing_wire::query_code::QueryKeys;
use serde_json::json;

use crate::platform::{Answer, Platform};

const KEY: &str = "a key of this trial, long enough to be one";

fn config() -> Config {
    Config {
        query_keys: QueryKeys::new([("1", KEY)]).unwrap(),
        ..Config::default()
    }
}

async fn asked(platform: &Platform, key: &str, case_nos: &[&str]) -> Answer {
    let request = platform.client.post(platform.url("/v1/query-codes"));
    let request = request.header("authorization", format!("Bearer {key}"));
    let body = json!({ "case_nos": case_nos }).to_string();
    Answer::of(request.body(body).send().await.unwrap()).await
}

#[tokio::test]
async fn a_source_gets_the_codes_of_its_own_cases() {
    let platform = Platform::with(config()).await;
    let (zjj, rsj) = (platform.source("zjj").await, platform.source("rsj").await);
    let answer = asked(&platform, &zjj, &["SG-1", "SG-2"]).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let codes = answer.json["codes"].as_array().unwrap();
    assert_eq!(codes.len(), 2);
    assert_eq!(codes[0]["case_no"], "SG-1");
    let keys = config().query_keys;
    assert_eq!(
        codes[0]["code"].as_str(),
        keys.code("zjj", "SG-1").as_deref()
    );
    assert_ne!(codes[0]["code"], codes[1]["code"]);
    let again = asked(&platform, &zjj, &["SG-1"]).await;
    assert_eq!(again.json["codes"][0], codes[0]);
    let of_another = asked(&platform, &rsj, &["SG-1"]).await;
    assert_ne!(of_another.json["codes"][0]["code"], codes[0]["code"]);
    assert!(
        platform.event_ids().await.is_empty(),
        "something was written"
    );
}

#[tokio::test]
async fn nobody_gets_codes_without_a_key_and_a_site_without_keys_has_none() {
    let platform = Platform::with(config()).await;
    assert_eq!(asked(&platform, "no key", &["SG-1"]).await.status, 401);
    let zjj = platform.source("zjj").await;
    let many: Vec<String> = (0..1001).map(|n| n.to_string()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(asked(&platform, &zjj, &many).await.status, 413);
    let without = Platform::start().await;
    let zjj = without.source("zjj").await;
    assert_eq!(asked(&without, &zjj, &["SG-1"]).await.status, 403);
}
