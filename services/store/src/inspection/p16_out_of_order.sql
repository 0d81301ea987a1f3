-- P16 未按受理先后: of an item whose number is limited ({limited_items}), a later applicant was granted while an earlier one, accepted at least
-- a day before, was still waiting. Who was asked for more, suspended, extended, or gave up by then is
-- not waiting in the row. A result counts as a grant unless it is a refusal, whatever the source's word for it.
WITH
scope AS
(
    SELECT source, case_no FROM cases WHERE has({limited_items:Array(String)}, ifNull(item_code, ''))
),
-- told
-- kept
queue AS
(
    SELECT k.source AS source, k.case_no AS case_no, k.item AS item, k.org AS org, k.region AS region, assumeNotNull(k.accepted_at) AS accepted,
           d.at AS decided, d.granted AS granted, d.event_id AS event_id, d.log_partition AS log_partition, d.log_offset AS log_offset, d.stopped AS stopped, d.stopped_at AS stopped_at
    FROM kept AS k INNER JOIN
    (
        SELECT source, case_no, minIf(occurred_at, kind = 'decided') AS at, countIf(kind = 'decided') > 0 AS done,
               argMinIf(result, occurred_at, kind = 'decided') AS word, done AND NOT startsWith(word, '不') AND NOT startsWith(word, '驳回')
                   AND word NOT IN ('refused', 'denied', 'rejected', 'dropped', 'returned') AS granted,
               argMinIf(event_id, occurred_at, kind = 'decided') AS event_id, argMinIf(log_partition, occurred_at, kind = 'decided') AS log_partition,
               argMinIf(log_offset, occurred_at, kind = 'decided') AS log_offset,
               minIf(occurred_at, stops) AS stopped_at, countIf(stops) > 0 AS stopped
        FROM
        (
            SELECT *, kind IN ('supplement_notice', 'suspend', 'extend', 'withdrawn', 'voided', 'returned', 'terminated', 'transferred', 'merged', 'hearing_requested') AS stops
            FROM told
        )
        GROUP BY source, case_no
    ) AS d ON d.source = k.source AND d.case_no = k.case_no
    WHERE has({limited_items:Array(String)}, k.item) AND k.accepted_at IS NOT NULL
),
passed AS
(
    SELECT b.source AS source, b.case_no AS case_no, b.item AS item, b.org AS org, b.region AS region, b.decided AS decided, b.event_id AS event_id,
           b.log_partition AS log_partition, b.log_offset AS log_offset, a.source AS other_source, a.case_no AS other_case, a.accepted AS other_accepted
    FROM queue AS b INNER JOIN queue AS a ON a.item = b.item AND a.org = b.org
    WHERE b.granted AND b.decided >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND b.decided < fromUnixTimestamp64Milli({until:Int64}, 'UTC')
      AND dateDiff('hour', a.accepted, b.accepted) >= 24 AND NOT (a.stopped AND a.stopped_at <= b.decided)
      AND (a.decided > b.decided AND a.granted OR toUnixTimestamp(a.decided) = 0)
)
SELECT
    'case' AS subject_kind, source, case_no AS key, any(item) AS item, any(org) AS org, min(region) AS region, '' AS actor,
    toFloat64(count()) AS measure, toUnixTimestamp64Milli(any(decided)) AS true_ms, '' AS level,
    [('count', toString(count())), ('first', formatDateTime(min(other_accepted), '%Y-%m-%d', 'Asia/Shanghai'))] AS figures,
    toUInt64(1 + count()) AS total,
    arrayConcat([(source, case_no, any(event_id), toUnixTimestamp64Milli(any(decided)), any(log_partition), any(log_offset), '后受理、先决定')],
        groupArray((other_source, other_case, '', toUnixTimestamp64Milli(other_accepted), toUInt16(0), toUInt64(0), '先受理'))) AS rows
FROM passed
GROUP BY source, case_no
HAVING measure >= {threshold:Float64}
