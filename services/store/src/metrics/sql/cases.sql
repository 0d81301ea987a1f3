-- 办件: one row a case that anything is told of, complaints about no case left out. Instants are milliseconds since 1970; null: there is
-- none. A case is received when its application came or, where nobody applies, with its first event.
SELECT
    source,
    case_no,
    '' AS alert_id,
    '' AS sub,
    ifNull(region_code, '') AS region,
    ifNull(org_code, '') AS org,
    ifNull(office, '') AS office,
    ifNull(handler, '') AS handler,
    ifNull(item_code, '') AS item,
    ifNull(power_type, '') AS power_type,
    ifNull(case_kind, '') AS case_kind,
    ifNull(channel, '') AS channel,
    '' AS step,
    '' AS level,
    '' AS rule,
    toUnixTimestamp64Milli(received_at) AS applied,
    assumeNotNull(ifNull(applied, toUnixTimestamp64Milli(opened_at))) AS started,
    toUnixTimestamp64Milli(accepted_at) AS accepted,
    toUnixTimestamp64Milli(delivered_at) AS delivered,
    toUnixTimestamp64Milli(ended_at) AS ended,
    ifNull(ending, '') AS ended_as,
    ended_as = 'closed' AS closing,
    toUnixTimestamp64Milli(limit_done_at) AS done,
    toUnixTimestamp64Milli(limit_fell_at) AS fell,
    toUnixTimestamp64Milli(statutory_due_at) AS statutory_due,
    toUnixTimestamp64Milli(promised_due_at) AS promised_due,
    -- 期限: the law's or, where there is none, the promised one.
    ifNull(statutory_due, promised_due) AS due,
    -- When the limit came to an end: what it asks for was done, the duty fell away, or the case ended without either; to the second.
    intDiv(coalesce(done, fell, ended), 1000) * 1000 AS finished,
    -- A duty that fell away in time was neither kept nor missed.
    done IS NOT NULL OR fell IS NULL AS stood,
    limit_unit,
    statutory_limit,
    promised_limit,
    used,
    suspended_ms,
    suspensions,
    extensions,
    supplements,
    ifNull(result, '') AS came_to,
    events,
    events_late,
    events_resent,
    events_reversed,
-- What the case itself does not tell.
    (source, case_no) IN (
        SELECT source, case_no FROM alerts FINAL
        WHERE subject_kind = 'case' AND issued_at IS NOT NULL AND status IN ('issued', 'ended') AND disposition != 'appealed'
          AND level != 'review'
    ) AS alerted,
    (source, case_no) IN (
        SELECT source, case_no FROM events
        WHERE kind = 'rated' AND (source, case_no, event_id) NOT IN (
            SELECT source, case_no, JSONExtractString(data, 'corrects') FROM
                (SELECT source, case_no, event_id, data FROM events WHERE kind = 'corrected'
                 ORDER BY data_version DESC, log_offset LIMIT 1 BY source, case_no, event_id))
          -- One of many of a device counts when somebody has found that it stands.
          AND NOT (startsWith(event_id, {own_events:String}) AND JSONExtractInt(data, 'attributes', 'burst') > 0
                   AND (source, case_no, event_id) NOT IN (
                       SELECT source, case_no, JSONExtractString(data, 'attributes', 'about') FROM events
                       WHERE kind = 'note' AND startsWith(event_id, {own_events:String}) AND JSONExtractString(data, 'attributes', 'act') = 'review'
                         AND JSONExtractString(data, 'attributes', 'outcome') = 'stands'))
    ) AS was_rated,
-- What it tells.
    least(started, ifNull(accepted, started), ifNull(ended, started)) AS first_ms,
    if(ended IS NULL, toInt64(9223372036854775807), greatest(started, ifNull(accepted, started), ifNull(ended, started))) AS last_ms,
    [('opened_at', toUnixTimestamp64Milli(opened_at)), ('received_at', applied), ('accepted_at', accepted),
     ('ended_at', ended), ('delivered_at', delivered), ('due_at', due), ('done_at', done), ('fell_at', fell)] AS instants
FROM cases FINAL
WHERE opened_at IS NOT NULL AND source != {voices:String}
