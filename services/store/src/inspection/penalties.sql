-- Fines as decided, one row a case: of the last decision, unless the case came to nothing or a review or court took the decision away. The
-- act and its tier are what the case had last said of them by then. In one reading of what was told.
fines AS
(
    SELECT c.source AS source, c.case_no AS case_no, k.item AS item, k.org AS org, k.region AS region,
           c.last.1 AS decided_at, c.last.2 AS event_id, c.last.3 AS log_partition, c.last.4 AS log_offset, c.last.5 AS fine,
           arrayLast(a -> a.1 <= c.last.1, c.acts).3 AS act, arrayLast(a -> a.1 <= c.last.1, c.tiers).3 AS tier,
           JSONExtractString(c.last.7, 'reason') AS reason, c.party AS party, c.act_day AS act_day, c.act_minute AS act_minute, c.act_place AS act_place,
           c.files AS files, c.reviewed AS reviewed
    FROM
    (
        SELECT source, case_no,
               argMinIf((occurred_at, event_id, log_partition, log_offset, fined_fen, names_fine, data), (-toUnixTimestamp64Milli(occurred_at), event_id),
                        kind = 'decided' AND fined_fen > 0) AS last,
               arraySort(groupArrayIf((occurred_at, event_id, JSONExtractString(data, 'discretion_act')), JSONExtractString(data, 'discretion_act') != '')) AS acts,
               arraySort(groupArrayIf((occurred_at, event_id, JSONExtractString(data, 'discretion_tier')), JSONExtractString(data, 'discretion_tier') != '')) AS tiers,
               max(JSONExtractString(data, 'party_ref')) AS party,
               toTimeZone(max(parseDateTime64BestEffortOrNull(JSONExtractString(data, 'act_at'), 3, 'UTC')), 'Asia/Shanghai') AS act_at,
               ifNull(toString(toDate(act_at)), '') AS act_day,
               -- A day told without a time is its midnight, and says of no minute that it was this one.
               if(ifNull(toHour(act_at) * 60 + toMinute(act_at), 0) = 0, '', ifNull(formatDateTime(act_at, '%H:%i'), '')) AS act_minute,
               -- Written by hand: neither width, case and blanks nor figures in Chinese make another place.
               replaceAll(translateUTF8(lowerUTF8(normalizeUTF8NFKC(max(JSONExtractString(data, 'attributes', 'act_place')))), '一二三四五六七八九〇零', '12345678900'), ' ', '') AS act_place,
               -- Of the files only those that show the act: a business licence is in every file of its holder.
               groupUniqArrayArray(arrayFilter(f -> f != '', arrayMap(a -> JSONExtractString(a, 'sha256'),
                   arrayFilter(a -> has({documents:Array(String)}, JSONExtractString(a, 'kind')), JSONExtractArrayRaw(data, 'attachments'))))) AS files,
               countIf(kind = 'collective_discussion') > 0 AS reviewed
        FROM told
        GROUP BY source, case_no
        HAVING countIf(kind = 'decided' AND fined_fen > 0) > 0
           AND countIf(kind IN ('withdrawn', 'voided', 'returned', 'terminated', 'transferred', 'merged')) = 0
           -- What was annulled and upheld on appeal stands: the last result counts.
           AND NOT has({overturned:Array(String)}, argMaxIf(result, (occurred_at, event_id), kind = 'review_result'))
    ) AS c
    INNER JOIN kept AS k ON k.source = c.source AND k.case_no = c.case_no
    WHERE c.last.6 OR has({penalty_items:Array(String)}, k.item)
),
