//! Conditions of the plain kind are what CEL says they are.

use proptest::prelude::*;

use super::*;

const NAMES: [&str; 4] = ["n", "t", "b", "at"];

fn compiled(text: &str) -> Condition {
    let names = NAMES.map(str::to_owned);
    Condition::compile(text, &names, &BTreeMap::new()).unwrap()
}

/// What stands on either side of a comparison: not always of one type.
fn term() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(&NAMES[..]).prop_map(|name| format!("case.{name}")),
        (-2i64..3).prop_map(|n| n.to_string()),
        prop::sample::select(&["'a'", "'b'", "''", "true", "false", "1.5"][..])
            .prop_map(str::to_owned),
    ]
}

fn condition() -> impl Strategy<Value = String> {
    let compared = (term(), prop::sample::select(&OPERATORS[..]), term());
    let atom = prop_oneof![
        compared.prop_map(|(one, operator, other)| format!("{one} {operator} {other}")),
        (term(), prop::collection::vec(term(), 0..3))
            .prop_map(|(one, list)| format!("{one} in [{}]", list.join(", "))),
        prop::sample::select(&NAMES[..]).prop_map(|name| format!("has(case.{name})")),
        Just("case.b".to_owned()),
        Just("true".to_owned()),
    ];
    atom.prop_recursive(3, 12, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|one| format!("!({one})")),
            (inner.clone(), inner.clone()).prop_map(|(one, other)| format!("({one}) && ({other})")),
            (inner.clone(), inner).prop_map(|(one, other)| format!("({one}) || ({other})")),
        ]
    })
}

const OPERATORS: [&str; 6] = ["==", "!=", "<", "<=", ">", ">="];

fn value() -> impl Strategy<Value = Attr> {
    prop_oneof![
        Just(Attr::Unknown),
        (-2i64..3).prop_map(Attr::Int),
        (-2i64..3).prop_map(|ms| Attr::Instant(Timestamp::from_millis(ms))),
        any::<bool>().prop_map(Attr::Bool),
        prop::sample::select(&["a", "b", ""][..]).prop_map(Attr::of_text),
        Just(Attr::Float(1.5)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn what_is_answered_without_cel_is_what_cel_answers(
        text in condition(),
        values in prop::collection::vec(value(), NAMES.len()),
    ) {
        let condition = compiled(&text);
        let plainly = condition.plain.as_ref().and_then(|plain| plain.holds(&values));
        if let Some(plainly) = plainly {
            prop_assert_eq!(Ok(plainly), condition.resolve(values), "{}", text);
        }
    }
}

#[test]
fn usual_conditions_are_plain_and_sums_are_not() {
    for text in [
        "case.n > 300 && !has(case.t)",
        "event.kind in ['paid', 'refunded'] || case.b",
        "case.t == 'direct'",
        "!(case.b) && case.at <= event.occurred_at",
    ] {
        assert!(compiled(text).plain.is_some(), "{text}");
    }
    for text in ["case.n * 2 > 300", "case.t.startsWith('a')"] {
        assert!(compiled(text).plain.is_none(), "{text}");
    }
}
