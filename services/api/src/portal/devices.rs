//! Which ratings come from one device, without knowing whose it is (domain study 11.13: bursts of ratings from one device do not count).
//!
//! A rating says a digest of the address and of what the browser calls itself, salted by a random text of the day. Whoever has the digests of two
//! ratings of one day knows whether one device gave both, and nothing else; the salt goes with the first rating of a later day, and then nobody
//! can find out any more from where one came.
//!
//! | table | key | value |
//! |---|---|---|
//! | `portal_devices` | the day | its salt |
//! | `portal_devices` | the day, `/`, the digest, `/`, the rating's own key | when it was given, in milliseconds since 1970 |
//!
//! Every process sees the entries of all, and a rating that is sent again under its key is the same. They go when they are an hour old, so that
//! there are no more than may be said in an hour. What two processes take at the same instant each may not see of the other, and two that make a
//! day's salt at the same instant tell its first ratings apart: a device then has one more than it should. Over midnight it is another one.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use chrono::NaiveDate;
use mingjing_domain::Timestamp;
use mingjing_domain::voice::BURST_WITHIN_MS;
use mingjing_log::Table;
use sha2::{Digest, Sha256};

use crate::ApiError;
use crate::people::attempts::one_machine;

const TABLE: &str = "portal_devices";
/// Of a digest: 64 bits tell the devices of a day apart.
const DIGEST_BYTES: usize = 8;

/// From which device a rating came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Device {
    /// What tells it from others of the day.
    pub id: String,
    /// Where it gave more than the site takes without a look: the how manieth rating within an hour.
    pub burst: Option<u32>,
}

/// Counts ratings by device.
pub(super) struct Devices {
    table: Arc<dyn Table>,
    /// So many within an hour count without a look; none: all do, and nothing is kept of devices.
    more_than: Option<u32>,
}

impl Devices {
    pub(super) fn new(table: Arc<dyn Table>, more_than: Option<u32>) -> Self {
        Self { table, more_than }
    }

    /// Counts a rating, given under a key of its own. None where the site does not look at devices.
    pub(super) async fn rated(
        &self,
        (from, agent): (IpAddr, &str),
        key: &str,
        (today, now): (NaiveDate, Timestamp),
    ) -> Result<Option<Device>, ApiError> {
        let Some(more_than) = self.more_than else {
            return Ok(None);
        };
        let salt = self.salt(today).await?;
        let said = format!("{salt}\n{}\n{agent}", one_machine(from));
        let id = hex(&Sha256::digest(said)[..DIGEST_BYTES]);
        let of_device = format!("{today}/{id}/");
        let mine = format!("{of_device}{key}");
        let at = self.given(&mine, now).await?;
        let hour_before = |instant: Timestamp| instant.plus_millis(-BURST_WITHIN_MS);
        let (since, too_old) = (hour_before(at), hour_before(now));
        let mut nth = 1;
        for (place, value) in self.table.scan(TABLE).await? {
            let place = String::from_utf8_lossy(&place).into_owned();
            let over = match place.contains('/') {
                true => {
                    let given = instant(&value);
                    let before = (given, place.as_str()) < (at, mine.as_str());
                    if place.starts_with(&of_device) && before && given > since {
                        nth += 1;
                    }
                    given <= too_old
                }
                false => place < today.to_string(),
            };
            if over {
                self.table.put(TABLE, place.into(), None).await?;
            }
        }
        let burst = (nth > more_than).then_some(nth);
        Ok(Some(Device { id, burst }))
    }

    /// When a rating was given: now, unless it was sent before.
    async fn given(&self, place: &str, now: Timestamp) -> Result<Timestamp, ApiError> {
        if let Some(found) = self.table.get(TABLE, place.as_bytes()).await? {
            return Ok(instant(&found));
        }
        let (key, value) = (place.to_owned(), now.millis().to_string());
        self.table
            .put(TABLE, key.into(), Some(value.into()))
            .await?;
        Ok(now)
    }

    /// The day's salt.
    async fn salt(&self, today: NaiveDate) -> Result<String, ApiError> {
        let failed = |error: getrandom::Error| ApiError::Failed(Box::new(error));
        let day = today.to_string();
        if let Some(salt) = self.table.get(TABLE, day.as_bytes()).await? {
            return Ok(String::from_utf8_lossy(&salt).into_owned());
        }
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(failed)?;
        let mine = hex(&bytes);
        let key = Bytes::from(day.clone());
        self.table
            .put(TABLE, key, Some(mine.clone().into()))
            .await?;
        // Of two that make one the later counts.
        let salt = self.table.get(TABLE, day.as_bytes()).await?;
        Ok(salt.map_or(mine, |salt| String::from_utf8_lossy(&salt).into_owned()))
    }
}

/// What cannot be read is long over.
fn instant(value: &[u8]) -> Timestamp {
    let text = std::str::from_utf8(value).ok();
    let millis = text.and_then(|text| text.parse().ok());
    millis.map_or(Timestamp::MIN, Timestamp::from_millis)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use mingjing_log::embedded::EmbeddedLog;

    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 7));

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_millis(minutes * 60_000)
    }

    #[tokio::test]
    async fn what_one_device_gives_beyond_so_many_in_an_hour_is_marked_whichever_process_took_it() {
        let folder = tempfile::tempdir().unwrap();
        let table: Arc<dyn Table> = Arc::new(EmbeddedLog::open(folder.path(), 1).await.unwrap());
        let processes = [(); 2].map(|()| Devices::new(table.clone(), Some(3)));
        let today = day("2026-11-29");
        let rated = async |n: usize, device: (IpAddr, &str), minutes: i64| {
            let key = format!("key-{}-{n}", device.1);
            let devices = &processes[n % 2];
            let found = devices.rated(device, &key, (today, at(minutes))).await;
            found.unwrap().expect("devices are looked at")
        };
        let (mine, other) = ((HERE, "one"), (HERE, "another"));
        let mut marked = Vec::new();
        for n in 0..5 {
            marked.push(rated(n, mine, n as i64).await.burst);
        }
        assert_eq!(marked, [None, None, None, Some(4), Some(5)]);
        // Sent again it is the one that it was.
        assert_eq!(rated(3, mine, 30).await.burst, Some(4));
        assert_eq!(rated(0, mine, 30).await.burst, None);
        // An hour after the first three only two are within it, and the others are gone.
        assert_eq!(rated(6, mine, 62).await.burst, None);
        assert_eq!(table.scan(TABLE).await.unwrap().len(), 1 + 3);
        let elsewhere = rated(7, other, 62).await;
        assert_eq!(elsewhere.burst, None);
        assert_ne!(elsewhere.id, rated(6, mine, 62).await.id);
    }

    #[tokio::test]
    async fn a_day_later_nothing_is_left_by_which_a_device_could_be_told() {
        let folder = tempfile::tempdir().unwrap();
        let table: Arc<dyn Table> = Arc::new(EmbeddedLog::open(folder.path(), 1).await.unwrap());
        let devices = Devices::new(table.clone(), Some(1));
        let rated = async |key: &str, today: &str, minutes: i64| {
            let when = (day(today), at(minutes));
            let found = devices.rated((HERE, "one"), key, when).await;
            found.unwrap().expect("devices are looked at")
        };
        let first = rated("a", "2026-11-29", 0).await;
        let second = rated("b", "2026-11-29", 1).await;
        assert_eq!((second.id, second.burst), (first.id.clone(), Some(2)));
        let kept = table.scan(TABLE).await.unwrap();
        assert_eq!(kept.len(), 3);
        let text = format!("{kept:?}");
        assert!(
            !text.contains("10.0.0.7") && !text.contains("one"),
            "{text}"
        );
        let next = rated("c", "2026-11-30", 24 * 60).await;
        assert_ne!(next.id, first.id);
        assert_eq!(next.burst, None);
        let kept = table.scan(TABLE).await.unwrap();
        assert_eq!(kept.len(), 2);
        assert!(kept.iter().all(|(key, _)| key.starts_with(b"2026-11-30")));

        let off = Devices::new(table.clone(), None);
        let nothing = off.rated((HERE, "one"), "d", (day("2026-12-01"), at(0)));
        assert_eq!(nothing.await.unwrap(), None);
        assert_eq!(table.scan(TABLE).await.unwrap().len(), 2);
    }
}
