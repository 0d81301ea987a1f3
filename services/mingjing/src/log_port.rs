//! The log that the settings name: the embedded one in the data folder, or one in a Kafka cluster.

use std::sync::Arc;

use anyhow::Context as _;
use mingjing_log::embedded::EmbeddedLog;
use mingjing_log::kafka::inbox::{Inbox, Topics};
use mingjing_log::kafka::{self, KafkaLog};
use mingjing_log::{Alone, Log, Membership, Table};

use crate::settings::Settings;

/// An open log behind its ports.
#[derive(Clone)]
pub struct OpenLog {
    pub log: Arc<dyn Log>,
    pub table: Arc<dyn Table>,
    /// The cluster it lies in; none for the embedded one.
    cluster: Option<kafka::Config>,
}

impl OpenLog {
    /// Opens it, and makes it where there is none yet.
    pub async fn open(settings: &Settings) -> anyhow::Result<Self> {
        let Some(kafka) = &settings.kafka else {
            let folder = settings.data.join("log");
            let log = EmbeddedLog::open(&folder, settings.partitions)
                .await
                .with_context(|| format!("cannot open the log in {}", folder.display()))?;
            let log = Arc::new(log);
            return Ok(Self {
                log: log.clone(),
                table: log,
                cluster: None,
            });
        };
        let config = kafka::Config {
            brokers: kafka.brokers.clone(),
            prefix: kafka.prefix.clone(),
            partitions: settings.partitions,
            replication: kafka.replication,
            create: kafka.create,
            timeout: kafka.timeout,
            session: kafka.session,
            properties: kafka.properties.0.clone(),
        };
        let log = KafkaLog::open(config.clone())
            .await
            .with_context(|| format!("cannot open the log in the cluster {}", kafka.brokers))?;
        let log = Arc::new(log);
        Ok(Self {
            log: log.clone(),
            table: log,
            cluster: Some(config),
        })
    }

    /// Where departments may have topics of their own, and a place among the processes that read them; none where the log lies in
    /// no cluster.
    pub fn topics(&self) -> anyhow::Result<Option<(Topics, Inbox)>> {
        let Some(config) = &self.cluster else {
            return Ok(None);
        };
        let topics = Topics::of(config).context("cannot ask for the topics of sources")?;
        let inbox = Inbox::open(config, "intake").context("cannot read the topics of sources")?;
        Ok(Some((topics, inbox)))
    }

    /// A place among the processes that do this work; the embedded log knows one only.
    pub fn membership(&self, group: &str) -> anyhow::Result<Box<dyn Membership>> {
        Ok(match &self.cluster {
            None => Box::new(Alone::with(&*self.log)),
            Some(config) => Box::new(
                kafka::Member::join(config, group)
                    .with_context(|| format!("cannot join the group {group}"))?,
            ),
        })
    }
}
