import type { Catalogue } from "../../app/language";
import type { Text } from "../../api/types";
import { editorTexts } from "./editorTexts";
import { flowTexts } from "./texts";

export const versionTexts = {
  added: { zh: "新增", en: "added" },
  removed: { zh: "删除", en: "removed" },
  moved: { zh: "移动", en: "moved" },
  changed: { zh: "修改", en: "changed" },
  same: { zh: "没有差别", en: "No difference" },
  comma: { zh: "、", en: ", " },
} satisfies Catalogue;

/** What a field of a card is called where a change of it is told. */
export const FIELDS: Record<string, Text> = {
  name: flowTexts.name, noun: flowTexts.noun, work: flowTexts.work, standard: flowTexts.standard, about: flowTexts.about,
  who: editorTexts.who, confirm: editorTexts.confirmWho, guardian: editorTexts.guardian, form: editorTexts.form, clauses: editorTexts.clauses,
  quantities: editorTexts.quantities, fresh: editorTexts.fresh, tries: editorTexts.tries, mode: editorTexts.mode, by: editorTexts.approvers,
  back_to: editorTexts.backTo, within: editorTexts.within, every: editorTexts.every, longest: editorTexts.longest, stops: editorTexts.stops,
  when: editorTexts.when, to: editorTexts.to, text: editorTexts.textZh, priority: editorTexts.priority, actions: editorTexts.actions,
  signal: editorTexts.signal, duration: editorTexts.duration, flow: editorTexts.subFlow, takes: editorTexts.takes, lines: editorTexts.lines,
  energies: editorTexts.energies, help: editorTexts.helpZh, card: flowTexts.noun, xml: flowTexts.expertView,
};
