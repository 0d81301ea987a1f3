-- F8 取消后监管缺位: an item was cancelled, and {span_days} days, which end in the month, went by without a case of any of the items by which it is to
-- be supervised afterwards ({after_by}, parted by commas): since its end, or since the last such case.
WITH
scope AS
(
    SELECT source, case_no FROM cases
    WHERE opened_at >= subtractDays(fromUnixTimestamp64Milli({from:Int64}, 'UTC'), {span_days:Int64} + 1) AND opened_at < fromUnixTimestamp64Milli({until:Int64}, 'UTC')
      AND has(splitByChar(',', arrayStringConcat({after_by:Array(String)}, ',')), ifNull(item_code, ''))
),
-- kept
ended AS
(
    SELECT one.1 AS item, fromUnixTimestamp64Milli(one.2, 'UTC') AS ended_at, one.3 AS org, splitByChar(',', one.4) AS by
    FROM (SELECT arrayJoin(arrayZip({after_item:Array(String)}, {after_end:Array(Int64)}, {after_org:Array(String)}, {after_by:Array(String)})) AS one)
),
seen AS (SELECT source, case_no, item, assumeNotNull(opened_at) AS at FROM kept WHERE opened_at < fromUnixTimestamp64Milli({until:Int64}, 'UTC')),
last AS
(
    SELECT e.item AS item, e.org AS org, e.ended_at AS ended_at, e.by AS by, maxIf(s.at, has(e.by, s.item) AND s.at >= e.ended_at) AS seen_at,
           argMaxIf((s.source, s.case_no), s.at, has(e.by, s.item) AND s.at >= e.ended_at) AS seen_case,
           greatest(e.ended_at, seen_at) AS since
    FROM ended AS e CROSS JOIN (SELECT * FROM seen UNION ALL SELECT '', '', '', toDateTime64(0, 3, 'UTC')) AS s
    GROUP BY e.item, e.org, e.ended_at, e.by
)
SELECT
    'item' AS subject_kind, '' AS source, concat(org, '/', item) AS key, item, org, '' AS region, '' AS actor,
    toFloat64(1) AS measure, toUnixTimestamp64Milli(addDays(since, {span_days:Int64})) AS true_ms, '' AS level,
    [('ended', formatDateTime(subtractSeconds(ended_at, 1), '%Y-%m-%d', 'Asia/Shanghai')), ('days', toString({span_days:Int64})), ('by', arrayStringConcat(by, '、')),
     ('last', if(seen_at < ended_at, '此后没有办件', concat('最近一件在 ', formatDateTime(seen_at, '%Y-%m-%d', 'Asia/Shanghai'))))] AS figures,
    toUInt64(1) AS total,
    [(seen_case.1, if(seen_at < ended_at, '', seen_case.2), '', toUnixTimestamp64Milli(since), toUInt16(0), toUInt64(0), if(seen_at < ended_at, '事项取消', '最近一件'))] AS rows
FROM last
WHERE addDays(since, {span_days:Int64}) >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND addDays(since, {span_days:Int64}) < fromUnixTimestamp64Milli({until:Int64}, 'UTC')
  AND measure >= {threshold:Float64}
