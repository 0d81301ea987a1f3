//! A request's parameters: what of them are settings, statement parameters, the database, the format.
//!
//! Anything that is asked for and cannot be given is refused by name rather than ignored.

use http::{HeaderMap, Method};

use crate::exception::{
    ACCESS_DENIED, AUTHENTICATION_FAILED, BAD_ARGUMENTS, Exception, NOT_IMPLEMENTED,
};

/// The format of results when neither the request nor the statement names one, as in ClickHouse.
const DEFAULT_FORMAT: &str = "TabSeparated";

/// Parameters that ClickHouse knows and that change nothing here: compression of answers is up to the server, a quota
/// key without quotas is nothing, passwords are those of the one user without a password.
const WITHOUT_EFFECT: &[&str] = &[
    "user",
    "password",
    "quota_key",
    "compress",
    "decompress",
    "session_timeout",
    "stacktrace",
    "buffer_size",
];

/// The parameters of one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Request {
    /// The `query` parameter.
    pub query: Option<String>,
    /// `param_<name>` parameters, for `{name:Type}` in the statement.
    pub parameters: Vec<(String, String)>,
    /// Settings of the session, in the order given.
    pub settings: Vec<(String, String)>,
    /// The current database, when it is not `default`.
    pub database: Option<String>,
    /// The format for statements without a FORMAT clause.
    pub default_format: Option<String>,
    /// The caller's name for the query.
    pub query_id: Option<String>,
    /// The request may change nothing.
    pub read_only: bool,
    /// Answer only when the query has ended, with the right status whatever happens.
    pub wait_end_of_query: bool,
}

impl Request {
    /// Reads the parameters of the URL and of the headers.
    pub fn new(
        method: &Method,
        headers: &HeaderMap,
        pairs: Vec<(String, String)>,
    ) -> Result<Self, Exception> {
        let header = |name: &str| {
            headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        };
        // A page in a browser has no business here, and without a password nothing else would keep it out.
        if header("origin").is_some() {
            return Err(Exception::refused(
                ACCESS_DENIED,
                "ACCESS_DENIED",
                "Requests from web pages are not allowed",
            ));
        }
        let encoding = header("content-encoding")
            .filter(|encoding| !encoding.eq_ignore_ascii_case("identity"));
        if let Some(encoding) = encoding {
            return Err(not_implemented(format!(
                "Content-Encoding {encoding} is not supported"
            )));
        }
        let mut request = Self {
            database: header("x-clickhouse-database"),
            default_format: header("x-clickhouse-format"),
            // As in ClickHouse, a GET changes nothing.
            read_only: method != Method::POST,
            ..Self::default()
        };
        if let Some(user) = header("x-clickhouse-user") {
            check_user(&user)?;
        }
        for (name, value) in pairs {
            request.take(name, value)?;
        }
        Ok(request)
    }

    /// Takes one parameter of the URL, or one field of a form.
    pub fn take(&mut self, name: String, value: String) -> Result<(), Exception> {
        match name.as_str() {
            "query" => self.query = Some(value),
            "database" => self.database = Some(value).filter(|database| !database.is_empty()),
            "default_format" => {
                self.default_format = Some(value).filter(|format| !format.is_empty())
            }
            "query_id" => self.query_id = Some(value).filter(|id| !id.is_empty()),
            "wait_end_of_query" => self.wait_end_of_query = value != "0",
            "user" => check_user(&value)?,
            "compress" | "decompress" if value == "1" => {
                return Err(not_implemented(format!(
                    "{name}=1: only uncompressed bodies are supported"
                )));
            }
            "session_id" | "session_check" | "role" if !value.is_empty() => {
                return Err(not_implemented(format!(
                    "{name} is not supported: every request is a session of its own"
                )));
            }
            "session_id" | "session_check" | "role" => {}
            name if WITHOUT_EFFECT.contains(&name) => {}
            _ => match name.strip_prefix("param_") {
                Some(parameter) => self.parameters.push((parameter.to_owned(), value)),
                None => self.settings.push((checked_name(&name)?, value)),
            },
        }
        Ok(())
    }

    /// The format to ask of the engine; a FORMAT clause in the statement goes before it.
    pub fn format(&self) -> &str {
        self.default_format.as_deref().unwrap_or(DEFAULT_FORMAT)
    }

    /// The statements that prepare a session for this request.
    pub fn preparation(&self) -> Vec<String> {
        let mut statements = Vec::new();
        if let Some(database) = &self.database {
            statements.push(format!("USE `{}`", escape(database, '`')));
        }
        if !self.settings.is_empty() {
            let settings: Vec<String> = self
                .settings
                .iter()
                .map(|(name, value)| format!("{name} = '{}'", escape(value, '\'')))
                .collect();
            statements.push(format!("SET {}", settings.join(", ")));
        }
        // Last and by itself: whatever the caller set before, this holds.
        if self.read_only {
            statements.push("SET readonly = 2".to_owned());
        }
        statements
    }
}

fn not_implemented(message: String) -> Exception {
    Exception::refused(NOT_IMPLEMENTED, "NOT_IMPLEMENTED", message)
}

fn check_user(user: &str) -> Result<(), Exception> {
    match user {
        "" | "default" => Ok(()),
        _ => Err(Exception::refused(
            AUTHENTICATION_FAILED,
            "AUTHENTICATION_FAILED",
            format!("{user}: there is only the user default"),
        )),
    }
}

/// Names of settings go into a statement as they are, so only those that are plain words pass.
fn checked_name(name: &str) -> Result<String, Exception> {
    let plain = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    match plain {
        true => Ok(name.to_owned()),
        false => {
            let message = format!("{name:?} is not the name of a setting");
            Err(Exception::refused(BAD_ARGUMENTS, "BAD_ARGUMENTS", message))
        }
    }
}

fn escape(text: &str, quote: char) -> String {
    text.chars()
        .flat_map(|c| {
            (c == '\\' || c == quote)
                .then_some('\\')
                .into_iter()
                .chain(std::iter::once(c))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(pairs: &[(&str, &str)]) -> Result<Request, Exception> {
        let pairs = pairs
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect();
        Request::new(&Method::POST, &HeaderMap::new(), pairs)
    }

    #[test]
    fn parameters_are_sorted_by_what_they_are() {
        let request = request(&[
            ("query", "SELECT {a:String}"),
            ("param_a", "x"),
            ("database", "监察`"),
            ("max_threads", "1"),
            ("insert_deduplication_token", "it's \\ok"),
            ("decompress", "0"),
            ("user", "default"),
            ("session_id", ""),
        ])
        .unwrap();

        assert_eq!(request.parameters, [("a".to_owned(), "x".to_owned())]);
        assert_eq!(
            request.preparation(),
            [
                "USE `监察\\``",
                "SET max_threads = '1', insert_deduplication_token = 'it\\'s \\\\ok'"
            ]
        );
    }

    #[test]
    fn what_cannot_be_given_is_refused_by_name() {
        for (name, value, code) in [
            ("session_id", "s", NOT_IMPLEMENTED),
            ("compress", "1", NOT_IMPLEMENTED),
            ("user", "root", AUTHENTICATION_FAILED),
            ("a; DROP TABLE t; --", "1", BAD_ARGUMENTS),
        ] {
            assert_eq!(request(&[(name, value)]).unwrap_err().code, code, "{name}");
        }
    }

    #[test]
    fn a_get_is_read_only_whatever_it_sets() {
        let pairs = vec![("readonly".to_owned(), "0".to_owned())];
        let request = Request::new(&Method::GET, &HeaderMap::new(), pairs).unwrap();
        assert_eq!(
            request.preparation(),
            ["SET readonly = '0'", "SET readonly = 2"]
        );
    }
}
