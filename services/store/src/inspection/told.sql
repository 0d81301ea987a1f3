-- What departments told that counts, as of {known}: of each event the greatest version, of two contents the first; nothing that
-- was taken back; no declared back-fills and imports, nothing from before a source was supervised.
-- `kept` is each case as the engine last published it.
WITH
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
        ifNull(CAST(item_code, 'Nullable(String)'), '')   AS item,
        ifNull(CAST(org_code, 'Nullable(String)'), '')    AS org,
        ifNull(actor, '')                        AS actor,
        ifNull(CAST(actor_role, 'Nullable(String)'), '')  AS actor_role,
        ifNull(CAST(result_code, 'Nullable(String)'), '') AS result,
        amounts,
        data,
        log_partition,
        log_offset
    FROM events FINAL
    WHERE received_at < fromUnixTimestamp64Milli({known:Int64}, 'UTC')
      AND occurred_at < fromUnixTimestamp64Milli({until:Int64}, 'UTC')
      AND NOT has({exempt:Array(String)}, source)
      AND toUnixTimestamp64Milli(occurred_at)
          >= transform(CAST(source, 'String'), {since_source:Array(String)}, {since_ms:Array(Int64)}, toInt64(0))
    ORDER BY data_version DESC, version DESC
    LIMIT 1 BY source, case_no, event_id
),
told AS
(
    SELECT * FROM seen
    WHERE kind != 'corrected'
      AND (source, case_no, event_id) NOT IN
          (SELECT source, case_no, JSONExtractString(data, 'corrects') FROM seen WHERE kind = 'corrected')
),
kept AS
(
    SELECT
        CAST(source, 'String')                              AS source,
        case_no,
        ifNull(CAST(item_code, 'Nullable(String)'), '')     AS item,
        ifNull(CAST(org_code, 'Nullable(String)'), '')      AS org,
        ifNull(CAST(region_code, 'Nullable(String)'), '')   AS region,
        opened_at, accepted_at, closed_at, due_at
    FROM cases FINAL
    WHERE opened_at IS NOT NULL AND NOT has({exempt:Array(String)}, source)
      AND toUnixTimestamp64Milli(assumeNotNull(opened_at))
          >= transform(CAST(source, 'String'), {since_source:Array(String)}, {since_ms:Array(Int64)}, toInt64(0))
)
