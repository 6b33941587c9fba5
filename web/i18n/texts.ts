/** Texts of the page: one row a text with both languages, so that none can lack one. */

export type Language = "en" | "ja";

/** English, Japanese. `{name}` stands for a value. */
export type Text = readonly [en: string, ja: string];

export type TextTable = Readonly<Record<string, Text>>;

export type TextValues = Readonly<Record<string, string | number>>;

const COLUMN = { en: 0, ja: 1 } as const;

/** The text in `language`, its `{name}`s filled in. */
export function textIn(language: Language, text: Text, values: TextValues = {}): string {
  return text[COLUMN[language]].replace(/\{(\w+)\}/g, (whole, name: string) =>
    String(values[name] ?? whole),
  );
}
