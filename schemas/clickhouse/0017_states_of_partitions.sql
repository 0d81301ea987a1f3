-- Which partitions the states of cases and alerts are of, as an index: whoever asks what became of cases since their cells were made asks also
-- for states of partitions that those cells do not know, of which there are almost never any. Without it that read the partition of every state
-- there ever was. States that were there before are indexed in the background. A log has no more than 1,024 partitions.
-- And what is empty in cells, since they are kept at coarser grains as well. Rules as in 0001.

ALTER TABLE case_states
    ADD INDEX IF NOT EXISTS partitions log_partition TYPE set(1024) GRANULARITY 64;

ALTER TABLE case_states
    MATERIALIZE INDEX partitions;

ALTER TABLE alert_states
    ADD INDEX IF NOT EXISTS partitions log_partition TYPE set(1024) GRANULARITY 64;

ALTER TABLE alert_states
    MATERIALIZE INDEX partitions;

ALTER TABLE case_cells
    COMMENT COLUMN IF EXISTS piece '量 what is added up, derived from the pieces of SQL in the dictionary; under other names the same by month, by region and body, and by region: nothing is added up across names';

ALTER TABLE case_cells
    COMMENT COLUMN IF EXISTS at '时刻 the first instant after the day, or the month, of what happened, in milliseconds; of a stock in days to come the very instant from which it counts';

ALTER TABLE case_cells
    COMMENT COLUMN IF EXISTS org '承办机构 empty: none is said, or the piece is not told apart by it; and so below';
