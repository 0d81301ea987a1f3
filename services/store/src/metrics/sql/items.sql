-- 清单事项: one row an item of the list, with the windows in which a case of it was received, accepted or ended, and when the first ever was
-- received. The list comes from the definitions, one line an item: code, body, region, kind of power.
SELECT
    '' AS source,
    '' AS case_no,
    '' AS alert_id,
    item AS sub,
    region,
    org,
    '' AS office,
    '' AS handler,
    item,
    power_type,
    '' AS case_kind,
    '' AS channel,
    '' AS step,
    '' AS level,
    '' AS rule,
    if(cases = 0, NULL, begun) AS begun,
    ran_in,
    toInt64(-9223372036854775808) AS first_ms,
    toInt64(9223372036854775807) AS last_ms,
    [('first_case_at', begun)] AS instants
FROM
(
    SELECT line[1] AS item, line[2] AS org, line[3] AS region, line[4] AS power_type
    FROM (SELECT splitByChar('\t', arrayJoin(splitByChar('\n', 'known items'))) AS line)
    WHERE item != ''
) AS i
LEFT JOIN
(
    SELECT item, count() AS cases, min(started) AS begun,
           groupUniqArrayArray(arrayMap(w -> w.1, arrayFilter(
               w -> (started >= w.2 AND started < w.3) OR ifNull(accepted >= w.2 AND accepted < w.3, 0) OR ifNull(ended >= w.2 AND ended < w.3, 0),
               windows))) AS ran_in
    FROM
    (
-- cases
    )
    WHERE item != ''
    GROUP BY item
) AS c USING (item)
