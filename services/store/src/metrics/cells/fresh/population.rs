//! Populations and pieces, worked out by the program: the texts that rows are counted by, read once.
//!
//! A state of a case is raw values, of which `sql/cases.sql` and `sql/steps.sql` make the columns that pieces, keys and conditions are about:
//! the told ones. Of a stay, its own values stand beside those of its case.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use mingjing_domain::measures::NEGATIVE_RESULTS;
use mingjing_domain::voice;
use sqlparser::ast::{Expr, InTarget, SelectItem, SetExpr, Statement, TableFactor};
use sqlparser::dialect::ClickHouseDialect;
use sqlparser::parser::Parser;

use super::super::super::compose::{CASES, STEPS};
use super::super::super::{Dimension, Over};
use super::super::pieces::{Adds, COUNTED, Piece, PieceId, Plan};
use super::super::read::DIMENSIONS;
use super::formula::{Formula, Value};
use super::reading::{Names, NotUnderstood, Sort, parameters_named};

/// Columns of a state that are instants.
pub(super) const INSTANTS: [&str; 9] = [
    "opened_at",
    "received_at",
    "accepted_at",
    "delivered_at",
    "ended_at",
    "limit_done_at",
    "limit_fell_at",
    "statutory_due_at",
    "promised_due_at",
];
/// Those that are numbers.
pub(super) const NUMBERS: [&str; 11] = [
    "statutory_limit",
    "promised_limit",
    "used",
    "suspended_ms",
    "suspensions",
    "extensions",
    "supplements",
    "events",
    "events_late",
    "events_resent",
    "events_reversed",
];
/// Those that are texts.
pub(super) const TEXTS: [&str; 9] = [
    "source",
    "item_code",
    "org_code",
    "region_code",
    "power_type",
    "case_kind",
    "ending",
    "result",
    "limit_unit",
];
/// Of a stay its step, which is a text, and when it began, ended and fell due: parts of a tuple.
const OF_A_STAY: [&str; 4] = ["stay.1", "stay.3", "stay.4", "stay.5"];

/// What a thing is looked at with, beside its own columns: its window, and whether an alert about its case stands. Its values begin with them.
pub(super) const LOOKED_AT_WITH: [&str; 4] = ["wf", "wu", "wat", ALERTED];
const ALERTED: &str = "alerted";

/// The columns of a thing that are told, as long as [`LOOKED_AT_WITH`] before them.
pub(super) type Told = Vec<Value>;

/// Everything that is counted, read.
#[derive(Debug)]
pub(in super::super) struct Counting {
    cases: Population,
    stays: Population,
    /// The condition on a state of an alert by which it stands against its case, as SQL.
    pub(super) stands: String,
}

/// What is counted of a population.
#[derive(Debug)]
pub(super) struct Population {
    /// Over the raw values and those that came before.
    steps: Vec<Formula>,
    /// Of which raw values there is a thing at all.
    when: Formula,
    /// By name the place of a told column in the raw values and what came of them.
    told: BTreeMap<String, (usize, Sort)>,
    /// Their places, in the order of the told ones.
    places: Vec<usize>,
    pieces: BTreeMap<PieceId, Counts>,
    /// Where a thing's own first and last instants are told.
    first: usize,
    last: usize,
}

/// What of a thing a piece counts: of which, and how much.
#[derive(Debug)]
pub(super) struct Counts {
    pub(super) among: Formula,
    pub(super) amount: Option<Formula>,
}

/// Everything that is counted; none: it is not understood, and cells answer nothing.
pub(in super::super) fn counting() -> Option<&'static Counting> {
    static READ: LazyLock<Option<Counting>> = LazyLock::new(|| {
        let read = Counting::read();
        let told = read.inspect_err(|error| {
            tracing::error!(%error, "cells answer nothing, since what changed after they were made cannot be counted; rows answer");
        });
        told.ok()
    });
    READ.as_ref()
}

impl Counting {
    fn read() -> Result<Self, NotUnderstood> {
        let [cases, stays] = COUNTED.map(|over| match over {
            Over::Steps => Population::read(over, STEPS),
            _ => Population::read(over, CASES),
        });
        let stands = stands(CASES)?;
        Ok(Self {
            cases: cases?,
            stays: stays?,
            stands,
        })
    }

    pub(super) const fn of(&self, over: Over) -> &Population {
        match over {
            Over::Steps => &self.stays,
            _ => &self.cases,
        }
    }
}

impl Population {
    fn read(over: Over, text: &str) -> Result<Self, NotUnderstood> {
        let mut reading = Reading::of(text)?;
        let mut pieces = BTreeMap::new();
        for (id, piece) in Plan::get().pieces().filter(|(_, p)| p.over == over) {
            pieces.insert(id, Counts::read(piece, &mut reading)?);
        }
        for by in DIMENSIONS.into_iter().filter(|by| *by != Dimension::Month) {
            reading.column(by.code())?;
        }
        let [first, last] = ["first_ms", "last_ms"].map(|name| reading.column(name));
        let (first, last) = (first?.0, last?.0);
        let when = reading.when()?;
        let Reading {
            steps, told, order, ..
        } = reading;
        Ok(Self {
            steps,
            when,
            places: order,
            told,
            pieces,
            first,
            last,
        })
    }

    /// The told columns of raw values; none: there is no such thing.
    pub(super) fn told(&self, mut raw: Vec<Value>) -> Option<Told> {
        if !self.when.over(&raw).holds() {
            return None;
        }
        for step in &self.steps {
            raw.push(step.over(&raw));
        }
        let beside = LOOKED_AT_WITH.map(|_| Value::Null);
        let told = self.places.iter().filter_map(|place| raw.get(*place));
        Some(beside.into_iter().chain(told.cloned()).collect())
    }

    pub(super) fn piece(&self, id: PieceId) -> Option<&Counts> {
        self.pieces.get(&id)
    }

    /// From when until when something is told of a thing.
    pub(super) fn lasts(&self, told: &Told) -> Option<(i64, i64)> {
        let at = |place: usize| told.get(place).and_then(Value::number);
        Some((at(self.first)?, at(self.last)?))
    }

    /// What a question says of told columns.
    pub(super) fn asked(
        &self,
        sql: &str,
        parameters: &[(&'static str, String)],
    ) -> Result<Formula, NotUnderstood> {
        let mut names = AskedOf {
            told: &self.told,
            parameters,
        };
        Ok(Formula::read(sql, &mut names)?.0)
    }
}

impl Counts {
    fn read(piece: &Piece, names: &mut Reading) -> Result<Self, NotUnderstood> {
        let amount = match piece.adds {
            Adds::One => None,
            Adds::Number(of) | Adds::OneOf(of) => Some(Formula::read(of, names)?.0),
        };
        Ok(Self {
            among: Formula::read(&piece.among, names)?.0,
            amount,
        })
    }
}

/// One `SELECT` of a population: its columns by name, and its condition.
#[derive(Clone, Debug, Default)]
struct Select {
    columns: BTreeMap<String, Expr>,
    when: Option<Expr>,
}

/// A population while it is read: what is asked for is told from then on.
struct Reading {
    /// From without to within.
    selects: Vec<Select>,
    /// By the depth of its `SELECT` and its name the place of what was worked out, and of what is being worked out.
    found: BTreeMap<(usize, String), Option<(usize, Sort)>>,
    steps: Vec<Formula>,
    told: BTreeMap<String, (usize, Sort)>,
    order: Vec<usize>,
}

impl Reading {
    fn of(text: &str) -> Result<Self, NotUnderstood> {
        let query = statement(text)?;
        let mut selects = Vec::new();
        let mut next = Some(query);
        while let Some(body) = next.take() {
            let SetExpr::Select(select) = body else {
                return Err(NotUnderstood::new(body, "no such statement"));
            };
            let mut columns = BTreeMap::new();
            for item in select.projection {
                match item {
                    SelectItem::ExprWithAlias { expr, alias } => columns.insert(alias.value, expr),
                    SelectItem::UnnamedExpr(Expr::Identifier(name)) => {
                        columns.insert(name.value.clone(), Expr::Identifier(name))
                    }
                    _ => return Err(NotUnderstood::new(item, "a column without a name")),
                };
            }
            for table in select.from {
                if let TableFactor::Derived { subquery, .. } = table.relation {
                    next = Some(*subquery.body);
                }
            }
            selects.push(Select {
                columns,
                when: select.selection,
            });
        }
        Ok(Self {
            selects,
            found: BTreeMap::new(),
            steps: Vec::new(),
            told: BTreeMap::new(),
            order: Vec::new(),
        })
    }

    /// Where a name leads that is met in the `SELECT` of a depth: to a column of it, of one within it, or of a state.
    fn place(&mut self, depth: usize, name: &str) -> Result<(usize, Sort), NotUnderstood> {
        let column = self.selects.get(depth).map(|one| one.columns.get(name));
        let Some(column) = column else {
            return raw(name).ok_or_else(|| NotUnderstood::new(name, "no such column"));
        };
        let key = (depth, name.to_owned());
        match (column.cloned(), self.found.get(&key).copied()) {
            (_, Some(Some(found))) => Ok(found),
            // A column may be called as what it is made from.
            (None, _) | (_, Some(None)) => self.place(depth + 1, name),
            (Some(expression), None) => {
                self.found.insert(key.clone(), None);
                let mut within = Within {
                    reading: self,
                    depth,
                };
                let (formula, sort) = Formula::of(&expression, &mut within)?;
                let place = match formula {
                    Formula::Column(place) => place,
                    formula => {
                        self.steps.push(formula);
                        raws() + self.steps.len() - 1
                    }
                };
                self.found.insert(key, Some((place, sort)));
                Ok((place, sort))
            }
        }
    }

    /// Of which states there is a thing at all.
    fn when(&mut self) -> Result<Formula, NotUnderstood> {
        let depth = self.selects.len();
        let mut all = Vec::new();
        for (nth, select) in self.selects.clone().into_iter().enumerate() {
            let Some(when) = select.when else { continue };
            if nth + 1 < depth {
                return Err(NotUnderstood::new(when, "a condition on what is told"));
            }
            // On raw values alone, so that nothing else is worked out of what there is not.
            let mut within = Within {
                reading: self,
                depth,
            };
            all.push(Formula::of(&when, &mut within)?.0);
        }
        Ok(Formula::And(all))
    }
}

impl Names for Reading {
    fn column(&mut self, name: &str) -> Result<(usize, Sort), NotUnderstood> {
        // Alerts are told apart by case: of a stay nobody says which stand against it.
        let is_told = name != ALERTED || self.selects.iter().any(|s| s.columns.contains_key(name));
        if let Some(beside) = beside(name).filter(|_| is_told) {
            return Ok(beside);
        }
        if let Some(told) = self.told.get(name) {
            return Ok(*told);
        }
        let (place, sort) = self.place(0, name)?;
        let told = (LOOKED_AT_WITH.len() + self.order.len(), sort);
        self.order.push(place);
        self.told.insert(name.to_owned(), told);
        Ok(told)
    }

    fn parameter(&self, name: &str) -> Option<Vec<Value>> {
        parameter(name)
    }
}

/// Names in a `SELECT` of a population.
struct Within<'a> {
    reading: &'a mut Reading,
    depth: usize,
}

impl Names for Within<'_> {
    fn column(&mut self, name: &str) -> Result<(usize, Sort), NotUnderstood> {
        self.reading.place(self.depth, name)
    }

    fn parameter(&self, name: &str) -> Option<Vec<Value>> {
        parameter(name)
    }
}

/// Names in what a question says.
struct AskedOf<'a> {
    told: &'a BTreeMap<String, (usize, Sort)>,
    parameters: &'a [(&'static str, String)],
}

impl Names for AskedOf<'_> {
    fn column(&mut self, name: &str) -> Result<(usize, Sort), NotUnderstood> {
        let told = self.told.get(name).copied();
        told.ok_or_else(|| NotUnderstood::new(name, "no such column"))
    }

    fn parameter(&self, name: &str) -> Option<Vec<Value>> {
        let mut given = self.parameters.iter();
        let given = given.find(|(one, _)| *one == name);
        given.map(|(_, value)| vec![Value::text(value)])
    }
}

/// Where something is told that a thing is looked at with.
fn beside(name: &str) -> Option<(usize, Sort)> {
    let place = LOOKED_AT_WITH.iter().position(|one| *one == name)?;
    Some((place, Sort::Number))
}

/// Where a raw value lies.
fn raw(name: &str) -> Option<(usize, Sort)> {
    let mut all = INSTANTS.iter().chain(&NUMBERS).chain(&TEXTS);
    if let Some(place) = all.position(|one| *one == name) {
        let is_text = place >= INSTANTS.len() + NUMBERS.len();
        return Some((place, if is_text { Sort::Text } else { Sort::Number }));
    }
    let place = OF_A_STAY.iter().position(|one| *one == name)?;
    let sort = if place == 0 { Sort::Text } else { Sort::Number };
    Some((raws() - OF_A_STAY.len() + place, sort))
}

/// How many raw values there are.
const fn raws() -> usize {
    INSTANTS.len() + NUMBERS.len() + TEXTS.len() + OF_A_STAY.len()
}

fn parameter(name: &str) -> Option<Vec<Value>> {
    match name {
        "voices" => Some(vec![Value::text(voice::SOURCE)]),
        "negative" => Some(
            NEGATIVE_RESULTS
                .iter()
                .map(|one| Value::text(one))
                .collect(),
        ),
        _ => None,
    }
}

fn statement(text: &str) -> Result<SetExpr, NotUnderstood> {
    let read = Parser::parse_sql(&ClickHouseDialect {}, &parameters_named(text));
    let read = read.map_err(|error| NotUnderstood::new(text, error.to_string()))?;
    match read.into_iter().next() {
        Some(Statement::Query(query)) => Ok(*query.body),
        _ => Err(NotUnderstood::new(text, "no such statement")),
    }
}

/// What the population of cases says of which alerts stand against one.
fn stands(text: &str) -> Result<String, NotUnderstood> {
    let no = || NotUnderstood::new(ALERTED, "it is not in a list of alerts");
    let mut reading = Reading::of(text)?;
    let outermost = reading.selects.first_mut().ok_or_else(no)?;
    let Some(Expr::In {
        target: InTarget::Subquery(subquery),
        ..
    }) = outermost.columns.remove(ALERTED)
    else {
        return Err(no());
    };
    let SetExpr::Select(select) = *subquery.body else {
        return Err(no());
    };
    Ok(select.selection.ok_or_else(no)?.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_cells_count_is_understood() {
        let counting = counting().unwrap();
        for (id, piece) in Plan::get().pieces() {
            assert!(counting.of(piece.over).piece(id).is_some(), "{piece:?}");
        }
        assert!(counting.stands.contains("disposition"), "{counting:?}");
    }

    /// A case with the numbers and texts that are told, all else not known.
    fn raw_of(told: &[(&str, Value)]) -> Vec<Value> {
        let mut values = vec![Value::Null; raws()];
        for (name, value) in told {
            values[raw(name).unwrap().0] = value.clone();
        }
        values
    }

    #[test]
    fn a_state_comes_to_what_the_texts_say() {
        let of_cases = counting().unwrap().of(Over::Cases);
        let case = raw_of(&[
            ("source", Value::text("s")),
            ("opened_at", Value::Number(5_000)),
            ("received_at", Value::Number(4_000)),
            ("ended_at", Value::Number(9_999)),
            ("ending", Value::text("closed")),
            ("promised_due_at", Value::Number(9_000)),
            ("org_code", Value::text("o1")),
        ]);
        let told = of_cases.told(case.clone()).unwrap();
        let of = |name: &str| told[of_cases.told[name].0].clone();
        assert_eq!(of("started"), Value::Number(4_000));
        assert_eq!(of("due"), Value::Number(9_000));
        // To the second.
        assert_eq!(of("finished"), Value::Number(9_000));
        assert_eq!(of("closing"), Value::Number(1));
        assert_eq!(of("org"), Value::text("o1"));
        assert_eq!(of("region"), Value::text(""));
        assert_eq!(of_cases.lasts(&told), Some((4_000, 9_999)));
        // Nothing was told of it but by complaints, or nothing at all.
        let mut voice = case.clone();
        voice[raw("source").unwrap().0] = Value::text(voice::SOURCE);
        assert_eq!(of_cases.told(voice), None);
        let mut nothing = case;
        nothing[raw("opened_at").unwrap().0] = Value::Null;
        assert_eq!(of_cases.told(nothing), None);
    }

    #[test]
    fn a_stay_is_over_when_it_or_its_case_is() {
        let of_stays = counting().unwrap().of(Over::Steps);
        let stay = |own: Value, of_case: Value| {
            let told = of_stays.told(raw_of(&[
                ("source", Value::text("s")),
                ("opened_at", Value::Number(1)),
                ("region_code", Value::text("510502")),
                ("stay.1", Value::text("review")),
                ("stay.3", Value::Number(10)),
                ("stay.4", own),
                ("ended_at", of_case),
            ]));
            told.unwrap()
        };
        let over = |own: Value, of_case: Value| {
            let told = stay(own, of_case);
            (told[of_stays.told["over"].0].clone(), of_stays.lasts(&told))
        };
        let at = Value::Number;
        assert_eq!(over(at(30), at(20)), (at(20), Some((10, 20))));
        assert_eq!(over(Value::Null, at(20)), (at(20), Some((10, 20))));
        assert_eq!(over(at(5), Value::Null), (at(5), Some((5, 10))));
        let open = over(Value::Null, Value::Null);
        assert_eq!(open, (Value::Null, Some((10, i64::MAX))));
        let told = stay(at(30), Value::Null);
        assert_eq!(told[of_stays.told["step"].0], Value::text("review"));
        assert_eq!(told[of_stays.told["region"].0], Value::text("510502"));
    }
}
