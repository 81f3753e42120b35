-- A stretch of whole hours by pieces of {step} s, from the readings themselves.
SELECT
    point,
    toStartOfInterval(toDateTime(time, 'UTC'), toIntervalSecond({step:Int64})) AS piece,
    minIf(value, isFinite(value)) AS least,
    maxIf(value, isFinite(value)) AS most,
    sumIf(value, isFinite(value)) AS total,
    argMaxIf(value, time, isFinite(value)) AS last,
    toUInt32(countIf(isFinite(value))) AS count,
    groupBitOr(quality) AS quality
FROM history.readings FINAL
WHERE point IN {points:Array(Int64)}
  AND time >= fromUnixTimestamp64Nano({start:Int64}, 'UTC')
  AND time < fromUnixTimestamp64Nano({end:Int64}, 'UTC')
GROUP BY point, piece
ORDER BY point, piece
