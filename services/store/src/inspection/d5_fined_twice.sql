-- D5 一事不二罚: the same party was fined in two cases for the same act of the same day. Red only where a file of evidence is the same
-- in both (by its SHA-256): else a person looks whether it was one act.
, pairs AS
(
    SELECT b.source AS source, b.case_no AS case_no, b.item AS item, b.org AS org, b.region AS region, b.decided_at AS decided_at,
           b.event_id AS event_id, b.log_partition AS log_partition, b.log_offset AS log_offset, b.fine AS fine, b.act AS act,
           b.act_day AS day, b.party AS party,
           a.source AS other_source, a.case_no AS other_case, a.decided_at AS other_at, a.event_id AS other_event,
           a.log_partition AS other_partition, a.log_offset AS other_offset, a.fine AS other_fine,
           hasAny(a.files, b.files) AS same_evidence
    FROM fines AS b INNER JOIN fines AS a ON a.party = b.party AND a.act = b.act AND a.act_day = b.act_day
    WHERE b.party != '' AND b.act != '' AND b.act_day != ''
      AND (a.decided_at, a.source, a.case_no) < (b.decided_at, b.source, b.case_no)
      AND b.decided_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
)
SELECT
    'case' AS subject_kind, p.source AS source, p.case_no AS key, any(p.item) AS item, any(p.org) AS org, any(p.region) AS region, '' AS actor,
    toFloat64(1 + count()) AS measure, toUnixTimestamp64Milli(any(p.decided_at)) AS true_ms,
    if(max(p.same_evidence), 'red', 'review') AS level,
    [('count', toString(1 + count())), ('act', any(p.act)), ('day', any(p.day)), ('party', any(substring(p.party, 1, 12))),
     ('evidence', if(max(p.same_evidence), '证据材料相同', '证据材料未见相同'))] AS figures,
    toUInt64(1 + count()) AS total,
    arrayConcat(
        [(p.source, p.case_no, any(p.event_id), toUnixTimestamp64Milli(any(p.decided_at)), any(p.log_partition), any(p.log_offset),
            concat('后一次罚款 ', toString(any(p.fine) / 100), ' 元'))],
        groupArray((p.other_source, p.other_case, p.other_event, toUnixTimestamp64Milli(p.other_at), p.other_partition, p.other_offset,
            concat('在先罚款 ', toString(p.other_fine / 100), ' 元')))) AS rows
FROM pairs AS p
GROUP BY p.source, p.case_no
HAVING measure >= {threshold:Float64}
