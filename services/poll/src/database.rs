//! `Database`: a connection to a department's PostgreSQL or MySQL that only reads, and speaks text.

mod mysql;
mod postgres;
mod tls;

use std::path::PathBuf;
use std::time::Duration;

use chrono_tz::Tz;

use crate::config::Tls;
use crate::sql::{Column, Dialect, Place, Query};

/// A row, as text.
pub(crate) type Values = Vec<Option<String>>;

/// Why the database does not answer. Never holds its address, which has a password.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The address is none.
    #[error("the database's address is neither postgres://… nor mysql://…")]
    Address,
    /// The address has something that the driver does not know.
    #[error("the database's address: {0}")]
    Driver(String),
    /// The certificates cannot be read.
    #[error("cannot read the certificates {path}")]
    Certificates {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file of certificates has none.
    #[error("there is no certificate (PEM) in {0}")]
    NoCertificate(PathBuf),
    /// TLS cannot be set up.
    #[error("cannot set up TLS")]
    Tls(#[source] native_tls::Error),
    /// The address asks for less than the setting does.
    #[error(
        "the database's address has an sslmode that does not check the certificate; leave it out, or set database.tls = \"off\" where the way to it is safe otherwise"
    )]
    LessTls,
    /// TLS does not come about.
    #[error("the database is not spoken to: {why}")]
    Untrusted {
        /// What is wrong and what to do.
        why: &'static str,
        /// What the driver said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// PostgreSQL said so.
    #[error("PostgreSQL, while {doing}")]
    Postgres {
        /// What was attempted.
        doing: &'static str,
        /// Why.
        #[source]
        source: tokio_postgres::Error,
    },
    /// MySQL said so.
    #[error("MySQL, while {doing}")]
    MySql {
        /// What was attempted.
        doing: &'static str,
        /// Why.
        #[source]
        source: mysql_async::Error,
    },
    /// It took too long.
    #[error("no answer within {} s while {doing}", .within.as_secs())]
    Slow {
        /// What was attempted.
        doing: &'static str,
        /// The setting `database.timeout`.
        within: Duration,
    },
    /// It gave what it should not have.
    #[error("an answer that is not as asked for while {0}")]
    Answer(&'static str),
}

/// How to connect.
#[derive(Clone)]
pub(crate) struct Access {
    pub url: String,
    pub tls: Tls,
    pub ca_file: Option<PathBuf>,
    pub zone: Tz,
    pub timeout: Duration,
}

/// A connection.
pub(crate) struct Database {
    connection: Connection,
    timeout: Duration,
}

enum Connection {
    Postgres(postgres::Connection),
    MySql(Box<mysql::Connection>),
}

impl Database {
    /// Connects, and sets the session to read only.
    pub async fn connect(access: &Access) -> Result<Self, DatabaseError> {
        let url = access.url.as_str();
        let connecting = async {
            if url.starts_with("postgres://") || url.starts_with("postgresql://") {
                let connection = postgres::Connection::open(access).await?;
                Ok(Connection::Postgres(connection))
            } else if url.starts_with("mysql://") {
                let connection = mysql::Connection::open(access).await?;
                Ok(Connection::MySql(Box::new(connection)))
            } else {
                Err(DatabaseError::Address)
            }
        };
        Ok(Self {
            connection: within(access.timeout, "connecting", connecting).await?,
            timeout: access.timeout,
        })
    }

    pub fn dialect(&self) -> Dialect {
        match self.connection {
            Connection::Postgres(_) => Dialect::Postgres,
            Connection::MySql(_) => Dialect::MySql,
        }
    }

    /// The database's own clock, as it writes times without offset in the zone of the session.
    pub async fn now(&mut self) -> Result<String, DatabaseError> {
        let text = match self.dialect() {
            Dialect::Postgres => "SELECT CAST(LOCALTIMESTAMP AS text)",
            Dialect::MySql => "SELECT CAST(NOW(6) AS CHAR)",
        };
        let query = Query {
            text: text.to_owned(),
            values: Vec::new(),
        };
        self.one(&query, "asking for its time").await
    }

    /// Where a table lies, and its columns in order; none if there is no such table that may be read.
    pub async fn columns(
        &mut self,
        name: &str,
    ) -> Result<Option<(Place, Vec<Column>)>, DatabaseError> {
        let (schema, table) = match name.split_once('.') {
            Some((schema, table)) => (Some(schema), table),
            None => (None, name),
        };
        let text = match (self.dialect(), schema) {
            (Dialect::Postgres, None) => {
                "SELECT CAST(table_schema AS text), CAST(table_name AS text), CAST(column_name AS text), \
                 CAST(data_type AS text) FROM information_schema.columns WHERE lower(table_name) = lower($1::text) AND \
                 CAST(table_schema AS name) = ANY (current_schemas(false)) ORDER BY table_schema, ordinal_position"
            }
            (Dialect::Postgres, Some(_)) => {
                "SELECT CAST(table_schema AS text), CAST(table_name AS text), CAST(column_name AS text), \
                 CAST(data_type AS text) FROM information_schema.columns WHERE lower(table_name) = lower($1::text) AND \
                 lower(table_schema) = lower($2::text) ORDER BY table_schema, ordinal_position"
            }
            (Dialect::MySql, None) => {
                "SELECT table_schema, table_name, column_name, CAST(data_type AS CHAR) FROM information_schema.columns \
                 WHERE lower(table_name) = lower(?) AND table_schema = database() ORDER BY ordinal_position"
            }
            (Dialect::MySql, Some(_)) => {
                "SELECT table_schema, table_name, column_name, CAST(data_type AS CHAR) FROM information_schema.columns \
                 WHERE lower(table_name) = lower(?) AND lower(table_schema) = lower(?) ORDER BY ordinal_position"
            }
        };
        let values = std::iter::once(table).chain(schema).map(str::to_owned);
        let query = Query {
            text: text.to_owned(),
            values: values.collect(),
        };
        let doing = "asking for the columns of a table";
        let rows = self.rows(&query, doing).await?;
        let mut place: Option<Place> = None;
        let mut columns = Vec::new();
        for row in rows {
            let [Some(schema), Some(table), Some(name), Some(of_type)] = &row[..] else {
                return Err(DatabaseError::Answer(doing));
            };
            let here = Place {
                schema: schema.clone(),
                table: table.clone(),
            };
            // Of several schemas that are looked through, the first.
            if place.get_or_insert_with(|| here.clone()) == &here {
                columns.push(Column {
                    name: name.clone(),
                    of_type: of_type.clone(),
                });
            }
        }
        Ok(place.map(|place| (place, columns)))
    }

    /// The one value of the one row that a query gives.
    pub async fn one(
        &mut self,
        query: &Query,
        doing: &'static str,
    ) -> Result<String, DatabaseError> {
        let rows = self.rows(query, doing).await?;
        let value = rows
            .into_iter()
            .next()
            .and_then(|row| row.into_iter().next());
        value.flatten().ok_or(DatabaseError::Answer(doing))
    }

    /// All rows that a query gives.
    pub async fn rows(
        &mut self,
        query: &Query,
        doing: &'static str,
    ) -> Result<Vec<Values>, DatabaseError> {
        match &mut self.connection {
            Connection::Postgres(connection) => {
                within(self.timeout, doing, connection.rows(query, doing)).await
            }
            Connection::MySql(connection) => {
                within(self.timeout, doing, connection.rows(query, doing)).await
            }
        }
    }
}

async fn within<T>(
    most: Duration,
    doing: &'static str,
    work: impl Future<Output = Result<T, DatabaseError>>,
) -> Result<T, DatabaseError> {
    match tokio::time::timeout(most, work).await {
        Ok(done) => done,
        Err(_) => Err(DatabaseError::Slow {
            doing,
            within: most,
        }),
    }
}
