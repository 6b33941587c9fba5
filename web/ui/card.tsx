import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";

interface CardProps {
  readonly title: string;
  readonly name: string;
  readonly children: ComponentChildren;
  /** Beside the title. */
  readonly actions?: ComponentChildren;
}

/** One subject of a screen. */
export function Card({ title, name, children, actions }: CardProps): JSX.Element {
  const id = useId();
  return (
    <section class={`card card-${name}`} aria-labelledby={id} data-card={name}>
      <header>
        <h2 id={id}>{title}</h2>
        {actions === undefined ? null : <div class="actions">{actions}</div>}
      </header>
      {children}
    </section>
  );
}
