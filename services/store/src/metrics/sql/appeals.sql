-- 申诉: one row an appeal that was made, with the first decision upon one that followed. Of the last one about an alert is known by when it
-- has to be decided.
SELECT
    source, case_no, alert_id, sub, region, org, office, handler, item, step, level, rule,
    made,
    CAST(act, 'String') AS outcome,
    if(outcome = '', NULL, decided) AS decided_ms,
    if(is_last, appeal_due, NULL) AS due,
    -- 待决: what the platform took back leaves nothing to decide.
    decided_ms IS NULL AND status NOT IN ('withdrawn', 'cancelled') AS waits,
    made AS first_ms,
    -- Until it is decided it is looked at in every window: whether its day has passed is a matter of the window's end.
    if(due IS NULL OR (decided_ms IS NULL AND NOT waits), made, greatest(made, ifNull(decided_ms, toInt64(9223372036854775807)))) AS last_ms,
    [('appealed_at', toNullable(made)), ('due_at', due), ('decided_at', decided_ms)] AS instants
FROM
(
    SELECT p.alert_id AS alert_id, p.command_id AS sub, p.made AS made, p.is_last AS is_last, d.act AS act, d.decided AS decided
    FROM
    (
        SELECT alert_id, command_id, toUnixTimestamp64Milli(decided_at) AS made,
               row_number() OVER (PARTITION BY alert_id ORDER BY decided_at DESC, log_offset DESC) = 1 AS is_last
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
    SELECT source, case_no, alert_id, region, org, office, handler, item, step, level, rule, status, appeal_due
    FROM
    (
-- alerts
    )
) AS a USING (alert_id)
