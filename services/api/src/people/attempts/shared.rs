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

/// What is tried at a door, by all processes.
pub(crate) struct Guesses {
    what: &'static str,
    process: String,
    table: Arc<dyn Table>,
    counts: Mutex<Attempts>,
    /// What is told last is what is true last.
    telling: tokio::sync::Mutex<()>,
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
            telling: tokio::sync::Mutex::default(),
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
        let _one_after_the_other = self.telling.lock().await;
        let mut told = self.counts().told(name, now);
        told.cleared = cleared.into_iter().map(|from| (from, now)).collect();
        if let Err(error) = self.write(name, told, now).await {
            tracing::warn!(%error, "other processes are not told what was tried in vain, or is none any more");
        }
    }

    /// Writes what is to be told of a name, and removes what nobody needs.
    async fn write(&self, name: &str, mut told: Told, now: Timestamp) -> mingjing_log::Result<()> {
        let key = Bytes::from(format!("{}{}", self.of_name(name), self.process));
        let (mut own, mut over) = (Vec::new(), Vec::new());
        for entry in self.entries(&format!("{}/", self.what)).await? {
            let last_at = entry.told.last_at().unwrap_or(Timestamp::from_millis(0));
            let kept = if entry.own { 0 } else { LEFT_BEHIND_MS };
            if entry.key == key {
                told.clear(entry.told.cleared, now);
            } else if now >= last_at.plus_millis(WINDOW_MS + kept) {
                over.push(entry.key);
            } else if entry.own {
                own.push((last_at, entry.key));
            }
        }
        own.sort_unstable();
        let too_many = (own.len() + 1).saturating_sub(ENTRIES_MAX);
        over.extend(own.into_iter().take(too_many).map(|(_, key)| key));
        let removals = over.into_iter().map(|key| self.table.put(TABLE, key, None));
        futures::future::try_join_all(removals).await?;
        let value = serde_json::to_vec(&told).unwrap_or_default();
        self.table.put(TABLE, key, Some(value.into())).await
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
    use mingjing_log::embedded::EmbeddedLog;

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
}
