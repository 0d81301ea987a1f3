//! What a column holds.

/// A column of a sheet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    /// Its heading.
    pub(super) heading: &'static str,
    /// Where its value goes: an entry, or entries inside each other parted by dots.
    pub(super) entry: &'static str,
    pub(super) holds: Holds,
    pub(super) required: bool,
    /// For the help sheet.
    pub(super) help: &'static str,
}

/// How a cell is read.
#[derive(Clone, Copy, Debug)]
pub(super) enum Holds {
    /// Text; a whole number is taken for its digits.
    Text,
    /// Texts, one a line or parted by semicolons.
    Texts,
    /// A day.
    Date,
    /// 是 or 否.
    Truth,
    /// One of these: the word in the cell, and what it stands for.
    Choice(&'static [(&'static str, &'static str)]),
    /// Yuan in the cell, fen in the definition.
    Yuan,
}

impl Column {
    pub(super) const fn new(
        heading: &'static str,
        entry: &'static str,
        holds: Holds,
        help: &'static str,
    ) -> Self {
        Self {
            heading,
            entry,
            holds,
            required: false,
            help,
        }
    }

    pub(super) const fn needed(self) -> Self {
        Self {
            required: true,
            ..self
        }
    }

    /// What may stand in it, in words.
    pub(super) fn form(&self) -> String {
        match self.holds {
            Holds::Text => "文本".into(),
            Holds::Texts => "多项，每行一项或用分号隔开".into(),
            Holds::Date => "日期，如 2026-01-01".into(),
            Holds::Truth => "是 或 否".into(),
            Holds::Choice(words) => {
                let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
                format!("选填：{}", words.join("、"))
            }
            Holds::Yuan => "金额，单位元，最多两位小数".into(),
        }
    }
}
