-- Q12 无结果文书: of a body's closings of an item in the month, at least twenty, more than a share carry no file, though most of those
-- in the half year before did. A source that never sends files says nothing by not sending any.
WITH
scope AS
(
    SELECT source, case_no FROM cases
    WHERE closed_at < fromUnixTimestamp64Milli({until:Int64}, 'UTC') AND closed_at >= subtractMonths(fromUnixTimestamp64Milli({from:Int64}, 'UTC'), 6)
),
-- told
-- kept
closings AS
(
    SELECT k.source AS source, k.case_no AS case_no, k.item AS item, k.org AS org, k.region AS region, assumeNotNull(k.closed_at) AS closed,
           k.closed_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AS inside, f.files = 0 AS bare
    FROM kept AS k
    LEFT JOIN
    (
        SELECT source, case_no,
               sumIf(JSONLength(data, 'attachments'), kind IN ('decided', 'delivered', 'closed', 'step_end')) AS files,
               countIf(kind IN ('withdrawn', 'voided', 'returned', 'terminated', 'transferred', 'merged', 'not_accepted')) AS fell_away
        FROM told GROUP BY source, case_no
    ) AS f ON f.source = k.source AND f.case_no = k.case_no
    WHERE f.fell_away = 0 AND k.closed_at < fromUnixTimestamp64Milli({until:Int64}, 'UTC')
      AND k.closed_at >= subtractMonths(fromUnixTimestamp64Milli({from:Int64}, 'UTC'), 6) AND k.org != '' AND k.item != ''
)
SELECT
    'item' AS subject_kind, '' AS source, concat(org, '/', item, '/无结果文书') AS key, item, org, min(region) AS region, '' AS actor,
    countIf(inside AND bare) / countIf(inside) AS measure, toInt64(0) AS true_ms, '' AS level,
    [('closed', toString(countIf(inside))), ('bare', toString(countIf(inside AND bare))),
     ('share', toString(round(100 * countIf(inside AND bare) / countIf(inside))))] AS figures,
    countIf(inside AND bare) AS total,
    groupArrayIf((source, case_no, '', toUnixTimestamp64Milli(closed), toUInt16(0), toUInt64(0), '办结时没有结果文书'), inside AND bare) AS rows
FROM closings
GROUP BY org, item
HAVING countIf(inside) >= 20 AND countIf(NOT inside) >= 20 AND countIf(NOT inside AND bare) < 0.5 * countIf(NOT inside)
   AND measure >= {threshold:Float64}
