//! What became of cases since the last pass, read: their states since then, and of each the one that is in cells.
//!
//! New states lie together, in the order of their versions' index; the one that a case had before has to be looked up by its key, at a tenth of a
//! millisecond each. It stays what it is for as long as the same pass is the last one, so it is kept until then.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use clickhouse::Row as Wire;
use serde::Deserialize;

use super::super::super::Over;
use super::super::chain::Chain;
use super::super::sql::{BEFORE, LAST};
use super::formula::Value;
use super::population::{Counting, INSTANTS, NUMBERS, TEXTS, Told};
use super::{Change, Fresh, Look};
use crate::rows::VisitRow;
use crate::table::selected;
use crate::{Error, Store};

/// With more states than this since the last pass, rows are read instead: what is counted here is held in memory, and looked up one by one.
const STATES_MAX: usize = 4096;
/// So many cases are looked up in one statement.
const LOOKED_UP: usize = 512;

/// A case, by the names that it has everywhere.
type Key = (String, String);

/// A state of a case, as it is read.
#[derive(Debug, Wire, Deserialize)]
struct StateRow {
    source: String,
    case_no: String,
    version: u64,
    /// As long as [`INSTANTS`] and [`NUMBERS`].
    numbers: Vec<Option<i64>>,
    /// As long as [`TEXTS`].
    texts: Vec<Option<String>>,
    visits: Vec<VisitRow>,
}

/// A state of an alert, as it is read.
#[derive(Debug, Wire, Deserialize)]
struct AlertStateRow {
    source: String,
    case_no: String,
    alert_id: String,
    version: u64,
    /// Whether it stands against its case.
    stands: u8,
}

/// What a state of a case comes to.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) case: Option<Told>,
    pub(super) stays: Vec<Told>,
}

impl State {
    pub(super) fn of(&self, over: Over) -> &[Told] {
        match over {
            Over::Steps => &self.stays,
            _ => self.case.as_slice(),
        }
    }
}

/// What is in cells of a case that has changed since.
#[derive(Clone, Debug, Default)]
struct InCells {
    state: Option<Arc<State>>,
    /// By alert, whether it stood.
    alerts: BTreeMap<String, bool>,
}

/// What is in cells of cases that have changed since the pass of this number.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    pass: u64,
    cases: HashMap<Key, InCells>,
}

/// The last states of a case and of its alerts since the last pass.
#[derive(Debug, Default)]
struct Since {
    state: Option<StateRow>,
    alerts: BTreeMap<String, (u64, bool)>,
}

impl Store {
    /// What changed since the last pass of a chain; none: too much to be counted here.
    pub(in super::super) async fn fresh(
        &self,
        chain: &Chain,
        counting: &'static Counting,
    ) -> Result<Option<Fresh>, Error> {
        let (states, alerts) = tokio::try_join!(
            self.states_since(chain),
            self.alerts_since(chain, &counting.stands)
        )?;
        if states.len().max(alerts.len()) > STATES_MAX {
            return Ok(None);
        }
        let changed = since(states, alerts);
        let before = self.in_cells(&changed, chain, counting).await?;
        let changes = changed.into_iter().map(|(key, since)| {
            let before = before.get(&key).cloned().unwrap_or_default();
            change(before, since, counting)
        });
        Ok(Some(Fresh {
            changes: changes.collect(),
        }))
    }

    async fn states_since(&self, chain: &Chain) -> Result<Vec<StateRow>, Error> {
        let sql = all_since("case_states", &of_states(), chain);
        let query = chain.bind(self.by_key(&sql));
        self.fetch("reading what became of cases since cells were made", query)
            .await
    }

    async fn alerts_since(&self, chain: &Chain, stands: &str) -> Result<Vec<AlertStateRow>, Error> {
        let sql = all_since("alert_states", &of_alerts(stands), chain);
        let query = chain.bind(self.by_key(&sql));
        self.fetch("reading what became of alerts since cells were made", query)
            .await
    }

    /// What is in cells of these cases.
    async fn in_cells(
        &self,
        changed: &BTreeMap<Key, Since>,
        chain: &Chain,
        counting: &'static Counting,
    ) -> Result<HashMap<Key, InCells>, Error> {
        let pass = chain.last.pass;
        let mut found = self.kept(pass, |kept| {
            let known = changed.keys();
            let known = known.filter_map(|key| Some((key.clone(), kept.get(key)?.clone())));
            known.collect::<HashMap<_, _>>()
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
    fn kept<T>(&self, pass: u64, to: impl FnOnce(&mut HashMap<Key, InCells>) -> T) -> T {
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

    /// What is in cells of these cases, looked up.
    async fn looked_up(
        &self,
        keys: &[Key],
        chain: &Chain,
        counting: &'static Counting,
    ) -> Result<HashMap<Key, InCells>, Error> {
        let query = |sql: &str| chain.bind(self.by_key(sql)).param("keys", keys);
        let states = format!(
            "SELECT {} FROM case_states WHERE (source, case_no) IN {KEYS} AND version < {BEFORE} \
             ORDER BY source, case_no, {LAST} LIMIT 1 BY source, case_no",
            of_states()
        );
        let states = self.fetch::<StateRow>("looking up cases as cells know them", query(&states));
        let alerts = format!(
            "SELECT {} FROM alert_states WHERE (source, case_no) IN {KEYS} AND version < {BEFORE} \
             ORDER BY source, case_no, alert_id, version DESC LIMIT 1 BY source, case_no, alert_id",
            of_alerts(&counting.stands)
        );
        let alerts =
            self.fetch::<AlertStateRow>("looking up alerts as cells know them", query(&alerts));
        let (states, alerts) = tokio::try_join!(states, alerts)?;
        // Also those of which nothing is in cells, so that they are not looked for again.
        let nothing = keys.iter().map(|key| (key.clone(), InCells::default()));
        let mut found: HashMap<Key, InCells> = nothing.collect();
        for row in states {
            let state = Some(Arc::new(state(&row, counting)));
            found.entry((row.source, row.case_no)).or_default().state = state;
        }
        for row in alerts {
            let of = found.entry((row.source, row.case_no)).or_default();
            of.alerts.insert(row.alert_id, row.stands != 0);
        }
        Ok(found)
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

fn of_states() -> String {
    let instants = INSTANTS.map(|column| format!("toUnixTimestamp64Milli({column})"));
    let numbers = NUMBERS.map(|column| format!("toInt64({column})"));
    let numbers: Vec<String> = instants.into_iter().chain(numbers).collect();
    format!(
        "CAST(source, 'String') AS source, case_no, version, CAST([{}], 'Array(Nullable(Int64))') AS numbers, \
         CAST([{}], 'Array(Nullable(String))') AS texts, {}",
        numbers.join(", "),
        TEXTS
            .map(|text| format!("CAST({text}, 'Nullable(String)')"))
            .join(", "),
        selected::<Vec<VisitRow>>("visits"),
    )
}

fn of_alerts(stands: &str) -> String {
    format!(
        "CAST(source, 'String') AS source, case_no, CAST(alert_id, 'String') AS alert_id, version, toUInt8(ifNull({stands}, 0)) AS stands"
    )
}

/// Of each case and alert the last state.
fn since(states: Vec<StateRow>, alerts: Vec<AlertStateRow>) -> BTreeMap<Key, Since> {
    let mut all: BTreeMap<Key, Since> = BTreeMap::new();
    for row in states {
        let of = all.entry((row.source.clone(), row.case_no.clone()));
        let of = of.or_default();
        let place = |row: &StateRow| (row.version, row.visits.len());
        if of
            .state
            .as_ref()
            .is_none_or(|known| place(known) < place(&row))
        {
            of.state = Some(row);
        }
    }
    for row in alerts {
        let of = all.entry((row.source, row.case_no)).or_default();
        let known = of.alerts.entry(row.alert_id).or_default();
        *known = (*known).max((row.version, row.stands != 0));
    }
    all
}

/// What a case was and what it became. Where only an alert changed, it is what it was.
fn change(before: InCells, since: Since, counting: &Counting) -> Change {
    let InCells { state: was, alerts } = before;
    let now = match since.state {
        Some(row) => Some(Arc::new(state(&row, counting))),
        None => was.clone(),
    };
    let stood = alerts.values().any(|stands| *stands);
    let mut alerts = alerts;
    alerts.extend(
        since
            .alerts
            .into_iter()
            .map(|(id, (_, stands))| (id, stands)),
    );
    let stands = alerts.values().any(|stands| *stands);
    Change {
        was: was.map(|state| Look {
            state,
            alerted: stood,
        }),
        now: now.map(|state| Look {
            state,
            alerted: stands,
        }),
    }
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

    fn row(case_no: &str, version: u64) -> StateRow {
        let mut numbers = vec![None; INSTANTS.len() + NUMBERS.len()];
        // First events, by which they are told apart here.
        numbers[0] = Some(version as i64);
        StateRow {
            source: "s".into(),
            case_no: case_no.into(),
            version,
            numbers,
            texts: TEXTS.map(|name| Some(name.to_owned())).to_vec(),
            visits: Vec::new(),
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
            vec![row("a", 3), row("a", 9), row("a", 5), row("b", 4)],
            vec![
                alert("a", "x", 8, false),
                alert("a", "x", 7, true),
                alert("c", "y", 2, true),
            ],
        );
        let cases: BTreeSet<&str> = all.keys().map(|(_, case_no)| &**case_no).collect();
        assert_eq!(cases, BTreeSet::from(["a", "b", "c"]));
        let of_a = &all[&key("a")];
        assert_eq!(of_a.state.as_ref().unwrap().version, 9);
        assert_eq!(of_a.alerts["x"], (8, false));
        assert!(all[&key("c")].state.is_none());
    }

    #[test]
    fn a_case_changes_by_its_own_states_and_by_its_alerts() {
        let counting = counting().unwrap();
        let before = || InCells {
            state: Some(Arc::new(state(&row("a", 1), counting))),
            alerts: BTreeMap::from([("x".into(), true)]),
        };
        let seen = |change: &Change| {
            [&change.was, &change.now].map(|look| {
                let look = look.as_ref()?;
                let (first, _) = counting.of(Over::Cases).lasts(look.state.case.as_ref()?)?;
                Some((first, look.alerted))
            })
        };
        let only = |case_no: &str, states: Vec<StateRow>, alerts: Vec<AlertStateRow>| {
            since(states, alerts).remove(&key(case_no)).unwrap()
        };
        // A state alone; an alert alone; both; and a case of which nothing was known.
        let by_state = change(before(), only("a", vec![row("a", 2)], vec![]), counting);
        assert_eq!(seen(&by_state), [Some((1, true)), Some((2, true))]);
        let withdrawn = || vec![alert("a", "x", 6, false)];
        let by_alert = change(before(), only("a", vec![], withdrawn()), counting);
        assert_eq!(seen(&by_alert), [Some((1, true)), Some((1, false))]);
        let by_both = change(
            before(),
            only("a", vec![row("a", 2)], withdrawn()),
            counting,
        );
        assert_eq!(seen(&by_both), [Some((1, true)), Some((2, false))]);
        let new = only("a", vec![row("a", 2)], vec![alert("a", "z", 3, true)]);
        let new = change(InCells::default(), new, counting);
        assert_eq!(seen(&new), [None, Some((2, true))]);
    }
}
