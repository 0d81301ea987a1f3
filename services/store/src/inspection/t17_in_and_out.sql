-- T17 撤件重报规避期限: within {span_days} days the same party has the same item again, where a case of it ended without being decided: begun
-- after that, or while the first still ran, whichever of the two completes it falling into the window. A withdrawal that carries the
-- applicant's own document ({documents}) is the applicant's; a case that was merged into another goes on there; and what was never
-- accepted had no clock.
WITH
scope AS
(
    SELECT source, case_no FROM cases
    WHERE opened_at >= subtractDays(fromUnixTimestamp64Milli({from:Int64}, 'UTC'), {span_days:Int64} + 1) AND opened_at < fromUnixTimestamp64Milli({until:Int64}, 'UTC')
    UNION ALL
    SELECT source, case_no FROM events
    WHERE has({ways_to_end:Array(String)}, kind)
      AND occurred_at >= subtractDays(fromUnixTimestamp64Milli({from:Int64}, 'UTC'), {span_days:Int64} + 1) AND occurred_at < fromUnixTimestamp64Milli({until:Int64}, 'UTC')
),
-- told
-- kept
cases_told AS
(
    SELECT k.source AS source, k.case_no AS case_no, k.item AS item, k.org AS org, k.region AS region, k.due_at AS due_at, k.closed_at AS closed_at,
           assumeNotNull(k.opened_at) AS opened_at, k.accepted_at AS accepted_at, p.party AS party, p.first AS first, p.ended AS ended, p.ends AS ends
    FROM kept AS k
    INNER JOIN
    (
        SELECT source, case_no, max(JSONExtractString(data, 'party_ref')) AS party,
               argMin((event_id, log_partition, log_offset), (occurred_at, event_id)) AS first,
               argMinIf((occurred_at, event_id, log_partition, log_offset, kind,
                         arrayExists(a -> has({documents:Array(String)}, JSONExtractString(a, 'kind')), JSONExtractArrayRaw(data, 'attachments')),
                         JSONExtractString(data, 'parent_case_no')),
                        (occurred_at, event_id), has({ways_to_end:Array(String)}, kind)) AS ended,
               countIf(has({ways_to_end:Array(String)}, kind)) > 0 AS ends
        FROM told GROUP BY source, case_no
    ) AS p ON p.source = k.source AND p.case_no = k.case_no
    WHERE k.item != '' AND p.party != ''
),
pairs AS
(
    SELECT b.source AS source, b.case_no AS case_no, b.item AS item, b.org AS org, b.region AS region, b.opened_at AS begun_at, b.first AS first,
           a.source AS other_source, a.case_no AS other_case, a.ended AS ended, a.due_at AS due_at,
           toDate(b.opened_at, 'Asia/Shanghai') >= toDate(a.ended.1, 'Asia/Shanghai') AS in_turn
    FROM cases_told AS b INNER JOIN cases_told AS a ON a.party = b.party AND a.item = b.item
    WHERE a.ends AND a.opened_at <= b.opened_at AND (a.source, a.case_no) != (b.source, b.case_no)
      AND greatest(b.opened_at, a.ended.1) >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
      AND abs(dateDiff('day', a.ended.1, b.opened_at)) <= {span_days:Int64}
      -- What was done before the first fell away had no clock to escape from.
      AND (b.closed_at IS NULL OR b.closed_at > a.ended.1)
      AND NOT (a.ended.5 = 'withdrawn' AND a.ended.6) AND NOT (a.ended.5 = 'merged' AND a.ended.7 != '')
      AND (a.ended.5 != 'not_accepted' OR a.accepted_at < a.ended.1)
)
SELECT
    'case' AS subject_kind, source, case_no AS key, min(item) AS item, min(org) AS org, min(region) AS region, '' AS actor,
    toFloat64(count()) AS measure, toUnixTimestamp64Milli(greatest(min(begun_at), min(ended.1))) AS true_ms,
    -- Begun on an earlier day than the first ended, it may be another matter of the same party.
    if(max(in_turn), '', 'review') AS level,
    [('first', argMin(other_case, ended)), ('how', argMin(transform(ended.5, {way_codes:Array(String)}, {way_names:Array(String)}, ended.5), ended)),
     ('ended', formatDateTime(min(ended.1), '%Y-%m-%d', 'Asia/Shanghai')), ('begun', formatDateTime(min(begun_at), '%Y-%m-%d', 'Asia/Shanghai')),
     ('days', toString(abs(dateDiff('day', min(ended.1), min(begun_at))))),
     ('due', if(argMin(isNull(due_at), ended), '未设', formatDateTime(argMin(ifNull(due_at, toDateTime64(0, 3, 'UTC')), ended), '%Y-%m-%d', 'Asia/Shanghai')))] AS figures,
    toUInt64(1 + count()) AS total,
    arrayConcat([(source, case_no, min(first).1, toUnixTimestamp64Milli(min(begun_at)), min(first).2, min(first).3, '另立')],
        groupArray((other_source, other_case, ended.2, toUnixTimestamp64Milli(ended.1), ended.3, ended.4, if(in_turn, '首件终结', '同期另件终结')))) AS rows
FROM pairs
GROUP BY source, case_no
HAVING measure >= {threshold:Float64}
