-- A10 检查过频: one body inspected the same party more often within a year than it may; the inspection beyond falls into the month. Not
-- counted is what a complaint, a transfer, monitoring, a look at corrections or an emergency caused.
WITH
-- An inspection of a year before that has an event of this year is one of the year before.
scope AS
(
    SELECT source, case_no FROM events
    WHERE occurred_at >= subtractDays(fromUnixTimestamp64Milli({from:Int64}, 'UTC'), 366) AND occurred_at < fromUnixTimestamp64Milli({until:Int64}, 'UTC')
      AND (source, case_no) IN (SELECT source, case_no FROM cases WHERE has({inspection_items:Array(String)}, ifNull(item_code, '')))
),
-- told
-- kept
visits AS
(
    SELECT k.source AS source, k.case_no AS case_no, k.org AS org, k.item AS item, k.region AS region, v.party AS party, v.at AS at,
           v.event_id AS event_id, v.log_partition AS log_partition, v.log_offset AS log_offset
    FROM kept AS k INNER JOIN
    (
        SELECT source, case_no, max(JSONExtractString(data, 'party_ref')) AS party, min(occurred_at) AS at,
               max(JSONExtractString(data, 'inspection', 'cause')) AS cause,
               argMin(event_id, (occurred_at, event_id)) AS event_id, argMin(log_partition, (occurred_at, event_id)) AS log_partition,
               argMin(log_offset, (occurred_at, event_id)) AS log_offset, countIf(kind IN ('voided', 'withdrawn', 'merged')) AS fell_away
        FROM told GROUP BY source, case_no
    ) AS v ON v.source = k.source AND v.case_no = k.case_no
    WHERE has({inspection_items:Array(String)}, k.item) AND v.party != '' AND k.org != '' AND v.fell_away = 0
      AND v.cause NOT IN ('complaint', 'transferred', 'monitoring', 'follow_up', 'emergency')
),
counted AS
(
    SELECT *, count() OVER (PARTITION BY org, party ORDER BY toUnixTimestamp(at) ASC RANGE BETWEEN 31536000 PRECEDING AND CURRENT ROW) AS nth FROM visits
)
SELECT
    'party' AS subject_kind, '' AS source, concat(org, '/', party) AS key, argMax(item, at) AS item, org, min(region) AS region, '' AS actor,
    toFloat64(maxIf(nth, at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC'))) - 1 AS measure, toUnixTimestamp64Milli(max(at)) AS true_ms, '' AS level,
    [('count', toString(maxIf(nth, at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')))), ('party', substring(party, 1, 12))] AS figures,
    countIf(at >= subtractDays(fromUnixTimestamp64Milli({until:Int64}, 'UTC'), 365)) AS total,
    groupArrayIf((source, case_no, event_id, toUnixTimestamp64Milli(at), log_partition, log_offset, '检查'),
        at >= subtractDays(fromUnixTimestamp64Milli({until:Int64}, 'UTC'), 365)) AS rows
FROM counted
GROUP BY org, party
HAVING measure >= {threshold:Float64}
