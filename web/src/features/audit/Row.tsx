import { useState } from "react";
import { Link, setQuery } from "../../app/router";
import { useSay } from "../../app/language";
import { When } from "../../parts/when";
import { actionName, changeWords, fieldName, personName, subjectOf, valueWords, type Names, type RecordItem } from "./record";
import { auditTexts } from "./texts";

/** One entry: who did what to what, and on demand all that stands in it. */
export function Row({ item, names }: { item: RecordItem; names: Names }) {
  const t = useSay();
  const [open, setOpen] = useState(false);
  const subject = subjectOf(item.subject, names);
  const zone = item.zone ? (names.zone(item.zone)?.[names.language] ?? item.zone) : "";
  const change = changeWords(item, names);
  const id = `entry-${item.sequence}`;
  return (
    <>
      <tr className="entry">
        <td className="time"><When ns={item.time} short /></td>
        <td className="who">{personName(item.by, names)}</td>
        <td className="what">{actionName(item.action, names.language)}</td>
        <td className="subject">
          <span className="muted">{subject.kind}</span>{" "}
          {subject.to ? <Link to={subject.to}>{subject.name}</Link> : subject.name}
          {zone && <div className="muted">{zone}</div>}
        </td>
        <td className="change">
          {item.words !== null && <div className="words">{item.words}</div>}
          {item.erased && <div className="muted">{t(auditTexts.erased)}</div>}
          {change && <div className={item.words === null ? "" : "muted"}>{change}</div>}
        </td>
        <td className="act">
          <button className="button small" aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>
            {t(open ? auditTexts.less : auditTexts.more)}
          </button>
        </td>
      </tr>
      {open && (
        <tr className="details" id={id}>
          <td colSpan={6}>
            <dl className="facts">
              <dt>{t(auditTexts.number)}</dt>
              <dd>{item.sequence} · {t(item.sealed ? auditTexts.sealedYes : auditTexts.sealedNo)}</dd>
              <dt>{t(auditTexts.subject)}</dt>
              <dd>
                {item.subject}{" "}
                <button className="button small" onClick={() => setQuery({ subject: item.subject, page: null })}>{t(auditTexts.only, { what: subject.name })}</button>
              </dd>
              {item.place && (
                <>
                  <dt>{t(auditTexts.place)}</dt>
                  <dd>{t(auditTexts.placeAt, { e: metres(item.place[0]), n: metres(item.place[1]), u: metres(item.place[2]) })}</dd>
                </>
              )}
              <Facts title={t(auditTexts.before)} facts={item.before} names={names} />
              <Facts title={t(auditTexts.after)} facts={item.after} names={names} />
              <Facts title={t(auditTexts.evidence)} facts={item.evidence} names={names} />
              <dt>{t(auditTexts.hash)}</dt>
              <dd className="hash">{item.hash}</dd>
            </dl>
          </td>
        </tr>
      )}
    </>
  );
}

function metres(value: number | undefined): string {
  return value === undefined ? "?" : value.toFixed(1);
}

function Facts({ title, facts, names }: { title: string; facts: Record<string, unknown> | null; names: Names }) {
  if (!facts || Object.keys(facts).length === 0) return null;
  return (
    <>
      <dt>{title}</dt>
      <dd>
        <ul>
          {Object.entries(facts).map(([field, value]) => (
            <li key={field}><span className="muted">{fieldName(field, names.language)}</span> {valueWords(value, names, field)}</li>
          ))}
        </ul>
      </dd>
    </>
  );
}
