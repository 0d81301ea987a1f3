//! What became of cases since the last pass, read.
//!
//! What is new lies together, in the order of the index of versions. What a case was before has to be looked up by its key, at a tenth of a
//! millisecond each, and what it is now with it; both are kept until it changes again or the next pass is the last one.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use clickhouse::Row as Wire;
use serde::Deserialize;

use super::super::super::Over;
use super::super::chain::Chain;
use super::super::sql::{BEFORE, LAST};
use super::formula::Value;
use super::population::{Counting, INSTANTS, NUMBERS, TEXTS, Told};
use super::{Case, Change, Fresh};
use crate::rows::VisitRow;
use crate::table::selected;
use crate::{Error, Store};

/// With more states than this since the last pass, rows are read instead: what is counted here is held in memory, and looked up one by one.
const STATES_MAX: usize = 4096;
/// So many cases are looked up in one statement.
const LOOKED_UP: usize = 512;

/// A case, by the names that it has everywhere.
type Key = (String, String);

/// That a case has a state since the last pass.
#[derive(Debug, Wire, Deserialize)]
struct NewState {
    source: String,
    case_no: String,
    version: u64,
}

/// A state of a case, as it is looked up.
#[derive(Debug, Wire, Deserialize)]
struct StateRow {
    source: String,
    case_no: String,
    version: u64,
    /// Whether cells know it.
    in_cells: u8,
    /// As long as [`INSTANTS`] and [`NUMBERS`].
    numbers: Vec<Option<i64>>,
    /// As long as [`TEXTS`].
    texts: Vec<Option<String>>,
    visits: Vec<VisitRow>,
}

/// A state of an alert.
#[derive(Debug, Wire, Deserialize)]
struct AlertStateRow {
    source: String,
    case_no: String,
    alert_id: String,
    version: u64,
    /// Whether it stands against its case.
    stands: u8,
}

/// What is looked up of a case that changed.
#[derive(Debug, Default)]
struct Found {
    /// The version of its last state since the pass; none: only its alerts changed.
    version: Option<u64>,
    case: Arc<Case>,
    /// By alert, whether it stood when cells were made.
    alerts: BTreeMap<String, bool>,
}

/// What was looked up of cases that changed since the pass of this number.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    pass: u64,
    cases: HashMap<Key, Arc<Found>>,
}

/// What there is of a case since the last pass: the version of its last state, and the last states of its alerts.
#[derive(Debug, Default)]
struct Since {
    version: Option<u64>,
    /// By alert, its version and whether it stands.
    alerts: BTreeMap<String, (u64, bool)>,
}

impl Store {
    /// What changed since the last pass of a chain; none: too much to be counted here.
    pub(in super::super) async fn changed_since(
        &self,
        chain: &Chain,
        counting: &'static Counting,
    ) -> Result<Option<Fresh>, Error> {
        let states = all_since("case_states", NEW_STATE, chain);
        let states = chain.bind(self.client().query_raw(&states));
        let alerts = all_since("alert_states", &of_alerts(&counting.stands), chain);
        let alerts = chain.bind(self.client().query_raw(&alerts));
        let (states, alerts) = tokio::try_join!(
            self.fetch::<NewState>(
                "looking for cases that changed since cells were made",
                states
            ),
            self.fetch::<AlertStateRow>(
                "reading what became of alerts since cells were made",
                alerts
            )
        )?;
        if states.len().max(alerts.len()) > STATES_MAX {
            return Ok(None);
        }
        let changed = since(states, alerts);
        let found = self.found(&changed, chain, counting).await?;
        let changes = changed.into_iter().filter_map(|(key, since)| {
            let found = found.get(&key)?;
            Some(change(found, since))
        });
        Ok(Some(Fresh {
            changes: changes.collect(),
        }))
    }

    /// What there is of these cases, in cells and now.
    async fn found(
        &self,
        changed: &BTreeMap<Key, Since>,
        chain: &Chain,
        counting: &'static Counting,
    ) -> Result<HashMap<Key, Arc<Found>>, Error> {
        let pass = chain.last.pass;
        let mut found: HashMap<Key, Arc<Found>> = self.kept(pass, |kept| {
            let known = changed.iter().filter_map(|(key, since)| {
                let known = kept
                    .get(key)
                    .filter(|known| known.version >= since.version)?;
                Some((key.clone(), known.clone()))
            });
            known.collect()
        });
        let missing = changed.keys().filter(|key| !found.contains_key(*key));
        let missing: Vec<Key> = missing.cloned().collect();
        for keys in missing.chunks(LOOKED_UP) {
            let looked_up = self.looked_up(keys, chain, counting).await?;
            self.kept(pass, |kept| kept.extend(looked_up.clone()));
            found.extend(looked_up);
        }
        Ok(found)
    }

    /// What is kept for the pass of this number, which is nothing where it is not the one that it was kept for.
    fn kept<T>(&self, pass: u64, to: impl FnOnce(&mut HashMap<Key, Arc<Found>>) -> T) -> T {
        let kept: &Mutex<Kept> = self.kept_of_cells();
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.pass != pass {
            *kept = Kept {
                pass,
                cases: HashMap::new(),
            };
        }
        to(&mut kept.cases)
    }

    async fn looked_up(
        &self,
        keys: &[Key],
        chain: &Chain,
        counting: &'static Counting,
    ) -> Result<HashMap<Key, Arc<Found>>, Error> {
        let query = |sql: &str| {
            let query = chain.bind(self.client().query_raw(sql));
            query.param("keys", keys)
        };
        // Of each what cells know, and what there is since: one reading, so that nothing is in neither.
        let states = format!(
            "SELECT {} FROM case_states WHERE (source, case_no) IN {KEYS} \
             ORDER BY source, case_no, in_cells, {LAST} LIMIT 1 BY source, case_no, in_cells",
            of_states()
        );
        let alerts = format!(
            "SELECT {} FROM alert_states WHERE (source, case_no) IN {KEYS} AND version < {BEFORE} \
             ORDER BY source, case_no, alert_id, version DESC LIMIT 1 BY source, case_no, alert_id",
            of_alerts(&counting.stands)
        );
        let (states, alerts) = tokio::try_join!(
            self.fetch::<StateRow>("looking up cases that changed", query(&states)),
            self.fetch::<AlertStateRow>("looking up alerts as cells know them", query(&alerts))
        )?;
        Ok(looked_up(keys, states, alerts, counting))
    }
}

const KEYS: &str = "{keys:Array(Tuple(String, String))}";

/// All rows of a table since the last pass. Of partitions that it does not know, whose first watermark may not be there yet, everything; they
/// are asked for apart, so that the index of versions serves the others.
fn all_since(table: &str, columns: &str, chain: &Chain) -> String {
    let partitions = chain.last.partitions.iter().map(u16::to_string);
    format!(
        "SELECT * FROM (\
         SELECT {columns} FROM {table} WHERE version >= {{least:UInt64}} AND version >= {BEFORE} UNION ALL \
         SELECT {columns} FROM {table} WHERE version < {{least:UInt64}} AND log_partition NOT IN ({})) LIMIT {}",
        partitions.collect::<Vec<_>>().join(", "),
        STATES_MAX + 1,
    )
}

/// The columns of [`NewState`].
const NEW_STATE: &str = "CAST(source, 'String') AS source, case_no, version";

/// Those of [`StateRow`].
fn of_states() -> String {
    let instants = INSTANTS.map(|column| format!("toUnixTimestamp64Milli({column})"));
    let numbers = NUMBERS.map(|column| format!("toInt64({column})"));
    let numbers: Vec<String> = instants.into_iter().chain(numbers).collect();
    format!(
        "CAST(source, 'String') AS source, case_no, version, toUInt8(version < {BEFORE}) AS in_cells, \
         CAST([{}], 'Array(Nullable(Int64))') AS numbers, \
         CAST([{}], 'Array(Nullable(String))') AS texts, {}",
        numbers.join(", "),
        TEXTS
            .map(|text| format!("CAST({text}, 'Nullable(String)')"))
            .join(", "),
        selected::<Vec<VisitRow>>("visits"),
    )
}

/// Those of [`AlertStateRow`].
fn of_alerts(stands: &str) -> String {
    format!(
        "CAST(source, 'String') AS source, case_no, CAST(alert_id, 'String') AS alert_id, version, toUInt8(ifNull({stands}, 0)) AS stands"
    )
}

/// Of each case and alert the last state.
fn since(states: Vec<NewState>, alerts: Vec<AlertStateRow>) -> BTreeMap<Key, Since> {
    let mut all: BTreeMap<Key, Since> = BTreeMap::new();
    for row in states {
        let of = all.entry((row.source, row.case_no)).or_default();
        of.version = of.version.max(Some(row.version));
    }
    for row in alerts {
        let of = all.entry((row.source, row.case_no)).or_default();
        let known = of.alerts.entry(row.alert_id).or_default();
        *known = (*known).max((row.version, row.stands != 0));
    }
    all
}

/// What was looked up of these cases; also that there is nothing, so that it is not looked for again.
fn looked_up(
    keys: &[Key],
    states: Vec<StateRow>,
    alerts: Vec<AlertStateRow>,
    counting: &Counting,
) -> HashMap<Key, Arc<Found>> {
    let mut rows: HashMap<Key, [Option<StateRow>; 2]> = HashMap::new();
    for row in states {
        let place = usize::from(row.in_cells == 0);
        let of = rows.entry((row.source.clone(), row.case_no.clone()));
        of.or_default()[place] = Some(row);
    }
    let mut stood: HashMap<Key, BTreeMap<String, bool>> = HashMap::new();
    for row in alerts {
        let of = stood.entry((row.source, row.case_no)).or_default();
        of.insert(row.alert_id, row.stands != 0);
    }
    let found = keys.iter().map(|key| {
        let [was, now] = rows.remove(key).unwrap_or_default();
        let found = Found {
            version: now.as_ref().map(|now| now.version),
            case: Arc::new(case(was.as_ref(), now.as_ref(), counting)),
            alerts: stood.remove(key).unwrap_or_default(),
        };
        (key.clone(), Arc::new(found))
    });
    found.collect()
}

/// What a case was and what it became. Where it has no state since, only an alert about it changed, and it is what it was.
fn case(was: Option<&StateRow>, now: Option<&StateRow>, counting: &Counting) -> Case {
    let [was, now] = [was, now.or(was)].map(|row| row.map(|row| state(row, counting)));
    let mut stays: BTreeMap<Told, i64> = BTreeMap::new();
    for (state, sign) in [(&was, -1), (&now, 1)] {
        for stay in state.iter().flat_map(|state| &state.stays) {
            *stays.entry(stay.clone()).or_default() += sign;
        }
    }
    Case {
        was: was.and_then(|state| state.case),
        now: now.and_then(|state| state.case),
        stays: stays.into_iter().filter(|(_, more)| *more != 0).collect(),
    }
}

/// A case with the alerts about it, as they stood and as they stand.
fn change(found: &Found, since: Since) -> Change {
    let stood = found.alerts.values().any(|stands| *stands);
    let mut alerts = found.alerts.clone();
    let new = since.alerts.into_iter();
    alerts.extend(new.map(|(id, (_, stands))| (id, stands)));
    Change {
        case: found.case.clone(),
        stood,
        stands: alerts.values().any(|stands| *stands),
    }
}

/// What a state comes to.
struct State {
    case: Option<Told>,
    stays: Vec<Told>,
}

/// What a state comes to.
fn state(row: &StateRow, counting: &Counting) -> State {
    let number = |number: Option<i64>| number.map_or(Value::Null, Value::Number);
    let text = |text: Option<&str>| text.map_or(Value::Null, Value::text);
    let numbers = row.numbers.iter().copied().map(number);
    let texts = row.texts.iter().map(|one| text(one.as_deref()));
    let own: Vec<Value> = numbers.chain(texts).collect();
    let with = |of_a_stay: [Value; 4]| own.iter().cloned().chain(of_a_stay).collect();
    let stay = |stay: &VisitRow| {
        let told = with([
            Value::text(&stay.step),
            Value::Number(stay.started_at.0),
            number(stay.ended_at.map(|at| at.0)),
            number(stay.due_at.map(|at| at.0)),
        ]);
        counting.of(Over::Steps).told(told)
    };
    State {
        case: counting
            .of(Over::Cases)
            .told(with([const { Value::Null }; 4])),
        stays: row.visits.iter().filter_map(stay).collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::population::counting;
    use super::*;
    use crate::table::Millis;

    fn new(case_no: &str, version: u64) -> NewState {
        NewState {
            source: "s".into(),
            case_no: case_no.into(),
            version,
        }
    }

    /// A state of a case whose first event was at its version, with stays that began at these instants.
    fn row(version: u64, in_cells: bool, stays: &[i64]) -> StateRow {
        let mut numbers = vec![None; INSTANTS.len() + NUMBERS.len()];
        numbers[0] = Some(version as i64);
        let stay = |(nth, began): (usize, &i64)| VisitRow {
            step: format!("step{nth}"),
            visit: 1,
            started_at: Millis(*began),
            ended_at: None,
            due_at: None,
            office: None,
            actor: None,
        };
        StateRow {
            source: "s".into(),
            case_no: "a".into(),
            version,
            in_cells: u8::from(in_cells),
            numbers,
            texts: TEXTS.map(|name| Some(name.to_owned())).to_vec(),
            visits: stays.iter().enumerate().map(stay).collect(),
        }
    }

    fn alert(case_no: &str, alert_id: &str, version: u64, stands: bool) -> AlertStateRow {
        AlertStateRow {
            source: "s".into(),
            case_no: case_no.into(),
            alert_id: alert_id.into(),
            version,
            stands: u8::from(stands),
        }
    }

    fn key(case_no: &str) -> Key {
        ("s".into(), case_no.into())
    }

    #[test]
    fn the_last_state_since_counts_in_whatever_order_they_are_read() {
        let all = since(
            vec![new("a", 3), new("a", 9), new("a", 5), new("b", 4)],
            vec![
                alert("a", "x", 8, false),
                alert("a", "x", 7, true),
                alert("c", "y", 2, true),
            ],
        );
        let cases: BTreeSet<&str> = all.keys().map(|(_, case_no)| &**case_no).collect();
        assert_eq!(cases, BTreeSet::from(["a", "b", "c"]));
        let of_a = &all[&key("a")];
        assert_eq!((of_a.version, of_a.alerts["x"]), (Some(9), (8, false)));
        assert_eq!(all[&key("c")].version, None);
    }

    /// When the case began as cells know it and as it is, each with whether an alert stands; and how many stays changed.
    type Seen = ([Option<(i64, bool)>; 2], Vec<i64>);

    fn seen(states: Vec<StateRow>, stood: &[bool], since_then: Vec<AlertStateRow>) -> Seen {
        let counting = counting().unwrap();
        let alerts = stood.iter().map(|stood| alert("a", "x", 0, *stood));
        let found = looked_up(&[key("a")], states, alerts.collect(), counting);
        let since = since(vec![], since_then).remove(&key("a"));
        let change = change(&found[&key("a")], since.unwrap_or_default());
        let began = |told: &Option<Told>| {
            let lasts = counting.of(Over::Cases).lasts(told.as_ref()?);
            lasts.map(|(first, _)| first)
        };
        let was = began(&change.case.was).map(|first| (first, change.stood));
        let now = began(&change.case.now).map(|first| (first, change.stands));
        let mut signs: Vec<i64> = change.case.stays.iter().map(|(_, sign)| *sign).collect();
        signs.sort_unstable();
        ([was, now], signs)
    }

    #[test]
    fn a_case_changes_by_its_own_states_and_by_its_alerts() {
        let was = || row(1, true, &[10, 20]);
        let now = || row(2, false, &[10, 25, 30]);
        let withdrawn = || vec![alert("a", "x", 6, false)];
        let table: [(&str, Seen, Seen); 6] = [
            (
                "a state alone; of its stays one is as it was",
                seen(vec![was(), now()], &[true], vec![]),
                ([Some((1, true)), Some((2, true))], vec![-1, 1, 1]),
            ),
            (
                "an alert alone",
                seen(vec![was()], &[true], withdrawn()),
                ([Some((1, true)), Some((1, false))], vec![]),
            ),
            (
                "both",
                seen(vec![was(), now()], &[true], withdrawn()),
                ([Some((1, true)), Some((2, false))], vec![-1, 1, 1]),
            ),
            (
                "cells know nothing of it",
                seen(vec![now()], &[], vec![alert("a", "z", 3, true)]),
                ([None, Some((2, true))], vec![1, 1, 1]),
            ),
            (
                "an alert of a case of which nothing is there yet",
                seen(vec![], &[], vec![alert("a", "z", 3, true)]),
                ([None, None], vec![]),
            ),
            (
                "one alert goes and another comes",
                seen(
                    vec![was()],
                    &[true],
                    vec![alert("a", "x", 6, false), alert("a", "z", 7, true)],
                ),
                ([Some((1, true)), Some((1, true))], vec![]),
            ),
        ];
        for (name, found, wanted) in table {
            assert_eq!(found, wanted, "{name}");
        }
    }
}
