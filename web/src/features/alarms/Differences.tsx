import { useLanguage, useSay } from "../../app/language";
import { differences, type Setting } from "./limits";
import { limitTexts } from "./limitTexts";

/** What one setting says otherwise than another, line by line. */
export function Differences({ before, after, unit }: { before: Setting; after: Setting; unit: string }) {
  const t = useSay();
  const language = useLanguage();
  const found = differences(before, after, unit, language);
  if (found.length === 0) return <p className="muted">{t(limitTexts.same)}</p>;
  return (
    <dl className="facts differences">
      {found.map((d) => [
        <dt key={`n${d.name.en}`}>{t(d.name)}</dt>,
        <dd key={`v${d.name.en}`}><span className="soft">{d.from}</span> → <b>{d.to}</b></dd>,
      ])}
    </dl>
  );
}
