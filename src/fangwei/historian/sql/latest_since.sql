-- What was stored after the latest table was written. 512: FUTURE, never the latest.
SELECT
    point,
    toUnixTimestamp64Nano(newest) AS source_time,
    (intDiv(toUnixTimestamp64Nano(newest), 100000) + 140737488355328 - toInt64(soonest)) * 100000 AS receive_time,
    shown AS value,
    doubts AS quality
FROM
(
    SELECT point, max(time) AS newest, argMax(haste, time) AS soonest, argMax(value, time) AS shown, argMax(quality, time) AS doubts
    FROM history.readings
    WHERE time >= fromUnixTimestamp64Nano({since:Int64}, 'UTC') AND bitAnd(quality, 512) = 0
    GROUP BY point
)
