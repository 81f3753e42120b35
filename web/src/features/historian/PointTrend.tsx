import { useEffect, useMemo, useState } from "react";
import { serverNow } from "../../app/clock";
import { go } from "../../app/router";
import { Failed, Loading } from "../../parts/states";
import { Chart } from "./Chart";
import { useTrend } from "./useTrend";

/** The last hour of one point, kept up; a drag opens that range on the trend page. */
export default function PointTrend({ id }: { id: string }) {
  const [end, setEnd] = useState(() => serverNow());
  useEffect(() => {
    const timer = window.setInterval(() => !document.hidden && setEnd(serverNow()), 15_000);
    return () => window.clearInterval(timer);
  }, []);
  const range = useMemo(() => ({ from: end - 3_600_000, to: end }), [end]);
  const { drawn, error } = useTrend(useMemo(() => [id], [id]), range, 360);
  if (drawn.length === 0) return error ? <Failed error={error} /> : <Loading lines={6} />;
  return (
    <Chart
      drawn={drawn} range={range} height={300}
      onZoom={(r) => go(`/trend?points=${encodeURIComponent(id)}&from=${Math.round(r.from)}&to=${Math.round(r.to)}`)}
    />
  );
}
