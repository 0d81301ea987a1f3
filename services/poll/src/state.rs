//! `State`: what must outlive the process: positions, refused rows, how far the source was said to be complete.
//!
//! One file, replaced whole and flushed before anything is built upon it. Only one process may hold it.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use mingjing_domain::Timestamp;
use serde::{Deserialize, Serialize};

/// The only version there is.
const VERSION: u32 = 1;

/// Why the state cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The file cannot be read or written.
    #[error("the state {path}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It is not one of ours.
    #[error("the state {path} cannot be read as one; it is left as it is")]
    Content {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// It is another poll's.
    #[error("the state {path} is of {found}, this is {wanted}: give each source a file of its own")]
    Another {
        /// The file.
        path: PathBuf,
        /// Version and source found.
        found: String,
        /// Wanted.
        wanted: String,
    },
    /// Another process holds it.
    #[error("another process holds the state {0}")]
    Held(PathBuf),
}

/// A place in the order of reading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Position {
    /// Update time or sequence, as the database writes it.
    pub at: String,
}

/// A row that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Held {
    pub table: String,
    pub key: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case_no: Option<String>,
    /// Why; none if it only waits for another row of its case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
    pub tries: u32,
}

/// Why a row was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Why {
    /// The stable code.
    pub reason: String,
    /// The column, or intake's field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    pub message_zh: String,
    pub message_en: String,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    version: u32,
    source: String,
    positions: BTreeMap<String, Position>,
    held: Vec<Held>,
    /// Rows that have no key, by table: met once, and not to be found again.
    #[serde(default)]
    without_key: BTreeMap<String, u64>,
    #[serde(default)]
    complete_until: Option<Timestamp>,
}

/// The state, and the file that keeps it.
#[derive(Debug)]
pub(crate) struct State {
    path: PathBuf,
    content: Content,
    /// Locked as long as this lives.
    _lock: File,
}

impl State {
    /// Reads the state, or begins one.
    pub fn open(path: &Path, source: &str) -> Result<Self, StateError> {
        let io = |source| StateError::Io {
            path: path.to_owned(),
            source,
        };
        let lock = File::create(path.with_extension("lock")).map_err(io)?;
        lock.try_lock().map_err(|e| match e {
            TryLockError::WouldBlock => StateError::Held(path.to_owned()),
            TryLockError::Error(e) => io(e),
        })?;
        let content = match std::fs::read(path) {
            Ok(bytes) => {
                serde_json::from_slice::<Content>(&bytes).map_err(|source| StateError::Content {
                    path: path.to_owned(),
                    source,
                })?
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Content {
                version: VERSION,
                source: source.to_owned(),
                ..Content::default()
            },
            Err(e) => return Err(io(e)),
        };
        if (content.version, content.source.as_str()) != (VERSION, source) {
            return Err(StateError::Another {
                path: path.to_owned(),
                found: format!("version {} and source {}", content.version, content.source),
                wanted: format!("version {VERSION} and source {source}"),
            });
        }
        Ok(Self {
            path: path.to_owned(),
            content,
            _lock: lock,
        })
    }

    /// Makes it durable.
    pub fn save(&self) -> Result<(), StateError> {
        let io = |source| StateError::Io {
            path: self.path.clone(),
            source,
        };
        let bytes = serde_json::to_vec(&self.content).map_err(|e| io(e.into()))?;
        let new = self.path.with_extension("new");
        let mut file = File::create(&new).map_err(io)?;
        file.write_all(&bytes).map_err(io)?;
        file.sync_all().map_err(io)?;
        std::fs::rename(&new, &self.path).map_err(io)?;
        // The rename itself: the folder is what holds the name.
        let folder = self.path.parent().filter(|p| !p.as_os_str().is_empty());
        let folder = File::open(folder.unwrap_or(Path::new("."))).map_err(io)?;
        folder.sync_all().map_err(io)
    }

    pub fn position(&self, table: &str) -> Option<&Position> {
        self.content.positions.get(table)
    }

    pub fn set_position(&mut self, table: &str, at: String) {
        let position = Position { at };
        self.content.positions.insert(table.to_owned(), position);
    }

    /// All tables are read from their beginning again; what is refused stays known.
    pub fn forget_positions(&mut self) {
        self.content.positions.clear();
        self.content.without_key.clear();
    }

    pub fn held(&self) -> &[Held] {
        &self.content.held
    }

    /// Whether another row of this case was refused.
    pub fn blocks(&self, case_no: &str, table: &str, key: &[String]) -> bool {
        self.content.held.iter().any(|held| {
            held.why.is_some()
                && held.case_no.as_deref() == Some(case_no)
                && (held.table != table || held.key != key)
        })
    }

    /// Keeps a row, or what is new about one that is kept already. Whether it is told for the first time.
    pub fn hold(&mut self, row: Held) -> bool {
        let held = &mut self.content.held;
        let known = held
            .iter_mut()
            .find(|h| h.table == row.table && h.key == row.key);
        match known {
            Some(known) => {
                let new = known.why != row.why;
                *known = Held {
                    first_at: known.first_at,
                    tries: known.tries + 1,
                    ..row
                };
                new
            }
            None => {
                held.push(row);
                true
            }
        }
    }

    /// The row was taken, or is gone.
    pub fn release(&mut self, table: &str, key: &[String]) -> bool {
        let before = self.content.held.len();
        self.content
            .held
            .retain(|h| h.table != table || h.key != key);
        self.content.held.len() < before
    }

    pub fn add_without_key(&mut self, table: &str) {
        *self
            .content
            .without_key
            .entry(table.to_owned())
            .or_default() += 1;
    }

    pub fn without_key(&self) -> u64 {
        self.content.without_key.values().sum()
    }

    pub fn complete_until(&self) -> Option<Timestamp> {
        self.content.complete_until
    }

    pub fn set_complete_until(&mut self, until: Timestamp) {
        self.content.complete_until = Some(until);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(key: &str, why: bool) -> Held {
        Held {
            table: "t".into(),
            key: vec![key.into()],
            case_no: Some("c".into()),
            why: why.then(|| Why {
                reason: "unmapped_value".into(),
                column: Some("a".into()),
                message_zh: String::new(),
                message_en: String::new(),
            }),
            first_at: Timestamp::from_millis(1),
            last_at: Timestamp::from_millis(1),
            tries: 1,
        }
    }

    #[test]
    fn what_was_saved_is_there_again_and_nobody_else_holds_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        let mut state = State::open(&path, "s").unwrap();
        state.set_position("t", "5".into());
        assert!(state.hold(held("k", true)));
        state.save().unwrap();
        assert!(matches!(State::open(&path, "s"), Err(StateError::Held(_))));
        drop(state);
        assert!(matches!(
            State::open(&path, "other"),
            Err(StateError::Another { .. })
        ));
        let state = State::open(&path, "s").unwrap();
        assert_eq!(state.position("t").unwrap().at, "5");
        assert_eq!(state.held(), [held("k", true)]);
    }

    #[test]
    fn a_damaged_file_is_not_taken_for_an_empty_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        std::fs::write(&path, b"{\"version\":1").unwrap();
        assert!(matches!(
            State::open(&path, "s"),
            Err(StateError::Content { .. })
        ));
    }

    #[test]
    fn a_refused_row_blocks_its_case_and_a_waiting_one_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let mut state = State::open(&folder.path().join("s"), "s").unwrap();
        let (one, two) = (["1".to_owned()], ["2".to_owned()]);
        assert!(state.hold(held("1", false)));
        assert!(!state.blocks("c", "t", &two));
        assert!(state.hold(held("1", true)));
        assert!(!state.hold(held("1", true)), "told once");
        assert!(state.blocks("c", "t", &two));
        assert!(!state.blocks("c", "t", &one), "its own correction may come");
        assert!(state.release("t", &one));
        assert!(!state.blocks("c", "t", &two));
    }
}
