import { useNow } from "../../app/clock";
import { useMe } from "../../app/me";
import { useSite } from "../../app/site";
import { hours, place, wall } from "./layout";
import { stepName, useNames } from "./names";
import { dutyTexts, WEEKDAYS } from "./texts";
import type { Cell, Row, Week } from "./types";

const LANE_PX = 44;

/** A row for each step and group of zones, a strip of seven days; what nobody has is hatched. */
export function WeekView({ week, onTurn }: { week: Week; onTurn: (cell: Cell, row: Row) => void }) {
  const { t } = useNames();
  const { site } = useSite();
  const now = useNow();
  const [start, end] = [week.days[0]!.start, week.days[week.days.length - 1]!.end];
  const at = now * 1e6;
  const today = wall(at, site.timezone).slice(0, 10);
  const share = (ns: number) => `${((ns - start) / (end - start)) * 100}%`;
  return (
    <div className="tablebox" tabIndex={0} role="region" aria-label={t(dutyTexts.rota)}>
      <div className="week">
        <div className="week-head" />
        <div className="week-head strip">
          {week.days.map((day, i) => (
            <div key={day.date} className={day.date === today ? "day today" : "day"} style={{ left: share(day.start), width: `${((day.end - day.start) / (end - start)) * 100}%` }}>
              <b>{t(dutyTexts[WEEKDAYS[i % 7]!])}</b> <span>{day.date.slice(5)}</span>
              {day.holiday && <span className="tag">{t(day.holiday)}</span>}
            </div>
          ))}
        </div>
        {week.rows.map((row) => (
          <RowStrip key={`${row.step}/${row.zones.join()}`} row={row} week={week} at={at} share={share} onTurn={onTurn} />
        ))}
      </div>
    </div>
  );
}

function RowStrip({ row, week, at, share, onTurn }: { row: Row; week: Week; at: number; share: (ns: number) => string; onTurn: (cell: Cell, row: Row) => void }) {
  const { t, person, zoneList } = useNames();
  const { me } = useMe();
  const { site } = useSite();
  const [start, end] = [week.days[0]!.start, week.days[week.days.length - 1]!.end];
  const placed = place(row.cells, start, end);
  const lanes = Math.max(1, ...placed.map((p) => p.lane + 1));
  const zones = zoneList(row.zones);
  return (
    <>
      <div className="week-name">
        <b>{stepName(t, row.step)}</b>
        <span className="soft" title={zones}>{zones}</span>
      </div>
      <div className="strip" style={{ height: lanes * LANE_PX + 8 }}>
        {week.days.map((day) => <span key={day.date} className="line" style={{ left: share(day.start) }} />)}
        {row.gaps.map((gap) => (
          <span key={gap.start} className="gap" style={{ left: share(gap.start), width: `${((gap.end - gap.start) / (end - start)) * 100}%` }} title={t(gap.text)}>
            <span className="sr">{t(gap.text)}</span>
          </span>
        ))}
        {placed.map(({ item, left, width, lane }) => {
          const on = item.start <= at && at < item.end;
          const words = `${person(item.person)} ${wall(item.start, site.timezone).slice(5, 10)} ${hours(item.start, item.end, site.timezone)}`;
          const classes = ["turn", on && "on", item.cause && "moved", item.person === null && "nobody", item.person === me?.id && "mine"];
          return (
            <button
              key={`${item.key}/${item.start}`} className={classes.filter(Boolean).join(" ")} onClick={() => onTurn(item, row)}
              style={{ left: `${left * 100}%`, width: `${width * 100}%`, top: lane * LANE_PX + 4 }}
              title={words + (item.cause ? ` · ${t(dutyTexts.changed)}` : "")}
              aria-label={`${words}, ${stepName(t, row.step)}, ${zones}${on ? `, ${t(dutyTexts.onNow)}` : ""}${item.cause ? `, ${t(dutyTexts.changed)}` : ""}`}
            >
              <span>{person(item.person)}</span>
            </button>
          );
        })}
        {at >= start && at < end && <span className="now-line" style={{ left: share(at) }} aria-hidden />}
      </div>
    </>
  );
}
