-- 影子运行: what drafts would allege beside what is in force. Nothing here is an alert, and no alert is changed by it.
--
-- A pass judges anew and writes rows of its own, named by the instant as of which it judged; its row in shadow_passes comes last. Readers
-- take the rows of the last pass that is there: of one that was cut off they see nothing. Passes before the one before the last lose
-- their tallies and differences, not their row. Rules as in 0001, but for `version`: a pass rests on no single position in the log.

CREATE TABLE IF NOT EXISTS shadow_passes
(
    draft          String                          COMMENT '草案 its id',
    text           String                          COMMENT '文本摘要 SHA-256 of the draft''s text: a revised draft is another shadow',
    since          DateTime64(3, 'UTC')            COMMENT '起点 cases that began at this instant or later',
    judged_at      DateTime64(3, 'UTC')            COMMENT '判断时点 judged as of this instant; names the pass',
    in_force_from  String                          COMMENT '视同生效日期 the day from which the draft counts as in force',
    compared_with  String                          COMMENT '对照定义 SHA-256 of the set in force',
    definitions    LowCardinality(String)          COMMENT '草案定义版本 version of the set with the draft in it, as its alerts carry it',
    engine         LowCardinality(String)          COMMENT '引擎版本 engine that judged',
    log_id         LowCardinality(String)          COMMENT '日志标识 incarnation of the log it rests on',
    log_partitions Array(UInt16)                   COMMENT '分区 partitions of mj.log',
    log_offsets    Array(UInt64)                   COMMENT '位置 of each partition: every record before it was known, none after it',
    cases          UInt64                          COMMENT '办件数 cases judged',
    events         UInt64                          COMMENT '事件数 events they have',
    cases_left_out UInt64                          COMMENT '未计办件数 cases that have events since the beginning and began before it',
    unjudged       UInt64                          COMMENT '未能判断 conditions that the draft could not judge for want of a value',
    raised         UInt64                          COMMENT '将新增 alerts by the draft alone',
    withdrawn      UInt64                          COMMENT '将消失 alerts by what is in force alone',
    changed        UInt64                          COMMENT '将改变 alerts by both, with another level or other instants',
    same           UInt64                          COMMENT '不变 alerts by both alike',
    listed         UInt64                          COMMENT '列出 differences that lie in shadow_differences',
    problem        String                          COMMENT '未能完成的原因 why nothing was judged; empty: the pass is whole',
    took_ms        UInt64                          COMMENT '用时 in milliseconds',
    version        UInt64                          COMMENT '版本 judged_at in milliseconds'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (draft, text, since, judged_at)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000
COMMENT '影子运行 passes of drafts that are judged by without alerting';

CREATE TABLE IF NOT EXISTS shadow_tallies
(
    draft         String                           COMMENT '草案 its id',
    text          String                           COMMENT '文本摘要 SHA-256 of the draft''s text',
    since         DateTime64(3, 'UTC')             COMMENT '起点 of the shadow',
    judged_at     DateTime64(3, 'UTC')             COMMENT '判断时点 the pass',
    control_point LowCardinality(String)           COMMENT '监察点 control point',
    name          String                           COMMENT '监察点名称 its name by the draft',
    org           LowCardinality(String)           COMMENT '责任机构 body that answers; empty: none is known',
    raised        UInt64                           COMMENT '将新增',
    withdrawn     UInt64                           COMMENT '将消失',
    changed       UInt64                           COMMENT '将改变',
    same          UInt64                           COMMENT '不变',
    version       UInt64                           COMMENT '版本 judged_at in milliseconds'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (draft, text, since, judged_at, control_point, org)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000
COMMENT '影子运行计数 what a pass counted, by control point and body';

CREATE TABLE IF NOT EXISTS shadow_differences
(
    draft         String                           COMMENT '草案 its id',
    text          String                           COMMENT '文本摘要 SHA-256 of the draft''s text',
    since         DateTime64(3, 'UTC')             COMMENT '起点 of the shadow',
    judged_at     DateTime64(3, 'UTC')             COMMENT '判断时点 the pass',
    control_point LowCardinality(String)           COMMENT '监察点 control point',
    difference    LowCardinality(String)           COMMENT '差异 raised 将新增, withdrawn 将消失, changed 将改变',
    org           LowCardinality(String)           COMMENT '责任机构 body that answers; empty: none is known',
    source        LowCardinality(String)           COMMENT '来源系统 source',
    case_no       String                           COMMENT '办件编号 case',
    step          LowCardinality(String)           COMMENT '环节 empty: the whole case',
    visit         UInt16                           COMMENT '第几次 which stay in the step',
    alert_id      String                           COMMENT '预警编号 the id that the alert has, or would have',
    was           String                           COMMENT '现行 the alert by what is in force, a JSON object; empty: none' CODEC(ZSTD(1)),
    would         String                           COMMENT '草案 the alert by the draft, with its account; empty: none' CODEC(ZSTD(1)),
    version       UInt64                           COMMENT '版本 judged_at in milliseconds'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (draft, text, since, judged_at, control_point, difference, source, case_no, step, visit)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000
COMMENT '影子运行差异 alerts that the draft would raise, lose or change; of each kind and control point the first cases';
