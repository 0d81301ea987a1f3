-- 环节停留: one row a stay of a case in a step.
SELECT
    source,
    case_no,
    '' AS alert_id,
    concat(stay.1, ' ', toString(stay.2)) AS sub,
    region,
    org,
    ifNull(stay.6, '') AS office,
    ifNull(stay.7, '') AS handler,
    item,
    power_type,
    case_kind,
    channel,
    stay.1 AS step,
    '' AS level,
    '' AS rule,
    toUnixTimestamp64Milli(stay.3) AS started,
    toUnixTimestamp64Milli(stay.4) AS ended,
    toUnixTimestamp64Milli(stay.5) AS due,
    -- When it was over: the stay ended or the case did.
    ifNull(least(ended, case_ended), ifNull(ended, case_ended)) AS over,
    -- A stay may be told to have ended before it began.
    least(started, ifNull(over, started)) AS first_ms,
    greatest(started, ifNull(over, toInt64(9223372036854775807))) AS last_ms,
    [('started_at', toNullable(started)), ('ended_at', ended), ('due_at', due)] AS instants
FROM
(
    SELECT
        source,
        case_no,
        ifNull(region_code, '') AS region,
        ifNull(org_code, '') AS org,
        ifNull(item_code, '') AS item,
        ifNull(power_type, '') AS power_type,
        ifNull(case_kind, '') AS case_kind,
        ifNull(channel, '') AS channel,
        toUnixTimestamp64Milli(ended_at) AS case_ended,
        arrayJoin(visits) AS stay
    FROM cases FINAL
    WHERE opened_at IS NOT NULL AND source != {voices:String}
)
