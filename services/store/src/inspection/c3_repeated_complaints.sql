-- C3 重复投诉: complaints about the same body, item and kind of content within {span_days} days, the last of them in the month; of no item, as
-- hotlines take them, of the same body and kind. Where nobody says the kind, whether they are of the same is what is asked. One person who
-- complains again of the same counts once.
WITH
scope AS
(
    SELECT source, case_no FROM events
    WHERE kind = 'complaint' AND occurred_at >= subtractDays(fromUnixTimestamp64Milli({from:Int64}, 'UTC'), {span_days:Int64}) AND occurred_at < fromUnixTimestamp64Milli({until:Int64}, 'UTC')
),
-- told
-- kept
complaints AS
(
    SELECT t.source AS source, t.case_no AS case_no, t.event_id AS event_id, t.occurred_at AS at, t.log_partition AS log_partition, t.log_offset AS log_offset,
           k.org AS org, k.item AS item, k.region AS region, JSONExtractString(t.data, 'attributes', 'complaint_kind') AS about,
           if(JSONExtractString(t.data, 'party_ref') != '', JSONExtractString(t.data, 'party_ref'), concat(t.source, '/', t.case_no)) AS who
    FROM told AS t INNER JOIN kept AS k ON k.source = t.source AND k.case_no = t.case_no
    WHERE t.kind = 'complaint' AND t.occurred_at >= subtractDays(fromUnixTimestamp64Milli({from:Int64}, 'UTC'), {span_days:Int64})
      AND k.org != ''
),
counted AS
(
    SELECT *, uniqExact(who) OVER (PARTITION BY org, item, about ORDER BY toUnixTimestamp(at) ASC
                                   RANGE BETWEEN {span_s:UInt64} PRECEDING AND CURRENT ROW) AS people
    FROM complaints
),
-- Of the stretches that end in the month the one with most people, of several the first.
worst AS
(
    SELECT org, item, about, max(people) AS most, argMax(at, (people, -toUnixTimestamp64Milli(at))) AS last_at
    FROM counted WHERE at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') GROUP BY org, item, about
)
SELECT
    'item' AS subject_kind, '' AS source, concat(c.org, '/', c.item, multiIf(c.about != '', concat('/', c.about), c.item = '', '/未报类别', '')) AS key, c.item AS item, c.org AS org,
    min(c.region) AS region, '' AS actor,
    toFloat64(any(w.most)) AS measure, toUnixTimestamp64Milli(any(w.last_at)) AS true_ms, '' AS level,
    [('count', toString(any(w.most))), ('all', toString(count())), ('days', toString({span_days:Int64})), ('about', if(c.about = '', '未分类', c.about)),
     ('what', if(c.about = '', '而未报类别，是否为同类问题须核实', concat('同类问题（', c.about, '）')))] AS figures,
    count() AS total,
    groupArray((c.source, c.case_no, c.event_id, toUnixTimestamp64Milli(c.at), c.log_partition, c.log_offset, '投诉')) AS rows
FROM counted AS c INNER JOIN worst AS w ON w.org = c.org AND w.item = c.item AND w.about = c.about
WHERE c.at <= w.last_at AND toUnixTimestamp(c.at) >= toUnixTimestamp(w.last_at) - {span_s:UInt64}
GROUP BY c.org, c.item, c.about
HAVING measure >= {threshold:Float64}
