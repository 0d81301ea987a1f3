-- 抽查办件: one row a case of a sample; of a case that was drawn in several samples one each. It belongs to the body, region and item of its case
-- as that stands. What was checked again counts where it was checked first, with what was found last.
SELECT
    source,
    case_no,
    '' AS alert_id,
    sample_id AS sub,
    region,
    org,
    office,
    '' AS handler,
    item,
    power_type,
    case_kind,
    channel,
    '' AS step,
    '' AS level,
    '' AS rule,
    drawn_of,
    drawn,
    checked,
    failed,
    least(drawn, ifNull(checked, drawn)) AS first_ms,
    -- Until it is checked it is looked at in every window: whether it waits is a matter of the window's end.
    if(checked IS NULL, toInt64(9223372036854775807), greatest(drawn, ifNull(checked, drawn))) AS last_ms,
    [('drawn_at', toNullable(drawn)), ('checked_at', checked), ('closed_at', closed)] AS instants
FROM
(
    SELECT source, case_no, sample_id, drawn_of,
           toUnixTimestamp64Milli(drawn_at) AS drawn,
           toUnixTimestamp64Milli(checked_at) AS checked,
           toUnixTimestamp64Milli(closed_at) AS closed,
           countEqual(verdicts, 'fail') AS failed
    FROM sampled_cases FINAL
) AS s
LEFT JOIN
(
    SELECT source, case_no, ifNull(region_code, '') AS region, ifNull(org_code, '') AS org, ifNull(office, '') AS office,
           ifNull(item_code, '') AS item, ifNull(power_type, '') AS power_type, ifNull(case_kind, '') AS case_kind,
           ifNull(channel, '') AS channel
    FROM cases FINAL
    WHERE (source, case_no) IN (SELECT source, case_no FROM sampled_cases)
) AS c USING (source, case_no)
