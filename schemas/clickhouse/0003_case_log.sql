-- What a case's log said beside its events, so that any verdict can be explained from here when the log itself is trimmed:
-- which definitions were in force from which position on, what sources declared, how far they were complete. Rules as in 0001.

ALTER TABLE events
    ADD COLUMN IF NOT EXISTS clock_at Nullable(DateTime64(3, 'UTC')) COMMENT '平台时钟 partition clock when the event was read; null: archived before this column',
    ADD COLUMN IF NOT EXISTS content UInt64 COMMENT '内容摘要 XXH3-64 of what it says; one id and version sent with two contents is two rows, since both are evidence',
    MODIFY ORDER BY (source, case_no, event_id, data_version, content);

CREATE TABLE IF NOT EXISTS log_controls
(
    source         LowCardinality(String)           COMMENT '来源系统 the source it is about; empty: the platform',
    kind           LowCardinality(String)           COMMENT '类型 activated 定义生效, declared 来源声明, complete_until 数据完整',
    clock_at       Nullable(DateTime64(3, 'UTC'))   COMMENT '平台时钟 partition clock when it was read; null: no tick before it is known',
    complete_until Nullable(DateTime64(3, 'UTC'))   COMMENT '完整至 of complete_until',
    hash           String                           COMMENT '定义哈希 of activated: SHA-256 of the set',
    definitions    LowCardinality(String)           COMMENT '定义版本 of activated',
    declaration    String                           COMMENT '声明 of declared: a JSON object' CODEC(ZSTD(1)),
    log_id         LowCardinality(String)           COMMENT '日志标识 incarnation of the log',
    log_partition  UInt16                           COMMENT '分区 partition of mj.log',
    log_offset     UInt64                           COMMENT '位置 offset in mj.log',
    version        UInt64                           COMMENT '版本 offset in mj.log'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (source, kind, log_partition, log_offset)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000
COMMENT '控制记录 what the log says beside events, but for ticks';
