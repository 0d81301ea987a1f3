//! Attempts over all processes: each tells of a name what was tried in vain at it, in a table that all see.
//!
//! | table | key | value |
//! |---|---|---|
//! | `attempts` | `<what>/<digest of the name>/<process>` | what this process has seen of the name |
//!
//! Nothing is written while nothing is in vain. Each process writes its own entries and reads all, so that none takes another's count away.
//! Entries are bounded, the one that was touched longest ago goes first, and they end with their window; those of a process that is gone are
//! removed by the others. A table that cannot be written leaves each process with what it counted itself: that a name was tried in vain must
//! not be answered otherwise than that it was not.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use mingjing_domain::Timestamp;
use mingjing_log::Table;

use super::super::secret::{digest, random};
use super::{Attempts, EVERYWHERE, Told, WINDOW_MS, address, one_machine};

const TABLE: &str = "attempts";
/// Entries of one process. One address alone makes no more than fifty names count in a window.
const ENTRIES_MAX: usize = 1_000;
/// Another process's entry is removed when it has been over for so long: whoever wrote it is gone.
const LEFT_BEHIND_MS: i64 = 4 * WINDOW_MS;
/// Names are told of side by side, but for those that share one of so many locks: a write that is slow holds up few others.
const LOCKS: usize = 64;

/// What is tried at a door, by all processes.
pub(crate) struct Guesses {
    what: &'static str,
    process: String,
    table: Arc<dyn Table>,
    counts: Mutex<Attempts>,
    /// What is told last of a name is what is true last: each key is written and removed under its lock.
    telling: [tokio::sync::Mutex<()>; LOCKS],
}

/// An attempt that counts as in vain until it is said not to be.
#[must_use = "an attempt ends in vain or not"]
pub(crate) struct Try {
    name: String,
    from: IpAddr,
    /// Something was told of the name already.
    known: bool,
}

/// An entry of the table.
struct Entry {
    key: Bytes,
    own: bool,
    told: Told,
    /// As it lay there.
    value: Bytes,
}

impl Guesses {
    /// At a door of this name.
    ///
    /// # Errors
    /// When the machine has no random numbers.
    pub(crate) fn new(what: &'static str, table: Arc<dyn Table>) -> Result<Self, getrandom::Error> {
        Ok(Self {
            what,
            process: random::<8>()?,
            table,
            counts: Mutex::default(),
            telling: std::array::from_fn(|_| tokio::sync::Mutex::default()),
        })
    }

    /// Counts an attempt, or answers after how many seconds the next one is taken.
    ///
    /// # Errors
    /// When the table cannot be read: nothing is judged then.
    pub(crate) async fn begin(
        &self,
        name: &str,
        from: IpAddr,
        now: Timestamp,
    ) -> mingjing_log::Result<Result<Try, u64>> {
        let entries = self.entries(&self.of_name(name)).await?;
        let known = !entries.is_empty();
        // What was in vain here is counted here; when it was cleared is told by all.
        let told: Vec<Told> = entries
            .into_iter()
            .map(|entry| match entry.own {
                true => Told {
                    tried: BTreeMap::new(),
                    ..entry.told
                },
                false => entry.told,
            })
            .collect();
        let begun = self.counts().begin(name, from, now, &told);
        Ok(begun.map(|()| Try {
            name: name.to_owned(),
            from,
            known,
        }))
    }

    /// It was in vain.
    pub(crate) async fn failed(&self, tried: Try, now: Timestamp) {
        self.tell(&tried.name, None, now).await;
    }

    /// It was none in vain. The address keeps what others tried from it.
    pub(crate) async fn succeeded(&self, tried: Try, now: Timestamp) {
        self.counts().succeeded(&tried.name, tried.from);
        if tried.known {
            let from = address(&tried.name, one_machine(tried.from));
            self.tell(&tried.name, Some(from), now).await;
        }
    }

    /// Opens a name that was locked out.
    pub(crate) async fn forget(&self, name: &str, now: Timestamp) {
        self.counts().forget(name);
        self.tell(name, Some(EVERYWHERE.to_owned()), now).await;
    }

    /// Tells how a name stands, and for whom it was cleared just now.
    async fn tell(&self, name: &str, cleared: Option<String>, now: Timestamp) {
        let told = async {
            let over = self.write(name, cleared, now).await?;
            // Each under its own lock, and none of them under this one's.
            let removals = over.iter().map(|entry| self.remove(entry));
            futures::future::try_join_all(removals).await
        };
        if let Err(error) = told.await {
            tracing::warn!(%error, "other processes are not told what was tried in vain, or is none any more");
        }
    }

    /// Writes what is to be told of a name, and answers which entries nobody needs any more.
    async fn write(
        &self,
        name: &str,
        cleared: Option<String>,
        now: Timestamp,
    ) -> mingjing_log::Result<Vec<Entry>> {
        let key = Bytes::from(format!("{}{}", self.of_name(name), self.process));
        let _one_after_the_other = self.lock(&key).lock().await;
        let mut told = self.counts().told(name, now);
        told.cleared = cleared.into_iter().map(|from| (from, now)).collect();
        let (mut own, mut over) = (Vec::new(), Vec::new());
        for entry in self.entries(&format!("{}/", self.what)).await? {
            let last_at = entry.told.last_at().unwrap_or(Timestamp::from_millis(0));
            let kept = if entry.own { 0 } else { LEFT_BEHIND_MS };
            if entry.key == key {
                told.clear(entry.told.cleared, now);
            } else if now >= last_at.plus_millis(WINDOW_MS + kept) {
                over.push(entry);
            } else if entry.own {
                own.push((last_at, entry));
            }
        }
        own.sort_by(|(at, one), (then, other)| (at, &one.key).cmp(&(then, &other.key)));
        let too_many = (own.len() + 1).saturating_sub(ENTRIES_MAX);
        over.extend(own.into_iter().take(too_many).map(|(_, entry)| entry));
        let value = serde_json::to_vec(&told).unwrap_or_default();
        self.table.put(TABLE, key, Some(value.into())).await?;
        Ok(over)
    }

    /// Removes an entry, unless something else is told of its name by now.
    async fn remove(&self, entry: &Entry) -> mingjing_log::Result<()> {
        let _one_after_the_other = self.lock(&entry.key).lock().await;
        match self.table.get(TABLE, &entry.key).await? {
            Some(value) if value == entry.value => {
                self.table.put(TABLE, entry.key.clone(), None).await
            }
            _ => Ok(()),
        }
    }

    fn lock(&self, key: &[u8]) -> &tokio::sync::Mutex<()> {
        let sum = key.iter().fold(0_usize, |sum, byte| {
            sum.wrapping_mul(31).wrapping_add(usize::from(*byte))
        });
        &self.telling[sum % LOCKS]
    }

    /// The entries whose keys begin so. One that cannot be read, of a later version, counts for nothing.
    async fn entries(&self, prefix: &str) -> mingjing_log::Result<Vec<Entry>> {
        let found = self.table.scan(TABLE).await?;
        let begins = found
            .into_iter()
            .filter(|(key, _)| key.starts_with(prefix.as_bytes()));
        let read = begins.filter_map(|(key, value)| {
            Some(Entry {
                own: key.ends_with(self.process.as_bytes()),
                told: serde_json::from_slice(&value).ok()?,
                value,
                key,
            })
        });
        Ok(read.collect())
    }

    /// What keys of a name begin with. A name is a case's number or whatever somebody typed, and may be long.
    fn of_name(&self, name: &str) -> String {
        format!("{}/{}/", self.what, &digest(name)[..32])
    }

    fn counts(&self) -> MutexGuard<'_, Attempts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use async_trait::async_trait;
    use futures::stream::BoxStream;
    use mingjing_log::embedded::EmbeddedLog;
    use mingjing_log::{Change, Lagged};
    use tokio::sync::{Notify, Semaphore};

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    async fn fails(guesses: &Guesses, name: &str, from: IpAddr, seconds: i64) -> bool {
        match guesses.begin(name, from, at(seconds)).await.unwrap() {
            Ok(tried) => {
                guesses.failed(tried, at(seconds)).await;
                true
            }
            Err(_) => false,
        }
    }

    async fn count(table: &Arc<dyn Table>) -> usize {
        table.scan(TABLE).await.unwrap().len()
    }

    /// Two processes over one table.
    #[tokio::test]
    async fn limits_hold_over_processes_and_what_clears_one_clears_all() {
        let folder = tempfile::tempdir().unwrap();
        let table: Arc<dyn Table> = Arc::new(EmbeddedLog::open(folder.path(), 1).await.unwrap());
        let process = || Guesses::new("portal", table.clone()).unwrap();
        let (one, two) = (process(), process());
        let (home, other): (IpAddr, IpAddr) = ([10, 0, 0, 7].into(), [10, 0, 0, 8].into());
        let right = one.begin("B-1", home, at(0)).await.unwrap().unwrap();
        one.succeeded(right, at(0)).await;
        assert_eq!(count(&table).await, 0, "nothing was in vain");

        for second in 0..5 {
            let guesses = if second % 2 == 0 { &one } else { &two };
            assert!(fails(guesses, "B-1", home, second).await);
        }
        assert_eq!(count(&table).await, 2);
        for guesses in [&one, &two] {
            assert!(!fails(guesses, "B-1", home, 5).await);
            let free = guesses.begin("B-2", home, at(5)).await.unwrap();
            assert!(free.is_ok(), "another case");
        }
        // A process begun anew knows, too.
        assert!(!fails(&process(), "B-1", home, 5).await);

        // Whoever knows it elsewhere opens nothing to who does not; an administrator opens it for both.
        let right = two.begin("B-1", other, at(6)).await.unwrap().unwrap();
        two.succeeded(right, at(6)).await;
        assert!(!fails(&one, "B-1", home, 7).await && !fails(&two, "B-1", home, 7).await);
        two.forget("B-1", at(8)).await;
        for second in 9..13 {
            let guesses = if second % 2 == 0 { &one } else { &two };
            assert!(fails(guesses, "B-1", home, second).await, "{second}");
        }
        // Once it was right here: it is none in vain there either.
        let right = one.begin("B-1", home, at(13)).await.unwrap().unwrap();
        one.succeeded(right, at(13)).await;
        for second in 14..19 {
            let guesses = if second % 2 == 0 { &one } else { &two };
            assert!(fails(guesses, "B-1", home, second).await, "{second}");
        }
        assert!(!fails(&one, "B-1", home, 19).await && !fails(&two, "B-1", home, 19).await);
        assert!(fails(&one, "B-1", home, 18 + 900).await);
    }

    /// Four processes over one table: what is under way in one is not known in another.
    #[tokio::test]
    async fn one_machine_that_tries_at_all_processes_at_once_locks_nobody_else_out() {
        let folder = tempfile::tempdir().unwrap();
        let table: Arc<dyn Table> = Arc::new(EmbeddedLog::open(folder.path(), 1).await.unwrap());
        let processes: Vec<Guesses> = (0..4)
            .map(|_| Guesses::new("portal", table.clone()).unwrap())
            .collect();
        let (home, other): (IpAddr, IpAddr) = ([10, 0, 0, 7].into(), [10, 0, 0, 8].into());
        let mut tried = Vec::new();
        for process in &processes {
            for _ in 0..5 {
                let begun = process.begin("B-1", home, at(0)).await.unwrap();
                tried.push((process, begun.unwrap()));
            }
        }
        assert_eq!(tried.len(), 20);
        for (process, tried) in tried {
            process.failed(tried, at(0)).await;
        }
        assert_eq!(count(&table).await, 4);
        for process in &processes {
            assert!(!fails(process, "B-1", home, 1).await);
            let right = process.begin("B-1", other, at(1)).await.unwrap();
            process.succeeded(right.unwrap(), at(1)).await;
        }
    }

    #[tokio::test]
    async fn the_table_is_bounded_and_what_is_over_leaves_it() {
        let folder = tempfile::tempdir().unwrap();
        let table: Arc<dyn Table> = Arc::new(EmbeddedLog::open(folder.path(), 1).await.unwrap());
        let one = Guesses::new("portal", table.clone()).unwrap();
        // As if many had been told already.
        let told = (0..ENTRIES_MAX).map(|n| {
            let told = Told {
                cleared: BTreeMap::from([(String::new(), at(n as i64 / 100))]),
                ..Told::default()
            };
            let key = format!("portal/{n:032}/{}", one.process);
            let value = serde_json::to_vec(&told).unwrap();
            table.put(TABLE, key.into(), Some(value.into()))
        });
        futures::future::try_join_all(told).await.unwrap();
        let gone = "portal/0/gone".to_owned();
        let told = br#"{"cleared":{"":"1970-01-01T00:00:00Z"}}"#;
        let put = table.put(TABLE, gone.into(), Some(Bytes::from_static(told)));
        put.await.unwrap();
        let home: IpAddr = [10, 0, 0, 7].into();
        assert!(fails(&one, "B-1", home, 20).await);
        assert_eq!(count(&table).await, ENTRIES_MAX + 1, "one went, one came");
        let later = 20 + 900;
        assert!(fails(&one, "B-2", home, later).await);
        assert_eq!(count(&table).await, 2, "this one, and what is left behind");
        assert!(fails(&one, "B-3", home, later + 4 * 900).await);
        assert_eq!(count(&table).await, 1);
    }

    /// A table at which one name is written slowly: not before it is let through.
    struct Slow {
        table: Arc<dyn Table>,
        name: String,
        reached: Notify,
        through: Semaphore,
    }

    #[async_trait]
    impl Table for Slow {
        async fn put(
            &self,
            table: &str,
            key: Bytes,
            value: Option<Bytes>,
        ) -> mingjing_log::Result<()> {
            if key.starts_with(self.name.as_bytes()) {
                self.reached.notify_one();
                self.through.acquire().await.unwrap().forget();
            }
            self.table.put(table, key, value).await
        }

        async fn create(
            &self,
            table: &str,
            key: Bytes,
            value: Bytes,
        ) -> mingjing_log::Result<bool> {
            self.table.create(table, key, value).await
        }

        async fn get(&self, table: &str, key: &[u8]) -> mingjing_log::Result<Option<Bytes>> {
            self.table.get(table, key).await
        }

        async fn scan(&self, table: &str) -> mingjing_log::Result<Vec<(Bytes, Bytes)>> {
            self.table.scan(table).await
        }

        fn watch(
            &self,
            table: &str,
        ) -> mingjing_log::Result<BoxStream<'static, Result<Change, Lagged>>> {
            self.table.watch(table)
        }
    }

    #[tokio::test]
    async fn a_guess_that_is_told_slowly_holds_up_nobody_who_guesses_another_name() {
        let folder = tempfile::tempdir().unwrap();
        let table: Arc<dyn Table> = Arc::new(EmbeddedLog::open(folder.path(), 1).await.unwrap());
        let slow = Arc::new(Slow {
            name: format!("portal/{}/", &digest("B-1")[..32]),
            table: table.clone(),
            reached: Notify::new(),
            through: Semaphore::new(0),
        });
        let guesses = Guesses::new("portal", slow.clone()).unwrap();
        let home: IpAddr = [10, 0, 0, 7].into();
        let lock_of = |name: &str| {
            let key = format!("{}{}", guesses.of_name(name), guesses.process);
            std::ptr::from_ref(guesses.lock(key.as_bytes()))
        };
        let mut others = (2..).map(|n| format!("B-{n}"));
        let other = others.find(|name| lock_of(name) != lock_of("B-1"));
        let other = other.unwrap();
        let mut first = std::pin::pin!(fails(&guesses, "B-1", home, 0));
        tokio::select! {
            _ = &mut first => panic!("it is not let through yet"),
            () = slow.reached.notified() => {}
        }
        let second = fails(&guesses, &other, home, 0);
        let second = tokio::time::timeout(Duration::from_secs(10), second).await;
        assert!(second.expect("it waits for the slow one"));
        assert_eq!(count(&table).await, 1, "the other one's");
        slow.through.add_permits(1);
        assert!(first.await);
        assert_eq!(count(&table).await, 2);
    }

    #[tokio::test]
    async fn what_was_told_anew_meanwhile_is_not_removed() {
        let folder = tempfile::tempdir().unwrap();
        let table: Arc<dyn Table> = Arc::new(EmbeddedLog::open(folder.path(), 1).await.unwrap());
        let guesses = Guesses::new("portal", table.clone()).unwrap();
        let home: IpAddr = [10, 0, 0, 7].into();
        assert!(fails(&guesses, "B-1", home, 0).await);
        let found = guesses.entries("portal/").await.unwrap();
        assert!(fails(&guesses, "B-1", home, 1).await);
        guesses.remove(&found[0]).await.unwrap();
        assert_eq!(count(&table).await, 1);
        let found = guesses.entries("portal/").await.unwrap();
        guesses.remove(&found[0]).await.unwrap();
        assert_eq!(count(&table).await, 0);
    }
}
