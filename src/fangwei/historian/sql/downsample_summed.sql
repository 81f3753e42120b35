-- As downsample.sql, from the summaries where they are whole and from the readings where they are not.
SELECT
    point,
    intDiv(toInt64(toUnixTimestamp(time)) - {start:Int64}, {width:Int64}) AS bucket,
    minIf(low, n > 0) AS least,
    maxIf(high, n > 0) AS most,
    sum(amount) / sum(n) AS mean,
    argMaxIf(final, time, n > 0) AS last,
    sum(n) AS count,
    groupBitOr(doubts) AS quality
FROM
(
    SELECT point, time, least AS low, most AS high, total AS amount, last AS final, toUInt64(count) AS n, quality AS doubts
    FROM history.{summary:Identifier} FINAL
    WHERE point IN {points:Array(Int64)}
      AND time >= toDateTime({start:Int64}, 'UTC') AND time < toDateTime({end:Int64}, 'UTC')
      AND toInt64(toUnixTimestamp(toStartOfHour(time))) NOT IN {stale:Array(Int64)}
    UNION ALL
    SELECT
        point,
        toStartOfInterval(toDateTime(readings.time, 'UTC'), toIntervalSecond({step:Int64})) AS time,
        minIf(value, isFinite(value)) AS low,
        maxIf(value, isFinite(value)) AS high,
        sumIf(value, isFinite(value)) AS amount,
        argMaxIf(value, readings.time, isFinite(value)) AS final,
        countIf(isFinite(value)) AS n,
        groupBitOr(readings.quality) AS doubts
    FROM history.readings AS readings FINAL
    WHERE point IN {points:Array(Int64)}
      AND readings.time >= toDateTime64({from:Int64}, 9, 'UTC') AND readings.time < toDateTime64({to:Int64}, 9, 'UTC')
      AND toInt64(toUnixTimestamp(toStartOfHour(toDateTime(readings.time, 'UTC')))) IN {stale:Array(Int64)}
    GROUP BY point, time
)
GROUP BY point, bucket
ORDER BY point, bucket
