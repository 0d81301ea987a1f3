-- Which partitions the states of cases and alerts are of, as an index: whoever asks what became of cases since their cells were made asks also
-- for states of partitions that those cells do not know, of which there are almost never any. Without it that read the partition of every state
-- there ever was. States that were there before are indexed in the background. Rules as in 0001.

ALTER TABLE case_states
    ADD INDEX IF NOT EXISTS partitions log_partition TYPE set(64) GRANULARITY 64;

ALTER TABLE case_states
    MATERIALIZE INDEX partitions;

ALTER TABLE alert_states
    ADD INDEX IF NOT EXISTS partitions log_partition TYPE set(64) GRANULARITY 64;

ALTER TABLE alert_states
    MATERIALIZE INDEX partitions;
