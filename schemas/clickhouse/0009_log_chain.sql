-- 校验链: where the hash chain of a topic's partition stands, beside how far the partition is archived and written with it in one row, so that
-- no kill leaves one without the other (services/wire/src/chain.rs says what is hashed). Rows of before have no chain: it begins where the
-- archive then stands. Of mj.rejects there is none. Rules as in 0001.

ALTER TABLE watermarks
    ADD COLUMN IF NOT EXISTS chain_hash     String                 COMMENT '链值 SHA-256 of the last link, 64 hexadecimal digits; empty: there is no chain',
    ADD COLUMN IF NOT EXISTS chain_since    UInt64                 COMMENT '起点 first offset that the chain covers',
    ADD COLUMN IF NOT EXISTS chain_records  UInt64                 COMMENT '记录数 records that are links',
    ADD COLUMN IF NOT EXISTS chain_offset   Nullable(UInt64)       COMMENT '末条位置 offset in mj.log at which the last fact was concluded; null in mj.log and before the first',
    ADD COLUMN IF NOT EXISTS chain_n        UInt32                 COMMENT '末条序号 its running number there',
    ADD COLUMN IF NOT EXISTS chain_begun_at DateTime64(3, 'UTC')   COMMENT '起始时间 when the chain began, by the platform''s clock';
