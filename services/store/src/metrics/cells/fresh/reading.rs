//! The dictionary's expressions of SQL, read as formulas.
//!
//! Only what the dictionary uses is understood. Whatever else is met is told when an expression is read, never when it is worked out.

use sqlparser::ast::{
    AccessExpr, BinaryOperator, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, InTarget,
    ObjectNamePart, UnaryOperator, Value as Literal,
};
use sqlparser::dialect::ClickHouseDialect;
use sqlparser::parser::Parser;

use super::formula::{Compared, Formula, Function, Value};

/// What a formula comes to, whatever it is worked out over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Number,
    Text,
}

/// An expression that the program does not work out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}`: {why}")]
pub(crate) struct NotUnderstood {
    pub(super) text: String,
    pub(super) why: String,
}

impl NotUnderstood {
    pub(super) fn new(text: impl ToString, why: impl Into<String>) -> Self {
        Self {
            text: text.to_string(),
            why: why.into(),
        }
    }
}

/// What the names in a formula stand for.
pub(super) trait Names {
    /// The place of a column's value, and its sort. A part of a tuple has a point in its name, and its number.
    fn column(&mut self, name: &str) -> Result<(usize, Sort), NotUnderstood>;

    /// The values of a parameter, of which a list has any number.
    fn parameter(&self, name: &str) -> Option<Vec<Value>>;
}

impl Formula {
    /// Reads an expression.
    pub(super) fn read(text: &str, names: &mut dyn Names) -> Result<(Self, Sort), NotUnderstood> {
        let no =
            |error: sqlparser::parser::ParserError| NotUnderstood::new(text, error.to_string());
        let parameters_named = parameters_named(text);
        let parser = Parser::new(&ClickHouseDialect {});
        let mut parser = parser.try_with_sql(&parameters_named).map_err(no)?;
        let expression = parser.parse_expr().map_err(no)?;
        match parser.peek_token_ref().token == sqlparser::tokenizer::Token::EOF {
            true => Self::of(&expression, names),
            false => Err(NotUnderstood::new(text, "it goes on after its end")),
        }
    }

    /// An expression that was read as part of a statement.
    pub(super) fn of(
        expression: &Expr,
        names: &mut dyn Names,
    ) -> Result<(Self, Sort), NotUnderstood> {
        let no = |why: &str| NotUnderstood::new(expression, why);
        match expression {
            Expr::Nested(inner) => Self::of(inner, names),
            Expr::Identifier(name) => match parameter_of(&name.value) {
                Some(parameter) => {
                    let values = names.parameter(parameter);
                    let values = values.ok_or_else(|| no("no such parameter"))?;
                    match values.as_slice() {
                        [one] => Ok((Self::Just(one.clone()), sort_of(one))),
                        _ => Err(no("a list stands where one value does")),
                    }
                }
                None => column(&name.value, names),
            },
            Expr::CompoundFieldAccess { root, access_chain } => {
                match (&**root, access_chain.as_slice()) {
                    (Expr::Identifier(whole), [AccessExpr::Dot(part)]) => {
                        column(&format!("{}.{part}", whole.value), names)
                    }
                    _ => Err(no("no such part of a column")),
                }
            }
            Expr::Value(value) => {
                let value = literal(&value.value).ok_or_else(|| no("no such literal"))?;
                let sort = sort_of(&value);
                Ok((Self::Just(value), sort))
            }
            Expr::UnaryOp {
                op: UnaryOperator::Not,
                expr,
            } => Ok((Self::Not(Box::new(number(expr, names)?)), Sort::Number)),
            Expr::UnaryOp {
                op: UnaryOperator::Minus,
                expr,
            } => {
                let of = vec![Self::Just(Value::Number(0)), number(expr, names)?];
                Ok((Self::Call(Function::Minus, of), Sort::Number))
            }
            Expr::IsNull(inner) => {
                let inner = Box::new(Self::of(inner, names)?.0);
                Ok((Self::IsNull(inner), Sort::Number))
            }
            Expr::IsNotNull(inner) => {
                let inner = Self::IsNull(Box::new(Self::of(inner, names)?.0));
                Ok((Self::Not(Box::new(inner)), Sort::Number))
            }
            Expr::In {
                expr,
                target: InTarget::List(list),
                negated,
                ..
            } => {
                let (one, sort) = Self::of(expr, names)?;
                let mut values = Vec::new();
                for value in list {
                    match Self::of(value, names)? {
                        (Self::Just(value), of) if of == sort => values.push(value),
                        _ => return Err(no("a list holds values of one sort")),
                    }
                }
                let found = Self::OneOf(Box::new(one), values);
                Ok((negated_if(*negated, found), Sort::Number))
            }
            Expr::BinaryOp { left, op, right } => {
                binary(expression, left, op, right, names).map(|formula| (formula, Sort::Number))
            }
            Expr::Function(function) => {
                let [ObjectNamePart::Identifier(name)] = function.name.0.as_slice() else {
                    return Err(no("no such function"));
                };
                let FunctionArguments::List(arguments) = &function.args else {
                    return Err(no("a function without arguments"));
                };
                let mut given = Vec::new();
                for argument in &arguments.args {
                    match argument {
                        FunctionArg::Unnamed(FunctionArgExpr::Expr(argument)) => {
                            given.push(argument);
                        }
                        _ => return Err(no("an argument that is no expression")),
                    }
                }
                call(expression, &name.value, &given, names)
            }
            _ => Err(no("no such expression")),
        }
    }
}

const fn sort_of(value: &Value) -> Sort {
    match value {
        Value::Text(_) => Sort::Text,
        Value::Null | Value::Number(_) => Sort::Number,
    }
}

fn negated_if(negated: bool, formula: Formula) -> Formula {
    match negated {
        true => Formula::Not(Box::new(formula)),
        false => formula,
    }
}

fn column(name: &str, names: &mut dyn Names) -> Result<(Formula, Sort), NotUnderstood> {
    let (place, sort) = names.column(name)?;
    Ok((Formula::Column(place), sort))
}

fn literal(value: &Literal) -> Option<Value> {
    match value {
        Literal::Number(digits, _) => digits.parse().ok().map(Value::Number),
        Literal::SingleQuotedString(text) => Some(Value::text(text)),
        _ => None,
    }
}

/// An expression that is a number.
fn number(expression: &Expr, names: &mut dyn Names) -> Result<Formula, NotUnderstood> {
    match Formula::of(expression, names)? {
        (formula, Sort::Number) => Ok(formula),
        (_, Sort::Text) => Err(NotUnderstood::new(
            expression,
            "a text, where a number stands",
        )),
    }
}

/// An expression that is a text.
fn text(expression: &Expr, names: &mut dyn Names) -> Result<Formula, NotUnderstood> {
    match Formula::of(expression, names)? {
        (formula, Sort::Text) => Ok(formula),
        (_, Sort::Number) => Err(NotUnderstood::new(
            expression,
            "a number, where a text stands",
        )),
    }
}

fn binary(
    whole: &Expr,
    left: &Expr,
    op: &BinaryOperator,
    right: &Expr,
    names: &mut dyn Names,
) -> Result<Formula, NotUnderstood> {
    let compared = |how: Compared, names: &mut dyn Names| {
        let (left, of) = Formula::of(left, names)?;
        let (right, to) = Formula::of(right, names)?;
        match of == to {
            true => Ok(Formula::Compare(how, Box::new([left, right]))),
            false => Err(NotUnderstood::new(
                whole,
                "a text is compared with a number",
            )),
        }
    };
    let both = |names: &mut dyn Names| Ok(vec![number(left, names)?, number(right, names)?]);
    match op {
        BinaryOperator::And => both(names).map(Formula::And),
        BinaryOperator::Or => both(names).map(Formula::Or),
        BinaryOperator::Plus => both(names).map(|of| Formula::Call(Function::Plus, of)),
        BinaryOperator::Minus => both(names).map(|of| Formula::Call(Function::Minus, of)),
        BinaryOperator::Multiply => both(names).map(|of| Formula::Call(Function::Times, of)),
        BinaryOperator::Eq => compared(Compared::Equal, names),
        BinaryOperator::NotEq => compared(Compared::NotEqual, names),
        BinaryOperator::Lt => compared(Compared::Less, names),
        BinaryOperator::LtEq => compared(Compared::LessOrEqual, names),
        BinaryOperator::Gt => compared(Compared::Greater, names),
        BinaryOperator::GtEq => compared(Compared::GreaterOrEqual, names),
        _ => Err(NotUnderstood::new(whole, "no such operator")),
    }
}

fn call(
    whole: &Expr,
    name: &str,
    given: &[&Expr],
    names: &mut dyn Names,
) -> Result<(Formula, Sort), NotUnderstood> {
    match (name, given) {
        // What the value is does not change by them.
        ("toUnixTimestamp64Milli" | "toInt64" | "toNullable" | "assumeNotNull", [one]) => {
            Ok((number(one, names)?, Sort::Number))
        }
        ("intDiv", [left, right]) => {
            let of = vec![number(left, names)?, number(right, names)?];
            Ok((Formula::Call(Function::IntDiv, of), Sort::Number))
        }
        ("if", [condition, so, otherwise]) => {
            let condition = number(condition, names)?;
            let (so, sort) = Formula::of(so, names)?;
            let (otherwise, other) = Formula::of(otherwise, names)?;
            match sort == other {
                true => Ok((
                    Formula::Call(Function::If, vec![condition, so, otherwise]),
                    sort,
                )),
                false => Err(NotUnderstood::new(whole, "a text or a number")),
            }
        }
        ("ifNull" | "coalesce" | "least" | "greatest", [first, ..]) => {
            let (_, sort) = Formula::of(first, names)?;
            let mut of = Vec::new();
            for one in given {
                of.push(match sort {
                    Sort::Number => number(one, names)?,
                    Sort::Text => text(one, names)?,
                });
            }
            let function = match name {
                "least" => Function::Least,
                "greatest" => Function::Greatest,
                _ => Function::Coalesce,
            };
            Ok((Formula::Call(function, of), sort))
        }
        ("startsWith", [whole, part]) => {
            let of = vec![text(whole, names)?, text(part, names)?];
            Ok((Formula::Call(Function::StartsWith, of), Sort::Number))
        }
        ("substringUTF8", [whole, from, length]) => {
            let of = vec![
                text(whole, names)?,
                number(from, names)?,
                number(length, names)?,
            ];
            Ok((Formula::Call(Function::Substring, of), Sort::Text))
        }
        ("rightPadUTF8", [whole, length, with]) => {
            let of = vec![
                text(whole, names)?,
                number(length, names)?,
                text(with, names)?,
            ];
            Ok((Formula::Call(Function::RightPad, of), Sort::Text))
        }
        ("has", [Expr::Identifier(list), one]) => {
            let values = parameter_of(&list.value).and_then(|name| names.parameter(name));
            let values = values.ok_or_else(|| NotUnderstood::new(whole, "no such list"))?;
            // Unlike `IN`, it is known of what is not known: that is in no list.
            let one = Formula::OneOf(Box::new(text(one, names)?), values);
            let of = vec![one, Formula::Just(Value::truth(false))];
            Ok((Formula::Call(Function::Coalesce, of), Sort::Number))
        }
        _ => Err(NotUnderstood::new(whole, "no such function")),
    }
}

/// What a name begins with that stands for a parameter.
const PARAMETER: &str = "parameter_";

fn parameter_of(name: &str) -> Option<&str> {
    name.strip_prefix(PARAMETER)
}

/// A statement with names in the place of its parameters, which are ClickHouse's own: `{name:Type}`.
pub(super) fn parameters_named(sql: &str) -> String {
    let mut named = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some((before, after)) = rest.split_once('{') {
        named.push_str(before);
        let (parameter, beyond) = after.split_once('}').unwrap_or((after, ""));
        let name = parameter
            .split_once(':')
            .map_or(parameter, |(name, _)| name);
        named.push_str(PARAMETER);
        named.push_str(name);
        rest = beyond;
    }
    named.push_str(rest);
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two numbers, two texts, and one that is never known.
    struct Few;

    impl Names for Few {
        fn column(&mut self, name: &str) -> Result<(usize, Sort), NotUnderstood> {
            match name {
                "seven" => Ok((0, Sort::Number)),
                "none" => Ok((1, Sort::Number)),
                "code" => Ok((2, Sort::Text)),
                "stay.1" => Ok((3, Sort::Text)),
                _ => Err(NotUnderstood::new(name, "no such column")),
            }
        }

        fn parameter(&self, name: &str) -> Option<Vec<Value>> {
            match name {
                "one" => Some(vec![Value::text("510502")]),
                "list" => Some(vec![Value::text("a"), Value::text("510502001")]),
                _ => None,
            }
        }
    }

    fn row() -> Vec<Value> {
        vec![
            Value::Number(7),
            Value::Null,
            Value::text("510502001"),
            Value::text("accept"),
        ]
    }

    #[test]
    fn a_formula_comes_to_what_clickhouse_makes_of_it() {
        for (text, wanted) in [
            ("1", Value::Number(1)),
            ("'it''s'", Value::text("it's")),
            ("seven * 2 - 1 + 0", Value::Number(13)),
            ("-seven", Value::Number(-7)),
            ("none + 1", Value::Null),
            ("intDiv(-seven, 2)", Value::Number(-3)),
            ("intDiv(seven, 0)", Value::Null),
            ("seven > 6 AND seven <= 7", Value::Number(1)),
            ("seven != 7", Value::Number(0)),
            // What is not known decides nothing, and hinders nothing that is decided.
            ("none > 1", Value::Null),
            ("NOT (none > 1)", Value::Null),
            ("none > 1 AND seven > 7", Value::Number(0)),
            ("none > 1 AND seven = 7", Value::Null),
            ("none > 1 OR seven = 7", Value::Number(1)),
            ("none > 1 OR seven > 7", Value::Null),
            ("none IS NULL AND seven IS NOT NULL", Value::Number(1)),
            ("ifNull(none, seven)", Value::Number(7)),
            ("coalesce(none, none, 3)", Value::Number(3)),
            ("least(seven, ifNull(none, 8), 9)", Value::Number(7)),
            ("greatest(seven, none)", Value::Number(7)),
            ("if(none > 1, 1, 1440)", Value::Number(1440)),
            (
                "if(code = '', '', rightPadUTF8(substringUTF8(code, 1, 4), 6, '0'))",
                Value::text("510500"),
            ),
            ("substringUTF8(code, 7, 12)", Value::text("001")),
            ("substringUTF8('a泸州市', 2, 2)", Value::text("泸州")),
            ("rightPadUTF8('泸州', 4, '0')", Value::text("泸州00")),
            ("rightPadUTF8('泸州市', 2, '0')", Value::text("泸州")),
            ("startsWith(code, {one:String})", Value::Number(1)),
            ("(code) = {one:String}", Value::Number(0)),
            ("code IN ('a', '510502001')", Value::Number(1)),
            ("code NOT IN ('a')", Value::Number(1)),
            ("none IN (1, 2)", Value::Null),
            ("has({list:Array(String)}, code)", Value::Number(1)),
            ("stay.1 = 'accept'", Value::Number(1)),
            (
                "toInt64(toUnixTimestamp64Milli(assumeNotNull(seven)))",
                Value::Number(7),
            ),
        ] {
            let (formula, _) = Formula::read(text, &mut Few).unwrap();
            assert_eq!(formula.over(&row()), wanted, "{text}");
        }
    }

    #[test]
    fn what_is_not_understood_is_told_when_it_is_read() {
        for (text, why) in [
            ("nobody > 1", "no such column"),
            ("code > 1", "compared"),
            ("code AND 1", "a text"),
            ("median(seven)", "no such function"),
            ("seven / 2", "no such operator"),
            ("startsWith(code, {two:String})", "no such parameter"),
            ("code = {list:Array(String)}", "a list"),
            ("code IN (SELECT 1)", "no such expression"),
            ("seven seven", "goes on"),
            ("1.5", "no such literal"),
            ("if(seven = 7, code, 0)", "a text or a number"),
        ] {
            let error = Formula::read(text, &mut Few).unwrap_err();
            assert!(error.to_string().contains(why), "{text}: {error}");
        }
    }
}
