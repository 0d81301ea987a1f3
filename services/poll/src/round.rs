//! One round: all tables from a little before their positions to their ends, what was refused once more, and then how far the
//! source is complete.
//!
//! Order is everything here: rows are posted, intake answers, what it refused is written down together with the new position,
//! and only then the next page is read. So a process that dies anywhere reads some rows again and loses none.

use mingjing_domain::Timestamp;
use mingjing_domain::event::CaseEvent;
use mingjing_wire::Refusal;
use xxhash_rust::xxh3::xxh3_64;

use crate::database::{Database, Values};
use crate::poller::{PollError, Poller, RoundDone, Session};
use crate::sql::From;
use crate::state::{Held, Why};
use crate::table::{Polled, local};

/// Refused rows tried again in one round.
const RETRIES_MAX: usize = 500;

/// A row that was read.
struct Line {
    at: String,
    /// None where a column of it is empty: it could not be found again.
    key: Option<Vec<String>>,
    case_no: Option<String>,
    events: Result<Vec<CaseEvent<'static>>, Why>,
    /// Of key and content.
    hashes: (u64, u64),
}

/// When a round began, by the database's clock.
#[derive(Clone)]
struct Clock {
    text: String,
    at: Timestamp,
}

impl Poller {
    pub(crate) async fn over_all(&mut self, session: &mut Session) -> Result<RoundDone, PollError> {
        let text = session.database.now().await?;
        let zone = self.config.database.time_zone;
        let at = local(&text).map(|at| Timestamp::from_local(at, zone));
        let clock = Clock {
            at: at.ok_or(crate::DatabaseError::Answer("asking for its time"))?,
            text,
        };
        let mut done = RoundDone::default();
        for table in &mut session.tables {
            self.over_one(table, &mut session.database, &clock, &mut done)
                .await?;
        }
        self.try_refused_again(session, &clock, &mut done).await?;
        let mut unreachable = 0;
        for table in &session.tables {
            let query = table.reading(session.database.dialect()).without_position();
            let doing = "counting rows without update time";
            let count = session.database.one(&query, doing).await?;
            let count: i64 = count.parse().unwrap_or(i64::MAX);
            let gauge = &self.status.metrics.rows_unreachable;
            gauge.with_label_values(&[&table.name]).set(count);
            unreachable += count;
        }
        if unreachable == 0 {
            self.say_complete(&clock).await?;
        }
        done.held = self.state.held().len();
        done.complete_until = self.state.complete_until();
        Ok(done)
    }

    async fn over_one(
        &mut self,
        table: &mut Polled,
        database: &mut Database,
        clock: &Clock,
        done: &mut RoundDone,
    ) -> Result<(), PollError> {
        let read = &self.config.read;
        let (rows, overlap, numbers) = (read.rows, read.overlap, read.overlap_numbers);
        let position = self.state.position(&table.name);
        let start = position.and_then(|p| table.before(&p.at, overlap, numbers));
        let mut behind: Option<(String, Vec<String>)> = None;
        let remembered = std::mem::take(&mut table.remembered);
        loop {
            let from = match (&behind, &start) {
                (Some((at, key)), _) => From::Behind(at, key),
                (None, Some(start)) => From::At(start),
                (None, None) => From::Beginning,
            };
            let query = table.reading(database.dialect()).page(&from, rows);
            let page = database.rows(&query, "reading a table").await?;
            let full = page.len() == rows as usize;
            let mut lines = Vec::with_capacity(page.len());
            for values in page {
                lines.push(table.line(values)?);
            }
            done.read += lines.len() as u64;
            let metrics = &self.status.metrics;
            let counted = metrics.rows_read.with_label_values(&[&table.name]);
            counted.inc_by(lines.len() as u64);
            let last = lines.last().map(|line| line.at.clone());
            let keyed = lines
                .iter()
                .rev()
                .find_map(|l| Some((&l.at, l.key.as_ref()?)));
            let next = keyed.map(|(at, key)| (at.clone(), key.clone()));
            let hashes: Vec<(u64, u64)> = lines.iter().map(|line| line.hashes).collect();
            lines.retain(|line| remembered.get(&line.hashes.0) != Some(&line.hashes.1));
            self.take(table, lines, clock, done).await?;
            if let Some(last) = last {
                self.advance(table, &last, clock)?;
            }
            // Not before: what was not answered for has to be met again.
            table.remember(hashes);
            match next {
                _ if !full => return Ok(()),
                Some(next) => behind = Some(next),
                None => {
                    return Err(PollError::NoKeys {
                        table: table.name.clone(),
                    });
                }
            }
        }
    }

    /// The position and what was refused before it, in one piece.
    fn advance(&mut self, table: &Polled, last: &str, clock: &Clock) -> Result<(), PollError> {
        if let Some(at) = table.no_later(last, &clock.text) {
            let at = match self.state.position(&table.name) {
                Some(position) => table.later(&at, &position.at).to_owned(),
                None => at,
            };
            self.state.set_position(&table.name, at);
        }
        Ok(self.state.save()?)
    }

    /// Posts rows and writes down which of them were not taken.
    async fn take(
        &mut self,
        table: &Polled,
        lines: Vec<Line>,
        clock: &Clock,
        done: &mut RoundDone,
    ) -> Result<(), PollError> {
        let mut good = Vec::with_capacity(lines.len());
        for line in lines {
            let Some(key) = line.key else {
                tracing::warn!(
                    table = table.name,
                    position = line.at,
                    "a row has nothing in its key; it is not taken"
                );
                self.state.add_without_key(&table.name);
                continue;
            };
            match line.events {
                Err(why) => self.hold(table, key, line.case_no, Some(why), clock, done)?,
                Ok(events) => good.push((key, line.case_no, events)),
            }
        }
        let (mut rows, mut events) = (Vec::new(), Vec::new());
        for (key, case_no, of_row) in good {
            let case = case_no.as_deref();
            if case.is_some_and(|case| self.state.blocks(case, &table.name, &key)) {
                self.hold(table, key, case_no, None, clock, done)?;
            } else {
                rows.push((key, case_no));
                events.push(of_row);
            }
        }
        let taken = self.intake.send(&events).await?;
        for ((key, case_no), taken) in rows.into_iter().zip(taken) {
            match taken {
                Err(why) => self.hold(table, key, case_no, Some(why), clock, done)?,
                Ok(()) => {
                    done.taken += 1;
                    let metrics = &self.status.metrics;
                    metrics.rows_taken.with_label_values(&[&table.name]).inc();
                    if self.state.release(&table.name, &key) {
                        tracing::info!(table = table.name, ?key, "a row that was held is taken");
                    }
                }
            }
        }
        Ok(())
    }

    /// Keeps a row that was not taken, and tells why if that is new.
    fn hold(
        &mut self,
        table: &Polled,
        key: Vec<String>,
        case_no: Option<String>,
        why: Option<Why>,
        clock: &Clock,
        done: &mut RoundDone,
    ) -> Result<(), PollError> {
        let most = self.config.read.held_max;
        let held = self.state.held();
        let known = held.iter().any(|h| h.table == table.name && h.key == key);
        if !known && held.len() >= most {
            return Err(PollError::TooManyRefused {
                table: table.name.clone(),
                most,
            });
        }
        let new = self.state.hold(Held {
            table: table.name.clone(),
            key: key.clone(),
            case_no: case_no.clone(),
            why: why.clone(),
            first_at: clock.at,
            last_at: clock.at,
            tries: 1,
        });
        match why {
            Some(why) if new => {
                done.refused += 1;
                let metrics = &self.status.metrics;
                let labels = [table.name.as_str(), why.reason.as_str()];
                metrics.rows_refused.with_label_values(&labels).inc();
                tracing::warn!(
                    table = table.name,
                    ?key,
                    case_no,
                    column = why.column,
                    reason = why.reason,
                    message = why.message_zh,
                    message_en = why.message_en,
                    "a row is refused; it is kept and tried again"
                );
            }
            None if new => {
                tracing::info!(
                    table = table.name,
                    ?key,
                    case_no,
                    "a row waits for a refused one of its case"
                );
            }
            _ => {}
        }
        Ok(())
    }

    /// Rows that were refused may have been corrected without a new update time; those that wait may go on.
    async fn try_refused_again(
        &mut self,
        session: &mut Session,
        clock: &Clock,
        done: &mut RoundDone,
    ) -> Result<(), PollError> {
        let retry = i64::try_from(self.config.read.retry.as_millis()).unwrap_or(i64::MAX);
        let at_once = !std::mem::replace(&mut self.retried, true);
        let due = self.state.held().iter().filter(|held| match &held.why {
            Some(_) => at_once || held.last_at.plus_millis(retry) <= clock.at,
            None => false,
        });
        let mut due: Vec<Held> = due.cloned().collect();
        due.sort_by_key(|held| held.last_at);
        due.truncate(RETRIES_MAX);
        self.read_again(session, due, clock, done).await?;
        let free = self.state.held().iter().filter(|held| {
            let case = held.case_no.as_deref().unwrap_or_default();
            held.why.is_none() && !self.state.blocks(case, &held.table, &held.key)
        });
        let free: Vec<Held> = free.take(RETRIES_MAX).cloned().collect();
        self.read_again(session, free, clock, done).await?;
        Ok(self.state.save()?)
    }

    async fn read_again(
        &mut self,
        session: &mut Session,
        held: Vec<Held>,
        clock: &Clock,
        done: &mut RoundDone,
    ) -> Result<(), PollError> {
        let Session { database, tables } = session;
        for table in tables {
            let mut lines = Vec::new();
            let name = table.name.clone();
            for held in held.iter().filter(|held| held.table == name) {
                let query = table.reading(database.dialect()).by_key(&held.key);
                let rows = database.rows(&query, "reading a row again").await?;
                match rows.into_iter().next() {
                    Some(values) => lines.push(table.line(values)?),
                    None => {
                        tracing::warn!(
                            table = table.name,
                            key = ?held.key,
                            "a row that was held is not in the table any more"
                        );
                        self.state.release(&table.name, &held.key);
                    }
                }
            }
            self.take(table, lines, clock, done).await?;
        }
        Ok(())
    }

    /// Says how far all that happened is in the tables, if nothing is known to be missing.
    async fn say_complete(&mut self, clock: &Clock) -> Result<(), PollError> {
        let Some(after) = self.config.read.complete_after else {
            return Ok(());
        };
        if !self.state.held().is_empty() || self.state.without_key() > 0 {
            return Ok(());
        }
        let after = i64::try_from(after.as_millis()).unwrap_or(i64::MAX);
        let until = clock.at.plus_millis(-after).floor_second();
        if self
            .state
            .complete_until()
            .is_some_and(|said| said >= until)
        {
            return Ok(());
        }
        match self.intake.complete(&self.config.source, until).await? {
            Ok(()) => {
                self.state.set_complete_until(until);
                let seconds = until.millis() as f64 / 1_000.0;
                self.status.metrics.complete_until.set(seconds);
                Ok(self.state.save()?)
            }
            Err(why) => {
                tracing::warn!(
                    reason = why.reason,
                    message = why.message_zh,
                    "intake does not take that the source is complete"
                );
                Ok(())
            }
        }
    }
}

impl Polled {
    /// A row that was read, its last value being its position.
    fn line(&mut self, mut values: Values) -> Result<Line, PollError> {
        let doing = crate::DatabaseError::Answer("reading a row");
        let Some(Some(at)) = values.pop() else {
            return Err(doing.into());
        };
        let key: Option<Vec<String>> = self
            .key_at
            .iter()
            .map(|at| values.get(*at).cloned().flatten())
            .collect();
        let texts: Vec<Option<&str>> = values.iter().map(Option::as_deref).collect();
        let read = self.reader.read(&texts);
        let of_key = match &key {
            Some(key) => hash(key.iter().map(|k| Some(k.as_str()))),
            None => hash(texts.iter().copied()),
        };
        Ok(Line {
            hashes: (
                of_key,
                hash(texts.iter().copied().chain([Some(at.as_str())])),
            ),
            at,
            key: key.filter(|_| read.key.is_some()),
            case_no: read.case_no,
            events: read.events.map_err(why),
        })
    }
}

/// All that is wrong with a row, under the code of the first.
fn why(refused: Vec<Refusal>) -> Why {
    let columns: Vec<&str> = refused.iter().filter_map(|r| r.field.as_deref()).collect();
    let told = |text: fn(&Refusal) -> String| -> String {
        let all: Vec<String> = refused.iter().map(text).collect();
        all.join("; ")
    };
    Why {
        reason: refused
            .first()
            .map_or("unreadable", |refusal| refusal.reason.code())
            .to_owned(),
        column: (!columns.is_empty()).then(|| columns.join(", ")),
        message_zh: told(Refusal::message_zh),
        message_en: told(Refusal::message_en),
    }
}

fn hash<'a>(values: impl Iterator<Item = Option<&'a str>>) -> u64 {
    let mut bytes = Vec::new();
    for value in values {
        match value {
            None => bytes.push(0),
            Some(text) => {
                bytes.push(1);
                bytes.extend_from_slice(&(text.len() as u64).to_le_bytes());
                bytes.extend_from_slice(text.as_bytes());
            }
        }
    }
    xxh3_64(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_in_where_values_end_is_not_the_same() {
        let one = hash([Some("ab"), Some("c")].into_iter());
        assert_ne!(one, hash([Some("a"), Some("bc")].into_iter()));
        assert_ne!(one, hash([Some("ab"), None, Some("c")].into_iter()));
        assert_eq!(one, hash([Some("ab"), Some("c")].into_iter()));
    }
}
