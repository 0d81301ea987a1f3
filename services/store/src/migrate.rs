//! Migrations: the numbered files of `schemas/clickhouse/`, compiled in, applied in order, each recorded with its
//! checksum.
//!
//! Every statement is idempotent, so a migration that was cut off is simply applied again, and two processes that
//! start together do no harm. An applied file never changes: a change is a new number.

use mingjing_domain::Timestamp;
use mingjing_domain::ids::derived_id;

use crate::store::within;
use crate::table::{Millis, Table, table};
use crate::{Error, Store};

macro_rules! migrations {
    ($($number:literal $name:literal;)*) => {
        &[$(Migration { number: $number, name: $name, text: include_str!(concat!("../../../schemas/clickhouse/", $name)) },)*]
    };
}

const MIGRATIONS: &[Migration] = migrations! {
    1 "0001_tables.sql";
    2 "0002_views.sql";
    3 "0003_case_log.sql";
    4 "0004_inspections.sql";
    5 "0005_control_totals.sql";
    6 "0006_dispositions.sql";
    7 "0007_shadows.sql";
    8 "0008_orders.sql";
    9 "0009_log_chain.sql";
    10 "0010_measures.sql";
    11 "0011_case_cells.sql";
    12 "0012_audit.sql";
    13 "0013_sampled_cases.sql";
    14 "0014_stays_in_cells.sql";
    15 "0015_channel.sql";
    16 "0016_appeal_due.sql";
    17 "0017_states_of_partitions.sql";
};

/// The number of the newest migration this program knows.
pub const SCHEMA_NUMBER: u32 = MIGRATIONS[MIGRATIONS.len() - 1].number;

/// Why a database and this program do not fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MigrationError {
    /// A file was changed after it had been applied.
    #[error(
        "migration {name} was changed after it had been applied: the database has {recorded}, the program {found}; \
         put the file back and write the change as a new number"
    )]
    Changed {
        /// The file.
        name: String,
        /// The checksum in the database.
        recorded: String,
        /// The checksum of the file compiled in.
        found: String,
    },
    /// The database has migrations that this program does not know.
    #[error(
        "the database is at migration {database}, this program knows {program}: run a newer program"
    )]
    Newer {
        /// The newest in the database.
        database: u32,
        /// The newest known here.
        program: u32,
    },
}

/// One numbered file.
#[derive(Clone, Copy, Debug)]
struct Migration {
    number: u32,
    name: &'static str,
    text: &'static str,
}

impl Migration {
    fn checksum(&self) -> String {
        derived_id(&[self.text])
    }
}

table! {
    /// A migration that was applied.
    MigrationRow in "schema_migrations" {
        /// Its number.
        number: u32,
        /// Its file.
        name: String,
        /// Of the file's text.
        checksum: String,
        /// When.
        applied_at: Millis,
    }
}

/// A migration that was just applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Its number.
    pub number: u32,
    /// Its file.
    pub name: String,
}

impl Store {
    /// Makes the database and brings it to this program's structure. Answers what it had to apply, which is nothing
    /// the second time. `now` is only recorded.
    ///
    /// # Errors
    /// [`Error::Migration`]: the database is newer, or an applied file was changed; nothing was done.
    /// [`Error::Unavailable`], [`Error::Refused`]: what was done before stands and is recorded.
    pub async fn migrate(&self, now: Timestamp) -> Result<Vec<Applied>, Error> {
        self.create_database().await?;
        self.apply(MIGRATIONS, now).await
    }

    async fn apply(&self, known: &[Migration], now: Timestamp) -> Result<Vec<Applied>, Error> {
        let recorded = self.recorded_migrations().await?;
        let mut applied = Vec::new();
        for migration in missing(known, &recorded)? {
            for statement in statements(migration.text) {
                let query = self.client().query_raw(&statement);
                within(
                    self.timeouts().migration,
                    &format!("applying {}", migration.name),
                    query.execute(),
                )
                .await?;
            }
            self.record_migration(migration, now).await?;
            applied.push(Applied {
                number: migration.number,
                name: migration.name.into(),
            });
        }
        Ok(applied)
    }

    async fn recorded_migrations(&self) -> Result<Vec<MigrationRow>, Error> {
        let attempted = "reading which migrations the database has";
        let there: Vec<u8> = self
            .fetch(
                attempted,
                self.client().query_raw("EXISTS TABLE schema_migrations"),
            )
            .await?;
        if there != [1] {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT {} FROM schema_migrations FINAL ORDER BY number",
            MigrationRow::select_list()
        );
        self.fetch(attempted, self.client().query_raw(&sql)).await
    }

    async fn record_migration(&self, migration: &Migration, now: Timestamp) -> Result<(), Error> {
        let sql = "INSERT INTO schema_migrations (number, name, checksum, applied_at) \
                   SELECT {number:UInt32}, {name:String}, {checksum:String}, fromUnixTimestamp64Milli({now:Int64}, 'UTC')";
        let query = self
            .client()
            .query_raw(sql)
            .param("number", migration.number)
            .param("name", migration.name)
            .param("checksum", migration.checksum())
            .param("now", now.millis());
        within(
            self.timeouts().migration,
            &format!("recording {}", migration.name),
            query.execute(),
        )
        .await
    }
}

/// Which of the known migrations the database lacks.
fn missing<'a>(
    known: &'a [Migration],
    recorded: &[MigrationRow],
) -> Result<Vec<&'a Migration>, MigrationError> {
    let program = known.last().map_or(0, |m| m.number);
    let database = recorded.iter().map(|r| r.number).max().unwrap_or(0);
    if database > program {
        return Err(MigrationError::Newer { database, program });
    }
    for row in recorded {
        let found = known
            .iter()
            .find(|m| m.number == row.number)
            .map(Migration::checksum)
            .unwrap_or_default();
        if found != row.checksum {
            return Err(MigrationError::Changed {
                name: row.name.clone(),
                recorded: row.checksum.clone(),
                found,
            });
        }
    }
    Ok(known
        .iter()
        .filter(|m| recorded.iter().all(|r| r.number != m.number))
        .collect())
}

/// The statements of a file: separated by `;` outside quotes, without `--` comments.
fn statements(text: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut quoted = false;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let statement = found.last_mut().expect("begins with one and only grows");
        match c {
            '\'' => {
                quoted = !quoted;
                statement.push(c);
            }
            ';' if !quoted => found.push(String::new()),
            '-' if !quoted && rest.peek() == Some(&'-') => {
                while rest.peek().is_some_and(|&c| c != '\n') {
                    rest.next();
                }
            }
            c => statement.push(c),
        }
    }
    found
        .iter()
        .map(|s| s.trim().to_owned())
        .filter(|s| !s.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(migration: &Migration) -> MigrationRow {
        MigrationRow {
            number: migration.number,
            name: migration.name.into(),
            checksum: migration.checksum(),
            applied_at: Millis(0),
        }
    }

    const FIRST: Migration = Migration {
        number: 1,
        name: "0001_a.sql",
        text: "CREATE TABLE a",
    };
    const SECOND: Migration = Migration {
        number: 2,
        name: "0002_b.sql",
        text: "CREATE TABLE b",
    };

    #[test]
    fn only_what_is_missing_is_applied() {
        let numbers = |known: &[Migration], recorded: &[MigrationRow]| -> Vec<u32> {
            missing(known, recorded)
                .unwrap()
                .iter()
                .map(|m| m.number)
                .collect()
        };
        assert_eq!(numbers(&[FIRST, SECOND], &[]), [1, 2]);
        assert_eq!(numbers(&[FIRST, SECOND], &[row(&FIRST)]), [2]);
        assert!(numbers(&[FIRST, SECOND], &[row(&FIRST), row(&SECOND)]).is_empty());
    }

    #[test]
    fn a_changed_file_and_a_newer_database_are_refused() {
        let changed = Migration {
            text: "CREATE TABLE c",
            ..FIRST
        };
        assert!(matches!(
            missing(&[changed], &[row(&FIRST)]),
            Err(MigrationError::Changed { .. })
        ));
        let newer = missing(&[FIRST], &[row(&FIRST), row(&SECOND)]).unwrap_err();
        assert_eq!(
            newer,
            MigrationError::Newer {
                database: 2,
                program: 1
            }
        );
    }

    #[test]
    fn statements_end_outside_quotes_and_comments() {
        let text = "-- one; two\nCREATE a COMMENT 'it''s; -- here';\n\n  CREATE b -- c;\n;\n";
        assert_eq!(
            statements(text),
            ["CREATE a COMMENT 'it''s; -- here'", "CREATE b"]
        );
    }

    #[test]
    fn files_are_numbered_from_one_without_a_gap_and_none_is_left_out() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schemas/clickhouse");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.ends_with(".sql"))
            .collect();
        files.sort();
        let known: Vec<&str> = MIGRATIONS.iter().map(|m| m.name).collect();
        assert_eq!(files, known);
        for (place, migration) in MIGRATIONS.iter().enumerate() {
            assert_eq!(migration.number as usize, place + 1);
            assert!(
                migration
                    .name
                    .starts_with(&format!("{:04}_", migration.number))
            );
        }
    }
}
