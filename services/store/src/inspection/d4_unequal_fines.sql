-- D4 同案不同罚: a fine far from the middle of its peers: same act, same tier, same city, twelve months, at least ten of them.
, peers AS
(
    SELECT act, tier, substring(region, 1, 4) AS city, count() - 1 AS n, quantileExact(0.5)(fine) AS middle,
           quantileExact(0.1)(fine) AS low, quantileExact(0.9)(fine) AS high
    FROM fines
    WHERE act != '' AND decided_at >= subtractMonths(fromUnixTimestamp64Milli({until:Int64}, 'UTC'), 12)
    GROUP BY act, tier, city
)
SELECT
    'case' AS subject_kind, f.source AS source, f.case_no AS key, f.item AS item, f.org AS org, f.region AS region, '' AS actor,
    abs(f.fine - p.middle) / p.middle AS measure, toUnixTimestamp64Milli(f.decided_at) AS true_ms, '' AS level,
    [('fine', toString(f.fine / 100)), ('middle', toString(p.middle / 100)), ('low', toString(p.low / 100)), ('high', toString(p.high / 100)),
     ('peers', toString(p.n)), ('share', toString(round(100 * abs(f.fine - p.middle) / p.middle))), ('act', f.act), ('tier', f.tier)] AS figures,
    toUInt64(p.n + 1) AS total,
    [(f.source, f.case_no, f.event_id, toUnixTimestamp64Milli(f.decided_at), f.log_partition, f.log_offset,
        concat('罚款 ', toString(f.fine / 100), ' 元'))] AS rows
FROM fines AS f INNER JOIN peers AS p ON p.act = f.act AND p.tier = f.tier AND p.city = substring(f.region, 1, 4)
-- Within a tier nine in ten lie between low and high; a reason that was given is for the legal reviewer, not for us.
WHERE f.decided_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND p.n >= 10 AND p.middle > 0 AND (f.fine < p.low OR f.fine > p.high) AND f.reason = '' AND NOT f.reviewed
  AND measure >= {threshold:Float64}
