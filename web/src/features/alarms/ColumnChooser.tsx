import { useSay } from "../../app/language";
import { COLUMNS, type Column } from "./list";
import { alarmTexts, columnNames } from "./texts";

/** Which columns the list shows; remembered by this browser. */
export function ColumnChooser({ chosen, onChoose }: { chosen: Column[]; onChoose: (next: Column[]) => void }) {
  const t = useSay();
  return (
    <details className="column-chooser">
      <summary className="button">{t(alarmTexts.columns)}</summary>
      <div className="panel">
        {COLUMNS.map((c) => (
          <label key={c} className="pick-all">
            <input type="checkbox" checked={chosen.includes(c)} onChange={(e) => onChoose(COLUMNS.filter((x) => (x === c ? e.target.checked : chosen.includes(x))))} />
            {t(columnNames[c])}
          </label>
        ))}
      </div>
    </details>
  );
}
