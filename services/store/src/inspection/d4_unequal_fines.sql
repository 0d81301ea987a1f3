-- D4 同案不同罚: a fine far from the middle of its peers: same act, same tier, same city, twelve months, at least ten of them.
WITH
scope AS
(
    SELECT source, case_no FROM events
    WHERE kind = 'decided' AND (JSONExtractInt(amounts, 'fine') > 0 OR JSONExtractInt(amounts, 'decided') > 0) AND occurred_at >= subtractMonths(fromUnixTimestamp64Milli({until:Int64}, 'UTC'), 12) AND occurred_at < fromUnixTimestamp64Milli({until:Int64}, 'UTC')
),
-- told
-- kept
-- fines
peers AS
(
    SELECT *, count() OVER like_it - 1 AS peers, quantileExact(0.5)(fine) OVER like_it AS middle,
           quantileExact(0.1)(fine) OVER like_it AS low, quantileExact(0.9)(fine) OVER like_it AS high
    FROM fines
    WHERE act != '' AND decided_at >= subtractMonths(fromUnixTimestamp64Milli({until:Int64}, 'UTC'), 12)
    WINDOW like_it AS (PARTITION BY act, tier, substring(region, 1, 4))
)
SELECT
    'case' AS subject_kind, f.source AS source, f.case_no AS key, f.item AS item, f.org AS org, f.region AS region, '' AS actor,
    abs(f.fine - f.middle) / f.middle AS measure, toUnixTimestamp64Milli(f.decided_at) AS true_ms, '' AS level,
    [('fine', toString(f.fine / 100)), ('middle', toString(f.middle / 100)), ('low', toString(f.low / 100)), ('high', toString(f.high / 100)),
     ('peers', toString(f.peers)), ('share', toString(round(100 * abs(f.fine - f.middle) / f.middle))), ('act', f.act), ('tier', f.tier)] AS figures,
    toUInt64(f.peers + 1) AS total,
    [(f.source, f.case_no, f.event_id, toUnixTimestamp64Milli(f.decided_at), f.log_partition, f.log_offset,
        concat('罚款 ', toString(f.fine / 100), ' 元'))] AS rows
FROM peers AS f
-- Within a tier nine in ten lie between low and high; a reason that was given is for the legal reviewer, not for us.
WHERE f.decided_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND f.peers >= 10 AND f.middle > 0 AND (f.fine < f.low OR f.fine > f.high) AND f.reason = '' AND NOT f.reviewed
  AND measure >= {threshold:Float64}
