//! What a department writes to its exchange tables: cases in the order in which its system gets to know of things, some rows
//! corrected later, some committed later than they say, one with a code that nobody knows until it is corrected.

use anyhow::Result;

use super::{Front, Kind};
use crate::corpus::Dice;

/// The tables.
pub const TABLES: [&str; 4] = [
    "up_pro_accept",
    "up_pro_process",
    "up_pro_special_procedure",
    "up_pro_result",
];

/// 2025-03-03 09:00 at Shanghai, a Monday.
const BEGIN: i64 = 1_740_963_600;
const HOUR: i64 = 3_600;

/// One statement, and when the department's system got to it.
struct Written {
    at: i64,
    sql: String,
}

/// A department that has still to write some of what it knows.
pub struct Department {
    written: Vec<Written>,
    next: usize,
}

impl Department {
    /// Makes the tables, and everything that will be written to them.
    pub fn new(front: &Front, cases: i64, seed: u64) -> Result<Self> {
        let instant = match front.kind() {
            Kind::Postgres => "timestamp",
            Kind::MariaDb => "datetime",
        };
        let common = format!(
            "row_guid varchar(50) NOT NULL PRIMARY KEY, project_no varchar(50) NOT NULL, applyer_name varchar(50), \
             cd_operation varchar(2), cd_time {instant} NOT NULL"
        );
        front.write(&format!(
            "CREATE TABLE up_pro_accept ({common}, project_type varchar(2), task_code varchar(36), org_code varchar(18), \
             apply_date {instant}, accept_date {instant}, promise_date {instant}, handle_user_name varchar(50));
             CREATE TABLE up_pro_process ({common}, process_name varchar(50), event_name varchar(50), \
             event_start_time {instant}, event_end_time {instant}, handle_user_name varchar(50));
             CREATE TABLE up_pro_special_procedure ({common}, special_type varchar(2), special_name varchar(50), \
             special_time {instant}, end_time {instant}, special_result varchar(50), handle_user varchar(50));
             CREATE TABLE up_pro_result ({common}, result_date {instant}, result_type varchar(50));"
        ))?;
        for table in TABLES {
            front.write(&match front.kind() {
                Kind::Postgres => format!("GRANT SELECT ON {table} TO reader;"),
                Kind::MariaDb => format!("GRANT SELECT ON front.{table} TO 'reader'@'localhost';"),
            })?;
        }
        let mut dice = Dice::new(seed);
        let mut written = Vec::new();
        for case in 0..cases {
            life(case, &mut dice, &mut written);
        }
        written.sort_by_key(|w| w.at);
        Ok(Self { written, next: 0 })
    }

    /// Writes a part of what is left; whether anything is left then.
    pub fn write(&mut self, front: &Front, parts: usize) -> Result<bool> {
        let share = self.written.len().div_ceil(parts);
        let until = (self.next + share).min(self.written.len());
        let part: Vec<&str> = self.written[self.next..until]
            .iter()
            .map(|w| w.sql.as_str())
            .collect();
        front.write(&part.join("\n"))?;
        self.next = until;
        Ok(self.next < self.written.len())
    }
}

fn at(seconds: i64) -> String {
    let at = chrono::DateTime::from_timestamp(seconds + 8 * HOUR, 0).unwrap_or_default();
    format!("'{}'", at.format("%Y-%m-%d %H:%M:%S"))
}

/// A case from its acceptance to its end, or to where it still is.
fn life(case: i64, dice: &mut Dice, written: &mut Vec<Written>) {
    let mut now = BEGIN + case * HOUR / 2;
    let no = format!("P{case:04}");
    let mut row = |table: &str, of: &str, at_s: i64, columns: &str, values: String| {
        let guid = format!("{no}-{of}");
        written.push(Written {
            at: at_s,
            sql: format!(
                "INSERT INTO {table} (row_guid, project_no, applyer_name, cd_operation, cd_time, {columns}) VALUES \
                 ('{guid}', '{no}', '张三', 'I', {}, {values});",
                at(at_s)
            ),
        });
        guid
    };
    let kind = if case == 3 { "7" } else { "2" };
    let columns = "project_type, task_code, org_code, apply_date, accept_date, handle_user_name";
    let values = format!(
        "'{kind}', 'front-licence', 'front-body', {}, {}, 'u1'",
        at(now - HOUR),
        at(now)
    );
    let accepted = row("up_pro_accept", "a", now + 60, columns, values);
    let mut corrections = Vec::new();
    if case == 3 {
        let later = now + 200 * HOUR;
        corrections.push((later, format!("UPDATE up_pro_accept SET project_type = '2', cd_operation = 'U', cd_time = {} WHERE row_guid = '{accepted}';", at(later))));
    }
    let reviews = 1 + dice.below(2);
    for visit in 0..reviews {
        if dice.one_in(12) {
            // Without review: the decision stands on nothing.
            break;
        }
        let began = now;
        now += HOUR * (1 + dice.below(50) as i64);
        let columns = "process_name, event_name, event_start_time, handle_user_name";
        let values = format!("'review', '', {}, 'u{}'", at(began), 2 + dice.below(3));
        let guid = row(
            "up_pro_process",
            &format!("r{visit}"),
            began + 90,
            columns,
            values,
        );
        corrections.push((now + 30, format!("UPDATE up_pro_process SET event_end_time = {}, event_name = '通过', cd_operation = 'U', cd_time = {} WHERE row_guid = '{guid}';", at(now), at(now + 30))));
    }
    if dice.one_in(5) {
        let columns = "special_type, special_name, special_time, handle_user";
        let values = format!("'2', 'hearing', {}, 'u2'", at(now));
        let guid = row("up_pro_special_procedure", "s", now + 45, columns, values);
        now += HOUR * (1 + dice.below(60) as i64);
        corrections.push((now + 45, format!("UPDATE up_pro_special_procedure SET end_time = {}, special_result = '完成', cd_operation = 'U', cd_time = {} WHERE row_guid = '{guid}';", at(now), at(now + 45))));
    }
    if !dice.one_in(6) {
        now += HOUR * (1 + dice.below(140) as i64);
        let values = format!("{}, '出证'", at(now));
        row(
            "up_pro_result",
            "z",
            now + 75,
            "result_date, result_type",
            values,
        );
    }
    written.extend(corrections.into_iter().map(|(at, sql)| Written { at, sql }));
}

impl Front {
    /// Gives every write to a table the next number of a sequence, in the column `written_no`; one that is given at insertion stays.
    pub fn number(&self, table: &str) -> Result<()> {
        let added = format!(
            "ALTER TABLE {table} ADD COLUMN written_no bigint; CREATE SEQUENCE {table}_no;"
        );
        let drawn = match self.kind() {
            Kind::Postgres => format!(
                "GRANT SELECT ON {table} TO reader;
                 CREATE FUNCTION {table}_number() RETURNS trigger AS $$ BEGIN IF TG_OP = 'UPDATE' OR NEW.written_no IS NULL THEN \
                 NEW.written_no := nextval('{table}_no'); END IF; RETURN NEW; END $$ LANGUAGE plpgsql;
                 CREATE TRIGGER {table}_number BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_number();"
            ),
            Kind::MariaDb => format!(
                "CREATE TRIGGER {table}_insert BEFORE INSERT ON {table} FOR EACH ROW SET NEW.written_no = coalesce(NEW.written_no, NEXTVAL({table}_no));
                 CREATE TRIGGER {table}_update BEFORE UPDATE ON {table} FOR EACH ROW SET NEW.written_no = NEXTVAL({table}_no);"
            ),
        };
        self.write(&format!("{added}\n{drawn}"))
    }

    /// Takes the numbers away again.
    pub fn no_numbers(&self, table: &str) -> Result<()> {
        let triggers = match self.kind() {
            Kind::Postgres => format!("DROP TRIGGER {table}_number ON {table};"),
            Kind::MariaDb => format!("DROP TRIGGER {table}_insert; DROP TRIGGER {table}_update;"),
        };
        self.write(&format!(
            "{triggers} ALTER TABLE {table} DROP COLUMN written_no;"
        ))
    }
}
