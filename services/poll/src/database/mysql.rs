//! MySQL and MariaDB.

use chrono::{Offset, TimeZone, Utc};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Opts, OptsBuilder, Params, Row, SslOpts, Value};

use super::{Access, DatabaseError, Values, tls};
use crate::config::Tls;
use crate::sql::Query;

pub(super) struct Connection {
    conn: Conn,
}

impl Connection {
    pub async fn open(access: &Access) -> Result<Self, DatabaseError> {
        let opts = Opts::from_url(&access.url);
        let opts = opts.map_err(|e| DatabaseError::Driver(e.to_string()))?;
        let local = opts.socket().is_some();
        let mut builder = OptsBuilder::from_opts(opts);
        let trusted = tls::issuers(access)?;
        let ssl = match access.tls {
            Tls::VerifyFull if !local => {
                let files = access.ca_file.iter().filter(|_| !trusted.is_empty());
                let files = files.map(|path| path.clone().into()).collect();
                Some(SslOpts::default().with_root_certs(files))
            }
            _ => None,
        };
        // Once connected it would go over to a socket where it finds one: not the server that showed its certificate.
        builder = builder.ssl_opts(ssl).prefer_socket(local);
        let failed = |doing| move |source| DatabaseError::MySql { doing, source };
        let conn = Conn::new(builder).await;
        let mut conn = conn.map_err(|source| match tls::why(&source) {
            Some(why) => DatabaseError::Untrusted {
                why,
                source: source.into(),
            },
            None => failed("connecting")(source),
        })?;
        // By its offset: the names of zones are in tables that many servers do not have.
        let offset = access
            .zone
            .offset_from_utc_datetime(&Utc::now().naive_utc());
        for set in [
            "SET NAMES utf8mb4".to_owned(),
            format!("SET time_zone = '{}'", offset.fix()),
            "SET SESSION TRANSACTION READ ONLY".to_owned(),
        ] {
            let set = conn.query_drop(set).await;
            set.map_err(failed("setting the session"))?;
        }
        Ok(Self { conn })
    }

    pub async fn rows(
        &mut self,
        query: &Query,
        doing: &'static str,
    ) -> Result<Vec<Values>, DatabaseError> {
        let values = query.values.iter();
        let values: Vec<Value> = values
            .map(|v| Value::Bytes(v.clone().into_bytes()))
            .collect();
        let values = if values.is_empty() {
            Params::Empty
        } else {
            Params::Positional(values)
        };
        let rows: Vec<Row> = self
            .conn
            .exec(query.text.as_str(), values)
            .await
            .map_err(|source| DatabaseError::MySql { doing, source })?;
        rows.into_iter()
            .map(|row| {
                let values = row.unwrap().into_iter();
                values
                    .map(|value| match value {
                        Value::NULL => Ok(None),
                        Value::Bytes(bytes) => String::from_utf8(bytes)
                            .map(Some)
                            .map_err(|_| DatabaseError::Answer(doing)),
                        _ => Err(DatabaseError::Answer(doing)),
                    })
                    .collect()
            })
            .collect()
    }
}
