//! Judging: what should be alleged of a case, and the difference to what has been alleged.
//!
//! Pure: no IO, no clock, no threads; iteration order never shows. What should be alleged is a function of
//! (the case's known history, definitions, calendar, clock, how far its source is known complete). What has
//! been alleged is folded from facts. The engine emits the difference.
//!
//! # The rules it keeps
//!
//! **History.** Of each event id the greatest `data_version` is known; of equal ones the first that arrived. An
//! event named by a `corrected` event's `corrects` is not part of the history; the `corrected` event is.
//! Order within a case: (`occurred_at`, `source_seq`, event id). *Earlier* and *later* mean this order, except for
//! limits, which compare instants cut to the second.
//!
//! **The case's own values.** Item: the first one named, in order. `org_code`, `region_code`: the latest named.
//! `case_kind`: the first. A declared attribute: the latest an event carried, else its default.
//!
//! **The flowchart** is the version with the greatest `effective_from` on or before the local date of the first
//! `accepted` event, or of the first event while there is none. No version in force: no flowchart. General points
//! apply beside it.
//!
//! **Steps.** An event's step is its `step_code`; without one, the step whose `done_by` has its kind. `step_start`
//! opens the next visit of its step. `step_end`, or an event whose kind is in its step's `done_by`, ends the oldest
//! open visit of the step, or is a visit of no length where none is open. The *occurrence* of an event is its count
//! among the case's events of the same kind and step, from 1.
//!
//! **A limit's stays.** `step`: each visit of the step, from its start to its end. `stage`, `case`, occurrence `first`:
//! one stay, from the first event matching `from` to the first event matching `to` (earlier or later); with
//! `own_deadline` no `from` is needed. Occurrence `each`: each `from` event opens a stay, numbered from 1; the
//! first `to` event after it ends it. `event`: each `to` event that carries the attribute is a stay of its own, done
//! at its own instant, numbered by its occurrence.
//! *Fallen*: (a) the first `falls_away_on` event at or after the stay's start ends the duty for good: what is done after
//! it is not judged; (b) the first instant at or after the start at which `falls_away_when` held after an event of the
//! case ends the duty while nothing has been done; what is done later is judged all the same.
//! `supplement_rebases`: before the first `accepted`, a `supplement_notice` after the start stops the stay, the next
//! `supplement_done` starts it anew.
//!
//! **Due instants** come from [`mingjing_domain::deadline`] with the ledger: suspensions are `suspend` events of a listed
//! kind that suspends this limit, until the `resume` of that kind (or of no kind), but no longer than `planned_end` (or the
//! procedure's `maximum`); an open one without either stops the limit. Extensions are `extend` events of a
//! listed kind that lengthens this limit, at or before the then due instant, once per kind, at most `maximum`.
//! Only entries before the stay is done count. `own_deadline`: the end of the local day of the attribute's
//! latest value (event limits: of the value the event carries); no ledger.
//!
//! **A ladder's rungs**: `promised` and `statutory` are reached one second after their due instant (*breach rungs*);
//! `before` and `used` at their instant, measured against the first breach rung's limit (*reminders*).
//!
//! **What an overdue point alleges** of a stay. Let `h` be the instant done, else fallen, else the clock. The rung is the
//! gravest reached at `h`. None reached: nothing. Done on a breach rung: alleged for good, `completed_at` set.
//! Done on a reminder: ended. Fallen: ended. Otherwise open. `judged: when_done` alleges only what was done on
//! a breach rung; `while_open` only what is open. `due_at` is the rung's due instant (reminders: the first breach
//! rung's), `breached_at` the second after it (reminders: none).
//! `too_early`: done at or after its start but before [`mingjing_domain::deadline::earliest`]; `due_at` is that instant,
//! `breached_at` the instant done.
//! `special_overdue`: a stay from each `suspend` with an end, due at the end of that local day, done by its `resume`;
//! it falls away on a fall-away event, `decided` or `closed`. Step: the procedure's kind; visit: its count.
//!
//! **Findings** are alleged at the event that completes them, see [`PointKind`]. Those scoped to the case (all but
//! `each`, steps and special procedures) have an empty step and visit 1.
//!
//! **Settling.** What is alleged of an instant is *settled* when its source is known complete up to that instant
//! or the clock has passed it by the source's delay allowance. The instant is `breached_at` for limits (`too_early`
//! and findings: the completing event's `occurred_at`); reminders are settled at once; `off_list` at its grace's
//! end. Settled: issued, or review where the point asks for a person. Not settled: pending. A ladder shows its gravest settled rung,
//! or, pending, its gravest reached one. Cases begun before `supervised_from` stay pending.
//!
//! **When it was not so after all**: pending becomes cancelled. Issued or ended becomes withdrawn when the cause is the calendar,
//! definitions, the engine, a declared source's completion, or an event that came within the source's delay
//! allowance of its business time (corrections: of the corrected event's); else review, for a person.
//!
//! [`PointKind`]: mingjing_domain::definitions::PointKind

mod allege;
mod condition;
mod fold;
mod history;
mod life;
mod partition;
mod record;
mod rules;
mod snapshot;
mod symbols;

pub use partition::{CaseSummary, Counts, Engine, Input};
pub use rules::{Rules, RulesProblem};
pub use snapshot::SnapshotError;

/// The engine's version, part of every alert. Raise it with every change that alters a verdict.
pub const ENGINE_VERSION: &str = "1";
