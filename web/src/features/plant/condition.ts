import type { Definition } from "../../api/types";
import type { Language } from "../../app/language";
import { valueText } from "../../parts/value";
import { plantTexts } from "./texts";

/** The condition in words: "above 25 %LEL · after 3 s". */
export function condition(l: Definition, language: Language): string {
  const say = (text: { zh: string; en: string }) => text[language];
  const parts: string[] = [];
  if (l.type === "vote" || l.type === "rule") parts.push(l.when ?? say(plantTexts.rule));
  else parts.push(`${say(plantTexts[l.type])} ${valueText(l.at, l.unit, language)}`);
  if (l.on_delay) parts.push(say(plantTexts.delay).replace("{n}", String(l.on_delay)));
  if (l.deadband) parts.push(say(plantTexts.deadband).replace("{n}", String(l.deadband)));
  if (!l.shelvable) parts.push(say(plantTexts.notShelvable));
  return parts.join(" · ");
}
