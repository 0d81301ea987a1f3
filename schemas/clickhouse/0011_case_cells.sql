-- 统计单元: what metrics of cases add up, by day and by what dashboards tell apart. Derived from case_history alone, so that dropping both
-- tables loses nothing but time. Rules as in 0001, but for one: case_cells is a MergeTree whose rows are added up and never replaced. Which
-- of them count is said by case_cell_passes: a pass writes its cells first and itself last, under a number that no other attempt has, and
-- names the one that it comes after; whoever reads takes the last pass and those that it comes after, down to one that was made from nothing
-- or folded. So what was cut off is never read, and cells of two passes over the same changes are never read together.
-- Partitioned by the pass that a row builds on, which is no business time: what is out of use is dropped as a whole.

CREATE TABLE IF NOT EXISTS case_cells
(
    base       UInt64                 COMMENT '基础批次 the pass that was made from nothing or folded, and on which this one builds',
    pass       UInt64                 COMMENT '批次 in case_cell_passes; without a row there it does not count',
    piece      UInt64                 COMMENT '量 what is added up, derived from the pieces of SQL in the dictionary',
    at         Int64                  COMMENT '时刻 the first instant after the day of what happened, in milliseconds; of a stock in days to come the very instant from which it counts',
    org        LowCardinality(String) COMMENT '承办机构 empty: none is said, and so below',
    region     LowCardinality(String) COMMENT '行政区划',
    power_type LowCardinality(String) COMMENT '权力类型',
    case_kind  LowCardinality(String) COMMENT '办件类型',
    hours      Int64                  COMMENT '小时 of what medians are taken of; else 0',
    n          Int64                  COMMENT '增量 how much more, or less'
)
ENGINE = MergeTree
PARTITION BY base
ORDER BY (pass, piece, at, org, region)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT '办件统计单元 sums of what metrics of cases count';

CREATE TABLE IF NOT EXISTS case_cell_passes
(
    pass       UInt64               COMMENT '批次 grows; the clock in milliseconds where that does',
    base       UInt64               COMMENT '基础批次 itself, where it builds on none',
    after      UInt64               COMMENT '前一批次 that it adds to; 0: it builds on none',
    digest     String               COMMENT '口径 of the SQL that the cells were made by, and of the zone whose days they are',
    log_id     String               COMMENT '日志标识 incarnation of the log',
    partitions Array(UInt16)        COMMENT '分区 of mj.facts',
    offsets    Array(UInt64)        COMMENT '位置 of each the offset before which every state of a case is in the cells',
    exact_from DateTime64(3, 'UTC') COMMENT '精确起点 from when on stock is known at every instant, before that at the beginnings of days',
    made_at    DateTime64(3, 'UTC') COMMENT '时间 by the platform''s clock'
)
ENGINE = ReplacingMergeTree
ORDER BY pass
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT '办件统计批次 which cells count';

-- Cases that were archived before there was a history have their state of now as its beginning.
INSERT INTO case_history
(
    source, case_no, item_code, org_code, region_code, opened_at, accepted_at, closed_at, events, power_type, case_kind, office, handler,
    received_at, decided_at, delivered_at, ending, ended_at, result, limit_unit, limit_started_at, statutory_limit, promised_limit, used,
    statutory_due_at, promised_due_at, limit_done_at, limit_fell_at, suspended_ms, suspensions, extensions, supplements, events_late,
    events_resent, events_reversed, updated_at, log_id, log_partition, version
)
SELECT
    source, case_no, item_code, org_code, region_code, opened_at, accepted_at, closed_at, events, power_type, case_kind, office, handler,
    received_at, decided_at, delivered_at, ending, ended_at, result, limit_unit, limit_started_at, statutory_limit, promised_limit, used,
    statutory_due_at, promised_due_at, limit_done_at, limit_fell_at, suspended_ms, suspensions, extensions, supplements, events_late,
    events_resent, events_reversed, updated_at, log_id, log_partition, version
FROM cases FINAL
WHERE (source, case_no) NOT IN (SELECT source, case_no FROM case_history);
