-- Q15 传输迟延: records of a source that first came on the day, more than its declared delay after they were typed in. When a record was
-- typed in its own system says, and may say wrongly; when it came here we know. A version that was sent anew is no late record.
WITH
scope AS
(
    SELECT source, case_no FROM events
    WHERE received_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND received_at < fromUnixTimestamp64Milli({until:Int64}, 'UTC')
      AND entered_at < received_at
),
-- told
came AS
(
    SELECT CAST(source, 'String') AS source, case_no, event_id, min(received_at) AS at FROM events
    WHERE (source, case_no) IN (SELECT source, case_no FROM scope)
    GROUP BY source, case_no, event_id
),
late AS
(
    SELECT t.source AS source, t.case_no AS case_no, t.event_id AS event_id, t.log_partition AS log_partition, t.log_offset AS log_offset, c.at AS at,
           dateDiff('second', t.typed_at, c.at) AS late_s, transform(t.source, {delay_source:Array(String)}, {delay_hours:Array(Int64)}, toInt64(24)) AS allowed
    FROM told AS t INNER JOIN came AS c ON c.source = t.source AND c.case_no = t.case_no AND c.event_id = t.event_id
    WHERE c.at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND c.at < fromUnixTimestamp64Milli({until:Int64}, 'UTC')
      AND late_s > 3600 * allowed
)
SELECT
    'source' AS subject_kind, source, '' AS key, '' AS item, '' AS org, '' AS region, '' AS actor,
    toFloat64(count()) AS measure, toInt64(0) AS true_ms, '' AS level,
    [('count', toString(count())), ('delay', toString(min(allowed))), ('cases', toString(uniqExact(case_no))),
     ('longest', if(max(late_s) >= 172800, concat(toString(intDiv(max(late_s), 86400)), ' 日'), concat(toString(intDiv(max(late_s), 3600)), ' 小时')))] AS figures,
    count() AS total,
    groupArray((source, case_no, event_id, toUnixTimestamp64Milli(at), log_partition, log_offset,
        concat('录入后 ', toString(intDiv(late_s, 3600)), ' 小时收到'))) AS rows
FROM late
GROUP BY source
HAVING measure >= {threshold:Float64}
