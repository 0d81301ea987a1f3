//! What the demo must remember over a restart, in one small file beside the platform's data: when its city's life began,
//! by which dice, which definitions it has published, and the keys of its sources.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use mingjing_domain::Timestamp;
use mingjing_domain::time::DAY_MS;
use serde::{Deserialize, Serialize};

use super::clock::PAST_DAYS;

/// Its name in the data folder.
const FILE: &str = "demo.json";

/// How far the demo has published its definitions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Published {
    /// Not at all.
    #[default]
    Nothing,
    /// Those it begins with.
    Base,
    /// Those with the amended calendar.
    Amended,
    /// Those it begins with: the amended calendar was refused, and is not sent again.
    Refused,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Memory {
    origin: Timestamp,
    seed: u64,
    #[serde(default)]
    published: Published,
    #[serde(default)]
    keys: BTreeMap<String, String>,
}

/// The demo's memory.
#[derive(Debug)]
pub struct Timeline {
    path: PathBuf,
    memory: Memory,
}

impl Timeline {
    /// The memory kept in `folder`, which exists. There is none before the first start: the city's life begins
    /// [`PAST_DAYS`] before `real_now`, with the dice of `seed`. Afterwards both stay as they were.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn open(folder: &Path, seed: u64, real_now: Timestamp) -> anyhow::Result<Self> {
        let path = folder.join(FILE);
        let memory = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).with_context(|| {
                format!(
                    "{} is damaged; remove the data folder to begin anew",
                    path.display()
                )
            })?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Memory {
                origin: real_now.plus_millis(-PAST_DAYS * DAY_MS).floor_second(),
                seed,
                published: Published::Nothing,
                keys: BTreeMap::new(),
            },
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", path.display()));
            }
        };
        let timeline = Self { path, memory };
        timeline.keep()?;
        Ok(timeline)
    }

    /// When the city's life began.
    pub fn origin(&self) -> Timestamp {
        self.memory.origin
    }

    /// The dice it was begun with.
    pub fn seed(&self) -> u64 {
        self.memory.seed
    }

    /// How far the definitions are published.
    pub fn published(&self) -> Published {
        self.memory.published
    }

    /// The key of a source, where it has one.
    pub fn key(&self, source: &str) -> Option<&str> {
        self.memory.keys.get(source).map(String::as_str)
    }

    /// Remembers what was published.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn set_published(&mut self, published: Published) -> anyhow::Result<()> {
        self.memory.published = published;
        self.keep()
    }

    /// Remembers the key of a source.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn set_key(&mut self, source: &str, key: String) -> anyhow::Result<()> {
        self.memory.keys.insert(source.to_owned(), key);
        self.keep()
    }

    /// Writes the file whole beside the old one and puts it in its place. It holds keys: for its owner's eyes only.
    fn keep(&self) -> anyhow::Result<()> {
        use std::os::unix::fs::OpenOptionsExt;
        let new = self.path.with_extension("json.new");
        let write = || -> std::io::Result<()> {
            let mut options = fs::OpenOptions::new();
            let mut file = options
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(&new)?;
            serde_json::to_writer_pretty(&mut file, &self.memory)?;
            file.write_all(b"\n")?;
            file.sync_all()?;
            fs::rename(&new, &self.path)
        };
        write().with_context(|| format!("cannot write {}", self.path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_start_goes_on_with_the_first_ones_beginning_dice_and_keys() {
        let folder = tempfile::tempdir().unwrap();
        let now = Timestamp::parse("2026-11-23T09:30:00+08:00").unwrap();
        let mut first = Timeline::open(folder.path(), 7, now).unwrap();
        assert_eq!(
            first.origin(),
            Timestamp::parse("2026-10-14T09:30:00+08:00").unwrap()
        );
        first.set_key("zjj-permit", "k".into()).unwrap();
        first.set_published(Published::Base).unwrap();

        let second = Timeline::open(folder.path(), 8, now.plus_millis(DAY_MS)).unwrap();
        assert_eq!((second.origin(), second.seed()), (first.origin(), 7));
        assert_eq!(
            (second.key("zjj-permit"), second.published()),
            (Some("k"), Published::Base)
        );
    }
}
