//! Free conditions in CEL, and the values they see.
//!
//! The names `case.x` and `event.x` are resolved to slots when definitions are compiled, so that a misspelt
//! name is a problem of the definition and never of a running case.

mod plain;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use cel::common::ast::{EntryExpr, Expr, IdedExpr, LiteralValue};
use cel::common::types::{CelBool, CelDouble, CelInt, CelNull, CelString};
use cel::common::value::CowVal;
use cel::context::VariableResolver;
use cel::{Context, Env, Program, Value};
use mingjing_domain::Timestamp;
use mingjing_domain::definitions::Scalar;
use plain::Plain;

/// A value of a declared attribute. Text lies behind a thin pointer: every open case holds its attributes.
#[derive(Clone, Debug, PartialEq, Default)]
pub(crate) enum Attr {
    /// Not known yet.
    #[default]
    Unknown,
    Int(i64),
    Float(f64),
    Bool(bool),
    Instant(Timestamp),
    Text(Arc<String>),
}

impl Attr {
    pub(crate) fn of_text(text: &str) -> Self {
        Attr::Text(Arc::new(text.to_owned()))
    }

    pub(crate) fn text(&self) -> String {
        match self {
            Attr::Unknown => "(unknown)".into(),
            Attr::Int(v) => v.to_string(),
            Attr::Float(v) => v.to_string(),
            Attr::Bool(v) => v.to_string(),
            Attr::Instant(v) => v.to_string(),
            Attr::Text(v) => v.as_str().to_owned(),
        }
    }

    fn to_cel(&self) -> CowVal<'_, '_> {
        match self {
            Attr::Unknown => CowVal::Owned(Box::new(CelNull)),
            Attr::Int(v) => CowVal::Owned(Box::new(CelInt::from(*v))),
            Attr::Float(v) => CowVal::Owned(Box::new(CelDouble::from(*v))),
            Attr::Bool(v) => CowVal::Owned(Box::new(CelBool::from(*v))),
            // Instants compare as milliseconds since the epoch: a whole number is what CEL compares fastest.
            Attr::Instant(v) => CowVal::Owned(Box::new(CelInt::from(v.millis()))),
            Attr::Text(v) => CowVal::Owned(Box::new(CelString::from(v.as_str()))),
        }
    }
}

/// Whose value a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    Case,
    Event,
}

/// What a name in a condition stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Slot {
    /// The declared attribute with this place.
    Attribute(Side, u16),
    /// `case.case_kind`, `case.begun_at` (when it was first applied for, accepted or filed, as early as was told for longer than the allowance), `case.org_code`, `case.region_code`, `case.item_code`; `event.kind`, `event.step`,
    /// `event.actor`, `event.result_code`, `event.org_code`, `event.occurred_at` (compared and subtracted as milliseconds); and, only inside `has()`, `event.reason`,
    /// `event.legal_basis`, `event.attachments`.
    BuiltIn(Side, BuiltIn),
    /// `case.files.<kind>`, `event.files.<kind>`, only inside `has()`: whether the event, or for the case it or an earlier one, came with a
    /// file of this kind. The kind's place in its condition.
    File(Side, u16),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum BuiltIn {
    CaseKind,
    Org,
    Region,
    Item,
    Kind,
    Step,
    Actor,
    Result,
    OccurredAt,
    BegunAt,
    Reason,
    Basis,
    Attachments,
}

impl BuiltIn {
    fn named(side: Side, name: &str) -> Option<Self> {
        Some(match (side, name) {
            (Side::Case, "case_kind") => BuiltIn::CaseKind,
            (Side::Case, "item_code") => BuiltIn::Item,
            (_, "org_code") => BuiltIn::Org,
            (_, "region_code") => BuiltIn::Region,
            (Side::Event, "kind") => BuiltIn::Kind,
            (Side::Event, "step") => BuiltIn::Step,
            (Side::Event, "actor") => BuiltIn::Actor,
            (Side::Event, "result_code") => BuiltIn::Result,
            (Side::Event, "occurred_at") => BuiltIn::OccurredAt,
            (Side::Case, "begun_at") => BuiltIn::BegunAt,
            (Side::Event, "reason") => BuiltIn::Reason,
            (Side::Event, "legal_basis") => BuiltIn::Basis,
            (Side::Event, "attachments") => BuiltIn::Attachments,
            _ => return None,
        })
    }

    /// Free text is not kept: only whether there was any.
    fn is_presence(self) -> bool {
        matches!(
            self,
            BuiltIn::Reason | BuiltIn::Basis | BuiltIn::Attachments
        )
    }
}

/// Where a condition's values come from.
pub(crate) trait Values: Sync {
    /// The value of a slot that is no file; `Unknown` where nobody has said it.
    fn value(&self, slot: Slot) -> Attr;

    /// Whether there is a file of a kind.
    fn has_file(&self, side: Side, kind: &str) -> bool;
}

/// A compiled condition.
pub(crate) struct Condition {
    text: String,
    expression: IdedExpr,
    /// The same, where it is of the plain kind.
    plain: Option<Plain>,
    /// Places in the expression (`v0`, `v1` …), with the names they were written as.
    slots: Vec<(Slot, String)>,
    /// Kinds of files that it asks for.
    files: Vec<String>,
    /// Slots whose presence is asked with `has()`: unknown is an answer for them.
    tested: Vec<u16>,
    /// Parameters of its control point that it names, with their values.
    parameters: BTreeMap<String, String>,
}

/// Why a condition could not be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unjudged {
    /// A name had no value yet.
    Unknown(String),
    /// CEL refused, like a text compared with a number.
    Failed(String),
}

impl Condition {
    /// Compiles `text` for a flowchart with these attributes. The error is for the definition's author.
    pub(crate) fn compile(
        text: &str,
        attributes: &[String],
        parameters: &BTreeMap<String, Scalar>,
    ) -> Result<Self, String> {
        let program = Program::compile(text).map_err(|e| {
            let message = e.to_string();
            format!(
                "not a CEL condition: {}",
                message.lines().next().unwrap_or("cannot be read")
            )
        })?;
        let mut condition = Condition {
            text: text.to_owned(),
            expression: program.expression().clone(),
            plain: None,
            slots: Vec::new(),
            files: Vec::new(),
            tested: Vec::new(),
            parameters: BTreeMap::new(),
        };
        let mut expression = condition.expression.clone();
        let names = Names {
            attributes,
            parameters,
        };
        condition.bind(&mut expression, &names)?;
        condition.plain = Plain::of(&expression);
        condition.expression = expression;
        Ok(condition)
    }

    /// The condition as published.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The case attributes it depends on, by place.
    pub(crate) fn case_attributes(&self) -> impl Iterator<Item = u16> + '_ {
        self.slots.iter().filter_map(|(slot, _)| match slot {
            Slot::Attribute(Side::Case, place) => Some(*place),
            _ => None,
        })
    }

    /// Whether it speaks of what the case is, beside its attributes.
    pub(crate) fn uses_built_ins(&self) -> bool {
        self.slots
            .iter()
            .any(|(slot, _)| matches!(slot, Slot::BuiltIn(..) | Slot::File(..)))
    }

    /// The kinds of files of the case that it asks for.
    pub(crate) fn case_files(&self) -> impl Iterator<Item = &str> + '_ {
        self.slots.iter().filter_map(|(slot, _)| match slot {
            Slot::File(Side::Case, kind) => Some(self.files[usize::from(*kind)].as_str()),
            _ => None,
        })
    }

    /// Whether it speaks of the event at hand.
    pub(crate) fn uses_event(&self) -> bool {
        self.slots.iter().any(|(slot, _)| {
            matches!(
                slot,
                Slot::Attribute(Side::Event, _)
                    | Slot::BuiltIn(Side::Event, _)
                    | Slot::File(Side::Event, _)
            )
        })
    }

    /// Whether the condition holds.
    pub(crate) fn holds(&self, values: &dyn Values) -> Result<bool, Unjudged> {
        let mut bound = Vec::with_capacity(self.slots.len());
        for (place, (slot, name)) in self.slots.iter().enumerate() {
            let value = self.value(values, *slot);
            if value == Attr::Unknown && !self.tested.contains(&(place as u16)) {
                return Err(Unjudged::Unknown(name.clone()));
            }
            bound.push(value);
        }
        let plainly = self.plain.as_ref().and_then(|plain| plain.holds(&bound));
        plainly.map_or_else(|| self.resolve(bound), Ok)
    }

    /// Whether it holds with these values by place, as CEL says.
    fn resolve(&self, bound: Vec<Attr>) -> Result<bool, Unjudged> {
        let resolver = Bound(bound);
        let mut context = Context::with_env(environment());
        context.set_variable_resolver(&resolver);
        match context.resolve(&self.expression) {
            Ok(Value::Bool(holds)) => Ok(holds),
            Ok(other) => Err(Unjudged::Failed(format!(
                "the condition gave {:?} where true or false was asked",
                other.type_of()
            ))),
            Err(e) => Err(Unjudged::Failed(e.to_string())),
        }
    }

    /// What each name stood for, for the alert's evidence.
    pub(crate) fn values(&self, values: &dyn Values) -> BTreeMap<String, String> {
        let slots = self.slots.iter();
        slots
            .map(|(slot, name)| (name.clone(), self.value(values, *slot).text()))
            .chain(self.parameters.clone())
            .collect()
    }

    fn value(&self, values: &dyn Values, slot: Slot) -> Attr {
        match slot {
            Slot::File(side, kind) if values.has_file(side, &self.files[usize::from(kind)]) => {
                Attr::Bool(true)
            }
            Slot::File(..) => Attr::Unknown,
            slot => values.value(slot),
        }
    }

    fn bind(&mut self, node: &mut IdedExpr, names: &Names<'_>) -> Result<(), String> {
        if let Some(asked) = FileAsked::of(node) {
            let place = self.file(&asked)?;
            node.expr = Expr::Ident(format!("h{place}"));
            return Ok(());
        }
        if let Expr::Select(select) = &node.expr
            && matches!(&select.operand.expr, Expr::Ident(root) if root == "parameter")
        {
            let value = self.parameter(&select.field, names)?;
            node.expr = Expr::Literal(value);
            return Ok(());
        }
        if let Expr::Select(select) = &node.expr
            && let Expr::Ident(root) = &select.operand.expr
            && let Some(side) = Side::named(root)
        {
            let place = self.slot(side, &select.field, names.attributes)?;
            if let (Slot::BuiltIn(_, what), name) = &self.slots[usize::from(place)]
                && what.is_presence()
                && !select.test
            {
                return Err(format!(
                    "`{name}` can only be asked for: write `has({name})`"
                ));
            }
            node.expr = if select.test {
                self.tested.push(place);
                Expr::Ident(format!("h{place}"))
            } else {
                Expr::Ident(format!("v{place}"))
            };
            return Ok(());
        }
        match &mut node.expr {
            Expr::Ident(name) if name == "case" || name == "event" || name == "parameter" => Err(
                format!("`{name}` is used whole; write `{name}.<attribute>`"),
            ),
            Expr::Ident(name) if is_slot_name(name) || !name.starts_with('@') => Err(format!(
                "unknown name `{name}`; a condition sees `case.<attribute>` and `event.<attribute>`"
            )),
            Expr::Call(call) => {
                if let Some(target) = &mut call.target {
                    self.bind(target, names)?;
                }
                call.args
                    .iter_mut()
                    .try_for_each(|arg| self.bind(arg, names))
            }
            Expr::Select(select) => self.bind(&mut select.operand, names),
            Expr::List(list) => list
                .elements
                .iter_mut()
                .try_for_each(|element| self.bind(element, names)),
            Expr::Map(map) => map
                .entries
                .iter_mut()
                .try_for_each(|entry| match &mut entry.expr {
                    EntryExpr::MapEntry(entry) => {
                        self.bind(&mut entry.key, names)?;
                        self.bind(&mut entry.value, names)
                    }
                    EntryExpr::StructField(field) => self.bind(&mut field.value, names),
                }),
            Expr::Comprehension(_) => {
                Err("loops over lists are not supported in conditions".into())
            }
            Expr::Struct(_) => Err("typed objects are not supported in conditions".into()),
            Expr::Ident(_) | Expr::Unspecified | Expr::Literal(_) => Ok(()),
        }
    }

    /// The value of a parameter, as what it looks like: a number, a truth, else a text.
    fn parameter(&mut self, name: &str, names: &Names<'_>) -> Result<LiteralValue, String> {
        let Some(Scalar(text)) = names.parameters.get(name) else {
            return Err(format!(
                "unknown parameter `{name}`; write it under `with` of the control point"
            ));
        };
        self.parameters
            .insert(format!("parameter.{name}"), text.clone());
        Ok(if let Ok(number) = text.parse::<i64>() {
            LiteralValue::Int(CelInt::from(number))
        } else if let Ok(number) = text.parse::<f64>() {
            LiteralValue::Double(CelDouble::from(number))
        } else if let Ok(truth) = text.parse::<bool>() {
            LiteralValue::Boolean(CelBool::from(truth))
        } else {
            LiteralValue::String(CelString::from(text.clone()))
        })
    }

    fn slot(&mut self, side: Side, field: &str, attributes: &[String]) -> Result<u16, String> {
        let slot = match attributes.iter().position(|name| name == field) {
            Some(place) => Slot::Attribute(side, place as u16),
            None => Slot::BuiltIn(
                side,
                BuiltIn::named(side, field).ok_or_else(|| {
                    let side = side.name();
                    format!(
                        "unknown attribute `{side}.{field}`; declare it under `attributes` of the flowchart"
                    )
                })?,
            ),
        };
        Ok(self.place_of(slot, || format!("{}.{field}", side.name())))
    }

    /// The place of a file that is asked for with `has()`.
    fn file(&mut self, asked: &FileAsked) -> Result<u16, String> {
        let name = format!("{}.files.{}", asked.side.name(), asked.kind);
        if !asked.tested {
            return Err(format!(
                "`{name}` can only be asked for: write `has({name})`"
            ));
        }
        let known = self.files.iter().position(|kind| *kind == asked.kind);
        let kind = known.unwrap_or_else(|| {
            self.files.push(asked.kind.clone());
            self.files.len() - 1
        });
        let place = self.place_of(Slot::File(asked.side, kind as u16), || name);
        self.tested.push(place);
        Ok(place)
    }

    fn place_of(&mut self, slot: Slot, name: impl FnOnce() -> String) -> u16 {
        let known = self.slots.iter().position(|(known, _)| *known == slot);
        known.unwrap_or_else(|| {
            self.slots.push((slot, name()));
            self.slots.len() - 1
        }) as u16
    }
}

impl Side {
    fn named(name: &str) -> Option<Self> {
        match name {
            "case" => Some(Side::Case),
            "event" => Some(Side::Event),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Side::Case => "case",
            Side::Event => "event",
        }
    }
}

/// `case.files.<kind>` or `event.files.<kind>`.
struct FileAsked {
    side: Side,
    kind: String,
    /// With `has()`.
    tested: bool,
}

impl FileAsked {
    fn of(node: &IdedExpr) -> Option<Self> {
        let Expr::Select(kind) = &node.expr else {
            return None;
        };
        let Expr::Select(files) = &kind.operand.expr else {
            return None;
        };
        let Expr::Ident(root) = &files.operand.expr else {
            return None;
        };
        let side = Side::named(root).filter(|_| files.field == "files")?;
        Some(FileAsked {
            side,
            kind: kind.field.clone(),
            tested: kind.test,
        })
    }
}

/// What names in a condition may stand for.
struct Names<'a> {
    attributes: &'a [String],
    parameters: &'a BTreeMap<String, Scalar>,
}

fn is_slot_name(name: &str) -> bool {
    name.strip_prefix(['v', 'h'])
        .is_some_and(|n| n.parse::<u16>().is_ok())
}

struct Bound(Vec<Attr>);

impl VariableResolver for Bound {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        let (what, place) = variable.split_at_checked(1)?;
        let value = self.0.get(place.parse::<usize>().ok()?)?;
        Some(match what {
            "h" => LiteralValue::Boolean(CelBool::from(*value != Attr::Unknown)).to_owned_val(),
            // What nobody said equals nothing, and differs from nothing: whatever needs it cannot be judged.
            _ if *value == Attr::Unknown => return None,
            _ => value.to_cel(),
        })
    }
}

trait ToOwnedVal {
    fn to_owned_val<'a>(self) -> CowVal<'a, 'a>;
}

impl ToOwnedVal for LiteralValue {
    fn to_owned_val<'a>(self) -> CowVal<'a, 'a> {
        match self {
            LiteralValue::Boolean(b) => CowVal::Owned(Box::new(b)),
            _ => CowVal::Owned(Box::new(CelNull)),
        }
    }
}

fn environment() -> Arc<Env> {
    use std::sync::OnceLock;
    static ENVIRONMENT: OnceLock<Arc<Env>> = OnceLock::new();
    ENVIRONMENT.get_or_init(|| Arc::new(Env::stdlib())).clone()
}
