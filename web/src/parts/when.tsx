import { age, clock, dateTime, useNow } from "../app/clock";
import { useLanguage } from "../app/language";
import { useSite } from "../app/site";

/** A time as clock and age: "03:12:08 · 4 s ago". */
export function When({ ns, short = false }: { ns: number; short?: boolean }) {
  const now = useNow();
  const language = useLanguage();
  const { site } = useSite();
  const ms = ns / 1e6;
  return (
    <time className="nowrap" dateTime={new Date(ms).toISOString()} title={dateTime(ms, site.timezone)}>
      {clock(ms, now, site.timezone)}
      {!short && (
        <span className="muted">
          <span className="dot-between"> · </span>
          {age(ms, now, language)}
        </span>
      )}
    </time>
  );
}
