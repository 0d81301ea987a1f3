//! What is polled, from where and how often: a TOML file. Secrets are named there, and stand in the environment.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Deserializer, de};

/// The whole file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The source at intake that this speaks for.
    pub source: String,
    /// The preset of exchange tables: its name, or a file.
    pub preset: String,
    /// Intake, like `http://127.0.0.1:8080`.
    pub intake: String,
    /// The environment variable that holds the source's key.
    #[serde(default = "key_env")]
    pub key_env: String,
    /// The file that keeps the position and the refused rows.
    pub state: PathBuf,
    /// Where `/healthz`, `/readyz` and `/metrics` are served.
    #[serde(default = "listen")]
    pub listen: SocketAddr,
    /// What is logged.
    #[serde(default = "log_filter")]
    pub log_filter: String,
    /// The database.
    pub database: Database,
    /// How it is read.
    #[serde(default)]
    pub read: Read,
    /// By a table of the preset what is otherwise with it here.
    #[serde(default)]
    pub tables: BTreeMap<String, Table>,
}

/// The database.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// The environment variable that holds its address: `postgres://user:password@host/database` or `mysql://…`.
    #[serde(default = "url_env")]
    pub url_env: String,
    /// How its certificate is looked at.
    #[serde(default)]
    pub tls: Tls,
    /// A file of certificates (PEM) to trust besides the machine's.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// The zone of its times without offset.
    #[serde(default = "time_zone", deserialize_with = "zone")]
    pub time_zone: chrono_tz::Tz,
    /// How long a query may take.
    #[serde(default = "half_a_minute", deserialize_with = "duration")]
    pub timeout: Duration,
}

/// Whether the database has to show who it is. A socket of this machine never has to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tls {
    /// By a certificate that somebody trusted has issued for the name in the address.
    #[default]
    VerifyFull,
    /// It does not, and what it says goes over the network as it is.
    Off,
}

/// How it is read.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Read {
    /// How often.
    #[serde(deserialize_with = "duration")]
    pub every: Duration,
    /// How much later than its update time a row may be committed.
    #[serde(deserialize_with = "duration")]
    pub overlap: Duration,
    /// The same for tables that are read by a sequence: so many numbers.
    pub overlap_numbers: u64,
    /// Rows read at a time.
    pub rows: u32,
    /// Refused rows kept at most; then a table gets no further until some are corrected.
    pub held_max: usize,
    /// How often refused rows are tried again.
    #[serde(deserialize_with = "duration")]
    pub retry: Duration,
    /// After so long all rows of an instant are in the tables: the source is said to be complete up to then. Never, if not given.
    #[serde(deserialize_with = "duration_or_none")]
    pub complete_after: Option<Duration>,
}

/// What is otherwise with a table.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Its name in the database, with its schema where it is not in the user's own.
    #[serde(default)]
    pub from: Option<String>,
    /// The column that tells the order of reading: an update time, or a sequence.
    #[serde(default)]
    pub position: Option<String>,
    /// The columns that tell a row from all others.
    #[serde(default)]
    pub key: Option<Vec<String>>,
    /// It is not read.
    #[serde(default)]
    pub skip: bool,
}

/// A file that cannot be meant.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It does not say what it must.
    #[error("{0}")]
    File(#[from] Box<toml::de::Error>),
    /// It says what cannot be; all of it.
    #[error("{}", .0.join("\n"))]
    Meaning(Vec<String>),
}

impl Config {
    /// Reads the file's text.
    ///
    /// # Errors
    /// Unknown or missing keys with their line; all values that cannot be.
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        let config: Self = toml::from_str(text).map_err(Box::new)?;
        let mut problems = Vec::new();
        let read = &config.read;
        if !(1..=10_000).contains(&read.rows) {
            problems.push("read.rows is from 1 to 10000".to_owned());
        }
        if read.every < Duration::from_millis(100) {
            problems.push("read.every is 100ms at least".to_owned());
        }
        if read
            .complete_after
            .is_some_and(|after| after < read.overlap)
        {
            problems.push(
                "read.complete_after is no shorter than read.overlap: a row that may still be committed is not there yet"
                    .to_owned(),
            );
        }
        if config.source.is_empty() || config.source.contains(char::is_whitespace) {
            problems.push("source is the id of a source, without spaces".to_owned());
        }
        if problems.is_empty() {
            Ok(config)
        } else {
            Err(ConfigError::Meaning(problems))
        }
    }
}

impl Default for Read {
    fn default() -> Self {
        Self {
            every: Duration::from_secs(30),
            overlap: Duration::from_secs(300),
            overlap_numbers: 1_000,
            rows: 1_000,
            held_max: 10_000,
            retry: Duration::from_secs(600),
            complete_after: None,
        }
    }
}

fn key_env() -> String {
    "MINGJING_POLL_KEY".to_owned()
}

fn url_env() -> String {
    "MINGJING_POLL_DATABASE".to_owned()
}

fn listen() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 9190))
}

fn log_filter() -> String {
    "info".to_owned()
}

fn time_zone() -> chrono_tz::Tz {
    chrono_tz::Asia::Shanghai
}

fn half_a_minute() -> Duration {
    Duration::from_secs(30)
}

/// `250ms`, `30s`, `5m`, `2h`.
fn parsed(text: &str) -> Option<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let count: u64 = text[..digits].parse().ok()?;
    match &text[digits..] {
        "ms" => Some(Duration::from_millis(count)),
        "s" => Some(Duration::from_secs(count)),
        "m" => count.checked_mul(60).map(Duration::from_secs),
        "h" => count.checked_mul(3_600).map(Duration::from_secs),
        _ => None,
    }
}

fn zone<'de, D: Deserializer<'de>>(d: D) -> Result<chrono_tz::Tz, D::Error> {
    let text = String::deserialize(d)?;
    text.parse()
        .map_err(|_| de::Error::custom(format!("{text:?} is no zone; write it like Asia/Shanghai")))
}

fn duration<'de, D: Deserializer<'de>>(d: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(d)?;
    parsed(&text).ok_or_else(|| {
        de::Error::custom(format!("{text:?} is no duration; write it like 30s or 5m"))
    })
}

fn duration_or_none<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Duration>, D::Error> {
    duration(d).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: &str =
        "source = 's'\npreset = 'national'\nintake = 'http://h'\nstate = 'x'\n[database]\n";

    #[test]
    fn the_least_file_has_sensible_defaults() {
        let config = Config::from_toml(LEAST).unwrap();
        assert_eq!(config.read.overlap, Duration::from_secs(300));
        assert_eq!(config.database.url_env, "MINGJING_POLL_DATABASE");
        assert_eq!(config.read.complete_after, None);
    }

    #[test]
    fn the_example_is_a_file_that_can_be_meant() {
        let config = Config::from_toml(include_str!("../../../deploy/example/poll.toml")).unwrap();
        assert!(config.tables["up_pro_accept"].position.is_some());
        assert_eq!(config.read.complete_after, Some(Duration::from_secs(1_800)));
    }

    #[test]
    fn what_cannot_be_meant_is_told() {
        let unknown = Config::from_toml(&format!("{LEAST}password = 'x'\n")).unwrap_err();
        assert!(unknown.to_string().contains("password"), "{unknown}");
        let wrong = format!("{LEAST}[read]\nrows = 0\nevery = '1ms'\ncomplete_after = '1m'\n");
        let wrong = Config::from_toml(&wrong).unwrap_err().to_string();
        assert_eq!(wrong.lines().count(), 3, "{wrong}");
        let duration = Config::from_toml(&format!("{LEAST}timeout = '5 minutes'\n")).unwrap_err();
        assert!(duration.to_string().contains("5 minutes"), "{duration}");
    }
}
