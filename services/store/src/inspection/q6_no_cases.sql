-- Q6 零办件: a body has no case of an item in the month, though it had some in at least {threshold} of the twelve months before
-- and, where the record goes back so far, in the same month of last year.
WITH
-- every case
months AS
(
    SELECT org, item, min(region) AS region, any(source) AS any_source,
           uniqIf(toStartOfMonth(toTimeZone(assumeNotNull(opened_at), 'Asia/Shanghai')),
                  opened_at < fromUnixTimestamp64Milli({from:Int64}, 'UTC')
                  AND opened_at >= subtractMonths(fromUnixTimestamp64Milli({from:Int64}, 'Asia/Shanghai'), 12)) AS active,
           countIf(opened_at < fromUnixTimestamp64Milli({from:Int64}, 'UTC')
                  AND opened_at >= subtractMonths(fromUnixTimestamp64Milli({from:Int64}, 'Asia/Shanghai'), 12)) AS before,
           countIf(opened_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
                  AND opened_at < fromUnixTimestamp64Milli({until:Int64}, 'UTC')) AS now,
           countIf(opened_at >= subtractMonths(fromUnixTimestamp64Milli({from:Int64}, 'Asia/Shanghai'), 12)
                  AND opened_at < subtractMonths(fromUnixTimestamp64Milli({until:Int64}, 'Asia/Shanghai'), 12)) AS last_year,
           min(opened_at) < subtractMonths(fromUnixTimestamp64Milli({from:Int64}, 'Asia/Shanghai'), 12) AS known_last_year,
           maxIf(opened_at, opened_at < fromUnixTimestamp64Milli({from:Int64}, 'UTC')) AS last_at,
           argMaxIf((source, case_no), opened_at, opened_at < fromUnixTimestamp64Milli({from:Int64}, 'UTC')) AS last_case
    FROM kept
    WHERE org != '' AND item != '' AND NOT has({ended_items:Array(String)}, item)
    GROUP BY org, item
)
SELECT
    'item' AS subject_kind, '' AS source, concat(org, '/', item) AS key, item, org, region, '' AS actor,
    active AS measure, toInt64(0) AS true_ms, '' AS level,
    [('active', toString(active)), ('before', toString(before)),
     ('last', formatDateTime(assumeNotNull(last_at), '%Y-%m-%d', 'Asia/Shanghai'))] AS figures,
    before AS total,
    [(last_case.1, last_case.2, '', toUnixTimestamp64Milli(assumeNotNull(last_at)), toUInt16(0), toUInt64(0), '最近一件')] AS rows
FROM months
WHERE now = 0 AND before >= 12 AND (last_year > 0 OR NOT known_last_year) AND measure >= {threshold:Float64}
