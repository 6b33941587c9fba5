import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useTexts } from "../i18n/context.js";
import { Icon, type IconName } from "./icon.js";
import { UI_TEXTS } from "./texts.js";

const SHOWN_MS = 1500;

interface CopyButtonProps {
  readonly text: string;
  readonly what: string;
  readonly icon?: IconName;
}

/** Copies a text; the button says so for a moment. */
export function CopyButton({ text, what, icon = "copy" }: CopyButtonProps): JSX.Element {
  const t = useTexts(UI_TEXTS);
  const [isCopied, setIsCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setIsCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  return (
    <button
      type="button"
      class="copy"
      aria-label={isCopied ? t("copied") : t("copy-of", { what })}
      title={t("copy-of", { what })}
      onClick={() => {
        copyText(text).then(setIsCopied, () => setIsCopied(false));
      }}
    >
      <Icon name={isCopied ? "check" : icon} />
    </button>
  );
}

/** Where the clipboard is closed to the page (plain HTTP from elsewhere), the old way through a selection. */
async function copyText(text: string): Promise<boolean> {
  if (navigator.clipboard !== undefined && (await writeClipboard(text))) return true;
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  const isDone = document.execCommand("copy");
  area.remove();
  return isDone;
}

async function writeClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
