//! Conditions of the plain kind, answered without CEL: truths, comparisons of a name with a literal, `in` a list of literals, and what
//! `!`, `&&` and `||` make of them.
//!
//! Nearly all published conditions are such, and they are asked at every event. What this cannot answer (other forms, a name nobody has
//! said, values of two types) CEL answers: the two never differ, which a property test holds them to.

use cel::common::ast::{Expr, IdedExpr, LiteralValue, operators};

use super::Attr;

/// A condition of the plain kind.
#[derive(Debug)]
pub(super) enum Plain {
    Const(bool),
    /// The value at a place is a truth, and true.
    Truth(usize),
    /// Somebody has said the value at a place.
    Said(usize),
    Not(Box<Plain>),
    And(Box<Plain>, Box<Plain>),
    Or(Box<Plain>, Box<Plain>),
    Compare(Operator, Term, Term),
    In(Term, Vec<Term>),
}

/// What is compared.
#[derive(Debug)]
pub(super) enum Term {
    Slot(usize),
    Int(i64),
    Bool(bool),
    Text(String),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Operator {
    Equals,
    Differs,
    Less,
    LessOrEquals,
    Greater,
    GreaterOrEquals,
}

/// A value, of one of the types that are compared here.
#[derive(Clone, Copy)]
enum Value<'a> {
    Int(i64),
    Bool(bool),
    Text(&'a str),
}

impl Plain {
    /// The plain form of an expression whose names are bound to places; none where it has no such form.
    pub(super) fn of(node: &IdedExpr) -> Option<Self> {
        let call = match &node.expr {
            Expr::Literal(LiteralValue::Boolean(truth)) => return Some(Plain::Const(**truth)),
            Expr::Ident(name) => {
                let place = name.get(1..)?.parse().ok()?;
                return match name.as_bytes()[0] {
                    b'v' => Some(Plain::Truth(place)),
                    b'h' => Some(Plain::Said(place)),
                    _ => None,
                };
            }
            Expr::Call(call) if call.target.is_none() => call,
            _ => return None,
        };
        match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::LOGICAL_NOT, [one]) => Some(Plain::Not(Box::new(Plain::of(one)?))),
            (operators::LOGICAL_AND, [one, other]) => {
                let (one, other) = (Plain::of(one)?, Plain::of(other)?);
                Some(Plain::And(Box::new(one), Box::new(other)))
            }
            (operators::LOGICAL_OR, [one, other]) => {
                let (one, other) = (Plain::of(one)?, Plain::of(other)?);
                Some(Plain::Or(Box::new(one), Box::new(other)))
            }
            (operators::IN, [one, list]) => {
                let Expr::List(list) = &list.expr else {
                    return None;
                };
                let listed: Option<Vec<Term>> = list.elements.iter().map(Term::of).collect();
                Some(Plain::In(Term::of(one)?, listed?))
            }
            (name, [one, other]) => {
                let operator = Operator::named(name)?;
                Some(Plain::Compare(operator, Term::of(one)?, Term::of(other)?))
            }
            _ => None,
        }
    }

    /// Whether it holds with these values by place; none where only CEL can say.
    pub(super) fn holds(&self, values: &[Attr]) -> Option<bool> {
        match self {
            Plain::Const(truth) => Some(*truth),
            Plain::Truth(place) => match values.get(*place)? {
                Attr::Bool(truth) => Some(*truth),
                _ => None,
            },
            Plain::Said(place) => Some(*values.get(*place)? != Attr::Unknown),
            Plain::Not(plain) => Some(!plain.holds(values)?),
            Plain::And(one, other) => Some(one.holds(values)? && other.holds(values)?),
            Plain::Or(one, other) => Some(one.holds(values)? || other.holds(values)?),
            Plain::Compare(operator, one, other) => {
                operator.holds(one.value(values)?, other.value(values)?)
            }
            Plain::In(one, listed) => {
                let one = one.value(values)?;
                let mut found = false;
                for term in listed {
                    found |= Operator::Equals.holds(one, term.value(values)?)?;
                }
                Some(found)
            }
        }
    }
}

impl Term {
    fn of(node: &IdedExpr) -> Option<Self> {
        match &node.expr {
            Expr::Ident(name) => Some(Term::Slot(name.strip_prefix('v')?.parse().ok()?)),
            Expr::Literal(LiteralValue::Int(number)) => Some(Term::Int(**number)),
            Expr::Literal(LiteralValue::Boolean(truth)) => Some(Term::Bool(**truth)),
            Expr::Literal(LiteralValue::String(text)) => Some(Term::Text(text.inner().to_owned())),
            _ => None,
        }
    }

    fn value<'a>(&'a self, values: &'a [Attr]) -> Option<Value<'a>> {
        Some(match self {
            Term::Int(number) => Value::Int(*number),
            Term::Bool(truth) => Value::Bool(*truth),
            Term::Text(text) => Value::Text(text),
            Term::Slot(place) => match values.get(*place)? {
                Attr::Int(number) => Value::Int(*number),
                Attr::Instant(at) => Value::Int(at.millis()),
                Attr::Bool(truth) => Value::Bool(*truth),
                Attr::Text(text) => Value::Text(text),
                Attr::Float(_) | Attr::Unknown => return None,
            },
        })
    }
}

impl Operator {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            operators::EQUALS => Operator::Equals,
            operators::NOT_EQUALS => Operator::Differs,
            operators::LESS => Operator::Less,
            operators::LESS_EQUALS => Operator::LessOrEquals,
            operators::GREATER => Operator::Greater,
            operators::GREATER_EQUALS => Operator::GreaterOrEquals,
            _ => return None,
        })
    }

    /// Of two values of one type; which of two truths or texts is greater is left to CEL.
    fn holds(self, one: Value<'_>, other: Value<'_>) -> Option<bool> {
        let equal = match (one, other) {
            (Value::Int(one), Value::Int(other)) => {
                return Some(match self {
                    Operator::Equals => one == other,
                    Operator::Differs => one != other,
                    Operator::Less => one < other,
                    Operator::LessOrEquals => one <= other,
                    Operator::Greater => one > other,
                    Operator::GreaterOrEquals => one >= other,
                });
            }
            (Value::Bool(one), Value::Bool(other)) => one == other,
            (Value::Text(one), Value::Text(other)) => one == other,
            _ => return None,
        };
        match self {
            Operator::Equals => Some(equal),
            Operator::Differs => Some(!equal),
            _ => None,
        }
    }
}
