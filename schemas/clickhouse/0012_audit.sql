-- 审计记录: the audit trail. Every entry of a block is a row; the hash of the block before stands beside the block's own, so that blocks are
-- made again from their rows and held against both (services/api/src/people/audit/chain.rs). This table is the one place in which an entry
-- lies for good: it is made from no log. Rows as they were, so no version; rules as in 0001, but for the deduplication window: a kill may
-- leave an insert noted there whose rows are not on the disk, and who came with the only copy again would be told that it is here.

CREATE TABLE IF NOT EXISTS audit_entries
(
    day     String                 COMMENT '日期 of the first entry of the journal, where people work, like 2026-11-29',
    journal String                 COMMENT '段 the day and the process that wrote: each process has journals of its own',
    block   UInt32                 COMMENT '块号 of the journal, from 0',
    place   UInt16                 COMMENT '块内序号 from 0',
    at      DateTime64(3, 'UTC')   COMMENT '时间 when it was asked',
    account LowCardinality(String) COMMENT '账号 or administrator_key',
    person  LowCardinality(String) COMMENT '人员编号 empty: no person',
    sender  LowCardinality(String) COMMENT '来自地址',
    method  LowCardinality(String) COMMENT '方法',
    path    String                 COMMENT '内容 path and query' CODEC(ZSTD(1)),
    status  UInt16                 COMMENT '答复 what was answered',
    before  String                 COMMENT '前块校验值 SHA-256 of the block before; empty: it is the first of its journal',
    hash    String                 COMMENT '本块校验值 SHA-256 of this block'
)
ENGINE = ReplacingMergeTree
ORDER BY (day, journal, block, place)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 0
COMMENT '审计记录 who did or looked at what';
