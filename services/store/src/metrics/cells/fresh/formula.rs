//! Formulas: expressions whose names have places, worked out as ClickHouse works them out.

use std::sync::Arc;

/// What a column or a formula comes to. Truth is 1 or 0, instants are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Value {
    Null,
    Number(i64),
    Text(Arc<str>),
}

impl Value {
    pub(super) fn text(text: &str) -> Self {
        Value::Text(text.into())
    }

    pub(super) const fn truth(holds: bool) -> Self {
        Value::Number(holds as i64)
    }

    /// What a condition comes to; none: it is not known.
    const fn known(&self) -> Option<bool> {
        match self {
            Value::Null => None,
            Value::Number(number) => Some(*number != 0),
            Value::Text(_) => Some(false),
        }
    }

    /// Whether it holds. What is not known does not.
    pub(super) const fn holds(&self) -> bool {
        matches!(self.known(), Some(true))
    }

    pub(super) const fn number(&self) -> Option<i64> {
        match self {
            Value::Number(number) => Some(*number),
            Value::Null | Value::Text(_) => None,
        }
    }

    /// What it says, where it is a text.
    fn said(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            Value::Null | Value::Number(_) => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compared {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    /// The first of them that is known.
    Coalesce,
    If,
    IntDiv,
    Plus,
    Minus,
    Times,
    Least,
    Greatest,
    StartsWith,
    Substring,
    RightPad,
}

/// An expression whose names have places.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Formula {
    Just(Value),
    Column(usize),
    Not(Box<Formula>),
    And(Vec<Formula>),
    Or(Vec<Formula>),
    IsNull(Box<Formula>),
    Compare(Compared, Box<[Formula; 2]>),
    OneOf(Box<Formula>, Vec<Value>),
    Call(Function, Vec<Formula>),
}

impl Formula {
    /// What it comes to over these values, by their places.
    pub(super) fn over(&self, row: &[Value]) -> Value {
        match self {
            Self::Just(value) => value.clone(),
            Self::Column(place) => row.get(*place).cloned().unwrap_or(Value::Null),
            Self::Not(inner) => match inner.known_over(row) {
                None => Value::Null,
                Some(holds) => Value::truth(!holds),
            },
            Self::And(_) | Self::Or(_) => match self.known_over(row) {
                None => Value::Null,
                Some(holds) => Value::truth(holds),
            },
            Self::IsNull(inner) => Value::truth(inner.over(row) == Value::Null),
            Self::Compare(how, sides) => {
                let [left, right] = sides.each_ref().map(|side| side.over(row));
                match (&left, &right) {
                    (Value::Null, _) | (_, Value::Null) => Value::Null,
                    _ => Value::truth(how.holds(&left, &right)),
                }
            }
            Self::OneOf(one, values) => match one.over(row) {
                Value::Null => Value::Null,
                one => Value::truth(values.contains(&one)),
            },
            Self::Call(function, of) => function.of(of, row),
        }
    }

    /// What it comes to as a condition; none: it is not known.
    fn known_over(&self, row: &[Value]) -> Option<bool> {
        // Of several, one that decides does so whatever is not known of the others.
        let decided = |parts: &[Formula], by: bool| {
            let mut known = true;
            for part in parts {
                match part.known_over(row) {
                    Some(holds) if holds == by => return Some(by),
                    Some(_) => {}
                    None => known = false,
                }
            }
            known.then_some(!by)
        };
        match self {
            Self::And(parts) => decided(parts, false),
            Self::Or(parts) => decided(parts, true),
            _ => self.over(row).known(),
        }
    }
}

impl Compared {
    fn holds(self, left: &Value, right: &Value) -> bool {
        match self {
            Compared::Equal => left == right,
            Compared::NotEqual => left != right,
            Compared::Less => left < right,
            Compared::LessOrEqual => left <= right,
            Compared::Greater => left > right,
            Compared::GreaterOrEqual => left >= right,
        }
    }
}

impl Function {
    fn of(self, given: &[Formula], row: &[Value]) -> Value {
        if self == Function::Coalesce {
            let mut known = given.iter().map(|one| one.over(row));
            return known.find(|one| *one != Value::Null).unwrap_or(Value::Null);
        }
        if self == Function::If {
            let [condition, so, otherwise] = given else {
                return Value::Null;
            };
            return match condition.known_over(row) {
                Some(true) => so.over(row),
                Some(false) | None => otherwise.over(row),
            };
        }
        let given: Vec<Value> = given.iter().map(|one| one.over(row)).collect();
        // The least and the greatest are those of what is known.
        match self {
            Function::Least => return known(&given).min().cloned().unwrap_or(Value::Null),
            Function::Greatest => return known(&given).max().cloned().unwrap_or(Value::Null),
            _ => {}
        }
        if given.contains(&Value::Null) {
            return Value::Null;
        }
        self.of_known(&given).unwrap_or(Value::Null)
    }

    /// As ClickHouse has it: what is too great begins anew, and what is divided is cut off towards zero.
    fn of_known(self, given: &[Value]) -> Option<Value> {
        let number = |n: usize| given.get(n).and_then(Value::number);
        let value = match self {
            Function::IntDiv => Value::Number(number(0)?.checked_div(number(1)?)?),
            Function::Plus => Value::Number(number(0)?.wrapping_add(number(1)?)),
            Function::Minus => Value::Number(number(0)?.wrapping_sub(number(1)?)),
            Function::Times => Value::Number(number(0)?.wrapping_mul(number(1)?)),
            Function::StartsWith => {
                Value::truth(given.first()?.said()?.starts_with(given.get(1)?.said()?))
            }
            Function::Substring => {
                let from = usize::try_from(number(1)?.checked_sub(1)?).ok()?;
                let length = usize::try_from(number(2)?).ok()?;
                let letters = given.first()?.said()?.chars();
                Value::text(&letters.skip(from).take(length).collect::<String>())
            }
            Function::RightPad => {
                let length = usize::try_from(number(1)?).ok()?;
                let with = given.get(2)?.said()?.chars().cycle();
                let letters = given.first()?.said()?.chars().chain(with);
                Value::text(&letters.take(length).collect::<String>())
            }
            Function::Coalesce | Function::If | Function::Least | Function::Greatest => {
                return None;
            }
        };
        Some(value)
    }
}

fn known(values: &[Value]) -> impl Iterator<Item = &Value> {
    values.iter().filter(|one| **one != Value::Null)
}
