//! Settings: defaults compiled in, then a file, then the environment. Unknown keys are refused, and every problem is
//! told at once. Read here, passed down in parts; nothing else reads a setting.

mod bulletins;
mod oidc;
mod papers;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use anyhow::Context as _;
use mingjing_api::Listed;
use mingjing_domain::bulletin::Plan;
use mingjing_domain::life::Installing;
use mingjing_wire::query_code::QueryKeys;
use toml::{Table, Value};

pub use oidc::Oidc;
pub use papers::Papers;

/// The defaults, with what each means.
const DEFAULTS: &str = include_str!("settings.toml");

/// `MINGJING__INTAKE__ADMIN_KEY` sets `intake.admin_key`.
const ENV_PREFIX: &str = "MINGJING__";

/// A text that is not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_empty() { "(none)" } else { "***" })
    }
}

/// Everything that can be set; `settings.toml` says what each is.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    pub listen: SocketAddr,
    pub data: PathBuf,
    pub partitions: u16,
    pub time_zone: chrono_tz::Tz,
    pub log_filter: String,
    pub log_json: bool,
    pub evidence_key: Option<PathBuf>,
    pub accounts_required: bool,
    pub origin: Option<String>,
    pub proxies: Vec<IpAddr>,
    pub session_idle: Duration,
    pub session_most: Duration,
    pub audit_keep_days: u32,
    pub password_days: Option<u32>,
    pub oidc: Option<Oidc>,
    pub admin_key: Option<Secret>,
    pub body_mib_max: u32,
    pub events_per_second: u32,
    pub review_days: u32,
    pub approval_days: u32,
    pub installing: Installing,
    pub clickhouse_url: Option<String>,
    pub clickhouse_database: String,
    pub clickhouse_user: String,
    pub clickhouse_password: Secret,
    pub kafka: Option<Kafka>,
    pub snapshots: Option<String>,
    pub s3: Properties,
    pub tick_every: Duration,
    pub snapshot_every: Duration,
    pub snapshot_records: u64,
    pub append_records: u32,
    pub stall_after: Duration,
    pub inspect_every: Duration,
    pub shadow_every: Duration,
    pub shadow_events_max: u64,
    pub shadow_threads: u32,
    pub notify_config: Option<PathBuf>,
    pub portal_items: Listed,
    /// So many ratings of one device within an hour count without a look; none: devices are not looked at.
    pub ratings_of_device: Option<u32>,
    pub query_keys: QueryKeys,
    pub papers: Papers,
    pub plans: Vec<Plan>,
    pub min_base: u32,
}

/// The cluster that holds the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Kafka {
    pub brokers: String,
    pub prefix: String,
    pub replication: u16,
    pub create: bool,
    pub timeout: Duration,
    pub session: Duration,
    pub properties: Properties,
}

/// What is handed to a client as it is. May hold secrets, so it is not printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Properties(pub BTreeMap<String, String>);

impl std::fmt::Debug for Properties {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}

/// Settings that cannot be meant, all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused(pub Vec<String>);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} problem(s) in the settings", self.0.len())?;
        self.0
            .iter()
            .try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl std::error::Error for Refused {}

impl Settings {
    /// Reads defaults, the file where one is named, and the environment.
    pub fn load(file: Option<&Path>, environment: &[(String, String)]) -> anyhow::Result<Self> {
        let text = match file {
            Some(path) => Some(
                std::fs::read_to_string(path)
                    .with_context(|| format!("cannot read the settings {}", path.display()))?,
            ),
            None => None,
        };
        let name = file.map(|f| f.display().to_string()).unwrap_or_default();
        Self::from_texts(text.as_deref().map(|t| (name.as_str(), t)), environment)
            .map_err(Into::into)
    }

    fn from_texts(
        file: Option<(&str, &str)>,
        environment: &[(String, String)],
    ) -> Result<Self, Refused> {
        let mut problems = Vec::new();
        let defaults: Table = DEFAULTS.parse().expect("the compiled-in defaults are TOML");
        let mut merged = flat(&defaults);
        let known: Vec<String> = merged.iter().map(|(key, _)| key.clone()).collect();
        let mut set = |key: String, value: Value, place: String| match merged
            .iter_mut()
            .find(|(known, _)| *known == key)
        {
            Some(slot) => slot.1 = (value, place),
            None => problems.push(format!(
                "{place}: unknown setting `{key}`; known are: {}",
                known.join(", ")
            )),
        };
        match file.map(|(name, text)| (name, text.parse::<Table>())) {
            Some((name, Ok(table))) => {
                for (key, (value, _)) in flat(&table) {
                    set(key, value, name.to_owned());
                }
            }
            Some((name, Err(error))) => problems_push(&mut set, name, &error),
            None => {}
        }
        for (variable, value) in environment {
            if let Some(key) = variable.strip_prefix(ENV_PREFIX) {
                let key = key.to_lowercase().replace("__", ".");
                set(
                    key,
                    Value::String(value.clone()),
                    format!("environment {variable}"),
                );
            }
        }
        let mut reader = Reader {
            values: merged,
            problems,
        };
        let settings = reader.settings();
        match settings {
            Some(settings) if reader.problems.is_empty() => Ok(settings),
            _ => Err(Refused(reader.problems)),
        }
    }
}

/// A file that is no TOML is told like an unknown setting: with its place.
fn problems_push(set: &mut impl FnMut(String, Value, String), name: &str, error: &toml::de::Error) {
    set(
        format!("(the file is not TOML: {})", error.message()),
        Value::Boolean(false),
        name.to_owned(),
    );
}

type Placed = (String, (Value, String));

/// `a.b` → value, in the order of the file. A table below that is a value.
fn flat(table: &Table) -> Vec<Placed> {
    let mut out = Vec::new();
    for (key, value) in table {
        match value {
            Value::Table(inner) => {
                let inner = inner.iter();
                out.extend(inner.map(|(k, v)| (format!("{key}.{k}"), placed(v))));
            }
            other => out.push((key.clone(), placed(other))),
        }
    }
    out
}

fn placed(value: &Value) -> (Value, String) {
    (value.clone(), "defaults".into())
}

struct Reader {
    values: Vec<Placed>,
    problems: Vec<String>,
}

impl Reader {
    fn settings(&mut self) -> Option<Settings> {
        let listen = self.parsed("listen", "an address like 127.0.0.1:8080");
        let data = self.text("data").map(PathBuf::from);
        let partitions = self.number("partitions", 1, 1024);
        let time_zone = self.parsed("time_zone", "an IANA name like Asia/Shanghai");
        let log_filter = self.text("log.filter");
        let log_json = self.choice("log.format", &["text", "json"]).map(|c| c == 1);
        let evidence_key = self.text("api.evidence_key");
        let accounts = self.choice("api.accounts", &["off", "required"]);
        let origin = self.origin();
        let proxies = self.addresses("api.proxies");
        let session_idle = self.duration("api.session_idle");
        let session_most = self.duration("api.session_most");
        // Six months at least: Cybersecurity Law 网络安全法, article 21 (3) of its text of 2016.
        let audit_keep_days = self.number("api.audit_keep_days", 184, 36_500);
        let password_days = self.number("api.password_days", 0, 3_650);
        let known_origin = !matches!(origin, Some(None));
        let oidc = self.oidc(accounts != Some(0), known_origin);
        let admin_key = self.text("intake.admin_key");
        if accounts == Some(1) && admin_key.as_deref() == Some("") {
            let (_, place) = self.value("api.accounts");
            self.problems.push(format!(
                "{place}: `api.accounts` = \"required\" needs a key for machines and for the first account: set `intake.admin_key`"
            ));
        }
        let body_mib_max = self.number("intake.body_mib_max", 1, 1024);
        let events_per_second = self.number("intake.events_per_second", 1, 10_000_000);
        let review_days = self.number("life.review_days", 1, 365);
        let approval_days = self.number("life.approval_days", 1, 365);
        let install = self.choice("life.install", &["setup", "first", "always"]);
        let clickhouse_url = self.text("clickhouse.url");
        let clickhouse_database = self.text("clickhouse.database");
        let clickhouse_user = self.text("clickhouse.user");
        let clickhouse_password = self.text("clickhouse.password");
        let kafka = self.kafka();
        let snapshots = self.text("supervise.snapshots");
        let s3 = self.properties("supervise.s3");
        let tick_every = self.duration("supervise.tick_every");
        let snapshot_every = self.duration("supervise.snapshot_every");
        let snapshot_records = self.number("supervise.snapshot_records", 1, i64::MAX);
        let append_records = self.number(
            "supervise.append_records",
            1,
            mingjing_log::MAX_APPEND_RECORDS as i64,
        );
        let stall_after = self.duration("supervise.stall_after");
        let inspect_every = self.duration("inspect.every");
        let shadow_every = self.duration("shadow.every");
        let shadow_events_max = self.number("shadow.events_max", 1, i64::MAX);
        let shadow_threads = self.number("shadow.threads", 1, 1024);
        let notify_config = self.text("notify.config");
        let portal_items = self.choice("portal.items", &["published", "in_force"]);
        let ratings_of_device = self.number("portal.ratings_of_device", 0, 1_000);
        let query_keys = self.query_keys();
        let papers = self.papers();
        let plans = self.plans();
        let min_base = self.number("statistics.min_base", 1, 1000);
        Some(Settings {
            listen: listen?,
            data: data?,
            partitions: partitions? as u16,
            time_zone: time_zone?,
            log_filter: log_filter?,
            log_json: log_json?,
            evidence_key: evidence_key
                .filter(|path| !path.is_empty())
                .map(PathBuf::from),
            accounts_required: accounts? == 1,
            origin: origin?,
            proxies: proxies?,
            session_idle: session_idle?,
            session_most: session_most?,
            audit_keep_days: audit_keep_days? as u32,
            password_days: Some(password_days? as u32).filter(|days| *days > 0),
            oidc: oidc?,
            admin_key: admin_key.filter(|key| !key.is_empty()).map(Secret),
            body_mib_max: body_mib_max? as u32,
            events_per_second: events_per_second? as u32,
            review_days: review_days? as u32,
            approval_days: approval_days? as u32,
            installing: match install? {
                0 => Installing::Setup,
                1 => Installing::First,
                _ => Installing::Always,
            },
            clickhouse_url: clickhouse_url.filter(|url| !url.is_empty()),
            clickhouse_database: clickhouse_database?,
            clickhouse_user: clickhouse_user?,
            clickhouse_password: Secret(clickhouse_password?),
            kafka: kafka?,
            snapshots: snapshots.filter(|place| !place.is_empty()),
            s3: s3?,
            tick_every: tick_every?,
            snapshot_every: snapshot_every?,
            snapshot_records: snapshot_records? as u64,
            append_records: append_records? as u32,
            stall_after: stall_after?,
            inspect_every: inspect_every?,
            shadow_every: shadow_every?,
            shadow_events_max: shadow_events_max? as u64,
            shadow_threads: shadow_threads? as u32,
            notify_config: notify_config
                .filter(|path| !path.is_empty())
                .map(PathBuf::from),
            portal_items: match portal_items? {
                0 => Listed::Published,
                _ => Listed::InForce,
            },
            ratings_of_device: Some(ratings_of_device? as u32).filter(|most| *most > 0),
            query_keys: query_keys?,
            papers: papers?,
            plans: plans?,
            min_base: min_base? as u32,
        })
    }

    fn query_keys(&mut self) -> Option<QueryKeys> {
        const KEY: &str = "portal.query_keys";
        let (_, place) = self.value(KEY);
        let Properties(pairs) = self.properties(KEY)?;
        let pairs = pairs.iter().map(|(k, v)| (k.as_str(), v.as_str()));
        match QueryKeys::new(pairs) {
            Ok(keys) => Some(keys),
            Err(error) => {
                self.refuse(KEY, &place, &format!("keys by version: {error}"));
                None
            }
        }
    }

    /// Scheme and authority of a page's address, as browsers name it; some of none where it is left to them.
    fn origin(&mut self) -> Option<Option<String>> {
        const KEY: &str = "api.origin";
        let (_, place) = self.value(KEY);
        let text = self.text(KEY)?;
        if text.is_empty() {
            return Some(None);
        }
        let authority = ["https://", "http://"]
            .iter()
            .find_map(|scheme| text.strip_prefix(scheme));
        let plain = authority.is_some_and(|authority| {
            !authority.is_empty() && !authority.contains(['/', '?', '#', '@', ' '])
        });
        if !plain {
            self.refuse(
                KEY,
                &place,
                "like https://mj.example.gov.cn, without a path",
            );
            return None;
        }
        Some(Some(text))
    }

    /// Addresses with commas between.
    fn addresses(&mut self, key: &str) -> Option<Vec<IpAddr>> {
        let (_, place) = self.value(key);
        let text = self.text(key)?;
        let parts = text.split(',').map(str::trim);
        let read: Result<Vec<IpAddr>, _> = parts
            .filter(|part| !part.is_empty())
            .map(str::parse::<IpAddr>)
            .collect();
        if read.is_err() {
            self.refuse(
                key,
                &place,
                "IP addresses with commas between, like 10.0.0.5",
            );
        }
        read.ok()
    }

    /// Some of none: the embedded log is meant.
    fn kafka(&mut self) -> Option<Option<Kafka>> {
        let brokers = self.text("kafka.brokers");
        let prefix = self.text("kafka.prefix");
        let replication = self.number("kafka.replication", 1, i64::from(i16::MAX));
        let create = self.choice("kafka.create", &["false", "true"]);
        let timeout = self.duration("kafka.timeout");
        let session = self.duration("kafka.session");
        let properties = self.properties("kafka.properties");
        let kafka = Kafka {
            brokers: brokers?,
            prefix: prefix?,
            replication: replication? as u16,
            create: create? == 1,
            timeout: timeout?,
            session: session?,
            properties: properties?,
        };
        Some(Some(kafka).filter(|kafka| !kafka.brokers.is_empty()))
    }

    /// A table of texts; in the environment `key=value;key=value`.
    fn properties(&mut self, key: &str) -> Option<Properties> {
        let (value, place) = self.value(key);
        let pairs: Option<BTreeMap<String, String>> = match value {
            Value::Table(table) => table
                .into_iter()
                .map(|(key, value)| Some((key, value.as_str()?.to_owned())))
                .collect(),
            Value::String(text) => text
                .split(';')
                .filter(|pair| !pair.trim().is_empty())
                .map(|pair| {
                    let (key, value) = pair.split_once('=')?;
                    Some((key.trim().to_owned(), value.to_owned()))
                })
                .collect(),
            _ => None,
        };
        if pairs.is_none() {
            self.refuse(
                key,
                &place,
                "a table of texts, or one text like key=value;key=value",
            );
        }
        pairs.map(Properties)
    }

    fn value(&self, key: &str) -> (Value, String) {
        self.values
            .iter()
            .find(|(known, _)| known == key)
            .map(|(_, value)| value.clone())
            .expect("every key read has a default")
    }

    fn refuse(&mut self, key: &str, place: &str, wanted: &str) {
        self.problems
            .push(format!("{place}: `{key}` must be {wanted}"));
    }

    fn text(&mut self, key: &str) -> Option<String> {
        let (value, place) = self.value(key);
        match value {
            Value::String(text) => Some(text),
            _ => {
                self.refuse(key, &place, "a text in quotes");
                None
            }
        }
    }

    fn parsed<T: FromStr>(&mut self, key: &str, wanted: &str) -> Option<T> {
        let (_, place) = self.value(key);
        let parsed = self.text(key)?.parse().ok();
        if parsed.is_none() {
            self.refuse(key, &place, wanted);
        }
        parsed
    }

    fn number(&mut self, key: &str, least: i64, most: i64) -> Option<i64> {
        let (value, place) = self.value(key);
        let number = match &value {
            Value::Integer(number) => Some(*number),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        let number = number.filter(|n| (least..=most).contains(n));
        if number.is_none() {
            self.refuse(
                key,
                &place,
                &format!("a whole number from {least} to {most}"),
            );
        }
        number
    }

    fn choice(&mut self, key: &str, choices: &[&str]) -> Option<usize> {
        let (_, place) = self.value(key);
        let text = self.text(key)?;
        let found = choices.iter().position(|c| *c == text);
        if found.is_none() {
            self.refuse(key, &place, &format!("one of {}", choices.join(", ")));
        }
        found
    }

    /// `500ms`, `30s`, `10min`, `2h`.
    fn duration(&mut self, key: &str) -> Option<Duration> {
        let (_, place) = self.value(key);
        let text = self.text(key)?;
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let count: Option<u64> = text[..digits].parse().ok();
        let unit_ms = match text[digits..].trim() {
            "ms" => Some(1),
            "s" => Some(1000),
            "min" => Some(60_000),
            "h" => Some(3_600_000),
            _ => None,
        };
        let duration = count
            .zip(unit_ms)
            .and_then(|(n, ms)| n.checked_mul(ms))
            .filter(|ms| *ms > 0);
        if duration.is_none() {
            self.refuse(
                key,
                &place,
                "a time with its unit, like 500ms, 30s, 10min or 2h",
            );
        }
        duration.map(Duration::from_millis)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect()
    }

    #[test]
    fn the_environment_goes_before_the_file_and_the_file_before_the_defaults() {
        let file = Some((
            "site.toml",
            "partitions = 8\n[supervise]\ntick_every = \"2s\"\n",
        ));
        let read = Settings::from_texts(file, &env(&[("MINGJING__PARTITIONS", "16")])).unwrap();
        assert_eq!(read.partitions, 16);
        assert_eq!(read.tick_every, Duration::from_secs(2));
        assert_eq!(read.listen.port(), 8080);
    }

    #[test]
    fn every_problem_is_told_at_once() {
        let file = Some((
            "site.toml",
            "listen = \"nowhere\"\npartitons = 4\n[log]\nformat = \"xml\"\n",
        ));
        let refused =
            Settings::from_texts(file, &env(&[("MINGJING__SUPERVISE__TICK_EVERY", "soon")]))
                .unwrap_err();
        let text = refused.to_string();
        for part in [
            "partitons",
            "`listen` must be",
            "`log.format` must be",
            "`supervise.tick_every` must be",
        ] {
            assert!(text.contains(part), "{part} is missing in {text}");
        }
        assert_eq!(refused.0.len(), 4);
    }

    #[test]
    fn an_append_is_as_large_as_the_log_allows_and_never_larger() {
        let most = mingjing_log::MAX_APPEND_RECORDS;
        let read = Settings::from_texts(None, &[]).unwrap();
        assert_eq!(read.append_records as usize, most);
        for wrong in ["0".to_owned(), (most + 1).to_string()] {
            let set = env(&[("MINGJING__SUPERVISE__APPEND_RECORDS", &wrong)]);
            assert!(Settings::from_texts(None, &set).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_cluster_is_named_by_its_brokers_and_its_properties_are_not_printed() {
        assert_eq!(Settings::from_texts(None, &[]).unwrap().kafka, None);
        let file = Some((
            "site.toml",
            "[kafka]\nbrokers = \"k1:9092\"\n[kafka.properties]\n\"sasl.password\" = \"hush\"\n",
        ));
        let read = Settings::from_texts(file, &[]).unwrap();
        let kafka = read.kafka.clone().unwrap();
        assert_eq!(kafka.properties.0["sasl.password"], "hush");
        let shown = format!("{read:?}");
        assert!(
            shown.contains("sasl.password") && !shown.contains("hush"),
            "{shown}"
        );
        let set = env(&[(
            "MINGJING__KAFKA__PROPERTIES",
            "security.protocol=SSL;ssl.ca.location=/ca",
        )]);
        let read = Settings::from_texts(file, &set).unwrap().kafka.unwrap();
        assert_eq!(read.properties.0.len(), 2);
        let set = env(&[("MINGJING__KAFKA__PROPERTIES", "nonsense")]);
        assert!(Settings::from_texts(file, &set).is_err());
    }

    #[test]
    fn the_example_of_a_site_is_taken() {
        let text = include_str!("../../../deploy/example/site.toml");
        let read = Settings::from_texts(Some(("site.toml", text)), &[]).unwrap();
        let kafka = read.kafka.unwrap();
        assert_eq!((kafka.replication, read.partitions), (3, 24));
        assert_eq!(kafka.properties.0["security.protocol"], "SASL_SSL");
        assert!(read.clickhouse_url.is_some());
        assert_eq!(read.snapshots.as_deref(), Some("s3://mingjing/snapshots"));
        assert_eq!(read.s3.0["region"], "cn");
    }

    #[test]
    fn what_the_roles_of_the_compose_file_read_is_taken() {
        let text = include_str!("../../../deploy/compose/site.toml");
        let secrets = env(&[
            ("MINGJING__INTAKE__ADMIN_KEY", "a"),
            ("MINGJING__CLICKHOUSE__PASSWORD", "b"),
        ]);
        let read = Settings::from_texts(Some(("site.toml", text)), &secrets).unwrap();
        assert_eq!(read.kafka.unwrap().brokers, "kafka:9092");
        assert!(read.snapshots.is_some() && read.clickhouse_url.is_some());
        assert!(read.stall_after >= 3 * read.tick_every);
    }

    #[test]
    fn accounts_need_the_administrators_key_and_an_origin_without_a_path() {
        assert!(!Settings::from_texts(None, &[]).unwrap().accounts_required);
        let required = ("MINGJING__API__ACCOUNTS", "required");
        let key = ("MINGJING__INTAKE__ADMIN_KEY", "k");
        let refused = Settings::from_texts(None, &env(&[required])).unwrap_err();
        assert!(
            refused.to_string().contains("intake.admin_key"),
            "{refused}"
        );
        let set = [
            required,
            key,
            ("MINGJING__API__ORIGIN", "https://mj.example.gov.cn"),
            ("MINGJING__API__PROXIES", "10.0.0.5, 10.0.0.6"),
        ];
        let read = Settings::from_texts(None, &env(&set)).unwrap();
        assert!(read.accounts_required && read.origin.is_some());
        assert_eq!(read.proxies.len(), 2);
        for wrong in [
            ("MINGJING__API__ORIGIN", "mj.example.gov.cn"),
            ("MINGJING__API__ORIGIN", "https://mj.example.gov.cn/"),
            ("MINGJING__API__PROXIES", "proxy"),
            ("MINGJING__API__AUDIT_KEEP_DAYS", "183"),
        ] {
            let refused = Settings::from_texts(None, &env(&[wrong])).unwrap_err();
            assert_eq!(refused.0.len(), 1, "{wrong:?}: {refused}");
        }
    }

    #[test]
    fn keys_of_slips_have_a_version_cannot_be_guessed_and_are_not_printed() {
        assert!(
            Settings::from_texts(None, &[])
                .unwrap()
                .query_keys
                .is_empty()
        );
        let key = "0123456789abcdef0123456789abcdef";
        let file = format!("[portal]\nitems = \"in_force\"\n[portal.query_keys]\n1 = \"{key}\"\n");
        let read = Settings::from_texts(Some(("site.toml", &file)), &[]).unwrap();
        assert_eq!(read.portal_items, Listed::InForce);
        let usual = mingjing_domain::voice::BURST_MORE_THAN;
        assert_eq!(read.ratings_of_device, Some(usual));
        assert!(read.query_keys.code("zjj", "1").is_some());
        assert!(!format!("{read:?}").contains(key));
        for wrong in ["1=short".to_owned(), format!("new={key}")] {
            let set = env(&[("MINGJING__PORTAL__QUERY_KEYS", &wrong)]);
            let refused = Settings::from_texts(None, &set).unwrap_err();
            assert!(
                refused.to_string().contains("portal.query_keys"),
                "{refused}"
            );
        }
    }

    #[test]
    fn a_secret_is_not_printed() {
        let read = Settings::from_texts(None, &env(&[("MINGJING__INTAKE__ADMIN_KEY", "hunter2")]))
            .unwrap();
        assert!(!format!("{read:?}").contains("hunter2"));
    }
}
