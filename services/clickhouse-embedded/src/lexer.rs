//! Tokens of ClickHouse's SQL, as far as needed to find where a statement's words are.
//!
//! It knows what hides words from the parser (comments, strings, quoted names, heredocs) and nothing else of the
//! grammar; the engine parses.

/// One token; `start..end` are byte offsets in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
}

impl Token {
    /// Whether this is the bare word `word` in the text it was read from, in upper or lower case.
    pub fn is(&self, text: &[u8], word: &str) -> bool {
        self.kind == Kind::Word && text[self.start..self.end].eq_ignore_ascii_case(word.as_bytes())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A bare word: keyword, name or number.
    Word,
    /// `'…'` or a heredoc.
    String,
    /// `"…"` or `` `…` ``.
    QuotedName,
    /// One byte of anything else.
    Symbol(u8),
    /// A string, quoted name or comment without its end: the text is cut off here.
    Unterminated,
}

/// Reads the tokens of a text from its start, skipping blanks and comments.
pub(crate) struct Lexer<'a> {
    text: &'a [u8],
    position: usize,
}

impl<'a> Lexer<'a> {
    pub fn new(text: &'a [u8]) -> Self {
        Self { text, position: 0 }
    }

    fn rest(&self) -> &'a [u8] {
        &self.text[self.position..]
    }

    /// Skips to the byte after the next `end`; false when there is none.
    fn skip_past(&mut self, end: &[u8]) -> bool {
        match find(self.rest(), end) {
            Some(at) => {
                self.position += at + end.len();
                true
            }
            None => {
                self.position = self.text.len();
                false
            }
        }
    }

    /// False when a comment has no end. A line comment may end with the text.
    fn skip_blanks_and_comments(&mut self) -> bool {
        loop {
            let rest = self.rest();
            match rest {
                [byte, ..] if byte.is_ascii_whitespace() || *byte == 0x0b => self.position += 1,
                [b'-', b'-', ..] | [b'#', b' ' | b'!', ..] => {
                    self.skip_past(b"\n");
                }
                [b'/', b'*', ..] => {
                    self.position += 2;
                    if !self.skip_past(b"*/") {
                        return false;
                    }
                }
                _ => return true,
            }
        }
    }

    /// A quoted token whose opening quote is at the position. Backslash escapes; a doubled quote stands for itself.
    fn quoted(&mut self, quote: u8, kind: Kind) -> Kind {
        self.position += 1;
        while let Some(&byte) = self.text.get(self.position) {
            match byte {
                b'\\' => self.position += 2,
                byte if byte == quote && self.text.get(self.position + 1) == Some(&quote) => {
                    self.position += 2
                }
                byte if byte == quote => {
                    self.position += 1;
                    return kind;
                }
                _ => self.position += 1,
            }
        }
        self.position = self.text.len();
        Kind::Unterminated
    }

    /// `$tag$ … $tag$`, or the symbol `$` when no tag follows.
    fn heredoc(&mut self) -> Kind {
        let rest = self.rest();
        let tag_length = rest[1..]
            .iter()
            .take_while(|&&byte| is_word(byte) && byte != b'$')
            .count();
        if rest.get(1 + tag_length) != Some(&b'$') {
            self.position += 1;
            return Kind::Symbol(b'$');
        }
        let tag = &rest[..tag_length + 2];
        self.position += tag.len();
        match self.skip_past(tag) {
            true => Kind::String,
            false => Kind::Unterminated,
        }
    }
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let comments_end = self.skip_blanks_and_comments();
        let start = self.position;
        if !comments_end {
            return Some(Token {
                kind: Kind::Unterminated,
                start,
                end: start,
            });
        }
        let kind = match *self.text.get(start)? {
            b'\'' => self.quoted(b'\'', Kind::String),
            quote @ (b'"' | b'`') => self.quoted(quote, Kind::QuotedName),
            b'$' => self.heredoc(),
            byte if is_word(byte) => {
                self.position += self
                    .rest()
                    .iter()
                    .take_while(|&&byte| is_word(byte))
                    .count();
                Kind::Word
            }
            byte => {
                self.position += 1;
                Kind::Symbol(byte)
            }
        };
        Some(Token {
            kind,
            start,
            end: self.position,
        })
    }
}

/// Bytes above 0x7f belong to words: names in Chinese are then one word each.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        Lexer::new(text.as_bytes())
            .map(|token| &text[token.start..token.end])
            .collect()
    }

    #[test]
    fn words_inside_comments_strings_names_and_heredocs_are_not_seen() {
        assert_eq!(
            words(
                "SELECT /* FORMAT a */ 'x; \\' FORMAT ''b' -- FORMAT c\n, \"FORMAT\" `a``b` $t$ FORMAT; $t$ 办件"
            ),
            [
                "SELECT",
                "'x; \\' FORMAT ''b'",
                ",",
                "\"FORMAT\"",
                "`a``b`",
                "$t$ FORMAT; $t$",
                "办件"
            ]
        );
    }

    #[test]
    fn a_text_cut_off_inside_a_string_or_comment_ends_unterminated() {
        for text in [
            "SELECT 'a",
            "SELECT `a",
            "SELECT /* a",
            "SELECT $x$ a",
            "SELECT 'a\\",
        ] {
            let last = Lexer::new(text.as_bytes()).last().unwrap();
            assert_eq!(last.kind, Kind::Unterminated, "{text}");
        }
        assert_eq!(words("SELECT 1 -- a"), ["SELECT", "1"]);
    }
}
