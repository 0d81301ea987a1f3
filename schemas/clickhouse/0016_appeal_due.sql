-- Until when the last appeal 申诉 about an alert has to be decided, as a column: those who decide have it as a list in the order of these days,
-- and statistics hold decisions against it. Computed when a row is written, from nothing but the row itself; rows that were there before are
-- computed as they are read until they have been written anew in the background. Rules as in 0001.

ALTER TABLE alerts
    ADD COLUMN IF NOT EXISTS appeal_due_at Nullable(DateTime64(3, 'UTC')) MATERIALIZED
        if(JSONType(handling, 'appeal') != 'Object', NULL, parseDateTime64BestEffortOrNull(JSONExtractString(handling, 'appeal', 'due_at'), 3, 'UTC'))
        COMMENT '申诉办理期限 when the last appeal about it has to be decided; null: there is none, or it has no day' AFTER owed_at;

ALTER TABLE alerts
    MATERIALIZE COLUMN appeal_due_at;
