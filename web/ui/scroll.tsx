import type { ComponentChildren, JSX } from "preact";
import { useTexts } from "../i18n/context.js";
import { UI_TEXTS } from "./texts.js";

interface ScrollProps {
  readonly label: string;
  readonly children: ComponentChildren;
}

/** What is wider than the page scrolls by itself, for the keyboard, too. */
export function Scroll({ label, children }: ScrollProps): JSX.Element {
  const t = useTexts(UI_TEXTS);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it no key scrolls
    <section class="scroll" aria-label={t("table-of", { what: label })} tabIndex={0}>
      {children}
    </section>
  );
}
