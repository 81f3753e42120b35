-- Hours in which the summary of any of these points is missing or older than its readings.
SELECT DISTINCT toInt64(toUnixTimestamp(touched.hour)) AS hour
FROM
(
    SELECT point, hour, sum(rows) AS rows, min(week) AS first_week
    FROM history.touched
    WHERE point IN {points:Array(Int64)}
      AND hour >= toStartOfHour(toDateTime({start:Int64}, 'UTC')) AND hour < toDateTime({end:Int64}, 'UTC')
    GROUP BY point, hour
) AS touched
LEFT JOIN
(
    SELECT point, time AS hour, max(rows) AS rows
    FROM history.hours
    WHERE point IN {points:Array(Int64)}
      AND time >= toStartOfHour(toDateTime({start:Int64}, 'UTC')) AND time < toDateTime({end:Int64}, 'UTC')
    GROUP BY point, hour
) AS summed
ON touched.point = summed.point AND touched.hour = summed.hour
WHERE touched.rows != summed.rows OR touched.first_week = toDate('1970-01-01')
ORDER BY hour
