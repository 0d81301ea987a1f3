-- The tables of the archive. Every statement may run again without harm.
--
-- Rules they all keep:
--   * One key, one row: ReplacingMergeTree ordered by the derived id or the natural key, so that the same record
--     written twice is one row. Until parts are merged both are there: read with FINAL (or through a view of 0002).
--   * `version` decides which row of a key stays. It comes from a position in the log, never from a clock.
--   * Not partitioned by business time: a late or corrected date would put the same key into two partitions, and
--     ReplacingMergeTree never looks across partitions.
--   * No materialized view: a kill between the part and the view would lose rows.
--   * An insert answers when it is on the disk (`fsync_*`). The deduplication window only saves work.
--   * Instants are UTC milliseconds; the offset that a reader sees is added when it is shown.

CREATE TABLE IF NOT EXISTS schema_migrations
(
    number     UInt32                 COMMENT '编号 number of the file under schemas/clickhouse',
    name       String                 COMMENT '文件 name of the file',
    checksum   String                 COMMENT '校验和 derived from its text; an applied file never changes',
    applied_at DateTime64(3, 'UTC')   COMMENT '执行时间 when it was applied'
)
ENGINE = ReplacingMergeTree(applied_at)
ORDER BY number
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT '结构版本 which migrations this database has';

CREATE TABLE IF NOT EXISTS events
(
    source        LowCardinality(String)             COMMENT '来源系统 the registered system that spoke',
    case_no       String                             COMMENT '办件编号 case number within the source',
    event_id      String                             COMMENT '事件编号 unique within the source',
    data_version  UInt32                             COMMENT '数据版本 a record sent anew carries a greater one',
    source_seq    UInt64                             COMMENT '来源序号 order within the source',
    kind          LowCardinality(String)             COMMENT '事件类型 what happened, like step_end',
    occurred_at   DateTime64(3, 'UTC')               COMMENT '发生时间 business time',
    entered_at    Nullable(DateTime64(3, 'UTC'))     COMMENT '录入时间 when it was typed into the department''s system',
    sent_at       Nullable(DateTime64(3, 'UTC'))     COMMENT '发送时间 when that system sent it',
    received_at   DateTime64(3, 'UTC')               COMMENT '接收时间 when intake took it',
    item_code     LowCardinality(Nullable(String))   COMMENT '事项编码 power item',
    org_code      LowCardinality(Nullable(String))   COMMENT '承办机构 body the event names',
    region_code   LowCardinality(Nullable(String))   COMMENT '行政区划 region',
    step          LowCardinality(Nullable(String))   COMMENT '环节 step',
    actor         Nullable(String)                   COMMENT '经办人 officer''s id in the department',
    actor_role    LowCardinality(Nullable(String))   COMMENT '角色 role acted in',
    result_code   LowCardinality(Nullable(String))   COMMENT '结果 result',
    amounts       String                             COMMENT '金额 amounts by name in minor units (fen), a JSON object',
    data          String                             COMMENT '原始内容 all that the department said, JSON as in schemas/events' CODEC(ZSTD(1)),
    log_id        LowCardinality(String)             COMMENT '日志标识 incarnation of the log',
    log_partition UInt16                             COMMENT '分区 partition of mj.log',
    log_offset    UInt64                             COMMENT '位置 offset in mj.log',
    version       UInt64                             COMMENT '版本 18446744073709551615 - log_offset: of the same event sent twice the first counts, as in judging',
    INDEX occurred_at_range occurred_at TYPE minmax GRANULARITY 4,
    INDEX received_at_range received_at TYPE minmax GRANULARITY 4
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (source, case_no, event_id, data_version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000
COMMENT '事件 case events: what departments said';

CREATE TABLE IF NOT EXISTS cases
(
    source        LowCardinality(String)             COMMENT '来源系统 source',
    case_no       String                             COMMENT '办件编号 case number within the source',
    item_code     LowCardinality(Nullable(String))   COMMENT '事项编码 power item',
    org_code      LowCardinality(Nullable(String))   COMMENT '承办机构 body',
    region_code   LowCardinality(Nullable(String))   COMMENT '行政区划 region',
    flowchart     LowCardinality(Nullable(String))   COMMENT '流程图 id@version it is judged by; null: the item is not in the list',
    opened_at     Nullable(DateTime64(3, 'UTC'))     COMMENT '首个事件时间 its first event; null: all its events are taken back',
    accepted_at   Nullable(DateTime64(3, 'UTC'))     COMMENT '受理时间 acceptance',
    closed_at     Nullable(DateTime64(3, 'UTC'))     COMMENT '办结时间 closing; null: the case is open',
    due_at        Nullable(DateTime64(3, 'UTC'))     COMMENT '期限 deadline of the whole case',
    events        UInt32                             COMMENT '事件数 events known',
    step          LowCardinality(Nullable(String))   COMMENT '环节 the step it is in, or was last in',
    visits        Array(Tuple(
                      step       String,
                      visit      UInt16,
                      started_at DateTime64(3, 'UTC'),
                      ended_at   Nullable(DateTime64(3, 'UTC')),
                      due_at     Nullable(DateTime64(3, 'UTC')),
                      office     Nullable(String),
                      actor      Nullable(String)))  COMMENT '环节停留 stays in steps, in order of entry; one row a stay in view step_visits. Kept inside the case so that a stay that a correction took back is gone with the old row',
    updated_at    DateTime64(3, 'UTC')               COMMENT '更新时间 partition clock of the fact',
    log_id        LowCardinality(String)             COMMENT '日志标识 incarnation of the log',
    log_partition UInt16                             COMMENT '分区 partition',
    log_offset    UInt64                             COMMENT '位置 offset in mj.log it was concluded at',
    log_n         UInt32                             COMMENT '序号 running number among the facts of that offset',
    version       UInt64                             COMMENT '版本 offset in mj.facts'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (source, case_no)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000
COMMENT '办件 cases as known now';

CREATE TABLE IF NOT EXISTS alerts
(
    alert_id            String                             COMMENT '预警编号 derived from source, case, control point, step, visit',
    subject_kind        LowCardinality(String)             COMMENT '对象类型 case, source or org',
    source              LowCardinality(String)             COMMENT '来源系统 source',
    case_no             String                             COMMENT '办件编号 case number within the source',
    item_code           LowCardinality(Nullable(String))   COMMENT '事项编码 power item',
    org_code            LowCardinality(Nullable(String))   COMMENT '承办机构 body the events named',
    region_code         LowCardinality(Nullable(String))   COMMENT '行政区划 region',
    responsible_org     LowCardinality(Nullable(String))   COMMENT '责任机构 body that answers',
    responsible_office  LowCardinality(Nullable(String))   COMMENT '责任科室 office that answers',
    responsible_actor   Nullable(String)                   COMMENT '责任人 officer who answers',
    control_point       LowCardinality(String)             COMMENT '监察点 id in the definitions',
    rule                LowCardinality(String)             COMMENT '规则 kind of rule, like T3',
    step                LowCardinality(String)             COMMENT '环节 step; empty: the whole case',
    visit               UInt16                             COMMENT '次序 which stay in the step, from 1',
    level               LowCardinality(String)             COMMENT '等级 review 待核, notice 提醒, yellow 黄牌, red 红牌',
    status              LowCardinality(String)             COMMENT '状态 pending 待发, issued 已发, ended 已结束, withdrawn 已撤销, cancelled 已取消, review 待核',
    due_at              Nullable(DateTime64(3, 'UTC'))     COMMENT '期限 last second in time',
    breached_at         Nullable(DateTime64(3, 'UTC'))     COMMENT '超期时间 the instant it became true',
    raised_at           DateTime64(3, 'UTC')               COMMENT '产生时间 when the platform first alleged it',
    issued_at           Nullable(DateTime64(3, 'UTC'))     COMMENT '发出时间 when it went out',
    completed_at        Nullable(DateTime64(3, 'UTC'))     COMMENT '补办时间 when the late thing was done after all',
    ended_at            Nullable(DateTime64(3, 'UTC'))     COMMENT '结束时间 when it ended',
    ended_reason        Nullable(String)                   COMMENT '结束原因 why it ended',
    withdrawn_at        Nullable(DateTime64(3, 'UTC'))     COMMENT '撤销时间 when it was withdrawn or cancelled',
    withdrawn_reason    Nullable(String)                   COMMENT '撤销原因 why',
    statutory           Nullable(Bool)                     COMMENT '是否法定 whether the limit is statutory; null: not about a limit',
    legal_basis         Nullable(String)                   COMMENT '依据 legal basis',
    `limit`             LowCardinality(Nullable(String))   COMMENT '时限 the limit as published, like 20wd',
    answer_due_at       Nullable(DateTime64(3, 'UTC'))     COMMENT '反馈期限 when the department''s answer is due',
    definitions_version LowCardinality(String)             COMMENT '定义版本 definitions it was judged by',
    calendar_version    LowCardinality(String)             COMMENT '日历版本 calendar it was judged by',
    engine_version      LowCardinality(String)             COMMENT '引擎版本 engine that judged',
    message             String                             COMMENT '说明 for people' CODEC(ZSTD(1)),
    evidence            String                             COMMENT '证据 what it stands on, a JSON array' CODEC(ZSTD(1)),
    revision            UInt32                             COMMENT '修订 how many times it has changed, from 1',
    updated_at          DateTime64(3, 'UTC')               COMMENT '更新时间 partition clock of the fact',
    log_id              LowCardinality(String)             COMMENT '日志标识 incarnation of the log',
    log_partition       UInt16                             COMMENT '分区 partition',
    log_offset          UInt64                             COMMENT '位置 offset in mj.log it was concluded at',
    log_n               UInt32                             COMMENT '序号 running number among the facts of that offset',
    version             UInt64                             COMMENT '版本 offset in mj.facts',
    INDEX case_no_bloom case_no TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
ORDER BY alert_id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000
COMMENT '预警 alerts as they stand now; never deleted';

CREATE TABLE IF NOT EXISTS alert_history
(
    alert_id      String                             COMMENT '预警编号 alert',
    revision      UInt32                             COMMENT '修订 from 1',
    source        LowCardinality(String)             COMMENT '来源系统 source',
    case_no       String                             COMMENT '办件编号 case number within the source',
    change        LowCardinality(String)             COMMENT '变化 raised, issued, escalated, revised, ended, reopened, withdrawn, cancelled, sent_to_review',
    cause         LowCardinality(String)             COMMENT '起因 event, clock, source_complete, calendar_change, definitions_change, engine_change',
    cause_ref     Nullable(String)                   COMMENT '起因对象 the event''s id, or the version now in force',
    changed_at    DateTime64(3, 'UTC')               COMMENT '变化时间 partition clock when it was concluded',
    level         LowCardinality(String)             COMMENT '等级 level since then',
    status        LowCardinality(String)             COMMENT '状态 status since then',
    due_at        Nullable(DateTime64(3, 'UTC'))     COMMENT '期限 deadline as known then',
    breached_at   Nullable(DateTime64(3, 'UTC'))     COMMENT '超期时间 breach as known then',
    completed_at  Nullable(DateTime64(3, 'UTC'))     COMMENT '补办时间 completion as known then',
    reason        Nullable(String)                   COMMENT '原因 why it ended or was withdrawn',
    log_id        LowCardinality(String)             COMMENT '日志标识 incarnation of the log',
    log_partition UInt16                             COMMENT '分区 partition',
    log_offset    UInt64                             COMMENT '位置 offset in mj.log it was concluded at',
    log_n         UInt32                             COMMENT '序号 running number among the facts of that offset',
    version       UInt64                             COMMENT '版本 offset in mj.facts'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (alert_id, revision)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000
COMMENT '预警变化 every change of every alert';

CREATE TABLE IF NOT EXISTS rejects
(
    reject_id     String                             COMMENT '退回编号 derived from the position of the record that could not be used',
    reason        LowCardinality(String)             COMMENT '原因 reason code, like unreadable',
    detail        String                             COMMENT '说明 what was wrong and what to do, for people; never the record itself',
    source        LowCardinality(Nullable(String))   COMMENT '来源系统 where it could be read',
    case_no       Nullable(String)                   COMMENT '办件编号 where it could be read',
    event_id      Nullable(String)                   COMMENT '事件编号 where it could be read',
    rejected_at   DateTime64(3, 'UTC')               COMMENT '退回时间 when it was met',
    topic         LowCardinality(String)             COMMENT '日志 the log the record lies in: mj.log, mj.facts, mj.rejects',
    log_id        LowCardinality(String)             COMMENT '日志标识 incarnation of the log',
    log_partition UInt16                             COMMENT '分区 partition',
    log_offset    UInt64                             COMMENT '位置 offset in that log',
    version       UInt64                             COMMENT '版本 what supervise concluded of a record stays over what the archive saw itself'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY reject_id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000
COMMENT '退回 input that could not be used, with the reason; nothing is dropped uncounted';

CREATE TABLE IF NOT EXISTS source_health
(
    source           LowCardinality(String)          COMMENT '来源系统 source',
    log_partition    UInt16                          COMMENT '分区 partition',
    complete_until   Nullable(DateTime64(3, 'UTC'))  COMMENT '完整至 complete up to here, as the source last declared',
    last_received_at Nullable(DateTime64(3, 'UTC'))  COMMENT '最近接收 receipt of its latest event',
    events           UInt64                          COMMENT '事件数 events this partition has taken from it',
    updated_at       DateTime64(3, 'UTC')            COMMENT '更新时间 partition clock of the fact',
    log_id           LowCardinality(String)          COMMENT '日志标识 incarnation of the log',
    log_offset       UInt64                          COMMENT '位置 offset in mj.log it was concluded at',
    log_n            UInt32                          COMMENT '序号 running number among the facts of that offset',
    version          UInt64                          COMMENT '版本 offset in mj.facts'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (source, log_partition)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000
COMMENT '来源状态 what is known of each source, by partition';

CREATE TABLE IF NOT EXISTS watermarks
(
    log_id        LowCardinality(String)   COMMENT '日志标识 incarnation of the log',
    topic         LowCardinality(String)   COMMENT '日志 mj.log, mj.facts, mj.rejects',
    log_partition UInt16                   COMMENT '分区 partition',
    next_offset   UInt64                   COMMENT '水位 every record before it lies in the tables; written after all of them have answered',
    epoch         UInt64                   COMMENT '任期 epoch of the owner whose facts count there; 0 in other logs than mj.facts',
    written_at    DateTime64(3, 'UTC')     COMMENT '写入时间 when the archive wrote it'
)
ENGINE = ReplacingMergeTree(next_offset)
ORDER BY (log_id, topic, log_partition)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000
COMMENT '水位 how far the archive has come';
