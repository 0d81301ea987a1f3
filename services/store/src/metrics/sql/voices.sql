-- 投诉与评价: one row a complaint or rating ({kind}) that was not taken back. It belongs to the body, region and item of its case; one that
-- was made at the platform, to the body that it names. An answer is of the complaint that it names; without a name of the only one that waits,
-- else of none until as many have come as wait, those of whom nobody is there to be answered last (as domain::voice::about has it, but for
-- acceptances, which are not looked at here).
SELECT
    source,
    case_no,
    '' AS alert_id,
    event_id AS sub,
    if(named_first AND said_region != '', said_region, if(region = '', said_region, region)) AS region,
    if(named_first AND said_org != '', said_org, if(org = '', said_org, org)) AS org,
    '' AS office,
    '' AS handler,
    if(item = '', said_item, item) AS item,
    power_type,
    case_kind,
    channel,
    '' AS step,
    '' AS level,
    '' AS rule,
    at,
    grade,
    burst,
    if(arrayExists(a -> a.1 = event_id, answers), arrayFirst(a -> a.1 = event_id, answers).2, NULL) AS answered,
    (source, case_no, event_id) IN (
        SELECT source, case_no, arrayJoin(arrayMap(one -> JSONExtractString(one, 'event_id'), JSONExtractArrayRaw(evidence)))
        FROM alerts FINAL WHERE rule = 'C1' AND status IN ('issued', 'ended')
    ) AS late,
    at AS first_ms,
    at AS last_ms,
    [('said_at', toNullable(at)), ('answered_at', answered)] AS instants
FROM
(
    SELECT source, case_no, event_id, startsWith(event_id, {own_events:String}) AS named_first,
           ifNull(region_code, '') AS said_region, ifNull(org_code, '') AS said_org, ifNull(item_code, '') AS said_item,
           toUnixTimestamp64Milli(occurred_at) AS at,
           -- The result, else the attribute; a grade is one of five.
           ifNull(toInt64OrNull(trimBoth(ifNull(CAST(result_code, 'Nullable(String)'), ''))),
                  JSONExtract(data, 'attributes', 'satisfaction', 'Nullable(Int64)')) AS told,
           if(told BETWEEN 1 AND 5, told, NULL) AS grade,
           -- One of many of a device, until somebody has found that it stands; only the platform marks and finds so.
           named_first AND JSONExtractInt(data, 'attributes', 'burst') > 0 AND (source, case_no, event_id) NOT IN (
               SELECT source, case_no, JSONExtractString(data, 'attributes', 'about') FROM events
               WHERE kind = 'note' AND startsWith(event_id, {own_events:String}) AND JSONExtractString(data, 'attributes', 'act') = 'review'
                 AND JSONExtractString(data, 'attributes', 'outcome') = 'stands'
           ) AS burst
    FROM
    (
        SELECT source, case_no, event_id, region_code, org_code, item_code, occurred_at, result_code, data FROM events
        WHERE kind = {kind:String}
        ORDER BY data_version DESC, log_offset LIMIT 1 BY source, case_no, event_id
    )
    WHERE (source, case_no, event_id) NOT IN (
        SELECT source, case_no, JSONExtractString(data, 'corrects') FROM
            (SELECT source, case_no, event_id, data FROM events WHERE kind = 'corrected'
             ORDER BY data_version DESC, log_offset LIMIT 1 BY source, case_no, event_id))
) AS v
LEFT JOIN
(
    SELECT source, case_no, ifNull(region_code, '') AS region, ifNull(org_code, '') AS org, ifNull(item_code, '') AS item,
           ifNull(power_type, '') AS power_type, ifNull(case_kind, '') AS case_kind,
           ifNull(channel, '') AS channel
    FROM cases FINAL
    WHERE (source, case_no) IN (SELECT source, case_no FROM events WHERE kind = {kind:String})
) AS c USING (source, case_no)
LEFT JOIN
(
    SELECT source, case_no,
           arraySort(groupArray((toUnixTimestamp64Milli(occurred_at), source_seq, toString(event_id), kind = 'complaint',
                                 JSONExtractBool(data, 'attributes', 'anonymous'), JSONExtractString(data, 'attributes', 'about')))) AS told,
           -- Who waits for an answer, each with whether nobody is there; who was answered when; how many answers were perhaps of several of
           -- those where somebody is there, and of the others.
           arrayFold((so_far, one) -> arrayMap(
                   answered -> CAST((
                       if(one.4, arrayPushBack(so_far.1, (one.3, one.5)), arrayFilter(w -> NOT has(answered, w), so_far.1)),
                       arrayConcat(so_far.2, arrayMap(w -> (w.1, one.1), answered)),
                       arrayMap((unclear, nobody) -> greatest(0, unclear - length(arrayFilter(w -> w.2 = nobody, answered))
                                    + (NOT one.4 AND one.6 = '' AND empty(answered) AND notEmpty(so_far.1)
                                       AND nobody = (NOT arrayExists(w -> NOT w.2, so_far.1)))),
                                so_far.3, [0, 1])
                   ), 'Tuple(Array(Tuple(String, Bool)), Array(Tuple(String, Int64)), Array(Int64))'),
                   [multiIf(
                       one.4, CAST([], 'Array(Tuple(String, Bool))'),
                       one.6 != '', arrayFilter(w -> w.1 = one.6, so_far.1),
                       arrayMap(wait -> if(length(wait) <= so_far.3[if(wait[1].2, 2, 1)] + 1, wait, CAST([], 'Array(Tuple(String, Bool))')),
                                [if(arrayExists(w -> NOT w.2, so_far.1), arrayFilter(w -> NOT w.2, so_far.1), so_far.1)])[1])])[1],
               told, CAST(([], [], [0, 0]), 'Tuple(Array(Tuple(String, Bool)), Array(Tuple(String, Int64)), Array(Int64))')).2 AS answers
    FROM
    (
        SELECT source, case_no, event_id, kind, occurred_at, source_seq, data FROM events
        WHERE kind IN ('complaint', 'complaint_answered')
          AND (source, case_no, event_id) NOT IN (
              SELECT source, case_no, JSONExtractString(data, 'corrects') FROM
                  (SELECT source, case_no, event_id, data FROM events WHERE kind = 'corrected'
                   ORDER BY data_version DESC, log_offset LIMIT 1 BY source, case_no, event_id))
        ORDER BY data_version DESC, log_offset LIMIT 1 BY source, case_no, event_id
    )
    GROUP BY source, case_no
) AS t USING (source, case_no)
