//! Topics of others: what was found and not answered for is found again, and records are given until they are done.

use std::collections::BTreeMap;
use std::time::Duration;

use mingjing_log::kafka::Config;
use mingjing_log::kafka::inbox::{
    Begun, Delivered, Handed, Inbox, Known, Loss, LossKind, Mark, News, Topics,
};
use rdkafka::ClientConfig;
use rdkafka::TopicPartitionList;
use rdkafka::admin::AdminOptions;
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
                Known::There(id) => break id,
                _ => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        };
        Self {
            followed: BTreeMap::from([(name.clone(), id)]),
            config,
            name,
        }
    }

    fn write(&self, records: usize) {
        let writer: BaseProducer = ClientConfig::new()
            .set("bootstrap.servers", broker::shared())
            .create()
            .expect("a producer");
        for number in 0..records {
            let value = number.to_string();
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
