-- 单位: one row a body of the register that has items in the list, with the windows in which a case of it was received, accepted or ended.
-- The bodies come from the definitions, one line a body: code, region.
SELECT
    '' AS source,
    '' AS case_no,
    '' AS alert_id,
    org AS sub,
    region,
    org,
    '' AS office,
    '' AS handler,
    '' AS item,
    '' AS power_type,
    '' AS case_kind,
    '' AS channel,
    '' AS step,
    '' AS level,
    '' AS rule,
    if(cases = 0, NULL, last) AS last_case,
    ran_in,
    toInt64(-9223372036854775808) AS first_ms,
    toInt64(9223372036854775807) AS last_ms,
    [('last_case_at', last_case)] AS instants
FROM
(
    SELECT line[1] AS org, line[2] AS region
    FROM (SELECT splitByChar('\t', arrayJoin(splitByChar('\n', 'known bodies'))) AS line)
    WHERE org != ''
) AS b
LEFT JOIN
(
    SELECT org, count() AS cases, max(started) AS last,
           groupUniqArrayArray(arrayMap(w -> w.1, arrayFilter(
               w -> (started >= w.2 AND started < w.3) OR ifNull(accepted >= w.2 AND accepted < w.3, 0) OR ifNull(ended >= w.2 AND ended < w.3, 0),
               windows))) AS ran_in
    FROM
    (
-- cases
    )
    WHERE org != ''
    GROUP BY org
) AS c USING (org)
