-- How many rows were ever written to each hour of each point, resends included: it only grows, so a summary made when
-- it stood at n holds every reading as long as it still stands at n. The week is that of `readings`, whose retention it
-- shares; readings far off their receipt are of the week 1970-01-01 there too.
CREATE TABLE IF NOT EXISTS history.touched
(
    point Int64,
    hour DateTime('UTC') CODEC(Delta, ZSTD(1)),
    week Date,
    rows UInt64 CODEC(T64, ZSTD(1))
)
ENGINE = SummingMergeTree(rows)
PARTITION BY week
ORDER BY (point, hour)
