//! The words of a line, and what they stand for.

use mingjing_domain::alert::{Level, Status};
use mingjing_domain::disposition::DispositionState;
use mingjing_domain::event::Value;
use mingjing_domain::text::Text;

/// What was read, or what is wrong.
pub(super) type Read<T> = Result<T, String>;

/// The words of one line, in order.
pub(super) struct Words<'a>(std::iter::Peekable<std::vec::IntoIter<&'a str>>);

impl<'a> Words<'a> {
    pub fn of(line: &'a str) -> Self {
        Words(
            line.split_whitespace()
                .collect::<Vec<_>>()
                .into_iter()
                .peekable(),
        )
    }

    /// The next word, which must be there.
    pub fn next(&mut self, what: &str) -> Read<&'a str> {
        self.0
            .next()
            .ok_or_else(|| format!("{what} is missing at the end"))
    }

    /// The next word, where there is one.
    pub fn more(&mut self) -> Option<&'a str> {
        self.0.next()
    }

    /// The next word, where it is a time of day.
    pub fn time(&mut self) -> Option<&'a str> {
        self.0.next_if(|word| word.contains(':'))
    }

    pub fn is_empty(&mut self) -> bool {
        self.0.peek().is_none()
    }

    /// There must be no more words.
    pub fn end(&mut self) -> Read<()> {
        self.0
            .next()
            .map_or(Ok(()), |word| Err(format!("{word:?} is too much")))
    }
}

/// A setting for the lines that follow; `-` unsets it.
pub(super) fn named(place: &mut Option<String>, words: &mut Words<'_>) -> Read<()> {
    let word = words.next("a name or -")?;
    *place = (word != "-").then(|| word.to_owned());
    words.end()
}

/// The name in `NAME=VALUE`.
pub(super) fn name(pair: &str) -> Read<Text<'static>> {
    let (name, _) = pair
        .split_once('=')
        .ok_or_else(|| format!("write NAME=VALUE, not {pair:?}"))?;
    Ok(Text::from(name.to_owned()))
}

/// What stands behind the equals sign.
pub(super) fn right(pair: &str) -> &str {
    pair.split_once('=').map_or("", |(_, value)| value)
}

/// The value in `NAME=VALUE`, typed by what it looks like.
pub(super) fn attribute(pair: &str) -> Value<'static> {
    let text = right(pair);
    match text {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => text
            .parse()
            .map(Value::Int)
            .or_else(|_| text.parse().map(Value::Float))
            .unwrap_or_else(|_| Value::Text(Text::from(text.to_owned()))),
    }
}

pub(super) fn level_of(code: &str) -> Option<Level> {
    let all = [Level::Review, Level::Notice, Level::Yellow, Level::Red];
    all.into_iter().find(|level| level.code() == code)
}

pub(super) fn state_of(code: &str) -> Option<DispositionState> {
    let all = DispositionState::ALL;
    all.into_iter().find(|state| state.code() == code)
}

pub(super) fn status_of(code: &str) -> Option<Status> {
    let all = [
        Status::Pending,
        Status::Issued,
        Status::Ended,
        Status::Withdrawn,
        Status::Cancelled,
        Status::Review,
    ];
    all.into_iter().find(|status| status.code() == code)
}
