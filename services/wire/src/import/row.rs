//! One entry of a foreign log, cut down to the attributes that the mapping names.
//!
//! Readers fill rows, the plan reads them; neither knows the other's format. A row keeps its buffers, so
//! that a log of any length is read without an allocation per attribute.

use std::collections::HashMap;

/// What the log says a value is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum CellKind {
    /// Text, or nothing said.
    #[default]
    Text,
    Int,
    Float,
    Bool,
    Instant,
}

/// The attributes that a mapping names, each with its slot.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    slots: HashMap<String, usize>,
    names: Vec<String>,
}

impl Names {
    /// The slot of `name`, made where there is none yet.
    pub(super) fn add(&mut self, name: &str) -> usize {
        if let Some(slot) = self.slots.get(name) {
            return *slot;
        }
        self.slots.insert(name.to_owned(), self.names.len());
        self.names.push(name.to_owned());
        self.names.len() - 1
    }

    /// The slot of `name`, where the mapping names it.
    pub(super) fn slot(&self, name: &str) -> Option<usize> {
        self.slots.get(name).copied()
    }

    /// All names, by slot.
    pub(super) fn all(&self) -> &[String] {
        &self.names
    }

    /// A row that can hold every name.
    pub(super) fn row(&self) -> Row {
        Row(vec![Cell::default(); self.names.len()])
    }
}

#[derive(Clone, Debug, Default)]
struct Cell {
    present: bool,
    kind: CellKind,
    text: String,
}

/// The values of one entry, by slot.
#[derive(Clone, Debug, Default)]
pub(super) struct Row(Vec<Cell>);

impl Row {
    /// Nothing is present any more.
    pub(super) fn clear(&mut self) {
        self.0.iter_mut().for_each(|cell| cell.present = false);
    }

    /// Puts a value; of two with the same name the last counts.
    pub(super) fn set(&mut self, slot: usize, kind: CellKind, text: &str) {
        let cell = &mut self.0[slot];
        cell.present = true;
        cell.kind = kind;
        cell.text.clear();
        cell.text.push_str(text);
    }

    /// The value in `slot`, trimmed, if there is one.
    pub(super) fn get(&self, slot: usize) -> Option<(CellKind, &str)> {
        let cell = self.0.get(slot)?;
        cell.present.then(|| (cell.kind, cell.text.trim()))
    }
}
