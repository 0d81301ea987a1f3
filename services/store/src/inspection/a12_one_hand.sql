-- A12 一人包办: over a quarter one officer decided nearly all cases of an item, at least twenty, though in the year before at least three
-- decided them. An item that one post decides is not looked at.
WITH
scope AS
(
    SELECT source, case_no FROM events
    WHERE kind = 'decided' AND occurred_at >= subtractMonths(fromUnixTimestamp64Milli({until:Int64}, 'UTC'), 15) AND occurred_at < fromUnixTimestamp64Milli({until:Int64}, 'UTC')
),
-- told
-- kept
decisions AS
(
    SELECT k.source AS source, k.case_no AS case_no, k.org AS org, k.item AS item, k.region AS region, t.actor AS actor, t.occurred_at AS at,
           t.event_id AS event_id, t.log_partition AS log_partition, t.log_offset AS log_offset,
           t.occurred_at >= subtractMonths(fromUnixTimestamp64Milli({until:Int64}, 'UTC'), 3) AS inside
    FROM (SELECT * FROM told WHERE kind = 'decided' AND actor != '' ORDER BY occurred_at DESC, event_id LIMIT 1 BY source, case_no) AS t
    INNER JOIN kept AS k ON k.source = t.source AND k.case_no = t.case_no
    WHERE t.occurred_at >= subtractMonths(fromUnixTimestamp64Milli({until:Int64}, 'UTC'), 15) AND k.org != '' AND k.item != ''
),
items AS
(
    SELECT org, item, countIf(inside) AS n, uniqExactIf(actor, NOT inside) AS officers_before, countIf(NOT inside) AS n_before
    FROM decisions GROUP BY org, item
)
SELECT
    'officer' AS subject_kind, '' AS source, concat(d.org, '/', d.actor, '/', d.item) AS key, d.item AS item, d.org AS org, min(d.region) AS region,
    d.actor AS actor, countIf(d.inside) / any(i.n) AS measure, toInt64(0) AS true_ms, '' AS level,
    [('count', toString(countIf(d.inside))), ('all', toString(any(i.n))), ('share', toString(round(100 * countIf(d.inside) / any(i.n)))),
     ('officers_before', toString(any(i.officers_before)))] AS figures,
    countIf(d.inside) AS total,
    groupArrayIf((d.source, d.case_no, d.event_id, toUnixTimestamp64Milli(d.at), d.log_partition, d.log_offset, '决定'), d.inside) AS rows
FROM decisions AS d INNER JOIN items AS i ON i.org = d.org AND i.item = d.item
WHERE i.n >= 20 AND i.n_before >= 20 AND i.officers_before >= 3
GROUP BY d.org, d.item, d.actor
HAVING measure >= {threshold:Float64}
