import { useSay } from "../../app/language";
import { versionTexts, FIELDS } from "./versionTexts";
import type { Difference } from "./difference";

export function DifferenceList({ found }: { found: Difference[] }) {
  const t = useSay();
  if (found.length === 0) return <p className="muted">{t(versionTexts.same)}</p>;
  return (
    <ul className="differences">
      {found.map((one) => (
        <li key={`${one.what} ${one.key}`}>
          <span className="tag">{t(versionTexts[one.what])}</span> <b>{t(one.name)}</b>
          {one.fields.length > 0 && <span className="soft"> {one.fields.map((field) => (FIELDS[field] ? t(FIELDS[field]) : field)).join(t(versionTexts.comma))}</span>}
        </li>
      ))}
    </ul>
  );
}
