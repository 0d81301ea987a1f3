-- A9 非工作时间集中办理: one officer's steps on one day, at night, on a day of rest ({rest_day}), or within one minute. When the night is the place of
-- the body sets ({night_org}); a day goes on until its night is over, so that a night is looked at whole, under the day on which it began.
-- Items that are done at night are switched off by rule settings; what a system does by itself is nobody's.
WITH
scope AS
(
    SELECT source, case_no FROM events WHERE occurred_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND occurred_at < fromUnixTimestamp64Milli({until:Int64}, 'UTC')
),
-- told
-- kept
placed AS
(
    SELECT t.source AS source, t.case_no AS case_no, t.event_id AS event_id, t.occurred_at AS at, t.kind AS kind,
           t.log_partition AS log_partition, t.log_offset AS log_offset, t.actor AS actor, k.org AS org,
           transform(k.org, {night_org:Array(String)}, {night_from:Array(Int64)}, {night_from_else:Int64}) AS night_from,
           transform(k.org, {night_org:Array(String)}, {night_until:Array(Int64)}, {night_until_else:Int64}) AS night_until,
           toHour(toTimeZone(t.occurred_at, 'Asia/Shanghai')) * 60 + toMinute(toTimeZone(t.occurred_at, 'Asia/Shanghai')) AS minute_of_day,
           if(night_from > night_until, minute_of_day >= night_from OR minute_of_day < night_until,
              minute_of_day >= night_from AND minute_of_day < night_until) AS by_night
    FROM told AS t INNER JOIN kept AS k ON k.source = t.source AND k.case_no = t.case_no
    WHERE t.occurred_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND t.actor != '' AND t.actor_role != 'system' AND k.org != ''
      AND t.kind IN ('step_end', 'accepted', 'not_accepted', 'filed', 'legal_review', 'decided', 'closed')
      AND NOT has({off_items:Array(String)}, k.item)
),
acts AS
(
    SELECT *, by_night OR {rest_day:UInt8} = 1 AS off_hours,
           count() OVER (PARTITION BY org, actor ORDER BY toUnixTimestamp(at) ASC RANGE BETWEEN CURRENT ROW AND 59 FOLLOWING) AS minute
    FROM placed
    WHERE toDate(toTimeZone(at, 'Asia/Shanghai') - toIntervalMinute(night_until)) = toDate({label:String})
)
SELECT
    'officer' AS subject_kind, '' AS source, concat(org, '/', actor) AS key, '' AS item, org, '' AS region, actor,
    toFloat64(greatest(countIf(off_hours), max(minute))) AS measure, toUnixTimestamp64Milli(min(at)) AS true_ms, '' AS level,
    [('off_hours', toString(countIf(off_hours))), ('minute', toString(max(minute))), ('day', toString(count())),
     ('night', concat(toString(intDiv(min(night_from), 60)), ':', leftPad(toString(min(night_from) % 60), 2, '0'), ' 至 ',
         toString(intDiv(min(night_until), 60)), ':', leftPad(toString(min(night_until) % 60), 2, '0')))] AS figures,
    if(countIf(off_hours) >= max(minute), countIf(off_hours), max(minute)) AS total,
    groupArrayIf((source, case_no, event_id, toUnixTimestamp64Milli(at), log_partition, log_offset, kind), off_hours OR minute > 1) AS rows
FROM acts
GROUP BY org, actor
HAVING measure >= {threshold:Float64}
