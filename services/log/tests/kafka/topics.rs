//! Topics: created as they must be, checked when they are there, and missed when they are not what they were.

use std::time::{Duration, Instant};

use bytes::Bytes;
use mingjing_log::kafka::{Config, KafkaLog, OpenError};
use mingjing_log::{Error, Log, Offset, Partition, Record, Table, Topic};
use rdkafka::admin::{AdminOptions, NewTopic, ResourceSpecifier, TopicReplication};

use crate::broker::{admin, config, delete, topics};

const P0: Partition = Partition(0);

fn records(name: &str, count: usize) -> Vec<Record> {
    let value = |n| Bytes::from(format!("{name} {n}/{count}"));
    (0..count)
        .map(|n| Record {
            key: Bytes::from_static(b"k"),
            value: value(n),
        })
        .collect()
}

async fn open(config: &Config) -> KafkaLog {
    KafkaLog::open(config.clone()).await.expect("the log opens")
}

async fn refusal(config: &Config) -> OpenError {
    match KafkaLog::open(config.clone()).await {
        Ok(_) => panic!("{config:?} opens"),
        Err(refused) => refused,
    }
}

async fn create(config: &Config, name: &str, partitions: i32, settings: &[(&str, &str)]) {
    let name = format!("{}{name}", config.prefix);
    let new = NewTopic::new(&name, partitions, TopicReplication::Fixed(1));
    let new = settings.iter().fold(new, |new, (k, v)| new.set(k, v));
    let answers = admin(&config.brokers)
        .create_topics([&new], &AdminOptions::new())
        .await;
    answers.expect("an answer")[0]
        .as_ref()
        .expect("the topic is created");
}

#[tokio::test]
async fn topics_are_created_so_that_nothing_is_lost_or_torn() {
    let config = config("created", 3);
    drop(open(&config).await);
    let names = topics(&config);
    let resources: Vec<_> = names.iter().map(|n| ResourceSpecifier::Topic(n)).collect();
    let answers = admin(&config.brokers)
        .describe_configs(&resources, &AdminOptions::new())
        .await
        .expect("settings");
    for (name, answer) in names.iter().zip(answers) {
        let found = answer.expect("the topic's settings");
        let setting = |key: &str| found.get(key).and_then(|e| e.value.clone());
        let policy = if name.ends_with("tables") {
            "compact"
        } else {
            "delete"
        };
        assert_eq!(setting("cleanup.policy").as_deref(), Some(policy), "{name}");
        assert_eq!(setting("flush.messages").as_deref(), Some("1"), "{name}");
        if policy == "delete" {
            assert_eq!(setting("retention.ms").as_deref(), Some("-1"), "{name}");
            assert_eq!(setting("retention.bytes").as_deref(), Some("-1"), "{name}");
        }
    }
}

#[tokio::test]
async fn a_topic_that_would_lose_records_is_refused_with_what_to_do() {
    let wrong = config("wrong", 2);
    let right = [
        ("cleanup.policy", "delete"),
        ("retention.ms", "-1"),
        ("retention.bytes", "-1"),
    ];
    let batch = ("max.message.bytes", "16777216");
    let safe = ("unclean.leader.election.enable", "false");
    let flush = ("flush.messages", "1");
    for (name, changed, value) in [
        ("retention", "retention.ms", "604800000"),
        ("compaction", "cleanup.policy", "compact"),
        ("small", "max.message.bytes", "1048588"),
        ("lazy", "flush.messages", "1000"),
    ] {
        let mut config = wrong.clone();
        config.prefix += &format!("{name}.");
        let mut settings = right.to_vec();
        settings.extend([batch, safe, flush]);
        settings.retain(|(key, _)| *key != changed);
        settings.push((changed, value));
        create(&config, "mj.log", 2, &settings).await;
        let refused = refusal(&config).await.to_string();
        let wanted = [
            format!("topic {}mj.log has {changed}={value}", config.prefix),
            "kafka-configs.sh".to_owned(),
            format!("--add-config {changed}="),
        ];
        for part in wanted {
            assert!(refused.contains(&part), "{refused}");
        }
    }
}

#[tokio::test]
async fn the_number_of_partitions_is_checked() {
    let mut config = config("count", 3);
    drop(open(&config).await);
    config.partitions = 4;
    let refused = refusal(&config).await;
    assert!(
        matches!(
            refused,
            OpenError::PartitionCount {
                found: 3,
                asked: 4,
                ..
            }
        ),
        "{refused}"
    );
    config.partitions = 3;
    config.replication = 2;
    let refused = refusal(&config).await;
    assert!(
        matches!(
            refused,
            OpenError::Copies {
                found: 1,
                asked: 2,
                ..
            }
        ),
        "{refused}"
    );
}

#[tokio::test]
async fn topics_are_not_created_unless_allowed_nor_beside_records() {
    let mut config = config("absent", 1);
    config.create = false;
    let refused = refusal(&config).await;
    assert!(matches!(refused, OpenError::Missing { .. }), "{refused}");
    config.create = true;
    let log = open(&config).await;
    log.append(Topic::Events, P0, records("a", 3))
        .await
        .expect("it appends");
    drop(log);
    delete(&config.brokers, &[format!("{}mj.facts", config.prefix)]).await;
    let refused = refusal(&config).await.to_string();
    assert!(
        refused.contains("mj.facts") && refused.contains("they were lost"),
        "{refused}"
    );
}

#[tokio::test]
async fn a_topic_made_anew_is_another_log_even_when_it_has_grown_as_long() {
    let config = config("anew", 1);
    let log = open(&config).await;
    let id = log.id();
    for topic in Topic::ALL {
        log.append(topic, P0, records("a", 5))
            .await
            .expect("it appends");
    }
    drop(log);
    delete(&config.brokers, &topics(&config)).await;
    let log = open(&config).await;
    log.append(Topic::Events, P0, records("b", 9))
        .await
        .expect("it appends");
    let answer = log.check_id(id);
    assert!(
        matches!(answer, Err(Error::UnknownLog { .. })),
        "{answer:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_topic_made_anew_under_an_open_log_stops_it() {
    let config = config("under", 1);
    let log = open(&config).await;
    log.append(Topic::Events, P0, records("a", 5))
        .await
        .expect("it appends");
    log.read(Topic::Events, P0, Offset(0), 9, 999, Some(Duration::ZERO))
        .await
        .expect("it reads");
    delete(&config.brokers, &topics(&config)).await;
    let other = open(&config).await;
    other
        .append(Topic::Events, P0, records("b", 9))
        .await
        .expect("it appends");
    // The guard looks every second.
    let began = Instant::now();
    let refused = loop {
        let answer = log.read(Topic::Events, P0, Offset(5), 9, 999, None).await;
        match answer {
            Err(refused @ Error::UnknownLog { .. }) => break refused,
            _ if began.elapsed() < Duration::from_secs(20) => {}
            answer => panic!("{answer:?}"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let named = refused.to_string();
    assert!(named.contains(&other.id().to_string()) && named.contains(&log.id().to_string()));
    let answers = [
        log.append(Topic::Facts, P0, records("a", 1)).await.err(),
        log.trim(Topic::Facts, P0, Offset(0)).await.err(),
        log.bounds(Topic::Facts, P0).await.err(),
        log.put("t", Bytes::from_static(b"k"), None).await.err(),
    ];
    for answer in answers {
        assert!(
            matches!(answer, Some(Error::UnknownLog { .. })),
            "{answer:?}"
        );
    }
}

#[tokio::test]
async fn a_setting_that_the_log_rests_on_is_refused_before_anything_is_asked() {
    let mut config = config("poison", 1);
    for (key, value) in [
        ("acks", "1"),
        ("linger.ms", "5"),
        ("auto.offset.reset", "earliest"),
    ] {
        config.properties = [(key.to_owned(), value.to_owned())].into();
        let refused = refusal(&config).await;
        let named = matches!(&refused, OpenError::Setting { setting, .. } if setting == key);
        assert!(named, "{refused}");
    }
    config.properties = [("compression.type".to_owned(), "lz4".to_owned())].into();
    let log = open(&config).await;
    let first = log.append(Topic::Events, P0, records("a", 100)).await;
    assert_eq!(first.expect("it appends"), Offset(0));
    let read = log
        .read(Topic::Events, P0, Offset(99), 9, 999, None)
        .await
        .expect("it reads");
    assert_eq!(read.records.len(), 1);
}

#[tokio::test]
async fn a_cluster_that_is_not_there_is_named_within_the_time_allowed() {
    let mut config = Config::new("127.0.0.1:1");
    config.timeout = Duration::from_secs(1);
    let began = Instant::now();
    let refused = refusal(&config).await.to_string();
    assert!(refused.contains("127.0.0.1:1"), "{refused}");
    assert!(
        began.elapsed() < Duration::from_secs(15),
        "{:?}",
        began.elapsed()
    );
}
