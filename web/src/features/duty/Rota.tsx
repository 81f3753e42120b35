import { useEffect, useState } from "react";
import { useAsk } from "../../app/ask";
import { useNow } from "../../app/clock";
import { useMe } from "../../app/me";
import { setQuery, useAddress } from "../../app/router";
import { useSite } from "../../app/site";
import { Empty, Failed, Loading } from "../../parts/states";
import { ChangeDialog, type Wanted } from "./ChangeDialog";
import { Changes } from "./Changes";
import { addDays, hours, monday, turnsOf, wall, weekdayOf } from "./layout";
import { stepName, useNames } from "./names";
import { dutyTexts, WEEKDAYS } from "./texts";
import type { Week } from "./types";
import { WeekView } from "./WeekView";

const SAID_GAPS = 4;

/** The week, what is missing in it, and every change of it. */
export function RotaTab() {
  const { t } = useNames();
  const { query } = useAddress();
  const { may } = useMe();
  const { site } = useSite();
  const now = useNow();
  const today = wall(now * 1e6, site.timezone).slice(0, 10);
  const first = /^\d{4}-\d\d-\d\d$/.test(query.get("week") ?? "") ? monday(query.get("week")!) : monday(today);
  const asked = useAsk<Week>(`/duty/week?first=${first}&days=7`, 60_000);
  const [wanted, setWanted] = useState<Wanted | null>(null);
  const [rounds, setRounds] = useState(0);
  const go = (day: string) => setQuery({ week: day === monday(today) ? null : day });
  const week = asked.data;
  const done = () => {
    setWanted(null);
    asked.again();
    setRounds((n) => n + 1);
  };
  return (
    <>
      <MyShifts today={today} rounds={rounds} />
      <section className="panel">
        <header>
          <h2>{t(dutyTexts.weekOf, { first: first.slice(5), last: addDays(first, 6).slice(5) })}</h2>
          <div className="acts-row">
            <button className="button" onClick={() => go(addDays(first, -7))}>{t(dutyTexts.earlier)}</button>
            <button className="button" onClick={() => go(monday(today))} disabled={first === monday(today)}>{t(dutyTexts.today)}</button>
            <button className="button" onClick={() => go(addDays(first, 7))}>{t(dutyTexts.later)}</button>
          </div>
          {may("duty.rota") && week && (
            <div className="acts-row">
              <button className="button" onClick={() => setWanted({ kind: "absence" })}>{t(dutyTexts.absence)}</button>
              <button className="button" onClick={() => setWanted({ kind: "holiday" })}>{t(dutyTexts.holiday)}</button>
              <button className="button main" onClick={() => setWanted({ kind: "add" })}>{t(dutyTexts.add)}</button>
            </div>
          )}
        </header>
        {asked.error && !week ? (
          <Failed error={asked.error} retry={asked.again} />
        ) : !week ? (
          <Loading lines={8} />
        ) : (
          <>
            <Gaps week={week} />
            {week.rows.length === 0 ? <Empty title={t(dutyTexts.noRota)}>{t(dutyTexts.noRotaHow)}</Empty> : <WeekView week={week} onTurn={(cell, row) => setWanted({ kind: "turn", cell, row })} />}
          </>
        )}
      </section>
      <Changes revision={week?.revision ?? 0} rounds={rounds} onDone={done} />
      {wanted && week && <ChangeDialog wanted={wanted} week={week} today={today} onClose={() => setWanted(null)} onDone={done} onOther={setWanted} />}
    </>
  );
}

function Gaps({ week }: { week: Week }) {
  const { t } = useNames();
  const [all, setAll] = useState(false);
  if (week.gaps.length === 0) return week.rows.length ? <p className="gaps-line soft">{t(dutyTexts.noGaps)}</p> : null;
  const said = all ? week.gaps : week.gaps.slice(0, SAID_GAPS);
  return (
    <div className="gaps-line" role="status">
      <b><span className="hatch-key" aria-hidden />{t(dutyTexts.gapsTitle, { n: week.gaps.length })}</b>
      <ul>{said.map((gap, i) => <li key={i}>{t(gap)}</li>)}</ul>
      {!all && week.gaps.length > SAID_GAPS && <button className="button" onClick={() => setAll(true)}>{t(dutyTexts.more, { n: week.gaps.length - SAID_GAPS })}</button>}
    </div>
  );
}

/** What a person looks for first on the phone. */
function MyShifts({ today, rounds }: { today: string; rounds: number }) {
  const { t, zoneList } = useNames();
  const { me } = useMe();
  const { site } = useSite();
  const now = useNow();
  const asked = useAsk<Week>(me ? `/duty/week?first=${today}&days=14` : null, 60_000);
  const { again } = asked;
  useEffect(() => {
    if (rounds > 0) again();
  }, [rounds, again]);
  if (!me || !asked.data || !asked.data.rows.length) return null;
  const turns = turnsOf(me.id, asked.data.rows, now * 1e6).slice(0, 6);
  return (
    <section className="panel my-shifts">
      <header><h2>{t(dutyTexts.mine)}</h2></header>
      {turns.length === 0 ? (
        <p className="body soft">{t(dutyTexts.noneOfMine)}</p>
      ) : (
        <ul>
          {turns.map(({ cell, step, zones }) => (
            <li key={`${cell.key}/${cell.start}`} className={cell.start <= now * 1e6 ? "on" : undefined}>
              <b>{wall(cell.start, site.timezone).slice(5, 10)} {t(dutyTexts[WEEKDAYS[weekdayOf(wall(cell.start, site.timezone).slice(0, 10))]!])}</b>
              <span className="num">{hours(cell.start, cell.end, site.timezone)}</span>
              <span className="soft">{stepName(t, step)} · {zoneList(zones)}</span>
              {cell.start <= now * 1e6 && <span className="tag strong">{t(dutyTexts.onNow)}</span>}
              {cell.cause && <span className="tag">{t(dutyTexts.changed)}</span>}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
