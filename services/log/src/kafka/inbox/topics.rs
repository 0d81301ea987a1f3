//! Questions about topics of others, and their creation.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, ResourceSpecifier, TopicReplication};
use rdkafka::error::KafkaResult;
use rdkafka::types::RDKafkaErrorCode;

use super::{QUESTION, Shape};
use crate::Result;
use crate::kafka::cluster::Admin;
use crate::kafka::{Config, OpenError, config, failed, native, speaker};

/// How long a new topic keeps its records: so long may we be away.
const RETENTION_MS: i64 = 30 * 24 * 3600 * 1000;

/// After so long a topic's settings are looked at again.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// What the cluster knows of a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// It is there.
    There(Shape),
    /// It is there, and must not be read: why, and what to do.
    Unfit(String),
    /// It is not there.
    Absent,
    /// The cluster does not say, as where we have no permission.
    Hidden(String),
}

/// Asks about topics of others, and creates them.
#[derive(Clone)]
pub struct Topics {
    config: Config,
    admin: Admin,
    /// By id: when a topic's settings were last looked at, and what is wrong with them.
    looked: Arc<Mutex<BTreeMap<u128, Look>>>,
}

/// When a topic's settings were looked at, and what is wrong with them.
type Look = (Instant, Option<String>);

impl Topics {
    /// In a log's cluster.
    ///
    /// # Errors
    /// [`OpenError::Setting`].
    pub fn of(config: &Config) -> std::result::Result<Self, OpenError> {
        config.check()?;
        let admin: AdminClient<speaker::Speaker> = config
            .base()
            .create_with_context(speaker::Speaker)
            .map_err(config::property)?;
        Ok(Self {
            config: config.clone(),
            admin: Arc::new(admin),
            looked: Arc::default(),
        })
    }

    /// What the names of the log's topics begin with.
    pub fn prefix(&self) -> &str {
        &self.config.prefix
    }

    /// Whether topics that are missing may be created.
    pub fn create(&self) -> bool {
        self.config.create
    }

    /// What the cluster knows of these topics.
    ///
    /// # Errors
    /// [`Error::Storage`](crate::Error::Storage) when the cluster does not answer.
    pub async fn known(&self, names: Vec<String>) -> Result<BTreeMap<String, Known>> {
        let found = self.described(names).await?;
        let there = found.iter().filter_map(|(name, found)| match found {
            Ok(Some(shape)) => Some((name.as_str(), shape.id)),
            _ => None,
        });
        let unfit = self.unfit(there.collect()).await?;
        let known = |(name, found): (String, KafkaResult<Option<Shape>>)| {
            let known = match found {
                Ok(Some(shape)) => match unfit.get(&shape.id) {
                    Some(why) => Known::Unfit(why.clone()),
                    None => Known::There(shape),
                },
                Ok(None) => Known::Absent,
                Err(error) => Known::Hidden(error.to_string()),
            };
            (name, known)
        };
        Ok(found.into_iter().map(known).collect())
    }

    /// The topic as it is at this moment; none if it is not there.
    ///
    /// # Errors
    /// [`Error::Storage`](crate::Error::Storage) when the cluster does not answer, or does not say.
    pub async fn shape(&self, name: &str) -> Result<Option<Shape>> {
        let found = self.described(vec![name.to_owned()]).await?;
        let shape = found.into_values().next().unwrap_or(Ok(None));
        shape.map_err(|source| failed(format!("asking for topic {name}"), source))
    }

    async fn described(&self, names: Vec<String>) -> Result<native::Described> {
        if names.is_empty() {
            return Ok(BTreeMap::new());
        }
        self.ask("asking for topics", move |admin| {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            native::describe(admin.inner(), &names, QUESTION)
        })
        .await
    }

    /// What is wrong with the settings of these topics, by id. They are looked at again from time to time.
    async fn unfit(&self, topics: Vec<(&str, u128)>) -> Result<BTreeMap<u128, String>> {
        let known = |id: &u128| {
            let looked = self.looked();
            looked
                .get(id)
                .is_some_and(|(at, _)| at.elapsed() < LOOK_AGAIN)
        };
        let unknown: Vec<&(&str, u128)> = topics.iter().filter(|(_, id)| !known(id)).collect();
        if !unknown.is_empty() {
            let resources: Vec<_> = unknown
                .iter()
                .map(|(name, _)| ResourceSpecifier::Topic(name))
                .collect();
            let options = AdminOptions::new().request_timeout(Some(QUESTION));
            let answers = self.admin.describe_configs(&resources, &options).await;
            let answers = answers
                .map_err(|source| failed("asking for the settings of topics".into(), source))?;
            for ((name, id), answer) in unknown.into_iter().zip(answers) {
                let wrong = match answer {
                    Ok(settings) => {
                        let policy = settings.get("cleanup.policy");
                        compacted(policy.and_then(|p| p.value.as_deref()).unwrap_or_default())
                    }
                    Err(code) => {
                        tracing::warn!(
                            topic = name,
                            %code,
                            "whether a delivered topic is compacted cannot be seen: allow DescribeConfigs; it is read all the same"
                        );
                        None
                    }
                };
                self.looked().insert(*id, (Instant::now(), wrong));
            }
        }
        let mut looked = self.looked();
        looked.retain(|id, _| topics.iter().any(|(_, there)| there == id));
        let wrong = looked
            .iter()
            .filter_map(|(id, (_, wrong))| Some((*id, wrong.clone()?)));
        Ok(wrong.collect())
    }

    fn looked(&self) -> MutexGuard<'_, BTreeMap<u128, Look>> {
        self.looked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the topic is there and anything was ever written to it.
    ///
    /// # Errors
    /// [`Error::Storage`](crate::Error::Storage) when the cluster does not answer, or does not say.
    pub async fn written_to(&self, name: &str) -> Result<bool> {
        if self.shape(name).await?.is_none() {
            return Ok(false);
        }
        let name = name.to_owned();
        self.ask("asking for the end of a topic", move |admin| {
            let client = admin.inner();
            let metadata = client.fetch_metadata(Some(&name), QUESTION)?;
            let partitions = metadata
                .topics()
                .first()
                .map_or(0, |t| t.partitions().len());
            for partition in 0..i32::try_from(partitions).unwrap_or(i32::MAX) {
                if client.fetch_watermarks(&name, partition, QUESTION)?.1 > 0 {
                    return Ok(true);
                }
            }
            Ok(false)
        })
        .await
    }

    /// Creates a topic of one partition that stamps records with the broker's time, unless it is there.
    ///
    /// # Errors
    /// [`Error::Storage`](crate::Error::Storage): the cluster refuses, or does not answer.
    pub async fn make(&self, name: &str) -> Result<()> {
        let copies = TopicReplication::Fixed(i32::from(self.config.replication));
        let retention = RETENTION_MS.to_string();
        let in_step = if self.config.replication > 1 {
            "2"
        } else {
            "1"
        };
        let topic = NewTopic::new(name, 1, copies)
            .set("cleanup.policy", "delete")
            .set("retention.ms", &retention)
            .set("min.insync.replicas", in_step)
            .set("message.timestamp.type", "LogAppendTime");
        let options = AdminOptions::new()
            .request_timeout(Some(QUESTION))
            .operation_timeout(Some(QUESTION));
        let attempted = || format!("creating topic {name}");
        let answers = self.admin.create_topics(&[topic], &options).await;
        for answer in answers.map_err(|source| failed(attempted(), source))? {
            match answer {
                Ok(_) => tracing::info!(topic = name, "topic created"),
                Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
                Err((_, code)) => {
                    let source = rdkafka::error::KafkaError::AdminOp(code);
                    return Err(failed(attempted(), source));
                }
            }
        }
        Ok(())
    }

    async fn ask<T: Send + 'static>(
        &self,
        attempted: &'static str,
        ask: impl FnOnce(&AdminClient<speaker::Speaker>) -> rdkafka::error::KafkaResult<T>
        + Send
        + 'static,
    ) -> Result<T> {
        let admin = Arc::clone(&self.admin);
        let answer = tokio::task::spawn_blocking(move || ask(&admin)).await;
        let answer = answer.map_err(|source| failed(attempted.to_owned(), source))?;
        answer.map_err(|source| failed(attempted.to_owned(), source))
    }
}

/// What is wrong with a `cleanup.policy`: where records with the key of a later one are removed, what was delivered is lost
/// before it is read, and nobody can tell how much.
fn compacted(policy: &str) -> Option<String> {
    let compacts = policy.split(',').any(|part| part.trim() == "compact");
    compacts.then(|| {
        format!(
            "its cleanup.policy is {policy:?}: the brokers would remove records before they are read; set it to \"delete\", and have \
             what was delivered sent again"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_that_is_compacted_is_unfit_and_another_is_not() {
        for (policy, unfit) in [
            ("delete", false),
            ("", false),
            ("compact", true),
            ("compact,delete", true),
            ("delete, compact", true),
        ] {
            assert_eq!(compacted(policy).is_some(), unfit, "{policy}");
        }
    }
}
