import type { JSX } from "preact";

export function LiveScreen(): JSX.Element {
  return <section class="screen" />;
}
