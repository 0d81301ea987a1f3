-- A9 非工作时间集中办理: one officer's steps on one day, between 22:00 and 6:00, on a day of rest ({rest_day}), or within one minute.
-- Items that are done at night are switched off by rule settings; what a system does by itself is nobody's.
WITH
scope AS
(
    SELECT source, case_no FROM events WHERE occurred_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND occurred_at < fromUnixTimestamp64Milli({until:Int64}, 'UTC')
),
-- told
-- kept
acts AS
(
    SELECT t.source AS source, t.case_no AS case_no, t.event_id AS event_id, t.occurred_at AS at, t.kind AS kind,
           t.log_partition AS log_partition, t.log_offset AS log_offset, t.actor AS actor, k.org AS org, k.region AS region,
           toHour(toTimeZone(t.occurred_at, 'Asia/Shanghai')) >= 22 OR toHour(toTimeZone(t.occurred_at, 'Asia/Shanghai')) < 6 OR {rest_day:UInt8} = 1 AS off_hours,
           count() OVER (PARTITION BY k.org, t.actor ORDER BY toUnixTimestamp(t.occurred_at) ASC RANGE BETWEEN CURRENT ROW AND 59 FOLLOWING) AS minute
    FROM told AS t INNER JOIN kept AS k ON k.source = t.source AND k.case_no = t.case_no
    WHERE t.occurred_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND t.actor != '' AND t.actor_role != 'system' AND k.org != ''
      AND t.kind IN ('step_end', 'accepted', 'not_accepted', 'filed', 'legal_review', 'decided', 'closed')
      AND NOT has({off_items:Array(String)}, k.item)
)
SELECT
    'officer' AS subject_kind, '' AS source, concat(org, '/', actor) AS key, '' AS item, org, min(region) AS region, actor,
    toFloat64(greatest(countIf(off_hours), max(minute))) AS measure, toUnixTimestamp64Milli(min(at)) AS true_ms, '' AS level,
    [('off_hours', toString(countIf(off_hours))), ('minute', toString(max(minute))), ('day', toString(count()))] AS figures,
    if(countIf(off_hours) >= max(minute), countIf(off_hours), max(minute)) AS total,
    groupArrayIf((source, case_no, event_id, toUnixTimestamp64Milli(at), log_partition, log_offset, kind), off_hours OR minute > 1) AS rows
FROM acts
GROUP BY org, actor
HAVING measure >= {threshold:Float64}
