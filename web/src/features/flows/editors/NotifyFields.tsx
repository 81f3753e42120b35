import { useLanguage, useSay } from "../../../app/language";
import { useSite } from "../../../app/site";
import { useDesk } from "../desk";
import { editorTexts } from "../editorTexts";
import { Labelled, Row, TextPair, WhoField } from "../fields";
import { Choices, Pick } from "../Pick";
import { whoText } from "../summary";
import type { NotifyCard } from "../types";

const ACTIONS = ["broadcast", "door", "fan", "valve", "light"] as const;
const VALUES: Record<string, string[]> = { broadcast: ["on", "off"], door: ["open", "closed"], fan: ["on", "off"], valve: ["closed", "open"], light: ["on", "off"] };

export function NotifyFields({ card }: { card: NotifyCard }) {
  const t = useSay();
  const language = useLanguage();
  const { replace, posts } = useDesk();
  const { zones } = useSite();
  const to = card.to ?? [];
  const actions = card.actions ?? [];
  const places = [...zones.values()].map((zone) => ({ value: zone.id, label: t(zone.name) }));
  const setActions = (next: NotifyCard["actions"], what = "") => replace({ ...card, actions: next?.length ? next : undefined }, what && `${what} of ${card.key}`);
  return (
    <>
      <div className="labelled" role="group" aria-label={t(editorTexts.to)}>
        <span className="label">{t(editorTexts.to)}</span>
        <ul className="editor-rows">
          {to.map((who, i) => (
            <Row key={i} name={whoText(who, language, posts)} onRemove={() => replace({ ...card, to: to.filter((_, n) => n !== i) })}>
              <WhoField label={t(editorTexts.to)} card={card.key} value={who} onChange={(next) => replace({ ...card, to: to.map((one, n) => (n === i ? next : one)) })} />
            </Row>
          ))}
        </ul>
        <button type="button" className="button" onClick={() => replace({ ...card, to: [...to, { post: "unit_head" }] })}>+ {t(editorTexts.addTo)}</button>
      </div>
      <TextPair long most={500} zh={t(editorTexts.textZh)} en={t(editorTexts.textEn)} value={card.text ?? { zh: "", en: "" }} onChange={(text) => replace({ ...card, text: text.zh || text.en ? text : undefined }, `text of ${card.key}`)} />
      <span className="muted help">{t(editorTexts.textHelp)}</span>
      <Labelled label={t(editorTexts.priority)}>
        <Choices label={t(editorTexts.priority)} value={String(card.priority ?? 3)} options={["1", "2", "3", "4"].map((n) => ({ value: n, label: n }))} onChange={(n) => replace({ ...card, priority: Number(n) })} />
      </Labelled>
      <div className="labelled" role="group" aria-label={t(editorTexts.actions)}>
        <span className="label">{t(editorTexts.actions)}</span>
        <ul className="editor-rows">
          {actions.map((action, i) => {
            const set = (part: Partial<typeof action>) => setActions(actions.map((one, n) => (n === i ? { ...one, ...part } : one)), `action ${i}`);
            return (
              <Row key={i} name={action.kind} onRemove={() => setActions(actions.filter((_, n) => n !== i))}>
                <Pick label={t(editorTexts.kind)} value={action.kind} options={ACTIONS.map((kind) => ({ value: kind, label: t(editorTexts[kind]) }))} onChange={(kind) => set({ kind, value: VALUES[kind]?.[0] ?? "on" })} />
                <Pick label={t(editorTexts.target)} value={action.target} options={places} onChange={(target) => set({ target })} />
                <Pick label={t(editorTexts.value)} value={action.value} options={(VALUES[action.kind] ?? ["on", "off"]).map((v) => ({ value: v, label: v }))} onChange={(value) => set({ value })} />
              </Row>
            );
          })}
        </ul>
        <button type="button" className="button" onClick={() => setActions([...actions, { kind: "broadcast", target: places[0]?.value ?? "", value: "on" }])}>+ {t(editorTexts.addAction)}</button>
      </div>
    </>
  );
}
