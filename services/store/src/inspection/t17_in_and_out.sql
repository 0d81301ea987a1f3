-- T17 撤件重报规避期限: within {span_days} days after a case was voided, returned or withdrawn, the same party has the same item again: the
-- first clock goes on. A withdrawal that carries the applicant's document is the applicant's own.
, ended AS
(
    SELECT t.source AS source, t.case_no AS case_no, k.item AS item, k.org AS org, p.party AS party, t.kind AS kind, t.occurred_at AS at,
           t.event_id AS event_id, t.log_partition AS log_partition, t.log_offset AS log_offset, k.due_at AS due_at, k.opened_at AS opened_at
    FROM (SELECT * FROM told WHERE kind IN ('voided', 'returned', 'withdrawn') ORDER BY occurred_at LIMIT 1 BY source, case_no) AS t
    INNER JOIN kept AS k ON k.source = t.source AND k.case_no = t.case_no
    INNER JOIN (SELECT source, case_no, max(JSONExtractString(data, 'party_ref')) AS party FROM told GROUP BY source, case_no) AS p
        ON p.source = t.source AND p.case_no = t.case_no
    WHERE p.party != '' AND NOT (t.kind = 'withdrawn' AND JSONLength(t.data, 'attachments') > 0)
),
begun AS
(
    SELECT k.source AS source, k.case_no AS case_no, k.item AS item, k.org AS org, k.region AS region, assumeNotNull(k.opened_at) AS at, p.party AS party,
           p.event_id AS event_id, p.log_partition AS log_partition, p.log_offset AS log_offset
    FROM kept AS k
    INNER JOIN
    (
        SELECT source, case_no, max(JSONExtractString(data, 'party_ref')) AS party, argMin(event_id, (occurred_at, event_id)) AS event_id,
               argMin(log_partition, (occurred_at, event_id)) AS log_partition, argMin(log_offset, (occurred_at, event_id)) AS log_offset
        FROM told GROUP BY source, case_no
    ) AS p ON p.source = k.source AND p.case_no = k.case_no
    WHERE k.opened_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND k.opened_at < fromUnixTimestamp64Milli({until:Int64}, 'UTC')
      AND k.item != '' AND p.party != ''
)
SELECT
    'case' AS subject_kind, b.source AS source, b.case_no AS key, any(b.item) AS item, any(b.org) AS org, any(b.region) AS region, '' AS actor,
    toFloat64(count()) AS measure, toUnixTimestamp64Milli(any(b.at)) AS true_ms, '' AS level,
    [('first', argMin(e.case_no, e.at)), ('how', argMin(transform(e.kind, ['voided', 'returned', 'withdrawn'], ['作废', '退件', '撤回'], ''), e.at)),
     ('ended', formatDateTime(min(e.at), '%Y-%m-%d', 'Asia/Shanghai')), ('days', toString(dateDiff('day', min(e.at), any(b.at)))),
     ('due', if(argMin(isNull(e.due_at), e.at), '未设', formatDateTime(argMin(ifNull(e.due_at, toDateTime64(0, 3, 'UTC')), e.at), '%Y-%m-%d', 'Asia/Shanghai')))] AS figures,
    toUInt64(1 + count()) AS total,
    arrayConcat([(b.source, b.case_no, any(b.event_id), toUnixTimestamp64Milli(any(b.at)), any(b.log_partition), any(b.log_offset), '重报')],
        groupArray((e.source, e.case_no, e.event_id, toUnixTimestamp64Milli(e.at), e.log_partition, e.log_offset, '首件终结'))) AS rows
FROM begun AS b INNER JOIN ended AS e ON e.party = b.party AND e.item = b.item
WHERE e.at <= b.at AND dateDiff('day', e.at, b.at) <= {span_days:Int64} AND (e.source, e.case_no) != (b.source, b.case_no)
GROUP BY b.source, b.case_no
HAVING measure >= {threshold:Float64}
