//! What keys of an answer are called.

use std::sync::Arc;

use mingjing_domain::alert::Level;
use mingjing_domain::catalogue;
use mingjing_domain::definitions::PowerType;
use mingjing_domain::measures::CHANNELS;
use mingjing_domain::period::Period;
use mingjing_store::metrics::Dimension;

use crate::State;
use crate::definitions::InForce;
use crate::names::NameTables;

/// What is told of a thing that does not say.
const UNSAID: &str = "未注明";

/// Names of what is in force.
pub(super) struct Named<'a> {
    in_force: &'a InForce,
    pub(super) tables: Arc<NameTables>,
    /// The body that offices are of; without one they are looked for in all.
    org: Option<&'a str>,
}

impl<'a> Named<'a> {
    pub(super) fn new(in_force: &'a InForce, state: &State, org: Option<&'a str>) -> Self {
        Self {
            in_force,
            tables: state.names.current(),
            org,
        }
    }

    /// The name of a key; the key itself where it has none.
    pub(super) fn name(&self, by: Dimension, key: &str) -> String {
        if key.is_empty() {
            return UNSAID.to_owned();
        }
        let tables = &self.tables;
        let found = match by {
            Dimension::Region => self.region(key),
            Dimension::Org => tables.orgs.get(key).cloned(),
            Dimension::Office => self.office(key),
            // Posts, no names.
            Dimension::Handler => tables.posts.get(key).map(|post| format!("{key}（{post}）")),
            Dimension::Item => tables.items.get(key).cloned(),
            Dimension::PowerType => PowerType::from_code(key).map(|kind| kind.name_zh().to_owned()),
            Dimension::CaseKind => match key {
                "instant" => Some("即办件".to_owned()),
                "promise" => Some("承诺件".to_owned()),
                _ => None,
            },
            Dimension::Channel => CHANNELS
                .iter()
                .find(|(code, _)| *code == key)
                .map(|(_, name)| (*name).to_owned()),
            Dimension::Month => key.parse().ok().map(|month: Period| month.label()),
            Dimension::Step => tables.steps.get(key).cloned(),
            Dimension::Level => [Level::Review, Level::Notice, Level::Yellow, Level::Red]
                .into_iter()
                .find(|level| level.code() == key)
                .map(|level| level.name_zh().to_owned()),
            Dimension::Rule => catalogue::rule(key).map(|rule| format!("{key} {}", rule.name)),
        };
        found.unwrap_or_else(|| key.to_owned())
    }

    fn region(&self, key: &str) -> Option<String> {
        let lists = self.in_force.set.regions.iter();
        let mut regions = lists.flat_map(|list| list.value.regions.iter());
        let found = regions.find(|region| region.code.text == key)?;
        Some(found.name.clone())
    }

    fn office(&self, key: &str) -> Option<String> {
        let of = |org: &str| self.tables.offices.get(org)?.get(key).cloned();
        match self.org {
            Some(org) => of(org),
            // Bodies call different offices by one code: then it has no one name.
            None => {
                let mut names = self.tables.offices.values().filter_map(|all| all.get(key));
                let first = names.next()?;
                names.all(|name| name == first).then(|| first.clone())
            }
        }
    }
}
