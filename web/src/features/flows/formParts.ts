import type { FormPart, FormSchema } from "./types";

/** What a form may be made of; the door refuses anything else (flows/drafts_forms.py). */
export const PARTS = [
  "textfield", "textarea", "number", "datetime", "checkbox", "checklist", "radio", "select", "taglist", "text",
  "separator", "spacer", "group",
] as const;
export type PartType = (typeof PARTS)[number];

const known = new Set<string>(PARTS);

/** Fields that give an answer, also those inside groups. */
export function partsOf(form: FormSchema): (FormPart & { key: string })[] {
  const found: (FormPart & { key: string })[] = [];
  const walk = (parts: FormPart[] | undefined) => {
    for (const part of parts ?? []) {
      if (part.key && part.type !== "group") found.push(part as FormPart & { key: string });
      walk(part.components);
    }
  };
  walk(form.components);
  return found;
}

/** The form without parts that we do not draw: what came past the door some other way is not shown either. */
export function safeForm(form: FormSchema): FormSchema {
  const keep = (parts: FormPart[] | undefined): FormPart[] =>
    (parts ?? []).filter((part) => known.has(part.type)).map((part) => (part.components ? { ...part, components: keep(part.components) } : part));
  return { ...form, components: keep(form.components) };
}
