import type { Text } from "../../api/types";
import { duration } from "../../app/clock";
import { say, type Language } from "../../app/language";
import { roleNames } from "../identity/roles";
import { postNames, signalNames } from "./cardTexts";
import { editorTexts } from "./editorTexts";
import { partsOf } from "./formParts";
import type { Card, Who } from "./types";

/** Who, in words: "监护人", "Head of the unit"; empty where nobody is set. */
export function whoText(who: Who | undefined, language: Language, posts: Record<string, Text> = postNames): string {
  if (!who) return "";
  if (who.post) return posts[who.post]?.[language] ?? postNames[who.post]?.[language] ?? who.post;
  if (who.role) return roleNames[who.role]?.[language] ?? who.role;
  return who.field ?? "";
}

/** One line that says what a card does, for the list. Pure. */
export function summary(card: Card, language: Language, posts?: Record<string, Text>): string {
  const comma = language === "zh" ? "、" : ", ";
  const name = (text: Text) => say(language, text);
  const who = (one?: Who) => whoText(one, language, posts);
  const long = (seconds?: number) => (seconds ? duration(seconds * 1000, language) : "");
  const joined = (...parts: (string | undefined)[]) => parts.filter(Boolean).join(" · ");
  switch (card.card) {
    case "form":
      return joined(who(card.who), say(language, editorTexts.formParts, { n: partsOf(card.form).length }));
    case "isolate":
      return joined(`${who(card.who)} → ${who(card.confirm)}`, card.energies.map((e) => name(e.name)).join(comma));
    case "measure":
      return joined(who(card.who), card.quantities.map((q) => `${name(q.name)} ${q.unit}`).join(comma));
    case "approve":
      return joined(name(editorTexts[card.mode]), card.by.map((a) => name(a.name)).join(card.mode === "in_order" ? " → " : comma));
    case "work":
      return joined(
        who(card.who),
        card.every ? `${name(editorTexts.every)} ${long(card.every)}` : "",
        card.longest ? `${name(editorTexts.longest)} ${long(card.longest)}` : "",
        (card.stops ?? []).map((s) => name(signalNames[s.signal] ?? { zh: s.signal, en: s.signal })).join(comma),
      );
    case "branch":
      return card.when;
    case "notify":
      return joined((card.to ?? []).map(who).join(comma), card.text ? name(card.text) : "", (card.actions ?? []).map((a) => a.kind).join(comma));
    case "wait":
      return joined(card.signal ? name(signalNames[card.signal] ?? { zh: card.signal, en: card.signal }) : "", long(card.duration), card.within ? `${name(editorTexts.waitWithin)} ${long(card.within)}` : "");
    case "sub_flow":
      return card.flow;
    case "close":
      return joined(who(card.who), (card.lines ?? []).map(name).join(comma));
    case "expert":
      return "BPMN";
  }
}
