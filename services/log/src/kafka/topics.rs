//! The topics: created with the settings the log needs, or checked for them; and the log's identity, which is theirs.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rdkafka::admin::{AdminOptions, ConfigEntry, NewTopic, ResourceSpecifier, TopicReplication};
use rdkafka::types::RDKafkaErrorCode;
use xxhash_rust::xxh3::xxh3_128;

use super::OpenError;
use super::cluster::Admin;
use super::config::{Config, MAX_BATCH_BYTES};
use super::native;
use crate::{LogId, Topic};

/// The id that the cluster gave each topic when it was created, by the topic's name.
pub(super) type Ids = BTreeMap<String, u128>;

const PAUSE: Duration = Duration::from_millis(50);

/// One topic and what it must be like.
struct Wanted {
    name: String,
    partitions: u16,
    settings: Vec<(&'static str, Rule)>,
}

/// What a setting must be.
enum Rule {
    Is(String),
    AtLeast(i64),
}

impl Rule {
    fn holds(&self, found: &str) -> bool {
        match self {
            Rule::Is(wanted) => found == wanted,
            Rule::AtLeast(least) => found.parse::<i64>().is_ok_and(|found| found >= *least),
        }
    }

    /// The value a new topic gets.
    fn value(&self) -> String {
        match self {
            Rule::Is(value) => value.clone(),
            Rule::AtLeast(least) => least.to_string(),
        }
    }
}

/// All names, the tables' last.
pub(super) fn names(config: &Config) -> Vec<String> {
    let logs = Topic::ALL.into_iter().map(|topic| config.topic(topic));
    logs.chain([config.tables()]).collect()
}

/// The log's identity: a digest of the ids of its three topics. A topic made anew has another id, whatever has been
/// written to it since, and a record of our own that said so could be trimmed away.
pub(super) fn log_id(config: &Config, ids: &Ids) -> LogId {
    let parts = Topic::ALL.map(|topic| ids.get(&config.topic(topic)).copied().unwrap_or(0));
    LogId(xxh3_128(&parts.map(u128::to_be_bytes).concat()))
}

/// Makes sure that all topics are there and as they must be.
pub(super) async fn ensure(config: &Config, admin: &Admin) -> Result<Ids, OpenError> {
    let deadline = Instant::now() + config.timeout;
    let found = ids(config, admin, deadline).await?;
    let missing: Vec<Wanted> = wanted(config)
        .into_iter()
        .filter(|topic| found.get(&topic.name).is_none_or(Option::is_none))
        .collect();
    if !missing.is_empty() {
        create(config, admin, missing, deadline).await?;
    }
    let ids = complete(config, admin, deadline).await?;
    check(config, admin, deadline).await?;
    Ok(ids)
}

fn wanted(config: &Config) -> Vec<Wanted> {
    let is = |value: &str| Rule::Is(value.to_owned());
    let common = || {
        let in_step = if config.replication > 1 { 2 } else { 1 };
        let mut common = vec![
            ("max.message.bytes", Rule::AtLeast(MAX_BATCH_BYTES as i64)),
            ("min.insync.replicas", Rule::AtLeast(in_step)),
            ("unclean.leader.election.enable", is("false")),
        ];
        if config.replication == 1 {
            // No second machine has it, so it is acknowledged when this one's disk has.
            common.push(("flush.messages", is("1")));
        }
        common
    };
    let logs = Topic::ALL.into_iter().map(|topic| Wanted {
        name: config.topic(topic),
        partitions: config.partitions,
        settings: [
            ("cleanup.policy", is("delete")),
            ("retention.ms", is("-1")),
            ("retention.bytes", is("-1")),
        ]
        .into_iter()
        .chain(common())
        .collect(),
    });
    let tables = Wanted {
        name: config.tables(),
        partitions: 1,
        settings: [
            ("cleanup.policy", is("compact")),
            // A follower that was cut off for a week still learns what was removed meanwhile.
            ("delete.retention.ms", Rule::AtLeast(7 * 24 * 3600 * 1000)),
        ]
        .into_iter()
        .chain(common())
        .collect(),
    };
    logs.chain([tables]).collect()
}

/// Topics that are missing beside others that hold something are lost, not new.
async fn create(
    config: &Config,
    admin: &Admin,
    missing: Vec<Wanted>,
    deadline: Instant,
) -> Result<(), OpenError> {
    let absent: Vec<&str> = missing.iter().map(|topic| topic.name.as_str()).collect();
    let refused = |why| OpenError::Missing {
        topics: absent.join(", "),
        why,
    };
    if !config.create {
        return Err(refused("and this configuration does not create topics"));
    }
    for wanted in wanted(config) {
        if absent.contains(&wanted.name.as_str()) {
            continue;
        }
        for partition in 0..wanted.partitions {
            let name = wanted.name.clone();
            let bounds = blocking(admin, move |client| {
                client.fetch_watermarks(&name, i32::from(partition), Duration::from_secs(10))
            });
            // A partition that is not there is found by the check that follows.
            if bounds.await.is_ok_and(|(_, end)| end > 0) {
                return Err(refused(
                    "while the log's other topics hold records: they were lost, and a new empty one would hide it",
                ));
            }
        }
    }
    let values: Vec<Vec<(&str, String)>> = missing
        .iter()
        .map(|topic| {
            topic
                .settings
                .iter()
                .map(|(key, rule)| (*key, rule.value()))
                .collect()
        })
        .collect();
    let new: Vec<NewTopic<'_>> = missing
        .iter()
        .zip(&values)
        .map(|(topic, values)| {
            let copies = TopicReplication::Fixed(i32::from(config.replication));
            let new = NewTopic::new(&topic.name, i32::from(topic.partitions), copies);
            values
                .iter()
                .fold(new, |new, (key, value)| new.set(key, value))
        })
        .collect();
    let options = options(deadline);
    let answers = admin.create_topics(&new, &options).await;
    for answer in answers.map_err(OpenError::of("creating the topics"))? {
        match answer {
            Ok(name) => tracing::info!(topic = name, "topic created"),
            // Another process that opens the same log was first.
            Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
            Err((name, code)) => {
                let source = rdkafka::error::KafkaError::AdminOp(code);
                return Err(OpenError::of(format!("creating topic {name}"))(source));
            }
        }
    }
    Ok(())
}

/// The ids of all topics, once all are known to the broker that answers.
async fn complete(config: &Config, admin: &Admin, deadline: Instant) -> Result<Ids, OpenError> {
    loop {
        let found = ids(config, admin, deadline).await?;
        let mut complete = Ids::new();
        for (name, id) in found {
            match id {
                Some(0) => return Err(OpenError::NoTopicIds { topic: name }),
                Some(id) => drop(complete.insert(name, id)),
                None => {}
            }
        }
        if complete.len() == names(config).len() {
            return Ok(complete);
        }
        if Instant::now() > deadline {
            return Err(OpenError::Missing {
                topics: names(config)
                    .into_iter()
                    .filter(|name| !complete.contains_key(name))
                    .collect::<Vec<_>>()
                    .join(", "),
                why: "although the cluster was asked to create what was missing",
            });
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// What the cluster knows of the topics; asks again while no broker answers.
async fn ids(
    config: &Config,
    admin: &Admin,
    deadline: Instant,
) -> Result<BTreeMap<String, Option<u128>>, OpenError> {
    loop {
        let names = names(config);
        let answer = blocking(admin, move |client| {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            native::topic_ids(client, &names, Duration::from_secs(5))
        });
        match answer.await {
            Ok(ids) => return Ok(ids),
            Err(source) if Instant::now() > deadline => {
                let attempted = format!("asking {} for the topics", config.brokers);
                return Err(OpenError::of(attempted)(source));
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

async fn check(config: &Config, admin: &Admin, deadline: Instant) -> Result<(), OpenError> {
    let wanted = wanted(config);
    for topic in &wanted {
        check_partitions(config, admin, topic, deadline).await?;
    }
    let resources: Vec<_> = wanted
        .iter()
        .map(|topic| ResourceSpecifier::Topic(&topic.name))
        .collect();
    let answers = admin.describe_configs(&resources, &options(deadline)).await;
    let answers = answers.map_err(OpenError::of("reading the topics' settings"))?;
    for (topic, answer) in wanted.iter().zip(answers) {
        let attempted = || format!("reading the settings of topic {}", topic.name);
        let found = answer.map_err(|code| {
            OpenError::of(attempted())(rdkafka::error::KafkaError::AdminOp(code))
        })?;
        check_settings(config, topic, &found.entry_map())?;
    }
    Ok(())
}

/// A new topic's partitions get their leaders one after the other.
async fn check_partitions(
    config: &Config,
    admin: &Admin,
    topic: &Wanted,
    deadline: Instant,
) -> Result<(), OpenError> {
    loop {
        let name = topic.name.clone();
        let answer = blocking(admin, move |client| {
            let metadata = client.fetch_metadata(Some(&name), Duration::from_secs(5))?;
            let found = metadata.topics().first();
            let partitions = found.map(|t| t.partitions()).unwrap_or_default();
            let led = partitions
                .iter()
                .all(|p| p.leader() >= 0 && p.error().is_none());
            let copies = partitions.iter().map(|p| p.replicas().len()).min();
            Ok((partitions.len(), led, copies.unwrap_or(0)))
        });
        let answer = answer.await;
        let over = Instant::now() > deadline;
        match answer {
            Ok((found, true, copies)) if found > 0 => {
                if found != usize::from(topic.partitions) {
                    return Err(OpenError::PartitionCount {
                        topic: topic.name.clone(),
                        found,
                        asked: topic.partitions,
                    });
                }
                if copies < usize::from(config.replication) {
                    return Err(OpenError::Copies {
                        topic: topic.name.clone(),
                        found: copies,
                        asked: config.replication,
                    });
                }
                return Ok(());
            }
            Err(source) if over => {
                let attempted = format!("asking for the partitions of topic {}", topic.name);
                return Err(OpenError::of(attempted)(source));
            }
            Ok(_) if over => {
                return Err(OpenError::Missing {
                    topics: topic.name.clone(),
                    why: "or some of its partitions have no leader",
                });
            }
            _ => tokio::time::sleep(PAUSE).await,
        }
    }
}

fn check_settings(
    config: &Config,
    topic: &Wanted,
    found: &std::collections::HashMap<&str, &ConfigEntry>,
) -> Result<(), OpenError> {
    for (setting, rule) in &topic.settings {
        let value = found.get(setting).and_then(|entry| entry.value.as_deref());
        let value = value.unwrap_or("not told");
        if rule.holds(value) {
            continue;
        }
        let least = match rule {
            Rule::Is(_) => "",
            Rule::AtLeast(_) => "at least ",
        };
        return Err(OpenError::TopicSetting {
            topic: topic.name.clone(),
            setting,
            found: value.to_owned(),
            wanted: format!("{least}{}", rule.value()),
            mend: format!(
                "kafka-configs.sh --bootstrap-server {} --alter --entity-type topics --entity-name {} --add-config {setting}={}",
                config.brokers,
                topic.name,
                rule.value()
            ),
        });
    }
    Ok(())
}

fn options(deadline: Instant) -> AdminOptions {
    let left = deadline.saturating_duration_since(Instant::now());
    let left = left.max(Duration::from_secs(1));
    AdminOptions::new()
        .request_timeout(Some(left))
        .operation_timeout(Some(left))
}

/// Asks the client something off the async threads.
async fn blocking<T: Send + 'static>(
    admin: &Admin,
    ask: impl FnOnce(&rdkafka::client::Client<super::speaker::Speaker>) -> T + Send + 'static,
) -> T {
    let admin = admin.clone();
    match tokio::task::spawn_blocking(move || ask(admin.inner())).await {
        Ok(answer) => answer,
        Err(failure) => std::panic::resume_unwind(failure.into_panic()),
    }
}
