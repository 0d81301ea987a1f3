-- 办理渠道: by which channel the application of a case came, as its source says it. Rules as in 0001. Rows and states that were written before
-- have none: no event could say it. What an older program archives while this is applied has none either, and leaves nothing out.

ALTER TABLE cases ADD COLUMN IF NOT EXISTS channel LowCardinality(Nullable(String)) COMMENT '办理渠道 window 窗口, online 网上, mobile 移动端, self_service 自助终端, mail 邮寄, other 其他, as the source says it; null: it does not' AFTER case_kind;

ALTER TABLE case_states ADD COLUMN IF NOT EXISTS channel LowCardinality(Nullable(String)) COMMENT '办理渠道 as in cases' AFTER case_kind;

DROP VIEW IF EXISTS cases_now;

CREATE VIEW IF NOT EXISTS cases_now AS SELECT * EXCEPT visits FROM cases FINAL
COMMENT '办件 one row a case';
