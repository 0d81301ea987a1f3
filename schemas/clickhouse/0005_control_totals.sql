-- 对账: how many events a source says it has made on a day, held against what was taken.

CREATE TABLE IF NOT EXISTS control_totals
(
    source        LowCardinality(String)  COMMENT '来源系统 source',
    day           Date                    COMMENT '日期 local day on which the events occurred',
    data_version  UInt32                  COMMENT '数据版本 of one day the greatest counts, of equal ones the last',
    item_code     LowCardinality(String)  COMMENT '事项编码 as the source sends it; empty: events that name none',
    kind          LowCardinality(String)  COMMENT '事件类型 type; empty: the row that says that the day was told at all, of a source that made nothing too',
    events        UInt64                  COMMENT '事件数 events made, each id and data version once',
    log_id        LowCardinality(String)  COMMENT '日志标识 incarnation of the log',
    log_partition UInt16                  COMMENT '分区 partition of mj.log',
    log_offset    UInt64                  COMMENT '位置 offset in mj.log',
    version       UInt64                  COMMENT '版本 offset in mj.log'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (source, day, data_version, log_id, log_offset, item_code, kind)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000
COMMENT '对账 control totals of sources, by day, item and type';
