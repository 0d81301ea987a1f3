-- Each case of `scope` as the engine last published it.
kept AS
(
    SELECT
        CAST(source, 'String')                              AS source,
        case_no,
        ifNull(CAST(item_code, 'Nullable(String)'), '')     AS item,
        ifNull(CAST(org_code, 'Nullable(String)'), '')      AS org,
        ifNull(CAST(region_code, 'Nullable(String)'), '')   AS region,
        ifNull(CAST(flowchart, 'Nullable(String)'), '')     AS flowchart,
        opened_at, accepted_at, closed_at, due_at
    FROM cases FINAL
    WHERE opened_at IS NOT NULL
      AND (source, case_no) IN (SELECT source, case_no FROM scope)
      AND NOT has({exempt:Array(String)}, source)
      AND toUnixTimestamp64Milli(assumeNotNull(opened_at))
          >= transform(CAST(source, 'String'), {since_source:Array(String)}, {since_ms:Array(Int64)}, toInt64(0))
),
