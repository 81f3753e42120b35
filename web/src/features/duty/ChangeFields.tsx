import { useEffect, useState, type ReactNode } from "react";
import { useSite } from "../../app/site";
import { addDays, hours, wall } from "./layout";
import { stepName, useNames } from "./names";
import { dutyTexts, WEEKDAYS } from "./texts";
import type { Cell, ChangeBody, Row, Week } from "./types";

type OnBody = (body: ChangeBody | null) => void;

/** Tells the dialog the change as it stands in the fields; null while something is missing. */
function useBody(body: ChangeBody | null, onBody: OnBody) {
  const key = JSON.stringify(body);
  useEffect(() => onBody(JSON.parse(key) as ChangeBody | null), [key, onBody]);
}

export function Labelled({ label, children, wide }: { label: string; children: ReactNode; wide?: boolean }) {
  return <label className={wide ? "wide" : undefined}>{label}{children}</label>;
}

export function PersonSelect({ value, onChange, empty, without }: { value: string; onChange: (id: string) => void; empty: string; without?: string | null }) {
  const { t } = useNames();
  const { people } = useSite();
  return (
    <select className="field" value={value} onChange={(e) => onChange(e.target.value)}>
      <option value="">{empty}</option>
      {[...people.values()].filter((p) => p.id !== without).map((p) => <option key={p.id} value={p.id}>{t(p.name)}</option>)}
    </select>
  );
}

/** Several of a few, by keyboard too. */
export function Picks({ label, all, chosen, onChange }: { label: string; all: { id: string; name: string }[]; chosen: string[]; onChange: (ids: string[]) => void }) {
  return (
    <fieldset className="wide picks">
      <legend>{label}</legend>
      {all.map((one) => (
        <label key={one.id} className="check">
          <input type="checkbox" checked={chosen.includes(one.id)} onChange={(e) => onChange(e.target.checked ? [...chosen, one.id] : chosen.filter((id) => id !== one.id))} />
          {one.name}
        </label>
      ))}
    </fieldset>
  );
}

export function ShiftFields({ today, cell, row, onBody }: { today: string; cell?: Cell; row?: Row; onBody: OnBody }) {
  const { t } = useNames();
  const { site, zones: known } = useSite();
  const [person, setPerson] = useState(cell?.planned ?? "");
  const [start, setStart] = useState(cell ? wall(cell.start, site.timezone).slice(11) : "08:00");
  const [end, setEnd] = useState(cell ? wall(cell.end, site.timezone).slice(11) : "16:00");
  const [step, setStep] = useState(row?.step ?? 0);
  const [zones, setZones] = useState<string[]>(cell && !cell.whole_site ? (row?.zones ?? []) : []);
  const [days, setDays] = useState<string[]>([]);
  const [first, setFirst] = useState(cell?.day ?? today);
  const [last, setLast] = useState(cell?.day ?? today);
  // A browser's clock field has no 24:00.
  const shift = { person, zones, days, start, end: end === "00:00" ? "24:00" : end, step };
  const dates = { first, ...(last ? { last } : {}) };
  useBody(person && first && start && end ? (cell ? { type: "change", key: cell.key, shift, ...dates } : { type: "add", shift, ...dates }) : null, onBody);
  return (
    <>
      <Labelled label={t(dutyTexts.person)}><PersonSelect value={person} onChange={setPerson} empty="—" /></Labelled>
      <Labelled label={t(dutyTexts.level)}>
        <select className="field" value={step} onChange={(e) => setStep(Number(e.target.value))}>
          {[0, 1, 2, 3, 4, 5].map((n) => <option key={n} value={n}>{stepName(t, n)}</option>)}
        </select>
      </Labelled>
      <Labelled label={t(dutyTexts.begins)}><input className="field" type="time" value={start} onChange={(e) => setStart(e.target.value)} /></Labelled>
      <Labelled label={t(dutyTexts.ends)}><input className="field" type="time" value={end} onChange={(e) => setEnd(e.target.value)} /></Labelled>
      <Labelled label={t(dutyTexts.from)}><input className="field" type="date" value={first} onChange={(e) => setFirst(e.target.value)} /></Labelled>
      <Labelled label={t(dutyTexts.until)}><input className="field" type="date" value={last} onChange={(e) => setLast(e.target.value)} /></Labelled>
      <Picks label={t(dutyTexts.days)} all={WEEKDAYS.map((day) => ({ id: day, name: t(dutyTexts[day]) }))} chosen={days} onChange={setDays} />
      <Picks label={t(dutyTexts.zones)} all={[...known.values()].map((z) => ({ id: z.id, name: t(z.name) }))} chosen={zones} onChange={setZones} />
    </>
  );
}

export function SwapFields({ cell, row, week, onBody }: { cell: Cell; row: Row; week: Week; onBody: OnBody }) {
  const { t, person } = useNames();
  const { site } = useSite();
  const [taker, setTaker] = useState("");
  const [other, setOther] = useState("");
  const theirs = week.rows
    .flatMap((r) => r.cells.map((c) => ({ cell: c, step: r.step })))
    .filter((one, i, all) => one.cell.person === taker && all.findIndex((o) => o.cell.key === one.cell.key && o.cell.start === one.cell.start) === i)
    .filter((one) => one.cell.key !== cell.key || one.cell.day !== cell.day)
    .sort((a, b) => a.cell.start - b.cell.start);
  const back = theirs.find((one) => `${one.cell.key}/${one.cell.day}` === other)?.cell;
  const giver = cell.person ?? cell.planned;
  useBody(
    taker ? { type: "swap", key: cell.key, day: cell.day, giver, taker, ...(back ? { other_key: back.key, other_day: back.day } : {}) } : null,
    onBody,
  );
  return (
    <>
      <p className="wide soft">{person(cell.person)} · {cell.day.slice(5)} {hours(cell.start, cell.end, site.timezone)} · {stepName(t, row.step)}</p>
      <Labelled label={t(dutyTexts.taker)}>
        <PersonSelect
          value={taker} empty="—" without={giver}
          onChange={(id) => {
            setTaker(id);
            setOther("");
          }}
        />
      </Labelled>
      <Labelled label={t(dutyTexts.inReturn)}>
        <select className="field" value={other} disabled={!taker} onChange={(e) => setOther(e.target.value)}>
          <option value="">{t(dutyTexts.noReturn)}</option>
          {theirs.map((one) => (
            <option key={`${one.cell.key}/${one.cell.start}`} value={`${one.cell.key}/${one.cell.day}`}>
              {one.cell.day.slice(5)} {hours(one.cell.start, one.cell.end, site.timezone)} · {stepName(t, one.step)}
            </option>
          ))}
        </select>
      </Labelled>
    </>
  );
}

export function DropFields({ cell, onBody }: { cell: Cell; onBody: OnBody }) {
  const { t } = useNames();
  const [last, setLast] = useState(cell.day);
  useBody({ type: "end", key: cell.key, first: cell.day, ...(last ? { last } : {}) }, onBody);
  return (
    <>
      <Labelled label={t(dutyTexts.from)}><input className="field" type="date" value={cell.day} readOnly /></Labelled>
      <Labelled label={t(dutyTexts.until)}><input className="field" type="date" value={last} min={cell.day} onChange={(e) => setLast(e.target.value)} /></Labelled>
    </>
  );
}

export function AbsenceFields({ today, cell, onBody }: { today: string; cell?: Cell; onBody: OnBody }) {
  const { t } = useNames();
  const { site } = useSite();
  const [person, setPerson] = useState(cell?.person ?? cell?.planned ?? "");
  const [deputy, setDeputy] = useState("");
  const [start, setStart] = useState(cell ? wall(cell.start, site.timezone) : `${today}T00:00`);
  const [end, setEnd] = useState(cell ? wall(cell.end, site.timezone) : `${addDays(today, 1)}T00:00`);
  useBody(person && start && end ? { type: "absence", person, start, end, ...(deputy ? { deputy } : {}) } : null, onBody);
  return (
    <>
      <Labelled label={t(dutyTexts.person)}><PersonSelect value={person} onChange={setPerson} empty="—" /></Labelled>
      <Labelled label={t(dutyTexts.deputy)}><PersonSelect value={deputy} onChange={setDeputy} empty={t(dutyTexts.noDeputy)} without={person} /></Labelled>
      <Labelled label={t(dutyTexts.from)}><input className="field" type="datetime-local" value={start} onChange={(e) => setStart(e.target.value)} /></Labelled>
      <Labelled label={t(dutyTexts.to)}><input className="field" type="datetime-local" value={end} onChange={(e) => setEnd(e.target.value)} /></Labelled>
    </>
  );
}

export function HolidayFields({ today, onBody }: { today: string; onBody: OnBody }) {
  const { t } = useNames();
  const [day, setDay] = useState(today);
  const [name, setName] = useState("");
  const [asDay, setAsDay] = useState("sun");
  const words = name.trim();
  useBody(day && words ? { type: "holiday", day, name: { zh: words, en: words }, as_day: asDay } : null, onBody);
  return (
    <>
      <Labelled label={t(dutyTexts.day)}><input className="field" type="date" value={day} onChange={(e) => setDay(e.target.value)} /></Labelled>
      <Labelled label={t(dutyTexts.name)}><input className="field" value={name} maxLength={40} onChange={(e) => setName(e.target.value)} /></Labelled>
      <Labelled label={t(dutyTexts.asDay)}>
        <select className="field" value={asDay} onChange={(e) => setAsDay(e.target.value)}>
          {WEEKDAYS.map((one) => <option key={one} value={one}>{t(dutyTexts[one])}</option>)}
        </select>
      </Labelled>
    </>
  );
}
