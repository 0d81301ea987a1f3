//! The texts of the queries, for both databases. Values travel as text, as a dump of the table would write them, and are turned
//! into the columns' own types by the database, so that its indexes serve.

/// Whose SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Postgres,
    MySql,
}

/// What a column holds, as far as reading depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Instant,
    Whole,
    Decimal,
    Other,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub name: String,
    /// As the database calls its type.
    pub of_type: String,
}

/// A table where it lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub schema: String,
    pub table: String,
}

/// A query and its values, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Query {
    pub text: String,
    pub values: Vec<String>,
}

/// From where a page is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum From<'a> {
    Beginning,
    /// From this position on.
    At(&'a str),
    /// Behind the row with this position and key.
    Behind(&'a str, &'a [String]),
}

/// What a page is read of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading<'a> {
    pub dialect: Dialect,
    pub place: &'a Place,
    /// What is read.
    pub columns: &'a [Column],
    pub position: &'a Column,
    pub key: &'a [Column],
}

impl Column {
    pub fn kind(&self) -> Kind {
        match self.of_type.to_ascii_lowercase().as_str() {
            "timestamp without time zone"
            | "timestamp with time zone"
            | "timestamp"
            | "datetime"
            | "date" => Kind::Instant,
            "bigint" | "integer" | "smallint" | "int" | "mediumint" | "tinyint" => Kind::Whole,
            "numeric" | "decimal" => Kind::Decimal,
            _ => Kind::Other,
        }
    }
}

impl Dialect {
    fn name(self, name: &str) -> String {
        match self {
            Dialect::Postgres => format!("\"{}\"", name.replace('"', "\"\"")),
            Dialect::MySql => format!("`{}`", name.replace('`', "``")),
        }
    }

    fn as_text(self, column: &Column) -> String {
        let name = self.name(&column.name);
        match (self, column.of_type.as_str()) {
            // In the session's zone, and without the offset that it would print.
            (Dialect::Postgres, "timestamp with time zone") => {
                format!("CAST(CAST({name} AS timestamp) AS text)")
            }
            (Dialect::Postgres, _) => format!("CAST({name} AS text)"),
            (Dialect::MySql, _) => format!("CAST({name} AS CHAR)"),
        }
    }

    /// A value in the place of `column`'s.
    fn value(self, column: &Column, value: &str, values: &mut Vec<String>) -> String {
        values.push(value.to_owned());
        match self {
            Dialect::Postgres => {
                format!("CAST(${}::text AS {})", values.len(), column.of_type)
            }
            Dialect::MySql => match column.kind() {
                Kind::Instant => "CAST(? AS DATETIME(6))".to_owned(),
                Kind::Whole => "CAST(? AS DECIMAL(65,0))".to_owned(),
                Kind::Decimal => "CAST(? AS DECIMAL(65,30))".to_owned(),
                Kind::Other => "?".to_owned(),
            },
        }
    }
}

impl Reading<'_> {
    fn select(&self) -> String {
        let d = self.dialect;
        let columns: Vec<String> = self.columns.iter().map(|c| d.as_text(c)).collect();
        format!(
            "SELECT {}, {} FROM {}.{}",
            columns.join(", "),
            d.as_text(self.position),
            d.name(&self.place.schema),
            d.name(&self.place.table)
        )
    }

    /// So many rows in the order of position and key. The last value of a row is its position.
    pub fn page(&self, from: &From<'_>, rows: u32) -> Query {
        let d = self.dialect;
        let (position, mut values) = (d.name(&self.position.name), Vec::new());
        let names: Vec<String> = self.key.iter().map(|c| d.name(&c.name)).collect();
        let names = names.join(", ");
        let from = match from {
            From::Beginning => format!("{position} IS NOT NULL"),
            From::At(at) => format!("{position} >= {}", d.value(self.position, at, &mut values)),
            From::Behind(at, key) => {
                let from = d.value(self.position, at, &mut values);
                let behind = d.value(self.position, at, &mut values);
                let of_key = self.key.iter().zip(*key);
                let of_key: Vec<String> = of_key
                    .map(|(column, value)| d.value(column, value, &mut values))
                    .collect();
                format!(
                    "{position} >= {from} AND ({position} > {behind} OR ({names}) > ({}))",
                    of_key.join(", ")
                )
            }
        };
        let text = format!(
            "{} WHERE {from} ORDER BY {position}, {names} LIMIT {rows}",
            self.select()
        );
        Query { text, values }
    }

    /// The row with this key.
    pub fn by_key(&self, key: &[String]) -> Query {
        let (d, mut values) = (self.dialect, Vec::new());
        let of_key = self.key.iter().zip(key);
        let conditions: Vec<String> = of_key
            .map(|(column, value)| {
                let value = d.value(column, value, &mut values);
                format!("{} = {value}", d.name(&column.name))
            })
            .collect();
        let text = format!(
            "{} WHERE {} LIMIT 1",
            self.select(),
            conditions.join(" AND ")
        );
        Query { text, values }
    }

    /// How many rows have no position, and so are never met.
    pub fn without_position(&self) -> Query {
        let d = self.dialect;
        let counted = match d {
            Dialect::Postgres => "CAST(COUNT(*) AS text)",
            Dialect::MySql => "CAST(COUNT(*) AS CHAR)",
        };
        Query {
            text: format!(
                "SELECT {counted} FROM {}.{} WHERE {} IS NULL",
                d.name(&self.place.schema),
                d.name(&self.place.table),
                d.name(&self.position.name)
            ),
            values: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, of_type: &str) -> Column {
        Column {
            name: name.into(),
            of_type: of_type.into(),
        }
    }

    #[test]
    fn a_page_goes_on_behind_the_row_before_it_in_each_dialect() {
        let place = Place {
            schema: "front".into(),
            table: "a\"b`".into(),
        };
        let (at, key) = (
            column("cd_time", "timestamp without time zone"),
            [column("id", "uuid")],
        );
        let reading = |dialect| Reading {
            dialect,
            place: &place,
            columns: &key,
            position: &at,
            key: &key,
        };
        let behind = ["k".to_owned()];
        let page = reading(Dialect::Postgres).page(&From::Behind("2026-01-01", &behind), 10);
        assert_eq!(
            page.text,
            "SELECT CAST(\"id\" AS text), CAST(\"cd_time\" AS text) FROM \"front\".\"a\"\"b`\" WHERE \"cd_time\" >= \
             CAST($1::text AS timestamp without time zone) AND (\"cd_time\" > CAST($2::text AS timestamp without time zone) \
             OR (\"id\") > (CAST($3::text AS uuid))) ORDER BY \"cd_time\", \"id\" LIMIT 10"
        );
        assert_eq!(page.values, ["2026-01-01", "2026-01-01", "k"]);
        let page = reading(Dialect::MySql).page(&From::At("2026-01-01"), 10);
        assert_eq!(
            page.text,
            "SELECT CAST(`id` AS CHAR), CAST(`cd_time` AS CHAR) FROM `front`.`a\"b``` WHERE `cd_time` >= CAST(? AS \
             DATETIME(6)) ORDER BY `cd_time`, `id` LIMIT 10"
        );
        let one = reading(Dialect::MySql).by_key(&behind);
        assert!(one.text.ends_with("WHERE `id` = ? LIMIT 1"), "{}", one.text);
    }
}
