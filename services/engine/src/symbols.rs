//! Short numbers for what repeats over cases: steps, officers, bodies, results, and combinations of them.

use std::hash::Hash;

use rustc_hash::FxHashMap;

/// A text's number; 0 is the empty text.
pub(crate) type Symbol = u32;

/// Texts by number and numbers by text. Grows with distinct texts only; numbers never leave the process.
#[derive(Default)]
pub(crate) struct Symbols {
    texts: Vec<Box<str>>,
    numbers: FxHashMap<Box<str>, Symbol>,
}

impl Symbols {
    /// A table that knows the empty text as 0.
    pub(crate) fn new() -> Self {
        let mut symbols = Self::default();
        symbols.intern("");
        symbols
    }

    /// The number of `text`, given now if it is new.
    pub(crate) fn intern(&mut self, text: &str) -> Symbol {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = self.texts.len() as Symbol;
        self.texts.push(text.into());
        self.numbers.insert(text.into(), number);
        number
    }

    /// The number of `text` as a code of 16 bits. When a source has sent more distinct codes than that, all
    /// further ones share one number, whose text says so.
    pub(crate) fn intern_code(&mut self, text: &str) -> u16 {
        let full = self.texts.len() >= usize::from(u16::MAX);
        let text = if full && !self.numbers.contains_key(text) {
            "(too many codes)"
        } else {
            text
        };
        self.intern(text).min(u32::from(u16::MAX)) as u16
    }

    /// The number of `text`, if it has one.
    pub(crate) fn find(&self, text: &str) -> Option<Symbol> {
        self.numbers.get(text).copied()
    }

    /// The text with this number.
    pub(crate) fn text(&self, number: Symbol) -> &str {
        &self.texts[number as usize]
    }

    /// The text with this number, none for the empty text.
    pub(crate) fn option(&self, number: Symbol) -> Option<&str> {
        (number != 0).then(|| self.text(number))
    }

    /// Every text, by number.
    pub(crate) fn all(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(|t| &**t)
    }
}

/// Values by number and numbers by value. Grows with distinct values only.
pub(crate) struct Numbered<T> {
    values: Vec<T>,
    numbers: FxHashMap<T, u32>,
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Numbered {
            values: Vec::new(),
            numbers: FxHashMap::default(),
        }
    }
}

impl<T: Copy + Eq + Hash> Numbered<T> {
    /// The number of `value`, given now if it is new.
    pub(crate) fn number(&mut self, value: T) -> u32 {
        let next = self.values.len() as u32;
        let number = *self.numbers.entry(value).or_insert(next);
        if number == next {
            self.values.push(value);
        }
        number
    }

    /// Every value, by number.
    pub(crate) fn all(&self) -> &[T] {
        &self.values
    }
}
