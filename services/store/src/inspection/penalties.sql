-- Fines as decided, one row a case: of the last decision, unless the case came to nothing.
, fines AS
(
    SELECT t.source AS source, t.case_no AS case_no, k.item AS item, k.org AS org, k.region AS region,
           t.occurred_at AS decided_at, t.event_id AS event_id, t.log_partition AS log_partition, t.log_offset AS log_offset,
           JSONExtractInt(t.amounts, 'fine') AS fine,
           JSONExtractString(t.data, 'discretion_act') AS act, JSONExtractString(t.data, 'discretion_tier') AS tier,
           JSONExtractString(t.data, 'reason') AS reason, p.party AS party, p.act_day AS act_day, p.files AS files, p.reviewed AS reviewed
    FROM
    (
        SELECT * FROM told WHERE kind = 'decided' AND JSONExtractInt(amounts, 'fine') > 0
        ORDER BY occurred_at DESC, event_id LIMIT 1 BY source, case_no
    ) AS t
    INNER JOIN kept AS k ON k.source = t.source AND k.case_no = t.case_no
    INNER JOIN
    (
        SELECT source, case_no, max(JSONExtractString(data, 'party_ref')) AS party,
               ifNull(toString(toDate(toTimeZone(max(parseDateTime64BestEffortOrNull(JSONExtractString(data, 'act_at'), 3, 'UTC')), 'Asia/Shanghai'))), '') AS act_day,
               groupUniqArrayArray(arrayFilter(f -> f != '',
                   arrayMap(a -> JSONExtractString(a, 'sha256'), JSONExtractArrayRaw(data, 'attachments')))) AS files,
               countIf(kind = 'collective_discussion') > 0 AS reviewed
        FROM told GROUP BY source, case_no
    ) AS p ON p.source = t.source AND p.case_no = t.case_no
    WHERE (t.source, t.case_no) NOT IN
        (SELECT source, case_no FROM told WHERE kind IN ('withdrawn', 'voided', 'returned', 'terminated', 'transferred', 'merged')
         UNION ALL SELECT source, case_no FROM told WHERE kind = 'review_result' AND result IN ('revoked', 'changed', 'unlawful'))
)
