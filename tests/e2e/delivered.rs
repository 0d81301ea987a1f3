//! Departments that write to their own topic: whatever they write with is read, what cannot be read stops nothing and is told,
//! and neither a death of intake nor a second way of delivery makes anything count twice.

use anyhow::{Context, Result, ensure};
use mingjing_domain::Timestamp;
use mingjing_testkit::kafka::Broker;
use mingjing_wire::cloudevents::{COMPLETE_UNTIL, encode_complete_until};
use rdkafka::ClientConfig;
use rdkafka::TopicPartitionList;
use rdkafka::admin::{AdminClient, AdminOptions, NewPartitions};
use rdkafka::client::DefaultClientContext;
use serde_json::{Value, json};

use crate::alerts::{Alerts, ensure_equal};
use crate::clickhouse_away::free_address;
use crate::cluster::Start;
use crate::corpus::{self, Dice};
use crate::department::{self, CODECS, Department, Record, bare, batch, binary, structured};
use crate::platform::{Engine, PATIENCE, Platform};
use crate::rows;

/// 2025-06-03 09:00 at Shanghai.
const AT_MS: i64 = 1_748_912_400_000;

const ACCEPTED: &str = "mingjing_intake_accepted_total";
const REFUSED: &str = "mingjing_intake_refused_total";
const PARTITIONS: &str = "mingjing_intake_topic_partitions";

/// Events of one case, as many as asked for.
fn events(case: &str, number: usize) -> Vec<Value> {
    let event = |n: usize| {
        let id = format!("{case}-{n}");
        corpus::event(&id, case, "note", AT_MS + n as i64, json!({}))
    };
    (0..number).map(event).collect()
}

fn complete(until_ms: i64, not_taken: u64) -> Record {
    bare(
        &json!({"specversion": "1.0", "type": COMPLETE_UNTIL, "source": corpus::SOURCE, "id": "done",
        "data": {"until": Timestamp::from_millis(until_ms).to_string(), "not_taken": not_taken}}),
    )
}

/// Waits until the board has so many events of a case.
pub async fn has(platform: &Platform, case: &str, events: usize) -> Result<()> {
    let began = std::time::Instant::now();
    loop {
        let path = format!("/api/v1/cases/{}/{case}", corpus::SOURCE);
        let (status, text) = platform.answer(&path).await?;
        let found: Value = serde_json::from_str(&text).unwrap_or_default();
        if status == 200 && found["events"] == events {
            return Ok(());
        }
        ensure!(
            began.elapsed() < PATIENCE,
            "{case} has {} of {events} events",
            found["events"]
        );
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_common_producer_is_read_and_poison_stops_nothing() -> Result<()> {
    let broker = tokio::task::spawn_blocking(Broker::start).await??;
    let folder = tempfile::tempdir()?;
    let site = Start::new(folder.path(), &broker, "")?;
    let platform = Platform::start(folder.path(), &site.environment())?;
    let key = platform
        .register(corpus::SOURCE, &corpus::definitions())
        .await?;
    let topic = department::topic_of(&platform, corpus::SOURCE).await?;
    platform.until_metric(PARTITIONS, |n| n == 1).await?;

    let mut cases = Vec::new();
    let brokers = broker.address();
    for codec in CODECS {
        let librdkafka = format!("librdkafka-{codec}");
        let of = events(&librdkafka, 8);
        let writer = Department::new(&brokers, &topic, &[("compression.type", codec)])?;
        writer.write(&[structured(&of[0]), binary(&of[1]), bare(&of[2])])?;
        // Many in one batch, so that it is worth compressing.
        writer.write(&[batch(&of[3..]), structured(&of[0])])?;
        cases.push((librdkafka, 8));

        let kcat = format!("kcat-{codec}");
        let of = events(&kcat, 20);
        let lines: String = of[1..].iter().map(|e| format!("{e}\n")).collect();
        department::kcat(&brokers, &topic, codec, &[], &lines)?;
        let (headers, value) = binary(&of[0]);
        let headers = headers.iter().map(|(k, v)| format!("{k}={v}").into_bytes());
        let value = String::from_utf8(value.context("a value")?)?;
        department::kcat(
            &brokers,
            &topic,
            codec,
            &headers.collect::<Vec<_>>(),
            &value,
        )?;
        cases.push((kcat, 20));

        let java = format!("java-{codec}");
        let of = events(&java, 20);
        let records = of.iter().enumerate();
        let records: Vec<Record> = records
            .map(|(n, event)| match n % 2 {
                0 => structured(event),
                _ => binary(event),
            })
            .collect();
        department::java(&broker, &topic, codec, &records)?;
        cases.push((java, 20));
    }
    for (case, events) in &cases {
        has(&platform, case, *events).await?;
    }
    ensure!(
        platform.metric(REFUSED).await? == 0,
        "{}",
        platform.get("/metrics").await?
    );

    let writer = Department::new(&brokers, &topic, &[("compression.type", "zstd")])?;
    let good = events("after", 1);
    let mut another = good[0].clone();
    another["source"] = json!("someone-else");
    let mut tick = good[0].clone();
    tick["type"] = json!("cn.mingjing.tick.v1");
    let poison: Vec<Record> = vec![
        (Vec::new(), None),
        (vec![("ce_id", "x".into())], None),
        (Vec::new(), Some(b"{\"specversion\":".to_vec())),
        (Vec::new(), Some(b"hello".to_vec())),
        (Vec::new(), Some(b"\xEF\xBB\xBF{}".to_vec())),
        (Vec::new(), Some(Vec::new())),
        (
            vec![("content-type", "application/avro".into())],
            Some(vec![0; 9]),
        ),
        bare(&another),
        bare(&tick),
        (Vec::new(), Some(vec![b' '; 2 * 1024 * 1024])),
        (Vec::new(), Some(vec![b' '; 17 * 1024 * 1024])),
    ];
    writer.write(&poison)?;
    for header in [&b"ce_id=\xff\xfe"[..], b"\xff\xfe=1", b"ce_type=\xc0\xaf"] {
        let line = String::from("hello");
        department::kcat(&brokers, &topic, "none", &[header.to_vec()], &line)?;
    }
    let bad = poison.len() as u64 + 3;
    writer.write(&[bare(&good[0])])?;
    has(&platform, "after", 1).await?;
    ensure!(platform.metric(REFUSED).await? == bad);

    // Complete is the source for him only who knows what was not taken, and only in the topic.
    writer.write(&[complete(AT_MS, 0), complete(AT_MS, bad - 1)])?;
    platform.until_metric(REFUSED, |n| n == bad + 2).await?;
    writer.write(&[complete(AT_MS, bad)])?;
    let completions = "mingjing_intake_completions_total";
    platform.until_metric(completions, |n| n == 1).await?;
    let said = reqwest::Client::new()
        .post(format!("{}/v1/events", platform.url().context("up")?))
        .bearer_auth(&key)
        .header("content-type", "application/cloudevents+json")
        .body(encode_complete_until(
            corpus::SOURCE,
            Timestamp::from_millis(AT_MS),
        ));
    let said = said.send().await?.text().await?;
    ensure!(said.contains("said_elsewhere"), "{said}");

    let ready = platform.until_ready(true).await?.to_string();
    ensure!(
        ready.contains("1 partitions of delivered topics"),
        "{ready}"
    );
    platform.stop().await?;
    let engine = Engine::start(folder.path()).await?;
    let rejects = engine
        .ask("SELECT reason, detail FROM rejects FINAL")
        .await?;
    let number = rejects.lines().count() as u64;
    // The last one, by HTTP, may have come too late for the archive.
    ensure!(number >= bad + 2, "{number} rejects:\n{rejects}");
    for reason in [
        "empty_body",
        "malformed_json",
        "byte_order_mark",
        "unsupported_content_type",
        "unknown_source",
        "unknown_type",
        "too_large",
        "bad_header",
        "earlier_refused",
    ] {
        let place = format!("{reason}\t{topic} partition 0 offset ");
        ensure!(rejects.contains(&place), "{place} is not in:\n{rejects}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn deaths_of_intake_and_a_second_delivery_change_no_alert() -> Result<()> {
    let seed = corpus::seed()?;
    let lived = with_deaths(&mut Dice::new(seed)).await;
    lived.with_context(|| format!("seed {seed}"))
}

async fn with_deaths(dice: &mut Dice) -> Result<()> {
    const DEATHS: usize = 5;
    let expected = corpus::undisturbed().await?;
    let broker = tokio::task::spawn_blocking(Broker::start).await??;
    let folder = tempfile::tempdir()?;
    let address = free_address()?;
    let engine = Engine::start_at(&address, folder.path()).await?;
    let site = Start::new(folder.path(), &broker, &format!("http://{address}"))?;
    let mut intake = site.role("intake")?;
    let mut roles = Vec::new();
    for role in ["supervise", "archive", "api"] {
        roles.push(site.role(role)?);
    }
    let key = intake
        .register(corpus::SOURCE, &corpus::definitions())
        .await?;
    let topic = department::topic_of(&intake, corpus::SOURCE).await?;
    intake.until_metric(PARTITIONS, |n| n == 1).await?;
    let writer = Department::new(&broker.address(), &topic, &[])?;
    let all = corpus::events();
    let time_of = |event: &Value| {
        let time = event["time"].as_str().context("an event has a time")?;
        Ok::<_, anyhow::Error>(Timestamp::parse(time)?.millis())
    };
    let mut chunks = Vec::new();
    for chunk in all.chunks(10) {
        let mut records: Vec<Record> = chunk.iter().map(structured).collect();
        records.push(complete(time_of(&chunk[chunk.len() - 1])? - 1, 0));
        chunks.push((records, chunk));
    }
    // Some come by HTTP first and then through the topic. An event that overtakes those before it would be judged without them,
    // so it is the first ones; others come by HTTP last.
    let share = chunks.len() / (DEATHS + 3);
    for (_, events) in &chunks[..share] {
        post(&intake, &key, events).await?;
    }
    let mut rest = chunks.iter();
    let mut feed = |parts: usize| {
        for (records, _) in rest.by_ref().take(parts) {
            writer.write(records)?;
        }
        Ok::<_, anyhow::Error>(())
    };
    intake.kill()?;
    for _ in 0..DEATHS {
        let count = (2 + dice.below(3)).to_string();
        let mut dying = site.role_with("intake", &[("MINGJING_INTAKE_FAIL_AT", &count)])?;
        feed(share)?;
        let began = std::time::Instant::now();
        while !dying
            .ended_within(std::time::Duration::from_millis(200))
            .await?
        {
            ensure!(began.elapsed() < PATIENCE, "it lives:\n{}", dying.errors());
            // It dies over what it reads, so it is given more.
            writer.write(&chunks[0].0[..1])?;
        }
        ensure!(
            dying.errors().contains("aborting before a commit"),
            "{}",
            dying.errors()
        );
    }
    // Two share the work; the one that has the topic dies, the other gets it.
    let mut two = vec![site.role("intake")?, site.role("intake")?];
    let owner = owner(&two).await?;
    feed(share)?;
    two[owner].kill()?;
    feed(usize::MAX)?;
    let last = time_of(all.last().context("there are events")?)?;
    writer.write(&[complete(last, 0)])?;
    let api = roles.last().context("the last one is the api")?;
    corpus::events_are_there(api).await?;
    for (_, events) in chunks.iter().filter(|_| dice.one_in(3)) {
        post(&two[1 - owner], &key, events).await?;
    }
    let found = until_equal(api, expected).await?;
    ensure_equal("by topic and by HTTP, with deaths", expected, &found)?;
    roles.push(two.swap_remove(1 - owner));
    for role in roles {
        role.stop().await?;
    }
    drop(engine);
    rows::ensure_each_once("by topic and by HTTP, with deaths", folder.path()).await
}

/// Waits until the alerts are as expected; answers what they were at last.
async fn until_equal(api: &Platform, expected: &Alerts) -> Result<Alerts> {
    let began = std::time::Instant::now();
    loop {
        let found = api.alerts(corpus::SOURCE).await?;
        if ensure_equal("so far", expected, &found).is_ok() || began.elapsed() > PATIENCE {
            return Ok(found);
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
}

/// Which of the processes reads the topic.
async fn owner(processes: &[Platform]) -> Result<usize> {
    let began = std::time::Instant::now();
    loop {
        for (at, process) in processes.iter().enumerate() {
            if process.metric(PARTITIONS).await? == 1 {
                return Ok(at);
            }
        }
        ensure!(began.elapsed() < PATIENCE, "nobody reads the topic");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}

async fn post(platform: &Platform, key: &str, events: &[Value]) -> Result<()> {
    let body: String = events.iter().map(|event| format!("{event}\n")).collect();
    let url = platform.url().context("it is up")?;
    let answer = reqwest::Client::new()
        .post(format!("{url}/v1/events"))
        .bearer_auth(key)
        .header("content-type", "application/x-ndjson")
        .body(body)
        .send()
        .await?;
    let status = answer.status();
    ensure!(status == 200, "{status}: {}", answer.text().await?);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_topic_has_lost_is_told_and_its_source_is_not_complete() -> Result<()> {
    const LOST: &str = "mingjing_intake_topic_records_lost_total";
    const REMADE: &str = "mingjing_intake_topics_remade_total";
    let broker = tokio::task::spawn_blocking(Broker::start).await??;
    let folder = tempfile::tempdir()?;
    let site = Start::new(folder.path(), &broker, "http://127.0.0.1:9")?;
    let intake = site.role("intake")?;
    intake
        .register(corpus::SOURCE, &corpus::definitions())
        .await?;
    let topic = department::topic_of(&intake, corpus::SOURCE).await?;
    intake.until_metric(PARTITIONS, |n| n == 1).await?;
    let writer = Department::new(&broker.address(), &topic, &[])?;
    let records: Vec<Record> = events("lost", 20).iter().map(bare).collect();
    writer.write(&records[..5])?;
    intake.until_metric(ACCEPTED, |n| n == 5).await?;
    intake.stop().await?;

    let admin: AdminClient<DefaultClientContext> = ClientConfig::new()
        .set("bootstrap.servers", broker.address())
        .create()?;
    writer.write(&records[5..15])?;
    let mut before = TopicPartitionList::new();
    before.add_partition_offset(&topic, 0, rdkafka::Offset::Offset(12))?;
    admin
        .delete_records(&before, &AdminOptions::new())
        .await
        .context("retention")?;
    let intake = site.role("intake")?;
    intake.until_metric(ACCEPTED, |n| n == 3).await?;
    ensure!(intake.metric(LOST).await? == 7);
    writer.write(&[complete(AT_MS, 0)])?;
    intake.until_metric(REFUSED, |n| n == 1).await?;
    writer.write(&[complete(AT_MS, 7)])?;
    let completions = "mingjing_intake_completions_total";
    intake.until_metric(completions, |n| n == 1).await?;

    // Made anew under a reader, and then between two readers: the cluster forgets with the topic how far it was read.
    for answer in admin.delete_topics(&[&topic], &AdminOptions::new()).await? {
        answer.map_err(|(_, code)| rdkafka::error::KafkaError::AdminOp(code))?;
    }
    intake.until_metric(REMADE, |n| n == 1).await?;
    writer.write(&records[15..16])?;
    // Perhaps more than once: the group lets go of a topic that is gone, and what was not committed then comes again.
    intake.until_metric(ACCEPTED, |n| n >= 4).await?;
    writer.write(&[complete(AT_MS, 0)])?;
    intake.until_metric(REFUSED, |n| n >= 2).await?;
    intake.stop().await?;
    for answer in admin.delete_topics(&[&topic], &AdminOptions::new()).await? {
        answer.map_err(|(_, code)| rdkafka::error::KafkaError::AdminOp(code))?;
    }
    let intake = site.role("intake")?;
    intake.until_metric(REMADE, |n| n == 1).await?;

    // Widened a moment before it is said to be complete: what lies in the new partition may come before what was read.
    intake.until_metric(PARTITIONS, |n| n == 1).await?;
    writer.write(&records[16..17])?;
    intake.until_metric(ACCEPTED, |n| n >= 1).await?;
    let refused = intake.metric(REFUSED).await?;
    let two = NewPartitions::new(&topic, 2);
    for answer in admin
        .create_partitions(&[two], &AdminOptions::new())
        .await?
    {
        answer.map_err(|(_, code)| rdkafka::error::KafkaError::AdminOp(code))?;
    }
    // The controller answers before its brokers know; until they do, nothing can be written there.
    let began = std::time::Instant::now();
    let of_topic = |admin: &AdminClient<DefaultClientContext>| {
        let told = admin.inner().fetch_metadata(Some(&topic), PATIENCE)?;
        let partitions = told.topics().iter().map(|topic| topic.partitions().len());
        Ok::<usize, rdkafka::error::KafkaError>(partitions.sum())
    };
    while of_topic(&admin)? < 2 {
        ensure!(began.elapsed() < PATIENCE, "no broker knows of it");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    writer.write(&[complete(AT_MS, 1)])?;
    intake.until_metric(REFUSED, |n| n > refused).await?;
    intake.until_metric(PARTITIONS, |n| n == 2).await?;
    ensure!(intake.metric(completions).await? == 0, "it is complete");
    intake.stop().await
}
