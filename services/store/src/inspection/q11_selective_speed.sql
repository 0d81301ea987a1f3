-- Q11 选择性提速: a handler's cases of one applicant or agent were decided far faster than the same handler's other cases of the
-- item. Half a year is looked at; one of the fast ones was closed in the month.
, done AS
(
    SELECT k.source AS source, k.case_no AS case_no, k.item AS item, k.org AS org, k.region AS region,
           assumeNotNull(k.closed_at) AS closed, dateDiff('minute', assumeNotNull(k.accepted_at), assumeNotNull(k.closed_at)) AS minutes,
           t.handler AS handler, t.for_whom AS for_whom
    FROM kept AS k
    INNER JOIN
    (
        SELECT source, case_no,
               argMaxIf(actor, occurred_at, actor != '' AND kind IN ('decided', 'closed')) AS handler,
               if(max(JSONExtractString(data, 'attributes', 'agent')) != '', max(JSONExtractString(data, 'attributes', 'agent')),
                  max(JSONExtractString(data, 'party_ref'))) AS for_whom,
               max(JSONExtractString(data, 'case_kind') = 'instant') AS instant,
               max(JSONExtractBool(data, 'attributes', 'green_channel')) AS green
        FROM told GROUP BY source, case_no
    ) AS t ON t.source = k.source AND t.case_no = k.case_no
    WHERE k.accepted_at IS NOT NULL AND k.closed_at IS NOT NULL AND k.closed_at < fromUnixTimestamp64Milli({until:Int64}, 'UTC')
      AND k.closed_at >= subtractMonths(fromUnixTimestamp64Milli({until:Int64}, 'UTC'), 6)
      AND NOT t.instant AND NOT t.green AND t.handler != '' AND t.for_whom != ''
),
theirs AS
(
    SELECT org, item, handler, for_whom, any(region) AS region, count() AS n, quantileExact(0.5)(minutes) AS middle, max(closed) AS last,
           groupArray((source, case_no, closed, minutes)) AS cases
    FROM done GROUP BY org, item, handler, for_whom
),
peers AS
(
    SELECT a.org AS org, a.item AS item, a.handler AS handler, a.for_whom AS for_whom,
           countIf(d.for_whom != a.for_whom) AS n, quantileExactIf(0.5)(d.minutes, d.for_whom != a.for_whom) AS middle,
           quantileExactIf(0.1)(d.minutes, d.for_whom != a.for_whom) AS fastest_tenth
    FROM theirs AS a INNER JOIN done AS d ON d.org = a.org AND d.item = a.item AND d.handler = a.handler
    GROUP BY a.org, a.item, a.handler, a.for_whom
)
SELECT
    'officer' AS subject_kind, '' AS source, concat(t.org, '/', t.handler, '/', t.item, '/', substring(t.for_whom, 1, 16)) AS key,
    t.item AS item, t.org AS org, t.region AS region, t.handler AS actor,
    toFloat64(t.n) AS measure, toUnixTimestamp64Milli(t.last) AS true_ms, '' AS level,
    [('count', toString(t.n)), ('hours', toString(round(t.middle / 60, 1))), ('peers', toString(p.n)),
     ('peer_hours', toString(round(p.middle / 60, 1)))] AS figures,
    t.n AS total,
    arrayMap(c -> (c.1, c.2, '', toUnixTimestamp64Milli(c.3), toUInt16(0), toUInt64(0),
        concat('受理至办结 ', toString(round(c.4 / 60, 1)), ' 小时')), t.cases) AS rows
FROM theirs AS t INNER JOIN peers AS p
  ON p.org = t.org AND p.item = t.item AND p.handler = t.handler AND p.for_whom = t.for_whom
WHERE t.last >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND p.n >= 30
  AND t.middle <= 0.3 * p.middle AND t.middle < p.fastest_tenth AND measure >= {threshold:Float64}
