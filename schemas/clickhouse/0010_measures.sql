-- 办件量数: what statistics count of a case, as the engine concluded it (services/domain/src/measures.rs). Rows that were written before
-- have none of it until the case is judged again; a metric's base leaves them out. Rules as in 0001.

ALTER TABLE cases
    ADD COLUMN IF NOT EXISTS power_type       LowCardinality(Nullable(String)) COMMENT '权力类型 code of the item''s kind of power, like licence; null: the item is not in the list' AFTER visits,
    ADD COLUMN IF NOT EXISTS case_kind        LowCardinality(Nullable(String)) COMMENT '办件类型 instant 即办件, promise 承诺件, as the source says it' AFTER power_type,
    ADD COLUMN IF NOT EXISTS office           LowCardinality(Nullable(String)) COMMENT '办理科室 office that decided or closed it, else the last one it was in' AFTER case_kind,
    ADD COLUMN IF NOT EXISTS handler          Nullable(String)                 COMMENT '经办人 who decided or closed it, else who acted last' AFTER office,
    ADD COLUMN IF NOT EXISTS received_at      Nullable(DateTime64(3, 'UTC'))   COMMENT '收件时间 application' AFTER handler,
    ADD COLUMN IF NOT EXISTS decided_at       Nullable(DateTime64(3, 'UTC'))   COMMENT '决定时间 first decision' AFTER received_at,
    ADD COLUMN IF NOT EXISTS delivered_at     Nullable(DateTime64(3, 'UTC'))   COMMENT '送达时间 delivery' AFTER decided_at,
    ADD COLUMN IF NOT EXISTS ending           LowCardinality(Nullable(String)) COMMENT '结束方式 closed, withdrawn, voided, returned, transferred, terminated, merged, not_accepted; null: it runs' AFTER delivered_at,
    ADD COLUMN IF NOT EXISTS ended_at         Nullable(DateTime64(3, 'UTC'))   COMMENT '结束时间 when it ended so' AFTER ending,
    ADD COLUMN IF NOT EXISTS result           LowCardinality(Nullable(String)) COMMENT '结果 of the latest decision, else of the closing; the source''s code' AFTER ended_at,
    ADD COLUMN IF NOT EXISTS limit_unit       LowCardinality(Nullable(String)) COMMENT '时限单位 wd 工作日, cd 自然日, min 分钟, of the four counts; null: no limit of the whole case has begun' AFTER result,
    ADD COLUMN IF NOT EXISTS limit_started_at Nullable(DateTime64(3, 'UTC'))   COMMENT '起算时间 when the limit of the whole case began' AFTER limit_unit,
    ADD COLUMN IF NOT EXISTS statutory_limit  Nullable(UInt32)                 COMMENT '法定时限 with what was added to it' AFTER limit_started_at,
    ADD COLUMN IF NOT EXISTS promised_limit   Nullable(UInt32)                 COMMENT '承诺时限 with what was added to it' AFTER statutory_limit,
    ADD COLUMN IF NOT EXISTS used             Nullable(UInt32)                 COMMENT '用时 by the legal clock, without time that stood still; null: not done' AFTER promised_limit,
    ADD COLUMN IF NOT EXISTS statutory_due_at Nullable(DateTime64(3, 'UTC'))   COMMENT '法定期限 null: the law sets none, or time stands still' AFTER used,
    ADD COLUMN IF NOT EXISTS promised_due_at  Nullable(DateTime64(3, 'UTC'))   COMMENT '承诺期限 null: nothing was promised, or time stands still' AFTER statutory_due_at,
    ADD COLUMN IF NOT EXISTS limit_done_at    Nullable(DateTime64(3, 'UTC'))   COMMENT '完成时间 when what the limit asks for was done' AFTER promised_due_at,
    ADD COLUMN IF NOT EXISTS limit_fell_at    Nullable(DateTime64(3, 'UTC'))   COMMENT '义务消灭时间 when the duty fell away without that' AFTER limit_done_at,
    ADD COLUMN IF NOT EXISTS suspended_ms     UInt64                           COMMENT '挂起时长 milliseconds in which special procedures ran; what runs is not in it' AFTER limit_fell_at,
    ADD COLUMN IF NOT EXISTS suspensions      UInt32                           COMMENT '挂起次数' AFTER suspended_ms,
    ADD COLUMN IF NOT EXISTS extensions       UInt32                           COMMENT '延期次数' AFTER suspensions,
    ADD COLUMN IF NOT EXISTS supplements      UInt32                           COMMENT '补正告知次数' AFTER extensions,
    ADD COLUMN IF NOT EXISTS events_late      UInt32                           COMMENT '补录事件数 there to be read later than a working day after they happened' AFTER supplements,
    ADD COLUMN IF NOT EXISTS events_resent    UInt32                           COMMENT '重报事件数' AFTER events_late,
    ADD COLUMN IF NOT EXISTS events_reversed  UInt32                           COMMENT '时间倒序事件数' AFTER events_resent;

-- Every state that a case had, narrow: what statistics counted of it at any position of the log. Roll-ups take what changed since they
-- were made from here, with what it was before, and a frozen bulletin's figures can be made again. Nothing is replaced: the key holds the position.
CREATE TABLE IF NOT EXISTS case_history
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
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000
COMMENT '办件各时状态 every state of every case that statistics counted';

DROP VIEW IF EXISTS cases_now;

CREATE VIEW IF NOT EXISTS cases_now AS SELECT * EXCEPT visits FROM cases FINAL
COMMENT '办件 one row a case';
