-- D9 罚没异常增长: a body's fines of the month, in number or in yuan, against the same month of last year, which had at least twenty.
, both AS
(
    SELECT org, any(region) AS region,
           decided_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AS inside, count() AS n, sum(fine) AS yuan_fen,
           groupArray((source, case_no, event_id, toUnixTimestamp64Milli(decided_at), log_partition, log_offset, concat('罚款 ', toString(fine / 100), ' 元'))) AS cases
    FROM fines
    WHERE org != '' AND (decided_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
       OR decided_at >= subtractMonths(fromUnixTimestamp64Milli({from:Int64}, 'Asia/Shanghai'), 12)
          AND decided_at < subtractMonths(fromUnixTimestamp64Milli({until:Int64}, 'Asia/Shanghai'), 12))
    GROUP BY org, inside
)
SELECT
    'org' AS subject_kind, '' AS source, a.org AS key, '' AS item, a.org AS org, a.region AS region, '' AS actor,
    greatest(a.n / b.n, a.yuan_fen / b.yuan_fen) - 1 AS measure, toInt64(0) AS true_ms, '' AS level,
    [('count', toString(a.n)), ('fines', toString(a.yuan_fen / 100)), ('last_count', toString(b.n)), ('last_fines', toString(b.yuan_fen / 100)),
     ('share', toString(round(100 * (greatest(a.n / b.n, a.yuan_fen / b.yuan_fen) - 1))))] AS figures,
    toUInt64(a.n) AS total, a.cases AS rows
FROM both AS a INNER JOIN both AS b ON b.org = a.org
WHERE a.inside AND NOT b.inside AND b.n >= 20 AND measure >= {threshold:Float64}
