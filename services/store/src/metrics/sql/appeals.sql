-- 申诉: one row an appeal that was made, with the first decision upon one that followed.
SELECT
    source, case_no, alert_id, sub, region, org, office, handler, item, step, level, rule,
    made,
    CAST(act, 'String') AS outcome,
    if(outcome = '', NULL, decided) AS decided_ms,
    made AS first_ms,
    made AS last_ms,
    [('appealed_at', toNullable(made)), ('decided_at', decided_ms)] AS instants
FROM
(
    SELECT p.alert_id AS alert_id, p.command_id AS sub, p.made AS made, d.act AS act, d.decided AS decided
    FROM
    (
        SELECT alert_id, command_id, toUnixTimestamp64Milli(decided_at) AS made
        FROM decisions FINAL WHERE act = 'appeal' AND refused = ''
    ) AS p
    ASOF LEFT JOIN
    (
        SELECT alert_id, act, toUnixTimestamp64Milli(decided_at) AS decided
        FROM decisions FINAL WHERE act IN ('uphold', 'withdraw') AND refused = ''
    ) AS d
    ON p.alert_id = d.alert_id AND p.made <= d.decided
) AS o
INNER JOIN
(
    SELECT source, case_no, alert_id, region, org, office, handler, item, step, level, rule
    FROM
    (
-- alerts
    )
) AS a USING (alert_id)
