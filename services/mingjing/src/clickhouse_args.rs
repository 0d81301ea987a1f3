//! A platform's ClickHouse, named on the command line.

use mingjing_store::{Config, Password, Store};

/// Where it is, and as whom to ask it.
#[derive(Clone, Debug, clap::Args)]
pub struct ClickHouseArgs {
    /// A platform's ClickHouse, like http://127.0.0.1:8123; its password is taken from MINGJING__CLICKHOUSE__PASSWORD.
    #[arg(long, value_name = "URL")]
    clickhouse: Option<String>,
    /// The database there.
    #[arg(
        long,
        value_name = "NAME",
        default_value = "mingjing",
        requires = "clickhouse"
    )]
    database: String,
    /// The user there.
    #[arg(
        long,
        value_name = "NAME",
        default_value = "default",
        requires = "clickhouse"
    )]
    user: String,
}

impl ClickHouseArgs {
    /// The store, where one is named; does not connect yet.
    pub fn store(&self) -> Option<Store> {
        let url = self.clickhouse.clone()?;
        let password = std::env::var("MINGJING__CLICKHOUSE__PASSWORD").unwrap_or_default();
        Some(Store::connect(&Config {
            url,
            database: self.database.clone(),
            user: self.user.clone(),
            password: Password(password),
        }))
    }
}
