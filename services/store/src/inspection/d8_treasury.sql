-- D8 罚款与国库对账: what a body's cases say was paid in fines in the month against what the treasury took in. Instalments count when they
-- are paid; a decision that a court changed counts by what was paid. What was paid in the last three days of a month may be booked
-- in the next one: the treasury is wrong only outside of what that allows. A month without an import is not compared.
, paid AS
(
    SELECT k.org AS org, any(k.region) AS region,
           sumIf(t.fine, t.inside) AS paid, sumIf(t.fine, t.inside AND t.tail) AS out_late, sumIf(t.fine, NOT t.inside AND t.tail) AS in_late,
           countIf(t.inside) AS n,
           groupArrayIf((t.source, t.case_no, t.event_id, toUnixTimestamp64Milli(t.occurred_at), t.log_partition, t.log_offset,
               concat('缴款 ', toString(t.fine / 100), ' 元')), t.inside) AS cases
    FROM
    (
        SELECT source, case_no, event_id, occurred_at, log_partition, log_offset,
               JSONExtractInt(amounts, 'fine') + JSONExtractInt(amounts, 'surcharge') AS fine,
               occurred_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AS inside,
               toDayOfMonth(toTimeZone(occurred_at, 'Asia/Shanghai') + INTERVAL 3 DAY) <= 3 AS tail
        FROM told
        WHERE kind = 'paid' AND occurred_at >= subtractDays(fromUnixTimestamp64Milli({from:Int64}, 'UTC'), 3)
          AND JSONExtractInt(amounts, 'fine') + JSONExtractInt(amounts, 'surcharge') > 0
    ) AS t INNER JOIN kept AS k ON k.source = t.source AND k.case_no = t.case_no
    WHERE k.org != '' GROUP BY k.org
),
decided AS (SELECT org, sum(fine) AS fine FROM fines WHERE decided_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') GROUP BY org),
compared AS
(
    SELECT CAST(g.org_code, 'String') AS org, ifNull(p.region, '') AS region, ifNull(p.paid, 0) AS paid, ifNull(p.n, 0) AS n, p.cases AS cases,
           ifNull(d.fine, 0) AS decided, g.collected AS collected, g.in_transit AS in_transit, g.refunded AS refunded,
           g.collected + g.in_transit AS booked,
           ifNull(p.paid, 0) - ifNull(p.out_late, 0) AS at_least, ifNull(p.paid, 0) + ifNull(p.in_late, 0) AS at_most,
           if(booked < at_least, at_least - booked, if(booked > at_most, booked - at_most, 0)) AS gap
    FROM treasury_totals AS g FINAL
    LEFT JOIN paid AS p ON p.org = CAST(g.org_code, 'String')
    LEFT JOIN decided AS d ON d.org = CAST(g.org_code, 'String')
    WHERE g.month = {label:String}
)
SELECT
    'org' AS subject_kind, '' AS source, org AS key, '' AS item, org, region, '' AS actor,
    gap / 100 AS measure, toInt64(0) AS true_ms, '' AS level,
    [('paid', toString(paid / 100)), ('decided', toString(decided / 100)), ('collected', toString(collected / 100)),
     ('in_transit', toString(in_transit / 100)), ('refunded', toString(refunded / 100)), ('gap', toString(gap / 100))] AS figures,
    toUInt64(n) AS total, cases AS rows
FROM compared
WHERE gap > 0 AND measure >= {threshold:Float64}
