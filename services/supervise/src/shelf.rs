//! Where one partition's snapshots stand in the object store: two are kept, a broken one is set aside.
//!
//! `snapshots/<partition>/<log id>/<next offset>.snapshot`; `….writing` while it is written, `….broken` when it could not
//! be read. A snapshot gets its name only after it was read back.

use std::sync::Arc;

use bytes::Bytes;
use futures::TryStreamExt;
use mingjing_domain::Timestamp;
use mingjing_log::{LogId, Offset, Partition};
use object_store::path::Path;
use object_store::{GetOptions, ObjectStore, ObjectStoreExt};

use crate::Error;
use crate::failpoint::Failpoint;
use crate::snapshot::{self, Broken, Snapshot};

/// How many are kept.
const KEPT: usize = 2;

const SUFFIX: &str = ".snapshot";
const WRITING: &str = ".writing";

#[derive(Clone)]
pub(crate) struct Shelf {
    pub(crate) store: Arc<dyn ObjectStore>,
    pub(crate) log_id: LogId,
    pub(crate) partition: Partition,
}

/// A snapshot by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) next: Offset,
    pub(crate) path: Path,
}

impl Shelf {
    /// The snapshots there are, newest first.
    ///
    /// # Errors
    /// [`Error::UnknownLog`] if there are any of another log: its offsets mean nothing here, and starting without them
    /// would be starting over.
    pub(crate) async fn list(&self) -> Result<Vec<Named>, Error> {
        let mut found = Vec::new();
        let own = self.log_id.to_string();
        for path in self.paths().await? {
            let parts: Vec<_> = path.parts().collect();
            let [.., log_id, file] = &parts[..] else {
                continue;
            };
            let Some(next) = file
                .as_ref()
                .strip_suffix(SUFFIX)
                .and_then(|n| n.parse().ok())
            else {
                continue;
            };
            if log_id.as_ref() != own {
                return Err(Error::UnknownLog {
                    partition: self.partition,
                    remembered: log_id.as_ref().to_owned(),
                    found: self.log_id,
                });
            }
            found.push(Named {
                next: Offset(next),
                path,
            });
        }
        found.sort_by_key(|named| std::cmp::Reverse(named.next));
        Ok(found)
    }

    /// Reads one. The inner error: what was read is no snapshot of this place.
    pub(crate) async fn read(&self, named: &Named) -> Result<Result<Snapshot, Broken>, Error> {
        let bytes = self.get(&named.path).await?;
        Ok(snapshot::decode(&bytes).and_then(|snapshot| {
            let header = &snapshot.header;
            let (partition, next_offset) = (header.partition, header.next_offset);
            if (header.log_id, partition, next_offset) == (self.log_id, self.partition, named.next)
            {
                Ok(snapshot)
            } else {
                Err(Broken::Misplaced {
                    partition,
                    next_offset,
                })
            }
        }))
    }

    /// Whether one says that this very engine wrote it; only its beginning is read.
    pub(crate) async fn of_this_engine(&self, named: &Named) -> Result<bool, Error> {
        let beginning = GetOptions::default().with_range(Some(0..snapshot::HEAD_BYTES_MAX));
        let got = async {
            let got = self.store.get_opts(&named.path, beginning).await?;
            got.bytes().await
        };
        let head = got
            .await
            .map_err(|source| failed("reading the beginning of a snapshot", source))?;
        Ok(snapshot::of_this_engine(&head))
    }

    /// When one was written, as the store says.
    pub(crate) async fn written_at(&self, named: &Named) -> Result<Timestamp, Error> {
        let head = self.store.head(&named.path).await;
        let head = head.map_err(|source| failed("asking for a snapshot's age", source))?;
        Ok(Timestamp::from_millis(
            head.last_modified.timestamp_millis(),
        ))
    }

    /// Renames a broken one, so that it is neither read again nor counted among those kept.
    pub(crate) async fn set_aside(&self, named: &Named) -> Result<(), Error> {
        let aside = Path::from(format!("{}.broken", named.path));
        let renamed = self.store.rename(&named.path, &aside).await;
        renamed.map_err(|source| failed("setting a broken snapshot aside", source))
    }

    /// Writes one, reads it back, gives it its name, and removes those too old to be kept. Answers the offset that the log
    /// must keep from on, so that the older of those kept can be started from.
    pub(crate) async fn write(&self, next: Offset, bytes: Bytes) -> Result<Offset, Error> {
        let name = format!("{}/{:020}{SUFFIX}", self.folder(), next.0);
        let (path, writing) = (
            Path::from(name.as_str()),
            Path::from(format!("{name}{WRITING}")),
        );
        let put = self.store.put(&writing, bytes.clone().into()).await;
        put.map_err(|source| failed("writing a snapshot", source))?;
        Failpoint::SnapshotTempWritten.pass();
        let back = self.get(&writing).await?;
        if back != bytes {
            return Err(Error::NotReadBack {
                partition: self.partition,
                next,
            });
        }
        let renamed = self.store.rename(&writing, &path).await;
        renamed.map_err(|source| failed("naming a snapshot", source))?;
        Failpoint::SnapshotRenamed.pass();
        self.clear(&writing).await?;
        let kept = self.list().await?;
        for old in kept.iter().skip(KEPT) {
            self.delete(&old.path).await?;
        }
        Ok(kept.get(KEPT - 1).map_or(Offset::ZERO, |older| older.next))
    }

    /// Removes what was left half-written.
    async fn clear(&self, writing: &Path) -> Result<(), Error> {
        for path in self.paths().await? {
            if path.as_ref().ends_with(WRITING) && path != *writing {
                self.delete(&path).await?;
            }
        }
        Ok(())
    }

    async fn paths(&self) -> Result<Vec<Path>, Error> {
        let folder = Path::from(format!("snapshots/{:04}", self.partition.0));
        let listed = self
            .store
            .list(Some(&folder))
            .map_ok(|meta| meta.location)
            .try_collect()
            .await;
        listed.map_err(|source| failed("listing the snapshots", source))
    }

    async fn get(&self, path: &Path) -> Result<Bytes, Error> {
        let got = async { self.store.get(path).await?.bytes().await };
        got.await
            .map_err(|source| failed("reading a snapshot", source))
    }

    async fn delete(&self, path: &Path) -> Result<(), Error> {
        match self.store.delete(path).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(source) => Err(failed("removing an old snapshot", source)),
        }
    }

    fn folder(&self) -> String {
        format!("snapshots/{:04}/{}", self.partition.0, self.log_id)
    }
}

fn failed(attempted: &'static str, source: object_store::Error) -> Error {
    Error::Snapshots { attempted, source }
}
