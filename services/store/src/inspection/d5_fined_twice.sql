-- D5 一事不二罚: the same party was fined in two cases for the same act of the same day. Red only where a file of evidence is the same
-- in both (by its SHA-256): else a person looks whether it was one act. So does a person where the acts have two codes, as two laws
-- have them, if a file is the same, or if two bodies fined what was done at the same place or in the same minute. What was done at two places is
-- two acts; but the place is written by hand, and a person looks where a file of evidence is the same all the same.
WITH
-- However long ago: the first fine may be of any time.
scope AS
(
    SELECT source, case_no FROM events WHERE kind = 'decided' AND (JSONExtractInt(amounts, 'fine') > 0 OR JSONExtractInt(amounts, 'decided') > 0) AND occurred_at < fromUnixTimestamp64Milli({until:Int64}, 'UTC')
),
-- told
-- kept
-- fines
acts AS
(
    SELECT party, act_day,
           groupArray((source, case_no, item, org, region, decided_at, event_id, log_partition, log_offset, fine, files, act, act_minute, act_place)) AS found
    FROM fines
    WHERE party != '' AND act_day != ''
    GROUP BY party, act_day
    HAVING count() > 1 AND max(decided_at) >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
),
pairs AS
(
    SELECT b.1 AS source, b.2 AS case_no, b.3 AS item, b.4 AS org, b.5 AS region, b.6 AS decided_at,
           b.7 AS event_id, b.8 AS log_partition, b.9 AS log_offset, b.10 AS fine, b.12 AS act, act_day AS day, party,
           a.1 AS other_source, a.2 AS other_case, a.6 AS other_at, a.7 AS other_event,
           a.8 AS other_partition, a.9 AS other_offset, a.10 AS other_fine, a.12 AS other_act,
           act != '' AND act = other_act AS same_act, hasAny(a.11, b.11) AS same_evidence,
           a.4 != b.4 AND (b.14 != '' AND a.14 = b.14 OR b.13 != '' AND a.13 = b.13) AS two_bodies,
           a.14 != '' AND b.14 != '' AND a.14 != b.14 AS two_places
    FROM acts ARRAY JOIN found AS b ARRAY JOIN found AS a
    WHERE (a.6, a.1, a.2) < (b.6, b.1, b.2) AND b.6 >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
      AND (same_act OR same_evidence OR two_bodies)
      AND (NOT two_places OR same_evidence)
)
SELECT
    'case' AS subject_kind, p.source AS source, p.case_no AS key, any(p.item) AS item, any(p.org) AS org, min(p.region) AS region, '' AS actor,
    toFloat64(1 + count()) AS measure, toUnixTimestamp64Milli(any(p.decided_at)) AS true_ms,
    if(max(p.same_act AND p.same_evidence AND NOT p.two_places), 'red', 'review') AS level,
    [('count', toString(1 + count())),
     ('act', concat(if(max(p.same_act), '同一违法行为（', '疑似同一违法行为（'),
         arrayStringConcat(arraySort(groupUniqArrayArray(arrayMap(a -> if(a = '', '未报违法行为', a), if(p.same_act, [p.act], [p.act, p.other_act])))), '、'), '）')),
     ('day', any(p.day)), ('party', any(substring(p.party, 1, 12))),
     ('evidence', concat(if(max(p.same_evidence), '证据材料相同', '证据材料未见相同'), if(max(p.two_bodies), '，两个机关就同一时间或者同一地点的行为处罚', ''), if(max(p.two_places), '，所报的违法行为地不同', '')))] AS figures,
    toUInt64(1 + count()) AS total,
    arrayConcat(
        [(p.source, p.case_no, any(p.event_id), toUnixTimestamp64Milli(any(p.decided_at)), any(p.log_partition), any(p.log_offset),
            concat('后一次罚款 ', toString(any(p.fine) / 100), ' 元'))],
        groupArray((p.other_source, p.other_case, p.other_event, toUnixTimestamp64Milli(p.other_at), p.other_partition, p.other_offset,
            concat('在先罚款 ', toString(p.other_fine / 100), ' 元')))) AS rows
FROM pairs AS p
GROUP BY p.source, p.case_no
HAVING measure >= {threshold:Float64}
