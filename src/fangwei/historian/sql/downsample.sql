-- One row per bucket that holds a reading. Values that are no numbers count in `quality` only.
SELECT
    point,
    intDiv(toUnixTimestamp64Nano(time) - {start:Int64}, {width:Int64}) AS bucket,
    minIf(value, isFinite(value)) AS least,
    maxIf(value, isFinite(value)) AS most,
    avgIf(value, isFinite(value)) AS mean,
    argMaxIf(value, time, isFinite(value)) AS last,
    countIf(isFinite(value)) AS count,
    groupBitOr(quality) AS quality
FROM history.readings FINAL
WHERE point IN {points:Array(Int64)}
  AND time >= fromUnixTimestamp64Nano({start:Int64}, 'UTC')
  AND time < fromUnixTimestamp64Nano({end:Int64}, 'UTC')
GROUP BY point, bucket
ORDER BY point, bucket
