//! The values of conditions: each where it is given, in milliseconds since 1970 where it is an instant.

use clickhouse::query::Query;
use mingjing_domain::Timestamp;

/// Binds what is given.
pub(super) fn bind<'a>(
    mut query: Query,
    texts: impl IntoIterator<Item = (&'static str, &'a Option<String>)>,
    instants: impl IntoIterator<Item = (&'static str, Option<Timestamp>)>,
) -> Query {
    for (name, value) in texts {
        if let Some(value) = value {
            query = query.param(name, value.as_str());
        }
    }
    for (name, value) in instants {
        if let Some(value) = value {
            query = query.param(name, value.millis());
        }
    }
    query
}
