//! Statements that would reach past the databases and that the engine's grants do not stop.
//!
//! The grants ([`crate::configuration`]) deny table functions, engines and dictionaries over files and networks. What is
//! left comes from the library's origin as a local tool: the client-side `INTO OUTFILE` and `FROM INFILE`, the scalar
//! function `file`, and table engines that it allows to everybody. This is a second fence against mistakes and injected
//! text; keeping strangers from the port is the first.

use crate::exception::{ACCESS_DENIED, Exception};
use crate::lexer::{Kind, Token};

/// Engines that keep their data inside the data folder or nowhere; besides them, all of the MergeTree family.
const ENGINES: &[&str] = &[
    "Atomic",
    "Buffer",
    "GenerateRandom",
    "Join",
    "Log",
    "Memory",
    "Merge",
    "Null",
    "Set",
    "StripeLog",
    "TinyLog",
];

/// Refuses a statement of the kinds above; `tokens` are all of its tokens.
pub(crate) fn check(text: &[u8], tokens: &[Token]) -> Result<(), Exception> {
    let statement = Tokens { text, tokens };
    let creates = ["CREATE", "ATTACH", "REPLACE"]
        .iter()
        .any(|word| statement.is(0, word));
    let mut depth = 0_i64;
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Symbol(b'(') => depth += 1,
            Kind::Symbol(b')') => depth -= 1,
            _ => {}
        }
        if statement.names_local_file(at) {
            return Err(denied(
                "INTO OUTFILE and FROM INFILE are not allowed over HTTP",
            ));
        }
        if statement.calls_file(at) {
            return Err(denied("The function file is not allowed"));
        }
        // Inside brackets the word is the name of a column.
        if creates
            && depth == 0
            && let Some(engine) = statement.foreign_engine(at)
        {
            return Err(denied(&format!("The engine {engine} is not allowed")));
        }
    }
    Ok(())
}

fn denied(message: &str) -> Exception {
    Exception::refused(ACCESS_DENIED, "ACCESS_DENIED", message)
}

struct Tokens<'a> {
    text: &'a [u8],
    tokens: &'a [Token],
}

impl Tokens<'_> {
    fn kind(&self, at: usize) -> Option<Kind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    fn is(&self, at: usize, word: &str) -> bool {
        self.tokens
            .get(at)
            .is_some_and(|token| token.is(self.text, word))
    }

    /// A name as the engine reads it, bare or quoted. Escapes are left as they are: nobody needs them in these names.
    fn name(&self, at: usize) -> Option<String> {
        let token = self.tokens.get(at)?;
        let bytes = match token.kind {
            Kind::Word => &self.text[token.start..token.end],
            Kind::QuotedName => &self.text[token.start + 1..token.end - 1],
            _ => return None,
        };
        Some(String::from_utf8_lossy(bytes).into_owned())
    }

    fn names_local_file(&self, at: usize) -> bool {
        let words = self.is(at, "INTO") && self.is(at + 1, "OUTFILE")
            || self.is(at, "FROM") && self.is(at + 1, "INFILE");
        words && self.kind(at + 2) == Some(Kind::String)
    }

    /// `file(…)`, `APPLY file` or `APPLY(file)`. A quoted name with escapes in such a place could spell it, too.
    fn calls_file(&self, at: usize) -> bool {
        let file = self
            .name(at)
            .is_some_and(|name| name.eq_ignore_ascii_case("file") || name.contains('\\'));
        let called = self.kind(at + 1) == Some(Kind::Symbol(b'('));
        let applied = at.checked_sub(1).is_some_and(|before| {
            let bracket = self.kind(before) == Some(Kind::Symbol(b'('));
            self.is(before, "APPLY")
                || bracket
                    && before
                        .checked_sub(1)
                        .is_some_and(|first| self.is(first, "APPLY"))
        });
        file && (called || applied)
    }

    /// The name after `ENGINE [=]` when it is not one of those allowed.
    fn foreign_engine(&self, at: usize) -> Option<String> {
        if !self.is(at, "ENGINE") {
            return None;
        }
        let equals = usize::from(self.kind(at + 1) == Some(Kind::Symbol(b'=')));
        let engine = self.name(at + 1 + equals)?;
        (!engine.ends_with("MergeTree") && !ENGINES.contains(&engine.as_str())).then_some(engine)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexer::Lexer;

    fn allowed(text: &str) -> bool {
        let tokens: Vec<Token> = Lexer::new(text.as_bytes()).collect();
        check(text.as_bytes(), &tokens).is_ok()
    }

    #[test]
    fn ways_out_of_the_databases_are_refused() {
        for text in [
            "SELECT 1 INTO /* x */ OUTFILE '/tmp/x'",
            "INSERT INTO t FROM INFILE '/etc/passwd' FORMAT CSV",
            "SELECT file('/etc/passwd')",
            "SELECT `file`  ('/etc/passwd')",
            "SELECT \"fi\\x6ce\"('/etc/passwd')",
            "SELECT * APPLY(file) FROM t",
            "SELECT * APPLY file FROM t",
            "CREATE TABLE t (a String DEFAULT file('x')) ENGINE = Memory",
            "CREATE TABLE t (a String) ENGINE = FileLog('/etc', 'CSV')",
            "attach table t (a String) engine `Executable`('x.sh', 'CSV')",
        ] {
            assert!(!allowed(text), "{text}");
        }
    }

    #[test]
    fn names_that_only_look_like_them_pass() {
        for text in [
            "SELECT file, profile(x) FROM infile",
            "SELECT 'file(1) INTO OUTFILE'",
            "SELECT engine = name FROM system.tables",
            "CREATE TABLE t (engine String) ENGINE = ReplacingMergeTree(version) ORDER BY engine",
            "CREATE DATABASE d ENGINE = Atomic",
            "CREATE MATERIALIZED VIEW v TO t AS SELECT 1",
        ] {
            assert!(allowed(text), "{text}");
        }
    }
}
