import { createContext, useContext } from "react";
import type { Text } from "../api/types";

export type Language = "zh" | "en";

export const LanguageContext = createContext<Language>("zh");

export type Catalogue = Record<string, Text>;

/** A text in a language with `{name}` places filled; `{n|alarm|alarms}` is the word that fits the number. */
export function say(language: Language, text: Text, values?: Record<string, string | number>): string {
  const words = text[language] || text.zh || text.en;
  if (!values) return words;
  return words
    .replace(/\{(\w+)\|([^|}]*)\|([^}]*)\}/g, (_, name: string, one: string, many: string) => (values[name] === 1 ? one : many))
    .replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

export type Say = (text: Text, values?: Record<string, string | number>) => string;

export function useLanguage(): Language {
  return useContext(LanguageContext);
}

/** Texts in the chosen language: `t(texts.title)`, also for names that come from the API. */
export function useSay(): Say {
  const language = useContext(LanguageContext);
  return (text, values) => say(language, text, values);
}
