//! PostgreSQL.

use native_tls::TlsConnector;
use postgres_native_tls::MakeTlsConnector;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Config};

use super::{Access, DatabaseError, Values, tls};
use crate::config::Tls;
use crate::sql::Query;

pub(super) struct Connection {
    client: Client,
}

impl Connection {
    pub async fn open(access: &Access) -> Result<Self, DatabaseError> {
        let mut config: Config = tls::without_ssl_mode(&access.url, access.tls)?
            .parse()
            .map_err(|e: tokio_postgres::Error| DatabaseError::Driver(e.to_string()))?;
        let hosts = config.get_hosts();
        let local = hosts.iter().all(|host| matches!(host, Host::Unix(_)));
        let mode = match access.tls {
            Tls::VerifyFull if !local => SslMode::Require,
            _ => SslMode::Disable,
        };
        config
            .application_name("mingjing poll")
            .connect_timeout(access.timeout)
            .ssl_mode(mode);
        let mut connector = TlsConnector::builder();
        for certificate in tls::issuers(access)? {
            connector.add_root_certificate(certificate);
        }
        let connector = connector.build().map_err(DatabaseError::Tls)?;
        let failed = |doing| move |source| DatabaseError::Postgres { doing, source };
        let connected = config.connect(MakeTlsConnector::new(connector)).await;
        let (client, connection) = connected.map_err(|source| match tls::why(&source) {
            Some(why) => DatabaseError::Untrusted {
                why,
                source: source.into(),
            },
            None => failed("connecting")(source),
        })?;
        // It ends with the client; why it ends, the client's next question is told.
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "the connection to PostgreSQL ended");
            }
        });
        let session = format!(
            "SET default_transaction_read_only = on; SET DateStyle = 'ISO, YMD'; SET TimeZone = '{}'; \
             SET statement_timeout = {}; SET extra_float_digits = 1",
            access.zone.name(),
            access.timeout.as_millis()
        );
        let set = client.batch_execute(&session).await;
        set.map_err(failed("setting the session"))?;
        Ok(Self { client })
    }

    pub async fn rows(
        &mut self,
        query: &Query,
        doing: &'static str,
    ) -> Result<Vec<Values>, DatabaseError> {
        let failed = |source| DatabaseError::Postgres { doing, source };
        let values: Vec<(&(dyn ToSql + Sync), Type)> = query
            .values
            .iter()
            .map(|value| (value as &(dyn ToSql + Sync), Type::TEXT))
            .collect();
        let rows = self.client.query_typed(&query.text, &values).await;
        let rows = rows.map_err(failed)?;
        rows.iter()
            .map(|row| {
                (0..row.len())
                    .map(|at| row.try_get::<_, Option<String>>(at))
                    .collect()
            })
            .collect::<Result<Vec<Values>, _>>()
            .map_err(failed)
    }
}
