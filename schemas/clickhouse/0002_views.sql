-- What an operator reads: one row a key. Plain views, so nothing can be lost between a table and its view.
-- FINAL rather than argMax: measured on 2 million rows of 500,000 alerts in 20 unmerged parts, the counts by level
-- and status took 0.39 s with FINAL and 0.52 s with argMax, a page of 50 whole rows 0.44 s and 0.74 s.

CREATE VIEW IF NOT EXISTS events_now AS SELECT * FROM events FINAL
COMMENT '事件 one row an event and data version; the greatest counts';

CREATE VIEW IF NOT EXISTS cases_now AS SELECT * EXCEPT visits FROM cases FINAL
COMMENT '办件 one row a case';

CREATE VIEW IF NOT EXISTS alerts_now AS SELECT * FROM alerts FINAL
COMMENT '预警 one row an alert';

CREATE VIEW IF NOT EXISTS alerts_open AS SELECT * FROM alerts FINAL WHERE status IN ('pending', 'issued', 'review')
COMMENT '在办预警 alerts that still stand: pending, issued, review';

CREATE VIEW IF NOT EXISTS step_visits AS
SELECT
    source,
    case_no,
    item_code,
    org_code,
    region_code,
    flowchart,
    tupleElement(stay, 'step')       AS step,
    tupleElement(stay, 'visit')      AS visit,
    tupleElement(stay, 'started_at') AS started_at,
    tupleElement(stay, 'ended_at')   AS ended_at,
    tupleElement(stay, 'due_at')     AS due_at,
    tupleElement(stay, 'office')     AS office,
    tupleElement(stay, 'actor')      AS actor,
    updated_at,
    version
FROM
(
    SELECT source, case_no, item_code, org_code, region_code, flowchart, updated_at, version, arrayJoin(visits) AS stay
    FROM cases FINAL
)
COMMENT '环节停留 one row a stay of a case in a step';

CREATE VIEW IF NOT EXISTS rejects_now AS SELECT * FROM rejects FINAL
COMMENT '退回 one row a refused record';

CREATE VIEW IF NOT EXISTS sources_now AS
SELECT
    source,
    if(count() = count(complete_until), min(complete_until), NULL) AS complete_until,
    max(last_received_at) AS last_received_at,
    sum(events)           AS events,
    max(updated_at)       AS updated_at,
    count()               AS partitions
FROM source_health FINAL
GROUP BY source
COMMENT '来源状态 one row a source; complete_until is the least of its partitions, null while one has not heard';

CREATE VIEW IF NOT EXISTS watermarks_now AS SELECT * FROM watermarks FINAL
COMMENT '水位 how far the archive has come';
