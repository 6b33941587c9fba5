/** Small drawings, as no font can be relied on to have them. The button around one says what it does. */
import type { JSX } from "preact";

const PATHS = {
  copy: "M5.5 5.5V3a1 1 0 0 1 1-1H13a1 1 0 0 1 1 1v6.5a1 1 0 0 1-1 1h-2.5M3 5.5h6.5a1 1 0 0 1 1 1V13a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1V6.5a1 1 0 0 1 1-1Z",
  check: "M3 8.5l3.2 3.2L13 4.5",
  first: "M4 3v10M13 3L7 8l6 5",
  previous: "M11 3L5 8l6 5",
  next: "M5 3l6 5-6 5",
  last: "M12 3v10M3 3l6 5-6 5",
  undo: "M6 3L2.5 6.5 6 10M3 6.5h6.5a4 4 0 0 1 0 8H7",
  redo: "M10 3l3.5 3.5L10 10M13 6.5H6.5a4 4 0 0 0 0 8H9",
  print:
    "M4.5 6V2h7v4M4.5 11.5H3a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1h10a1 1 0 0 1 1 1v3.5a1 1 0 0 1-1 1h-1.5M4.5 9.5h7V14h-7Z",
  swap: "M4.5 2.5L2 5l2.5 2.5M2 5h11M11.5 8.5L14 11l-2.5 2.5M14 11H3",
  remove: "M4 4l8 8M12 4l-8 8",
  link: "M6.5 9.5l3-3M7 4.5l1.6-1.6a3 3 0 0 1 4.3 4.3L11.5 9M9 11.5l-1.6 1.6a3 3 0 0 1-4.3-4.3L4.5 7",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
