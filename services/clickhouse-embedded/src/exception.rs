//! What the engine says when it refuses or fails: a ClickHouse exception with its code.
//!
//! ClickHouse's codes are the contract with every client (the `clickhouse` crate, drivers, dashboards), so our own
//! refusals carry ClickHouse's codes as well.

use std::fmt;

use http::StatusCode;

/// `BAD_ARGUMENTS`.
pub(crate) const BAD_ARGUMENTS: i32 = 36;
/// `NOT_IMPLEMENTED`.
pub(crate) const NOT_IMPLEMENTED: i32 = 48;
/// `SYNTAX_ERROR`.
pub(crate) const SYNTAX_ERROR: i32 = 62;
/// `TIMEOUT_EXCEEDED`.
pub(crate) const TIMEOUT_EXCEEDED: i32 = 159;
/// `QUERY_IS_TOO_LARGE`.
pub(crate) const QUERY_IS_TOO_LARGE: i32 = 177;
/// `TOO_MANY_SIMULTANEOUS_QUERIES`.
pub(crate) const TOO_MANY_SIMULTANEOUS_QUERIES: i32 = 202;
/// `NETWORK_ERROR`.
pub(crate) const NETWORK_ERROR: i32 = 210;
/// `ACCESS_DENIED`.
pub(crate) const ACCESS_DENIED: i32 = 497;
/// `AUTHENTICATION_FAILED`.
pub(crate) const AUTHENTICATION_FAILED: i32 = 516;
/// `UNKNOWN_EXCEPTION`, for engine texts without a code.
pub(crate) const UNKNOWN_EXCEPTION: i32 = 1002;

/// An exception of the engine, or a refusal of ours in the same dress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Exception {
    /// ClickHouse's error code.
    pub code: i32,
    /// The whole text, beginning with `Code: N. DB::Exception:`.
    pub text: String,
}

impl Exception {
    /// A refusal by this server. `name` is ClickHouse's name of the code.
    pub fn refused(code: i32, name: &str, message: impl fmt::Display) -> Self {
        Self {
            code,
            text: format!("Code: {code}. DB::Exception: {message}. ({name})"),
        }
    }

    /// The engine's own text. A text without a code gets `UNKNOWN_EXCEPTION`.
    pub fn from_engine(text: String) -> Self {
        match code_of(&text) {
            Some(code) => Self { code, text },
            None => Self::refused(UNKNOWN_EXCEPTION, "UNKNOWN_EXCEPTION", text),
        }
    }

    /// The status that ClickHouse's own HTTP interface answers with for this code: 4xx when the caller can mend it.
    pub fn status(&self) -> StatusCode {
        match self.code {
            // Parse errors, wrong types and values, syntax, unknown columns, functions, types and the like.
            6 | 10 | 16 | 20 | 26 | 27 | 33 | 36 | 38 | 41 | 42 | 43 | 44 | 53 | 62 | 69 | 70
            | 72 | 85 | 117 | 130 | 131 | 321 | 349 | 441 | 456 | 457 | 467 | 469 | 675 => {
                StatusCode::BAD_REQUEST
            }
            46 | 47 | 50 | 56 | 60 | 63 | 73 | 81 | 115 => StatusCode::NOT_FOUND,
            57 | 82 => StatusCode::CONFLICT,
            164 | 192 | 193 | 452 | ACCESS_DENIED | AUTHENTICATION_FAILED => StatusCode::FORBIDDEN,
            TIMEOUT_EXCEEDED => StatusCode::REQUEST_TIMEOUT,
            QUERY_IS_TOO_LARGE => StatusCode::PAYLOAD_TOO_LARGE,
            TOO_MANY_SIMULTANEOUS_QUERIES => StatusCode::TOO_MANY_REQUESTS,
            1 | 344 | NOT_IMPLEMENTED => StatusCode::NOT_IMPLEMENTED,
            NETWORK_ERROR => StatusCode::BAD_REQUEST,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

fn code_of(text: &str) -> Option<i32> {
    let digits = text.split_once("Code: ")?.1;
    digits[..digits.find(|c: char| !c.is_ascii_digit())?]
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_read_from_the_engines_text() {
        let text = "Code: 60. DB::Exception: Table default.nope does not exist. (UNKNOWN_TABLE)";
        let exception = Exception::from_engine(text.to_owned());
        assert_eq!(
            (exception.code, exception.status()),
            (60, StatusCode::NOT_FOUND)
        );
        assert_eq!(exception.text, text);
    }

    #[test]
    fn a_text_without_a_code_becomes_an_unknown_exception() {
        let exception = Exception::from_engine("Invalid or closed connection".to_owned());
        assert_eq!(exception.code, UNKNOWN_EXCEPTION);
        assert!(
            exception
                .text
                .starts_with("Code: 1002. DB::Exception: Invalid or closed connection")
        );
        assert_eq!(exception.status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
}
