//! Sources, keys, definitions, and who may touch them.

use mingjing_domain::Timestamp;
use mingjing_intake::{AdminKey, Config};
use mingjing_log::Topic;
use mingjing_wire::LogRecord;
use serde_json::json;

use crate::platform::{Answer, PARTITIONS, Platform, event};

const ADMIN: &str = "an-administrators-key";

#[tokio::test]
async fn a_new_source_is_declared_everywhere_and_gets_its_key_once() {
    let platform = Platform::start().await;
    let declared =
        json!({"id": "zjj", "name": "住建局", "clock": "live", "delay_allowance_hours": 6});
    let first = platform.admin("/v1/sources", declared.clone()).await;
    assert_eq!(first.status, 201);
    let key = first.json["key"].as_str().unwrap().to_owned();
    let mut changed = declared;
    changed["delay_allowance_hours"] = 2.into();
    let second = platform.admin("/v1/sources", changed).await;
    assert_eq!((second.status, &second.json["key"]), (200, &json!(null)));
    assert_eq!(second.json["source"]["delay_allowance_hours"], 2);

    let stored = platform.stored(Topic::Events).await;
    let hours: Vec<_> = stored
        .iter()
        .map(
            |(_, record)| match LogRecord::parse(&record.value, Timestamp::MIN).unwrap() {
                LogRecord::SourceDeclared(source) => source.delay_allowance_hours,
                other => panic!("{other:?}"),
            },
        )
        .collect();
    assert_eq!(hours, [6, 2].repeat(PARTITIONS.into()));
    assert_eq!(
        platform.one(&key, &event("zjj", "1", "c")).await.status,
        200
    );

    let listed = platform
        .client
        .get(platform.url("/v1/sources"))
        .send()
        .await
        .unwrap();
    let listed = Answer::of(listed).await;
    assert_eq!(listed.json["sources"][0]["id"], "zjj");
    assert_eq!(listed.json["sources"][0]["keys"], 1);
    let secret = key.rsplit('_').next().unwrap();
    assert!(!listed.json.to_string().contains(secret));
    assert!(
        !platform.on_disk(secret),
        "a key lies on the disk as it was given"
    );
}

#[tokio::test]
async fn a_declaration_that_makes_no_sense_is_refused_with_its_field() {
    let platform = Platform::start().await;
    for (body, reason, field) in [
        (json!({"name": "x"}), "missing_field", json!("id")),
        (json!({"id": "a b"}), "wrong_type", json!("id")),
        (
            json!({"id": "a", "delay_allowance_hours": 25}),
            "out_of_range",
            json!("delay_allowance_hours"),
        ),
        (
            json!({"id": "a", "clock": "sundial"}),
            "wrong_type",
            json!("clock"),
        ),
        (
            json!({"id": "a", "colour": 1}),
            "unknown_field",
            json!("colour"),
        ),
    ] {
        let answer = platform.admin("/v1/sources", body).await;
        assert_eq!(
            (answer.status, answer.reason()),
            (400, reason),
            "{answer:?}"
        );
        assert_eq!(answer.json["error"]["field"], field);
    }
    assert!(platform.stored(Topic::Events).await.is_empty());
}

#[tokio::test]
async fn a_rotated_key_ends_all_earlier_ones_at_once() {
    let platform = Platform::start().await;
    let old = platform.source("https://zjj/1").await;
    let rotated = platform
        .admin("/v1/sources/https:%2F%2Fzjj%2F1/keys", json!({}))
        .await;
    assert_eq!(rotated.status, 200, "{rotated:?}");
    let new = rotated.json["key"].as_str().unwrap();
    let event = event("https://zjj/1", "1", "c");
    assert_eq!(platform.one(&old, &event).await.status, 401);
    assert_eq!(platform.one(new, &event).await.status, 200);
    let unknown = platform.admin("/v1/sources/nobody/keys", json!({})).await;
    assert_eq!((unknown.status, unknown.reason()), (404, "unknown_source"));
}

#[tokio::test]
async fn with_an_administrators_key_only_its_holder_is_the_administrator() {
    let config = Config {
        admin_key: Some(AdminKey::new(ADMIN)),
        ..Config::default()
    };
    let platform = Platform::with(config).await;
    let body = json!({"id": "zjj"}).to_string();
    for (path, key, status) in [
        ("/v1/sources", None, 401),
        ("/v1/sources", Some("Bearer wrong"), 401),
        ("/v1/sources/zjj/keys", None, 401),
        ("/v1/definitions", None, 401),
        ("/v1/sources", Some("Bearer an-administrators-key"), 201),
    ] {
        let mut request = platform.client.post(platform.url(path)).body(body.clone());
        if let Some(key) = key {
            request = request.header("authorization", key);
        }
        assert_eq!(
            request.send().await.unwrap().status(),
            status,
            "{path} {key:?}"
        );
    }
    let list = platform
        .client
        .get(platform.url("/v1/sources"))
        .send()
        .await
        .unwrap();
    assert_eq!(list.status(), 401);
    // Nor does it open the door for events.
    assert_eq!(
        platform.one(ADMIN, &event("zjj", "1", "c")).await.status,
        401
    );
}

#[tokio::test]
async fn without_an_administrators_key_a_proxied_request_is_not_the_administrators() {
    let platform = Platform::start().await;
    let request = platform
        .client
        .post(platform.url("/v1/sources"))
        .body(r#"{"id":"zjj"}"#);
    let answer = Answer::of(
        request
            .header("x-forwarded-for", "10.0.0.9")
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!((answer.status, answer.reason()), (403, "not_allowed"));
}

#[tokio::test]
async fn definitions_are_published_whole_or_every_problem_is_told_with_its_place() {
    let platform = Platform::start().await;
    let body = "kind: body\ncode: \"510502\"\nname: 住建局\nregion: \"510502\"\n";
    let good = json!({"files": [{"name": "bodies.yaml", "text": body}]});
    let published = platform.admin("/v1/definitions", good).await;
    assert_eq!(published.status, 200, "{published:?}");
    assert_eq!(
        *platform.published.0.lock().unwrap(),
        [published.json["hash"].as_str().unwrap()]
    );
    let bad = json!({"files": [
        {"name": "bodies.yaml", "text": "kind: body\ncode: \"510502\"\nname: 住建局\nregion: \"510502\"\ncolour: red\n"},
        {"name": "other.yaml", "text": "\nkind: banana\n"},
    ]});
    let refused = platform.admin("/v1/definitions", bad).await;
    assert_eq!(
        (refused.status, refused.reason()),
        (422, "wrong_definitions")
    );
    let problems = refused.json["problems"].as_array().unwrap();
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert_eq!(
        (&problems[0]["file"], &problems[0]["line"]),
        (&json!("bodies.yaml"), &json!(5))
    );
    assert_eq!(problems[1]["file"], "other.yaml");
    assert_eq!(platform.published.0.lock().unwrap().len(), 1);
    // What only reviewers may change is refused in words that say what to do.
    let reviewed = json!({"files": [{"name": "reviewed.yaml", "text": body}], "who": {"person": "op"}, "why": "试"});
    let refused = platform.admin("/v1/definitions", reviewed).await;
    assert_eq!((refused.status, refused.reason()), (409, "needs_review"));
    assert!(
        refused.json["error"]["message_zh"]
            .as_str()
            .unwrap()
            .contains("请起草"),
        "{refused:?}"
    );
    let malformed = platform.admin("/v1/definitions", json!({"file": []})).await;
    assert_eq!(
        (malformed.status, malformed.reason()),
        (400, "unknown_field")
    );
}

#[tokio::test]
async fn what_the_definitions_declare_is_declared_there_and_nowhere_else() {
    let platform = Platform::start().await;
    let text = "kind: source\nid: zjj\nname: 住建局\ndelay_allowance_hours: 6\n";
    let files = json!({"files": [{"name": "sources.yaml", "text": text}]});
    assert_eq!(platform.admin("/v1/definitions", files).await.status, 200);
    // No key yet: nobody can speak for it.
    let key = platform.admin("/v1/sources/zjj/keys", json!({})).await;
    assert_eq!(key.status, 200, "{key:?}");
    let key = key.json["key"].as_str().unwrap();
    assert_eq!(platform.one(key, &event("zjj", "1", "c")).await.status, 200);

    let other = json!({"id": "zjj", "name": "住建局", "delay_allowance_hours": 24});
    let refused = platform.admin("/v1/sources", other).await;
    assert_eq!(
        (refused.status, refused.reason()),
        (409, "declared_in_definitions")
    );
    let same = json!({"id": "zjj", "name": "住建局", "delay_allowance_hours": 6});
    assert_eq!(platform.admin("/v1/sources", same).await.status, 200);
    // The definitions are in the log; a declaration of its own would say it twice.
    let stored = platform.stored(Topic::Events).await;
    let events = stored.iter().filter(|(_, record)| {
        matches!(
            LogRecord::parse(&record.value, Timestamp::MIN),
            Ok(LogRecord::Event(_))
        )
    });
    assert_eq!((events.count(), stored.len()), (1, 1));
}
