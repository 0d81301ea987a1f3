//! What is kept of a refused item for the department's technician: its beginning, masked, or nothing.

use mingjing_wire::personal;
use mingjing_wire::rejects::EXCERPT_BYTES_MAX;

use crate::secrecy;

/// Excerpts from one request. Whether anything in it may be secret is found out once, and only if something is refused: a
/// secret paper that was broken over several lines is secret in all of them.
pub(crate) struct Excerpts<'a> {
    body: &'a [u8],
    may_keep: Option<bool>,
}

impl<'a> Excerpts<'a> {
    /// From a request's body.
    pub fn of(body: &'a [u8]) -> Self {
        Self {
            body,
            may_keep: None,
        }
    }

    /// The excerpt of an item; none where it may be secret.
    pub fn take(&mut self, raw: &[u8]) -> Option<String> {
        let may_keep = *self
            .may_keep
            .get_or_insert_with(|| !secrecy::suspected(self.body));
        (may_keep && !raw.is_empty()).then(|| cut(raw))
    }
}

/// The beginning, cut where no number is cut in two: what is left of a number could not be told from any other.
fn cut(raw: &[u8]) -> String {
    let text = String::from_utf8_lossy(raw);
    let end = (0..=EXCERPT_BYTES_MAX.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at));
    let mut head = &text[..end.unwrap_or_default()];
    if head.len() < text.len() {
        head = head.trim_end_matches(|c: char| c.is_numeric() || matches!(c, ' ' | '-' | '+'));
    }
    personal::mask(head).map_or_else(|| head.to_owned(), |(masked, _)| masked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_the_beginning_masked_and_never_half_a_number() {
        let number = "11010519491231002X";
        let excerpt = |before: usize| {
            let raw = format!("{} {number} and {}", "x".repeat(before), "y".repeat(9_000));
            Excerpts::of(raw.as_bytes()).take(raw.as_bytes()).unwrap()
        };
        assert!(excerpt(10).starts_with("xxxxxxxxxx *** and yyy"));
        assert!(excerpt(10).len() <= EXCERPT_BYTES_MAX);
        for before in EXCERPT_BYTES_MAX - 25..EXCERPT_BYTES_MAX {
            assert!(!excerpt(before).contains("110105"), "{before}");
        }
        let chinese = "办".repeat(4_000);
        let excerpt = Excerpts::of(chinese.as_bytes())
            .take(chinese.as_bytes())
            .unwrap();
        assert_eq!(excerpt.chars().count(), EXCERPT_BYTES_MAX / 3);
    }

    #[test]
    fn nothing_is_kept_of_a_request_that_may_hold_a_secret() {
        let body = b"{\"a\":1}\n\"secrecy\":\"top\"\n";
        assert_eq!(Excerpts::of(body).take(&body[..7]), None);
        assert_eq!(Excerpts::of(b"\xC3\xDC").take(b"\xC3\xDC"), None);
    }
}
