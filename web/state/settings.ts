/** The reader's settings: from the browser's store at first, then as they are changed. */
import { useLayoutEffect, useState } from "preact/hooks";
import { LANGUAGES, type Settings, THEMES } from "../i18n/context.js";
import { readStored, writeStored } from "./storage.js";

const KEY = "mapd.settings";

export function useSettings(): [Settings, (change: Partial<Settings>) => void] {
  const [settings, setSettings] = useState(storedSettings);
  useLayoutEffect(() => {
    const { dataset } = document.documentElement;
    document.documentElement.lang = settings.language;
    dataset.theme = settings.theme;
    writeStored(KEY, settings);
    // Canvases read their colours from the style sheet, and have to do so again.
    dispatchEvent(new Event("mapd-theme"));
  }, [settings]);
  return [settings, (change) => setSettings((before) => ({ ...before, ...change }))];
}

function storedSettings(): Settings {
  const stored = readStored(KEY);
  const of = (key: string): unknown =>
    typeof stored === "object" && stored !== null ? Reflect.get(stored, key) : undefined;
  const preferred = navigator.language.startsWith("ja") ? "ja" : "en";
  return {
    language: LANGUAGES.find((one) => one === of("language")) ?? preferred,
    theme: THEMES.find((one) => one === of("theme")) ?? "auto",
  };
}
