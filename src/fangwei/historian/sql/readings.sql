-- Every reading once. The key (point, time, value) makes a second delivery of the same reading the same row; of two,
-- the one received first stays (`haste` is greater the sooner it was received).
--
-- haste = 2^47 - (receive time - source time in units of 0.1 ms): receive times are kept to 0.1 ms, which is finer than
-- the clocks of a plant agree, and costs a byte where nanoseconds would cost three.
-- GCD before Delta: field stamps are whole milliseconds, so the common divisor takes 20 bits off every difference.
-- A week per partition bounds what a merge rewrites and is what retention drops. Readings that lie more than 92 days
-- off their receipt (a broken clock, an import) share one partition: random years must not make a thousand parts.
CREATE TABLE IF NOT EXISTS history.readings
(
    point Int64 CODEC(ZSTD(1)),
    time DateTime64(9, 'UTC') CODEC(GCD, Delta, ZSTD(1)),
    haste UInt64 CODEC(T64, ZSTD(1)),
    value Float64 CODEC(ZSTD(1)),
    quality Int16 CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(haste)
PARTITION BY if(haste BETWEEN 140737488355328 - 79488000000 AND 140737488355328 + 79488000000, toMonday(time), toDate('1970-01-01'))
PRIMARY KEY (point, time)
ORDER BY (point, time, value)
SETTINGS
    index_granularity = 8192,
    fsync_after_insert = 1,
    fsync_part_directory = 1
