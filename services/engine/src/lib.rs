//! Judging: what should be alleged of a case, and the difference to what has been alleged.
//!
//! Pure: no IO, no clock, no threads; iteration order never shows. What should be alleged is a function of
//! (the case's known history, definitions, calendar, clock, how far its source is known complete). What has
//! been alleged is folded from facts. The engine emits the difference.
//!
//! # The rules it keeps
//!
//! **History.** Of each event id the greatest `data_version` is known; of equal ones the first that arrived. A
//! greater version with the same `occurred_at` keeps the earliest receipt and the earliest entry known for its id. An
//! event named by the `corrects` of any known event is not part of the history; what a correction takes back it takes
//! back even where it is itself corrected. Order within a case: (`occurred_at`, `source_seq`, event id). *Earlier*
//! and *later* mean this order, except for limits, which compare instants cut to the second. *First* is first in
//! order.
//!
//! **The case's own values.** Item: the first one named. `case_kind`: the first. `org_code`, `region_code`: the
//! latest named. A declared attribute: the latest an event carried, else its default; a value of another type than
//! declared is not carried (a whole number is taken for a float) and counted as unjudged. A name in both `amounts`
//! and `attributes` is the attribute's. Findings that ask for the item take the first one named up to and with their
//! event; `case_kind` is asked of the whole case.
//!
//! **The flowchart** is the version with the greatest `effective_from` on or before the local date of the first
//! `accepted` event, or of the first event while there is none. No version in force: no flowchart. General points
//! apply beside it. Local dates are those of the flowchart's calendar; without flowchart, of the first general points
//! that name a calendar, else of `cn`.
//!
//! **Steps.** An event's step is its `step_code`; without one, the step whose `done_by` has its kind. `step_start`
//! opens the next visit of its step. `step_end`, or an event whose kind is in its step's `done_by`, ends the oldest
//! open visit of the step, or is a visit of no length where none is open. Steps unknown to the flowchart are visited
//! by `step_start` and `step_end` alone. The *occurrence* of an event is its count among the case's events of the
//! same kind and step, from 1.
//!
//! **A limit's stays.** `step`: each visit of the step, from its start to its end; a visit of no length is no stay,
//! so it waits for nothing and is late for nothing. `stage`, `case`, occurrence `first`: one stay, from the first
//! event matching `from` to the first event matching `to`; there is none where `to` came before `from`, and one event
//! may be both. A `from` event at which `starts_when` does not hold is none. With `own_deadline` no `from` is needed: the stay begins with the case. Occurrence `each`: each
//! `from` event opens a stay, numbered from 1; the first `to` event after it ends it, where it is about it (see *Complaints and ratings*). `event`: each `to` event that
//! carries the attribute is a stay of its own, done at its own instant, numbered by its occurrence. *Fallen*: (a) the
//! first `falls_away_on` event at or after the stay's start ends the duty for good: what is done after it is not
//! judged (by default the kinds of a case's other endings; `not_accepted` is none once an `accepted` came before; of step limits also `closed`,
//! and `decided` where the arrows lead from the step to the one that it does and none lead back, unless the step is done by it); (b) the first instant at or after the start at which `falls_away_when` held after an event of the case
//! ends the duty while nothing has been done; what is done later is judged all the same. An event that is named by
//! `to` ends the stay as done and never as fallen; done before fallen is a matter of order, not of seconds.
//! `supplement_rebases`: before the first `accepted`, a `supplement_notice` in time stops the stay, which then has no
//! due instant; the next `supplement_done` starts it anew; `accepted` ends the stop, and the stay runs from its start
//! as before. What is done while it is stopped, by `accepted` itself too, is in time.
//!
//! **Complaints and ratings** (`complaint`, `rated`) of a case are told apart in limits of occurrence `each`, duties among them. A `complaint_accepted`, `complaint_answered`,
//! `called_back` or `rectified` is about the event whose id it carries as the attribute `about` (a text that is not empty), and ends no stay but what began with it. Without `about` it is
//! about what *waits* for its kind: what it is owed to, else what has not had one. It is owed for an acceptance to complaints neither accepted nor answered; for an answer to those not
//! answered, but for anonymous accepted ones (`anonymous`); for a call-back to bad ratings (grade 4 or 5: the result, else `satisfaction`) neither called back nor put right, and to accepted or answered complaints not called back and
//! not ended by an `outcome` `refused` or `withdrawn`; for putting right to bad ratings. Where one waits, it is about that one. Where several wait, it is *perhaps* about each, as it is about
//! what waits without being owed it; but where as many such events have come as wait, those waiting no more taken off, it is about all of them. A `rated` with `rating_changed` changes in the same way bad ratings, put right or not, and one that was changed
//! waits for nothing; a complaint is changed by none. Changed into another bad one from which the limit runs too, it is as if `falls_away_when`, where there is one, held of the former's stay. For `falls_away_when`, a stay that began with a rating does not know of those that change another, perhaps or surely, be they later, earlier or itself. With an `about` that no event of the case has up to it, in order, it is perhaps about all
//! that wait. A stay that began with neither kind is ended by every such event that names nothing. What is perhaps done before it was late, and alleged as overdue or ended before due, has the level
//! review; where some breach rung was reached before that, the gravest of these is alleged.
//!
//! **Taken up again.** An event *goes on* with a limit's case: `accepted`, `filed`, `supplement_notice`, `supplement_done`, `suspend`, `extend`,
//! `hearing`, `legal_review`, `collective_discussion`, `decided`; the `step_start` of a step from which the flowchart's `next` leads to one that
//! does what the limit waits for; and each event of `from` (as `starts_when` has it) that is none of winding up (ways of ending, `delivered`,
//! `published`, `unpublished`, `closed`, `corrected`, `note`, `resume`, `step_end`, ratings and complaints). Of a limit of `kind: case` that ended for good
//! by `voided`, `returned` or a `withdrawn` without attachment, no condition having held before, such an event takes that back: the stay runs from its
//! first start as if it had not ended. In every other limit of occurrence `first` that ended by one of the default kinds, an event of `from` that is none of
//! winding up opens a stay of its own, numbered on. Whether a case *stands ended* when it closes: it has ended otherwise, and was not accepted
//! or filed since.
//!
//! `deemed_from`: the first event matching its `from`, before any event matching the limit's own, is an application. Its answer is the first
//! later event that matches `answered_by`. Where there is none, or it came (in seconds) after the deadline of `within`, the stay runs from
//! the application; no rung of it is reached before the second after that deadline. Else the limit runs as usual.
//!
//! **Due instants** come from [`mingjing_domain::deadline`] with the ledger: suspensions are `suspend` events of a
//! listed kind that suspends this limit, until the first later `resume` of that kind (or of no kind), which ends
//! every open one it means, but no longer than `planned_end`, its own `granted` and the procedure's `maximum`; an open one without
//! any stops the limit, and none of its rungs is reached. One that was to end before it began counts nothing.
//! Extensions are `extend` events of a listed kind that lengthens this limit, while the stay
//! is not past its due instant (the statutory one, else the promised), once per kind; each lengthens both.
//! One adds what was granted, at most `maximum`; `maximum` where nothing readable, or another unit, was granted;
//! without either it counts nothing and does not use its kind up. `at_least` is suspended and never extended. Only
//! entries before the stay is done or falls away count. `own_deadline`: the end of the local day of the attribute's latest value
//! (event limits: of the value the event carries); no ledger. It is *put off* at a receipt where an earlier end of day was known of it an
//! allowance after some receipt that changed it (and, a case's, when the stay began), and this receipt is the last that changed it.
//!
//! **A ladder's rungs**, whose levels rise: `promised` and `statutory` are reached one second after their due instant
//! (*breach rungs*); `before` and `used` at their instant, measured against the first breach rung's limit
//! (*reminders*).
//!
//! **What an overdue point alleges** of a stay. Let `h` be the instant done, else fallen, else the clock. The rung is
//! the gravest reached at `h`. None reached: nothing. Done on a breach rung: alleged for good. Done on a reminder:
//! ended. Fallen: ended. Otherwise open. `completed_at` is set where a breach rung is shown of what was done.
//! `judged: when_done` alleges only what was done on a breach rung; `while_open` only what is open: of what is over
//! it ends what went out, cancels what waits and raises nothing. `due_at` is the rung's due instant (reminders: the
//! first breach rung's, none where the ladder has none), `breached_at` the second after it (reminders: none).
//! `duty_not_done`: for each expectation of the case's item, whenever that was named, a stay from each trigger to the
//! first owed event after it, by the law's ladder of one rung and without the ledger; step: the expectation's id.
//! `too_early`: done at or after its start but before [`mingjing_domain::deadline::earliest`], or where the limit runs out
//! `in_full` before [`mingjing_domain::deadline::run_out`]; `due_at` is that instant, `breached_at` the instant done. `ended_before_due`: fallen for good on one of `on` (absent: any
//! default kind, but for a `withdrawn` with an attachment), at or after the instant
//! of `within` (a reminder measured by the promise, else the law) and not late; `due_at` is what it was measured by,
//! `breached_at` the instant fallen. `special_overdue`: a stay from each `suspend` of a listed kind that suspends, due at the end of the local day of
//! its end (planned, by `granted` or the `maximum`; none where that was before it began), done by its `resume`; it falls away on a default fall-away event, `decided` or `closed`. Step: the
//! procedure's kind; visit: its count. `remind`: a reminder (notice) so long before, where the point is graver than that. Of a kind without `maximum`
//! whose suspension has no end, or one later than that, there is a reminder (notice, or as mild as the point) the second after the
//! deadline of `review_after` (the point's, else the kind's, else 30 calendar days) from its start, and a later `suspend` of the kind with a
//! written notice does it, too. Its time counts all the same.
//!
//! **Findings** are alleged at the event that completes them, see [`PointKind`]. Those scoped to the case (all but
//! `each`, steps, special procedures, sums, tiers, fees and approvals) have an empty step and visit 1, and speak once, at the first event that
//! completes them.
//! - `not_in_flowchart`, `started_too_soon`, of a visit (step, visit): the first step entered must be a `first` one.
//!   When a visit of P ends, each step of `P.next` (absent: every step) is enabled by P. A visit of an enabled step S
//!   is in order and closes what the first step that enabled it has enabled otherwise, but for steps parallel to S.
//!   So is one of a `repeatable` step entered before. Else, while some other step with S in its `next` (or without
//!   `next`) is open, S was started too soon; else there is no way to it. A step unknown to the flowchart is not in
//!   it.
//! - `required_step`, of (the missing step, 1): at the first closing event, unless the case stands ended with it. As grave as the step's
//!   `if_missing`; where neither it nor the point nor settings say, red for a step done by `notice`, `hearing`, `legal_review` or
//!   `collective_discussion`.
//! - `time_reversed`: at the first `applied`, an `accepted` strictly before it; at the first `accepted`, a `decided`;
//!   at a `step_start`, a `step_end` of its step strictly before it that the source sent after it (`source_seq`; under one number, that was
//!   first received no earlier), and that found no start of the step open;
//!   at a `suspend` that was planned to end before it.
//! - `off_list`: at the first event that names an item: unknown, not yet in force on that local date, or active and
//!   past its end. Where none names one: at the first `accepted`, `filed` or `decided`.
//! - `cancelled_item`: after the end of a cancelled or transferred item. A case begun after it: any event. Begun
//!   before: nothing where running cases finish; else all but winding up (terminated, transferred, delivered,
//!   published, closed, withdrawn, voided, returned, corrected, rated; complaints, calling back and putting right), and but for
//!   `paid`, `executed`, `review_result` and `unpublished` after a `decided` no later than the end.
//! - `wrong_body`: by the event's own `org_code` (without it nothing) and `region_code`. Lawful are the item's own and its
//!   entrusted bodies within their areas, an acting body on its days, for its steps (an event of no step is any), within its
//!   areas (absent: its body's; `cross_region`: anywhere), and whoever the case has last said is `designated` or `cross_region`,
//!   where it has ever named a document.
//! - *Officers* of an event: the actor and the co-actors with an id, each once. The register asked is that of the *acting body* (the
//!   latest named, else the item's own), then of the item's own, entrusted and acting bodies, then by certificate that of any
//!   body; each from its `register_from` on. No register at the acting body and known nowhere: not judged, and counted. A register,
//!   and known nowhere: a *query*. Qualified: in post that day, with a certificate valid that day for the item's field, and no
//!   other number named than the register has (a query).
//! - `too_few_officers`: fewer named than needed, or fewer qualified (by another number than the register has, too); a query where those
//!   asked after would make them enough; not judged where those without register would; nobody named: a query; with `qualified: false` fewer
//!   named, and nothing else. `certificate`: the first
//!   officer not qualified, else asked after. `not_assigned`: no post held that day, own or stood in for, has the step (`flowchart/step`
//!   or `step`); not judged where no post of that register has it; nobody named, where a register is kept: a query. `approver_rank`: the register's rank of the approver (own or of
//!   posts), else the rank told; neither told, a word that is no rank, or somebody unknown to
//!   a register who is not told to be `government_head`: a query.
//! - `unplanned_inspection`: plan and cause as the case has last told them. Not judged where neither the acting nor the
//!   item's own body has any plan, or where neither was told by a format that lacks `inspection.plan`; an unknown number is a query.
//! - `discretion_amount`: the event's sum against the tier last named, in the version in force and filed on the day of the act (last
//!   told, else of the case's first event) or of the event, whichever is lighter: by its maximum, then its minimum. A computed
//!   limit may be rounded to either fen. Below, after a `collective_discussion`: review. `discretion_tier`: neither version has the
//!   tier; money decided without one is a query, but for a format that lacks `discretion_tier` (so of `fee` below). `discretion_changed`: the tier last named for the same act differs, and the event
//!   gives no reason. `fee`: of the event's day; a charge without code is a query, but for what is only paid where the sum last `decided` is
//!   more than 0; without `receivable` only too much counts; nor may all that the case paid of the code be more than the standard (a
//!   rate: of all its quantities).
//!   `collector`: the body or actor of the first `decided`, or an officer whom that body's register lists. Nobody told and no ground, of a fine
//!   (`decided` more than 0) whose payment the actor of the first `decided` entered: a query, then for review.
//! - A *query* is alleged as `off_list` is: settled when two working days have passed by the clock.
//! - `night_or_holiday`: the event's local date is statutory (1 January, 1 May, from 2025 on 2 May, 1 to 3 October, or listed so by the calendar) or a
//!   day off of a notice, weekend days inside its block included; or its local time, unless it is midnight to the second, lies in the night, from
//!   `night_from` on and before `night_until`. Where none of this is so, and the event is no `step_start`, of its *start*, the first `step_start` of its step since a visit of
//!   that last ended: where that is not one of `on` and is so itself; or where it is not so and more than half of the time between them, of less than
//!   24 hours and both not midnight to the second, is night. Not where the event, the latest `decided` before it, or an event of the case in the 72 hours
//!   before it (before its start, where that is what is so or what the time is counted from) carried the file of an emergency, or where the source
//!   cannot tell files; where any other event of the case carries it, for review. So is a day off by day that is not statutory, and mostly night.
//! - `late_entry`: `received_at`, or `entered_at` where that is earlier, cut to the second, past the deadline; of both the earliest that a
//!   version with this business time says, whichever came first. Not for declared sources.
//! - `conflict`: an event that names another item or party than the first; a `step_start` of a step that the flowchart has, that is not
//!   `repeatable` and of which a visit is open, where the last start of it named the same actor or neither named one: it opens no other; or an event whose id came with two contents under
//!   the version known (all counts but `received_at`, `sent_at` and `source_seq`). A greater version of the id settles it.
//! - `unfounded_suspension`, of each `suspend` and `extend` by itself: its kind is no suspending (extending) one of the flowchart; a suspension has
//!   neither a planned end nor a maximum, and its kind no `review_after`; an extension has no readable `granted`; or there is (unless
//!   `notice: false`, of the point or the kind) neither number nor time of a written notice. Its visit, as that of `approver_rank`, is its count
//!   among the step's suspensions and extensions together.
//! - `frequent_suspension`, at the first `suspend` of which one holds: it is the case's `suspend` number `count` + 1 or later; or the limit's
//!   stay, as it stood before the event, is open, has a due instant and the event comes when less than `last` of it is left (as the rung
//!   `used` reckons it, by the statutory budget, else the promised); or of the time from the stay's start to its due instant without ledger, more
//!   than `share` is taken by suspensions that stop it and began since, each to its planned end or earlier resumption, and this one as planned.
//! - `resent_after`, of the case, at an instant rather than an event: two versions of a record that counts, next to each other by
//!   number, of which the later was told (entered, else received, cut to the second) when the last event strictly before that
//!   instant of `after` or `lifted_by` was one of `after` and none of `lifted_by`, and says otherwise, or no more, what the earlier
//!   said: business time, kind, step, result, item, body, region, party, actor, act, tier, declared attributes. A version that comes after
//!   a greater one is known all the same. The earliest counts of which the point may speak, asked at the record that counts;
//!   `breached_at` is the instant told. Not for declared sources. `unless` does not excuse another business time, result, party, tier or declared
//!   amount: where nothing else is to be said, that is for review.
//! - `start_moved`, of the case: at the first of `on` (absent: `applied`, `accepted`, `filed`) that keeps an earlier time; `breached_at` is the
//!   instant at which the later one was told. A version *says as* another of its record does where kind, instant, step and special procedure are the
//!   same; it is *gone* when the first greater version that does not was received, or the first version of a standing correction that takes its record
//!   back; and *gone too late* where that is more than the source's allowance after a version that says the same was first received. An event *keeps an
//!   earlier time* where a version of its record of the same kind and step with one is gone too late; or where it is the
//!   case's first `applied`, `accepted` or `filed` and a version of its kind of another record with an earlier time is (told when that one was gone).
//!   The earliest counts. Stays begin at it (`too_early`, duties and special procedures at the event's own).
//!   Not for declared sources.
//! - `saved_by_late_entry`, of each stay of an overdue point's limit (judged always, begun plainly, not stopped): by what was
//!   told of suspensions and extensions in time, or where its own deadline was put off by the earliest that it was put off from, its first due instant (promised, else statutory) is earlier and passed before it was done, fell or by the clock. Whether an extension is credited is asked with all
//!   of them. Step and visit are the stay's; of several with the same, the one due first. `due_at` is that instant, `breached_at` the second after
//!   it. It stands for good. Told *in time* is an entry a version of which, of the same kind, special procedure and instant, was received within the source's
//!   allowance after that instant, and so much of it as the longest of those versions says, and of those that came within the allowance after the end that was known till then: a newer one that came later and claims more is
//!   believed no further, and a suspension lasts no longer than to the first resumption of it, at its beginning or later, that is gone too late
//!   (see `start_moved`). Not for declared sources.
//! - `item_changed`, of the case. By the receipts of all versions (a correction takes back from its own receipt on) it is known after each receipt which item
//!   the first event that named one named. A *former* item is another one than now, so known more than the source's allowance before the
//!   item of now first was (where none of now names one and the case is accepted or filed: since none last did); where the case had been accepted or
//!   filed by that instant (by business time), and its plan has a case limit with a promised or statutory budget that has begun: it runs from the
//!   earliest event of its `from`, of any version that was not gone within the allowance (see `start_moved`), as is the acceptance. Of several the one
//!   whose budget (promised, else statutory) runs out first. The point speaks where it does so before the case limit of now (its first budget, from its
//!   first `from` event up to that instant, or to the beginning of the former's), or now has no such limit that runs, unless the last event up to that instant that accepts, files, decides, closes or
//!   ends otherwise does not accept or file. `due_at` is when the former's budget runs out, `breached_at` that instant. It changes no limit. Not for declared sources.
//! - `overdue` of a step's limit, for a visit of which a `step_end` tells all there is and whose source can tell starts: timed from the latest earlier event
//!   that ends a visit of this step or of one whose `next` has it or is not restricted, else the first `accepted` or `filed` before it, else the case's first
//!   event, to the end that was told. Where that is past a promise or the law it is alleged as done late, with the level review; there are no reminders of it, and
//!   `while_open` limits say nothing. The other checks know no such visit's length.
//! - `unclosed`, of the case. An *act* is any event but `applied`, `note`, `corrected`, `rated`, `called_back`, `rectified` and those of complaints. Asked
//!   of each act at or after the first event of `after` (absent: `decided`), up to the first `closed` and while the case does not stand ended: `within`
//!   (absent: `30wd`) from it, less all suspensions, has passed before the next act, or by the clock. The case as it stood then, by the events
//!   strictly before that second: while an overdue limit is open in it that is not judged `when_done`, is no duty and has more in `from` than what is no act
//!   (`applied` apart), it is looked at again in the second after each later event before the next act; where it stays open, or the point may not speak of
//!   the last event by then: nothing. The first such act counts. `breached_at` is the second looked at, `due_at` the one before; `completed_at` the `closed` that comes after all; what
//!   ends the case otherwise ends the alert. Nothing where the source's format lacks `closed`. At `breached_at` of the plan's first such point that finds
//!   something, lacking or not, `required_step` and `amounts_differ` points that ask at `closed` are asked of the case as it stood then, where nothing had asked
//!   them before; their level is review, and what they find at the closing itself takes its place. Asked so again after each later event up to
//!   what closes or ends the case, the alert ends with the first after which they find it no more, else with that.
//! - `malformed_code`: a code that is said and is none; a region code that lies in a listed area and is not listed.
//! - `missing_field`: empty text is absent. `same_person`: by `actor.id`, any of one list with any of the other; one event that is both is none.
//!   `first`: the first of each alone. `not_for_instant`: by the first `case_kind` named up to the first `accepted` or `filed`, else by the first event's.
//! - `requires_before`: with `with_result`, the latest of `before` counts; one without a result has passed. `once`: only
//!   events after the first of these. `nothing_after`: an event of `lifted_by`, which is none itself, lets everything
//!   follow until the next `after`; with `each`, every event that must not follow is found by itself. `same_person` with `any`: who did the one of `other` is the
//!   actor or a co-actor of the one of `one`.
//! - `repeated`: of the events not after the first `until`, the one that makes them more than `more_than`. With
//!   `new_in` the first counts, and each later one that names what none before it named; none where one of them
//!   carries no such text.
//! - `amounts_differ`: at the first closing event, unless the case stands ended with it: the latest
//!   `owed_on` event's amount, less the latest `less`, is more than the sum paid; or that with the latest `more` is
//!   less. Nothing where the latest `owed_on` event carries no amount.
//! - `missing_field`, `step_start`: the event ends a visit that has no start, and the source can tell starts. `attachments.<kind>`: neither this event nor an earlier one carried such a file. Where one of
//!   them had files that were not kept (an older snapshot), nothing is missing.
//! - `only_when`, `unless`: a point speaks only of events at which the one holds and the other does not; what a name
//!   stands for is known with the event; what cannot be judged does not hold. For findings about the case the first
//!   event that completes them *and* of which the point may speak counts; `wrong_order`, `not_together`,
//!   `same_person` with `first`, `required_step` and `amounts_differ` have one event only. `too_early` asks at the
//!   event that does it; where it may not speak, nobody had to wait. Of what is found at an event (limits alone excepted, but `too_early`): an
//!   `unless` that asks `has(case.files.…)`, a later event with a file of such a kind, and it would hold at the event with `case.<attribute>` and files
//!   of the case as they are known now: review, where the level is graver.
//! - `condition`: a name without a value that is not asked with `has()` leaves it not judged, and counted; one that is asked, too, where
//!   the answer hangs on its value all the same. `has(event.files.<kind>)`: the event carried a file of the kind; `has(case.files.<kind>)`: it or an earlier event of the case
//!   did. What the source's format cannot carry with such an event counts as carried; so do files that were not kept.
//!   `case.<attribute>` is what the case knew before the event (`unless` and `falls_away_when`: with it); its item,
//!   kind, body and region, and `event.…`, are those with the event. Instants are milliseconds since the epoch.
//!
//! **General points** hold for cases of any flowchart and of none, counted in its calendar; their attributes are the case's beside its
//! flowchart's. `parameter.<name>` in a point's conditions is the value that it has under `with`.
//!
//! **Levels** where a point names none: a ladder is yellow at promised and red at statutory; one whose point names
//! T1 has its reminder alone; one that names a rule other than T1 to T5 has a single rung, of that rule's level, at statutory, else at promised. Any other point is as
//! grave as its rule, named or the check's own, is in the catalogue; a condition without a rule is yellow, and so is a site's own rule
//! unless its check is one that has a rule.
//!
//! **Rule settings** change control points before anything is judged. Of each `id`, the version with the greatest `effective_from` on or before
//! the local date of the first `accepted` (else first) event; where it applies to the case's item. See [`mingjing_domain::definitions::adjusted`].
//!
//! **Sources.** What the definitions declare of a source, they alone do: a record in which it declares itself does nothing. A code of an
//! event's item, step, result, body or region that the source's mapping lists stands for the one it leads to, in all of the above,
//! whenever the mapping came; what was sent stays. Of a source that maps bodies, one that no body has is a *query* of `wrong_body`.
//!
//! **Calendars of regions.** Where the definitions name a calendar, a case is counted in the one that extends it and names its region: its
//! item's, while that is unknown its source's; of several the one with the longest code.
//!
//! **Numbers.** A record's `source_seq` orders it and is no part of what it says: come under several, it has the smallest.
//!
//! **Settling.** What is alleged of an instant is *settled* when its source is known complete up to that instant or
//! the clock has passed it by the source's delay allowance. The instant is `breached_at` for limits (`too_early` and
//! findings: the completing event's `occurred_at`); reminders are settled at once; `off_list` when its grace has
//! passed by the clock. Settled: issued, or review where the point asks for a person (a level `review` alone does
//! not). Not settled: pending, even where over. A ladder shows its gravest settled rung, as standing, or, pending,
//! its gravest reached one. While the department is asked what it means by a special procedure (two working days from the first `suspend` or
//! `extend` of the case that calls one by a word which the flowchart does not have), what is alleged of a limit (overdue, or ended before due) is
//! not settled if there is a procedure of the flowchart such that it would not be so if every word that is asked about meant that one. Cases begun before `supervised_from` stay pending. Once out, nothing goes back to
//! pending, and an issued alert not to review because a person is asked for now.
//!
//! **Declared sources** are judged at the instant of their last completion and never by the clock. A case with events
//! since then waits for the next completion, whatever else happens.
//!
//! **When it was not so after all**: pending becomes cancelled. Issued or ended becomes withdrawn when the cause is
//! the calendar, definitions, the engine, a declared source's completion, or an event that came within the source's
//! delay allowance of its business time (received and, where told, entered; corrections: of the corrected event's,
//! re-sent records: of the earlier of both) and,
//! of a breached own deadline, does not put it off; else review, for a person. What has lost its breach or became milder was
//! not so after all. Such a review stays until the thing is so again. What was withdrawn or cancelled and is so again
//! begins anew.
//!
//! **What people decide** lies over all of this and changes none of it: see `dispose`. A command about an alert is decided where it lies in
//! the log.
//!
//! **Orders** (`disposition/T15`). Of the last order about an alert, counted in the calendar of the region of the body it went to, under the T15 settings of
//! that region (and the alert's item) on the local day it was given: unanswered, a notice from `remind` before its due instant on, if that lies after the order, then
//! from the second after the due instant on what T15 is, and from the second after the deadline of `red_after` counted from the due instant on red; all by the
//! partition's clock, whatever the source's. A ladder (`escalate`) names more such instants, counted alike: from each on the alert is at least as grave as its rung says, says that it
//! was brought before whom, and is told anew; a rung before the due instant is a reminder. The first answer ends it: in time, the notice, and a card that was raised already is withdrawn; late, it stands as grave as it was by
//! then, ended, and is told even where it was never raised. Withdrawn while the alert ordered about is withdrawn or cancelled, where T15 is off, and while unanswered and an
//! appeal that was made no later than the due instant is open. An extension is given before the due instant has passed, or upon a request
//! that was made by then and waits. An appeal that is
//! turned down, made by then, gives an unanswered order its term anew from the decision on, if that is later; one made later, but before it would be red, keeps
//! it from becoming red while it is open, and `red_after` counts from its decision. An appeal against the alert about the order itself does the same whenever it was made, and holds every
//! instant of the ladder that was still to come: one ahead of or at the due instant is reached with the decision. The order itself may be ordered about. What was passed on within a department is not judged.
//!
//! **Raised by hand** (`disposition/manual`). What a person raises about a case of which something has arrived, or a body that is defined, stands issued as it was raised; nothing judges it.
//!
//! [`PointKind`]: mingjing_domain::definitions::PointKind

#![deny(clippy::iter_over_hash_type)]

mod allege;
mod condition;
mod dispose;
pub mod explain;
mod fold;
mod history;
mod life;
mod partition;
mod record;
mod rules;
mod show;
mod snapshot;
mod symbols;

pub use partition::{CaseSummary, Counts, Engine, Input, UnknownName};
pub use rules::{Rules, RulesProblem, Term, notes, unanswerable};
pub use snapshot::SnapshotError;

/// The engine's version, part of every alert. Raise it with every change that alters a verdict.
pub const ENGINE_VERSION: &str = "9";
