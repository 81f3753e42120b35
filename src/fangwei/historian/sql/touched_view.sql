CREATE MATERIALIZED VIEW IF NOT EXISTS history.touched_view TO history.touched AS
SELECT
    point,
    toStartOfHour(toDateTime(clamp(intDiv(toUnixTimestamp64Nano(time), 1000000000), 0, 4294967295), 'UTC')) AS hour,
    if(haste BETWEEN 140737488355328 - 79488000000 AND 140737488355328 + 79488000000, toMonday(time), toDate('1970-01-01')) AS week,
    count() AS rows
FROM history.readings
GROUP BY point, hour, week
