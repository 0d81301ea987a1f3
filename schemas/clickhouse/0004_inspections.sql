-- What commands said, and what the treasury says it took in: for periodic inspections. Rules as in 0001.

CREATE TABLE IF NOT EXISTS commands
(
    command_id    String                           COMMENT '指令编号 derived from what it says',
    act           LowCardinality(String)           COMMENT '行为 found 发现, not_found 复查未再发现, over 情形已消除',
    author_kind   LowCardinality(String)           COMMENT '发出者类型 inspection 定期巡检, person 人员',
    author        String                           COMMENT '发出者 who ran the inspection, or the account',
    office        String                           COMMENT '所属机构 the office a person acted for',
    decided_at    DateTime64(3, 'UTC')             COMMENT '依据截止时间 what was known then was decided on',
    reason        String                           COMMENT '理由 why, for people',
    subject_kind  LowCardinality(String)           COMMENT '对象类型 case, source, org, item, officer, party',
    source        LowCardinality(String)           COMMENT '来源系统 of the subject; empty: no source''s',
    subject_key   String                           COMMENT '对象 case number, code or key within the source',
    rule          LowCardinality(String)           COMMENT '规则 rule of the catalogue',
    window        String                           COMMENT '时段 label of the window',
    alert_id      String                           COMMENT '预警编号 the alert it is about',
    body          String                           COMMENT '内容 the command, a JSON object' CODEC(ZSTD(1)),
    log_id        LowCardinality(String)           COMMENT '日志标识 incarnation of the log',
    log_partition UInt16                           COMMENT '分区 partition of mj.log',
    log_offset    UInt64                           COMMENT '位置 offset in mj.log',
    version       UInt64                           COMMENT '版本 18446744073709551615 - log_offset: of the same command sent twice the first counts'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY command_id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000
COMMENT '指令 commands: who, when, why, about whom, what';

CREATE TABLE IF NOT EXISTS treasury_totals
(
    org_code      LowCardinality(String)           COMMENT '执收单位 body whose fines they are',
    month         String                           COMMENT '月份 like 2026-10',
    collected     Int64                            COMMENT '入库金额 fines taken into the treasury in the month, in fen',
    refunded      Int64                            COMMENT '退库金额 fines paid back in the month, in fen',
    in_transit    Int64                            COMMENT '在途金额 collected by agents in the month and booked later, in fen',
    note          String                           COMMENT '说明 what the treasury adds',
    digest        String                           COMMENT '文件摘要 SHA-256 of the file it came in',
    imported_by   String                           COMMENT '导入人 who imported it',
    imported_at   DateTime64(3, 'UTC')             COMMENT '导入时间 when; the later import of a month counts',
    version       UInt64                           COMMENT '版本 imported_at in milliseconds'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (org_code, month)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000
COMMENT '国库对账 monthly totals of fines as the treasury has them';
