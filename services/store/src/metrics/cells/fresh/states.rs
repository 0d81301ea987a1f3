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
/// So many cases are looked up in one statement at most.
const LOOKED_UP: usize = 512;
/// And so many bytes of their names: ClickHouse takes a parameter of 128 KiB (`http_max_field_value_size`), and what is escaped is longer.
const LOOKED_UP_BYTES: usize = 49_152;

/// A case, by the names that it has everywhere.
type Key = (String, String);

/// What there is since the last pass.
#[derive(Debug, Wire, Deserialize)]
struct NewRow {
    /// See [`New`].
    of: u8,
    source: String,
    case_no: String,
    alert_id: String,
    version: u64,
    stands: u8,
}

/// What a new row is of.
enum New {
    Case,
    /// An alert, and whether it stands against its case.
    Alert(bool),
    /// Of a partition that cells do not know, since its first watermark is not there yet.
    Stranger,
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

/// The state of an alert that cells know.
#[derive(Debug, Wire, Deserialize)]
struct AlertStateRow {
    source: String,
    case_no: String,
    alert_id: String,
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
        let sql = all_since(&counting.stands, chain);
        let query = chain.bind(self.client().query_raw(&sql));
        let attempted = "looking for what changed since cells were made";
        let Some(changed) = since(self.fetch(attempted, query).await?) else {
            return Ok(None);
        };
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
        for keys in in_parts(&missing) {
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

/// Everything since the last pass, and whether there is anything of partitions that cells do not know, whatever its version: one statement, since
/// each costs as much as what it reads.
fn all_since(stands: &str, chain: &Chain) -> String {
    let partitions = chain.last.partitions.iter().map(u16::to_string);
    let partitions = partitions.collect::<Vec<_>>().join(", ");
    let of = |table: &str, of: u8, alert_id: &str, stands: &str| {
        format!(
            "SELECT toUInt8({of}) AS of, CAST(source, 'String') AS source, case_no, {alert_id} AS alert_id, version, {stands} AS stands \
             FROM {table} WHERE version >= {{least:UInt64}} AND version >= {BEFORE} LIMIT {}",
            STATES_MAX + 1
        )
    };
    let strangers = |table: &str| {
        format!(
            "SELECT toUInt8(2) AS of, '' AS source, '' AS case_no, '' AS alert_id, version, toUInt8(0) AS stands \
             FROM {table} WHERE log_partition NOT IN ({partitions}) LIMIT 1"
        )
    };
    [
        of("case_states", 0, "''", "toUInt8(0)"),
        of(
            "alert_states",
            1,
            "CAST(alert_id, 'String')",
            &format!("toUInt8(ifNull({stands}, 0))"),
        ),
        strangers("case_states"),
        strangers("alert_states"),
    ]
    .join(" UNION ALL ")
}

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
        "CAST(source, 'String') AS source, case_no, CAST(alert_id, 'String') AS alert_id, toUInt8(ifNull({stands}, 0)) AS stands"
    )
}

/// Cases in parts that are looked up together.
fn in_parts(keys: &[Key]) -> Vec<&[Key]> {
    let (mut parts, mut rest) = (Vec::new(), keys);
    while !rest.is_empty() {
        let mut bytes = 0;
        let fit = rest.iter().take(LOOKED_UP).take_while(|(source, case_no)| {
            bytes += source.len() + case_no.len() + "('',''),".len();
            bytes <= LOOKED_UP_BYTES
        });
        let (part, after) = rest.split_at(fit.count().max(1));
        parts.push(part);
        rest = after;
    }
    parts
}

impl NewRow {
    const fn is_of(&self) -> New {
        match self.of {
            0 => New::Case,
            1 => New::Alert(self.stands != 0),
            _ => New::Stranger,
        }
    }
}

/// Of each case and alert the last state; none: cells do not know all partitions, or it is too much.
fn since(rows: Vec<NewRow>) -> Option<BTreeMap<Key, Since>> {
    if rows.len() > STATES_MAX {
        return None;
    }
    let mut all: BTreeMap<Key, Since> = BTreeMap::new();
    for row in rows {
        let of = row.is_of();
        let since = all.entry((row.source, row.case_no)).or_default();
        match of {
            New::Case => since.version = since.version.max(Some(row.version)),
            New::Alert(stands) => {
                let known = since.alerts.entry(row.alert_id).or_default();
                *known = (*known).max((row.version, stands));
            }
            New::Stranger => return None,
        }
    }
    Some(all)
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

    fn new(of: u8, case_no: &str, alert_id: &str, version: u64, stands: bool) -> NewRow {
        NewRow {
            of,
            source: "s".into(),
            case_no: case_no.into(),
            alert_id: alert_id.into(),
            version,
            stands: u8::from(stands),
        }
    }

    fn state_of(case_no: &str, version: u64) -> NewRow {
        new(0, case_no, "", version, false)
    }

    fn alert_of(case_no: &str, alert_id: &str, version: u64, stands: bool) -> NewRow {
        new(1, case_no, alert_id, version, stands)
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

    fn alert(case_no: &str, alert_id: &str, stands: bool) -> AlertStateRow {
        AlertStateRow {
            source: "s".into(),
            case_no: case_no.into(),
            alert_id: alert_id.into(),
            stands: u8::from(stands),
        }
    }

    fn key(case_no: &str) -> Key {
        ("s".into(), case_no.into())
    }

    #[test]
    fn cases_are_looked_up_in_parts_that_fit_into_a_parameter() {
        let keys = |count: usize, letters: usize| -> Vec<Key> {
            let key = |n: usize| ("s".into(), format!("{n:0>letters$}"));
            (0..count).map(key).collect()
        };
        for (keys, wanted) in [
            (keys(0, 8), vec![]),
            (keys(512, 8), vec![512]),
            (keys(1_100, 8), vec![512, 512, 76]),
            (keys(100, 990), vec![49, 49, 2]),
            // One is looked up, however long its name is.
            (keys(2, 50_000), vec![1, 1]),
        ] {
            let parts = in_parts(&keys);
            let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
            assert_eq!(lengths, wanted);
            assert_eq!(parts.concat(), keys);
        }
    }

    #[test]
    fn the_last_state_since_counts_in_whatever_order_they_are_read() {
        let all = since(vec![
            state_of("a", 3),
            state_of("a", 9),
            alert_of("a", "x", 8, false),
            state_of("a", 5),
            alert_of("a", "x", 7, true),
            state_of("b", 4),
            alert_of("c", "y", 2, true),
        ]);
        let all = all.unwrap();
        let cases: BTreeSet<&str> = all.keys().map(|(_, case_no)| &**case_no).collect();
        assert_eq!(cases, BTreeSet::from(["a", "b", "c"]));
        let of_a = &all[&key("a")];
        assert_eq!((of_a.version, of_a.alerts["x"]), (Some(9), (8, false)));
        assert_eq!(all[&key("c")].version, None);
    }

    #[test]
    fn what_cells_cannot_be_added_to_is_not_counted() {
        let stranger = new(2, "", "", 0, false);
        assert!(since(vec![state_of("a", 3), stranger]).is_none());
        let many = |count: u64| (0..count).map(|n| state_of("a", n)).collect();
        assert!(since(many(STATES_MAX as u64)).is_some());
        assert!(since(many(STATES_MAX as u64 + 1)).is_none());
    }

    /// When the case began as cells know it and as it is, each with whether an alert stands; and how many stays changed.
    type Seen = ([Option<(i64, bool)>; 2], Vec<i64>);

    fn seen(states: Vec<StateRow>, stood: &[bool], since_then: Vec<NewRow>) -> Seen {
        let counting = counting().unwrap();
        let alerts = stood.iter().map(|stood| alert("a", "x", *stood));
        let found = looked_up(&[key("a")], states, alerts.collect(), counting);
        let since = since(since_then).unwrap().remove(&key("a"));
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
        let withdrawn = || vec![alert_of("a", "x", 6, false)];
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
                seen(vec![now()], &[], vec![alert_of("a", "z", 3, true)]),
                ([None, Some((2, true))], vec![1, 1, 1]),
            ),
            (
                "an alert of a case of which nothing is there yet",
                seen(vec![], &[], vec![alert_of("a", "z", 3, true)]),
                ([None, None], vec![]),
            ),
            (
                "one alert goes and another comes",
                seen(
                    vec![was()],
                    &[true],
                    vec![alert_of("a", "x", 6, false), alert_of("a", "z", 7, true)],
                ),
                ([Some((1, true)), Some((1, true))], vec![]),
            ),
        ];
        for (name, found, wanted) in table {
            assert_eq!(found, wanted, "{name}");
        }
    }
}
