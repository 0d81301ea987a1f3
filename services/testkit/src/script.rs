//! Case scripts: text tables that anyone can read, run through the engine and the slow evaluator.
//!
//! ```text
//! item XK-1                                  # the item code of the events that follow
//! 2026-02-12 09:00  accepted            by zhang
//! 2026-02-13 10:00  step_start:review   by li
//! tick 2026-03-05 00:00
//! expect decision-late yellow issued due 2026-03-04 breached 2026-03-05
//! ```
//! Lines are read from top to bottom, so events arrive in the order of their lines. Instants are wall-clock readings
//! in Asia/Shanghai (`zone` changes that). `#` begins a comment.
//!
//! | line | means |
//! |---|---|
//! | `item CODE`, `case NO`, `org CODE` | of the events that follow; `-` for none |
//! | `source ID [live\|declared] [allowance 24h] [rhythm MINUTES] [supervised_from DATE [TIME]]` | the source that speaks from here on; declares it where it says more than an id |
//! | `DATE TIME KIND[:STEP] [word value]…` | an event; words below |
//! | `tick DATE TIME` | the clock |
//! | `complete_until DATE TIME` | the current source is complete up to then |
//! | `command SUBJECT KEY found\|over\|not_found RULE WINDOW LEVEL DATE TIME` | an inspection says so, as of then; a case is the current source's; its alert is `KEY/inspection/RULE@WINDOW`, of what is no source's `:KEY/…`, with `!` for a slash in the key; of a source `-/…` |
//! | `dispose ALERT ACT [CONCLUSION] by WHO DATE TIME [word value]…` | a person does something about an alert; words: `key K`, `to BODY`, `until DATE TIME`, `proof HASH`, `cause CODE` (of an objective conclusion), `rectify` (an order: something has to be put right), `why TEXT` |
//! | `raise case\|org KEY LABEL LEVEL by WHO DATE TIME [word value]…` | a person raises an alert; a case is the current source's; its alert is `KEY/disposition/manual@LABEL`; words: `key K`, `to BODY`, `why TEXT` |
//! | `answered applied\|REASON` | what the last such command came to |
//! | `inspect RULE WINDOW` | a periodic inspection of a window runs; only where there is an archive to run it over |
//! | `activate NAME` and lines that begin with `\|` | definitions: the file of that name is added or replaced |
//! | `expect POINT[@STEP][#VISIT] LEVEL STATUS [due …] [breached …] [done …] [is STATE]` | a run of such lines lists every alert there is, in any order |
//! | `expect nothing` | there is no alert |
//! | `says POINT[@STEP][#VISIT] TEXT` | the message of that alert has this text in it |
//! | `cites POINT[@STEP][#VISIT] TEXT` | that alert cites exactly this basis; `-` for none |
//!
//! Words of an event: `by ACTOR`, `id ID` (else `e1`, `e2` … by line), `v VERSION`, `seq N` (else its line's number), `received DATE TIME`
//! (else when it happened), `entered DATE TIME`, `corrects ID`, `special KIND`, `until DATE TIME`, `granted BUDGET`, `notice NUMBER` (the written notice of a special
//! procedure), `org CODE`,
//! `region CODE`, `party REF`, `party_kind KIND`, `result CODE`, `reason TEXT`, `basis TEXT`, `attach KIND` and `evidence HASH` (a file; may be said again), `parent NO`,
//! `case_kind KIND`, `channel CODE`, `set NAME=VALUE` (an attribute), `amount NAME=FEN`, `acted DATE [TIME]`, and those of persons and money:
//! `cert NO`, `with ID[/CERT]` (a further officer, again for each), `act CODE`, `tier CODE`, `fee CODE`, `quantity N`, `relief GROUND`,
//! `collector ID`, `on_the_spot GROUND`, `jurisdiction GROUND[:DOCUMENT]`, `plan NO`, `cause WORD`, `approver ID`, `rank RANK`.
//!
//! `due` without a time is the end of that day; `breached` and `done` without one are its first instant. An alert of another case
//! than the current one is written `case/point`.

mod commands;
mod parse;
mod particulars;
mod run;
mod show;
mod told;
mod words;

pub use parse::{BadLine, Input, Line, parse};
pub use run::{EngineRun, Judge, SlowRun, check, compiled, definitions, run};
pub use show::{Row, difference};
pub use told::Told;
