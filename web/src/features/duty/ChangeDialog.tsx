import { useEffect, useState } from "react";
import { ApiProblem, command, request } from "../../api/client";
import type { Text } from "../../api/types";
import { useMe } from "../../app/me";
import { useSite } from "../../app/site";
import { Dialog } from "../../parts/dialog";
import { useAct, wordsOf } from "../../parts/doing";
import { AbsenceFields, DropFields, HolidayFields, ShiftFields, SwapFields } from "./ChangeFields";
import { hours, wall } from "./layout";
import { stepName, useNames } from "./names";
import { dutyTexts } from "./texts";
import type { Cell, ChangeBody, Preview, Row, Week } from "./types";

export type Wanted =
  | { kind: "turn"; cell: Cell; row: Row }
  | { kind: "swap" | "drop" | "change"; cell: Cell; row: Row }
  | { kind: "absence"; cell?: Cell }
  | { kind: "add" | "holiday" };

const TITLES = {
  turn: dutyTexts.turn, swap: dutyTexts.swap, drop: dutyTexts.drop, change: dutyTexts.change,
  absence: dutyTexts.absence, add: dutyTexts.add, holiday: dutyTexts.holiday,
};

/** One change from first click to saved: what it says and which gaps it opens is shown before. */
export function ChangeDialog(props: { wanted: Wanted; week: Week; today: string; onClose: () => void; onDone: () => void; onOther: (wanted: Wanted) => void }) {
  const { wanted, week, today, onClose, onDone, onOther } = props;
  const { t } = useNames();
  const { site } = useSite();
  const [body, setBody] = useState<ChangeBody | null>(null);
  const [why, setWhy] = useState("");
  const [accepted, setAccepted] = useState(false);
  const preview = usePreview(body);
  const act = useAct();
  const gaps = preview.answer?.gaps ?? [];
  const save = () =>
    void act.run(async () => {
      try {
        await command("/duty/changes", { why: why.trim(), body, accept_gaps: gaps.length > 0 && accepted }, week.revision);
        onDone();
      } catch (error) {
        if (error instanceof ApiProblem && error.status === 412) onDone();
        throw error;
      }
    });
  if (wanted.kind === "turn") return <TurnDialog cell={wanted.cell} row={wanted.row} onClose={onClose} onOther={onOther} />;
  return (
    <Dialog title={t(TITLES[wanted.kind])} onClose={onClose} wide>
      <form
        className="duty-form"
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        {wanted.kind === "add" && <ShiftFields today={today} onBody={setBody} />}
        {wanted.kind === "change" && <ShiftFields today={today} cell={wanted.cell} row={wanted.row} onBody={setBody} />}
        {wanted.kind === "swap" && <SwapFields cell={wanted.cell} row={wanted.row} week={week} onBody={setBody} />}
        {wanted.kind === "drop" && <DropFields cell={wanted.cell} onBody={setBody} />}
        {wanted.kind === "absence" && <AbsenceFields today={today} cell={wanted.cell} onBody={setBody} />}
        {wanted.kind === "holiday" && <HolidayFields today={today} onBody={setBody} />}
        <label className="wide">
          {t(dutyTexts.why)}
          <input className="field" value={why} maxLength={500} onChange={(e) => setWhy(e.target.value)} placeholder={t(dutyTexts.whyHolder)} />
        </label>
        <div className="wide preview" aria-live="polite">
          {preview.busy && <span className="muted">{t(dutyTexts.previewing)}</span>}
          {preview.problem && <p className="refusal">{t(preview.problem)}</p>}
          {preview.answer && <p><b>{t(preview.answer.text)}</b></p>}
          {gaps.length > 0 && (
            <div className="refusal">
              {t(dutyTexts.willOpen)}
              <ul>{gaps.slice(0, 8).map((gap, i) => <li key={i}>{t(gap)}</li>)}</ul>
              {gaps.length > 8 && <p>{t(dutyTexts.more, { n: gaps.length - 8 })}</p>}
              <label className="check"><input type="checkbox" checked={accepted} onChange={(e) => setAccepted(e.target.checked)} /> {t(dutyTexts.acceptGaps)}</label>
            </div>
          )}
          {act.problem && <p className="refusal" role="alert">{t(act.problem)}</p>}
          <p className="muted">{t(dutyTexts.siteTime, { zone: site.timezone })}</p>
        </div>
        <div className="wide acts-row end">
          <button type="button" className="button" onClick={onClose}>{t(dutyTexts.cancel)}</button>
          <button className="button main" disabled={act.busy || !body || preview.busy || !preview.answer || why.trim().length < 2 || (gaps.length > 0 && !accepted)}>
            {t(dutyTexts.save)}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** What the platform says of a change that is not made yet. */
function usePreview(body: ChangeBody | null) {
  const [state, setState] = useState<{ body: string; answer: Preview | null; problem: Text | null }>({ body: "", answer: null, problem: null });
  const key = body ? JSON.stringify(body) : "";
  useEffect(() => {
    if (!key) return;
    let stale = false;
    const timer = window.setTimeout(() => {
      request<Preview>("POST", "/duty/changes/preview", { body: JSON.parse(key) })
        .then((answer) => !stale && setState({ body: key, answer, problem: null }))
        .catch((error: unknown) => !stale && setState({ body: key, answer: null, problem: wordsOf(error) }));
    }, 250);
    return () => {
      stale = true;
      window.clearTimeout(timer);
    };
  }, [key]);
  const fits = state.body === key && key !== "";
  return { answer: fits ? state.answer : null, problem: fits ? state.problem : null, busy: key !== "" && !fits };
}

function TurnDialog({ cell, row, onClose, onOther }: { cell: Cell; row: Row; onClose: () => void; onOther: (wanted: Wanted) => void }) {
  const { t, person, zoneList } = useNames();
  const { site } = useSite();
  const { may } = useMe();
  const calendar = cell.key.startsWith("c");
  return (
    <Dialog title={`${person(cell.person)} · ${wall(cell.start, site.timezone).slice(5, 10)}`} onClose={onClose}>
      <p><b className="num">{hours(cell.start, cell.end, site.timezone)}</b> · {stepName(t, row.step)} · {zoneList(cell.whole_site ? [] : row.zones)}</p>
      {cell.person !== cell.planned && <p className="soft">{t(dutyTexts.planned, { who: person(cell.planned) })}</p>}
      {may("duty.rota") ? (
        <div className="turn-acts">
          <button className="button main" autoFocus onClick={() => onOther({ kind: "swap", cell, row })}>{t(dutyTexts.swap)}</button>
          <button className="button" onClick={() => onOther({ kind: "absence", cell })}>{t(dutyTexts.away)}</button>
          {!calendar && <button className="button" onClick={() => onOther({ kind: "change", cell, row })}>{t(dutyTexts.change)}</button>}
          <button className="button" onClick={() => onOther({ kind: "drop", cell, row })}>{t(dutyTexts.drop)}</button>
        </div>
      ) : (
        <p className="muted">{t(dutyTexts.readOnly)}</p>
      )}
    </Dialog>
  );
}
