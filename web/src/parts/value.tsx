import { duration, useNow } from "../app/clock";
import { useLanguage, useSay, type Language } from "../app/language";
import type { Latest, Text } from "../api/types";
import { doubts, partsTexts, unitNames, UNTRUSTED } from "./texts";

/** A number with as many digits as a person needs: some three significant ones; whole numbers as they are. */
export function digits(value: number): string {
  const size = Math.abs(value);
  if (Number.isInteger(value)) return Object.is(value, -0) ? "0" : String(value);
  const places = size >= 1000 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  const text = value.toFixed(places);
  return /^-0\.?0*$/.test(text) ? text.slice(1) : text;
}

export function unitText(unit: string, language: Language): string {
  return unitNames[unit]?.[language] ?? unit;
}

/** A value with its unit, or the name of its state. */
export function valueText(
  value: number | null, unit: string, language: Language, states?: Record<string, Text>,
): string {
  if (value === null) return partsTexts.noNumber[language];
  const state = states?.[String(value)];
  if (state) return state[language];
  const name = unitText(unit, language);
  return name ? `${digits(value)} ${name}` : digits(value);
}

export function doubtsOf(quality: number, language: Language): string[] {
  return doubts.filter(([bit]) => (quality & bit) !== 0).map(([, text]) => text[language]);
}

export function isStale(latest: Latest, staleAfter: number | null | undefined, now: number): boolean {
  if ((latest[2] & UNTRUSTED) !== 0) return true;
  return staleAfter != null && now - latest[0] > staleAfter * 1000;
}

/** A live value; hatched with its age when it cannot be trusted. */
export function Value(props: {
  latest: Latest | undefined | null; unit: string; states?: Record<string, Text>; staleAfter?: number | null; big?: boolean;
}) {
  const { latest, unit, states, staleAfter, big } = props;
  const language = useLanguage();
  const t = useSay();
  const now = useNow();
  if (!latest) return <span className="stale-value">{t(partsTexts.noValue)}</span>;
  const text = valueText(latest[1], unit, language, states);
  const stale = isStale(latest, staleAfter, now) || latest[1] === null;
  const why = doubtsOf(latest[2], language);
  return (
    <span className={stale ? "stale-value nowrap" : "nowrap"} style={big ? { fontSize: 22, fontWeight: 600 } : undefined} title={why.join("；")}>
      {text}
      {stale && <small> · {duration(now - latest[0], language)}</small>}
    </span>
  );
}
