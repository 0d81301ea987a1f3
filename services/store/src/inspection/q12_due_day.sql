-- Q12 到期日前集中办结: of a body's closings of an item in the month, at least twenty, more than a share fell on the very day they
-- were due.
WITH
scope AS
(
    SELECT source, case_no FROM cases WHERE closed_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND closed_at < fromUnixTimestamp64Milli({until:Int64}, 'UTC')
),
-- kept
done AS
(
    SELECT *, toDate(toTimeZone(assumeNotNull(closed_at), 'Asia/Shanghai')) = toDate(toTimeZone(assumeNotNull(due_at), 'Asia/Shanghai')) AS on_the_day
    FROM kept
    WHERE closed_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND closed_at < fromUnixTimestamp64Milli({until:Int64}, 'UTC')
      AND due_at IS NOT NULL AND org != '' AND item != ''
      -- What took less than two days was due on the day by its nature.
      AND dateDiff('hour', assumeNotNull(opened_at), assumeNotNull(due_at)) > 48
)
SELECT
    'item' AS subject_kind, '' AS source, concat(org, '/', item) AS key, item, org, min(region) AS region, '' AS actor,
    countIf(on_the_day) / count() AS measure, toInt64(0) AS true_ms, '' AS level,
    [('closed', toString(count())), ('on_the_day', toString(countIf(on_the_day))),
     ('share', toString(round(100 * countIf(on_the_day) / count())))] AS figures,
    countIf(on_the_day) AS total,
    groupArrayIf((source, case_no, '', toUnixTimestamp64Milli(assumeNotNull(closed_at)), toUInt16(0), toUInt64(0), '到期当日办结'), on_the_day) AS rows
FROM done
GROUP BY org, item
HAVING count() >= 20 AND measure >= {threshold:Float64}
