//! Names for codes, from the definitions in force and the registered sources, so that no screen shows a bare code.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, RwLock};

use futures::{FutureExt, StreamExt};
use mingjing_domain::definitions::{Body, DefinitionFile, DefinitionSet};
use mingjing_domain::source::Source;
use mingjing_log::Table;
use mingjing_store::Sight;
use serde::Serialize;

use crate::definitions::{DEFINITIONS, files_of, hash_in_force};

/// The table of registered sources, by id (`intake::sources`).
pub(crate) const SOURCES: &str = "sources";

/// Names by code.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct NameTables {
    /// The definitions' version.
    pub version: String,
    /// Bodies.
    pub orgs: BTreeMap<String, String>,
    /// 行政区划 by body: what somebody sees hangs on it, and readers are not told.
    #[serde(skip)]
    pub regions: BTreeMap<String, String>,
    /// 行政区划 by code.
    pub region_names: BTreeMap<String, String>,
    /// Offices by body.
    pub offices: BTreeMap<String, BTreeMap<String, String>>,
    /// Every officer's id: whom something can be handed to hangs on it, and readers are told posts only.
    #[serde(skip)]
    pub officers: BTreeSet<String>,
    /// Officers' posts by their ids; no names, which are personal data. Given to those who work with cases, which carry the ids; to a
    /// department's those of its own body ([`NameTables::posts_within`]).
    pub posts: BTreeMap<String, String>,
    /// The bodies that each officer works in.
    #[serde(skip)]
    pub bodies_of: BTreeMap<String, BTreeSet<String>>,
    /// Power items.
    pub items: BTreeMap<String, String>,
    /// The flowchart by which each item's cases run: which step a code means hangs on it.
    pub item_flowcharts: BTreeMap<String, String>,
    /// Duties by item and expectation, as the responsibility list says them.
    pub duties: BTreeMap<String, BTreeMap<String, String>>,
    /// Flowcharts by id.
    pub flowcharts: BTreeMap<String, String>,
    /// Special procedures whose kind means the same in every flowchart that has it.
    pub special_procedures: BTreeMap<String, String>,
    /// Steps by flowchart.
    pub flowchart_steps: BTreeMap<String, BTreeMap<String, String>>,
    /// Steps whose code means the same in every flowchart that has it.
    pub steps: BTreeMap<String, String>,
    /// Control points whose id means the same wherever it stands.
    pub control_points: BTreeMap<String, String>,
    /// Sources.
    pub sources: BTreeMap<String, String>,
}

impl NameTables {
    /// The posts of officers of bodies that lie in this sight.
    pub fn posts_within(&self, sight: &Sight) -> BTreeMap<&str, &str> {
        let seen = |officer: &String| {
            let mut bodies = self.bodies_of.get(officer).into_iter().flatten();
            bodies.any(|body| sight.sees(self.regions.get(body).map(String::as_str), &[Some(body)]))
        };
        let posts = self.posts.iter();
        posts
            .filter(|(officer, _)| sight.is_everything() || seen(officer))
            .map(|(officer, post)| (officer.as_str(), post.as_str()))
            .collect()
    }
}

/// The names now in force.
#[derive(Debug, Default)]
pub struct Names(RwLock<Arc<NameTables>>);

impl Names {
    /// The names now in force.
    pub fn current(&self) -> Arc<NameTables> {
        self.0
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone()
    }

    fn set(&self, tables: NameTables) {
        *self
            .0
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(tables);
    }
}

/// Names and the task that keeps them true.
pub fn follow(table: Arc<dyn Table>) -> (Arc<Names>, impl Future<Output = ()> + Send) {
    let names = Arc::new(Names::default());
    let kept = names.clone();
    let task = async move {
        // Watch first, then read: a change in between is seen.
        let (Ok(definitions), Ok(sources)) = (table.watch(DEFINITIONS), table.watch(SOURCES))
        else {
            return;
        };
        let mut changes = futures::stream::select(definitions, sources);
        let mut standing = Standing::default();
        loop {
            match read(&*table).await {
                Ok(tables) => {
                    standing.is_new(None);
                    kept.set(tables);
                }
                Err(error) => {
                    if standing.is_new(Some(error.to_string())) {
                        tracing::warn!(%error, "names of codes could not be read; those known before stay");
                    }
                }
            }
            if changes.next().await.is_none() {
                return;
            }
            // A publication changes many entries at once, and one reading sees them all.
            while let Some(Some(_)) = changes.next().now_or_never() {}
        }
    };
    (names, task)
}

/// Why the last reading failed, if it did: the same failure is told once, until it is another or over.
#[derive(Default)]
struct Standing(Option<String>);

impl Standing {
    /// Whether this is another failure than before; none is no failure.
    fn is_new(&mut self, failure: Option<String>) -> bool {
        let is_new = failure.is_some() && self.0 != failure;
        self.0 = failure;
        is_new
    }
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

async fn read(table: &dyn Table) -> Result<NameTables, Failure> {
    let files = read_definitions(table).await?;
    let mut tables = tables_of(files.unwrap_or_default());
    // What people say about no case has a source that nobody registers.
    let voices = tables
        .sources
        .entry(mingjing_domain::voice::SOURCE.to_owned());
    voices.or_insert_with(|| "投诉与评价登记".to_owned());
    for (_, entry) in table.scan(SOURCES).await? {
        let source: Source = serde_json::from_slice(&entry)?;
        if !source.name.is_empty() {
            tables.sources.insert(source.id, source.name);
        }
    }
    Ok(tables)
}

/// The files in force; none before any are, and while they are being written.
async fn read_definitions(table: &dyn Table) -> Result<Option<Vec<DefinitionFile>>, Failure> {
    match hash_in_force(table).await? {
        Some(hash) => Ok(files_of(table, &hash).await?),
        None => Ok(None),
    }
}

/// A post's name where the body lists it, else what the officer's entry says.
fn post_name(body: &Body, post: &str) -> String {
    let listed = body.posts.iter().find(|p| p.code.text == post);
    let name = listed.and_then(|p| p.name.clone());
    name.unwrap_or_else(|| post.to_owned())
}

fn tables_of(files: Vec<DefinitionFile>) -> NameTables {
    if files.is_empty() {
        return NameTables::default();
    }
    let (set, _) = DefinitionSet::read(files);
    let mut tables = NameTables {
        version: set.version(),
        ..NameTables::default()
    };
    for body in &set.bodies {
        let body = &body.value;
        tables
            .orgs
            .insert(body.code.text.clone(), body.name.clone());
        tables
            .regions
            .insert(body.code.text.clone(), body.region.clone());
        let offices = tables.offices.entry(body.code.text.clone()).or_default();
        for office in &body.offices {
            offices.insert(office.code.text.clone(), office.name.clone());
            let ids = office.officers.iter().map(|o| o.id.text.clone());
            tables.officers.extend(ids);
            for officer in &office.officers {
                let bodies = tables.bodies_of.entry(officer.id.text.clone());
                bodies.or_default().insert(body.code.text.clone());
            }
            let posts = office
                .officers
                .iter()
                .filter_map(|o| Some((&o.id, o.post.as_ref()?)));
            tables
                .posts
                .extend(posts.map(|(id, post)| (id.text.clone(), post_name(body, &post.text))));
        }
    }
    for region in set.regions.iter().flat_map(|list| &list.value.regions) {
        tables
            .region_names
            .insert(region.code.text.clone(), region.name.clone());
    }
    for item in &set.items {
        let item = &item.value;
        let code = &item.code.text;
        tables.items.insert(code.clone(), item.name.clone());
        tables
            .item_flowcharts
            .insert(code.clone(), item.flowchart.text.clone());
        let duties = item.responsibilities.iter().filter_map(|duty| {
            let expectation = duty.expectation.as_ref()?;
            Some((expectation.id.text.clone(), duty.duty.clone()))
        });
        let duties: BTreeMap<String, String> = duties.collect();
        if !duties.is_empty() {
            tables.duties.insert(code.clone(), duties);
        }
    }
    for source in &set.sources {
        tables
            .sources
            .insert(source.value.id.clone(), source.value.name.clone());
    }
    let (mut steps, mut points, mut specials) = (Vec::new(), Vec::new(), Vec::new());
    for flowchart in &set.flowcharts {
        tables.flowcharts.insert(
            flowchart.value.id.text.clone(),
            flowchart.value.name.clone(),
        );
        for special in &flowchart.value.special_procedures {
            specials.push((special.kind.text.clone(), special.name.clone()));
        }
        let own = tables
            .flowchart_steps
            .entry(flowchart.value.id.text.clone())
            .or_default();
        for step in &flowchart.value.steps {
            own.insert(step.code.text.clone(), step.name.clone());
            steps.push((step.code.text.clone(), step.name.clone()));
        }
        for point in &flowchart.value.control_points {
            points.push((point.id.text.clone(), point.name.clone()));
        }
    }
    for general in &set.general_points {
        for point in &general.value.control_points {
            points.push((point.id.text.clone(), point.name.clone()));
        }
    }
    tables.steps = unambiguous(steps);
    tables.control_points = unambiguous(points);
    tables.special_procedures = unambiguous(specials);
    tables
}

/// A code that means two things has no name here: none is better than a wrong one.
fn unambiguous(pairs: Vec<(String, String)>) -> BTreeMap<String, String> {
    let mut names: BTreeMap<String, Option<String>> = BTreeMap::new();
    for (code, name) in pairs {
        names
            .entry(code)
            .and_modify(|known| {
                if known.as_deref() != Some(&name) {
                    *known = None;
                }
            })
            .or_insert(Some(name));
    }
    names
        .into_iter()
        .filter_map(|(code, name)| Some((code, name?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_told_once_until_it_changes_or_is_over() {
        let mut standing = Standing::default();
        let told = [
            None,
            Some("away"),
            Some("away"),
            Some("broken"),
            None,
            Some("broken"),
        ]
        .map(|failure| standing.is_new(failure.map(str::to_owned)));
        assert_eq!(told, [false, true, false, true, false, true]);
    }

    #[test]
    fn posts_of_officers_are_told_as_far_as_somebody_sees() {
        let body = |code: &str, region: &str, officer: &str| DefinitionFile {
            name: format!("{code}.yaml"),
            text: format!(
                "kind: body\ncode: {code}\nname: 局\nregion: '{region}'\nposts: [{{code: p, name: 审查岗, steps: [review]}}]\n\
                 offices:\n  - {{code: w, name: 窗口, officers: [{{id: {officer}, post: p}}]}}\n"
            ),
        };
        let files = vec![body("a", "510502", "o-a"), body("b", "510503", "o-b")];
        let tables = tables_of(files);
        let told = |region_prefix: Option<&str>, body: Option<&str>| {
            let sight = Sight {
                region_prefix: region_prefix.map(str::to_owned),
                body: body.map(str::to_owned),
            };
            tables.posts_within(&sight).into_keys().collect::<Vec<_>>()
        };
        assert_eq!(told(None, None), ["o-a", "o-b"]);
        assert_eq!(told(Some("5105"), None), ["o-a", "o-b"]);
        assert_eq!(told(Some("510503"), None), ["o-b"]);
        assert_eq!(told(None, Some("a")), ["o-a"]);
        assert_eq!(told(Some("510502"), Some("b")), [""; 0]);
    }

    #[test]
    fn a_code_with_two_meanings_has_no_name() {
        let pair = |code: &str, name: &str| (code.to_owned(), name.to_owned());
        let names = unambiguous(vec![
            pair("review", "审查"),
            pair("pay", "缴款"),
            pair("pay", "发放"),
            pair("review", "审查"),
        ]);
        assert_eq!(names, BTreeMap::from([pair("review", "审查")]));
    }
}
