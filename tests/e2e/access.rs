//! Access by the example's lists (`deploy/kafka/acls.sh`) on a broker with TLS, SCRAM and an authorizer: a department writes to
//! its own topic and to nothing else, and each role does all it has to with what its list gives it.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use mingjing_testkit::kafka::Broker;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use serde_json::json;

use crate::clickhouse_away::free_address;
use crate::corpus;
use crate::delivered::has;
use crate::department::{self, Department, bare};
use crate::platform::{Engine, Platform};

const USERS: [&str; 8] = [
    "intake",
    "supervise",
    "archive",
    "api",
    "inspect",
    "notify",
    "dept-e2e",
    "dept-other",
];

const ROLES: [&str; 6] = ["intake", "supervise", "archive", "api", "inspect", "notify"];

#[tokio::test(flavor = "multi_thread")]
async fn a_department_writes_to_its_own_topic_only_and_every_role_has_enough() -> Result<()> {
    let broker = tokio::task::spawn_blocking(Broker::secured).await??;
    let folder = tempfile::tempdir()?;
    let site = folder.path().join("site.toml");
    std::fs::write(
        &site,
        "[kafka]\nreplication = 1\n[log]\nfilter = \"info\"\n",
    )?;
    let clickhouse = free_address()?;
    let engine = Engine::start_at(&clickhouse, folder.path()).await?;
    let (url, snapshots) = (
        format!("http://{clickhouse}"),
        folder.path().join("snapshots"),
    );
    let snapshots = snapshots.to_str().context("a path in UTF-8")?;
    let evidence_key = folder.path().join("evidence-key.pk8");
    let evidence_key = evidence_key.to_str().context("a path in UTF-8")?;
    let notify = folder.path().join("notify.toml");
    // Nobody is to be told; its position has to be written all the same.
    std::fs::write(&notify, "")?;
    let notify = notify.to_str().context("a path in UTF-8")?;
    let start = |role: &str, name: &str, environment: &[(&str, &str)]| {
        let mut all = vec![
            ("MINGJING__CLICKHOUSE__URL", url.as_str()),
            ("MINGJING__SUPERVISE__SNAPSHOTS", snapshots),
            ("MINGJING__API__EVIDENCE_KEY", evidence_key),
            ("MINGJING__NOTIFY__CONFIG", notify),
        ];
        all.extend(environment);
        Platform::role(role, &site, folder.path().join(name), &all)
    };

    // The administrator makes the log and registers the sources.
    let inner = broker.inner_address();
    let administrator = [("MINGJING__KAFKA__BROKERS", inner.as_str())];
    let first = start("intake", "first.txt", &administrator)?;
    first
        .register(corpus::SOURCE, &corpus::definitions())
        .await?;
    first.register("other", &corpus::definitions()).await?;
    let own = department::topic_of(&first, corpus::SOURCE).await?;
    let others = department::topic_of(&first, "other").await?;
    first
        .until_metric("mingjing_intake_topic_partitions", |n| n == 2)
        .await?;
    first.stop().await?;
    for user in USERS {
        add_user(&broker, user)?;
    }
    for role in ROLES {
        acls(&broker, &[role, role])?;
    }
    acls(&broker, &["department", "dept-e2e", &own])?;
    acls(&broker, &["department", "dept-other", &others])?;

    let brokers = broker.address();
    let as_itself = |role: &str| {
        let properties = credentials(&broker, role).map(|(k, v)| format!("{k}={v}"));
        let environment = [
            ("MINGJING__KAFKA__BROKERS", brokers.as_str()),
            ("MINGJING__KAFKA__PROPERTIES", &properties.join(";")),
        ];
        start(role, &format!("{role}.txt"), &environment)
    };
    let intake = as_itself("intake")?;
    intake
        .until_metric("mingjing_intake_topic_partitions", |n| n == 2)
        .await?;
    let event = bare(&corpus::event(
        "1",
        "c",
        "note",
        1_748_912_400_000,
        json!({}),
    ));
    let write = |user: &str, topic: &str| {
        let settings = credentials(&broker, user);
        let settings: Vec<(&str, &str)> = settings.iter().map(|(k, v)| (*k, v.as_str())).collect();
        Department::new(&brokers, topic, &settings)?.write(std::slice::from_ref(&event))
    };
    write("dept-e2e", &own)?;
    intake
        .until_metric("mingjing_intake_accepted_total", |n| n == 1)
        .await?;
    for (user, topic) in [
        ("dept-e2e", others.as_str()),
        ("dept-other", &own),
        ("dept-e2e", "mingjing.mj.log"),
        ("intake", &own),
    ] {
        let refused = write(user, topic).err();
        let refused = refused.with_context(|| format!("{user} writes to {topic}"))?;
        let code = refused.downcast_ref::<KafkaError>();
        let code = code.and_then(KafkaError::rdkafka_error_code);
        ensure!(
            code == Some(RDKafkaErrorCode::TopicAuthorizationFailed),
            "{user} to {topic}: {refused:#}"
        );
    }
    // A new source's topic is made with the same rights, and read.
    intake.register("third", &corpus::definitions()).await?;
    intake
        .until_metric("mingjing_intake_topic_partitions", |n| n == 3)
        .await?;
    intake.until_ready(true).await?;

    // What it took is judged, archived and shown by the others, each with its own list.
    let others = ["supervise", "archive", "api", "inspect", "notify"].map(as_itself);
    let [supervise, archive, api, inspect, notify] = others;
    let (supervise, archive, api) = (supervise?, archive?, api?);
    let (inspect, notify) = (inspect?, notify?);
    for role in [&supervise, &archive, &api, &inspect, &notify] {
        role.until_ready(true).await?;
    }
    notify
        .until_metric("mingjing_notify_working", |n| n == 1)
        .await?;
    has(&api, "c", 1).await?;
    // An inspection may say what it found, and keep for which days it ran.
    let url = inspect.url().context("it is up")?;
    let asked = reqwest::Client::new().post(format!("{url}/api/v1/inspections/Q2"));
    let days = json!({ "from": "2025-06-02", "to": "2025-06-08" });
    let answer = asked.json(&days).send().await?;
    let (status, told) = (answer.status(), answer.text().await?);
    ensure!(status.is_success(), "{status} {told}");
    for role in [notify, inspect, api, archive, supervise, intake] {
        role.stop().await?;
    }
    drop(engine);
    Ok(())
}

fn credentials(broker: &Broker, user: &str) -> [(&'static str, String); 5] {
    let certificate = broker.certificate().display().to_string();
    [
        ("security.protocol", "SASL_SSL".to_owned()),
        ("sasl.mechanism", "SCRAM-SHA-512".to_owned()),
        ("sasl.username", user.to_owned()),
        ("sasl.password", format!("secret of {user}")),
        ("ssl.ca.location", certificate),
    ]
}

fn add_user(broker: &Broker, user: &str) -> Result<()> {
    let mut command = broker.tool("org.apache.kafka.tools.ConfigCommand");
    command
        .args(["--bootstrap-server", &broker.inner_address(), "--alter"])
        .args(["--entity-type", "users", "--entity-name", user])
        .arg("--add-config")
        .arg(format!("SCRAM-SHA-512=[password=secret of {user}]"));
    succeed(command)
}

/// As an operator runs it, with Kafka's own command.
fn acls(broker: &Broker, arguments: &[&str]) -> Result<()> {
    let tool = broker.tool("org.apache.kafka.tools.AclCommand");
    let mut words = vec![tool.get_program().to_string_lossy().into_owned()];
    words.extend(tool.get_args().map(|a| a.to_string_lossy().into_owned()));
    let mut command = Command::new("bash");
    command
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/kafka/acls.sh"))
        .args(arguments)
        .env("BROKERS", broker.inner_address())
        .env("KAFKA_ACLS", words.join(" "));
    succeed(command)
}

fn succeed(mut command: Command) -> Result<()> {
    let output = command.output()?;
    ensure!(
        output.status.success(),
        "{command:?}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}
