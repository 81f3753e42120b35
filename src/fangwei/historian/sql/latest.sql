-- The latest reading of every point, written now and then, so that a start reads it and not the whole history.
CREATE TABLE IF NOT EXISTS history.latest
(
    point Int64,
    time DateTime64(9, 'UTC'),
    haste UInt64,
    value Float64,
    quality Int16,
    written DateTime64(9, 'UTC')
)
ENGINE = ReplacingMergeTree(written)
ORDER BY point
