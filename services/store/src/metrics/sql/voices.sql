-- 投诉与评价: one row a complaint or rating ({kind}) that was not taken back. It belongs to the body, region and item of its case; one that
-- was made at the platform, to the body that it names.
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
    '' AS step,
    '' AS level,
    '' AS rule,
    at,
    grade,
    arrayMin(arrayMap(a -> a.2, arrayFilter(a -> (a.1 = event_id OR a.1 = '') AND a.2 >= at, answers))) AS first_answer,
    if(arrayExists(a -> (a.1 = event_id OR a.1 = '') AND a.2 >= at, answers), first_answer, NULL) AS answered,
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
           if(told BETWEEN 1 AND 5, told, NULL) AS grade
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
           ifNull(power_type, '') AS power_type, ifNull(case_kind, '') AS case_kind
    FROM cases FINAL
    WHERE (source, case_no) IN (SELECT source, case_no FROM events WHERE kind = {kind:String})
) AS c USING (source, case_no)
LEFT JOIN
(
    SELECT source, case_no,
           groupArray((JSONExtractString(data, 'attributes', 'about'), toUnixTimestamp64Milli(occurred_at))) AS answers
    FROM
    (
        SELECT source, case_no, event_id, occurred_at, data FROM events WHERE kind = 'complaint_answered'
        ORDER BY data_version DESC, log_offset LIMIT 1 BY source, case_no, event_id
    )
    GROUP BY source, case_no
) AS t USING (source, case_no)
