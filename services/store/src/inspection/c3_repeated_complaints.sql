-- C3 重复投诉: complaints about the same body, item and kind of content in the month; of no item, as hotlines take them, where they name their
-- kind. One person who complains again of the same counts once.
WITH
scope AS
(
    SELECT source, case_no FROM events
    WHERE kind = 'complaint' AND occurred_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND occurred_at < fromUnixTimestamp64Milli({until:Int64}, 'UTC')
),
-- told
-- kept
complaints AS
(
    SELECT t.source AS source, t.case_no AS case_no, t.event_id AS event_id, t.occurred_at AS at, t.log_partition AS log_partition, t.log_offset AS log_offset,
           k.org AS org, k.item AS item, k.region AS region, JSONExtractString(t.data, 'attributes', 'complaint_kind') AS about,
           if(JSONExtractString(t.data, 'party_ref') != '', JSONExtractString(t.data, 'party_ref'), concat(t.source, '/', t.case_no)) AS who
    FROM told AS t INNER JOIN kept AS k ON k.source = t.source AND k.case_no = t.case_no
    WHERE t.kind = 'complaint' AND t.occurred_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND k.org != '' AND (k.item != '' OR about != '')
)
SELECT
    'item' AS subject_kind, '' AS source, concat(org, '/', item, if(about = '', '', concat('/', about))) AS key, item, org, min(region) AS region, '' AS actor,
    toFloat64(uniqExact(who)) AS measure, toUnixTimestamp64Milli(max(at)) AS true_ms, '' AS level,
    [('count', toString(uniqExact(who))), ('all', toString(count())), ('about', if(about = '', '未分类', about))] AS figures,
    count() AS total,
    groupArray((source, case_no, event_id, toUnixTimestamp64Milli(at), log_partition, log_offset, '投诉')) AS rows
FROM complaints
GROUP BY org, item, about
HAVING measure >= {threshold:Float64}
