-- Readings by whole minutes, worked out from `readings` an hour at a time (summaries.py). Of two, the later summary stays.
CREATE TABLE IF NOT EXISTS history.minutes
(
    point Int64,
    time DateTime('UTC') CODEC(Delta, ZSTD(1)),
    least Float64 CODEC(ZSTD(1)),
    most Float64 CODEC(ZSTD(1)),
    total Float64 CODEC(ZSTD(1)),
    last Float64 CODEC(ZSTD(1)),
    count UInt32 CODEC(T64, ZSTD(1)),
    quality Int16 CODEC(ZSTD(1)),
    rows UInt64 CODEC(T64, ZSTD(1))
)
ENGINE = ReplacingMergeTree(rows)
PARTITION BY toMonday(time)
ORDER BY (point, time)
