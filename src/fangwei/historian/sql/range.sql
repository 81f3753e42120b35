SELECT
    toUnixTimestamp64Nano(time) AS source_time,
    (intDiv(toUnixTimestamp64Nano(time), 100000) + 140737488355328 - toInt64(haste)) * 100000 AS receive_time,
    value,
    quality
FROM history.readings FINAL
WHERE point = {point:Int64}
  AND time >= fromUnixTimestamp64Nano({start:Int64}, 'UTC')
  AND time < fromUnixTimestamp64Nano({end:Int64}, 'UTC')
ORDER BY time, value
LIMIT {limit:UInt64}
