use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicI64, Ordering};

use mingjing_domain::time::DAY_MS;
use mingjing_log::embedded::EmbeddedLog;
use prometheus::Registry;

use super::account::Rights;
use super::*;

const FROM: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const FIRST: &str = "酒城清风明月夜读书声声";
const SECOND: &str = "读书声声酒城清风明月夜";

/// Those of a site, whose ClickHouse is away: what is audited waits in the table.
fn people(table: Arc<dyn Table>, days: Option<u32>, now: Arc<AtomicI64>) -> People {
    let config = PeopleConfig {
        required: true,
        session_idle: Duration::from_secs(3_600),
        session_most: Duration::from_secs(7_200),
        origin: None,
        proxies: Vec::new(),
        zone: chrono_tz::Asia::Shanghai,
        audit_keep_days: 200,
        password_days: days,
    };
    let store = Store::connect(&mingjing_store::Config::local("http://127.0.0.1:1"));
    let clock = Arc::new(move || Timestamp::from_millis(now.load(Ordering::Relaxed)));
    let metrics = Metrics::new(&Registry::new()).unwrap();
    let (people, work) = People::new(table, store, config, clock, &metrics).unwrap();
    tokio::spawn(work);
    people
}

/// Whether whoever signs in now has to change the password first, at the door and in the session.
async fn forced(people: &People, password: &str) -> (bool, bool) {
    let account = people.check("li", password, FROM).await.unwrap();
    let token = people.begin_session(&account, false).await.unwrap();
    let Caller::Person(person) = people.person(&token, true).await.unwrap() else {
        panic!("a person");
    };
    (account.temporary, person.account.temporary)
}

#[tokio::test]
async fn a_password_that_is_older_than_the_site_allows_opens_its_own_change_only() {
    let folder = tempfile::tempdir().unwrap();
    let table: Arc<dyn Table> = Arc::new(EmbeddedLog::open(folder.path(), 1).await.unwrap());
    let now = Arc::new(AtomicI64::new(1_795_000_000_000));
    let rotates = people(table.clone(), Some(90), now.clone());
    let does_not = people(table, None, now.clone());
    let rights = Rights {
        person: "fz-07".into(),
        name: String::new(),
        roles: [account::Role::Legal].into(),
        body: "sfj".into(),
        office: String::new(),
        region: String::new(),
        valid_from: None,
        valid_until: None,
    };
    let opened = |_: Option<&Account>| {
        Ok(Act::Opened {
            rights: rights.clone(),
        })
    };
    let account = rotates.add("li", "zhao", "w", opened).await.unwrap();
    let set = rotates.set_password(&account, FIRST.into(), false, "li", "w");
    set.await.unwrap();
    assert_eq!(forced(&rotates, FIRST).await, (false, false));

    // A session that is under way on the day is held up, too.
    now.fetch_add(90 * DAY_MS - 1, Ordering::Relaxed);
    let account = rotates.check("li", FIRST, FROM).await.unwrap();
    assert!(!account.temporary);
    let token = rotates.begin_session(&account, false).await.unwrap();
    let by_provider = rotates.begin_session(&account, true).await.unwrap();
    let watching = rotates.person(&token, true).await.unwrap();
    assert!(rotates.still(&watching).await);
    now.fetch_add(1, Ordering::Relaxed);
    // Nor is anything more told to who watches.
    assert!(!rotates.still(&watching).await);
    for (token, held) in [(&token, true), (&by_provider, false)] {
        let Caller::Person(person) = rotates.person(token, true).await.unwrap() else {
            panic!("a person");
        };
        assert_eq!(person.account.temporary, held);
    }
    assert_eq!(forced(&rotates, FIRST).await, (true, true));
    assert_eq!(forced(&does_not, FIRST).await, (false, false));

    let account = rotates.account("li").await.unwrap().unwrap();
    let set = rotates.set_password(&account, SECOND.into(), false, "li", "w");
    set.await.unwrap();
    assert_eq!(forced(&rotates, SECOND).await, (false, false));
}
