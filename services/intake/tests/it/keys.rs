//! Keys of sources over time: two that work while one takes over from the other, ends that come by themselves, and who did what.

use mingjing_domain::Timestamp;
use mingjing_intake::{AdminKey, Config};
use serde_json::{Value, json};

use crate::platform::{Answer, Platform, event};

const KEYS: &str = "/v1/sources/zjj/keys";

async fn told(platform: &Platform) -> Value {
    let answer = platform.client.get(platform.url(KEYS)).send().await;
    let answer = Answer::of(answer.unwrap()).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json
}

/// Whether events come in by a key.
async fn opens(platform: &Platform, key: &str, n: u32) -> bool {
    let answer = platform.one(key, &event("zjj", &n.to_string(), "c")).await;
    assert!(matches!(answer.status, 200 | 401), "{answer:?}");
    answer.status == 200
}

async fn rotated(platform: &Platform, body: Value) -> (String, Value) {
    let answer = platform.admin(KEYS, body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    (answer.json["key"].as_str().unwrap().to_owned(), answer.json)
}

#[tokio::test]
async fn a_former_key_goes_on_for_the_hours_that_were_said_and_never_more_than_two_work() {
    let platform = Platform::start().await;
    let first = platform.source("zjj").await;
    // Which of two is the newer says the clock.
    platform.set_clock("2026-11-23T09:30:01+08:00");
    let (second, given) = rotated(&platform, json!({ "keep_hours": 48 })).await;
    let until = given["former"]["until"].as_str().unwrap();
    assert_eq!(
        Timestamp::parse(until).unwrap(),
        Timestamp::parse("2026-11-25T09:30:01+08:00").unwrap()
    );
    assert!(opens(&platform, &first, 1).await && opens(&platform, &second, 2).await);

    // Of three the newest two.
    platform.set_clock("2026-11-24T09:30:00+08:00");
    let (third, _) = rotated(&platform, json!({ "keep_hours": 720 })).await;
    let open = [&first, &second, &third];
    let mut opened = Vec::new();
    for (n, key) in (10..).zip(open) {
        opened.push(opens(&platform, key, n).await);
    }
    assert_eq!(opened, [false, true, true]);

    // Another rotation may shorten what was said before.
    let revoked = format!("{KEYS}/{}", id_of(&third));
    assert_eq!(delete(&platform, &revoked).await, 204);
    let (fourth, given) = rotated(&platform, json!({ "keep_hours": 1 })).await;
    assert_eq!(given["former"]["key_id"], id_of(&second));
    platform.set_clock("2026-11-24T10:29:59+08:00");
    assert!(opens(&platform, &second, 20).await);
    platform.set_clock("2026-11-24T10:30:00+08:00");
    assert!(!opens(&platform, &second, 21).await);
    assert!(opens(&platform, &fourth, 22).await);
}

#[tokio::test]
async fn a_key_that_has_an_end_opens_nothing_from_then_on() {
    let platform = Platform::start().await;
    let first = platform.source("zjj").await;
    let end = json!({ "expires_at": "2026-12-23T00:00:00+08:00" });
    let (second, _) = rotated(&platform, end).await;
    assert!(!opens(&platform, &first, 1).await, "it ended at once");
    platform.set_clock("2026-12-22T23:59:59+08:00");
    assert!(opens(&platform, &second, 2).await);
    platform.set_clock("2026-12-23T00:00:00+08:00");
    assert!(!opens(&platform, &second, 3).await);
    assert_eq!(told(&platform).await["keys"][0]["works"], false);
    // It has none that works, so declaring it gives it one, as on the first day.
    let again = platform.admin("/v1/sources", json!({ "id": "zjj" })).await;
    let third = again.json["key"].as_str().unwrap().to_owned();
    assert!(opens(&platform, &third, 4).await);
    for (body, field) in [
        (
            json!({ "expires_at": "2026-12-23T00:00:00+08:00" }),
            "expires_at",
        ),
        (json!({ "keep_hours": 721 }), "keep_hours"),
    ] {
        let refused = platform.admin(KEYS, body).await;
        assert_eq!((refused.status, refused.reason()), (400, "out_of_range"));
        assert_eq!(refused.json["error"]["field"], field);
    }
    let unknown = platform.admin(KEYS, json!({ "keep": 1 })).await;
    assert_eq!((unknown.status, unknown.reason()), (400, "unknown_field"));
    assert!(
        opens(&platform, &third, 5).await,
        "what is refused changes nothing"
    );
}

#[tokio::test]
async fn a_key_is_listed_with_its_last_use_and_revoked_by_its_number() {
    let platform = Platform::start().await;
    let first = platform.source("zjj").await;
    assert_eq!(
        told(&platform).await["keys"][0]["last_used_at"],
        Value::Null
    );
    assert!(opens(&platform, &first, 1).await);
    platform.set_clock("2026-11-23T09:45:00+08:00");
    assert!(opens(&platform, &first, 2).await);
    let (second, _) = rotated(&platform, json!({ "keep_hours": 24 })).await;
    let listed = told(&platform).await;
    let keys = listed["keys"].as_array().unwrap();
    let ids: Vec<&str> = keys.iter().map(|k| k["id"].as_str().unwrap()).collect();
    assert_eq!(ids, [id_of(&first), id_of(&second)]);
    let used = keys[0]["last_used_at"].as_str().unwrap();
    assert_eq!(
        Timestamp::parse(used).unwrap(),
        Timestamp::parse("2026-11-23T09:45:00+08:00").unwrap()
    );
    // A guess with a known number is no use.
    let guessed = format!("mjk_{}_{}", id_of(&second), "0".repeat(64));
    assert!(!opens(&platform, &guessed, 3).await);
    assert_eq!(
        told(&platform).await["keys"][1]["last_used_at"],
        Value::Null
    );

    let path = format!("{KEYS}/{}", id_of(&first));
    assert_eq!(delete(&platform, &path).await, 204);
    assert!(!opens(&platform, &first, 4).await && opens(&platform, &second, 5).await);
    assert_eq!(delete(&platform, &path).await, 404);
    // Another source's key is none of this one's.
    let other = platform.source("gaj").await;
    let path = format!("{KEYS}/{}", id_of(&other));
    assert_eq!(delete(&platform, &path).await, 404);
    let unknown = delete(&platform, "/v1/sources/nobody/keys/00").await;
    assert_eq!(unknown, 404);

    let listed = told(&platform).await;
    let done: Vec<(&str, &str)> = listed["done"]
        .as_array()
        .unwrap()
        .iter()
        .map(|done| {
            assert_eq!(done["from"], "127.0.0.1");
            (
                done["key_id"].as_str().unwrap(),
                done["what"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        done,
        [
            (id_of(&first), "made"),
            (id_of(&second), "made"),
            (id_of(&first), "kept"),
            (id_of(&first), "ended"),
        ]
    );
    // Neither here nor on the disk does a key's secret lie.
    for key in [&first, &second] {
        let secret = key.rsplit('_').next().unwrap();
        assert!(!listed.to_string().contains(secret) && !platform.on_disk(secret));
    }
}

#[tokio::test]
async fn keys_are_listed_and_revoked_by_the_administrator_alone() {
    let config = Config {
        admin_key: Some(AdminKey::new("an-administrators-key")),
        ..Config::default()
    };
    let platform = Platform::with(config).await;
    for request in [
        platform.client.get(platform.url(KEYS)),
        platform.client.delete(platform.url(&format!("{KEYS}/00"))),
    ] {
        for key in [None, Some("Bearer wrong"), Some("an-administrators-key")] {
            let request = request.try_clone().unwrap();
            let request = match key {
                Some(key) => request.header("authorization", key),
                None => request,
            };
            assert_eq!(request.send().await.unwrap().status(), 401, "{key:?}");
        }
    }
}

/// The part of a key's text by which it is called.
fn id_of(key: &str) -> &str {
    key.split('_').nth(1).unwrap()
}

async fn delete(platform: &Platform, path: &str) -> u16 {
    let request = platform.client.delete(platform.url(path));
    request.send().await.unwrap().status().as_u16()
}
