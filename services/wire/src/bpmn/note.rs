//! What a model holds that is not, or not wholly, enforced.

use std::fmt;

use crate::refusal::{Position, Words};

/// How far an element of a model is held in supervision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Coverage {
    /// Part of it is enforced.
    Partly,
    /// None of it is.
    NotEnforced,
    /// It says nothing about the course of a case; it is kept in the drawing.
    Kept,
}

impl Coverage {
    /// The field's term.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Coverage::Partly => "部分纳入监察",
            Coverage::NotEnforced => "不纳入监察",
            Coverage::Kept => "仅随图保留",
        }
    }

    /// In English.
    pub const fn name_en(self) -> &'static str {
        match self {
            Coverage::Partly => "enforced in part",
            Coverage::NotEnforced => "not enforced",
            Coverage::Kept => "kept in the drawing only",
        }
    }
}

/// One element, and what it means for supervision that it is not enforced as drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Where it stands.
    pub at: Position,
    /// The element's name in BPMN, like `messageFlow`.
    pub element: String,
    /// Its id, where it has one.
    pub id: Option<String>,
    /// Its name as drawn, on one line.
    pub name: Option<String>,
    /// How far it is held.
    pub coverage: Coverage,
    /// What that means.
    pub meaning: Words,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.at.line, self.at.column, self.element)?;
        if let Some(id) = &self.id {
            write!(f, " {id}")?;
        }
        if let Some(name) = &self.name {
            write!(f, "「{name}」")?;
        }
        let (zh, en) = (self.coverage.name_zh(), self.coverage.name_en());
        write!(f, " {zh}：{}", self.meaning.zh)?;
        write!(f, " ({en}: {})", self.meaning.en)
    }
}
