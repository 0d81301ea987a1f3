-- What departments told of the cases of `scope` that counts, as of {known}: of each event the greatest version, of two contents the
-- first; nothing that was taken back; no declared back-fills and imports, nothing from before a source was supervised. Whoever
-- gives a `scope` names every case that bears on its window, and may name others: the window itself is looked at afterwards. `seen` is
-- ordered as the table is, so that it is merged and not sorted; what takes back is asked for apart, so that `data` is read only by who needs it.
seen AS
(
    SELECT
        CAST(source, 'String')                   AS source,
        case_no,
        event_id,
        CAST(kind, 'String')                     AS kind,
        occurred_at,
        ifNull(entered_at, received_at)          AS typed_at,
        received_at,
        -- In the codes of the definitions, as judging has them: a source's mapping that is put right counts for what came before it, too.
        transform(concat(source, char(10), ifNull(CAST(item_code, 'Nullable(String)'), '')), {their_items:Array(String)}, {our_items:Array(String)},
                  ifNull(CAST(item_code, 'Nullable(String)'), '')) AS item,
        transform(concat(source, char(10), ifNull(CAST(org_code, 'Nullable(String)'), '')), {their_orgs:Array(String)}, {our_orgs:Array(String)},
                  ifNull(CAST(org_code, 'Nullable(String)'), '')) AS org,
        ifNull(actor, '')                        AS actor,
        ifNull(CAST(actor_role, 'Nullable(String)'), '')  AS actor_role,
        transform(concat(source, char(10), ifNull(CAST(result_code, 'Nullable(String)'), '')), {their_results:Array(String)}, {our_results:Array(String)},
                  ifNull(CAST(result_code, 'Nullable(String)'), '')) AS result,
        -- As told under whatever name the source has for it: `fine`, or the model's own `decided` and `paid`. Of what is no penalty the
        -- latter are other money: see `names_fine`.
        JSONHas(amounts, 'fine') OR JSONHas(amounts, 'surcharge')  AS names_fine,
        if(JSONHas(amounts, 'fine'), JSONExtractInt(amounts, 'fine'), JSONExtractInt(amounts, 'decided')) AS fined_fen,
        if(names_fine, JSONExtractInt(amounts, 'fine') + JSONExtractInt(amounts, 'surcharge'), JSONExtractInt(amounts, 'paid')) AS paid_fen,
        data,
        log_partition,
        log_offset
    FROM events FINAL
    WHERE (source, case_no) IN (SELECT source, case_no FROM scope)
      AND received_at < fromUnixTimestamp64Milli({known:Int64}, 'UTC')
      AND occurred_at < fromUnixTimestamp64Milli({until:Int64}, 'UTC')
      AND NOT has({exempt:Array(String)}, source)
      AND toUnixTimestamp64Milli(occurred_at)
          >= transform(CAST(source, 'String'), {since_source:Array(String)}, {since_ms:Array(Int64)}, toInt64(0))
    ORDER BY source, case_no, event_id, data_version DESC, version DESC
    LIMIT 1 BY source, case_no, event_id
),
taken_back AS
(
    SELECT source, case_no, JSONExtractString(data, 'corrects') AS event_id
    FROM
    (
        SELECT CAST(source, 'String') AS source, case_no, event_id, CAST(kind, 'String') AS kind, data
        FROM events FINAL
        WHERE (source, case_no, event_id) IN
              (SELECT source, case_no, event_id FROM events
               WHERE kind = 'corrected' AND (source, case_no) IN (SELECT source, case_no FROM scope))
          AND received_at < fromUnixTimestamp64Milli({known:Int64}, 'UTC')
          AND occurred_at < fromUnixTimestamp64Milli({until:Int64}, 'UTC')
          AND NOT has({exempt:Array(String)}, source)
          AND toUnixTimestamp64Milli(occurred_at)
              >= transform(CAST(source, 'String'), {since_source:Array(String)}, {since_ms:Array(Int64)}, toInt64(0))
        ORDER BY source, case_no, event_id, data_version DESC, version DESC
        LIMIT 1 BY source, case_no, event_id
    )
    WHERE kind = 'corrected'
),
told AS
(
    SELECT * FROM seen
    WHERE kind != 'corrected' AND (source, case_no, event_id) NOT IN (SELECT source, case_no, event_id FROM taken_back)
),
