-- 统计单元: what metrics of cases add up, by day and by what dashboards tell apart. Derived from case_states and alert_states alone, so that
-- dropping case_cells and case_cell_passes loses nothing but time. Rules as in 0001, but for one: case_cells is a MergeTree whose rows are added up and never replaced. Which
-- of them count is said by case_cell_passes: a pass writes its cells first and itself last, under a number that no other attempt has, and
-- names the one that it comes after; whoever reads takes the last pass of the last base and those that it comes after, down to one that was made from nothing.
-- So what was cut off is never read, and cells of two passes over the same changes are never read together.
-- Partitioned by the pass that a row builds on, which is no business time: what is out of use is dropped as a whole.

CREATE TABLE IF NOT EXISTS case_cells
(
    base       UInt64                 COMMENT '基础批次 the pass that was made from nothing, and on which this one builds',
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
    pass       UInt64               COMMENT '批次 grows; the clock in nanoseconds where that does, those within a millisecond by chance',
    base       UInt64               COMMENT '基础批次 itself, where it builds on none',
    after      UInt64               COMMENT '前一批次 that it adds to; 0: it builds on none',
    holds      UInt32               COMMENT '含批数 of how many passes the changes are in it, where they were folded; 0: it was made from nothing',
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

-- case_states takes the place of case_history, with the same rows in smaller granules: what statistics ask is a few hundred cases anywhere in
-- it, and ClickHouse reads granules as a whole (of 300 cases out of 2.5 million 0.09 s instead of 0.25 s; a reading of all takes as long as
-- before). The size of granules cannot be altered. Applied again, whatever was cut off, it copies what is left to copy.
-- An archiver of an older version may still write while this is applied, and what it wrote after the copy had begun would be gone with the
-- table. So case_history takes nothing any more before it is copied: that archiver's batch is refused, its watermark does not move, and one of this
-- version archives the batch anew. Not renamed: two processes may apply this at once, and each statement may
-- come again after any other.

CREATE TABLE IF NOT EXISTS case_states
(
    source           LowCardinality(String)           COMMENT '来源系统 source',
    case_no          String                           COMMENT '办件编号 case number within the source',
    item_code        LowCardinality(Nullable(String)) COMMENT '事项编码, and as in cases from here on',
    org_code         LowCardinality(Nullable(String)) COMMENT '承办机构',
    region_code      LowCardinality(Nullable(String)) COMMENT '行政区划',
    opened_at        Nullable(DateTime64(3, 'UTC'))   COMMENT '首个事件时间',
    accepted_at      Nullable(DateTime64(3, 'UTC'))   COMMENT '受理时间',
    closed_at        Nullable(DateTime64(3, 'UTC'))   COMMENT '办结时间',
    events           UInt32                           COMMENT '事件数',
    power_type       LowCardinality(Nullable(String)) COMMENT '权力类型',
    case_kind        LowCardinality(Nullable(String)) COMMENT '办件类型',
    office           LowCardinality(Nullable(String)) COMMENT '办理科室',
    handler          Nullable(String)                 COMMENT '经办人',
    received_at      Nullable(DateTime64(3, 'UTC'))   COMMENT '收件时间',
    decided_at       Nullable(DateTime64(3, 'UTC'))   COMMENT '决定时间',
    delivered_at     Nullable(DateTime64(3, 'UTC'))   COMMENT '送达时间',
    ending           LowCardinality(Nullable(String)) COMMENT '结束方式',
    ended_at         Nullable(DateTime64(3, 'UTC'))   COMMENT '结束时间',
    result           LowCardinality(Nullable(String)) COMMENT '结果',
    limit_unit       LowCardinality(Nullable(String)) COMMENT '时限单位',
    limit_started_at Nullable(DateTime64(3, 'UTC'))   COMMENT '起算时间',
    statutory_limit  Nullable(UInt32)                 COMMENT '法定时限',
    promised_limit   Nullable(UInt32)                 COMMENT '承诺时限',
    used             Nullable(UInt32)                 COMMENT '用时',
    statutory_due_at Nullable(DateTime64(3, 'UTC'))   COMMENT '法定期限',
    promised_due_at  Nullable(DateTime64(3, 'UTC'))   COMMENT '承诺期限',
    limit_done_at    Nullable(DateTime64(3, 'UTC'))   COMMENT '完成时间',
    limit_fell_at    Nullable(DateTime64(3, 'UTC'))   COMMENT '义务消灭时间',
    suspended_ms     UInt64                           COMMENT '挂起时长',
    suspensions      UInt32                           COMMENT '挂起次数',
    extensions       UInt32                           COMMENT '延期次数',
    supplements      UInt32                           COMMENT '补正告知次数',
    events_late      UInt32                           COMMENT '补录事件数',
    events_resent    UInt32                           COMMENT '重报事件数',
    events_reversed  UInt32                           COMMENT '时间倒序事件数',
    updated_at       DateTime64(3, 'UTC')             COMMENT '更新时间 partition clock of the fact',
    log_id           LowCardinality(String)           COMMENT '日志标识 incarnation of the log',
    log_partition    UInt16                           COMMENT '分区 partition',
    version          UInt64                           COMMENT '版本 offset in mj.facts',
    INDEX version_range version TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree
ORDER BY (source, case_no, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000,
         index_granularity = 128, min_compress_block_size = 2048, max_compress_block_size = 16384
COMMENT '办件各时状态 every state of every case that statistics counted';

-- Where it was dropped already, for the copy to be applied again.
CREATE TABLE IF NOT EXISTS case_history AS case_states;

-- No case has an empty number. What is being inserted just now is there before the copy, further below, begins.
ALTER TABLE case_history ADD CONSTRAINT IF NOT EXISTS moved_to_case_states CHECK empty(case_no);

CREATE TABLE IF NOT EXISTS alert_states
(
    source        LowCardinality(String)           COMMENT '来源系统 source',
    case_no       String                           COMMENT '办件编号 as in alerts, and so below',
    alert_id      String                           COMMENT '预警编号',
    subject_kind  LowCardinality(String)           COMMENT '对象类型',
    level         LowCardinality(String)           COMMENT '等级',
    status        LowCardinality(String)           COMMENT '状态',
    issued_at     Nullable(DateTime64(3, 'UTC'))   COMMENT '发出时间',
    disposition   LowCardinality(String)           COMMENT '处置状态',
    log_id        LowCardinality(String)           COMMENT '日志标识 incarnation of the log',
    log_partition UInt16                           COMMENT '分区 partition',
    version       UInt64                           COMMENT '版本 offset in mj.facts',
    INDEX version_range version TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree
ORDER BY (source, case_no, alert_id, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000,
         index_granularity = 128, min_compress_block_size = 2048, max_compress_block_size = 16384
COMMENT '预警各时状态 every state of every alert, as far as it decides what statistics say of its case';

INSERT INTO case_states
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
FROM case_history
WHERE (source, case_no, version) NOT IN (SELECT source, case_no, version FROM case_states);

DROP TABLE IF EXISTS case_history;

-- Cases that were archived before there was a history have their state of now as its beginning, and alerts so, too. What an older archiver
-- was just writing as its table was closed is in cases already, and is put right by the same.
INSERT INTO case_states
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
WHERE (source, case_no, version) NOT IN (SELECT source, case_no, version FROM case_states);

INSERT INTO alert_states (source, case_no, alert_id, subject_kind, level, status, issued_at, disposition, log_id, log_partition, version)
SELECT source, case_no, alert_id, subject_kind, level, status, issued_at, disposition, log_id, log_partition, version
FROM alerts FINAL
WHERE (alert_id, version) NOT IN (SELECT alert_id, version FROM alert_states);
