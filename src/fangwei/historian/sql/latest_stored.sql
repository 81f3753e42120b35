SELECT
    point,
    toUnixTimestamp64Nano(time) AS source_time,
    (intDiv(toUnixTimestamp64Nano(time), 100000) + 140737488355328 - toInt64(haste)) * 100000 AS receive_time,
    value,
    quality
FROM history.latest FINAL
