-- D8 罚款与国库对账: what a body's cases say was paid in fines in the month against what the treasury took in. Instalments count when they
-- are paid; a decision that a court changed counts by what was paid. What was paid in the last three days of a month may be booked
-- in the next one: the treasury is wrong only outside of what that allows. A month without an import is not compared; in one that
-- was imported a body without a line has had nothing booked.
WITH
scope AS
(
    SELECT source, case_no FROM events
    WHERE kind IN ('paid', 'decided') AND amounts NOT IN ('', '{}')
      AND occurred_at >= subtractDays(fromUnixTimestamp64Milli({from:Int64}, 'UTC'), 3) AND occurred_at < fromUnixTimestamp64Milli({until:Int64}, 'UTC')
),
-- told
-- kept
-- fines
paid AS
(
    SELECT k.org AS org, min(k.region) AS region,
           sumIf(t.paid_fen, t.inside) AS paid, sumIf(t.paid_fen, t.inside AND t.tail) AS out_late, sumIf(t.paid_fen, NOT t.inside AND t.tail) AS in_late,
           countIf(t.inside) AS n,
           groupArrayIf((t.source, t.case_no, t.event_id, toUnixTimestamp64Milli(t.occurred_at), t.log_partition, t.log_offset,
               concat('缴款 ', toString(t.paid_fen / 100), ' 元')), t.inside) AS cases
    FROM
    (
        SELECT source, case_no, event_id, occurred_at, log_partition, log_offset, paid_fen, names_fine,
               occurred_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AS inside,
               toDayOfMonth(toTimeZone(occurred_at, 'Asia/Shanghai') + INTERVAL 3 DAY) <= 3 AS tail
        FROM told
        WHERE kind = 'paid' AND occurred_at >= subtractDays(fromUnixTimestamp64Milli({from:Int64}, 'UTC'), 3) AND paid_fen > 0
    ) AS t INNER JOIN kept AS k ON k.source = t.source AND k.case_no = t.case_no
    WHERE k.org != '' AND (t.names_fine OR has({penalty_items:Array(String)}, k.item)) GROUP BY k.org
),
decided AS (SELECT org, sum(fine) AS fine FROM fines WHERE decided_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') GROUP BY org),
told_by_treasury AS
(
    SELECT CAST(org_code, 'String') AS org, collected, in_transit, refunded, 1 AS there FROM treasury_totals FINAL WHERE month = {label:String}
),
both AS
(
    SELECT if(g.there = 1, g.org, p.org) AS org, p.region AS region, p.paid AS paid, p.n AS n, p.cases AS cases, g.there AS there,
           g.collected AS collected, g.in_transit AS in_transit, g.refunded AS refunded, p.out_late AS out_late, p.in_late AS in_late
    FROM told_by_treasury AS g FULL JOIN paid AS p ON p.org = g.org
    WHERE (SELECT count() FROM told_by_treasury) > 0
),
compared AS
(
    SELECT b.*, ifNull(d.fine, 0) AS decided, b.collected + b.in_transit AS booked, b.paid - b.out_late AS at_least, b.paid + b.in_late AS at_most,
           if(booked < at_least, at_least - booked, if(booked > at_most, booked - at_most, 0)) AS gap
    FROM both AS b
    LEFT JOIN decided AS d ON d.org = b.org
)
SELECT
    'org' AS subject_kind, '' AS source, org AS key, '' AS item, org, region, '' AS actor,
    gap / 100 AS measure, toInt64(0) AS true_ms, '' AS level,
    [('paid', toString(paid / 100)), ('decided', toString(decided / 100)), ('collected', toString(collected / 100)),
     ('in_transit', toString(in_transit / 100)), ('refunded', toString(refunded / 100)), ('gap', toString(gap / 100)),
     ('booked', if(there = 1, concat('国库入库 ', toString(collected / 100), ' 元、在途 ', toString(in_transit / 100), ' 元、退库 ', toString(refunded / 100), ' 元'),
         '国库无该单位入库记录'))] AS figures,
    toUInt64(n) AS total, cases AS rows
FROM compared
WHERE gap > 0 AND measure >= {threshold:Float64}
