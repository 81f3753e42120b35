import { useId, useState, type ReactNode } from "react";
import type { Text } from "../../api/types";
import { useLanguage, useSay } from "../../app/language";
import { roleNames } from "../identity/roles";
import { useDesk } from "./desk";
import { editorTexts } from "./editorTexts";
import { partsOf } from "./formParts";
import { Choices, Pick } from "./Pick";
import { before } from "./tree";
import type { Who } from "./types";

export function Labelled({ label, help, children }: { label: string; help?: string; children: ReactNode }) {
  return (
    <div className="labelled">
      <span className="label">{label}</span>
      {children}
      {help && <span className="muted help">{help}</span>}
    </div>
  );
}

/** A name in the language of the page; the other language beside it where it differs. */
export function TextPair(props: { zh: string; en: string; value: Text; onChange: (value: Text) => void; long?: boolean; most?: number }) {
  const { zh, en, value, onChange, long, most = 120 } = props;
  const language = useLanguage();
  const order = language === "zh" ? (["zh", "en"] as const) : (["en", "zh"] as const);
  const labels = { zh, en };
  return (
    <div className="text-pair">
      {order.map((each) => (
        <label key={each} className="labelled">
          <span className="label">{labels[each]}</span>
          {long ? (
            <textarea className="field" rows={2} maxLength={most} lang={each} value={value[each]} onChange={(e) => onChange({ ...value, [each]: e.target.value })} />
          ) : (
            <input className="field" maxLength={most} lang={each} value={value[each]} onChange={(e) => onChange({ ...value, [each]: e.target.value })} />
          )}
        </label>
      ))}
    </div>
  );
}

/** Hours and minutes; empty where nothing is set. Seconds come out. */
export function DurationField(props: { label: string; help?: string; value: number | undefined; onChange: (value: number | undefined) => void; needed?: boolean }) {
  const { label, help, value, onChange, needed } = props;
  const t = useSay();
  const id = useId();
  const minutes = value === undefined ? undefined : Math.round(value / 60);
  const set = (hours: string, mins: string) => {
    if (hours === "" && mins === "") return onChange(needed ? 0 : undefined);
    onChange((Math.max(0, Number(hours) || 0) * 60 + Math.max(0, Number(mins) || 0)) * 60);
  };
  const h = minutes === undefined ? "" : String(Math.floor(minutes / 60));
  const m = minutes === undefined ? "" : String(minutes % 60);
  return (
    <div className="labelled" role="group" aria-labelledby={id}>
      <span className="label" id={id}>{label}</span>
      <span className="duration">
        <input className="field num" type="number" min={0} max={9999} inputMode="numeric" aria-label={t(editorTexts.hours)} value={h} onChange={(e) => set(e.target.value, m)} />
        <span>{t(editorTexts.hours)}</span>
        <input className="field num" type="number" min={0} max={59} step={5} inputMode="numeric" aria-label={t(editorTexts.minutes)} value={m} onChange={(e) => set(h, e.target.value)} />
        <span>{t(editorTexts.minutes)}</span>
      </span>
      {help && <span className="muted help">{help}</span>}
    </div>
  );
}

/** A number or nothing; keeps what is being typed. */
export function NumberField({ label, value, onChange, step = "any" }: { label: string; value: number | undefined; onChange: (value: number | undefined) => void; step?: string }) {
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <input
      className="field num" type="number" step={step} aria-label={label} placeholder={label} value={typed ?? value ?? ""}
      onChange={(e) => {
        setTyped(e.target.value);
        const number = e.target.value === "" ? undefined : Number(e.target.value);
        if (number === undefined || Number.isFinite(number)) onChange(number);
      }}
      onBlur={() => setTyped(null)}
    />
  );
}

type WhoKind = "post" | "role" | "field";

/** Who: a post of the site, a role, or whom an earlier form chose. */
export function WhoField({ label, card, value, onChange }: { label: string; card: string; value: Who | undefined; onChange: (who: Who) => void }) {
  const t = useSay();
  const { flow, posts } = useDesk();
  const kind: WhoKind = value?.role !== undefined ? "role" : value?.field !== undefined ? "field" : "post";
  const options = {
    post: Object.entries(posts).map(([id, name]) => ({ value: id, label: t(name) })),
    role: Object.entries(roleNames).map(([id, name]) => ({ value: id, label: t(name) })),
    field: before(flow.cards ?? [], card).flatMap((one) =>
      one.card === "form" ? partsOf(one.form).map((part) => ({ value: `${one.key}.${part.key}`, label: `${t(one.name)} · ${part.label ?? part.key}` })) : [],
    ),
  };
  const choose = (next: WhoKind) => {
    if (next !== kind) onChange({ [next]: options[next][0]?.value ?? "" });
  };
  return (
    <div className="labelled" role="group" aria-label={label}>
      <span className="label">{label}</span>
      <div className="who-field">
        <Choices
          label={label} value={kind} onChange={choose}
          options={[{ value: "post", label: t(editorTexts.post) }, { value: "role", label: t(editorTexts.role) }, { value: "field", label: t(editorTexts.field) }]}
        />
        {kind === "field" && options.field.length === 0 ? (
          <span className="muted">{t(editorTexts.noField)}</span>
        ) : (
          <Pick label={label} value={value?.[kind]} options={options[kind]} onChange={(id) => onChange({ [kind]: id })} />
        )}
      </div>
    </div>
  );
}

/** A row of a list with a button that takes it out. */
export function Row({ name, onRemove, children }: { name: string; onRemove: () => void; children: ReactNode }) {
  const t = useSay();
  return (
    <li className="editor-row">
      <div className="row-body">{children}</div>
      <button type="button" className="tool" onClick={onRemove} aria-label={t(editorTexts.remove, { name })} title={t(editorTexts.remove, { name })}>✕</button>
    </li>
  );
}

