/** What the reader chose: language and theme, kept in the browser. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { type Language, type TextTable, type TextValues, textIn } from "./texts.js";

export type Theme = "auto" | "light" | "dark";

export interface Settings {
  readonly language: Language;
  readonly theme: Theme;
}

export const THEMES: readonly Theme[] = ["auto", "light", "dark"];
export const LANGUAGES: readonly Language[] = ["en", "ja"];

export const SettingsContext = createContext<Settings>({ language: "en", theme: "auto" });

export function useLanguage(): Language {
  return useContext(SettingsContext).language;
}

/** The texts of a table, in the reader's language: `const t = useTexts(TABLE); t("title")`. */
export function useTexts<T extends TextTable>(
  table: T,
): (key: keyof T & string, values?: TextValues) => string {
  const language = useLanguage();
  return (key, values) => {
    const text = table[key];
    return text === undefined ? key : textIn(language, text, values);
  };
}
