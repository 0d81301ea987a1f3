-- How the order 督办 about an alert stands, and until when a department owes something, as columns: lists are narrowed and sorted by
-- them, and reading both out of `handling` for every row took 0.6 s of 100,000 alerts. They are computed when a row is written, from
-- nothing but the row itself, so that they cannot differ from what it says; rows that were there before are computed as they are read
-- until they have been written anew in the background. Rules as in 0001.

ALTER TABLE alerts
    ADD COLUMN IF NOT EXISTS order_state LowCardinality(String) MATERIALIZED
        multiIf(JSONType(handling, 'order') != 'Object', '',
                JSONType(handling, 'order', 'closed') != 'Null', 'closed',
                JSONLength(handling, 'order', 'answers') > 0, 'answered',
                'unanswered')
        COMMENT '督办状态 of the order about it: unanswered, answered, closed; empty: there is none' AFTER handling,
    ADD COLUMN IF NOT EXISTS order_due_at Nullable(DateTime64(3, 'UTC')) MATERIALIZED
        if(order_state = '', NULL, parseDateTime64BestEffortOrNull(JSONExtractString(handling, 'order', 'due_at'), 3, 'UTC'))
        COMMENT '督办反馈期限 when the answer to that order is due' AFTER order_state,
    ADD COLUMN IF NOT EXISTS owed_at Nullable(DateTime64(3, 'UTC')) MATERIALIZED
        multiIf(order_state = 'unanswered', order_due_at,
                order_state = 'answered', NULL,
                breached_at IS NULL AND due_at IS NOT NULL, due_at,
                order_state = '' AND JSONLength(handling, 'answers') = 0, answer_due_at,
                NULL)
        COMMENT '下一期限 until when the department owes something: the answer to an open order, the end of a limit that is not breached, the answer to a card; null: nothing that has a day' AFTER order_due_at;

ALTER TABLE alerts
    MATERIALIZE COLUMN order_state,
    MATERIALIZE COLUMN order_due_at,
    MATERIALIZE COLUMN owed_at;
