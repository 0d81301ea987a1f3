-- Q14 对账不符: of a day a source said how many events it made of each item and type, and the platform took others, though the delay that the
-- source declared is over. What it said last of the day counts; a day of which it said nothing is not compared. Each id and data version
-- is one event, as the source counts them; what the platform itself wrote into a case (complaints, ratings) is none of the source's. Whatever differs is answered: a threshold is for people's eyes, not for telling whether a day is cured.
WITH
spoken AS
(
    SELECT CAST(source, 'String') AS source, CAST(item_code, 'String') AS item, CAST(kind, 'String') AS kind, events,
           data_version, log_partition, log_offset
    FROM control_totals FINAL
    WHERE day = toDate({label:String}) AND NOT has({exempt:Array(String)}, source)
      AND {from:Int64} >= transform(CAST(source, 'String'), {since_source:Array(String)}, {since_ms:Array(Int64)}, toInt64(0))
      AND {known:Int64} >= {until:Int64} + 3600000 * transform(CAST(source, 'String'), {delay_source:Array(String)}, {delay_hours:Array(Int64)}, toInt64(24))
),
last AS (SELECT source, max((data_version, log_offset)) AS place FROM spoken GROUP BY source),
made AS (SELECT s.* FROM spoken AS s INNER JOIN last AS l ON l.source = s.source WHERE (s.data_version, s.log_offset) = l.place),
taken AS
(
    SELECT CAST(source, 'String') AS source, ifNull(CAST(item_code, 'Nullable(String)'), '') AS item, CAST(kind, 'String') AS kind,
           uniqExact(event_id, data_version) AS events
    FROM events
    WHERE source IN (SELECT source FROM last) AND NOT startsWith(event_id, 'mingjing-') AND received_at < fromUnixTimestamp64Milli({known:Int64}, 'UTC')
      AND occurred_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND occurred_at < fromUnixTimestamp64Milli({until:Int64}, 'UTC')
    GROUP BY source, item, kind
),
lines AS
(
    SELECT source, item, kind, sum(said) AS made, sum(came) AS taken, max(part) AS part, max(place) AS place,
           if(made > taken, made - taken, 0) AS missing, if(taken > made, taken - made, 0) AS surplus,
           concat(if(item = '', '未报事项', concat('事项 ', item)), '“', transform(kind, {kind_codes:Array(String)}, {kind_names:Array(String)}, kind),
               '”申报 ', toString(made), ' 条、收到 ', toString(taken), ' 条') AS words
    FROM
    (
        SELECT source, item, kind, events AS said, toUInt64(0) AS came, log_partition AS part, log_offset AS place FROM made WHERE kind != ''
        UNION ALL
        SELECT t.source, t.item, t.kind, toUInt64(0), t.events, m.log_partition, m.log_offset
        FROM taken AS t INNER JOIN (SELECT * FROM made WHERE kind = '') AS m ON m.source = t.source
    )
    GROUP BY source, item, kind
)
SELECT
    'source' AS subject_kind, source, '' AS key, '' AS item, '' AS org, '' AS region, '' AS actor,
    toFloat64(sum(l.missing) + sum(l.surplus)) AS measure, toInt64(0) AS true_ms, '' AS level,
    [('made', toString(sum(l.made))), ('taken', toString(sum(l.taken))), ('missing', toString(sum(l.missing))), ('surplus', toString(sum(l.surplus))),
     ('differ', concat(if(sum(l.missing) > 0, concat('少收 ', toString(sum(l.missing)), ' 条'), ''), if(sum(l.missing) > 0 AND sum(l.surplus) > 0, '、', ''),
         if(sum(l.surplus) > 0, concat('多收 ', toString(sum(l.surplus)), ' 条'), ''))),
     ('where', concat(arrayStringConcat(arraySlice(arraySort(groupArrayIf(l.words, l.made != l.taken)), 1, 3), '；'),
         if(countIf(l.made != l.taken) > 3, concat('等 ', toString(countIf(l.made != l.taken)), ' 项'), '')))] AS figures,
    countIf(l.made != l.taken) AS total,
    groupArrayIf((l.source, '', '', toInt64(0), l.part, l.place, l.words), l.made != l.taken) AS rows
FROM lines AS l
GROUP BY source
HAVING measure > 0
