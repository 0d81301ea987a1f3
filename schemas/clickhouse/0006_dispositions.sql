-- What people did about alerts. Rules as in 0001.

ALTER TABLE alerts
    ADD COLUMN IF NOT EXISTS automatic   LowCardinality(String) DEFAULT '' COMMENT '自动状态 the status that the platform alone would give it; empty: the same' AFTER evidence,
    ADD COLUMN IF NOT EXISTS disposition LowCardinality(String) DEFAULT '' COMMENT '处置状态 open, held, issued, confirmed, appealed, upheld, dismissed, withdrawn_on_appeal, recheck; empty: nobody did anything' AFTER automatic,
    ADD COLUMN IF NOT EXISTS conclusion  LowCardinality(String) DEFAULT '' COMMENT '结论 subjective 主观责任, objective 客观原因, data 数据问题, rule 规则问题; empty: none that carries' AFTER disposition,
    ADD COLUMN IF NOT EXISTS handling    String DEFAULT '' COMMENT '处置 decision, appeal, order, a JSON object; empty: nobody did anything' CODEC(ZSTD(1)) AFTER conclusion;

ALTER TABLE alert_history
    ADD COLUMN IF NOT EXISTS automatic   LowCardinality(String) DEFAULT '' COMMENT '自动状态 the status that the platform alone would give it since then; empty: the same' AFTER reason,
    ADD COLUMN IF NOT EXISTS disposition LowCardinality(String) DEFAULT '' COMMENT '处置状态 where it stands with people since then; empty: nobody did anything' AFTER automatic;

CREATE TABLE IF NOT EXISTS decisions
(
    command_id    String                           COMMENT '指令编号 see commands',
    digest        String                           COMMENT '内容摘要 of what the command said',
    alert_id      String                           COMMENT '预警编号',
    source        LowCardinality(String)           COMMENT '来源系统 of the alert''s subject',
    case_no       String                           COMMENT '办件编号 of the alert, or its subject''s key',
    act           LowCardinality(String)           COMMENT '行为 hold, issue, confirm, dismiss, appeal, uphold, withdraw, pass_up, order, answer, extend, close',
    conclusion    LowCardinality(String)           COMMENT '结论 that the act comes to; empty: none',
    refused       LowCardinality(String)           COMMENT '拒绝原因 why it was not applied; empty: it was applied',
    message       String                           COMMENT '说明 what stands against it',
    decided_at    DateTime64(3, 'UTC')             COMMENT '决定时间 the partition''s clock',
    log_id        LowCardinality(String)           COMMENT '日志标识 incarnation of the log',
    log_partition UInt16                           COMMENT '分区 partition of mj.log',
    log_offset    UInt64                           COMMENT '位置 offset in mj.log at which it was decided',
    version       UInt64                           COMMENT '版本 offset in mj.facts: of the same command said twice the last answer'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (command_id, digest)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000
COMMENT '指令的结果 what became of commands about alerts';

DROP VIEW IF EXISTS alerts_now;

CREATE VIEW IF NOT EXISTS alerts_now AS SELECT * FROM alerts FINAL
COMMENT '预警 one row an alert';

DROP VIEW IF EXISTS alerts_open;

CREATE VIEW IF NOT EXISTS alerts_open AS SELECT * FROM alerts FINAL WHERE status IN ('pending', 'issued', 'review')
COMMENT '在办预警 alerts that still stand: pending, issued, review';
