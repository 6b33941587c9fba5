import type { ComponentChildren, JSX } from "preact";

interface ScrollProps {
  readonly label: string;
  readonly children: ComponentChildren;
}

/** What is wider than the page scrolls by itself, for the keyboard, too. */
export function Scroll({ label, children }: ScrollProps): JSX.Element {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it no key scrolls
    <section class="scroll" aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
