-- Q2 批量补录: within one hour a body typed in many cases that it had worked on long before. A case counts where three of its
-- events, or its closing, were typed in that hour and had happened before the last working day before ({late_before}). What a source types
-- in while it makes up for a changeover or an outage, as it had announced, is none.
WITH
scope AS
(
    SELECT source, case_no FROM events
    WHERE ifNull(entered_at, received_at) >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND ifNull(entered_at, received_at) < fromUnixTimestamp64Milli({until:Int64}, 'UTC')
),
-- told
-- kept
typed AS
(
    SELECT source, case_no, min(typed_at) AS began, count() AS events,
           dateDiff('second', min(typed_at), max(typed_at)) AS took_s, min(occurred_at) AS first_at,
           argMin(event_id, (occurred_at, event_id)) AS event, argMin(log_partition, (occurred_at, event_id)) AS part,
           argMin(log_offset, (occurred_at, event_id)) AS place
    FROM told
    WHERE typed_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND typed_at < fromUnixTimestamp64Milli({until:Int64}, 'UTC')
      AND occurred_at < fromUnixTimestamp64Milli({late_before:Int64}, 'UTC')
      AND NOT arrayExists((s, f, u) -> s = source AND toUnixTimestamp64Milli(typed_at) >= f AND toUnixTimestamp64Milli(typed_at) < u,
                          {announced_source:Array(String)}, {announced_from:Array(Int64)}, {announced_until:Array(Int64)})
    GROUP BY source, case_no
    HAVING took_s <= 3600 AND (events >= 3 OR countIf(kind = 'closed') > 0)
),
late AS
(
    SELECT t.*, k.org AS org, k.region AS region,
           count() OVER (PARTITION BY k.org ORDER BY toUnixTimestamp(t.began) ASC RANGE BETWEEN CURRENT ROW AND 3600 FOLLOWING) AS hour
    FROM typed AS t INNER JOIN kept AS k ON k.source = t.source AND k.case_no = t.case_no
),
busiest AS (SELECT org, argMax(began, (hour, -toUnixTimestamp(began))) AS hour_at, max(hour) AS most FROM late GROUP BY org)
SELECT
    'org' AS subject_kind, '' AS source, l.org AS key, '' AS item, l.org AS org, min(l.region) AS region, '' AS actor,
    any(b.most) AS measure,
    toUnixTimestamp64Milli(any(b.hour_at)) AS true_ms,
    '' AS level,
    [('count', toString(any(b.most))),
     ('hour', formatDateTime(any(b.hour_at), '%Y-%m-%d %H:%i', 'Asia/Shanghai')),
     ('quick', toString(countIf(l.took_s <= {within_s:Int64}))),
     ('oldest', formatDateTime(min(l.first_at), '%Y-%m-%d', 'Asia/Shanghai'))] AS figures,
    count() AS total,
    groupArray((l.source, l.case_no, l.event, toUnixTimestamp64Milli(l.began), l.part, l.place,
        concat('补录 ', toString(l.events), ' 个环节，用时 ', toString(intDiv(l.took_s + 59, 60)), ' 分钟'))) AS rows
FROM late AS l INNER JOIN busiest AS b ON b.org = l.org
WHERE l.org != '' AND l.began >= b.hour_at AND dateDiff('second', b.hour_at, l.began) <= 3600
GROUP BY l.org
HAVING measure >= {threshold:Float64}
