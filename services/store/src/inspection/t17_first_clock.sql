-- T17 撤件重报规避期限, the clock: of what stands found as begun again (`t17_in_and_out.sql`), the due instant of the first case has passed, and this one
-- was not decided by then; the window is the day of the first second after. The due instant is the first case's own, with what lawfully
-- stopped or lengthened it; a stop or an extension of this one may lengthen it further, which a person decides. One that was begun after that
-- instant is looked at when the day is over on which it was found; what lay between is for a person where it was more than two days. A first
-- that was late itself has a card of its own.
WITH
again AS
(
    SELECT source, case_no, item, org, region, asks, found_on,
           JSONExtractString(one, 'note') = '首件终结' AS in_turn,
           parseDateTime64BestEffortOrNull(JSONExtractString(one, 'at'), 3, 'UTC') AS ended_at,
           JSONExtractString(one, 'source') AS other_source, JSONExtractString(one, 'case_no') AS other_case
    FROM
    (
        SELECT CAST(source, 'String') AS source, case_no,
               ifNull(CAST(item_code, 'Nullable(String)'), '')    AS item,
               ifNull(CAST(org_code, 'Nullable(String)'), '')     AS org,
               ifNull(CAST(region_code, 'Nullable(String)'), '')  AS region,
               status = 'review'                                  AS asks,
               toDateOrZero(CAST(step, 'String'))                 AS found_on,
               arrayJoin(arrayFilter(r -> JSONExtractString(r, 'note') IN ('首件终结', '同期另件终结'),
                   arrayFlatten(arrayMap(e -> JSONExtractArrayRaw(e, 'rows'), JSONExtractArrayRaw(evidence))))) AS one
        FROM alerts FINAL
        WHERE control_point = 'inspection/T17' AND subject_kind = 'case' AND status IN ('issued', 'review')
    )
),
scope AS
(
    SELECT source, case_no FROM again
    UNION ALL
    SELECT other_source AS source, other_case AS case_no FROM again
),
-- told
-- kept
clocks AS
(
    SELECT source, case_no, item, org, region, begun_at, first.1 AS due_at, first.2 AS other_source, first.3 AS other_case, first.4 AS flowchart,
           greatest(first.1, toTimeZone(addSeconds(toDateTime64(addDays(found_on, 1), 3, 'Asia/Shanghai'), -1), 'UTC')) AS by_at,
           begun_at > first.1 AS begun_after,
           (asked OR (begun_after AND begun_at > addDays(first.5, 2))) AS asks
    FROM
    (
        SELECT g.source AS source, g.case_no AS case_no, any(g.item) AS item, any(g.org) AS org, any(g.region) AS region, max(g.asks) AS asked,
               max(g.found_on) AS found_on, any(assumeNotNull(b.opened_at)) AS begun_at,
               min((assumeNotNull(a.due_at), g.other_source, g.other_case, a.flowchart, ifNull(g.ended_at, assumeNotNull(a.due_at)))) AS first
        FROM again AS g
        INNER JOIN kept AS b ON b.source = g.source AND b.case_no = g.case_no
        INNER JOIN kept AS a ON a.source = g.other_source AND a.case_no = g.other_case
        WHERE a.due_at IS NOT NULL AND (g.in_turn OR g.asks)
          -- Of several the first that was not late itself: that one's clock goes on.
          AND ifNull(g.ended_at, assumeNotNull(a.due_at)) < addSeconds(assumeNotNull(a.due_at), 1)
        GROUP BY g.source, g.case_no
    )
    WHERE addSeconds(by_at, 1) >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND addSeconds(by_at, 1) < fromUnixTimestamp64Milli({until:Int64}, 'UTC')
),
by_then AS
(
    SELECT c.source AS source, c.case_no AS case_no,
           countIf(e.kind IN ('suspend', 'extend')) > 0 AS stopped,
           countIf(e.kind IN ('decided', 'closed') OR has({ways_to_end:Array(String)}, e.kind)) > 0 AS done
    FROM clocks AS c INNER JOIN told AS e ON e.source = c.source AND e.case_no = c.case_no
    WHERE e.occurred_at < addSeconds(c.by_at, 1)
    GROUP BY c.source, c.case_no
)
SELECT
    'case' AS subject_kind, c.source AS source, c.case_no AS key, c.item AS item, c.org AS org, c.region AS region, '' AS actor,
    toFloat64(1) AS measure, toUnixTimestamp64Milli(addSeconds(c.by_at, 1)) AS true_ms,
    multiIf(c.asks OR t.stopped, 'review', has({statutory_flowcharts:Array(String)}, c.flowchart), 'statutory', '') AS level,
    [('first', c.other_case), ('first_due', formatDateTime(c.due_at, '%Y-%m-%d', 'Asia/Shanghai')),
     ('begun', formatDateTime(c.begun_at, '%Y-%m-%d', 'Asia/Shanghai')),
     ('clock', if(has({statutory_flowcharts:Array(String)}, c.flowchart), '法定', '承诺')),
     ('then', if(c.begun_after, '至当日', '届时')),
     ('stopped', if(t.stopped, '；本件办理期间有特别程序或者延期，是否相应顺延由监察机关核定', ''))] AS figures,
    toUInt64(2) AS total,
    [(c.other_source, c.other_case, '', toUnixTimestamp64Milli(c.due_at), toUInt16(0), toUInt64(0), '首件期限届满'),
     (c.source, c.case_no, '', toUnixTimestamp64Milli(c.begun_at), toUInt16(0), toUInt64(0), '另立')] AS rows
FROM clocks AS c
LEFT JOIN by_then AS t ON t.source = c.source AND t.case_no = c.case_no
WHERE NOT t.done
