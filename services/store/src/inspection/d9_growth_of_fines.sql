-- D9 罚没异常增长: a body's fines of the month, in number or in yuan, against the same month of last year, which had at least twenty.
WITH
scope AS
(
    SELECT source, case_no FROM events
    WHERE kind = 'decided' AND (JSONExtractInt(amounts, 'fine') > 0 OR JSONExtractInt(amounts, 'decided') > 0) AND (occurred_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND occurred_at < fromUnixTimestamp64Milli({until:Int64}, 'UTC')
       OR occurred_at >= subtractMonths(fromUnixTimestamp64Milli({from:Int64}, 'Asia/Shanghai'), 12)
          AND occurred_at < subtractMonths(fromUnixTimestamp64Milli({until:Int64}, 'Asia/Shanghai'), 12))
),
-- told
-- kept
-- fines
both AS
(
    SELECT org, minIf(region, inside) AS region, countIf(inside) AS n, countIf(NOT inside) AS last_n, sumIf(fine, inside) AS fen, sumIf(fine, NOT inside) AS last_fen,
           groupArrayIf((source, case_no, event_id, toUnixTimestamp64Milli(decided_at), log_partition, log_offset, concat('罚款 ', toString(fine / 100), ' 元')), inside) AS cases
    FROM (SELECT *, decided_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AS inside FROM fines)
    WHERE org != '' AND (inside
       OR decided_at >= subtractMonths(fromUnixTimestamp64Milli({from:Int64}, 'Asia/Shanghai'), 12)
          AND decided_at < subtractMonths(fromUnixTimestamp64Milli({until:Int64}, 'Asia/Shanghai'), 12))
    GROUP BY org
)
SELECT
    'org' AS subject_kind, '' AS source, a.org AS key, '' AS item, a.org AS org, a.region AS region, '' AS actor,
    greatest(a.n / a.last_n, a.fen / a.last_fen) - 1 AS measure, toInt64(0) AS true_ms, '' AS level,
    [('count', toString(a.n)), ('fines', toString(a.fen / 100)), ('last_count', toString(a.last_n)), ('last_fines', toString(a.last_fen / 100)),
     ('share', toString(round(100 * (greatest(a.n / a.last_n, a.fen / a.last_fen) - 1))))] AS figures,
    toUInt64(a.n) AS total, a.cases AS rows
FROM both AS a
WHERE a.n > 0 AND a.last_n >= 20 AND measure >= {threshold:Float64}
