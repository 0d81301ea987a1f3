//! Which items the public sees, and by which flowchart each is handled today.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use chrono::NaiveDate;
use mingjing_domain::Timestamp;
use mingjing_domain::definitions::{Body, DefinitionSet, Flowchart, PowerItem};
use mingjing_domain::life::{Life, State as LifeState, published_name};

use super::search::Searched;
use super::{Listed, Portal};
use crate::definitions::InForce;
use crate::{ApiError, State};

/// A list is made anew after so long, for what the definitions in force do not say: where an item was published.
const KEPT_MS: i64 = 60_000;

/// What the public sees, as of some day.
pub(super) struct Listing {
    in_force: Arc<InForce>,
    today: NaiveDate,
    made_at: Timestamp,
    entries: Vec<Entry>,
}

/// One item of it, by its place in the set.
struct Entry {
    item: usize,
    flowchart: Option<usize>,
    published: Option<Published>,
    searched: Searched,
}

/// 公示: what the record says of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Published {
    /// When it was in force everywhere.
    pub at: Timestamp,
    /// Where the public can read it, and since when.
    pub places: Vec<(String, NaiveDate)>,
}

/// An item with what belongs to it.
#[derive(Clone, Copy)]
pub(super) struct Shown<'a> {
    pub item: &'a PowerItem,
    pub body: Option<&'a Body>,
    pub flowchart: Option<&'a Flowchart>,
    pub published: Option<&'a Published>,
    pub searched: &'a Searched,
}

impl Listing {
    pub(super) fn items(&self) -> impl Iterator<Item = Shown<'_>> {
        let set = &self.in_force.set;
        self.entries.iter().filter_map(move |entry| {
            let item = &set.items.get(entry.item)?.value;
            let flowchart = entry.flowchart.and_then(|place| set.flowcharts.get(place));
            Some(Shown {
                item,
                body: body_of(set, &item.executing_body.text),
                flowchart: flowchart.map(|document| &document.value),
                published: entry.published.as_ref(),
                searched: &entry.searched,
            })
        })
    }

    pub(super) fn item(&self, code: &str) -> Option<Shown<'_>> {
        self.items().find(|shown| shown.item.code.text == code)
    }
}

impl Portal {
    /// The list as it is now.
    pub(super) async fn listing(&self, state: &State) -> Result<Arc<Listing>, ApiError> {
        let in_force = state.definitions.in_force().await?;
        let today = (state.now)().local_date(state.zone);
        let now = (self.clock)();
        let lately = || self.listing.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = |known: &&Arc<Listing>| {
            let age_ms = now.millis() - known.made_at.millis();
            known.in_force.hash == in_force.hash
                && known.today == today
                && (0..KEPT_MS).contains(&age_ms)
        };
        if let Some(known) = lately().as_ref().filter(fresh) {
            return Ok(known.clone());
        }
        let record = record(&state.lives.published().await?, today);
        let made = Arc::new(Listing {
            entries: entries(&in_force.set, self.config.listed, today, &record),
            in_force,
            today,
            made_at: now,
        });
        *lately() = Some(made.clone());
        Ok(made)
    }
}

/// What the publication record says of a file of the set: as it is public, or none where it has been retired.
type Record = BTreeMap<String, Option<Published>>;

fn record(lives: &[Life], today: NaiveDate) -> Record {
    let published = lives.iter().filter_map(|life| {
        let (at, _) = life.published.as_ref()?;
        let over = matches!(life.state, LifeState::Retired { from, .. } if from <= today);
        let places = life.notices.iter();
        let told = Published {
            at: *at,
            places: places.map(|n| (n.place.clone(), n.on)).collect(),
        };
        Some((published_name(life.kind, &life.id), (!over).then_some(told)))
    });
    published.collect()
}

fn entries(set: &DefinitionSet, listed: Listed, today: NaiveDate, record: &Record) -> Vec<Entry> {
    let public = |file: &str| match record.get(file) {
        Some(published) => published.is_some(),
        None => listed == Listed::InForce,
    };
    let items = set.items.iter().enumerate();
    let shown = items.filter(|(_, document)| {
        let item = &document.value;
        item.public
            && item.effective_from <= today
            && item.effective_to.is_none_or(|until| today <= until)
            && public(&document.file)
    });
    let mut entries: Vec<Entry> = shown
        .map(|(place, document)| {
            let item = &document.value;
            let charts = set.flowcharts.iter().enumerate().filter(|(_, chart)| {
                chart.value.id == item.flowchart
                    && chart.value.effective_from <= today
                    && public(&chart.file)
            });
            let chart = charts.max_by_key(|(_, chart)| chart.value.effective_from);
            Entry {
                item: place,
                flowchart: chart.map(|(place, _)| place),
                published: record.get(&document.file).cloned().flatten(),
                searched: Searched::of(item, body_of(set, &item.executing_body.text)),
            }
        })
        .collect();
    entries.sort_by_key(|entry| &set.items[entry.item].value.code.text);
    entries
}

/// One of the set's bodies.
pub(super) fn body_of<'a>(set: &'a DefinitionSet, code: &str) -> Option<&'a Body> {
    let bodies = set.bodies.iter().map(|document| &document.value);
    bodies.into_iter().find(|body| body.code.text == code)
}

#[cfg(test)]
mod tests {
    use mingjing_domain::definitions::DefinitionFile;

    use super::*;

    fn item(code: &str, more: &str) -> String {
        format!(
            "kind: item\ncode: {code}\nname: 施工许可\npower_type: licence\nlevel: city\nregion: '510500'\nexecuting_body: zjj\n\
             legal_basis: [建筑法第七条]\nflowchart: permit\n{more}\n"
        )
    }

    fn chart(version: &str, from: &str) -> String {
        format!(
            "kind: flowchart\nid: permit\nversion: '{version}'\nname: 许可\neffective_from: {from}\n"
        )
    }

    fn set(files: &[(&str, String)]) -> DefinitionSet {
        let files = files.iter().map(|(name, text)| DefinitionFile {
            name: (*name).to_owned(),
            text: text.clone(),
        });
        let (set, problems) = DefinitionSet::read(files.collect());
        assert!(problems.is_empty(), "{problems:?}");
        set
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    /// Codes of what is shown, each with the version of its flowchart.
    fn shown(set: &DefinitionSet, listed: Listed, record: &Record) -> Vec<String> {
        let entries = entries(set, listed, day("2026-07-01"), record);
        let told = entries.iter().map(|entry| {
            let code = &set.items[entry.item].value.code;
            let chart = entry
                .flowchart
                .map(|at| set.flowcharts[at].value.version.as_str());
            format!("{code}@{}", chart.unwrap_or("none"))
        });
        told.collect()
    }

    #[test]
    fn what_is_not_public_not_yet_or_no_longer_in_the_list_is_not_shown() {
        let set = set(&[(
            "a.yaml",
            [
                item("now", "effective_from: 2015-07-01"),
                item("secret", "effective_from: 2015-07-01\npublic: false"),
                item("later", "effective_from: 2026-07-02"),
                item(
                    "over",
                    "effective_from: 2015-07-01\neffective_to: 2026-06-30\nstatus: cancelled",
                ),
                item(
                    "last-day",
                    "effective_from: 2015-07-01\neffective_to: 2026-07-01\nstatus: cancelled",
                ),
                chart("1", "2015-07-01"),
                chart("2", "2026-06-01"),
                chart("3", "2026-07-02"),
            ]
            .join("---\n"),
        )]);
        let found = shown(&set, Listed::InForce, &Record::new());
        assert_eq!(found, ["last-day@2", "now@2"]);
    }

    #[test]
    fn by_the_publication_record_a_folder_shows_nothing_and_what_was_retired_is_gone() {
        let (items, charts) = ("published/item/d1.yaml", "published/flowchart/d2.yaml");
        let set = set(&[
            (
                "folder.yaml",
                item("folder", "effective_from: 2015-07-01") + "---\n" + &chart("1", "2015-07-01"),
            ),
            (items, item("reviewed", "effective_from: 2015-07-01")),
            (charts, chart("2", "2016-01-01")),
        ]);
        let told = Published {
            at: Timestamp::MIN,
            places: Vec::new(),
        };
        let both = [(items, Some(told.clone())), (charts, Some(told))];
        let both: Record = both.map(|(file, told)| (file.to_owned(), told)).into();
        assert_eq!(shown(&set, Listed::Published, &both), ["reviewed@2"]);
        let everything = shown(&set, Listed::InForce, &both);
        assert_eq!(everything, ["folder@2", "reviewed@2"]);
        // A flowchart that nobody published is not shown with an item that somebody did.
        let only_item: Record = [(items.to_owned(), both[items].clone())].into();
        assert_eq!(
            shown(&set, Listed::Published, &only_item),
            ["reviewed@none"]
        );
        let retired: Record = [(items.to_owned(), None)].into();
        assert!(shown(&set, Listed::Published, &retired).is_empty());
        assert_eq!(shown(&set, Listed::InForce, &retired), ["folder@2"]);
    }
}
