-- 抽查: every case of every sample, as its journal leaves it (services/domain/src/sampling). The journals lie in the Table port for good and are
-- what counts: rows are carried here from them (services/api/src/samples/carry.rs), and all of them once more whenever a process starts. Body, item
-- and region are the case's own, and are read from cases. Rules as in 0001.

CREATE TABLE IF NOT EXISTS sampled_cases
(
    sample_id  LowCardinality(String)         COMMENT '抽查编号 id of the sample',
    source     LowCardinality(String)         COMMENT '来源系统 source of the case',
    case_no    String                         COMMENT '办件编号 number within the source',
    stratum    LowCardinality(String)         COMMENT '层 what it was drawn among; empty: not divided, or the case does not say',
    drawn_of   LowCardinality(String)         COMMENT '抽查范围 region that was drawn of, as a prefix: who sees less does not see the sample; empty: of all',
    drawn_at   DateTime64(3, 'UTC')           COMMENT '抽取时间',
    checked_at Nullable(DateTime64(3, 'UTC')) COMMENT '检查时间 when it was checked first; null: it was not',
    checks     Array(String)                  COMMENT '检查要点 what is looked at',
    verdicts   Array(String)                  COMMENT '结论 by these, as it was found last: pass 符合, fail 不符合, not_applicable 不适用; empty: not checked',
    closed_at  Nullable(DateTime64(3, 'UTC')) COMMENT '办结时间 when the sample was over; null: it runs',
    version    UInt64                         COMMENT '版本 so many records the journal had when this changed last'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (sample_id, source, case_no)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000
COMMENT '抽查办件 one row a case of a sample';
