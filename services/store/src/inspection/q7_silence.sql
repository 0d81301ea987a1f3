-- Q7 断流: when each source last said anything: an event, or how far it is complete. The calendar and the rhythm that it declared
-- are held against that outside of here.
SELECT CAST(source, 'String') AS source, toUnixTimestamp64Milli(max(at)) AS last_ms, sum(events) AS events
FROM
(
    SELECT source, greatest(ifNull(last_received_at, toDateTime64(0, 3, 'UTC')),
                            if(complete_until IS NULL, toDateTime64(0, 3, 'UTC'), updated_at)) AS at, events
    FROM source_health FINAL
)
GROUP BY source
ORDER BY source
