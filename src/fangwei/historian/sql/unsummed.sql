-- Hours of a point that are over and whose summary is missing or older than their readings, of weeks from {since} on.
SELECT point, toInt64(toUnixTimestamp(touched.hour)) AS hour, touched.rows AS rows
FROM
(
    SELECT point, hour, sum(rows) AS rows, min(week) AS first_week
    FROM history.touched
    WHERE week >= toDate(toDateTime({since:Int64}, 'UTC')) OR week = toDate('1970-01-01')
    GROUP BY point, hour
    HAVING first_week > toDate('1970-01-01') AND hour < toDateTime({before:Int64}, 'UTC')
) AS touched
LEFT ANTI JOIN
(
    SELECT point, time AS hour, max(rows) AS rows
    FROM history.hours
    WHERE time >= toDateTime({since:Int64}, 'UTC')
    GROUP BY point, hour
) AS summed
ON touched.point = summed.point AND touched.hour = summed.hour AND touched.rows = summed.rows
ORDER BY hour, point
LIMIT {limit:UInt64}
