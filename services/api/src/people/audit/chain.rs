//! Blocks: entries, and the SHA-256 of the block before. As rows of ClickHouse, and made again from them: what was taken out or rewritten
//! since breaks the chain, in whichever place. Pure.

use mingjing_store::AuditRow;
use serde::{Deserialize, Serialize};

use super::super::secret::digest;
use super::super::{encoded, entry};
use super::Entry;
use crate::ApiError;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Block {
    /// Empty: it is the first of its journal.
    pub before: String,
    pub entries: Vec<Entry>,
}

/// A block's hash, of its bytes as they were written.
pub(super) fn hash(block: &[u8]) -> String {
    digest(&String::from_utf8_lossy(block))
}

/// The rows of a journal's block. A journal is called after its day and its process: `<day>/<process>`.
///
/// # Errors
/// [`ApiError::Failed`]: it is no block.
pub(super) fn rows(
    journal: &str,
    number: u32,
    bytes: &bytes::Bytes,
) -> Result<Vec<AuditRow>, ApiError> {
    let Block { before, entries } = entry(bytes, super::WAITING)?;
    let day = journal.split('/').next().unwrap_or_default();
    let hash = hash(bytes);
    let row = |(place, entry): (usize, Entry)| AuditRow {
        day: day.to_owned(),
        journal: journal.to_owned(),
        block: number,
        place: u16::try_from(place).unwrap_or(u16::MAX),
        at: entry.at.into(),
        account: entry.account,
        person: entry.person,
        sender: entry.from,
        method: entry.method,
        path: entry.path,
        status: entry.status,
        before: before.clone(),
        hash: hash.clone(),
    };
    Ok(entries.into_iter().enumerate().map(row).collect())
}

/// The entry of a row.
pub(super) fn entry_of(row: AuditRow) -> Entry {
    Entry {
        at: row.at.into(),
        account: row.account,
        person: row.person,
        from: row.sender,
        method: row.method,
        path: row.path,
        status: row.status,
    }
}

/// What the chains of some days come to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Chains {
    /// The journals, of which each process has its own.
    pub journals: usize,
    /// Their blocks.
    pub blocks: usize,
    /// The journals in which a block is not what it was, or does not follow the one before.
    pub broken: Vec<String>,
}

/// Some blocks of a journal that follow each other, walked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    /// The number of the first one, and the hash that it names.
    first: u32,
    before: String,
    /// The number of the last one, and its hash.
    last: u32,
    hash: String,
    blocks: usize,
    /// Each is what it was, and follows the one before.
    whole: bool,
}

/// Walks blocks of one journal, whose rows lie in the order of block and place; none where there are none.
///
/// # Errors
/// [`ApiError::Failed`]: a block cannot be made again.
pub(super) fn walk(rows: Vec<AuditRow>) -> Result<Option<Run>, ApiError> {
    let mut rows = rows.into_iter().peekable();
    let mut walked: Option<Run> = None;
    while let Some(first) = rows.next() {
        let (number, named, told) = (first.block, first.before.clone(), first.hash.clone());
        let mut entries = vec![entry_of(first)];
        let mut whole = true;
        while let Some(row) = rows.next_if(|row| row.block == number) {
            whole &= row.before == named && row.hash == told;
            entries.push(entry_of(row));
        }
        let block = Block {
            before: named.clone(),
            entries,
        };
        let made = hash(&encoded(&block)?);
        whole &= made == told;
        walked = Some(match walked {
            None => Run {
                first: number,
                before: named,
                last: number,
                hash: made,
                blocks: 1,
                whole,
            },
            Some(run) => Run {
                whole: whole
                    && run.whole
                    && run.last.checked_add(1) == Some(number)
                    && run.hash == named,
                last: number,
                hash: made,
                blocks: run.blocks + 1,
                ..run
            },
        });
    }
    Ok(walked)
}

impl Chains {
    /// What these runs come to, each with its journal: those of a journal lie together, in its order.
    pub fn of(runs: Vec<(String, Run)>) -> Self {
        let mut chains = Chains::default();
        let mut runs = runs.into_iter().peekable();
        while let Some(journal) = runs.peek().map(|(journal, _)| journal.clone()) {
            let (mut next, mut before, mut whole) = (Some(0), String::new(), true);
            while let Some((_, run)) = runs.next_if(|(of, _)| *of == journal) {
                whole &= run.whole && Some(run.first) == next && run.before == before;
                next = run.last.checked_add(1);
                before = run.hash;
                chains.blocks += run.blocks;
            }
            chains.journals += 1;
            if !whole {
                chains.broken.push(journal);
            }
        }
        chains
    }
}

#[cfg(test)]
pub(super) mod tests {
    use bytes::Bytes;

    use super::super::tests::entry_by;
    use super::*;

    /// The chains of rows in the order of journal, block and place, walked in runs of so many blocks.
    pub(in super::super) fn chains_in(rows: &[AuditRow], blocks: u32) -> Chains {
        let run_of = |row: &AuditRow| (row.journal.clone(), row.block / blocks);
        let runs = rows.chunk_by(|a, b| run_of(a) == run_of(b));
        let runs = runs.map(|run| {
            let walked = walk(run.to_vec()).unwrap().unwrap();
            (run[0].journal.clone(), walked)
        });
        Chains::of(runs.collect())
    }

    /// Three blocks of a journal, of one and of two entries.
    fn journal(name: &str) -> Vec<AuditRow> {
        let mut before = String::new();
        let accounts: [&[&str]; 3] = [&["li"], &["wang", "li"], &["zhao"]];
        let blocks = accounts.iter().enumerate().map(|(number, accounts)| {
            let entries = accounts.iter().map(|account| entry_by(account, 7));
            let block = Block {
                before: before.clone(),
                entries: entries.collect(),
            };
            let bytes = Bytes::from(encoded(&block).unwrap());
            before = hash(&bytes);
            rows(name, number as u32, &bytes).unwrap()
        });
        blocks.collect::<Vec<_>>().concat()
    }

    /// In whichever runs it is walked, it comes to the same.
    fn chains(rows: Vec<AuditRow>) -> Chains {
        let told = chains_in(&rows, 1_024);
        for blocks in 1..4 {
            assert_eq!(chains_in(&rows, blocks), told, "in runs of {blocks}");
        }
        told
    }

    #[test]
    fn what_was_written_is_whole_and_journals_do_not_hang_on_each_other() {
        let (a, b) = ("2026-11-29/a", "2026-11-29/b");
        let told = chains([journal(a), journal(b)].concat());
        let wanted = Chains {
            journals: 2,
            blocks: 6,
            broken: Vec::new(),
        };
        assert_eq!(told, wanted);
        assert!(journal(a).iter().all(|row| row.day == "2026-11-29"));
    }

    /// As versions before wrote them, which keep their hashes.
    #[test]
    fn blocks_of_before_are_read_and_made_again_to_the_byte() {
        let entry = r#"{"at":"2026-11-27T01:02:03.004+00:00","account":"li","person":"fz-07","from":"10.0.0.7","method":"GET","path":"/api/v1/alerts","status":200}"#;
        let first = format!(r#"{{"before":"","entries":[{entry}]}}"#);
        let named = "0894f983ea066deccd7f0cdd454314f6027d70162a0508b167d9172db764a13b";
        let second = format!(r#"{{"before":"{named}","entries":[{entry},{entry}]}}"#);
        let read = |number, text: &str| {
            let bytes = Bytes::from(text.to_owned());
            rows("2026-11-27/0123456789abcdef", number, &bytes).unwrap()
        };
        let told = chains([read(0, &first), read(1, &second)].concat());
        assert_eq!((told.journals, told.blocks), (1, 2));
        assert_eq!(told.broken, Vec::<String>::new());
    }

    #[test]
    fn nothing_is_taken_out_rewritten_or_swapped_unseen() {
        let name = "2026-11-29/a";
        let broken = |tamper: &dyn Fn(&mut Vec<AuditRow>)| {
            let mut rows = journal(name);
            tamper(&mut rows);
            !chains(rows).broken.is_empty()
        };
        assert!(!broken(&|_| ()));
        assert!(broken(&|rows| drop(rows.remove(0))), "the first block");
        assert!(broken(&|rows| drop(rows.drain(1..3))), "one in between");
        assert!(broken(&|rows| drop(rows.remove(2))), "an entry of a block");
        assert!(broken(&|rows| rows[1].path.push('x')), "rewritten");
        assert!(broken(&|rows| rows[3].status = 403), "the last one, too");
        assert!(broken(&|rows| {
            let (first, second) = (rows[1].account.clone(), rows[2].account.clone());
            (rows[1].account, rows[2].account) = (second, first);
        }));
        // Rewritten with a hash of its own: the next one names another.
        assert!(broken(&|rows| {
            rows[0].account = "nobody".into();
            let block = Block {
                before: String::new(),
                entries: vec![entry_of(rows[0].clone())],
            };
            rows[0].hash = hash(&encoded(&block).unwrap());
        }));
    }
}
