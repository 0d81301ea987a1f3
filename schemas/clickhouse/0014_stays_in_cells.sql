-- 环节停留统计单元: states of cases have their stays in steps, too, so that what statistics say of stays is added up as what they say of cases
-- is. Rules as in 0001. Cells are made anew: those there are bear the digest of an older dictionary.
-- What an older program archives while this is applied would be without stays. It does not tell how many there are, so its batch is refused,
-- its watermark does not move, and a program of this version archives the batch anew. Applied again, whatever was cut off, it writes the same.

ALTER TABLE case_states ADD COLUMN IF NOT EXISTS visits Array(Tuple(
    step       String,
    visit      UInt16,
    started_at DateTime64(3, 'UTC'),
    ended_at   Nullable(DateTime64(3, 'UTC')),
    due_at     Nullable(DateTime64(3, 'UTC')),
    office     Nullable(String),
    actor      Nullable(String))) COMMENT '环节停留 as in cases';

ALTER TABLE case_states ADD COLUMN IF NOT EXISTS stays UInt32 DEFAULT 4294967295 COMMENT '停留数 how many there are in visits; of a state that was archived without any the default, and cases have what it became';

ALTER TABLE case_states ADD CONSTRAINT IF NOT EXISTS stays_are_told CHECK stays = length(visits);

ALTER TABLE case_cells ADD COLUMN IF NOT EXISTS step LowCardinality(String) COMMENT '环节 of stays; else empty';

ALTER TABLE case_cells COMMENT COLUMN IF EXISTS hours '小时 of what medians are taken of, of stays tenths of hours; else 0';

-- States of now have the stays of now. They take the place of those without.
INSERT INTO case_states
(
    source, case_no, item_code, org_code, region_code, opened_at, accepted_at, closed_at, events, visits, stays, power_type, case_kind, office, handler,
    received_at, decided_at, delivered_at, ending, ended_at, result, limit_unit, limit_started_at, statutory_limit, promised_limit, used,
    statutory_due_at, promised_due_at, limit_done_at, limit_fell_at, suspended_ms, suspensions, extensions, supplements, events_late,
    events_resent, events_reversed, updated_at, log_id, log_partition, version
)
SELECT
    source, case_no, item_code, org_code, region_code, opened_at, accepted_at, closed_at, events, visits, length(visits), power_type, case_kind, office, handler,
    received_at, decided_at, delivered_at, ending, ended_at, result, limit_unit, limit_started_at, statutory_limit, promised_limit, used,
    statutory_due_at, promised_due_at, limit_done_at, limit_fell_at, suspended_ms, suspensions, extensions, supplements, events_late,
    events_resent, events_reversed, updated_at, log_id, log_partition, version
FROM cases FINAL
WHERE notEmpty(visits) AND (source, case_no, version) IN (SELECT source, case_no, version FROM case_states WHERE stays = 4294967295);
