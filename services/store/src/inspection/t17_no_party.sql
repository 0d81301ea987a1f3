-- T17 无从比对: cases of a body's item were begun in the month without saying whose, while in it or within {span_days} days before another case
-- of the item there ended without being decided: whether it came in again cannot be seen. One question a body and item, and no fault.
WITH
scope AS
(
    SELECT source, case_no FROM cases WHERE opened_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND opened_at < fromUnixTimestamp64Milli({until:Int64}, 'UTC')
    UNION ALL
    SELECT source, case_no FROM events
    WHERE has({ways_to_end:Array(String)}, kind)
      AND occurred_at >= subtractDays(fromUnixTimestamp64Milli({from:Int64}, 'UTC'), {span_days:Int64} + 1) AND occurred_at < fromUnixTimestamp64Milli({until:Int64}, 'UTC')
),
-- told
-- kept
cases_told AS
(
    SELECT k.source AS source, k.case_no AS case_no, k.item AS item, k.org AS org, k.region AS region, assumeNotNull(k.opened_at) AS opened_at,
           p.party AS party, p.first AS first, p.ended_at AS ended_at, p.ends AS ends
    FROM kept AS k
    INNER JOIN
    (
        SELECT source, case_no, max(JSONExtractString(data, 'party_ref')) AS party,
               argMin((event_id, log_partition, log_offset), (occurred_at, event_id)) AS first,
               minIf(occurred_at, has({ways_to_end:Array(String)}, kind)) AS ended_at, countIf(has({ways_to_end:Array(String)}, kind)) > 0 AS ends
        FROM told GROUP BY source, case_no
    ) AS p ON p.source = k.source AND p.case_no = k.case_no
    WHERE k.item != '' AND k.org != ''
),
ended AS
(
    SELECT org, item, uniqExact(source, case_no) AS n, max(ended_at) AS last_at FROM cases_told
    WHERE ends AND ended_at >= subtractDays(fromUnixTimestamp64Milli({from:Int64}, 'UTC'), {span_days:Int64}) GROUP BY org, item
)
SELECT
    'item' AS subject_kind, '' AS source, concat(b.org, '/', b.item, '/未报当事人') AS key, b.item AS item, b.org AS org, min(b.region) AS region, '' AS actor,
    toFloat64(count()) AS measure, toInt64(0) AS true_ms, 'review' AS level,
    [('count', toString(count())), ('ended', toString(min(e.n)))] AS figures,
    count() AS total,
    groupArray((b.source, b.case_no, b.first.1, toUnixTimestamp64Milli(b.opened_at), b.first.2, b.first.3, '未报当事人')) AS rows
FROM cases_told AS b INNER JOIN ended AS e ON e.org = b.org AND e.item = b.item
WHERE b.party = '' AND NOT b.ends AND b.opened_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
GROUP BY b.org, b.item
HAVING measure >= {threshold:Float64}
