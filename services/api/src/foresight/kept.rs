//! How the cases of items went, kept for a while: it is a year of cases, and a few minutes change nothing of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use mingjing_domain::Timestamp;
use mingjing_domain::calendar::WorkCalendar;
use mingjing_domain::foresight::{HISTORY_DAYS, History, LIKE_MIN};
use mingjing_domain::time::{DAY_MS, MINUTE_MS};
use mingjing_store::{ITEMS_MAX, Store};

use crate::ApiError;

/// So long it is not read again.
const FRESH_MS: i64 = 10 * MINUTE_MS;
/// So long where there are too few cases to say anything: they may just be coming in.
const FRESH_SMALL_MS: i64 = MINUTE_MS;
/// Items kept at most: of 2,000 cases with ten stays each an item takes some 400 KB.
const KEPT_MAX: usize = 500;

/// Histories by item.
#[derive(Default)]
pub struct Foresight {
    kept: Mutex<BTreeMap<String, Arc<History>>>,
}

impl Foresight {
    /// The histories of these items, none older than ten minutes at `now`.
    ///
    /// # Errors
    /// The store's.
    pub(super) async fn of(
        &self,
        store: &Store,
        calendar: &WorkCalendar,
        items: &BTreeSet<&str>,
        now: Timestamp,
    ) -> Result<BTreeMap<String, Arc<History>>, ApiError> {
        let (mut found, missing) = self.fresh(items, now);
        for some in missing.chunks(ITEMS_MAX) {
            let from = now.plus_millis(-HISTORY_DAYS * DAY_MS);
            let mut read = store.past_cases(some, from, now).await?;
            for item in some {
                let cases = read.remove(*item).unwrap_or_default();
                let history = Arc::new(History::of(cases, calendar, now));
                self.keep(item, history.clone());
                found.insert((*item).to_owned(), history);
            }
        }
        Ok(found)
    }

    /// Those that are kept and fresh, and the items of the others.
    fn fresh<'a>(
        &self,
        items: &BTreeSet<&'a str>,
        now: Timestamp,
    ) -> (BTreeMap<String, Arc<History>>, Vec<&'a str>) {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let mut found = BTreeMap::new();
        let mut missing = Vec::new();
        for item in items {
            match kept.get(*item).filter(|kept| is_fresh(kept, now)) {
                Some(history) => _ = found.insert((*item).to_owned(), history.clone()),
                None => missing.push(*item),
            }
        }
        (found, missing)
    }

    fn keep(&self, item: &str, history: Arc<History>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(item.to_owned(), history);
        while kept.len() > KEPT_MAX {
            let oldest = kept.iter().min_by_key(|(_, history)| history.as_of());
            let Some(oldest) = oldest.map(|(item, _)| item.clone()) else {
                break;
            };
            kept.remove(&oldest);
        }
    }
}

/// A clock that was put back makes what is kept a thing of the future: it is read again.
fn is_fresh(history: &History, now: Timestamp) -> bool {
    let age = now.millis().saturating_sub(history.as_of().millis());
    let longest = if history.cases() < LIKE_MIN {
        FRESH_SMALL_MS
    } else {
        FRESH_MS
    };
    (0..longest).contains(&age)
}

#[cfg(test)]
mod tests {
    use mingjing_domain::calendar::china;
    use mingjing_domain::foresight::PastCase;

    use super::*;

    #[test]
    fn what_is_kept_is_fresh_for_ten_minutes_and_the_oldest_goes_first() {
        let calendar = WorkCalendar::compile(china(), None).unwrap();
        let foresight = Foresight::default();
        let at = |minutes: i64| Timestamp::from_millis(minutes * MINUTE_MS);
        let keep = |item: &str, cases, minutes| {
            let cases = vec![PastCase::default(); cases];
            let history = History::of(cases, &calendar, at(minutes));
            foresight.keep(item, Arc::new(history));
        };
        keep("a", LIKE_MIN, 100);
        let missing = |item, minutes| {
            let (found, missing) = foresight.fresh(&BTreeSet::from([item]), at(minutes));
            assert_eq!(found.len() + missing.len(), 1);
            !missing.is_empty()
        };
        assert!(!missing("a", 100) && !missing("a", 109));
        assert!(missing("a", 110) && missing("a", 99) && missing("b", 100));
        for n in 0..KEPT_MAX {
            keep(&format!("more {n}"), 0, 101);
        }
        assert!(missing("a", 101) && !missing("more 0", 101));
        // Of what is too few to say anything there may be more soon.
        assert!(missing("more 0", 102));
    }
}
