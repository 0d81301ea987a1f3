-- Q11 选择性提速: a handler's cases of one applicant or agent were decided far faster than the same handler's other cases of the
-- item. Half a year is looked at; one of the fast ones was closed in the month.
WITH
scope AS
(
    SELECT source, case_no FROM cases
    WHERE closed_at < fromUnixTimestamp64Milli({until:Int64}, 'UTC') AND closed_at >= subtractMonths(fromUnixTimestamp64Milli({until:Int64}, 'UTC'), 6)
),
-- told
-- kept
done AS
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
handlers AS
(
    SELECT org, item, handler, groupArray((source, case_no, closed, minutes, for_whom, region)) AS cases, groupArray(for_whom) AS whoms
    FROM done GROUP BY org, item, handler
    HAVING count() > 30 AND max(closed) >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
),
theirs AS
(
    SELECT org, item, handler, for_whom, arrayFilter(c -> c.5 = for_whom, cases) AS own, arrayMap(c -> c.4, own) AS own_minutes,
           arrayMap(c -> c.4, arrayFilter(c -> c.5 != for_whom, cases)) AS other_minutes,
           arrayReduce('quantileExact(0.5)', own_minutes) AS middle, arrayReduce('quantileExact(0.5)', other_minutes) AS other_middle
    FROM handlers
    ARRAY JOIN arrayFilter(w -> countEqual(whoms, w) >= {threshold:Float64}, arrayDistinct(whoms)) AS for_whom
)
SELECT
    'officer' AS subject_kind, '' AS source, concat(t.org, '/', t.handler, '/', t.item, '/', substring(t.for_whom, 1, 16)) AS key,
    t.item AS item, t.org AS org, arraySort(arrayMap(c -> c.6, t.own))[1] AS region, t.handler AS actor,
    toFloat64(length(t.own)) AS measure, toUnixTimestamp64Milli(arrayMax(arrayMap(c -> c.3, t.own))) AS true_ms, '' AS level,
    [('count', toString(length(t.own))), ('hours', toString(round(t.middle / 60, 1))), ('peers', toString(length(t.other_minutes))),
     ('peer_hours', toString(round(t.other_middle / 60, 1)))] AS figures,
    length(t.own) AS total,
    arrayMap(c -> (c.1, c.2, '', toUnixTimestamp64Milli(c.3), toUInt16(0), toUInt64(0),
        concat('受理至办结 ', toString(round(c.4 / 60, 1)), ' 小时')), t.own) AS rows
FROM theirs AS t
WHERE true_ms >= {from:Int64} AND length(t.other_minutes) >= 30
  AND t.middle <= 0.3 * t.other_middle AND t.middle < arrayReduce('quantileExact(0.1)', t.other_minutes) AND measure >= {threshold:Float64}
