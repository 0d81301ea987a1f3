-- 督办: one row an order that was given. Of the last one about an alert is known when its answer was due and came.
SELECT
    source, case_no, alert_id, command_id AS sub, region, org, office, handler, item, step, level, rule,
    given,
    if(is_last, order_due, NULL) AS due,
    if(is_last, order_answered, NULL) AS answered,
    -- 有效: the alert stands, and the order was not closed without an answer.
    valid AND (order_answered IS NOT NULL OR order_state != 'closed') AS owed,
    given AS first_ms,
    -- Until its answer came it is looked at in every window: whether it is owed is a matter of the window's end.
    if(due IS NULL OR NOT owed, given, greatest(given, ifNull(answered, toInt64(9223372036854775807)))) AS last_ms,
    [('ordered_at', toNullable(given)), ('due_at', due), ('answered_at', answered)] AS instants
FROM
(
    SELECT alert_id, command_id, toUnixTimestamp64Milli(decided_at) AS given,
           row_number() OVER (PARTITION BY alert_id ORDER BY decided_at DESC, log_offset DESC) = 1 AS is_last
    FROM decisions FINAL
    WHERE act = 'order' AND refused = ''
) AS o
INNER JOIN
(
    SELECT source, case_no, alert_id, region, org, office, handler, item, step, level, rule, valid, order_state, order_due, order_answered
    FROM
    (
-- alerts
    )
) AS a USING (alert_id)
