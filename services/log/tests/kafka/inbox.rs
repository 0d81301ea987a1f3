//! Topics of others: what was found and not answered for is found again, and records are given until they are done.

use std::collections::BTreeMap;
use std::time::Duration;

use mingjing_log::kafka::Config;
use mingjing_log::kafka::inbox::{
    Begun, Delivered, Handed, Inbox, Known, Loss, LossKind, Mark, News, Topics,
};
use rdkafka::ClientConfig;
use rdkafka::TopicPartitionList;
use rdkafka::admin::{AdminOptions, NewTopic, TopicReplication};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};

use crate::broker;

const PATIENCE: Duration = Duration::from_secs(60);

/// A topic that somebody else writes to.
struct Topic {
    config: Config,
    name: String,
    followed: BTreeMap<String, u128>,
}

impl Topic {
    async fn made(test: &str) -> Self {
        let config = broker::config(test, 1);
        let topics = Topics::of(&config).expect("a client");
        let name = format!("{}in.somebody", config.prefix);
        topics.make(&name).await.expect("it is made");
        let id = loop {
            let known = topics.known(vec![name.clone()]).await.expect("it is asked");
            match known[&name] {
                Known::There(shape) => break shape.id,
                _ => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        };
        Self {
            followed: BTreeMap::from([(name.clone(), id)]),
            config,
            name,
        }
    }

    /// Records in one batch.
    fn write(&self, records: usize) {
        let values = (0..records).map(|number| number.to_string());
        self.write_with(&[("linger.ms", "100")], values);
    }

    fn write_with(&self, settings: &[(&str, &str)], values: impl Iterator<Item = String>) {
        let mut client = ClientConfig::new();
        client.set("bootstrap.servers", broker::shared());
        for (key, value) in settings {
            client.set(*key, *value);
        }
        let writer: BaseProducer = client.create().expect("a producer");
        for value in values {
            let record = BaseRecord::<(), str>::to(&self.name)
                .partition(0)
                .payload(&value);
            writer
                .send(record)
                .map_err(|(error, _)| error)
                .expect("sent");
        }
        writer.flush(PATIENCE).expect("written");
    }

    /// Retention removes what lies before this offset.
    async fn trim(&self, before: i64) {
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(&self.name, 0, rdkafka::Offset::Offset(before))
            .expect("a place");
        let admin = broker::admin(&broker::shared());
        let trimmed = admin.delete_records(&list, &AdminOptions::new()).await;
        trimmed.expect("trimmed");
    }

    fn open(&self) -> Inbox {
        let inbox = Inbox::open(&self.config, "inbox").expect("it joins");
        inbox.follow(self.followed.clone());
        inbox
    }
}

async fn next(inbox: &mut Inbox) -> Handed {
    let next = tokio::time::timeout(PATIENCE, inbox.next()).await;
    next.expect("there is news in time").expect("it goes on")
}

/// The partition, when it is given.
async fn begun(inbox: &mut Inbox) -> (Begun, Handed) {
    loop {
        let handed = next(inbox).await;
        let News::Assigned(begun) = &handed.news else {
            panic!("records before a beginning: {handed:?}");
        };
        match begun.first().cloned() {
            Some(begun) => return (begun, handed),
            None => handed.answer.done(Vec::new()),
        }
    }
}

fn mark(begun: &Begun, next: i64, note: &str) -> Vec<Mark> {
    vec![Mark {
        spot: begun.spot.clone(),
        next,
        note: note.to_owned(),
        rest: None,
    }]
}

async fn records(inbox: &mut Inbox) -> (Vec<Delivered>, Handed) {
    let handed = next(inbox).await;
    let News::Records(records) = &handed.news else {
        panic!("no records: {handed:?}");
    };
    let records = records.values().next().expect("of one partition").clone();
    (records, handed)
}

async fn close(inbox: Inbox) {
    let closed = tokio::task::spawn_blocking(move || drop(inbox)).await;
    closed.expect("it leaves");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loss_that_was_told_and_not_answered_for_is_told_again() {
    let topic = Topic::made("untold").await;
    topic.write(10);
    topic.trim(4).await;
    let lost = Some(Loss {
        kind: LossKind::Retention,
        records: 4,
    });

    let mut one = topic.open();
    let (found, handed) = begun(&mut one).await;
    assert_eq!((found.at, found.loss, &*found.note), (4, lost, ""));
    // The receiver ends over it.
    drop(handed);
    close(one).await;

    let mut other = topic.open();
    let (found, handed) = begun(&mut other).await;
    assert_eq!((found.at, found.loss, &*found.note), (4, lost, ""));
    handed.answer.done(mark(&found, 4, "4 are missing"));
    let (given, handed) = records(&mut other).await;
    assert_eq!(given[0].offset, 4);
    let standing = other.standings()[&found.spot];
    assert!(standing.kept && standing.next == 4, "{standing:?}");
    drop(handed);
    close(other).await;

    // Answered for: the note is all that is left of it, and the records come again.
    let mut third = topic.open();
    let (found, handed) = begun(&mut third).await;
    assert_eq!(
        (found.at, found.loss, &*found.note),
        (4, None, "4 are missing")
    );
    handed.answer.done(mark(&found, 4, "4 are missing"));
    assert_eq!(records(&mut third).await.0[0].offset, 4);
    close(third).await;
}

/// An answer that takes long pauses all partitions; a member that joins meanwhile makes the group give them anew.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_paused_when_the_group_changed_is_read_on() {
    let topic = Topic::made("paused").await;
    let mut one = topic.open();
    let (found, handed) = begun(&mut one).await;
    handed.answer.done(mark(&found, 0, "x"));
    topic.write(1);
    let (given, slow) = records(&mut one).await;
    let other = topic.open();
    // Longer than an answer is waited for without a pause, and until the group asks for the partition back.
    tokio::time::sleep(Duration::from_secs(6)).await;
    slow.answer.done(mark(&found, given[0].offset + 1, "x"));
    close(other).await;
    topic.write(1);
    let last = loop {
        let handed = next(&mut one).await;
        match handed.news {
            News::Assigned(begun) => {
                let marks = begun.iter().flat_map(|b| mark(b, b.at, "x")).collect();
                handed.answer.done(marks);
            }
            News::Records(mut records) => {
                break records.pop_first().expect("of one partition").1;
            }
        }
    };
    assert_eq!(last[0].offset, 1);
    close(one).await;
}

/// Reads on until this offset came; answers each record's offset, and how many before it could not be read.
async fn read_up_to(inbox: &mut Inbox, found: &Begun, last: i64) -> Vec<(i64, u64)> {
    let mut read = Vec::new();
    while read.last().is_none_or(|(offset, _)| *offset < last) {
        let (given, handed) = records(inbox).await;
        read.extend(given.iter().map(|record| (record.offset, record.lost)));
        let next = given.last().expect("some").offset + 1;
        handed.answer.done(mark(found, next, "x"));
    }
    read
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_is_damaged_is_told_and_removing_it_counts_its_records_as_lost() {
    let topic = Topic::made("damaged").await;
    for records in [1, 3, 1] {
        topic.write(records);
    }
    let file = broker::segment(&topic.name);
    let mut bytes = std::fs::read(&file).expect("the broker keeps it");
    // A batch is its first offset, the length of the rest, and the rest; its records begin 61 bytes behind its beginning.
    let length = i32::from_be_bytes(bytes[8..12].try_into().expect("four bytes"));
    let second = 12 + usize::try_from(length).expect("a length");
    bytes[second + 61 + 4] ^= 0x55;
    std::fs::write(&file, bytes).expect("it is damaged");

    let mut inbox = topic.open();
    let (found, handed) = begun(&mut inbox).await;
    handed.answer.done(mark(&found, 0, "x"));
    assert_eq!(read_up_to(&mut inbox, &found, 0).await, [(0, 0)]);
    let told = unreadable(&inbox).await;
    assert!(told.contains("BadMessage"), "{told}");
    // The answer goes to the client's thread, which enters it in its own time.
    let waited = std::time::Instant::now();
    while inbox.standings()[&found.spot].next != 1 {
        assert!(waited.elapsed() < PATIENCE, "{:?}", inbox.standings());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    topic.trim(4).await;
    let (found, handed) = begun(&mut inbox).await;
    let lost = Some(Loss {
        kind: LossKind::Retention,
        records: 3,
    });
    assert_eq!((found.at, found.loss), (4, lost));
    handed.answer.done(mark(&found, 4, "x"));
    assert_eq!(read_up_to(&mut inbox, &found, 4).await, [(4, 0)]);
    close(inbox).await;
}

/// Waits until the client says that it cannot read a batch.
async fn unreadable(inbox: &Inbox) -> String {
    let waited = std::time::Instant::now();
    loop {
        if let Some(told) = inbox.health().unreadable {
            return told;
        }
        assert!(waited.elapsed() < PATIENCE, "{:?}", inbox.errors());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_unpacks_to_too_much_is_told_and_removing_it_lets_the_topic_go_on() {
    let topic = Topic::made("bomb").await;
    let settings = [
        ("compression.type", "zstd"),
        ("message.max.bytes", "200000000"),
    ];
    topic.write_with(&settings, std::iter::once("0".repeat(120_000_000)));
    topic.write(1);
    let mut inbox = topic.open();
    let (found, handed) = begun(&mut inbox).await;
    assert_eq!(inbox.health().unjoined, None);
    handed.answer.done(mark(&found, 0, "x"));
    let told = unreadable(&inbox).await;
    assert!(told.contains("BadCompression"), "{told}");
    assert_eq!(inbox.standings()[&found.spot].next, 0);

    topic.trim(1).await;
    let (found, handed) = begun(&mut inbox).await;
    let lost = Some(Loss {
        kind: LossKind::Retention,
        records: 1,
    });
    assert_eq!((found.at, found.loss), (1, lost));
    handed.answer.done(mark(&found, 1, "x"));
    assert_eq!(read_up_to(&mut inbox, &found, 1).await, [(1, 0)]);
    close(inbox).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_receiver_doubts_is_begun_anew_and_given_again() {
    let topic = Topic::made("doubted").await;
    let mut inbox = topic.open();
    let (found, handed) = begun(&mut inbox).await;
    handed.answer.done(mark(&found, 0, "x"));
    topic.write(2);
    let (given, handed) = records(&mut inbox).await;
    assert_eq!(given[0].offset, 0);
    handed.answer.doubted(Vec::new());
    let (again, handed) = begun(&mut inbox).await;
    assert_eq!((again.at, again.loss, &*again.note), (0, None, "x"));
    handed.answer.done(mark(&again, 0, "x"));
    assert_eq!(
        read_up_to(&mut inbox, &again, 1).await,
        [(0, 0), (1, 0)],
        "once more"
    );
    close(inbox).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_that_keeps_only_the_newest_of_a_key_is_not_fit_to_be_read() {
    let config = broker::config("compacted", 1);
    let topics = Topics::of(&config).expect("a client");
    let name = format!("{}in.somebody", config.prefix);
    let compacted =
        NewTopic::new(&name, 1, TopicReplication::Fixed(1)).set("cleanup.policy", "compact,delete");
    let made = broker::admin(&broker::shared())
        .create_topics(&[compacted], &AdminOptions::new())
        .await;
    made.expect("an answer").remove(0).expect("it is made");
    let waited = std::time::Instant::now();
    let why = loop {
        let known = topics.known(vec![name.clone()]).await.expect("it is asked");
        match &known[&name] {
            Known::Unfit(why) => break why.clone(),
            Known::Absent => assert!(waited.elapsed() < PATIENCE, "it is not there"),
            known => panic!("{known:?}"),
        }
    };
    assert!(why.contains("compact,delete"), "{why}");
}
