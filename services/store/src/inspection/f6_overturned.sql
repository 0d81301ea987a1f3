-- F6 纠错率、败诉率: how many of the reviews and lawsuits about a body's decisions that were concluded in the twelve months took a decision away
-- or found it unlawful ({overturned}). A share of fewer than {least_base} is none; told in a month in which one was.
WITH
scope AS
(
    SELECT source, case_no FROM events
    WHERE kind = 'review_result' AND occurred_at >= subtractMonths(fromUnixTimestamp64Milli({until:Int64}, 'Asia/Shanghai'), 12)
      AND occurred_at < fromUnixTimestamp64Milli({until:Int64}, 'UTC')
),
-- told
-- kept
results AS
(
    -- Of several instances the last counts.
    SELECT t.source AS source, t.case_no AS case_no, t.event_id AS event_id, t.occurred_at AS at, t.log_partition AS log_partition, t.log_offset AS log_offset,
           k.org AS org, k.region AS region, t.in_court AS in_court, has({overturned:Array(String)}, t.result) AS lost
    FROM
    (
        SELECT *, JSONExtractString(data, 'attributes', 'forum') = 'court' AS in_court FROM told
        WHERE kind = 'review_result' AND result != '' ORDER BY occurred_at DESC, event_id DESC LIMIT 1 BY source, case_no, in_court
    ) AS t INNER JOIN kept AS k ON k.source = t.source AND k.case_no = t.case_no
    WHERE k.org != ''
      AND t.occurred_at >= subtractMonths(fromUnixTimestamp64Milli({until:Int64}, 'Asia/Shanghai'), 12)
),
bodies AS
(
    SELECT org, min(region) AS region, countIf(NOT in_court) AS reviews, countIf(NOT in_court AND lost) AS changed,
           countIf(in_court) AS suits, countIf(in_court AND lost) AS losses,
           if(reviews >= {least_base:Int64}, changed / reviews, 0) AS changed_share, if(suits >= {least_base:Int64}, losses / suits, 0) AS lost_share,
           maxIf(at, lost) AS last_at, countIf(lost) AS n,
           groupArrayIf((source, case_no, event_id, toUnixTimestamp64Milli(at), log_partition, log_offset, if(in_court, '败诉', '复议改变')), lost) AS cases
    FROM results GROUP BY org
)
SELECT
    'org' AS subject_kind, '' AS source, org AS key, '' AS item, org, region, '' AS actor,
    toFloat64(greatest(changed_share, lost_share)) AS measure, toInt64(0) AS true_ms, '' AS level,
    [('reviews', toString(reviews)), ('changed', toString(changed)), ('suits', toString(suits)), ('losses', toString(losses)),
     ('changed_share', if(reviews >= {least_base:Int64}, concat(toString(round(100 * changed_share, 1)), '%'), '基数不足，不计')),
     ('lost_share', if(suits >= {least_base:Int64}, concat(toString(round(100 * lost_share, 1)), '%'), '基数不足，不计'))] AS figures,
    n AS total, cases AS rows
FROM bodies
WHERE n > 0 AND last_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND measure >= {threshold:Float64}
