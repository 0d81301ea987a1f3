//! What a request's text asks for: an INSERT with data, or one statement to run.
//!
//! The engine takes an INSERT's data through calls of its own (bytes inside the query text lost rows silently), so the
//! place where the data begin must be found here. Refused are several statements in one request, as ClickHouse's HTTP
//! interface does, and what [`crate::guard`] finds.

use crate::exception::{Exception, SYNTAX_ERROR};
use crate::guard;
use crate::lexer::{Kind, Lexer, Token};

/// A text that was understood.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Statement<'a> {
    /// An INSERT whose data are `data` and whatever follows the text.
    Insert {
        /// The statement up to its FORMAT or VALUES.
        head: &'a [u8],
        /// The data's format; `Values` for VALUES.
        format: &'a str,
        /// The data that came in the text.
        data: &'a [u8],
    },
    /// Anything else.
    Other {
        /// The statement without a semicolon at its end.
        text: &'a [u8],
        /// The format of its FORMAT clause.
        format: Option<&'a str>,
        /// A SELECT, whose result can be read in pieces.
        select: bool,
    },
}

/// Understands a text that is there to its end.
pub(crate) fn parse(text: &[u8]) -> Result<Statement<'_>, Exception> {
    match insert(text, true) {
        Some(insert) => Ok(insert),
        None => other(text),
    }
}

/// Looks for an INSERT with data at the start of a text of which more may come. `None`: not one, or not yet to be seen.
pub(crate) fn parse_start(text: &[u8]) -> Option<Statement<'_>> {
    insert(text, false)
}

/// Whether a text can still turn out to be an INSERT with data: `parse_start` is worth trying again with more of it.
pub(crate) fn may_be_insert(text: &[u8]) -> bool {
    match Lexer::new(text).next() {
        Some(token) if token.kind == Kind::Word && token.end < text.len() => {
            token.is(text, "INSERT")
        }
        _ => true,
    }
}

fn word<'a>(text: &'a [u8], token: &Token) -> Option<&'a str> {
    match token.kind {
        Kind::Word => std::str::from_utf8(&text[token.start..token.end]).ok(),
        _ => None,
    }
}

/// `INSERT [INTO] [TABLE] [FUNCTION] target [(columns)] [SETTINGS …] (FORMAT name | VALUES) data`.
fn insert(text: &[u8], whole: bool) -> Option<Statement<'_>> {
    let mut tokens = Lexer::new(text).peekable();
    if !tokens.next()?.is(text, "INSERT") {
        return None;
    }
    for optional in ["INTO", "TABLE", "FUNCTION"] {
        tokens.next_if(|token| token.is(text, optional));
    }
    // The target: a name, so that a table called `values` or `format` is not taken for a keyword.
    loop {
        let name = tokens.next()?;
        if let Kind::Symbol(open @ (b'{' | b'(')) = name.kind {
            skip_brackets(&mut tokens, open)?;
        }
        if tokens
            .next_if(|token| token.kind == Kind::Symbol(b'.'))
            .is_none()
        {
            break;
        }
    }
    loop {
        let token = tokens.next()?;
        match token.kind {
            Kind::Symbol(open @ (b'(' | b'{' | b'[')) => skip_brackets(&mut tokens, open)?,
            Kind::Unterminated | Kind::Symbol(b';') => return None,
            _ if token.is(text, "SELECT") || token.is(text, "WITH") || token.is(text, "FROM") => {
                return None;
            }
            _ if token.is(text, "VALUES") && ends_inside(text, &token, whole) => {
                return Some(Statement::Insert {
                    head: &text[..token.start],
                    format: "Values",
                    data: &text[token.end..],
                });
            }
            _ if token.is(text, "FORMAT") => {
                let name = tokens
                    .next()
                    .filter(|name| ends_inside(text, name, whole))?;
                let format = word(text, &name)?;
                return Some(Statement::Insert {
                    head: &text[..token.start],
                    format,
                    data: after_format(&text[name.end..], whole)?,
                });
            }
            _ => {}
        }
    }
}

/// A word at the very end of a text of which more may come might be cut in the middle.
fn ends_inside(text: &[u8], token: &Token, whole: bool) -> bool {
    whole || token.end < text.len()
}

/// Data begin after the format's name, blanks and one line end, as in ClickHouse's own parser. `None`: more of the
/// text is needed to tell.
fn after_format(rest: &[u8], whole: bool) -> Option<&[u8]> {
    let blanks = rest
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t' | 0x0c))
        .count();
    match &rest[blanks..] {
        [] | [b'\r'] if !whole => None,
        [b'\r', b'\n', data @ ..] | [b'\r' | b'\n', data @ ..] => Some(data),
        data => Some(data),
    }
}

fn skip_brackets(tokens: &mut impl Iterator<Item = Token>, open: u8) -> Option<()> {
    let mut depth = vec![open];
    while let Some(&top) = depth.last() {
        match tokens.next()?.kind {
            Kind::Symbol(open @ (b'(' | b'{' | b'[')) => depth.push(open),
            Kind::Symbol(close) if close == closing(top) => {
                depth.pop();
            }
            Kind::Unterminated => return None,
            _ => {}
        }
    }
    Some(())
}

fn closing(open: u8) -> u8 {
    match open {
        b'(' => b')',
        b'{' => b'}',
        _ => b']',
    }
}

fn other(text: &[u8]) -> Result<Statement<'_>, Exception> {
    let syntax = |message| Exception::refused(SYNTAX_ERROR, "SYNTAX_ERROR", message);
    let tokens: Vec<Token> = Lexer::new(text).collect();
    let separators = tokens
        .iter()
        .rev()
        .take_while(|token| token.kind == Kind::Symbol(b';'))
        .count();
    let tokens = &tokens[..tokens.len() - separators];
    let Some((first, last)) = tokens.first().zip(tokens.last()) else {
        return Err(syntax("Empty query"));
    };
    if tokens.iter().any(|token| token.kind == Kind::Symbol(b';')) {
        return Err(syntax("Multi-statements are not allowed"));
    }
    guard::check(text, tokens)?;
    let format = tokens
        .windows(2)
        .rev()
        .find(|window| window[0].is(text, "FORMAT"));
    let select = ["SELECT", "WITH"].iter().any(|word| first.is(text, word))
        || first.kind == Kind::Symbol(b'(');
    Ok(Statement::Other {
        text: &text[..last.end],
        format: format.and_then(|window| word(text, &window[1])),
        select,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str) -> String {
        match parse(text.as_bytes()) {
            Ok(Statement::Insert { head, format, data }) => {
                let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
                format!(
                    "insert [{}] {format} [{}]",
                    text(head).trim_end(),
                    text(data)
                )
            }
            Ok(Statement::Other {
                text,
                format,
                select,
            }) => {
                format!(
                    "other [{}] {} {select}",
                    String::from_utf8_lossy(text),
                    format.unwrap_or("-")
                )
            }
            Err(exception) => format!("refused {}", exception.code),
        }
    }

    #[test]
    fn statements_are_told_apart() {
        for (text, expected) in [
            (
                "INSERT INTO t FORMAT RowBinary",
                "insert [INSERT INTO t] RowBinary []",
            ),
            (
                "insert into t(`a`, b) format CSV\n1,2",
                "insert [insert into t(`a`, b)] CSV [1,2]",
            ),
            (
                "INSERT INTO t FORMAT TSV \r\n\n1",
                "insert [INSERT INTO t] TSV [\n1]",
            ),
            (
                "INSERT INTO d.format FORMAT JSONEachRow {\"a\":1}",
                "insert [INSERT INTO d.format] JSONEachRow [{\"a\":1}]",
            ),
            (
                "INSERT INTO values VALUES (1, ';')",
                "insert [INSERT INTO values] Values [ (1, ';')]",
            ),
            (
                "INSERT INTO {t:Identifier}.x (a) SETTINGS b=1 VALUES (1)",
                "insert [INSERT INTO {t:Identifier}.x (a) SETTINGS b=1] Values [ (1)]",
            ),
            (
                "INSERT INTO FUNCTION null('a Int8') FORMAT CSV",
                "insert [INSERT INTO FUNCTION null('a Int8')] CSV []",
            ),
            (
                "-- values\nINSERT INTO TABLE t FORMAT x",
                "insert [-- values\nINSERT INTO TABLE t] x []",
            ),
            (
                "INSERT INTO t SELECT 1 FORMAT x",
                "other [INSERT INTO t SELECT 1 FORMAT x] x false",
            ),
            (
                "INSERT INTO t (a) WITH 1 AS format SELECT format",
                "other [INSERT INTO t (a) WITH 1 AS format SELECT format] SELECT false",
            ),
            ("SELECT 1;\n-- end\n;", "other [SELECT 1] - true"),
            (
                "SELECT 'a;b' FORMAT JSON SETTINGS x=1",
                "other [SELECT 'a;b' FORMAT JSON SETTINGS x=1] JSON true",
            ),
            ("(SELECT 1)", "other [(SELECT 1)] - true"),
            ("DESCRIBE TABLE t", "other [DESCRIBE TABLE t] - false"),
            (
                "SELECT * FROM infile",
                "other [SELECT * FROM infile] - true",
            ),
            ("SELECT 1; SELECT 2", "refused 62"),
            (" ; -- nothing", "refused 62"),
            ("", "refused 62"),
            ("SELECT 1 INTO /* x */ OUTFILE '/tmp/x'", "refused 497"),
            (
                "INSERT INTO t FROM INFILE '/etc/passwd' FORMAT CSV",
                "refused 497",
            ),
        ] {
            assert_eq!(show(text), expected, "{text}");
        }
    }

    #[test]
    fn a_cut_off_insert_is_recognised_only_once_its_data_have_begun() {
        let text = b"INSERT INTO t FORMAT JSONEachRow\r\n{\"a\":1}";
        let first = (0..=text.len())
            .find(|&length| parse_start(&text[..length]).is_some())
            .unwrap();
        assert_eq!(&text[..first], b"INSERT INTO t FORMAT JSONEachRow\r\n");
        for length in first..=text.len() {
            let Some(Statement::Insert { format, data, .. }) = parse_start(&text[..length]) else {
                panic!("{length}")
            };
            assert_eq!((format, data), ("JSONEachRow", &text[first..length]));
        }
    }

    #[test]
    fn a_text_that_begins_otherwise_cannot_become_an_insert() {
        assert!(
            may_be_insert(b"")
                && may_be_insert(b"INS")
                && may_be_insert(b"insert i")
                && may_be_insert(b"/* a")
        );
        assert!(!may_be_insert(b"SELECT 1") && !may_be_insert(b"INSERTED "));
    }
}
